#include <minimize/plan.hpp>

#include <algorithm>

#include <fmt/format.h>

namespace thalweg {
namespace {

bool keeps_a_matrix(const Options& options) {
  return options.method == Method::newton || options.method == Method::bfgs;
}

}  // namespace

bool nothing_moves(const Problem& problem, std::span<const std::int64_t> pinned) {
  for (std::int64_t i = 0; i < static_cast<std::int64_t>(problem.start().size()); ++i)
    if (problem.moves(i) && std::find(pinned.begin(), pinned.end(), i) == pinned.end()) return false;
  return true;
}

LinearChoice choose_linear_solver(LinearSolverKind requested, std::int64_t columns) {
  if (requested != LinearSolverKind::automatic) return {requested, "as requested"};
  return {LinearSolverKind::dense_qr,
          fmt::format("{} parameter{}: a dense factor is small, and QR keeps the most digits", columns,
                      columns == 1 ? "" : "s")};
}

double memory_of_solve(const Options& options, std::int64_t rows, std::int64_t columns) {
  const auto m = static_cast<double>(rows), n = static_cast<double>(columns);
  const double point = m * (n + 1.0);  // a Jacobian and a residual
  double numbers = point;
  if (needs_residuals(options.method)) {
    const bool qr = choose_linear_solver(options.linear_solver, columns).kind == LinearSolverKind::dense_qr;
    const double factored = point + 3.0 * n * n;            // of one QR: [J r], R, and R above the damping
    numbers += point + 3.0 * m;                             // the trial point, and residuals to work in
    numbers += qr ? factored : 2.0 * n * n;                 // or else JᵀJ and its factor
    if (options.polish) numbers += factored + 2.0 * n * n;  // a QR of its own, the curvature and Newton's matrix
  } else if (keeps_a_matrix(options)) {
    numbers += 3.0 * n * n;  // the Hessian or its inverse, its factor, and one to work in
  } else {
    numbers += 2.0 * n * options.memory;  // the pairs of lbfgs; little for the others
  }
  return 8.0 * numbers;
}

}  // namespace thalweg
