#include <thalweg/problem/derivative_check.hpp>

#include <cmath>
#include <numeric>

#include <doctest/doctest.h>
#include <support/with_jacobian.hpp>
#include <thalweg/math/safe.hpp>

using namespace thalweg;
using doctest::Approx;
using test_support::WithJacobian;

namespace {

using One = Vec<double, 1>;
constexpr double infinite = std::numeric_limits<double>::infinity();
const std::vector<double> ts = {0.1, 0.5, 1, 2, 3.5, 7};

/// The check of one group of duals, which are right; whether all `entries` could be judged is asked, too.
template <int N, class F>
void no_alarm(const Vec<double, N>& start, F f, int entries) {
  Problem problem;
  const auto p = problem.add_parameters("p", start);
  problem.add_residuals("f", f, p, ts);
  for (const std::uint64_t seed : {1, 2, 3}) {
    const DerivativeCheck check = check_derivatives(problem, {.items = 200, .seed = seed});
    for (const DerivativeFault& fault : check.faults) FAIL_CHECK(fault.sentence);
    CHECK(check.entries == entries);
  }
}

/// `items` residuals p · t, that of item `wrong` with a derivative one tenth too large.
Problem one_wrong_of(int items, int wrong) {
  Problem problem;
  const auto p = problem.add_parameters("p", One{3.0});
  std::vector<double> t(static_cast<std::size_t>(items));
  std::iota(t.begin(), t.end(), 1.0);
  problem.add_residuals("line",
                        WithJacobian{[](const auto& q, double x) { return q[0] * x; },
                                     [wrong](const auto&, double x) { return One{x == wrong + 1 ? 1.1 * x : x}; }},
                        p, t);
  return problem;
}

/// A group of the caller's own, of two components; the last entry of its Jacobian is `by_second`, left out if NaN.
class OwnGroup final : public ResidualGroup {
 public:
  OwnGroup(std::vector<Slot> slots, double by_second) : ResidualGroup("own", 2, 3, std::move(slots)), by_(by_second) {}

 private:
  void compute(const double* x, const ResidualOutput& out) const override {
    for (std::int64_t i = out.begin; i < out.end; ++i) {
      const double a = x[slots()[0].offset(i)], b = x[slots()[1].offset(i)];
      out.residual[0][i - out.begin] = a * b;
      out.residual[1][i - out.begin] = a + 2.0 * b;
      if (!out.jacobian) continue;
      const double J[] = {b, a, 1.0, by_};
      for (int c = 0; c < 4; ++c)
        if (out.jacobian[c] && !std::isnan(J[c])) out.jacobian[c][i - out.begin] = J[c];
    }
  }
  double by_;
};

}  // namespace

TEST_CASE("no false alarm: polynomials") {
  no_alarm(
      Vec<double, 3>{1, -2, 3}, [](const auto& p, double t) { return p[0] + p[1] * t + p[2] * t * t; }, 18);
  no_alarm(
      Vec<double, 3>{0, 0, 0}, [](const auto& p, double t) { return p[0] + p[1] * t + p[2] * t * t; }, 18);
  no_alarm(
      Vec<double, 2>{1.5, -0.7}, [](const auto& p, double t) { return pow(p[0] - t, 7) * p[1] * p[1]; }, 12);
  no_alarm(
      Vec<double, 2>{-1.2, 1.0},
      [](const auto& p, double) {
        return std::array{10.0 * (p[1] - p[0] * p[0]), 1.0 - p[0]};
      },
      24);
}

TEST_CASE("no false alarm: steep, oscillating and tiny functions") {
  no_alarm(
      Vec<double, 2>{1.0, 80.0}, [](const auto& p, double t) { return p[0] * exp(p[1] * t); }, 12);
  no_alarm(
      Vec<double, 2>{1.0, 80.0}, [](const auto& p, double t) { return p[0] * exp(-p[1] * t); }, 12);
  no_alarm(
      Vec<double, 2>{1.0, 50.0}, [](const auto& p, double t) { return p[0] * sin(p[1] * t); }, 12);
  no_alarm(
      One{0.3}, [](const auto& p, double t) { return sin(50.0 * p[0] + t); }, 6);
  no_alarm(
      One{0.0}, [](const auto& p, double t) { return sin(50.0 * p[0] + t); }, 6);
  no_alarm(
      Vec<double, 2>{3e-8, 2e8}, [](const auto& p, double t) { return exp(-p[0] * p[1] * t) / p[0]; }, 12);
  no_alarm(
      One{2e-8}, [](const auto& p, double t) { return exp(-t * p[0] * 1e8); }, 6);
  no_alarm(
      One{0.0}, [](const auto& p, double t) { return exp(-t * p[0] * 1e8); }, 6);
  no_alarm(
      Vec<double, 2>{1.0, 0.5}, [](const auto& p, double t) { return 1e-250 * p[0] / (p[1] + t); }, 12);
  no_alarm(
      Vec<double, 2>{2.0, 1.0}, [](const auto& p, double t) { return log(p[0] * t) + sqrt(p[1]); }, 12);
  no_alarm(
      Vec<double, 2>{1e-3, 3.0}, [](const auto& p, double t) { return atan((t - p[1]) / p[0]); }, 12);
}

TEST_CASE("no false alarm: cancellation") {
  no_alarm(
      Vec<double, 2>{1.0, 2.0}, [](const auto& p, double t) { return ((p[0] * t + 1e8) - 1e8) * p[1]; }, 12);
  no_alarm(
      Vec<double, 2>{1.0, 0.3},
      [](const auto& p, double t) {
        auto sum = p[0] * 0.0;
        for (int k = 0; k < 100; ++k) sum += (k % 2 == 0 ? 1e6 : -1e6) * cos(p[1] * t + 1e-3 * k) * p[0];
        return sum;
      },
      12);
  // Not all can be judged, and none is misjudged.
  Problem problem;
  const auto p = problem.add_parameters("p", Vec<double, 2>{1.3, -0.7});
  problem.add_residuals(
      "f", [](const auto& q, double t) { return (q[0] * t + q[1] + 1e13) - 1e13; }, p, ts);
  for (const std::uint64_t seed : {1, 2, 3, 4, 5, 6, 7, 8}) CHECK(check_derivatives(problem, {.seed = seed}).clean());
}

TEST_CASE("no false alarm: kinks and other places without a derivative") {
  // abs at 0 of duals has some derivative between -1 and 1; differences have none.
  for (const double given : {-1.0, 0.0, 1.0}) {
    Problem problem;
    const auto p = problem.add_parameters("p", One{0.0});
    problem.add_residuals("kink",
                          WithJacobian{[](const auto& q, double t) { return t * std::abs(q[0]); },
                                       [given](const auto& q, double t) {
                                         return One{t * (q[0] == 0.0 ? given : std::copysign(1.0, q[0]))};
                                       }},
                          p, ts);
    CHECK(check_derivatives(problem, problem.start()).clean());
    CHECK(check_derivatives(problem).clean());
  }
  no_alarm(
      Vec<double, 2>{0.0, 0.0}, [](const auto& p, double t) { return t * safe_norm(p); }, 12);
  no_alarm(
      One{0.0}, [](const auto& p, double t) { return safe_sqrt(p[0] * p[0] + 0.0 * t); }, 6);
  // A step in the middle of a residual.
  no_alarm(
      Vec<double, 2>{2.0, 3.0}, [](const auto& p, double t) { return t > 1.0 ? p[0] * t : p[1] * p[1] * t; }, 12);
}

TEST_CASE("no false alarm: SIMD, numeric and weighted residuals, losses, blocks chosen by index") {
  const auto decay = [](const auto& p, const auto& t) { return p[0] * exp(-p[1] * t); };
  std::vector<double> sigma = {1e-6, 0.1, 1, 10, 1e3, 1e7};
  Problem problem;
  const auto p = problem.add_parameters("p", Vec<double, 2>{10.0, 0.3});
  const auto points = problem.add_parameters("point", Vec<double, 2>{0.5, -1.5}, 4);
  problem.set_start(points[2], Vec<double, 2>{0.0, 1e-3});
  problem.add_residuals("simd", simd(decay), p, ts).set_sigma(sigma);
  problem.add_residuals("scalar", decay, p, ts).set_loss(Loss::cauchy(0.1));
  problem.add_residuals("numeric",
                        numeric([](const Vec<double, 2>& q, double t) { return q[0] * std::exp(-q[1] * t); }), p, ts);
  problem.add_residuals(
      "offset",
      [](const auto& a, const auto& b, const auto& s, double w) {
        return std::array{s[0] * (b[0] - a[0]) * w, s[1] * b[1] * a[1] + a[0] * a[0], exp(a[0] * b[1])};
      },
      points[std::vector<int>{0, 1, 2, 3, 0}], points[std::vector<int>{1, 2, 2, 0, 3}], p,
      std::vector<double>{1, 2, 3, 4, 5});
  const DerivativeCheck check = check_derivatives(problem);
  for (const DerivativeFault& fault : check.faults) FAIL_CHECK(fault.sentence);
  CHECK(check.groups == 4);
  // offset: 3 components by 4 or, where one block is read twice, 2 numbers of the points; by 2 of p.
  CHECK(check.entries == 3 * 12 + 4 * 3 * 6 + 3 * 4);
}

TEST_CASE("a block read twice is compared as the sum of both derivatives") {
  for (const double wrong : {0.0, 1.0}) {
    Problem problem;
    const auto points = problem.add_parameters("point", One{3.0}, 2);
    problem.add_residuals("product",
                          WithJacobian{[](const auto& a, const auto& b) { return a[0] * b[0]; },
                                       [wrong](const auto& a, const auto& b) {
                                         return Vec<double, 2>{b[0] + wrong, a[0]};
                                       }},
                          points[std::vector<int>{0}], points[std::vector<int>{0}]);
    const DerivativeCheck check = check_derivatives(problem);
    CHECK(check.entries == 1);
    CHECK(check.clean() == (wrong == 0.0));
    if (!check.clean()) CHECK(check.faults[0].given == 7.0);
  }
}

TEST_CASE("a group of one's own") {
  Problem problem;
  problem.add_parameters("a", One{2.0});
  problem.add_parameters("b", One{5.0});
  problem.add_group(std::make_unique<OwnGroup>(std::vector<Slot>{{1, 0, {}}, {1, 1, {}}}, 2.0));
  CHECK(check_derivatives(problem).clean());
  problem.add_group(std::make_unique<OwnGroup>(std::vector<Slot>{{1, 0, {}}, {1, 1, {}}}, 2.5));
  const DerivativeCheck check = check_derivatives(problem);
  CHECK(check.entries == 24);
  REQUIRE(check.faults.size() == 1);
  CHECK(check.faults[0].residual == "own[0], component 1");
  CHECK(check.faults[0].component == 1);
  CHECK(check.faults[0].parameter == "b");
  CHECK(check.faults[0].given == 2.5);
  CHECK(check.faults[0].expected == Approx(2.0).epsilon(1e-9));
  CHECK(check.faults[0].entries_wrong == 3);
  CHECK(check.faults[0].entries_checked == 6);
}

TEST_CASE("an entry of the Jacobian that a group leaves unwritten is not finite") {
  Problem problem;
  problem.add_parameters("a", One{2.0});
  problem.add_parameters("b", One{5.0});
  const double nan = std::numeric_limits<double>::quiet_NaN();
  problem.add_group(std::make_unique<OwnGroup>(std::vector<Slot>{{1, 0, {}}, {1, 1, {}}}, nan));
  const DerivativeCheck check = check_derivatives(problem);
  REQUIRE(check.faults.size() == 1);
  CHECK(check.faults[0].cause == DerivativeFault::Cause::not_finite);
  CHECK(check.faults[0].residual == "own[0], component 1");
}

TEST_CASE("up to 200 residuals are all checked, of more an even sample") {
  for (const int wrong : {0, 1, 77, 198, 199}) {
    const DerivativeCheck check = check_derivatives(one_wrong_of(200, wrong));
    REQUIRE(check.faults.size() == 1);
    CHECK(check.entries == 200);
    CHECK(check.faults[0].item == wrong);
    CHECK(check.faults[0].entries_wrong == 1);
  }
  CHECK(check_derivatives(one_wrong_of(1000, 0)).faults.size() == 1);
  const DerivativeCheck last = check_derivatives(one_wrong_of(1000, 999));
  REQUIRE(last.faults.size() == 1);
  CHECK(last.faults[0].sentence ==
        "residual group 'line': the derivative by 'p' is wrong; line[999] has 1100, differences give 1000 (1 of 200 "
        "sampled entries)");
  CHECK(check_derivatives(one_wrong_of(1000, 502)).faults.size() == 1);  // ⌊100 · 999 / 199⌋
  CHECK(check_derivatives(one_wrong_of(1000, 503)).clean());
  CHECK(check_derivatives(one_wrong_of(1000, 503), {.items = 1000}).faults.size() == 1);
  CHECK(check_derivatives(one_wrong_of(1000, 0), {.items = 1}).entries == 1);
}

TEST_CASE("bounds are respected, and components that cannot move are left out") {
  const auto guarded = [](const auto& p, double t) {
    if (p[0] < 1.0 || p[0] > 1.2 || p[1] < 0.0) throw std::domain_error("evaluated beyond the bounds");
    return std::array{p[0] * p[0] * t, pow(p[1], 3) + p[2] * t};
  };
  for (const double start : {1.0, 1.1, 1.2, 0.0, 99.0}) {  // the last two are moved to a bound
    Problem problem;
    const auto p = problem.add_parameters("p", Vec<double, 3>{start, 0.0, 7.0});
    problem.set_bounds(p, 0, 1.0, 1.2);
    problem.set_bounds(p, 1, 0.0, infinite);
    problem.set_bounds(p, 2, 7.0, 7.0);
    problem.add_residuals("f", guarded, p, ts);
    const DerivativeCheck check = check_derivatives(problem);
    CHECK(check.clean());
    CHECK(check.entries == 24);
    REQUIRE(check.points.size() == 2);
    CHECK(check.points[1][2] == 7.0);
    CHECK(check.points[1][0] != check.points[0][0]);
  }
}

TEST_CASE("fixed components are checked but stay where they are") {
  Problem problem;
  const auto p = problem.add_parameters("p", Vec<double, 2>{2.0, 3.0});
  problem.fix(p, 1);
  problem.add_residuals("f",
                        WithJacobian{[](const auto& q) { return q[0] * q[1]; },
                                     [](const auto& q) {
                                       return Vec<double, 2>{q[1], 0.5 * q[0]};
                                     }},
                        p);
  const DerivativeCheck check = check_derivatives(problem);
  REQUIRE(check.faults.size() == 1);
  CHECK(check.faults[0].parameter == "p[1]");
  CHECK(check.points[1][1] == 3.0);
  CHECK(std::abs(check.points[1][0] - 2.0) >= 0.1);
  CHECK(std::abs(check.points[1][0] - 2.0) <= 0.3);
  CHECK(check_derivatives(problem).points == check.points);
  CHECK(check_derivatives(problem, {.seed = 2}).points != check.points);
}

TEST_CASE("the second point comes nearer where residuals would not be finite") {
  Problem problem;
  const auto p = problem.add_parameters("p", One{1.0});
  problem.add_residuals(
      "f", [](const auto& q, double t) { return t * log(0.02 - abs(q[0] - 1.0)); }, p, ts);
  const DerivativeCheck check = check_derivatives(problem);
  REQUIRE(check.points.size() == 2);
  CHECK(std::abs(check.points[1][0] - 1.0) <= 0.015);
  CHECK(check.clean());

  Problem lonely;
  const auto q = lonely.add_parameters("q", One{1.0});
  lonely.add_residuals(
      "f", [](const auto& u, double t) { return t * log(1e-6 - abs(u[0] - 1.0)); }, q, ts);
  CHECK(check_derivatives(lonely).points.size() == 1);
}

TEST_CASE("residuals that are not finite are not judged") {
  Problem problem;
  const auto p = problem.add_parameters("p", One{-1.0});
  problem.add_residuals(
      "f",
      [](const auto& q, double t) {
        return std::array{sqrt(q[0]) * t, q[0] * t};
      },
      p, ts);
  const DerivativeCheck check = check_derivatives(problem);
  CHECK(check.clean());
  CHECK(check.entries == 6);
}

TEST_CASE("a point that is not one, and samples of nothing") {
  Problem problem;
  const auto p = problem.add_parameters("p", Vec<double, 2>{1.0, 2.0});
  problem.add_residuals(
      "f", [](const auto& q) { return q[0] * q[1]; }, p);
  CHECK_THROWS_WITH_AS(check_derivatives(problem, std::vector<double>{1.0}),
                       "the point at which to check derivatives has 1 numbers; the problem has 2", Error);
  CHECK_THROWS_WITH_AS(check_derivatives(problem, std::vector<double>{1.0, infinite}),
                       "derivatives cannot be checked where 'p[1]' is inf; expected a finite number", Error);
  CHECK_THROWS_WITH_AS(check_derivatives(problem, {.items = 0}),
                       "the derivatives of 0 residuals of each group were to be checked; expected at least 1", Error);
}
