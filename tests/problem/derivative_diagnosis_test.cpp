#include <thalweg/problem/derivative_check.hpp>

#include <cmath>
#include <limits>

#include <doctest/doctest.h>
#include <support/with_jacobian.hpp>

using namespace thalweg;
using doctest::Approx;
using test_support::WithJacobian;
using Cause = DerivativeFault::Cause;

namespace {

using Pair = Vec<double, 2>;
const std::vector<double> ts = {0, 1, 2, 3, 4}, ys = {2, 1.5, 1, 0.6, 0.4};

const auto decay = [](const auto& p, double t, double y) { return p[0] * std::exp(-p[1] * t) - y; };
/// By amplitude and by rate.
Pair decay_derivatives(const Pair& p, double t) { return {std::exp(-p[1] * t), -t * p[0] * std::exp(-p[1] * t)}; }

/// The decay with derivatives f(p, t).
template <class F>
DerivativeCheck check_decay(F f) {
  Problem problem;
  const auto p = problem.add_parameters("p", Pair{2.0, 0.5});
  problem.name_components(p, {"amplitude", "rate"});
  problem.add_residuals("decay", WithJacobian{decay, [f](const auto& q, double t, double) { return f(q, t); }}, p, ts,
                        ys);
  return check_derivatives(problem);
}

template <class F>
std::string sentence_of_decay(F f) {
  const DerivativeCheck check = check_decay(f);
  REQUIRE(check.faults.size() == 1);
  return check.faults[0].sentence;
}

}  // namespace

TEST_CASE("right derivatives have no fault") {
  const DerivativeCheck check = check_decay(decay_derivatives);
  CHECK(check.clean());
  CHECK(check.groups == 1);
  CHECK(check.entries == 10);
  CHECK(check.points.size() == 2);
}

TEST_CASE("a wrong sign") {
  const DerivativeCheck check = check_decay([](const Pair& p, double t) {
    Pair d = decay_derivatives(p, t);
    d[1] = -d[1];
    return d;
  });
  REQUIRE(check.faults.size() == 1);
  const DerivativeFault& fault = check.faults[0];
  CHECK(fault.cause == Cause::sign);
  CHECK(fault.group == "decay");
  CHECK(fault.item == 2);
  CHECK(fault.component == 0);
  CHECK(fault.point == 0);
  CHECK(fault.residual == "decay[2]");
  CHECK(fault.parameter == "rate");
  CHECK(fault.parameters == std::vector<std::string>{"rate"});
  CHECK(fault.given == 4.0 * std::exp(-1.0));
  CHECK(fault.expected == Approx(-fault.given).epsilon(1e-9));
  CHECK(std::abs(fault.expected + fault.given) <= 20.0 * fault.error_estimate);
  CHECK(fault.error_estimate < 1e-6);
  CHECK(std::isnan(fault.factor));
  CHECK(fault.entries_wrong == 4);  // at t = 0 the derivative is zero
  CHECK(fault.entries_checked == 5);
  CHECK(fault.sentence ==
        "residual group 'decay': the derivative by 'rate' has the wrong sign; decay[2] has 1.47152, differences give "
        "-1.47152 (4 of 5 entries)");
}

TEST_CASE("a mistake in all derivatives is one fault") {
  CHECK(sentence_of_decay([](const Pair& p, double t) { return Pair(-decay_derivatives(p, t)); }) ==
        "residual group 'decay': every derivative has the wrong sign; decay[2] has 1.47152 by 'rate', differences give "
        "-1.47152 (9 of 10 entries)");
  CHECK(sentence_of_decay([](const Pair& p, double t) { return Pair(0.5 * decay_derivatives(p, t)); }) ==
        "residual group 'decay': every derivative is 2 times too small; decay[2] has -0.735759 by 'rate', differences "
        "give -1.47152 (9 of 10 entries)");
}

TEST_CASE("a constant factor") {
  const auto times = [](double factor) {
    const DerivativeCheck check = check_decay([factor](const Pair& p, double t) {
      Pair d = decay_derivatives(p, t);
      d[0] *= factor;
      return d;
    });
    REQUIRE(check.faults.size() == 1);
    CHECK(check.faults[0].cause == Cause::factor);
    CHECK(check.faults[0].factor == Approx(factor).epsilon(1e-6));
    return check.faults[0].sentence;
  };
  CHECK(times(2.0) ==
        "residual group 'decay': the derivative by 'amplitude' is 2 times too large; decay[0] has 2, differences give "
        "1 (all 5 entries)");
  CHECK(times(0.1).find("is 10 times too small;") != std::string::npos);
  CHECK(times(-3.0).find("is -3 times what differences give;") != std::string::npos);
  CHECK(times(1.2345).find("is 1.2345 times what differences give;") != std::string::npos);
  CHECK(times(57.29577951308232).find("is 180/pi times too large, as if") != std::string::npos);
  CHECK(times(0.017453292519943295).find("is 180/pi times too small, as if") != std::string::npos);
  CHECK(times(1.001).find("is 1.001 times what differences give;") != std::string::npos);
}

TEST_CASE("a transposed block") {
  Problem problem;
  const auto q = problem.add_parameters("q", Pair{0.4, 2.0});
  const auto offset = problem.add_parameters("offset", Vec<double, 1>{1.0});
  problem.add_residuals(
      "pose",
      WithJacobian{[](const auto& u, const auto& o, double x, double y) {
                     return std::array{x * std::cos(u[0]) - u[1] * std::sin(u[0]), o[0] + y * u[1] * std::sin(u[0])};
                   },
                   [](const auto& u, const auto&, double x, double y) {
                     Mat<double, 2, 3> J;
                     J << -x * std::sin(u[0]) - u[1] * std::cos(u[0]), y * u[1] * std::cos(u[0]), 0.0,  //
                         -std::sin(u[0]), y * std::sin(u[0]), 1.0;
                     return J;
                   }},
      q, offset, std::vector<double>{1, 2, 3}, std::vector<double>{3, 4, 7});
  const DerivativeCheck check = check_derivatives(problem);
  REQUIRE(check.faults.size() == 1);
  CHECK(check.faults[0].cause == Cause::transposed);
  CHECK(check.faults[0].sentence ==
        "residual group 'pose': the 2 x 2 derivatives by 'q[0]' and 'q[1]' look transposed; pose[2], component 0 has "
        "12.8949 by 'q[1]', differences give -0.389418 (6 of 12 entries)");
}

TEST_CASE("a skew-symmetric block with all signs wrong is not called transposed") {
  Problem problem;
  const auto q = problem.add_parameters("q", Pair{0.4, 2.0});
  problem.add_residuals("turn",
                        WithJacobian{[](const auto& u, double a) {
                                       return std::array{a * u[1], -a * u[0]};
                                     },
                                     [](const auto&, double a) {
                                       Mat<double, 2, 2> J;
                                       J << 0.0, -a, a, 0.0;
                                       return J;
                                     }},
                        q, std::vector<double>{1, 2, 3});
  const DerivativeCheck check = check_derivatives(problem);
  REQUIRE(check.faults.size() == 1);
  CHECK(check.faults[0].cause == Cause::sign);
}

TEST_CASE("exchanged columns") {
  CHECK(sentence_of_decay([](const Pair& p, double t) { return Pair(decay_derivatives(p, t).reverse()); }) ==
        "residual group 'decay': the derivatives by 'amplitude' and 'rate' look exchanged; decay[2] has -1.47152 by "
        "'amplitude', differences give 0.367879 (all 10 entries)");
}

TEST_CASE("an inner derivative left out") {
  // amplitude = exp(p[0]), but ∂r/∂amplitude is given.
  Problem problem;
  const auto p = problem.add_parameters("p", Pair{0.5, 0.5});
  problem.name_components(p, {"log_amplitude", "rate"});
  problem.add_residuals(
      "decay",
      WithJacobian{[](const auto& q, double t, double y) { return std::exp(q[0]) * std::exp(-q[1] * t) - y; },
                   [](const auto& q, double t, double) {
                     return Pair{std::exp(-q[1] * t), -t * std::exp(q[0]) * std::exp(-q[1] * t)};
                   }},
      p, ts, ys);
  const DerivativeCheck check = check_derivatives(problem);
  REQUIRE(check.faults.size() == 1);
  CHECK(check.faults[0].cause == Cause::chain_rule);
  CHECK(check.faults[0].sentence ==
        "residual group 'decay': the derivative by 'log_amplitude' seems to lack the chain rule's inner derivative, a "
        "factor of 1.64872 for every residual at the start and of 1.59708 near it; decay[0] has 1, differences give "
        "1.64872 (all 5 entries)");

  // One point cannot tell it from a constant.
  const DerivativeCheck here = check_derivatives(problem, problem.start());
  REQUIRE(here.faults.size() == 1);
  CHECK(here.faults[0].cause == Cause::factor);
  CHECK(here.faults[0].factor == Approx(std::exp(-0.5)));
}

TEST_CASE("an inner derivative left out that the start hides") {
  Problem problem;
  const auto p = problem.add_parameters("log_amplitude", Vec<double, 1>{0.0});
  problem.add_residuals("decay",
                        WithJacobian{[](const auto& q, double t, double y) { return std::exp(q[0] - t) - y; },
                                     [](const auto&, double t, double) { return Vec<double, 1>{std::exp(-t)}; }},
                        p, ts, ys);
  CHECK(check_derivatives(problem, problem.start()).clean());
  const DerivativeCheck check = check_derivatives(problem);
  REQUIRE(check.faults.size() == 1);
  CHECK(check.faults[0].cause == Cause::chain_rule);
  CHECK(check.faults[0].point == 1);
  CHECK(check.faults[0].sentence.find("; near the start decay[0] has 1, differences give ") != std::string::npos);
}

TEST_CASE("an inner derivative left out that depends on the data") {
  CHECK(sentence_of_decay([](const Pair& p, double t) {
          Pair d = decay_derivatives(p, t);
          d[1] = p[0] * std::exp(-p[1] * t);
          return d;
        }) ==
        "residual group 'decay': the derivative by 'rate' seems to lack the chain rule's inner derivative, a factor of "
        "0 for decay[0] and of -4 for decay[4], the same at the start and near it; decay[1] has 1.21306, differences "
        "give -1.21306 (all 5 entries)");
}

TEST_CASE("an outer derivative left out") {
  Problem problem;
  const auto p = problem.add_parameters("p", Pair{2.0, 0.5});
  problem.add_residuals("decay",
                        WithJacobian{[](const auto& q, double t, double y) { return std::pow(decay(q, t, y), 2); },
                                     [](const auto& q, double t, double) { return decay_derivatives(q, t); }},
                        p, std::vector<double>{1, 2, 3, 4}, std::vector<double>{0.5, 1.5, 2.5, 3.5});
  const DerivativeCheck check = check_derivatives(problem);
  REQUIRE(check.faults.size() == 1);
  CHECK(check.faults[0].cause == Cause::chain_rule);
  CHECK(check.faults[0].sentence ==
        "residual group 'decay': every derivative seems to lack the chain rule's outer derivative, a factor of 1.42612 "
        "for decay[0] and of -6.45866 for decay[3], by whichever parameter; decay[3] has -1.08268 by 'p[1]', "
        "differences give 6.99268 (all 8 entries)");
}

TEST_CASE("missing derivatives") {
  CHECK(sentence_of_decay([](const Pair& p, double t) {
          return Pair{decay_derivatives(p, t)[0], 0.0};
        }) ==
        "residual group 'decay': the derivative by 'rate' is zero; decay[2] has 0, differences give -1.47152 (4 of 5 "
        "entries)");
  CHECK(sentence_of_decay([](const Pair&, double) {
          return Pair{0.0, 0.0};
        }).find("every derivative is zero; ") != std::string::npos);
}

TEST_CASE("derivatives that are not finite") {
  CHECK(sentence_of_decay([](const Pair& p, double t) {
          const double nan = std::numeric_limits<double>::quiet_NaN();
          return t == 3.0 ? Pair{nan, 0.0 * nan} : decay_derivatives(p, t);
        }) ==
        "residual group 'decay': the derivatives by 'amplitude' and 'rate' are not finite; decay[3] has nan by "
        "'amplitude', differences give 0.22313 (2 of 10 entries)");
}

TEST_CASE("a derivative that is not finite where the parameter has no influence") {
  Problem problem;
  const auto p = problem.add_parameters("p", Pair{2.0, 3.0});
  problem.add_residuals("f",
                        WithJacobian{[](const auto& q) { return q[0]; },
                                     [](const auto&) {
                                       return Pair{1.0, std::numeric_limits<double>::infinity()};
                                     }},
                        p);
  const DerivativeCheck check = check_derivatives(problem);
  REQUIRE(check.faults.size() == 1);
  CHECK(
      check.faults[0].sentence ==
      "residual group 'f': the derivative by 'p[1]' is not finite; f[0] has inf, differences give 0 (the only entry)");
}

TEST_CASE("derivatives wrong in no simple way") {
  CHECK(sentence_of_decay([](const Pair& p, double t) {
          Pair d = decay_derivatives(p, t);
          d[1] += t >= 3.0 ? 0.01 * t * t : 0.0;
          return d;
        }) ==
        "residual group 'decay': the derivative by 'rate' is wrong; decay[4] has -0.922682, differences give -1.08268 "
        "(2 of 5 entries)");
  // One entry says nothing of a factor.
  CHECK(sentence_of_decay([](const Pair& p, double t) {
          Pair d = decay_derivatives(p, t);
          d[0] += t == 0.0 ? 0.3 : 0.0;
          return d;
        }).find("the derivative by 'amplitude' is wrong; decay[0] has 1.3, ") != std::string::npos);
}

TEST_CASE("each mistake of a group is told, the not finite first") {
  const DerivativeCheck check = check_decay([](const Pair& p, double t) {
    Pair d = decay_derivatives(p, t);
    d[0] = t == 2.0 ? std::numeric_limits<double>::infinity() : -d[0];
    d[1] *= 4.0;
    return d;
  });
  REQUIRE(check.faults.size() == 3);
  CHECK(check.faults[0].cause == Cause::not_finite);
  CHECK(check.faults[0].entries_wrong == 1);
  CHECK(check.faults[1].cause == Cause::sign);
  CHECK(check.faults[1].entries_wrong == 4);
  CHECK(check.faults[2].cause == Cause::factor);
}

TEST_CASE("blocks that differ from residual to residual are told as one column") {
  Problem problem;
  const auto points = problem.add_parameters("point", Pair{1.0, 2.0}, 3);
  problem.add_residuals("edge",
                        WithJacobian{[](const auto& a, const auto& b) { return a[0] * b[0] + a[1] * b[1]; },
                                     [](const auto& a, const auto& b) {
                                       return Vec<double, 4>{b[0], b[1], a[0], -a[1]};
                                     }},
                        points[std::vector<int>{0, 1}], points[std::vector<int>{1, 2}]);
  const DerivativeCheck check = check_derivatives(problem);
  REQUIRE(check.faults.size() == 1);
  CHECK(check.faults[0].sentence ==
        "residual group 'edge': the derivatives by 'point[1][1]' and its like have the wrong sign; edge[0] has -2, "
        "differences give 2 (all 2 entries)");
}

TEST_CASE("long lists of parameters are cut short") {
  Problem problem;
  const auto q = problem.add_parameters("q", Vec<double, 6>{1, 2, 3, 4, 5, 6});
  problem.add_residuals("sum",
                        WithJacobian{[](const auto& u) { return u.squaredNorm(); },
                                     [](const auto& u) {
                                       Vec<double, 6> d = -2.0 * u;
                                       d[0] = 2.0 * u[0];
                                       return d;
                                     }},
                        q);
  const DerivativeCheck check = check_derivatives(problem);
  REQUIRE(check.faults.size() == 1);
  CHECK(check.faults[0].parameters.size() == 5);
  CHECK(check.faults[0].sentence ==
        "residual group 'sum': the derivatives by 'q[1]', 'q[2]', 'q[3]' and 2 others have the wrong sign; sum[0] has "
        "-12 by 'q[5]', differences give 12 (all 5 entries)");
}

TEST_CASE("causes have names") {
  CHECK(to_string(Cause::sign) == "sign");
  CHECK(to_string(Cause::factor) == "factor");
  CHECK(to_string(Cause::transposed) == "transposed");
  CHECK(to_string(Cause::swapped_columns) == "swapped_columns");
  CHECK(to_string(Cause::chain_rule) == "chain_rule");
  CHECK(to_string(Cause::missing) == "missing");
  CHECK(to_string(Cause::not_finite) == "not_finite");
  CHECK(to_string(Cause::wrong) == "wrong");
}
