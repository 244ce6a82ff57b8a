#include <thalweg/minimize/global_search.hpp>

#include <atomic>
#include <cmath>
#include <cstdint>
#include <limits>
#include <numbers>
#include <string>
#include <vector>

#include <doctest/doctest.h>
#include <thalweg/base/error.hpp>
#include <thalweg/minimize/solve.hpp>

using namespace thalweg;
using doctest::Approx;

namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();

/// y = a cos(w t + b): from a w that is far off a descent ends in another valley.
struct Wave {
  Problem problem;
  Parameters<3> p = problem.add_parameters("p", Vec<double, 3>{1.0, 1.0, 25.0});
  Wave(bool bounded = true) {
    std::vector<double> t, y;
    for (int i = 0; i < 40; ++i) {
      t.push_back(0.1 * i);
      y.push_back(2.0 * std::cos(9.0 * t.back() + 0.3));
    }
    problem.add_residuals(
        "wave", [](const auto& q, double ti, double yi) { return q[0] * cos(q[2] * ti + q[1]) - yi; }, p, t, y);
    problem.name_components(p, {"a", "b", "w"});
    problem.set_bounds(p, 0, -10.0, 10.0);
    problem.set_bounds(p, 1, -2.0, 2.0);
    if (bounded) problem.set_bounds(p, 2, 0.0, 30.0);
  }
};

const auto easom = objective(2, [](const auto& x) {
  const auto a = x[0] - std::numbers::pi, b = x[1] - std::numbers::pi;
  return -cos(x[0]) * cos(x[1]) * exp(-(a * a + b * b));
});
const auto himmelblau = objective(2, [](const auto& x) {
  const auto a = x[0] * x[0] + x[1] - 11.0, b = x[0] + x[1] * x[1] - 7.0;
  return 0.5 * (a * a + b * b);
});
/// Rastrigin's, 121 valleys within ±5.
const auto rastrigin = objective(2, [](const auto& x) {
  const double turn = 2.0 * std::numbers::pi;
  return 20.0 + x[0] * x[0] - 10.0 * cos(turn * x[0]) + x[1] * x[1] - 10.0 * cos(turn * x[1]);
});

Box square(double lower, double upper) { return {{lower, lower}, {upper, upper}}; }

GlobalOptions with(GlobalMethod method, std::uint64_t seed = 1) { return {.method = method, .seed = seed}; }

std::string message(const auto& action) {
  try {
    action();
  } catch (const Error& error) {
    return error.what();
  }
  return "";
}

bool identical(const GlobalResult& a, const GlobalResult& b) {
  if (a.best.x != b.best.x || a.evaluations != b.evaluations || a.best.trace.size() != b.best.trace.size())
    return false;
  for (std::size_t i = 0; i < a.best.trace.size(); ++i)
    if (a.best.trace[i].cost != b.best.trace[i].cost) return false;
  return a.best_before_polish == b.best_before_polish && a.generations == b.generations && a.runs == b.runs;
}

}  // namespace

TEST_CASE("global searches find the needle of Easom, a minimum of Himmelblau and the middle of Rastrigin") {
  for (const GlobalMethod method : all_global_methods()) {
    CAPTURE(to_string(method));
    int needles = 0;
    for (std::uint64_t seed = 1; seed <= 5; ++seed) {
      CAPTURE(seed);
      // Not in the middle of the box, where blends of random points gather.
      const GlobalResult needle = global_search(easom, {{-30.0, -15.0}, {20.0, 40.0}}, {}, with(method, seed));
      needles += needle.best.converged() && std::abs(needle.best.final_cost + 1.0) < 1e-9;
      const GlobalResult four = global_search(himmelblau, square(-5.0, 5.0), {}, with(method, seed));
      CHECK(four.best.final_cost < 1e-18);
      const GlobalResult many = global_search(rastrigin, {{-5.0, -2.0}, {3.0, 5.0}}, {}, with(method, seed));
      CHECK(many.best.final_cost == Approx(0.0).epsilon(1e-12));
      CHECK(std::abs(many.best.x[0]) < 1e-8);
      CHECK(many.best_before_polish >= many.best.final_cost);
    }
    CHECK(needles >= 4);
  }
}

TEST_CASE("a frequency that no descent from the start finds") {
  const Wave wave;
  CHECK(solve(wave.problem, {.restarts = 0}).final_cost > 1.0);
  for (const GlobalMethod method : all_global_methods()) {
    CAPTURE(to_string(method));
    const GlobalResult found = global_search(wave.problem, {}, with(method));
    CHECK(found.best.converged());
    CHECK(found.best.x[2] == Approx(9.0));
    CHECK(found.best.x[0] == Approx(2.0));
    CHECK(found.best.final_cost < 1e-20);
  }
}

TEST_CASE("what is linear is not searched for, and needs no box") {
  for (const GlobalMethod method : all_global_methods()) {
    CAPTURE(to_string(method));
    Wave wave;
    wave.problem.set_bounds(wave.p, 0, -infinity, infinity);
    CHECK(message([&] { global_search(wave.problem, {}, with(method)); }).find("a has no bounds") != std::string::npos);
    wave.problem.mark_linear(wave.p, 0);
    const GlobalResult found = global_search(wave.problem, {.threads = 1}, with(method));
    CHECK(found.best.x[0] == Approx(2.0));
    CHECK(found.best.x[2] == Approx(9.0));
    CHECK(found.best.evaluations.jacobian > found.generations * found.population / 2);  // one for each point
    const Result::Evaluations& e = found.best.evaluations;
    CHECK(found.evaluations == e.cost + e.jacobian + e.hessian + e.hessian_products);
    CHECK(identical(found, global_search(wave.problem, {.threads = 2}, with(method))));
    wave.problem.set_bounds(wave.p, 0, 2.5, 3.0);  // the best within is at 2.5, wherever the search looks
    CHECK(global_search(wave.problem, {}, with(method)).best.x[0] == Approx(2.5));
    GlobalOptions empty = with(method);
    empty.box = {{-1.0, -2.0, 0.0}, {1.0, 2.0, 30.0}};
    CHECK(message([&] { global_search(wave.problem, {}, empty); }).find("the box of a is empty") != std::string::npos);
  }
}

TEST_CASE("a seed gives the same bits with any number of threads, another seed another path") {
  const Wave wave;
  for (const GlobalMethod method : all_global_methods()) {
    CAPTURE(to_string(method));
    GlobalOptions global = with(method, 3);
    global.population = 600;  // × 40 residuals: enough work for threads
    global.max_evaluations = 6000;
    const GlobalResult one = global_search(wave.problem, {.threads = 1}, global);
    CHECK(identical(one, global_search(wave.problem, {.threads = 2}, global)));
    global.seed = 4;
    CHECK_FALSE(identical(one, global_search(wave.problem, {.threads = 1}, global)));
  }
}

TEST_CASE("every evaluation is counted") {
  struct Counted {
    std::atomic<std::int64_t>* calls;
    double operator()(const Vec<double, 2>& x) const {
      ++*calls;
      return std::sin(3.0 * x[0]) + 0.1 * x[1] * x[1] + 2.0;
    }
    std::array<double, 2> jacobian(const Vec<double, 2>& x) const { return {3.0 * std::cos(3.0 * x[0]), 0.2 * x[1]}; }
  };
  for (const GlobalMethod method : all_global_methods()) {
    CAPTURE(to_string(method));
    std::atomic<std::int64_t> calls = 0;
    Problem problem;
    const auto p = problem.add_parameters("p", Vec<double, 2>{0.0, 0.0});
    problem.add_residuals("f", Counted{&calls}, p);
    for (const int k : {0, 1}) problem.set_bounds(p, k, -4.0, 5.0);
    GlobalOptions global = with(method);
    global.max_evaluations = 500;
    const GlobalResult found = global_search(problem, {.threads = 1}, global);
    const Result::Evaluations& e = found.best.evaluations;
    CHECK(found.evaluations == e.cost + e.jacobian + e.hessian + e.hessian_products);
    CHECK(e.cost > 100);
    // Verification of claims may look at residuals without counting them as evaluations of the descent.
    CHECK(calls >= e.cost);
    CHECK(found.best.trace.front().iteration == 0);
    CHECK(static_cast<std::int64_t>(found.best.trace.back().evaluations) <= found.evaluations);
  }
}

TEST_CASE("without descents the members' evaluations are generations × population, and the limit holds") {
  for (const GlobalMethod method : {GlobalMethod::differential_evolution, GlobalMethod::genetic}) {
    CAPTURE(to_string(method));
    GlobalOptions global = with(method);
    global.population = 30;
    global.memetic = false;
    global.max_generations = 7;
    global.max_evaluations = 210;
    std::vector<double> shown;
    Options options;
    options.callback = [&](const IterationRecord& record) {
      shown.push_back(record.evaluations);
      return Action::proceed;
    };
    const GlobalResult found = global_search(rastrigin, square(-5.0, 4.0), options, global);
    REQUIRE(found.generations == 7);
    REQUIRE(shown.size() >= 7);
    const double expected = method == GlobalMethod::genetic ? 30.0 + 6.0 * 28.0 : 7.0 * 30.0;  // the elite stays
    CHECK(shown[6] == expected);
  }
}

TEST_CASE("a parameter without a box is named") {
  const Wave wave(false);
  CHECK(message([&] { global_search(wave.problem); }) ==
        "global search needs a box, and w has no bounds; expected a finite lower and upper bound");
  Wave half;
  half.problem.set_bounds(half.p, 2, -infinity, 30.0);
  CHECK(message([&] { global_search(half.problem); }) ==
        "global search needs a box, and w has no lower bound; expected a finite lower and upper bound");
  CHECK(message([&] { global_search(easom, {}); }) ==
        "global search needs a box, and x[0] has no bounds; expected a finite lower and upper bound");
  GlobalOptions global;
  global.box = {{-10.0, 0.0, 0.0}, {10.0, 5.0, 30.0}};
  CHECK(global_search(wave.problem, {}, global).best.x[2] == Approx(9.0));
  global.box = {{-10.0, 6.0, 0.0}, {10.0, 7.0, 30.0}};
  CHECK(message([&] { global_search(wave.problem, {}, global); }) ==
        "global search: the box of b is empty, from 6 to 2; expected lower <= upper");
  Problem poses;
  poses.add_residuals(
      "r", [](const auto& q) { return q[0]; }, poses.add_parameters("turn", SO2{}));
  CHECK(message([&] { global_search(poses); }).find("turn") != std::string::npos);
}

TEST_CASE("options out of range are named") {
  const auto refused = [](GlobalOptions global) { return message([&] { global.validate(); }); };
  CHECK(refused({.population = 3}) == "option population is 3; expected 0 or a number from 4 to 1000000");
  CHECK(refused({.max_evaluations = -1}) == "option max_evaluations is -1; expected a number >= 0");
  CHECK(refused({.max_generations = 0}) == "option max_generations is 0; expected a number >= 1");
  CHECK(refused({.agreeing_runs = 0}) == "option agreeing_runs is 0; expected a number >= 1");
  CHECK(message([] { parse_global_method("annealing"); }) ==
        "unknown global method 'annealing'; expected one of differential-evolution, genetic, cma-es");
  for (const GlobalMethod method : all_global_methods()) CHECK(parse_global_method(to_string(method)) == method);
}

TEST_CASE("a request, a callback and the clock end a search with the best point so far") {
  const Wave wave;
  const std::atomic<bool> stop = true;
  Options options;
  options.interrupt = &stop;
  CHECK(global_search(wave.problem, options).best.status == Status::interrupted);
  options = {};
  options.callback = [](const IterationRecord& record) {
    return record.iteration < 3 ? Action::proceed : Action::stop;
  };
  const GlobalResult stopped = global_search(wave.problem, options, {.memetic = false});
  CHECK(stopped.best.status == Status::interrupted);
  CHECK(stopped.generations == 4);
  CHECK(stopped.best.final_cost <= stopped.best.initial_cost);
  options = {};
  options.time_limit = 0.0;
  CHECK(global_search(wave.problem, options).best.status == Status::time_limit);
}

TEST_CASE("points where the cost is not finite are passed over, and fixed parameters stay") {
  Problem problem;
  const auto p = problem.add_parameters("p", Vec<double, 2>{-1.0, 7.0});
  problem.add_residuals(
      "log", [](const auto& q) { return log(q[0]) - 1.0 + 0.0 * q[1]; }, p);  // only where q[0] > 0
  problem.set_bounds(p, 0, -100.0, 20.0);
  problem.fix(p, 1);
  for (const GlobalMethod method : all_global_methods()) {
    const GlobalResult found = global_search(problem, {}, with(method));
    CHECK(found.best.x[0] == Approx(std::numbers::e));
    CHECK(found.best.x[1] == 7.0);
  }
}
