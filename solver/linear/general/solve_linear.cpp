// Which method takes a matrix, and what its answer is worth.
#include <algorithm>
#include <chrono>
#include <cmath>
#include <string>
#include <utility>

#include <fmt/format.h>
#include <base/memory.hpp>
#include <linear/direct/equilibrated.hpp>
#include <linear/direct/refinement.hpp>
#include <linear/general/well_conditioned.hpp>
#include <linear/iterative/recorder.hpp>
#include <thalweg/base/cancellation.hpp>
#include <thalweg/base/error.hpp>
#include <thalweg/base/parallel.hpp>
#include <thalweg/linear/linear_system.hpp>

namespace thalweg::inline v0_1 {
namespace {

using direct::Factorization;
using direct::Vector;
using enum LinearMethod;

constexpr double well_solved = 1e-12;  // backward error of a direct method
constexpr double numerically_singular = 1.0 / std::numeric_limits<double>::epsilon();
constexpr std::int64_t small = 100;               // rows and columns up to which dense is faster whatever the zeros
constexpr double dense_part = 0.25;               // of entries that are there, from which on dense is faster
constexpr std::int64_t most_dense = 4000;         // columns: 128 MB
constexpr std::int64_t most_of_sparse_qr = 2500;  // columns of a singular matrix, whose null space fills in
constexpr std::int64_t ldlt_columns = 2000;       // up to which a sparse indefinite matrix is worth a dense LDLᵀ

constexpr std::int64_t least_iterated = 300;  // rows and columns from which iterations are tried
constexpr double tight = 3e-15;               // of the residual: what rounding leaves where A is well conditioned
constexpr int most_exponent = 150;            // of 2, of A and b: beyond, squares may leave the range of numbers

constexpr const char* beyond_range = "x is beyond the range of numbers";

class Clock {
 public:
  /// Seconds since the last call.
  double lap() {
    const auto now = std::chrono::steady_clock::now();
    return std::chrono::duration<double>(now - std::exchange(last_, now)).count();
  }

 private:
  std::chrono::steady_clock::time_point last_ = std::chrono::steady_clock::now();
};

std::string shape_of(const SparseMatrix& A) { return fmt::format("{} × {}", A.rows, A.columns); }

class SystemSolver {
 public:
  SystemSolver(const SparseMatrix& A, std::span<const double> b, const LinearOptions& options)
      : A_(A),
        b_(Eigen::Map<const Vector>(b.data(), static_cast<Eigen::Index>(b.size()))),
        options_(options),
        square_(A.rows == A.columns),
        symmetric_(A.is_symmetric()) {
    const double size = static_cast<double>(A.rows) * static_cast<double>(A.columns);
    dense_ = std::max(A.rows, A.columns) <= small ||
             (static_cast<double>(A.nonzeros()) >= dense_part * size && std::min(A.rows, A.columns) <= most_dense);
    const std::vector<double> diagonal = A.diagonal();
    positive_diagonal_ = std::all_of(diagonal.begin(), diagonal.end(), [](double d) { return d > 0.0; });
  }

  LinearSolution run() {
    Clock whole;
    if (options_.method == automatic)
      choose();
    else if (is_iterative(options_.method))
      iterate(options_.method, "asked for");
    else
      factorise(options_.method, "asked for");
    solution_.x.assign(x_.data(), x_.data() + x_.size());
    solution_.seconds.total = whole.lap();
    return std::move(solution_);
  }

 private:
  // ---- direct methods

  std::unique_ptr<Factorization> factors_of(LinearMethod method) {
    const auto expect = [&](bool holds, const char* what, const char* instead) {
      if (!holds)
        throw Error(fmt::format("{} needs a {} matrix, and this one of {} is not; expected {}", to_string(method), what,
                                shape_of(A_), instead));
    };
    if (method != qr) expect(square_, "square", "qr, lsqr or lsmr");
    if (method != qr && method != lu) expect(symmetric_, "symmetric", "lu or qr");
    CancellationProbe::poll();
    if (auto scaling = direct::scaling_of(A_, scaled_by(method))) {
      auto factors = factors_of(method, scaling->matrix);
      // Of a lower rank the least norm is that of x itself.
      if (method != qr || (factors && factors->rank() == std::min(A_.rows, A_.columns)))
        return factors ? direct::equilibrated(A_, std::move(*scaling), std::move(factors)) : nullptr;
    }
    return factors_of(method, A_);
  }

  direct::Scaled scaled_by(LinearMethod method) const {
    if (method == qr) return A_.rows < A_.columns ? direct::Scaled::rows : direct::Scaled::columns;
    return method == lu ? direct::Scaled::both : direct::Scaled::symmetrically;
  }

  std::unique_ptr<Factorization> factors_of(LinearMethod method, const SparseMatrix& A) {
    switch (method) {
      case lu:
        return dense_ ? direct::dense_lu(A) : direct::sparse_lu(A);
      case qr:
        return dense_ ? direct::dense_qr(A) : direct::sparse_qr(A);
      case ldlt:
        return dense_ || A.columns <= ldlt_columns ? direct::dense_ldlt(A) : direct::sparse_ldlt(A);
      case cholmod:
        return direct::cholmod_cholesky(A);
      default:
        return dense_ ? direct::dense_cholesky(A) : sparse_cholesky(A);
    }
  }

  std::unique_ptr<Factorization> sparse_cholesky(const SparseMatrix& A) {
    const double most = options_.method != automatic ? std::numeric_limits<double>::infinity()
                        : options_.memory > 0        ? static_cast<double>(options_.memory)
                                                     : available_memory() / 2.0;
    direct::DefiniteOutcome outcome = direct::sparse_cholesky(A, most, resolve_threads(options_.threads));
    if (outcome.too_large)
      too_large_ = fmt::format("its Cholesky factor of {:.3g} numbers would take {:.1f} GB",
                               static_cast<double>(outcome.facts.factor_nonzeros),
                               static_cast<double>(outcome.facts.bytes) / 1e9);
    return std::move(outcome.factors);
  }

  /// Solves with factors that are there; false where the matrix is singular to rounding.
  bool finish(LinearMethod method, std::unique_ptr<Factorization> factors, std::string reason) {
    CancellationProbe::poll();
    const std::int64_t full = std::min(A_.rows, A_.columns);
    if (factors->rank() > 0) solution_.condition = direct::condition_estimate(*factors);
    const Factorization& judged = factors->judged();
    const double scaled = &judged == factors.get() ? solution_.condition : direct::condition_estimate(judged);
    const bool singular = !(scaled < numerically_singular);
    if (singular && method != qr && options_.method == automatic) return false;
    solution_.seconds.factor = clock_.lap();
    x_ = factors->solve(b_);
    const bool augmented = method == qr && factors->rank() == A_.columns && A_.rows > A_.columns;
    if (options_.refine && x_.allFinite()) solution_.iterations = direct::refine(A_, *factors, b_, x_, augmented);
    solution_.method = method;
    solution_.form =
        method == cholmod || !(dense_ || (method == ldlt && A_.columns <= ldlt_columns)) ? "sparse" : "dense";
    solution_.reason = std::move(reason);
    solution_.rank = factors->rank();
    solution_.factor_nonzeros = factors->nonzeros();
    solution_.seconds.solve = clock_.lap();
    measure(A_.rows != A_.columns || solution_.rank < full, factors.get());
    solution_.solved = solution_.backward_error <= well_solved;
    solution_.ending = solution_.solved  ? rounding()
                       : !x_.allFinite() ? std::string(beyond_range)
                                         : fmt::format("the backward error is {:.2g}, where {:.0g} is wanted",
                                                       solution_.backward_error, well_solved);
    if (singular && method != qr)
      note(
          fmt::format("A is singular to rounding (condition number {:.1e} with rows and columns of one size): no digit "
                      "of x is sure; qr finds the answer of least norm",
                      scaled));
    else if (!(solution_.condition < numerically_singular))
      note(
          fmt::format("the condition number {:.1e} comes from the sizes of rows and columns: brought to one size it is "
                      "{:.1e}",
                      solution_.condition, scaled));
    if (solution_.rank < full)
      note(
          fmt::format("A has rank {} to rounding, of {} at most: of all that minimise ‖Ax − b‖ this is the x of least "
                      "norm",
                      solution_.rank, full));
    else if (A_.rows < A_.columns)
      note("A has more columns than rows: of all solutions this is the one of least norm");
    return true;
  }

  void factorise(LinearMethod method, std::string reason) {
    std::unique_ptr<Factorization> factors = factors_of(method);
    if (factors) {
      finish(method, std::move(factors), std::move(reason));
      return;
    }
    const bool definite = method == cholesky || method == cholmod;
    throw Error(
        fmt::format("{}: {}; expected {}", to_string(method),
                    definite ? "A is not positive definite" : "a pivot is zero: A is singular, or needs another order",
                    definite ? "ldlt, lu or qr" : "qr"));
  }

  bool tried(LinearMethod method, std::string reason) {
    std::unique_ptr<Factorization> factors = factors_of(method);
    return factors && finish(method, std::move(factors), std::move(reason));
  }

  /// Where iterations show full rank and converge in a few steps; false: a direct method is to be taken.
  bool iterated() {
    if (dense_ || std::min(A_.rows, A_.columns) < least_iterated) return false;
    const ConditionProbe seen = probe(A_, symmetric_);
    if (!seen.passed) return false;
    const LinearOptions asked = options_;
    options_.iterations.tolerance = tight;
    options_.iterations.restart = most_probe_iterations;
    options_.preconditioner = PreconditionerKind::none;
    iterate(seen.method, fmt::format("A is sparse, of full rank and well conditioned: with a random right-hand side {} "
                                     "needs {} iterations",
                                     to_string(seen.method), seen.iterations));
    options_ = asked;
    solution_.solved = solution_.backward_error <= well_solved;
    if (!solution_.solved) {
      solution_ = {};
      return false;
    }
    solution_.ending = rounding();
    solution_.rank = std::min(A_.rows, A_.columns);
    solution_.condition = seen.condition;
    return true;
  }

  void choose() {
    if (iterated()) return;
    if (!square_)
      return factorise(qr, fmt::format("A is {}: {}, by QR, which squares no condition number", shape_of(A_),
                                       A_.rows > A_.columns ? "least squares" : "the solution of least norm"));
    if (symmetric_ && positive_diagonal_) {
      if (tried(cholesky, "A is symmetric, and positive definite as its factor shows")) return;
      if (!too_large_.empty()) return iterate(pcg, "A is symmetric with a positive diagonal, and " + too_large_);
    }
    if (symmetric_ && (dense_ || A_.columns <= ldlt_columns / 4) &&
        tried(ldlt, "A is symmetric and not positive definite"))
      return;
    if (tried(lu, symmetric_ ? "A is symmetric, not positive definite, and sparse: LU keeps it so where pivots must be "
                               "chosen"
                             : "A is square and not symmetric"))
      return;
    if (!dense_ && A_.columns > most_of_sparse_qr)
      return iterate(lsmr,
                     "A is singular to rounding, as its LU factors show, and too large for a QR factorisation to "
                     "find its rank: LSMR finds the answer of least norm");
    factorise(qr, "A is singular to rounding, as its LU factors show: QR finds its rank");
  }

  // ---- iterative methods

  std::unique_ptr<Preconditioner> preconditioner(LinearMethod method) {
    const bool takes_one = method == pcg || method == minres || method == gmres;
    PreconditionerKind kind = options_.preconditioner;
    if (!takes_one) {
      if (kind != PreconditionerKind::automatic && kind != PreconditionerKind::none)
        throw Error(
            fmt::format("{} takes no preconditioner; expected pcg, minres or gmres with one", to_string(method)));
      return nullptr;
    }
    if (kind == PreconditionerKind::automatic && method == minres) return nullptr;
    if (kind == PreconditionerKind::automatic) kind = suitable_preconditioner(A_);
    if (kind != PreconditionerKind::none) solution_.form = to_string(kind);
    if (method != gmres && kind == PreconditionerKind::incomplete_lu)
      throw Error(
          fmt::format("{} needs a preconditioner that is symmetric, and incomplete-lu is not; expected jacobi, "
                      "block-jacobi or incomplete-cholesky",
                      to_string(method)));
    return make_preconditioner(A_, kind);
  }

  IterationOutcome iterations(LinearMethod method, const Preconditioner* M) {
    const SparseOperator A(A_);
    const IterationOptions& how = options_.iterations;
    const double* b = b_.data();
    double* x = x_.data();
    switch (method) {
      case jacobi:
        return thalweg::jacobi(A_, b, x, how);
      case gauss_seidel:
        return thalweg::gauss_seidel(A_, b, x, how);
      case sor:
        return successive_overrelaxation(A_, b, x, how);
      case gradient_descent:
        return thalweg::gradient_descent(A, b, x, how);
      case minres:
        return thalweg::minres(A, b, x, M, how);
      case gmres:
        return thalweg::gmres(A, b, x, M, how);
      case lsqr:
        return thalweg::lsqr(A, b, x, how);
      case lsmr:
        return thalweg::lsmr(A, b, x, how);
      default:
        return conjugate_gradients(A, b, x, M, how);
    }
  }

  void iterate(LinearMethod method, std::string reason) {
    const bool least_squares = method == lsqr || method == lsmr;
    if (!least_squares) iterative::expect_square(A_.rows, A_.columns, std::string(to_string(method)).c_str());
    if ((method == cg || method == pcg || method == minres || method == gradient_descent) && !symmetric_)
      throw Error(fmt::format("{} needs a symmetric matrix, and this one of {} is not; expected gmres, lsqr or lsmr",
                              to_string(method), shape_of(A_)));
    const std::unique_ptr<Preconditioner> M = preconditioner(method);
    solution_.seconds.factor = clock_.lap();
    x_ = Vector::Zero(A_.columns);
    IterationOutcome outcome = iterations(method, M.get());
    solution_.seconds.solve = clock_.lap();
    solution_.method = method;
    solution_.reason = std::move(reason);
    solution_.condition = outcome.condition;
    solution_.iterations = outcome.iterations;
    solution_.trace = std::move(outcome.trace);
    solution_.ending = std::move(outcome.reason);
    measure(least_squares);
    solution_.solved = outcome.status == IterationOutcome::Status::converged;
    verify(least_squares);
  }

  /// A recurrence may believe in a residual that is not there.
  void verify(bool least_squares) {
    if (!solution_.solved) return;
    const double b = b_.stableNorm(), wanted = options_.iterations.tolerance;
    if (least_squares) return verify_least_squares(b, wanted);
    const double is = b > 0.0 ? solution_.residual_norm / b : solution_.residual_norm;
    if (is <= 10.0 * wanted) return;
    // What A x loses to rounding cannot be told from the residual.
    if (solution_.backward_error <= well_solved) {
      note(fmt::format("the residual is {:.1e} of b, not the {:.1e} that was asked for: less is rounding", is, wanted));
      return;
    }
    solution_.solved = false;
    solution_.ending = fmt::format("the recurrence met the tolerance, but the residual is {:.1e} of b", is);
  }

  /// A residual that is not small must be orthogonal to the columns of A.
  void verify_least_squares(double b, double wanted) {
    const double part = b > 0.0 ? solution_.residual_norm / b : 0.0;
    if (part <= 10.0 * wanted) return;
    if (!(solution_.backward_error <= 100.0 * std::max(wanted, well_solved))) {
      solution_.solved = false;
      solution_.ending =
          fmt::format("the recurrence met the tolerance, but the backward error is {:.1e}", solution_.backward_error);
      return;
    }
    if (square_)
      note(fmt::format(
          "the residual is {:.2g} of b: a least-squares answer to that tolerance, not a solution of A x = b", part));
  }

  // ---- what the answer is worth

  void measure(bool least_squares, const Factorization* factors = nullptr) {
    if (!x_.allFinite()) return;
    const direct::Quality quality = direct::quality_of(A_, b_, x_, least_squares, factors);
    solution_.backward_error = quality.backward_error;
    solution_.residual_norm = quality.residual_norm;
  }

  std::string rounding() const {
    return fmt::format("the backward error {:.2g} is rounding", solution_.backward_error);
  }
  void note(const std::string& text) { solution_.notes.push_back(text); }

  const SparseMatrix& A_;
  Vector b_, x_;
  LinearOptions options_;
  bool square_, symmetric_, positive_diagonal_ = false, dense_ = false;
  std::string too_large_;
  Clock clock_;
  LinearSolution solution_;
};

/// Of the largest magnitude; 0 where all are zero.
int exponent(std::span<const double> values) {
  double most = 0.0;
  for (const double v : values) most = std::max(most, std::abs(v));
  return most > 0.0 ? std::ilogb(most) : 0;
}

}  // namespace

LinearSolution solve_linear(const SparseMatrix& A, std::span<const double> b, const LinearOptions& options) {
  A.validate();
  options.iterations.validate();
  if (static_cast<std::int64_t>(b.size()) != A.rows)
    throw Error(fmt::format("A has {} rows, and b {} numbers; expected as many", A.rows, b.size()));
  for (std::size_t i = 0; i < b.size(); ++i)
    if (!std::isfinite(b[i])) throw Error(fmt::format("number {} of b is not finite; expected a number", i + 1));
  if (A.rows == 0 || A.columns == 0) throw Error("A has no entries; expected at least one row and one column");
  const int of_A = exponent(A.value), of_b = exponent(b);
  if (std::abs(of_A) <= most_exponent && std::abs(of_b) <= most_exponent) return SystemSolver(A, b, options).run();
  SparseMatrix scaled = A;
  for (double& v : scaled.value) v = std::ldexp(v, -of_A);
  std::vector<double> right(b.begin(), b.end());
  for (double& v : right) v = std::ldexp(v, -of_b);
  LinearSolution found = SystemSolver(scaled, right, options).run();
  for (double& v : found.x) v = std::ldexp(v, of_b - of_A);
  found.residual_norm = std::ldexp(found.residual_norm, of_b);
  if (std::any_of(found.x.begin(), found.x.end(), [](double v) { return !std::isfinite(v); })) {
    found.solved = false;
    found.ending = beyond_range;
  }
  return found;
}

}  // namespace thalweg::inline v0_1
