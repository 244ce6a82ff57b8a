// A claim of convergence must be true: the traps in which others, or earlier versions, have walked.
#include <array>
#include <cmath>
#include <limits>
#include <string>

#include <doctest/doctest.h>
#include <thalweg/minimize/solve.hpp>

using namespace thalweg;
using doctest::Approx;

namespace {

const std::vector<double> five = {1, 2, 3, 4, -1}, measured = {2.9, 1.2, 0.1, -1.0, 4.5};

template <class F>
Result fit(F f, const std::vector<double>& start, const std::vector<double>& x, const std::vector<double>& y,
           Options options = {}) {
  Problem problem;
  const auto p = problem.add_parameters("p", start);
  problem.add_residuals("f", f, p, x, y);
  return solve(problem, options);
}

}  // namespace

TEST_CASE("a parameter on its way to infinity is not a minimum") {
  const auto never_converged = [](auto f) {
    const Result result = fit(f, {1.0, 1.0}, five, measured);
    CAPTURE(result.reason);
    CAPTURE(result.x[1]);
    CHECK(result.status != Status::converged);
  };
  // Increasing slopes against falling data: the best slope is zero, which no c reaches.
  never_converged([](const auto& p, double x, double y) { return p[0] + exp(p[1]) * x - y; });
  never_converged([](const auto& p, double x, double y) { return p[0] + x / (1.0 + exp(p[1])) - y; });
}

TEST_CASE("a plateau of the logistic curve is left by a restart, whether polished or not") {
  std::vector<double> x, y;
  for (int i = 1; i < 50; ++i) {
    x.push_back(0.1 * i);
    y.push_back(3.0 / (1.0 + std::exp(-1.5 * (x.back() - 2.5))) + 0.05 * std::sin(37.0 * x.back() * x.back()));
  }
  const auto logistic = [](const auto& p, double xi, double yi) {
    return p[0] / (1.0 + exp(-p[1] * (xi - p[2]))) - yi;
  };
  for (const bool polish : {true, false}) {
    const Result result = fit(logistic, {1.3, -1.67, 3.79}, x, y, {.polish = polish});
    CAPTURE(polish);
    CAPTURE(result.reason);
    CHECK(result.status == Status::converged);
    CHECK(2.0 * result.final_cost < 0.1);
  }
}

TEST_CASE("data that are zero are fitted by zero") {
  const std::vector<double> zero(5, 0.0);
  const Result slope = fit([](const auto& p, double x, double y) { return p[0] * x - y; }, {1.0}, five, zero);
  CHECK(slope.status == Status::converged);
  CHECK(std::abs(slope.x[0]) < 1e-12);
  const Result line =
      fit([](const auto& p, double x, double y) { return p[0] + p[1] * x - y; }, {1.0, -3.0}, five, zero);
  CHECK(line.status == Status::converged);
  CHECK(std::abs(line.x[0]) + std::abs(line.x[1]) < 1e-10);
}

TEST_CASE("residuals whose squares underflow are a failure that says so") {
  std::vector<double> tiny;
  for (const double y : measured) tiny.push_back(1e-300 * y);
  const Result result =
      fit([](const auto& p, double x, double y) { return p[0] + p[1] * x - y; }, {1e-300, 1e-300}, five, tiny);
  CHECK(result.status == Status::failed);
  CHECK(result.reason == "the residuals are so small that their squares underflow; expected data in other units");
}

TEST_CASE("slow contraction of Gauss-Newton does not end the polish early") {
  // Large residuals against the curvature: Gauss-Newton contracts slowly, the full Hessian does not.
  std::vector<double> x, y;
  for (int i = 0; i < 40; ++i) {
    x.push_back(0.1 * i);
    y.push_back(2.0 * std::sin(3.0 * x.back() + 0.5) + 1.5 * std::cos(11.0 * x.back() * x.back()));
  }
  const auto wave = [](const auto& p, double xi, double yi) { return p[0] * sin(p[1] * xi + p[2]) - yi; };
  const Result one = fit(wave, {1.5, 2.9, 0.7}, x, y);
  const Result other = fit(wave, {2.2, 3.05, 0.4}, x, y, {.damping = Damping::marquardt, .acceleration = false});
  REQUIRE(one.status == Status::converged);
  REQUIRE(other.status == Status::converged);
  for (std::size_t i = 0; i < 3; ++i) CHECK(one.x[i] == Approx(other.x[i]).epsilon(1e-12));
}

TEST_CASE("the callback sees the polish too, and may stop there") {
  int polished = 0;
  const auto decay = [](const auto& p, double x, double y) { return p[0] * exp(-p[1] * x) - y; };
  const std::vector<double> x = {0, 1, 2, 3, 4, 5}, y = {5.1, 3.2, 1.9, 1.3, 0.7, 0.5};
  const Result result = fit(decay, {1.0, 1.0}, x, y, {.callback = [&](const IterationRecord& r) {
                              polished += r.phase == IterationRecord::Phase::polish;
                              return polished > 0 ? Action::stop : Action::proceed;
                            }});
  CHECK(polished == 1);
  CHECK(result.status == Status::interrupted);
}

TEST_CASE("a record holds what the step was computed with") {
  Problem problem;
  const auto p = problem.add_parameters("p", Vec<double, 1>{0.0});
  problem.add_residuals(
      "line", [](const auto& q, double x, double y) { return q[0] * x - y; }, p, five, measured);
  const Result result = solve(problem, {.initial_damping = 1e-3});
  double g = 0.0;
  for (std::size_t i = 0; i < five.size(); ++i) g -= five[i] * measured[i];
  CHECK(result.trace[1].gradient_norm == Approx(std::abs(g)));
  CHECK(result.trace[1].damping == 1e-3);
  Options newton;
  newton.method = Method::gauss_newton;
  CHECK(solve(problem, newton).trace[1].gain_ratio == Approx(1.0));  // the model is exact
}

TEST_CASE("a limit that ends a restart is reported as such") {
  // Starts on the plateau left of the data's peak, so that the first descent stalls at once.
  const auto peak = [](const auto& p, double x, double y) { return p[0] * exp(-(x - p[1]) * (x - p[1]) * 50.0) - y; };
  int stalls = 0;
  const Result result =
      fit(peak, {1.0, 300.0}, {1, 2, 3, 4}, {0.1, 0.9, 0.2, 0.1},
          {.callback = [&](const IterationRecord&) { return ++stalls > 2 ? Action::stop : Action::proceed; }});
  CHECK(result.status != Status::converged);
  if (stalls > 2) CHECK(result.status == Status::interrupted);
}

TEST_CASE("a start at a saddle is no minimum: the descents that follow find one") {
  Problem problem;
  const auto p = problem.add_parameters("p", Vec<double, 2>{0.0, 0.0});
  problem.add_residuals(
      "well",
      [](const auto& q) {
        using T = std::remove_cvref_t<decltype(q[0])>;
        return std::array<T, 2>{q[0] * q[0] - 1.0, 1.0 * q[1]};
      },
      p);
  const Result alone = solve(problem, {.restarts = 0});
  CHECK(alone.status == Status::stalled);
  CHECK(alone.reason == "the start is a saddle, not a minimum (the gradient is zero)");
  const Result result = solve(problem);
  CHECK(result.converged());
  CHECK(std::abs(result.x[0]) == Approx(1.0).epsilon(1e-10));
}

TEST_CASE("a small gradient beside a nearly singular Jacobian is not taken for a minimum") {
  // Watson's function of twelve parameters: at gradient 1e-10 a Gauss-Newton step still promises most of the cost.
  Problem problem;
  const auto p = problem.add_parameters("p", std::vector<double>(12, 0.0));
  std::vector<int> number(31);
  for (int i = 0; i < 31; ++i) number[static_cast<std::size_t>(i)] = i + 1;
  problem.add_residuals(
      "watson",
      [](const auto& x, int i) {
        using T = std::remove_cvref_t<decltype(x[0])>;
        if (i == 30) return T(x[0]);
        if (i == 31) return T(x[1] - x[0] * x[0] - 1.0);
        T slope(0.0), value = x[0];
        double power = 1.0;
        for (std::size_t j = 1; j < x.size(); ++j) {
          slope = slope + double(j) * power * x[j];
          power *= i / 29.0;
          value = value + power * x[j];
        }
        return T(slope - value * value - 1.0);
      },
      p, number);
  const Result result = solve(problem);
  CHECK(result.converged());
  CHECK(2.0 * result.final_cost == Approx(4.722381105645e-10).epsilon(1e-6));
}

TEST_CASE("a point of inflection is no minimum, though curvature and gradient vanish there together") {
  // p + cos p rises everywhere, level at −3π/2; the data lie far below.
  const auto f = [](const auto& p, double, double y) { return p[0] + cos(p[0]) - y; };
  const std::vector<double> low(5, -9.0);
  for (const Method method : {Method::levenberg_marquardt, Method::levenberg, Method::newton, Method::newton_cg}) {
    CAPTURE(to_string(method));
    const Result result = fit(f, {-0.14}, five, low, {.method = method});
    const bool reached = result.final_cost < 1e-20;
    CHECK((reached || !result.converged()));
  }
}

TEST_CASE("the edge of where residuals are finite is not taken for a kink") {
  // exp overflows just beyond the start, where the cost still falls towards it.
  const auto f = [](const auto& p, double x, double y) { return exp(700.0 + p[0] * x) * 1e-307 * p[1] - y; };
  const Result result = fit(f, {9.7, 1.0}, {1.0, 0.5}, {1e9, 1.0}, {.restarts = 0, .max_iterations = 300});
  CAPTURE(result.reason);
  CHECK(result.at_kink.empty());
}

TEST_CASE("at the edge of a domain one row is noise, and the others are not at rounding level") {
  // log1p(p) is far too large for the data at every p that double has.
  const auto f = [](const auto& p, double x, double y) { return p[1] * x + log(1.0 + p[0]) - y; };
  const Result result = fit(f, {0.6, 1.0}, five, {-1000, -1003, -1001, -1007, -998}, {.restarts = 0});
  CAPTURE(result.reason);
  CHECK(result.reason != "the residuals are at rounding level");
}

TEST_CASE("residuals whose squares underflow beside others of the size of one are an exact fit") {
  // x = (1, 0): the second residual vanishes quadratically, beside a first one of the size of 1.
  const auto exact = [](const auto& p, double, double) {
    using T = std::remove_cvref_t<decltype(p[0])>;
    return std::array<T, 2>{10.0 * (p[0] * p[0] + p[1] * p[1] - 1.0), 1.0 * p[1] * p[1]};
  };
  CHECK(fit(exact, {2.0, 1.0}, {1}, {1}).converged());
}

TEST_CASE("an almost exact fit converges by every method that descends on residuals") {
  // Exponential data to the last bit.
  std::vector<double> x, y;
  for (int i = 0; i < 12; ++i) {
    x.push_back(0.3 * i);
    y.push_back(7.0 * std::exp(-0.83 * x.back()) + 2.0);
  }
  const auto f = [](const auto& p, double t, double v) { return p[0] * exp(-p[1] * t) + p[2] - v; };
  for (const Method method : {Method::levenberg_marquardt, Method::levenberg, Method::dogleg, Method::subspace_dogleg,
                              Method::gauss_newton, Method::newton, Method::newton_cg, Method::bfgs, Method::lbfgs}) {
    CAPTURE(to_string(method));
    const Result result = fit(f, {6.0, 0.7, 1.5}, x, y, {.method = method});
    CAPTURE(result.reason);
    CHECK(result.converged());
    CHECK(result.final_cost < 1e-24);
  }
}
