// Minima of equal cost, and points lower than any minimum that was found.
#include <thalweg/minimize/multistart.hpp>
#include <thalweg/problem/problem.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <type_traits>
#include <vector>

using namespace thalweg;
using doctest::Approx;

namespace {

/// a sin(w t + p) + noise: a → −a with p → p + π, p → p + 2π and w → −w with p → π − p are other names of one curve.
struct Sine {
  Problem problem;
  Parameters<3> p = problem.add_parameters("p", Vec<double, 3>{1.0, 1.0, 0.5});
  Sine() {
    std::vector<double> t, y;
    for (int i = 0; i < 24; ++i) {
      t.push_back(0.25 * i);
      y.push_back(2.0 * std::sin(1.1 * t.back() + 0.3) + 0.01 * std::sin(7.0 * i));
    }
    problem.add_residuals(
        "sine", [](const auto& q, double ti, double yi) { return q[0] * sin(q[1] * ti + q[2]) - yi; }, p, t, y);
    problem.set_bounds(p, 0, -5.0, 5.0);
    problem.set_bounds(p, 2, -12.0, 12.0);
  }
};

}  // namespace

TEST_CASE("of minima of equal cost the most often found comes first, and the others are its aliases") {
  Sine sine;
  const MultistartResult r = multistart(sine.problem, {}, {.starts = 60});
  const std::vector<Minimum>& list = r.minima.list;
  REQUIRE(list.size() >= 2);
  std::size_t equal = 1;
  while (equal < list.size() && std::abs(list[equal].cost - list[0].cost) <= 1e-6 * list[0].cost) ++equal;
  REQUIRE(equal >= 2);
  CHECK(list[0].alias_of == 0);
  for (std::size_t i = 1; i < equal; ++i) {
    CHECK(list[i].found <= list[i - 1].found);
    CHECK(list[i].alias_of == 1);
  }
  CHECK(r.best.x == list[0].x);
  CHECK(r.best.final_cost == list[0].cost);
}

TEST_CASE("equal costs of different curves are no aliases") {
  Problem problem;
  const auto p = problem.add_parameters("p", Vec<double, 1>{0.5});
  // Wells at ±1 of equal cost, in which the second residual differs.
  problem.add_residuals(
      "wells",
      [](const auto& q) {
        return std::array{q[0] * q[0] - 1.0, 0.1 * (q[0] - 0.5) * (q[0] + 0.5) * q[0]};
      },
      p);
  problem.set_bounds(p, 0, -3.0, 3.0);
  const MultistartResult r = multistart(problem, {}, {.starts = 30});
  REQUIRE(r.minima.list.size() >= 2);
  CHECK(r.minima.list[0].cost == Approx(r.minima.list[1].cost).epsilon(1e-9));
  CHECK(r.minima.list[1].alias_of == 0);
}

TEST_CASE("aliases of an exact fit are equal, though their costs are rounding") {
  Problem problem;
  const auto p = problem.add_parameters("p", Vec<double, 2>{0.7, 0.7});
  std::vector<double> t, y;
  for (int i = 1; i < 12; ++i) {
    t.push_back(0.3 * i);
    y.push_back(2.0 * std::sin(0.9 * t.back()));
  }
  problem.add_residuals(
      "sine", [](const auto& q, double ti, double yi) { return q[0] * sin(q[1] * ti) - yi; }, p, t, y);
  for (const int k : {0, 1}) problem.set_bounds(p, k, -3.0, 3.0);
  const MultistartResult r = multistart(problem, {}, {.starts = 40});
  REQUIRE(r.minima.list.size() >= 2);
  CHECK(r.best.x == r.minima.list[0].x);
  CHECK(r.minima.list[1].alias_of == 1);
  CHECK(std::abs(r.minima.list[0].x[0] + r.minima.list[1].x[0]) < 1e-9);
}

TEST_CASE("no point that was met is lower than the one reported") {
  // A minimum at 3 with cost ½, and beyond 0 a slope that falls for ever below it.
  Problem problem;
  const auto p = problem.add_parameters("p", Vec<double, 1>{3.5});
  problem.add_residuals(
      "slope",
      [](const auto& q) {
        using T = std::decay_t<decltype(q[0])>;
        if (q[0] > 0.0) return T(sqrt(1.0 + (q[0] - 3.0) * (q[0] - 3.0)));
        return T(0.1 * exp(0.01 * q[0]));
      },
      p);
  problem.set_bounds(p, 0, -1e6, 10.0);
  Options options;
  options.max_iterations = 5;
  options.restarts = 0;
  double lowest = INFINITY;
  options.callback = [&](const IterationRecord& record) {
    lowest = std::min(lowest, record.cost);
    return Action::proceed;
  };
  options.threads = 1;
  const MultistartResult r = multistart(problem, options, {.starts = 20});
  CHECK(r.best.final_cost <= lowest * (1.0 + 1e-6));
}
