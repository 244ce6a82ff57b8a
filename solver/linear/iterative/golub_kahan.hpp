// The bidiagonalisation of Golub & Kahan (1965), on which LSQR and LSMR stand.
#pragma once

#include <cmath>

#include <linear/iterative/recorder.hpp>

namespace thalweg::inline v0_1::iterative {

/// Orthonormal u and v with A v = α u + β u₊ and Aᵀu = α v + β v₋; a vector is zero where the space has ended.
struct GolubKahan {
  const LinearOperator& A;
  Vector u, v, image_u, image_v;
  double alpha = 0.0, beta = 0.0;
  double squared_norm = 0.0;  // Σ α² + β², from below ‖A‖²_F

  /// From a residual.
  GolubKahan(const LinearOperator& op, Vector residual)
      : A(op), u(std::move(residual)), v(op.columns()), image_u(op.rows()), image_v(op.columns()) {
    beta = normalise(u);
    A.apply_transposed(u.data(), v.data());
    alpha = normalise(v);
    squared_norm = alpha * alpha;
  }
  void advance() {
    A.apply(v.data(), image_u.data());
    u = image_u - alpha * u;
    beta = normalise(u);
    A.apply_transposed(u.data(), image_v.data());
    v = image_v - beta * v;
    alpha = normalise(v);
    squared_norm += alpha * alpha + beta * beta;
  }
  double norm() const { return std::sqrt(squared_norm); }
  /// What stands for a gradient that cannot be measured: 0 where Aᵀr is, else 1.
  double ended() const { return alpha == 0.0 || beta == 0.0 ? 0.0 : 1.0; }

 private:
  static double normalise(Vector& w) {
    const double norm = w.stableNorm();
    if (norm > 0.0) w /= norm;
    return norm;
  }
};

}  // namespace thalweg::inline v0_1::iterative
