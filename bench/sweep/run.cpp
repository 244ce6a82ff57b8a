#include "run.hpp"

#include <algorithm>
#include <cmath>
#include <stdexcept>

#include <thalweg/minimize/solve.hpp>
#include <thalweg/models/build.hpp>

namespace sweep {
namespace {

using thalweg::Globalization;
using thalweg::Method;

std::vector<Contender> all_contenders() {
  const auto make = [](std::string name, Method method, Globalization globalization = Globalization::automatic) {
    return Contender{std::move(name), {.method = method, .globalization = globalization}};
  };
  return {make("lm", Method::levenberg_marquardt),
          make("levenberg", Method::levenberg),
          make("dogleg", Method::dogleg),
          make("subspace-dogleg", Method::subspace_dogleg),
          make("gauss-newton", Method::gauss_newton),
          make("gauss-newton-full", Method::gauss_newton, Globalization::none),
          make("newton", Method::newton),
          make("newton-line", Method::newton, Globalization::line_search),
          make("newton-cg", Method::newton_cg),
          make("bfgs", Method::bfgs),
          make("lbfgs", Method::lbfgs),
          make("nonlinear-cg", Method::nonlinear_cg),
          make("gradient-descent", Method::gradient_descent)};
}

/// Ends of several methods at one minimum are judged once: a point this near an accepted one, at its cost, has no
/// descent of 1 %.
Judgement judge_once(Model& model, const std::vector<double>& x, bool claimed, const std::vector<Outcome>& before) {
  constexpr double same_point = 1e-7;
  constexpr Real same_cost = 1e-9L;
  RealVector point(model.parameters());
  for (int j = 0; j < point.size(); ++j) point[j] = x[static_cast<std::size_t>(j)];
  const Real cost = model.evaluate(point, 0).cost;
  for (const Outcome& o : before) {
    const Verdict v = o.judgement.verdict;
    if (v != Verdict::minimum && v != Verdict::kink && v != Verdict::tail) continue;
    bool same = std::abs(cost - o.judgement.cost) <= same_cost * o.judgement.cost;
    for (std::size_t j = 0; j < x.size(); ++j) same = same && std::abs(x[j] - o.x[j]) <= same_point * std::abs(o.x[j]);
    if (!same) continue;
    Judgement judgement = o.judgement;
    judgement.cost = cost;
    return judgement;
  }
  return judge(model, x, claimed);
}

Outcome run_one(const thalweg::Problem& problem, Model& model, const Contender& contender,
                const std::vector<Outcome>& before, bool all_ends) {
  Outcome outcome;
  const thalweg::Result result = thalweg::solve(problem, contender.options);
  outcome.converged = result.converged();
  outcome.status = thalweg::to_string(result.status);
  outcome.reason = result.reason;
  outcome.x = result.x;
  outcome.evaluations = result.evaluations.cost + result.evaluations.jacobian + result.evaluations.hessian +
                        result.evaluations.hessian_products;
  outcome.seconds = result.seconds.total;
  outcome.judgement = judge_once(model, result.x, all_ends || outcome.converged, before);

  RealVector start(model.parameters());
  for (int j = 0; j < start.size(); ++j) start[j] = model.start[static_cast<std::size_t>(j)];
  const Evaluation first = model.evaluate(start, 0);
  outcome.start_cost = static_cast<double>(first.cost);
  outcome.rises =
      outcome.judgement.verdict != Verdict::non_finite &&
      outcome.judgement.cost > first.cost * (1.0L + 1e-9L) + 3.0L * (first.cost_error + outcome.judgement.cost_error);
  return outcome;
}

}  // namespace

std::vector<Contender> contenders(const std::string& names, int max_iterations, double time_limit) {
  std::vector<Contender> chosen;
  const std::string list = "," + names + ",";
  for (Contender& c : all_contenders()) {
    c.options.threads = 1;
    c.options.max_iterations = max_iterations;
    c.options.time_limit = time_limit;
    if (names == "all" || list.find("," + c.name + ",") != std::string::npos) chosen.push_back(std::move(c));
  }
  const auto wanted = std::count(list.begin(), list.end(), ',') - 1;
  if (names != "all" && static_cast<std::ptrdiff_t>(chosen.size()) != wanted)
    throw std::runtime_error("a method in '" + names + "' is unknown");
  return chosen;
}

ProblemRecord run_problem(const SweepProblem& problem, std::uint64_t index, const std::vector<Contender>& contenders,
                          bool all_ends) {
  ProblemRecord record;
  record.index = index;
  record.name = problem.name;
  const thalweg::CurveProblem built = thalweg::build_problem(problem.fit);
  Model model(problem.fit);
  for (const Contender& c : contenders)
    record.outcomes.push_back(run_one(built.problem, model, c, record.outcomes, all_ends));

  record.best_cost = INFINITY;
  for (const Outcome& o : record.outcomes)
    if (o.judgement.verdict != Verdict::non_finite) record.best_cost = std::min(record.best_cost, o.judgement.cost);
  RealVector x(model.parameters());
  for (Outcome& o : record.outcomes) {
    if (o.judgement.verdict == Verdict::non_finite) continue;
    for (int j = 0; j < x.size(); ++j) x[j] = o.x[static_cast<std::size_t>(j)];
    const Real room = 100.0L * model.evaluate(x, 0).cost_error;
    o.reaches = o.judgement.cost <= record.best_cost * (1.0L + 1e-6L) + room;
  }
  return record;
}

}  // namespace sweep
