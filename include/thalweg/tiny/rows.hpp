// What the rows of J and the residuals are reduced to, one row at a time, and the damped steps that follow from it.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>

#include <thalweg/math/unroll.hpp>
#include <thalweg/tiny/result.hpp>

namespace thalweg::inline v0_1::tiny {

/// A step δ of (JᵀJ + λ diag(JᵀJ)) δ = −g.
template <int N>
struct Step {
  Vector<N> delta;
  double promised = 0.0;  ///< decrease of ½‖r + Jδ‖² by it
  bool regular = true;    ///< the matrix is not singular to rounding
  Ldlt<double, N> factor;
};

/// Which parameters move; the others have no part in a step.
template <int N>
using Free = std::array<bool, static_cast<std::size_t>(N)>;

/// Sums over rows: cost, g = Jᵀr and JᵀJ.
template <int N>
class NormalEquations {
  using Matrix = Ldlt<double, N>;

 public:
  static constexpr int parameters = N;
  /// Pivots below this part of their diagonal entry are rounding; and with damping.
  static constexpr double least_pivot = 1e-14, least_damped_pivot = 1e-15;

  void clear() { *this = NormalEquations(); }

  /// A residual and its derivatives by the parameters.
  void add(double residual, const Vector<N>& derivative) { add(residual, derivative, 1.0); }
  /// The same with the weight w ≥ 0 in the cost ½ Σ w r², such as 1/σ². One of weight 0 does not count, whatever its
  /// numbers.
  void add(double residual, const Vector<N>& derivative, double weight) {
    if (weight == 0.0) return;
    ++rows_;
    cost_ += 0.5 * weight * residual * residual;
    THALWEG_UNROLL
    for (int j = 0; j < N; ++j) {
      const auto c = static_cast<std::size_t>(j);
      const double scaled = weight * derivative[c];
      g_[c] += scaled * residual;
      THALWEG_UNROLL
      for (int k = 0; k <= j; ++k)
        h_[static_cast<std::size_t>(Matrix::entry(j, k))] += scaled * derivative[static_cast<std::size_t>(k)];
    }
  }

  int rows() const { return rows_; }
  double cost() const { return cost_; }
  const Vector<N>& gradient() const { return g_; }
  /// The diagonal of JᵀJ.
  Vector<N> diagonal() const {
    Vector<N> d;
    for (int j = 0; j < N; ++j) d[static_cast<std::size_t>(j)] = sum(j, j);
    return d;
  }
  bool is_finite() const {
    double check = cost_;
    for (int j = 0; j < N; ++j) check += std::abs(g_[static_cast<std::size_t>(j)]) + sum(j, j);
    return check - check == 0.0;
  }

  /// λ = 0 is the Gauss-Newton step. `held`: whether some parameters are not free. N³/6 multiplications, N divisions.
  template <bool held>
  Step<N> step(double lambda, const Free<N>& free) const {
    Step<N> step;
    step.factor.a = h_;
    double slope = 0.0, weighted = 0.0;
    for (int j = 0; j < N; ++j) {
      const auto c = static_cast<std::size_t>(j);
      step.delta[c] = -g_[c];
      double& diagonal = step.factor.at(j, j);
      diagonal = diagonal > 0.0 ? diagonal * (1.0 + lambda) : lambda > 0.0 ? 1.0 : 0.0;
      if constexpr (held) hold(step, j, free);
    }
    step.regular = step.factor.factor(lambda > 0.0 ? least_damped_pivot : least_pivot);
    step.factor.solve(step.delta);
    for (int j = 0; j < N; ++j) {
      const auto c = static_cast<std::size_t>(j);
      if (held && !free[c]) continue;
      slope += g_[c] * step.delta[c];
      weighted += sum(j, j) * step.delta[c] * step.delta[c];
    }
    step.promised = 0.5 * (lambda * weighted - slope);
    return step;
  }
  /// The decrease that the linear model promises of any step: −gᵀδ − ½ δᵀJᵀJδ.
  double promised(const Vector<N>& delta) const {
    double decrease = 0.0;
    for (int j = 0; j < N; ++j) {
      const auto c = static_cast<std::size_t>(j);
      decrease -= g_[c] * delta[c];
      for (int k = 0; k <= j; ++k)
        decrease -= (k == j ? 0.5 : 1.0) * sum(j, k) * delta[c] * delta[static_cast<std::size_t>(k)];
    }
    return decrease;
  }

 private:
  /// Takes row and column j out of the system where the parameter is not free; rows above are done.
  static void hold(Step<N>& step, int j, const Free<N>& free) {
    const bool moves = free[static_cast<std::size_t>(j)];
    for (int k = 0; k < j; ++k)
      if (!moves || !free[static_cast<std::size_t>(k)]) step.factor.at(j, k) = 0.0;
    if (moves) return;
    step.factor.at(j, j) = 1.0;
    step.delta[static_cast<std::size_t>(j)] = 0.0;
  }

  /// (JᵀJ)ⱼₖ, k ≤ j.
  double sum(int j, int k) const { return h_[static_cast<std::size_t>(Matrix::entry(j, k))]; }

  double cost_ = 0.0;
  int rows_ = 0;
  Vector<N> g_{};
  typename Matrix::Triangle h_{};
};

/// J = Q √D R̄ and θ of Qᵀr = √D θ, R̄ of unit diagonal, row after row (Gentleman 1973, Least squares computations by
/// Givens transformations without square roots, J. Inst. Maths Applics 12; the loops as Miller 1992, AS 274).
template <int N>
class Rotations {
  using Row = std::array<double, static_cast<std::size_t>(N) + 1>;

 public:
  static constexpr int parameters = N;
  /// What is left of a column's squared length behind the others, below this part of it, is rounding.
  static constexpr double least_pivot = 1e-24, least_damped_pivot = 0.0;

  void clear() { *this = Rotations(); }

  void add(double residual, const Vector<N>& derivative) { add(residual, derivative, 1.0); }
  void add(double residual, const Vector<N>& derivative, double weight) {
    if (weight == 0.0) return;
    ++rows_;
    cost_ += 0.5 * weight * residual * residual;
    Row row;
    std::copy_n(derivative.begin(), N, row.begin());
    row[N] = residual;
    include(row, weight);
  }

  int rows() const { return rows_; }
  double cost() const { return cost_; }
  Vector<N> gradient() const {
    Vector<N> g{};
    for (int i = 0; i < N; ++i)
      for (int j = i; j < N; ++j)
        g[static_cast<std::size_t>(j)] += d_[static_cast<std::size_t>(i)] * unit(i, j) * theta(i);
    return g;
  }
  Vector<N> diagonal() const {
    Vector<N> sum{};
    for (int i = 0; i < N; ++i)
      for (int j = i; j < N; ++j)
        sum[static_cast<std::size_t>(j)] += d_[static_cast<std::size_t>(i)] * unit(i, j) * unit(i, j);
    return sum;
  }
  bool is_finite() const {
    double check = cost_;
    for (int i = 0; i < N; ++i) {
      check += d_[static_cast<std::size_t>(i)] + std::abs(theta(i));
      for (int j = i + 1; j < N; ++j) check += std::abs(unit(i, j));
    }
    return check - check == 0.0;
  }

  /// As NormalEquations::step. The damping is N more rows √(λ diag(JᵀJ)ⱼ) eⱼ: 2 N³/3 multiplications, N²/2 divisions.
  template <bool held>
  Step<N> step(double lambda, const Free<N>& free) const {
    const double least = lambda > 0.0 ? least_damped_pivot : least_pivot;
    Rotations damped = held ? without(free) : *this;
    const Vector<N> norms = diagonal();
    if (lambda > 0.0) {
      for (int j = 0; j < N; ++j) {
        const auto c = static_cast<std::size_t>(j);
        if (held && !free[c]) continue;
        Row row{};
        row[c] = 1.0;
        damped.include(row, norms[c] > 0.0 ? lambda * norms[c] : 1.0);
      }
    }
    Step<N> step;
    step.regular = true;
    for (int j = 0; j < N; ++j) {
      const auto c = static_cast<std::size_t>(j);
      const bool moves = !held || free[c], good = damped.d_[c] > least * norms[c] && damped.d_[c] > 0.0;
      if (moves && !good) step.regular = false;
      step.delta[c] = moves && good ? -damped.theta(j) : 0.0;
      step.factor.at(j, j) = moves && good ? damped.d_[c] : 1.0;
      step.factor.inverse[c] = 1.0 / step.factor.at(j, j);
      for (int k = 0; k < j; ++k) step.factor.at(j, k) = damped.unit(k, j);
    }
    for (int j = N - 1; j >= 0; --j)
      for (int i = j + 1; i < N; ++i)
        step.delta[static_cast<std::size_t>(j)] -= step.factor.at(i, j) * step.delta[static_cast<std::size_t>(i)];
    step.promised = promised(step.delta);
    return step;
  }
  double promised(const Vector<N>& delta) const {
    double sum = 0.0;
    for (int i = 0; i < N; ++i) {
      double along = delta[static_cast<std::size_t>(i)];
      for (int j = i + 1; j < N; ++j) along += unit(i, j) * delta[static_cast<std::size_t>(j)];
      sum -= d_[static_cast<std::size_t>(i)] * along * (theta(i) + 0.5 * along);
    }
    return sum;
  }

 private:
  /// R̄, i ≤ j, and θ.
  double unit(int i, int j) const {
    return i == j ? 1.0 : r_[static_cast<std::size_t>(i)][static_cast<std::size_t>(j)];
  }
  double theta(int i) const { return r_[static_cast<std::size_t>(i)][N]; }

  /// Rotates a row, derivatives then the residual, into the triangle. What is left of the residual is not kept.
  void include(Row& row, double weight) {
    THALWEG_UNROLL
    for (std::size_t i = 0; i < N; ++i) {
      const double x = row[i], scaled = weight * x;
      if (scaled * x == 0.0) continue;
      const double d = d_[i] + scaled * x, inverse = 1.0 / d, cosine = d_[i] * inverse, sine = scaled * inverse;
      weight *= cosine;
      d_[i] = d;
      THALWEG_UNROLL
      for (std::size_t k = i + 1; k <= N; ++k) {
        const double old = row[k];
        row[k] -= x * r_[i][k];
        r_[i][k] = cosine * r_[i][k] + sine * old;
      }
    }
  }

  /// The triangle of J without the columns that are not free.
  Rotations without(const Free<N>& free) const {
    Rotations rest;
    for (int i = 0; i < N; ++i) {
      Row row{};
      for (int j = i; j < N; ++j)
        if (free[static_cast<std::size_t>(j)]) row[static_cast<std::size_t>(j)] = unit(i, j);
      row[N] = theta(i);
      rest.include(row, d_[static_cast<std::size_t>(i)]);
    }
    return rest;
  }

  double cost_ = 0.0;
  int rows_ = 0;
  Vector<N> d_{};
  std::array<Row, N> r_{};  // rows of R̄ behind the diagonal, then θ
};

}  // namespace thalweg::inline v0_1::tiny
