#include <linear/general/well_conditioned.hpp>

#include <cmath>

#include <linear/iterative/recorder.hpp>
#include <math/random.hpp>

namespace thalweg::inline v0_1 {
namespace {

using iterative::Vector;

constexpr int first_look = 12;
constexpr double tolerance = 1e-13, slack = 10.0;

/// Aᵀ as an operator.
class Transposed final : public LinearOperator {
 public:
  explicit Transposed(const SparseMatrix& A) : A_(A) {}
  std::int64_t rows() const override { return A_.columns; }
  std::int64_t columns() const override { return A_.rows; }
  void apply(const double* x, double* y) const override { A_.multiply_transposed(x, y); }
  void apply_transposed(const double* x, double* y) const override { A_.multiply(x, y); }

 private:
  const SparseMatrix& A_;
};

/// Numbers of either sign, none near zero.
Vector random_numbers(std::int64_t n) {
  regression::Random random(1);
  Vector c(n);
  for (double& v : c) {
    const double drawn = 2.0 * random.uniform() - 1.0;
    v = drawn + std::copysign(0.5, drawn);
  }
  return c;
}

/// Whether the residual falls as fast as it must to be at the tolerance in time.
bool falls(const LinearRecord& record) {
  if (record.iteration < first_look) return true;
  return record.residual <= slack * std::pow(tolerance, static_cast<double>(record.iteration) / most_probe_iterations);
}

}  // namespace

ConditionProbe probe(const SparseMatrix& A, bool symmetric) {
  IterationOptions options;
  options.tolerance = tolerance;
  options.max_iterations = options.restart = most_probe_iterations;
  options.record = false;
  options.callback = falls;
  const SparseOperator own(A);
  const Transposed across(A);
  const bool tall = A.rows > A.columns, square = A.rows == A.columns;
  const LinearOperator& op = tall ? static_cast<const LinearOperator&>(across) : own;
  const Vector c = random_numbers(op.rows());
  Vector y = Vector::Zero(op.columns());
  ConditionProbe probe;
  probe.method = !square ? LinearMethod::lsqr : symmetric ? LinearMethod::minres : LinearMethod::gmres;
  const IterationOutcome outcome = !square     ? lsqr(op, c.data(), y.data(), options)
                                   : symmetric ? minres(op, c.data(), y.data(), nullptr, options)
                                               : gmres(op, c.data(), y.data(), nullptr, options);
  probe.iterations = outcome.iterations;
  // The recurrences are not believed; LSQR ends at a small gradient, too, which is no solution.
  probe.passed = outcome.status == IterationOutcome::Status::converged &&
                 (c - iterative::product(op, y)).norm() <= 10.0 * tolerance * c.norm();
  if (probe.passed && square) probe.condition = A.one_norm() * y.lpNorm<1>() / c.lpNorm<1>();
  return probe;
}

}  // namespace thalweg::inline v0_1
