// Compiled without contraction of a * b + c: the sums below are exact only as they are written (solver/CMakeLists.txt).
#include <linear/direct/refinement.hpp>

#include <algorithm>
#include <cmath>
#include <limits>

#include <thalweg/base/cancellation.hpp>

namespace thalweg::inline v0_1::direct {
namespace {

constexpr int most_corrections = 10;
constexpr double epsilon = std::numeric_limits<double>::epsilon();

/// hi + lo, unevaluated: twice the digits.
struct Twofold {
  double hi = 0.0, lo = 0.0;

  void add(double v) {
    const double s = hi + v, z = s - hi;
    lo += (hi - (s - z)) + (v - z);
    hi = s;
  }
  void add_product(double a, double b) {
    const double p = a * b;
    lo += std::fma(a, b, -p);
    add(p);
  }
  double rounded() const { return hi + lo; }
};

template <class Visit>
void each_entry(const SparseMatrix& A, Visit visit) {
  for (std::int64_t c = 0; c < A.columns; ++c)
    for (std::int64_t k = A.column_start[static_cast<std::size_t>(c)];
         k < A.column_start[static_cast<std::size_t>(c) + 1]; ++k)
      visit(A.row[static_cast<std::size_t>(k)], c, A.value[static_cast<std::size_t>(k)]);
}

double largest(const Vector& v) { return v.size() > 0 ? v.lpNorm<Eigen::Infinity>() : 0.0; }

/// Whether a correction is worth another: it is not rounding, and it is less than half of the last.
bool worth_more(double correction, double last, double size) {
  return std::isfinite(correction) && correction > 0.5 * epsilon * size && correction < 0.5 * last;
}

}  // namespace

Vector exact_residual(const SparseMatrix& A, const Vector& b, const Vector* r, const Vector& x) {
  std::vector<Twofold> sums(static_cast<std::size_t>(A.rows));
  for (std::int64_t i = 0; i < A.rows; ++i) {
    sums[static_cast<std::size_t>(i)].hi = b(i);
    if (r) sums[static_cast<std::size_t>(i)].add(-(*r)(i));
  }
  each_entry(A, [&](std::int64_t i, std::int64_t c, double value) {
    sums[static_cast<std::size_t>(i)].add_product(-value, x(c));
  });
  Vector out(A.rows);
  for (std::int64_t i = 0; i < A.rows; ++i) out(i) = sums[static_cast<std::size_t>(i)].rounded();
  return out;
}

Vector exact_negative_gradient(const SparseMatrix& A, const Vector& r) {
  std::vector<Twofold> sums(static_cast<std::size_t>(A.columns));
  each_entry(A, [&](std::int64_t i, std::int64_t c, double value) {
    sums[static_cast<std::size_t>(c)].add_product(-value, r(i));
  });
  Vector out(A.columns);
  for (std::int64_t c = 0; c < A.columns; ++c) out(c) = sums[static_cast<std::size_t>(c)].rounded();
  return out;
}

Quality quality_of(const SparseMatrix& A, const Vector& b, const Vector& x, bool least_squares,
                   const Factorization* factors) {
  const Vector r = exact_residual(A, b, nullptr, x);
  const double residual = largest(r), scale = A.infinity_norm() * largest(x) + largest(b);
  Quality q{residual > 0.0 ? residual / scale : 0.0, r.stableNorm()};
  if (!least_squares || residual == 0.0) return q;
  const double size = A.frobenius_norm(), slope = exact_negative_gradient(A, r).stableNorm();
  if (slope == 0.0) return {0.0, q.residual_norm};
  q.backward_error = std::min(q.backward_error, slope / size / q.residual_norm);
  if (factors != nullptr && x.stableNorm() > 0.0) {
    const Vector z = factors->solve(r);
    Vector projection(A.rows);
    A.multiply(z.data(), projection.data());
    q.backward_error = std::min(q.backward_error, projection.stableNorm() / size / x.stableNorm());
  }
  return q;
}

int refine(const SparseMatrix& A, const Factorization& factors, const Vector& b, Vector& x, bool augmented) {
  Vector r = exact_residual(A, b, nullptr, x), dr, dx;
  double last = std::numeric_limits<double>::infinity();
  for (int k = 0; k < most_corrections; ++k) {
    CancellationProbe::poll();
    if (augmented)
      factors.solve_augmented(exact_residual(A, b, &r, x), exact_negative_gradient(A, r), dr, dx);
    else
      dx = factors.solve(r);
    const double correction = largest(dx);
    if (!worth_more(correction, last, largest(x))) return k;
    last = correction;
    x += dx;
    if (augmented)
      r += dr;
    else
      r = exact_residual(A, b, nullptr, x);
  }
  return most_corrections;
}

}  // namespace thalweg::inline v0_1::direct
