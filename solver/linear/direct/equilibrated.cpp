#include <linear/direct/equilibrated.hpp>

#include <algorithm>
#include <cmath>
#include <utility>

namespace thalweg::inline v0_1::direct {
namespace {

constexpr int spread = 20;  // binary orders of magnitude
constexpr int most_passes = 5;

/// The largest magnitude in each row and each column.
struct Largest {
  Vector rows, columns;
};

Largest largest_of(const SparseMatrix& A) {
  Largest l{Vector::Zero(A.rows), Vector::Zero(A.columns)};
  for (std::int64_t c = 0; c < A.columns; ++c)
    for (std::int64_t k = A.column_start[static_cast<std::size_t>(c)];
         k < A.column_start[static_cast<std::size_t>(c) + 1]; ++k) {
      const double size = std::abs(A.value[static_cast<std::size_t>(k)]);
      double& row = l.rows(A.row[static_cast<std::size_t>(k)]);
      row = std::max(row, size);
      l.columns(c) = std::max(l.columns(c), size);
    }
  return l;
}

/// The exponents of the largest and the smallest number that is not zero differ by more than `spread`.
bool is_spread(const Vector& sizes) {
  int low = 5000, high = -5000;
  for (const double s : sizes)
    if (s > 0.0) {
      low = std::min(low, std::ilogb(s));
      high = std::max(high, std::ilogb(s));
    }
  return high - low > spread;
}

/// 2^−(exponent / divisor); 1 of zero.
double inverse_power(double size, int divisor) {
  return size > 0.0 ? std::ldexp(1.0, -(std::ilogb(size) / divisor)) : 1.0;
}

void apply(SparseMatrix& B, const Vector& rows, const Vector& columns) {
  for (std::int64_t c = 0; c < B.columns; ++c)
    for (std::int64_t k = B.column_start[static_cast<std::size_t>(c)];
         k < B.column_start[static_cast<std::size_t>(c) + 1]; ++k)
      B.value[static_cast<std::size_t>(k)] *= rows(B.row[static_cast<std::size_t>(k)]) * columns(c);
}

class Equilibrated final : public Factorization {
 public:
  Equilibrated(const SparseMatrix& A, Scaling scaling, std::unique_ptr<Factorization> factors)
      : norm_(A.one_norm()),
        square_(A.rows == A.columns && factors->core_size() == A.columns),
        rows_(std::move(scaling.rows)),
        columns_(std::move(scaling.columns)),
        factors_(std::move(factors)) {}

  Vector solve(const Vector& b) const override { return columns_.cwiseProduct(factors_->solve(rows_.cwiseProduct(b))); }
  std::int64_t rank() const override { return factors_->rank(); }
  std::int64_t nonzeros() const override { return factors_->nonzeros(); }
  const Factorization& judged() const override { return *factors_; }

  std::int64_t core_size() const override { return factors_->core_size(); }
  double core_norm() const override { return square_ ? norm_ : factors_->core_norm(); }
  Vector core_solve(const Vector& b) const override { return square_ ? solve(b) : factors_->core_solve(b); }
  Vector core_solve_transposed(const Vector& b) const override {
    if (!square_) return factors_->core_solve_transposed(b);
    return rows_.cwiseProduct(factors_->core_solve_transposed(columns_.cwiseProduct(b)));
  }
  /// Of columns that are scaled alone: A = B C⁻¹, so that Aᵀdr = g is Bᵀdr = C g.
  void solve_augmented(const Vector& f, const Vector& g, Vector& dr, Vector& dx) const override {
    factors_->solve_augmented(f, columns_.cwiseProduct(g), dr, dx);
    dx = columns_.cwiseProduct(dx).eval();
  }

 private:
  double norm_;
  bool square_;
  Vector rows_, columns_;
  std::unique_ptr<Factorization> factors_;
};

}  // namespace

std::optional<Scaling> scaling_of(const SparseMatrix& A, Scaled which) {
  Largest l = largest_of(A);
  if (!is_spread(l.rows) && !is_spread(l.columns)) return {};
  Scaling s{A, Vector::Ones(A.rows), Vector::Ones(A.columns)};
  for (int pass = 0; pass < most_passes; ++pass) {
    const int divisor = which == Scaled::symmetrically ? 2 : 1;
    Vector rows = Vector::Ones(A.rows), columns = Vector::Ones(A.columns);
    if (which != Scaled::columns)
      for (std::int64_t i = 0; i < A.rows; ++i) rows(i) = inverse_power(l.rows(i), divisor);
    if (which == Scaled::symmetrically)
      columns = rows;
    else if (which == Scaled::columns || pass > 0)
      for (std::int64_t c = 0; c < A.columns && which != Scaled::rows; ++c) columns(c) = inverse_power(l.columns(c), 1);
    if (which == Scaled::both && pass > 0) rows.setOnes();
    apply(s.matrix, rows, columns);
    s.rows.array() *= rows.array();
    s.columns.array() *= columns.array();
    if (which == Scaled::rows || which == Scaled::columns || (which == Scaled::both && pass > 0)) break;
    l = largest_of(s.matrix);
  }
  return s;
}

std::unique_ptr<Factorization> equilibrated(const SparseMatrix& A, Scaling scaling,
                                            std::unique_ptr<Factorization> factors) {
  return std::make_unique<Equilibrated>(A, std::move(scaling), std::move(factors));
}

}  // namespace thalweg::inline v0_1::direct
