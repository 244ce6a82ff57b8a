#include <thalweg/minimize/multistart.hpp>

#include <algorithm>
#include <atomic>
#include <cmath>
#include <limits>
#include <numeric>

#include <doctest/doctest.h>
#include <fmt/format.h>
#include <thalweg/minimize/solve.hpp>

using namespace thalweg;
using doctest::Approx;

namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();

/// Where the solves of a multistart begin, for one parameter: none may move, and the residual writes down what it sees.
std::vector<double> starts(double start, double lower, double upper, MultistartOptions o, std::uint64_t seed = 1) {
  Problem problem;
  const auto p = problem.add_parameters("p", Vec<double, 1>{start});
  problem.set_bounds(p, 0, lower, upper);
  std::vector<double> seen;
  struct Witness {
    std::vector<double>* seen;
    double operator()(const Vec<double, 1>& q) const { return q[0]; }
    std::array<double, 1> jacobian(const Vec<double, 1>& q) const {
      if (seen->empty() || seen->back() != q[0]) seen->push_back(q[0]);
      return {1.0};
    }
  };
  problem.add_residuals("itself", Witness{&seen}, p);
  Options options;
  options.max_iterations = 0;
  options.threads = 1;
  options.seed = seed;
  multistart(problem, options, o);
  return seen;
}

/// y = a₁ exp(−k₁ t) + a₂ exp(−k₂ t): the exponentials may exchange their roles.
struct Exponentials {
  Problem problem;
  Parameters<4> p = problem.add_parameters("p", Vec<double, 4>{1.0, 0.5, 1.0, 2.0});
  Exponentials() {
    std::vector<double> t, y;
    for (int i = 0; i < 24; ++i) {
      t.push_back(0.25 * i);
      y.push_back(3.0 * std::exp(-0.4 * t.back()) + 2.0 * std::exp(-2.5 * t.back()) + 0.01 * std::sin(7.0 * i));
    }
    problem.add_residuals(
        "sum", [](const auto& q, double ti, double yi) { return q[0] * exp(-q[1] * ti) + q[2] * exp(-q[3] * ti) - yi; },
        p, t, y);
    for (const int k : {1, 3}) problem.set_bounds(p, k, 0.01, 20.0);
  }
};

/// ½((x² − 4)² + (x − 1)²/4): a lower minimum near 2, a higher one near −2.
struct Valleys {
  Problem problem;
  Parameters<1> p = problem.add_parameters("p", Vec<double, 1>{0.0});
  Valleys() {
    problem.add_residuals(
        "well",
        [](const auto& q) {
          return std::array{q[0] * q[0] - 4.0, 0.5 * (q[0] - 1.0)};
        },
        p);
    problem.set_bounds(p, 0, -5.0, 5.0);
  }
};

bool identical(const MultistartResult& a, const MultistartResult& b) {
  if (a.best.x != b.best.x || a.best.trace.size() != b.best.trace.size()) return false;
  if (a.minima.list.size() != b.minima.list.size()) return false;
  for (std::size_t i = 0; i < a.minima.list.size(); ++i) {
    const Minimum &m = a.minima.list[i], &n = b.minima.list[i];
    if (m.cost != n.cost || m.x != n.x || m.found != n.found || m.start != n.start) return false;
  }
  return a.minima.converged == b.minima.converged && a.minima.stalled == b.minima.stalled;
}

}  // namespace

TEST_CASE("starts fill a box evenly, and its logarithm when it spans decades") {
  std::vector<double> seen = starts(0.5, -2.0, 8.0, {.starts = 11});
  REQUIRE(seen.size() == 11);
  CHECK(seen[0] == 0.5);
  std::sort(seen.begin() + 1, seen.end());
  for (std::size_t k = 0; k < 10; ++k) {  // one in each slice of width 1
    CHECK(seen[k + 1] > -2.0 + static_cast<double>(k));
    CHECK(seen[k + 1] < -1.0 + static_cast<double>(k));
  }
  seen = starts(1.0, 1e-3, 1e3, {.starts = 7});
  std::sort(seen.begin() + 1, seen.end());
  for (std::size_t k = 0; k < 6; ++k)
    CHECK(std::floor(std::log10(seen[k + 1])) == Approx(static_cast<double>(k) - 3.0));
}

TEST_CASE("without two finite bounds starts lie around the given one, on the right side of a bound") {
  const auto median = [](std::vector<double> v) {
    std::sort(v.begin(), v.end());
    return v[v.size() / 2];
  };
  const std::vector<double> around = starts(-3.0, -infinity, infinity, {.starts = 101, .spread = 0.5});
  CHECK(std::all_of(around.begin(), around.end(), [](double v) { return v < 0.0; }));
  CHECK(median(around) == Approx(-3.0).epsilon(0.05));
  double squares = 0.0;
  for (const double v : around) squares += std::pow(std::log(v / -3.0) / 0.5, 2);
  CHECK(squares / 100.0 == Approx(1.0).epsilon(0.1));

  const std::vector<double> zero = starts(0.0, -infinity, infinity, {.starts = 101, .spread = 2.0});
  squares = std::inner_product(zero.begin(), zero.end(), zero.begin(), 0.0);
  CHECK(squares / 100.0 == Approx(4.0).epsilon(0.1));

  for (const double v : starts(2.0, 1.5, infinity, {.starts = 50})) CHECK(v > 1.5);
  for (const double v : starts(-2.0, -infinity, -1.5, {.starts = 50})) CHECK(v < -1.5);
  for (const double v : starts(0.0, -infinity, 0.25, {.starts = 50})) CHECK(v < 0.25);
}

TEST_CASE("the seed decides the draws") {
  CHECK(starts(0.5, 0.0, 1.0, {.starts = 5}, 1) == starts(0.5, 0.0, 1.0, {.starts = 5}, 1));
  CHECK(starts(0.5, 0.0, 1.0, {.starts = 5}, 1) != starts(0.5, 0.0, 1.0, {.starts = 5}, 2));
}

TEST_CASE("two valleys are told apart, and the lower one is the best") {
  Valleys valleys;
  const MultistartResult r = multistart(valleys.problem, {}, {.starts = 40});
  REQUIRE(r.minima.list.size() == 2);
  const auto slope = [](double x) { return 2.0 * x * (x * x - 4.0) + 0.25 * (x - 1.0); };
  CHECK(r.minima.list[0].x[0] == Approx(2.0).epsilon(0.05));
  CHECK(r.minima.list[1].x[0] == Approx(-2.0).epsilon(0.1));
  for (const Minimum& m : r.minima.list) {
    CHECK(std::abs(slope(m.x[0])) < 1e-7);
    CHECK(m.found >= 10);  // of 40: they draw about half each
  }
  CHECK(r.minima.list[0].found + r.minima.list[1].found == r.minima.converged);
  CHECK(r.minima.converged == 40);
  CHECK(r.best.x == r.minima.list[0].x);
  CHECK(r.best.final_cost == r.minima.list[0].cost);
  CHECK(r.best.trace.size() > 1);
}

TEST_CASE("exponentials that exchange their roles are two points of equal cost") {
  Exponentials e;
  const MultistartResult r = multistart(e.problem, {}, {.starts = 24});
  REQUIRE(r.minima.list.size() >= 2);
  const Minimum &a = r.minima.list[0], &b = r.minima.list[1];
  CHECK(a.cost == Approx(b.cost).epsilon(1e-9));
  for (const std::size_t j : {0u, 1u, 2u, 3u}) CHECK(a.x[j] == Approx(b.x[(j + 2) % 4]).epsilon(1e-5));
  CHECK(a.found + b.found >= 10);
  // The descent from the problem's own start is the one that solve takes.
  const Result alone = solve(e.problem);
  CHECK((alone.x == a.x || alone.x == b.x || alone.final_cost == Approx(a.cost).epsilon(1e-9)));
}

TEST_CASE("the same bits with any number of threads") {
  Exponentials e;
  Options one, all;
  one.threads = 1;
  const MultistartResult a = multistart(e.problem, one, {.starts = 30, .spread = 2.0});
  for (int repeat = 0; repeat < 3; ++repeat)
    CHECK(identical(a, multistart(e.problem, all, {.starts = 30, .spread = 2.0})));
  CHECK(a.best.threads == 1);
}

TEST_CASE("what is fixed stays, and one start is a solve") {
  Exponentials e;
  e.problem.fix(e.p, 3);
  const MultistartResult r = multistart(e.problem, {}, {.starts = 8});
  for (const Minimum& m : r.minima.list) CHECK(m.x[3] == 2.0);
  const MultistartResult one = multistart(e.problem, {}, {.starts = 1});
  CHECK(one.best.x == solve(e.problem).x);
  CHECK(one.minima.list.size() == 1);
  CHECK(one.minima.list[0].start == 1);
}

TEST_CASE("starts that cannot be evaluated are counted, and do not hide the others") {
  Problem problem;
  const auto p = problem.add_parameters("p", Vec<double, 1>{4.0});
  problem.add_residuals(
      "log", [](const auto& q) { return log(q[0]) - 1.0; }, p);
  problem.set_bounds(p, 0, -10.0, 10.0);
  const MultistartResult r = multistart(problem, {}, {.starts = 21});
  CHECK(r.minima.failed == 10);  // the ten slices below zero
  CHECK(r.minima.converged == 11);
  REQUIRE(r.minima.list.size() == 1);
  CHECK(r.best.x[0] == Approx(std::exp(1.0)));
}

TEST_CASE("a zero residual is one minimum, however deep each descent digs") {
  Problem problem;
  const auto p = problem.add_parameters("p", Vec<double, 2>{-1.2, 1.0});
  problem.add_residuals(
      "rosenbrock",
      [](const auto& q) {
        return std::array{10.0 * (q[1] - q[0] * q[0]), 1.0 - q[0]};
      },
      p);
  for (const int k : {0, 1}) problem.set_bounds(p, k, -3.0, 3.0);
  for (const bool polish : {true, false}) {
    const MultistartResult r = multistart(problem, {.polish = polish}, {.starts = 25});
    CAPTURE(polish);
    CHECK(r.minima.list.size() == 1);
    CHECK(r.minima.list[0].found == r.minima.converged);
  }
}

TEST_CASE("a request ends the whole with the best so far") {
  Valleys valleys;
  std::atomic<int> calls = 0;
  Options options;
  options.callback = [&](const IterationRecord&) { return ++calls >= 30 ? Action::stop : Action::proceed; };
  const MultistartResult r = multistart(valleys.problem, options, {.starts = 1000});
  CHECK(calls == 30);
  CHECK(r.best.status == Status::interrupted);
  CHECK(r.minima.not_run > 900);
  CHECK(r.minima.converged >= 1);
  CHECK(r.best.x == r.minima.list[0].x);
  CHECK(r.best.reason == fmt::format("the callback asked to stop; of 1000 starts {} ended before",
                                     r.minima.converged + r.minima.stalled + r.minima.failed));

  const std::atomic<bool> stop = true;
  Options interrupted;
  interrupted.interrupt = &stop;
  const MultistartResult at_once = multistart(valleys.problem, interrupted, {.starts = 50});
  CHECK(at_once.best.status == Status::interrupted);
  CHECK(at_once.minima.not_run >= 48);

  Options hurried;
  hurried.time_limit = 0.0;
  const MultistartResult late = multistart(valleys.problem, hurried, {.starts = 50});
  CHECK(late.best.status == Status::time_limit);
  CHECK(late.minima.not_run == 49);
  CHECK(late.best.x[0] == 0.0);
}

TEST_CASE("misuse is refused in words") {
  Valleys valleys;
  CHECK_THROWS_WITH_AS(multistart(valleys.problem, {}, {.starts = 0}), "option starts is 0; expected a number >= 1",
                       Error);
  CHECK_THROWS_WITH_AS(multistart(valleys.problem, {}, {.spread = 0.0}), "option spread is 0; expected a number > 0",
                       Error);
}
