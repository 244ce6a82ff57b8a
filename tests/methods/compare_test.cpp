#include <algorithm>
#include <array>
#include <cmath>

#include <doctest/doctest.h>
#include <thalweg/methods/compare.hpp>
#include <thalweg/problem/problem.hpp>

#include "support/valleys.hpp"

using namespace thalweg;
using doctest::Approx;

namespace {

/// ½ Σr² of Beale's function.
Problem beale_squares() {
  Problem problem;
  const auto x = problem.add_parameters("x", std::vector<double>{2.0, -2.0});
  problem.add_residuals(
      "r",
      [](const auto& p) {
        return std::array{1.5 - p[0] * (1.0 - p[1]), 2.25 - p[0] * (1.0 - p[1] * p[1]),
                          2.625 - p[0] * (1.0 - p[1] * p[1] * p[1])};
      },
      x);
  return problem;
}

struct Beale {
  Problem problem = beale_squares();
  CompareCase compare_case() const {
    CompareCase c;
    c.name = "beale";
    c.subject.residuals = &problem;
    c.starts = {{2.0, -2.0}, {1.0, 1.0}};
    c.best_known = 0.0;
    c.best_known_from = "catalogue";
    c.certified = {3.0, 0.5};
    c.minima = {{3.0, 0.5}};
    return c;
  }
};

const ComparedMethod& entry(const Comparison& c, const std::string& name) {
  const auto& all = c.problems.front().methods;
  return *std::find_if(all.begin(), all.end(), [&](const ComparedMethod& m) { return m.name == name; });
}

}  // namespace

TEST_CASE("the target is relative to the best known cost, and to the fall where that is zero") {
  const StoppingRule rule{.distance = 1e-3};
  CHECK(rule.target(2.0, 10.0) == Approx(2.002).epsilon(1e-15));
  CHECK(rule.target(0.0, 10.0) == Approx(1e-5).epsilon(1e-12));
  CHECK(rule.target(-1.0, 4.0) == Approx(-0.999).epsilon(1e-15));
}

TEST_CASE("every method runs from every start under one rule, and what it needed is counted to the target") {
  const Beale beale;
  CompareOptions options;
  options.rule.evaluations = 3000.0;
  const std::vector<AnyMethod> methods = {Method::levenberg_marquardt, Method::newton, Method::bfgs, Rule::sgd,
                                          Rule::adam};
  const Comparison c = compare({beale.compare_case()}, methods, options);
  REQUIRE(c.problems.size() == 1);
  const ComparedProblem& problem = c.problems.front();
  CHECK(problem.parameters == 2);
  CHECK(problem.residuals == 3);
  CHECK(problem.initial_costs.size() == 2);
  CHECK(problem.best_known == 0.0);
  REQUIRE(problem.methods.size() == methods.size());
  for (const ComparedMethod& method : problem.methods) {
    CAPTURE(method.name);
    REQUIRE(method.runs.size() == 2);
    for (const ComparedRun& run : method.runs) {
      const double target = options.rule.target(0.0, problem.initial_costs[static_cast<std::size_t>(run.start) - 1]);
      CHECK(run.reached == (run.result.final_cost <= target));
      CHECK(run.result.trace.back().evaluations <= 3000.0 + 20.0);  // the last iteration may be a long one
      CHECK(run.result.trace.front().x.size() == 2);
      if (!run.reached) {
        CHECK(std::isnan(run.evaluations));
        continue;
      }
      CHECK(run.evaluations >= 1.0);
      CHECK(run.seconds >= 0.0);
      CHECK(run.digits > 3.0);
      CHECK(run.result.reason == "the target is reached");
    }
  }
  const ComparedMethod& lm = entry(c, "levenberg-marquardt");
  CHECK(lm.runs[0].reached);
  CHECK(lm.runs[1].reached);
  CHECK(lm.runs[1].evaluations < 60.0);
  CHECK(std::isnan(lm.runs[0].rate));
  CHECK(entry(c, "adam").runs[0].rate == default_rate(Rule::adam));
}

TEST_CASE("what a comparison counts is the same each time") {
  const Beale beale;
  const std::vector<AnyMethod> methods = {Method::levenberg_marquardt, Method::lbfgs, Rule::nesterov};
  CompareOptions options;
  options.rule.evaluations = 500.0;
  const Comparison a = compare({beale.compare_case()}, methods, options),
                   b = compare({beale.compare_case()}, methods, options);
  for (std::size_t m = 0; m < methods.size(); ++m)
    for (std::size_t k = 0; k < 2; ++k) {
      const ComparedRun &p = a.problems[0].methods[m].runs[k], &q = b.problems[0].methods[m].runs[k];
      CHECK(p.result.final_cost == q.result.final_cost);
      CHECK(p.result.iterations == q.result.iterations);
      CHECK(p.result.x == q.result.x);
    }
}

TEST_CASE("a method that cannot run is refused with a sentence, and the others run") {
  const auto f = objective(2, valleys::rosenbrock);
  CompareCase c;
  c.name = "rosenbrock";
  c.subject.objective = &f;
  c.starts = {{-1.2, 1.0}};
  const Comparison result = compare({c}, {Method::levenberg_marquardt, Method::newton});
  CHECK(entry(result, "levenberg-marquardt").refused.find("needs residuals") != std::string::npos);
  CHECK(entry(result, "levenberg-marquardt").runs.empty());
  CHECK(entry(result, "newton").refused.empty());
  CHECK(entry(result, "newton").runs.at(0).reached);
}

TEST_CASE("global methods search the domain, from every start with another seed, and reach the target") {
  Beale beale;
  CompareCase c = beale.compare_case();
  const std::vector<AnyMethod> methods = {Method::levenberg_marquardt, GlobalMethod::differential_evolution,
                                          GlobalMethod::genetic, GlobalMethod::cma_es};
  const Comparison without = compare({c}, methods);
  for (const char* const name : {"differential-evolution", "genetic", "cma-es"})
    CHECK(entry(without, name).refused.find("needs a box, and") != std::string::npos);
  CHECK(entry(without, "levenberg-marquardt").runs.size() == 2);

  c.subject.domain = {{-4.5, -4.5}, {4.5, 4.5}};
  const Comparison with = compare({c}, methods), again = compare({c}, methods);
  for (const std::string name : {"differential-evolution", "genetic", "cma-es"}) {
    CAPTURE(name);
    const ComparedMethod& method = entry(with, name);
    REQUIRE(method.runs.size() == 2);
    CHECK(method.runs[0].result.trace.front().cost != method.runs[1].result.trace.front().cost);
    for (const std::size_t k : {0, 1}) {
      const ComparedRun& run = method.runs[k];
      CHECK(run.reached);
      CHECK(run.evaluations > 20.0);  // a population at least
      CHECK(run.evaluations <= run.result.trace.back().evaluations);
      CHECK(run.result.x == entry(again, name).runs[k].result.x);
    }
  }
}

TEST_CASE("where no best cost is known, the best of all runs serves") {
  const auto f = objective(2, [](const auto& x) { return 7.0 + x[0] * x[0] + 3.0 * x[1] * x[1] + 0.5 * x[0] * x[1]; });
  CompareCase c;
  c.name = "bowl";
  c.subject.objective = &f;
  c.starts = {{4.0, -3.0}};
  const Comparison result = compare({c}, {Method::newton, Rule::sgd});
  CHECK(result.problems[0].best_known == Approx(7.0).epsilon(1e-12));
  CHECK(result.problems[0].best_known_from == "the best of all runs");
  CHECK(entry(result, "newton").runs[0].reached);
  CHECK(entry(result, "sgd").runs[0].reached);
}

TEST_CASE("a best cost is found even where only first-order methods are compared") {
  const auto f = objective(2, [](const auto& x) { return 7.0 + x[0] * x[0] + 3.0 * x[1] * x[1]; });
  CompareCase c;
  c.name = "bowl";
  c.subject.objective = &f;
  c.starts = {{4.0, -3.0}};
  CompareOptions options;
  options.tune = true;
  options.rule.evaluations = 200.0;
  const Comparison result = compare({c}, {Rule::sgd}, options);
  CHECK(result.problems[0].best_known == Approx(7.0).epsilon(1e-9));
  CHECK(entry(result, "sgd").runs[0].reached);
  CHECK(entry(result, "sgd").runs[0].rate == Approx(0.1));  // factors 0.8 and 0.4 per step; 10^-0.5 has -0.9
}

TEST_CASE("tuning takes the rate of the grid that does best, and says what that cost") {
  const auto f = objective(2, [](const auto& x) { return 50.0 * x[0] * x[0] + 0.5 * x[1] * x[1]; });
  CompareCase c;
  c.name = "valley";
  c.subject.objective = &f;
  c.starts = {{1.0, 1.0}};
  c.best_known = 0.0;
  CompareOptions options;
  options.tune = true;
  options.rule.evaluations = 2000.0;
  const Comparison result = compare({c}, {Rule::sgd}, options);
  const ComparedMethod& sgd = entry(result, "sgd");
  // Stable below 2/100; of the grid 10^-2 is the fastest, its upper neighbour 0.0316 diverges.
  CHECK(sgd.runs[0].rate == Approx(0.01));
  CHECK(sgd.runs[0].reached);
  CHECK(sgd.tuning.size() == 11);
  CHECK(std::is_sorted(sgd.tuning.begin(), sgd.tuning.end(),
                       [](const RateTrial& a, const RateTrial& b) { return a.rate < b.rate; }));
  double spent = 0.0;
  for (const RateTrial& trial : sgd.tuning) spent += trial.evaluations;
  CHECK(sgd.tuning_evaluations == spent);
  CHECK(spent > 4.0 * sgd.runs[0].evaluations);
}

TEST_CASE("the cost of a run is that where it ends, and the lowest on its way stands beside it") {
  // The heavy ball swings through the minimum after some 20 steps, and is past it when the budget is spent.
  const auto f = objective(1, [](const auto& x) { return 0.5 * x[0] * x[0]; });
  CompareCase c;
  c.name = "swing";
  c.subject.objective = &f;
  c.starts = {{10.0}};
  c.best_known = 0.0;
  CompareOptions options;
  options.rule.evaluations = 36.0;
  options.train.rate = 1e-2;
  const Comparison result = compare({c}, {Rule::momentum}, options);
  const ComparedRun& run = entry(result, "momentum").runs[0];
  CHECK(!run.reached);
  CHECK(!run.diverged);
  CHECK(run.result.final_cost == run.result.trace.back().cost);
  CHECK(f.value(run.result.x) == Approx(run.result.final_cost).epsilon(1e-14));
  CHECK(run.lowest_cost < 0.1 * run.result.final_cost);
  CHECK(run.lowest_iteration > 10.0);
  CHECK(run.lowest_iteration < 30.0);
}

TEST_CASE("a run that ends higher than it began has diverged") {
  const auto f = objective(1, [](const auto& x) { return 50.0 * x[0] * x[0]; });
  CompareCase c;
  c.name = "steep";
  c.subject.objective = &f;
  c.starts = {{1.0}};
  c.best_known = 0.0;
  CompareOptions options;
  options.train.rate = 1.0;  // each step multiplies x by -99
  const Comparison result = compare({c}, {Rule::sgd, Method::newton}, options);
  const ComparedRun& run = entry(result, "sgd").runs[0];
  CHECK(run.diverged);
  CHECK(run.result.final_cost > 50.0);
  CHECK(run.lowest_cost == 50.0);
  CHECK(run.lowest_iteration == 0.0);
  CHECK(!entry(result, "newton").runs[0].diverged);
}

TEST_CASE("the grid of rates is widened where its last is the best, and an end of it is said") {
  CompareOptions options;
  options.tune = true;
  options.rule.evaluations = 300.0;
  const auto tuned = [&](double curvature) {
    const auto f = objective(1, [=](const auto& x) { return 0.5 * curvature * x[0] * x[0]; });
    CompareCase c;
    c.name = "parabola";
    c.subject.objective = &f;
    c.starts = {{1.0}};
    c.best_known = 0.0;
    return entry(compare({c}, {Rule::sgd}, options), "sgd");
  };
  for (const double curvature : {1e12, 1e-6}) {  // the best rate is 1 / curvature
    CAPTURE(curvature);
    const ComparedMethod sgd = tuned(curvature);
    CHECK(sgd.runs[0].reached);
    CHECK(sgd.runs[0].rate == Approx(1.0 / curvature));
    CHECK(sgd.rate_edge == RateEdge::none);
  }
  const ComparedMethod flat = tuned(1e-12), steep = tuned(1e20);
  CHECK(flat.runs[0].rate == Approx(1e8));
  CHECK(flat.rate_edge == RateEdge::largest);
  CHECK(steep.runs[0].rate == Approx(1e-16));
  CHECK(steep.rate_edge == RateEdge::smallest);
  CHECK(steep.runs[0].diverged);  // 10,000 times too large
  CHECK(steep.tuning.front().diverged == 1);
}

TEST_CASE("the map of two parameters shows starts, minima and ends") {
  const Beale beale;
  const Comparison c = compare({beale.compare_case()}, {Method::levenberg_marquardt, Rule::momentum});
  REQUIRE(c.problems[0].landscape);
  const Landscape& map = *c.problems[0].landscape;
  for (const std::vector<double>& x : {std::vector<double>{2.0, -2.0}, {1.0, 1.0}, {3.0, 0.5}})
    for (std::size_t d = 0; d < 2; ++d) {
      CHECK(x[d] > map.lower[d]);
      CHECK(x[d] < map.upper[d]);
    }
  REQUIRE(map.cost.size() == static_cast<std::size_t>(map.columns * map.rows));
  const int column = map.columns / 3, row = map.rows / 4;
  const std::array x = {map.lower[0] + (map.upper[0] - map.lower[0]) * column / (map.columns - 1),
                        map.lower[1] + (map.upper[1] - map.lower[1]) * row / (map.rows - 1)};
  CHECK(map.cost[static_cast<std::size_t>(row * map.columns + column)] ==
        Approx(0.5 * valleys::beale(x)).epsilon(1e-12));
  CHECK(map.names[0] == "x[0]");
}

TEST_CASE("an interrupted comparison keeps what it has") {
  const Beale beale;
  std::atomic<bool> flag = false;
  CompareOptions options;
  options.interrupt = &flag;
  options.progress = [&](const CompareProgress& at) {
    if (at.method == "newton") flag = true;
  };
  const Comparison c =
      compare({beale.compare_case()}, {Method::levenberg_marquardt, Method::newton, Method::bfgs}, options);
  CHECK(c.interrupted);
  REQUIRE(c.problems.size() == 1);
  REQUIRE(c.problems[0].methods.size() == 2);
  CHECK(c.problems[0].methods[0].runs[0].reached);
}

TEST_CASE("misuse of a comparison is an error") {
  const Beale beale;
  CHECK_THROWS_WITH(compare({}, {Method::newton}), "nothing to compare; expected a problem and a method at least");
  CompareCase c = beale.compare_case();
  c.starts.clear();
  CHECK_THROWS_WITH(compare({c}, {Method::newton}), "problem 'beale' has no start");
  CompareOptions options;
  options.rule.distance = 0.0;
  CHECK_THROWS_WITH(compare({beale.compare_case()}, {Method::newton}, options),
                    "distance is 0; expected a number between 0 and 1");
}
