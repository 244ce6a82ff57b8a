#include <thalweg/linear/linear_comparison.hpp>

#include <algorithm>
#include <cmath>
#include <limits>

#include <linear/direct/eigen_sparse.hpp>
#include <linear/general/sparsity.hpp>
#include <math/dense_decompositions.hpp>
#include <thalweg/base/cancellation.hpp>
#include <thalweg/base/error.hpp>

namespace thalweg::inline v0_1 {
namespace {

Spectrum spectrum_of(const SparseMatrix& A, bool symmetric) {
  Spectrum s;
  const Eigen::MatrixXd M = eigen_dense(A);
  Eigen::VectorXd values;
  if (symmetric) {
    s.kind = Spectrum::Kind::eigenvalues;
    values = Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd>(M, Eigen::EigenvaluesOnly).eigenvalues();
  } else {
    s.kind = Spectrum::Kind::singular_values;
    values = Eigen::BDCSVD<Eigen::MatrixXd>(M).singularValues();
  }
  s.values.assign(values.data(), values.data() + values.size());
  std::sort(s.values.begin(), s.values.end());
  return s;
}

/// A direct method does everything in one step.
void trace_direct(LinearSolution& s, double norm_of_b) {
  const double scale = norm_of_b > 0.0 ? norm_of_b : 1.0;
  s.trace = {{0, norm_of_b / scale, std::numeric_limits<double>::quiet_NaN(), 0.0},
             {1, s.residual_norm / scale, std::numeric_limits<double>::quiet_NaN(), s.seconds.total}};
}

}  // namespace

double Spectrum::condition() const {
  double least = std::numeric_limits<double>::infinity(), most = 0.0;
  for (const double v : values) {
    least = std::min(least, std::abs(v));
    most = std::max(most, std::abs(v));
  }
  return least > 0.0 ? most / least : std::numeric_limits<double>::infinity();
}

std::int64_t LinearComparison::promised(LinearMethod method, double tolerance) const {
  const double kappa = spectrum.condition();
  if (!definite || !std::isfinite(kappa) || !(tolerance > 0.0)) return 0;
  const auto n = static_cast<double>(spectrum.values.size());
  constexpr double most = 1e18;
  if (method == LinearMethod::cg)
    return static_cast<std::int64_t>(std::ceil(std::min(n, 0.5 * std::sqrt(kappa) * std::log(2.0 / tolerance))));
  if (method == LinearMethod::gradient_descent)
    return static_cast<std::int64_t>(std::min(most, std::ceil(0.5 * kappa * std::log(1.0 / tolerance))));
  return 0;
}

LinearComparison compare_linear(const SparseMatrix& A, std::span<const double> b,
                                const LinearComparisonOptions& options) {
  std::vector<LinearMethod> methods = options.methods;
  if (methods.empty()) methods.assign(all_linear_methods().begin(), all_linear_methods().end());
  A.validate();
  LinearComparison comparison;
  comparison.symmetric = A.is_symmetric();
  const double norm_of_b =
      Eigen::Map<const Eigen::VectorXd>(b.data(), static_cast<Eigen::Index>(b.size())).stableNorm();
  LinearOptions each = options.options;
  for (const LinearMethod method : methods) {
    LinearRun run{method, {}, {}};
    each.method = method;
    // Of the preconditioner only those speak that take one.
    const bool takes_one =
        method == LinearMethod::pcg || method == LinearMethod::minres || method == LinearMethod::gmres;
    each.preconditioner = takes_one ? options.options.preconditioner : PreconditionerKind::automatic;
    const CancellationScope limit(options.time_limit);
    try {
      run.solution = solve_linear(A, b, each);
      if (!is_iterative(method)) trace_direct(run.solution, norm_of_b);
    } catch (const Cancelled& cancelled) {
      if (cancelled.on_request()) throw;
      run.refused = cancelled.what();
    } catch (const Error& error) {
      if (static_cast<std::int64_t>(b.size()) != A.rows) throw;
      run.refused = error.what();
    }
    comparison.runs.push_back(std::move(run));
  }
  if (std::max(A.rows, A.columns) <= options.largest_spectrum)
    comparison.spectrum = spectrum_of(A, comparison.symmetric);
  comparison.definite = comparison.spectrum.kind == Spectrum::Kind::eigenvalues &&
                        !comparison.spectrum.values.empty() && comparison.spectrum.values.front() > 0.0;
  if (A.rows == A.columns && A.rows <= options.largest_pattern) comparison.sparsity = sparsity_of(A);
  return comparison;
}

}  // namespace thalweg::inline v0_1
