#include <algorithm>
#include <cmath>
#include <numeric>

#include <doctest/doctest.h>
#include <methods/residual_samples.hpp>
#include <thalweg/methods/run.hpp>

#include "support/line_samples.hpp"
#include "support/valleys.hpp"

using namespace thalweg;
using doctest::Approx;

namespace {

/// Two groups, one with a loss and standard deviations, a prior, a fixed component and a bound.
struct Mixed {
  Mixed() {
    std::vector<double> t, y, sigma;
    for (int i = 0; i < 25; ++i) {
      t.push_back(0.1 * i);
      y.push_back(2.0 * std::exp(-0.8 * t.back()) + 0.3 + (i % 7 == 0 ? 1.0 : 0.02 * std::sin(9.0 * i)));
      sigma.push_back(0.5 + 0.1 * (i % 3));
    }
    p = problem.add_parameters("p", Vec<double, 4>{1.0, 0.5, 0.3, 9.0});
    problem.fix(p, 3);
    problem.set_bounds(p, 1, 0.0, 0.7);
    ResidualGroup& curve = problem.add_residuals(
        "curve", [](const auto& q, double x, double v) { return q[0] * exp(-q[1] * x) + q[2] - v; }, p, t, y);
    curve.set_sigma(sigma);
    curve.set_loss(Loss::cauchy(0.3));
    problem.add_residuals(
        "prior",
        [](const auto& q) {
          return std::array{0.1 * (q[0] - 2.0), q[2] * q[3] - 2.0};
        },
        p);
  }
  Problem problem;
  Parameters<4> p{0, 4, 1};
};

}  // namespace

TEST_CASE("the samples of a problem add up to its cost and gradient") {
  const Mixed mixed;
  const Program program(mixed.problem);
  const ResidualSamples samples(program, mixed.problem.start(), 1);
  REQUIRE(samples.samples() == 26);
  REQUIRE(samples.dimension() == 3);
  const std::vector<double> z = {1.3, 0.6, 0.2};
  std::vector<double> whole(3), sum(3), g(3);
  const double value = samples.gradient(z, whole);
  CHECK(value == Approx(samples.value(z)).epsilon(1e-14));
  double total = 0.0;
  for (std::int64_t i = 0; i < 26; ++i) {
    total += samples.batch_gradient(z, {&i, 1}, 0, g);
    for (std::size_t j = 0; j < 3; ++j) sum[j] += g[j];
  }
  CHECK(total == Approx(value).epsilon(1e-13));
  for (std::size_t j = 0; j < 3; ++j) CHECK(sum[j] == Approx(whole[j]).epsilon(1e-12));
  std::vector<std::int64_t> all(26);
  std::iota(all.begin(), all.end(), 0);
  CHECK(26.0 * samples.batch_gradient(z, all, 0, g) == Approx(value).epsilon(1e-13));
}

TEST_CASE("first-order methods run on residuals: fixed components stay, bounds hold, bits do not depend on threads") {
  const Mixed mixed;
  const Subject subject{.residuals = &mixed.problem};
  const Result reference = run(Method::levenberg_marquardt, subject, mixed.problem.start(), {}, {});
  REQUIRE(reference.converged());
  const TrainOptions options{.rate = 0.02, .max_iterations = 20000, .record_points = true};
  const Result one = run(Rule::adam, subject, mixed.problem.start(), {.threads = 1}, options);
  const Result two = run(Rule::adam, subject, mixed.problem.start(), {.threads = 2}, options);
  CHECK(one.x == two.x);
  REQUIRE(one.x.size() == 4);
  CHECK(one.x[3] == 9.0);
  CHECK(one.x[1] <= 0.7);
  CHECK(one.final_cost == Approx(reference.final_cost).epsilon(1e-4));
  CHECK(one.trace.back().x.size() == 4);
  const TrainOptions batches{.rate = 0.01, .batch_size = 5, .seed = 3, .max_epochs = 50};
  CHECK(run(Rule::sgd, subject, mixed.problem.start(), {.threads = 1}, batches).x ==
        run(Rule::sgd, subject, mixed.problem.start(), {.threads = 2}, batches).x);
}

TEST_CASE("gradient descent with a rate has no line search") {
  const auto f = objective(2, valleys::beale);
  const Subject subject{.objective = &f};
  const std::vector<double> start = {2.0, -0.5};
  const Result fixed = run(Method::gradient_descent, subject, start, {}, {.rate = 1e-3, .max_iterations = 50});
  for (std::size_t k = 1; k < fixed.trace.size(); ++k) CHECK(fixed.trace[k].rate == 1e-3);
  CHECK(fixed.evaluations.cost == 0);
  const Result searched = run(Method::gradient_descent, subject, start, {.max_iterations = 50}, {});
  CHECK(std::isnan(searched.trace[1].rate));
}

TEST_CASE("methods are found by name and by short name") {
  CHECK(parse_any_method("lm") == AnyMethod(Method::levenberg_marquardt));
  CHECK(parse_any_method("gd") == AnyMethod(Method::gradient_descent));
  CHECK(parse_any_method("gradient-descent") == AnyMethod(Method::gradient_descent));
  CHECK(parse_any_method("rmsprop-momentum") == AnyMethod(Rule::rmsprop_momentum));
  for (const AnyMethod method : all_methods()) CHECK(parse_any_method(to_string(method)) == method);
  CHECK(parse_any_method("LBFGS") == AnyMethod(Method::lbfgs));
  CHECK(parse_any_method("L-BFGS") == AnyMethod(Method::lbfgs));
  CHECK(parse_any_method("Adam") == AnyMethod(Rule::adam));
  CHECK(all_methods().size() == 29);
  CHECK_THROWS_AS(parse_any_method("adamm"), Error);
}

TEST_CASE("what cannot be run is refused with what could be") {
  const auto f = objective(2, valleys::rosenbrock);
  const line_samples::Line line(10);
  const Subject plain{.objective = &f}, samples{.objective = &line};
  CHECK(refusal(Method::dogleg, plain) ==
        "dogleg needs residuals, and this cost has none; expected gradient-descent, nonlinear-cg, newton, newton-cg, "
        "bfgs, "
        "lbfgs or a first-order method");
  CHECK(
      refusal(Method::bfgs, samples, {.batch_size = 3}) ==
      "bfgs needs the whole gradient: differences of minibatch gradients are noise, not curvature; leave out the batch "
      "size, or take sgd, momentum, adam, ...");
  CHECK(refusal(Rule::adam, samples, {.batch_size = 3}).empty());
  CHECK(refusal(Method::gradient_descent, samples, {.rate = 0.1, .batch_size = 3}) ==
        "gradient-descent needs the whole gradient; leave out the batch size, or take sgd, momentum, adam, ...");
  const Subject kinked{.objective = &f, .no_curvature = "it has none; expected lbfgs"};
  CHECK(refusal(Method::newton, kinked) == "newton: it has none; expected lbfgs");
  CHECK(refusal(Method::lbfgs, kinked).empty());
  CHECK_THROWS_WITH(run(Method::newton, kinked, {0.0, 0.0}, {}, {}), "newton: it has none; expected lbfgs");
  CHECK_THROWS_WITH(run(Method::newton, Subject{}, {0.0}, {}, {}),
                    "a subject without residuals and without an objective");
}
