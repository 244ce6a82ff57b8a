#include <cmath>
#include <vector>

#include <doctest/doctest.h>
#include <thalweg/linear/dense_qr.hpp>
#include <thalweg/minimize/solve.hpp>
#include <thalweg/minimize/strategy.hpp>

using namespace thalweg;
using doctest::Approx;

namespace {

/// A linearisation with two or three columns.
struct Linearised {
  explicit Linearised(const std::vector<std::vector<double>>& columns, const std::vector<double>& r)
      : J(static_cast<std::int64_t>(r.size()), static_cast<std::int64_t>(columns.size())) {
    AlignedArray residual(static_cast<std::int64_t>(r.size()));
    for (std::size_t i = 0; i < r.size(); ++i) {
      residual[static_cast<std::int64_t>(i)] = r[i];
      for (std::size_t j = 0; j < columns.size(); ++j)
        J(static_cast<std::int64_t>(i), static_cast<std::int64_t>(j)) = columns[j][i];
    }
    qr.linearize(J, residual.data(), {});
  }
  /// ½‖Jδ + r‖² − ½‖r‖², by the quadratic form.
  double model(const std::vector<double>& step) const {
    double value = 0.5 * qr.squared_product(step.data());
    for (std::size_t j = 0; j < step.size(); ++j) value += qr.gradient()[j] * step[j];
    return value;
  }
  DenseMatrix J;
  DenseQr qr;
};

/// A point with ‖Dx‖ = far, longer than the gradient is in that metric: the unit of the first radius.
constexpr double far = 1e3;
std::vector<double> far_point(const Linearised& at) {
  std::vector<double> x(static_cast<std::size_t>(at.J.columns()), 0.0);
  x[0] = far / at.qr.column_norms()[0];
  return x;
}

std::vector<double> first_step(Linearised& at, Method method, double radius, ProposedStep* proposed = nullptr,
                               Scaling scaling = Scaling::monotone) {
  const std::vector<double> x = far_point(at);
  const auto strategy =
      make_strategy({.method = method, .damping = Damping::radius, .scaling = scaling, .initial_radius = radius / far});
  strategy->start(at.qr, x);
  std::vector<double> step(x.size());
  const ProposedStep p = strategy->propose(at.qr, step.data());
  if (proposed) *proposed = p;
  return step;
}

const std::vector<std::vector<double>> three_columns = {
    {1.0, 2.0, 0.0, 1.0}, {0.0, 1.0, 3.0, -1.0}, {2.0, 0.5, 1.0, 1.0}};
const std::vector<double> residual = {4.0, -1.0, 2.0, 3.0};

}  // namespace

TEST_CASE("doglegs: a wide radius gives the Gauss-Newton step, a small one the scaled gradient") {
  for (const Method method : {Method::dogleg, Method::subspace_dogleg}) {
    Linearised at(three_columns, residual);
    std::vector<double> newton(3), D(3, 1.0);
    at.qr.solve(0.0, D.data(), newton.data());
    const auto wide = first_step(at, method, 1e6);
    for (std::size_t j = 0; j < 3; ++j) CHECK(wide[j] == newton[j]);

    ProposedStep proposed;
    const auto narrow = first_step(at, method, 1e-6, &proposed);
    CHECK(proposed.scaled_norm == Approx(1e-6));
    double along = 0.0, across = 0.0;  // cosine between the step and −D⁻²g, in the scaled space
    const auto norms = at.qr.column_norms();
    for (std::size_t j = 0; j < 3; ++j) {
      along -= narrow[j] * at.qr.gradient()[j];
      across += at.qr.gradient()[j] * at.qr.gradient()[j] / (norms[j] * norms[j]);
    }
    CHECK(along / (1e-6 * std::sqrt(across)) == Approx(1.0).epsilon(1e-9));
  }
}

TEST_CASE("doglegs: on the boundary the prediction is the model's, and more dimensions promise more") {
  for (const double radius : {0.1, 0.5, 1.0, 1.5, 2.0, 2.5}) {
    CAPTURE(radius);
    Linearised at(three_columns, residual);
    ProposedStep single, plane, full;
    const auto a = first_step(at, Method::dogleg, radius, &single);
    const auto b = first_step(at, Method::subspace_dogleg, radius, &plane);
    first_step(at, Method::levenberg_marquardt, radius, &full);
    CHECK(single.scaled_norm <= radius * (1.0 + 1e-12));
    CHECK(plane.scaled_norm <= radius * (1.0 + 1e-12));
    CHECK(single.predicted == Approx(-at.model(a)));
    CHECK(plane.predicted == Approx(-at.model(b)));
    CHECK(plane.predicted >= single.predicted * (1.0 - 1e-12));
  }
}

TEST_CASE("subspace dogleg: for two parameters the plane is everything, so it solves the trust-region problem") {
  const std::vector<std::vector<double>> columns = {{1.0, 2.0, 0.5}, {0.9, 2.2, -0.3}};
  const std::vector<double> r = {1.0, -3.0, 2.0};
  for (const double radius : {0.05, 0.3, 1.0, 2.0}) {
    Linearised at(columns, r);
    ProposedStep proposed;
    const auto step = first_step(at, Method::subspace_dogleg, radius, &proposed);
    // No point of a fine circle, nor inside, is better.
    const auto norms = at.qr.column_norms();
    double best = 0.0;
    for (int k = 0; k < 20000; ++k) {
      const double angle = 2.0 * 3.14159265358979323846 * k / 20000.0;
      const std::vector<double> on = {radius * std::cos(angle) / norms[0], radius * std::sin(angle) / norms[1]};
      best = std::min(best, at.model(on));
    }
    CHECK(at.model(step) <= best + 1e-9 * std::abs(best));
  }
}

TEST_CASE("doglegs: a rejected step shortens the next one, an accepted good one lengthens") {
  for (const Method method : {Method::dogleg, Method::subspace_dogleg}) {
    Linearised at(three_columns, residual);
    const auto strategy = make_strategy({.method = method, .initial_radius = 1.0 / far});
    strategy->start(at.qr, far_point(at));
    std::vector<double> step(3);
    const double first = strategy->propose(at.qr, step.data()).scaled_norm;
    CHECK(first == Approx(1.0));
    strategy->rejected(-1.0, first);
    CHECK(strategy->propose(at.qr, step.data()).scaled_norm == Approx(0.5));
    strategy->accepted(0.9, 0.5);
    CHECK(strategy->propose(at.qr, step.data()).scaled_norm == Approx(1.5));
    strategy->accepted(0.1, 1.5);
    CHECK(strategy->propose(at.qr, step.data()).scaled_norm == Approx(0.75));
  }
}

TEST_CASE("doglegs: a singular Jacobian is regularised") {
  Problem problem;
  const auto p = problem.add_parameters("p", Vec<double, 3>{3.0, 1.0, 1.0});
  const std::vector<double> t = {0.0, 1.0, 2.0, 3.0};
  problem.add_residuals(
      "sum", [](const auto& q, double ti) { return exp(0.2 * q[0] * ti) + q[1] + q[2] - 2.0; }, p, t);
  for (const Method method : {Method::dogleg, Method::subspace_dogleg}) {
    const Result result = solve(problem, {.method = method});
    CHECK(result.converged());
    CHECK(result.final_cost < 1e-18);
  }
}

TEST_CASE("doglegs: the first radius reaches the minimum from a start near zero, in any unit") {
  const std::vector<double> t = {0.0, 1.0, 2.0, 3.0, 4.0}, y = {1.0, 2.2, 2.9, 4.1, 5.2};
  for (const Method method : {Method::dogleg, Method::subspace_dogleg})
    for (const double unit : {1.0, 1e40})
      for (const double start : {0.0, 1e-15, 1e-200}) {
        CAPTURE(unit);
        CAPTURE(start);
        Problem problem;
        const auto p = problem.add_parameters("p", Vec<double, 2>{start * unit, start * unit});
        problem.add_residuals(
            "line", [unit](const auto& q, double ti, double yi) { return q[0] + q[1] * ti - yi * unit; }, p, t, y);
        const Result result = solve(problem, {.method = method});
        CHECK(result.converged());
        CHECK(result.x[0] / unit == Approx(1.02));
        CHECK(result.x[1] / unit == Approx(1.03));
      }
}

TEST_CASE("Levenberg with no damping is Gauss-Newton, bit for bit") {
  std::vector<double> t, y;
  for (int i = 0; i < 12; ++i) {
    t.push_back(0.5 * i);
    y.push_back(5.0 * std::exp(-0.4 * t.back()) + 0.03 * std::cos(3.0 * i));
  }
  Problem problem;
  const auto p = problem.add_parameters("p", Vec<double, 2>{4.0, 0.5});
  problem.add_residuals(
      "decay", [](const auto& q, double ti, double yi) { return q[0] * exp(-q[1] * ti) - yi; }, p, t, y);
  for (int iterations = 1; iterations <= 5; ++iterations) {
    const Options common{.acceleration = false,
                         .polish = false,
                         .function_tolerance = 0.0,
                         .gradient_tolerance = 0.0,
                         .step_tolerance = 0.0,
                         .max_iterations = iterations};
    Options undamped = common, newton = common;
    undamped.method = Method::levenberg;
    undamped.initial_damping = 0.0;
    newton.method = Method::gauss_newton;
    newton.globalization = Globalization::none;
    const Result a = solve(problem, undamped), b = solve(problem, newton);
    REQUIRE(a.accepted_steps == iterations);
    CHECK(a.x == b.x);
    CHECK(a.final_cost == b.final_cost);
  }
}
