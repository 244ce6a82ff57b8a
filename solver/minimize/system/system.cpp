// What a system can do by its steps and costs alone.
#include <thalweg/minimize/system.hpp>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include <fmt/format.h>
#include <minimize/verification/thresholds.hpp>
#include <thalweg/base/error.hpp>

namespace thalweg::inline v0_1 {
namespace {

constexpr double epsilon = std::numeric_limits<double>::epsilon();
// Of the step that a claim is verified by.
constexpr double least_damping = 1e-14, most_damping = 1e-6;
// A promise of so many times what is allowed is tried, by so many steps, each this part of the one before.
constexpr double doubtful = 100.0, next_part = 0.25;
constexpr int parts = 6;
// Part of itself by which the cost may change where no residual does.
constexpr double unmoved = 16.0 * epsilon;

}  // namespace

void System::prepare(SolveContext& context) {
  if (context.options.linear_solver != LinearSolverKind::automatic)
    throw Error("the options name a linear solver, and the system has its own; expected automatic");
  context.result.linear_solver = steps().name();
  context.result.linear_solver_reason = "the system's own";
}

std::string System::column_name(std::int64_t column) const { return fmt::format("x[{}]", column); }

double System::residual_norm() const { return std::sqrt(2.0 * cost()); }

Stationarity System::measure(double allowed) {
  Stationarity found;
  found.allowed = allowed;
  if (cost() == 0.0) return found;
  double squares = 0.0;
  const auto D = steps().column_norms(), x = sizes();
  for (std::size_t j = 0; j < D.size(); ++j) squares += D[j] * x[j] * D[j] * x[j];
  steps().add_up({&squares, 1});
  const double rounding = rounding_terms * epsilon * std::sqrt(squares);
  found.rounding = rounding / residual_norm();
  found.only_rounding = residual_norm() <= rounding;
  if (!found.only_rounding) found.promised = promised_decrease(allowed);
  return found;
}

double System::promised_decrease(double allowed) {
  const auto norms = steps().column_norms();
  std::vector<double> D(norms.begin(), norms.end()), step(D.size());
  for (double& d : D)
    if (!(d > 0.0)) d = 1.0;
  for (double lambda = least_damping; lambda <= most_damping; lambda *= 100.0) {
    const LinearStatus status = steps().solve(lambda, D.data(), step.data());
    if (status == LinearStatus::fatal) break;
    if (!usable(status)) continue;
    // −½gᵀδ, which is ½‖Jδ‖² + ½λ‖Dδ‖²: of a long step along a direction that hardly matters, a product with JᵀJ would
    // be rounding.
    const auto g = steps().gradient();
    double slope = std::inner_product(step.begin(), step.end(), g.begin(), 0.0);
    steps().add_up({&slope, 1});
    const double promised = -0.5 * slope / cost();
    if (promised > allowed) return promised <= doubtful * allowed ? kept_of(promised, allowed, step) : promised;
    // Conjugate gradients that ran out of iterations have found a part of the decrease: with more damping they may end.
    if (status != LinearStatus::inexact) return promised;
  }
  return std::numeric_limits<double>::infinity();
}

/// A promise that is small, of a step that is long, as of points that run to infinity, is tried: where no part of the
/// step takes more than is allowed from the cost, what it takes most; otherwise the promise.
double System::kept_of(double promised, double allowed, std::vector<double>& step) {
  double kept = 0.0;
  for (int k = 0; k < parts; ++k) {
    const double taken = (cost() - cost_beside(step.data())) / cost();
    if (taken > allowed) return promised;
    kept = std::max(kept, taken);
    for (double& d : step) d *= next_part;
  }
  return kept;
}

bool System::is_unmoved_by(const double* step, double allowed) {
  return std::abs(cost_beside(step) - cost()) <= std::max(allowed * residual_norm(), unmoved * cost());
}

std::vector<double> System::scatter(std::vector<double> x, double spread, std::mt19937_64& random) const {
  std::normal_distribution<double> normal;
  for (double& v : x) {
    const double draw = spread * normal(random);
    v = v != 0.0 ? v * std::exp(draw) : draw;
  }
  return x;
}

}  // namespace thalweg::inline v0_1
