// Each method that Ceres has too, beside Ceres: the same functions from the same starts.
#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include <ceres/ceres.h>
#include <doctest/doctest.h>
#include <glog/logging.h>
#include <support/cutting_box.hpp>
#include <support/group_cost.hpp>

#include <thalweg/minimize/solve.hpp>
#include <thalweg/models/catalogue.hpp>

using namespace thalweg;

namespace {

// Neither solver stops before it is at the minimum to 1e-8, nor goes on far beyond.
constexpr double function_tolerance = 1e-12, gradient_tolerance = 1e-10;
constexpr int max_iterations = 3000;

struct End {
  double cost = 0.0;
  std::int64_t iterations = 0;
  std::vector<double> x;
};

struct Case {
  const CatalogueProblem* entry;
  Box box;  ///< empty: none
};

ceres::Solver::Options tight() {
  FLAGS_minloglevel = google::GLOG_FATAL;
  ceres::Solver::Options o;
  o.linear_solver_type = ceres::DENSE_QR;
  o.logging_type = ceres::SILENT;
  o.function_tolerance = function_tolerance;
  o.gradient_tolerance = gradient_tolerance;
  o.parameter_tolerance = 1e-14;
  o.max_num_iterations = max_iterations;
  o.max_num_consecutive_invalid_steps = 50;
  return o;
}

End by_ceres(const Case& c, const ceres::Solver::Options& options) {
  const Problem ours = c.entry->problem(c.entry->starts.front());
  End end{0.0, 0, c.entry->starts.front()};
  ceres::Problem problem;
  problem.AddResidualBlock(new GroupCost(*ours.groups().front()), nullptr, end.x.data());
  for (int j = 0; j < static_cast<int>(c.box.lower.size()); ++j) {
    const auto i = static_cast<std::size_t>(j);
    end.x[i] = std::clamp(end.x[i], c.box.lower[i], c.box.upper[i]);
    problem.SetParameterLowerBound(end.x.data(), j, c.box.lower[i]);
    problem.SetParameterUpperBound(end.x.data(), j, c.box.upper[i]);
  }
  ceres::Solver::Summary summary;
  ceres::Solve(options, &problem, &summary);
  end.cost = summary.final_cost;
  end.iterations = static_cast<int>(summary.iterations.size()) - 1;
  return end;
}

End by_us(const Case& c, Options options) {
  options.function_tolerance = function_tolerance;
  options.gradient_tolerance = gradient_tolerance;
  options.max_iterations = max_iterations;
  options.polish = false;
  const Result result = solve(boxed(*c.entry, c.box, c.entry->starts.front()), options);
  return {result.final_cost, result.iterations, result.x};
}

std::vector<Case> mgh() {
  std::vector<Case> all;
  for (int k = 0; k < mgh_instances; ++k) all.push_back({&catalogue()[static_cast<std::size_t>(k)], {}});
  return all;
}

/// Costs below this part of the first are a zero that each solver reaches in its own way.
constexpr double zero = 1e-16;

/// Over the problems that both solve to the same cost, ours may need 1.5 times the iterations of Ceres in total; and
/// it must solve what Ceres solves: at least `least` of them end at one cost, and at most `worse` end above Ceres's.
void compare(const std::string& what, const std::vector<Case>& cases, const Options& ours,
             const ceres::Solver::Options& theirs, int least, int worse) {
  int same = 0, above = 0, below = 0, our_iterations = 0, their_iterations = 0;
  std::string other;
  for (const Case& c : cases) {
    const End a = by_us(c, ours), b = by_ceres(c, theirs);
    const double first = solve(c.entry->problem(c.entry->starts.front()), {.max_iterations = 0}).initial_cost;
    const double room = 1e-8 * b.cost + zero * first;
    if (std::abs(a.cost - b.cost) <= room) {
      ++same;
      our_iterations += a.iterations;
      their_iterations += b.iterations;
    } else {
      ++(a.cost > b.cost ? above : below);
      other += "\n  " + c.entry->name + ": ours " + std::to_string(a.cost) + " after " + std::to_string(a.iterations) +
               ", Ceres " + std::to_string(b.cost) + " after " + std::to_string(b.iterations);
    }
  }
  MESSAGE(what << ": " << same << " at one cost in " << our_iterations << " iterations, Ceres in " << their_iterations
               << "; ours lower on " << below << ", higher on " << above << other);
  CHECK(same >= least);
  CHECK(above <= worse);
  CHECK(our_iterations <= 1.5 * their_iterations);
}

}  // namespace

TEST_CASE("beside Ceres: Levenberg-Marquardt") { compare("levenberg-marquardt", mgh(), {}, tight(), 34, 0); }

TEST_CASE("beside Ceres: dogleg and subspace dogleg") {
  ceres::Solver::Options options = tight();
  options.trust_region_strategy_type = ceres::DOGLEG;
  options.dogleg_type = ceres::TRADITIONAL_DOGLEG;
  // From the standard start of Gulf's function ours runs onto a plateau, from that of brown-almost-linear-30 to its
  // local minimum.
  compare("dogleg", mgh(), {.method = Method::dogleg}, options, 35, 2);
  options.dogleg_type = ceres::SUBSPACE_DOGLEG;
  compare("subspace-dogleg", mgh(), {.method = Method::subspace_dogleg}, options, 37, 1);
}

TEST_CASE("beside Ceres: BFGS, L-BFGS and nonlinear conjugate gradients") {
  ceres::Solver::Options options = tight();
  options.minimizer_type = ceres::LINE_SEARCH;
  options.line_search_type = ceres::WOLFE;
  options.line_search_direction_type = ceres::BFGS;
  compare("bfgs", mgh(), {.method = Method::bfgs}, options, 37, 0);
  options.line_search_direction_type = ceres::LBFGS;
  options.max_lbfgs_rank = 20;
  compare("lbfgs", mgh(), {.method = Method::lbfgs}, options, 38, 0);
  options.line_search_direction_type = ceres::NONLINEAR_CONJUGATE_GRADIENT;
  for (const auto& [theirs, ours] : {std::pair{ceres::FLETCHER_REEVES, ConjugateGradient::fletcher_reeves},
                                     std::pair{ceres::POLAK_RIBIERE, ConjugateGradient::polak_ribiere},
                                     std::pair{ceres::HESTENES_STIEFEL, ConjugateGradient::hestenes_stiefel}}) {
    options.nonlinear_conjugate_gradient_type = theirs;
    compare("nonlinear-cg " + std::string(to_string(ours)), mgh(),
            {.method = Method::nonlinear_cg, .conjugate_gradient = ours}, options, 18, 0);
  }
}

// Ceres clips its steps, and often ends where the optimality conditions do not hold: there ours must be lower.
TEST_CASE("beside Ceres: bounds that cut off the minimum") {
  std::vector<Case> cases;
  for (const Case& c : mgh()) cases.push_back({c.entry, cutting_box(*c.entry)});
  compare("bounds, levenberg-marquardt", cases, {}, tight(), 18, 0);
  ceres::Solver::Options options = tight();
  options.trust_region_strategy_type = ceres::DOGLEG;
  compare("bounds, dogleg", cases, {.method = Method::dogleg}, options, 18, 0);
}
