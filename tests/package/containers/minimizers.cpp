#include <cmath>

#include <thalweg/minimize/line_search.hpp>
#include <thalweg/minimize/multistart.hpp>
#include <thalweg/minimize/solve_plan.hpp>
#include <thalweg/minimize/strategy.hpp>

#include "containers.hpp"

namespace containers {
namespace {

using namespace thalweg;

/// φ(α) = (α − 1)².
struct Parabola final : LineFunction {
  double value(double alpha) override { return (alpha - 1.0) * (alpha - 1.0); }
  LinePoint evaluate(double alpha) override { return {alpha, value(alpha), 2.0 * (alpha - 1.0)}; }
};

void solves() {
  Fit fit;
  int calls = 0;
  Options options{.record_points = true};
  options.callback = [&calls, kept = std::vector<double>(100, 1.0)](const IterationRecord& record) {
    calls += record.x.size() == 2 && kept.size() == 100;
    return Action::proceed;
  };
  const Result result = solve(fit.problem, options);
  check(result.converged() && calls > 0 && result.trace.size() > 1 && !result.reason.empty(),
        "a solve with a callback");
  Result copy = result;
  copy.trace.push_back(copy.trace.back());
  copy.trace.push_back(result.trace.front());
  copy.notes.emplace_back("a note that is long enough to be allocated on the heap, by this program");
  copy.x.resize(1000);
  copy = result;
  check(copy.x == result.x, "a result is copied");

  Solver solver(fit.problem);
  Result again = solver.solve_from({5.0, 0.5});
  check((again[fit.p] - result[fit.p]).norm() < 1e-8, "a solve from a point");
  Solver moved = std::move(solver);
  again = moved.solve();
  const std::vector<std::int64_t> pinned = {0};
  check(Solver(fit.problem, pinned).solve().x[0] == 1.0, "a pinned component");
  check(!plan_solve(fit.problem, {}).linear_solver.empty() && !solves_by_blocks(fit.problem, {}), "a plan");

  const auto rosenbrock = objective(2, [](const auto& x) {
    const auto a = 1.0 - x[0], b = x[1] - x[0] * x[0];
    return a * a + 100.0 * b * b;
  });
  for (const Method method : {Method::newton, Method::newton_cg, Method::bfgs, Method::lbfgs, Method::nonlinear_cg})
    for (const Box& box : {Box{}, Box{{-2.0, -2.0}, {0.5, 2.0}}}) {
      const Result low = minimize(rosenbrock, {-1.2, 1.0}, {.method = method}, box);
      check(low.x.size() == 2 && low.final_cost < 0.3, "an objective, with and without a box");
    }

  MultistartResult many = multistart(fit.problem, {}, {.starts = 5});
  check(!many.minima.list.empty() && many.minima.list.front().x.size() == 2, "many starts");
  many.minima.list.push_back(many.minima.list.front());
  many = multistart(fit.problem, {}, {.starts = 3});
  check(many.best.x.size() == 2, "many starts again");

  Parabola phi;
  for (const LineSearch kind : {LineSearch::backtracking, LineSearch::strong_wolfe, LineSearch::hager_zhang})
    check(search_line(kind, phi, phi.evaluate(0.0), 1.5).decreased(), "a line search");
  check(make_strategy({}) != nullptr, "a strategy");
}

void names() {
  check(parse_method("lm") == Method::levenberg_marquardt && to_string(Method::bfgs) == "bfgs", "methods by name");
  check(parse_damping(to_string(Damping::radius)) == Damping::radius &&
            parse_scaling(to_string(Scaling::current)) == Scaling::current &&
            parse_globalization(to_string(Globalization::none)) == Globalization::none &&
            parse_linear_solver(to_string(LinearSolverKind::cholmod)) == LinearSolverKind::cholmod &&
            parse_line_search(to_string(LineSearch::exact)) == LineSearch::exact &&
            parse_conjugate_gradient(to_string(ConjugateGradient::hager_zhang)) == ConjugateGradient::hager_zhang &&
            parse_curvature(to_string(Curvature::exact)) == Curvature::exact &&
            parse_update_guard(to_string(UpdateGuard::damp)) == UpdateGuard::damp,
        "options by name");
  try {
    parse_method("no such method, in a name that is long enough to be allocated");
    check(false, "an unknown method is refused");
  } catch (const Error& error) {
    check(std::string(error.what()).find("no such method") != std::string::npos, "an error's text");
  }
}

}  // namespace

void minimizers() {
  solves();
  names();
}

}  // namespace containers
