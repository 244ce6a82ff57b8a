// Values and derivatives of every model, as objective and as residuals, against dual numbers.
#include <cmath>
#include <numeric>
#include <span>
#include <string>
#include <vector>

#include <doctest/doctest.h>
#include <thalweg/models/regression.hpp>
#include <thalweg/problem/objective.hpp>
#include <thalweg/problem/program.hpp>

#include "../../support/regression_reference.hpp"

using namespace thalweg;
using namespace test_support;

namespace {

struct Case {
  std::string name;
  RegressionOptions options;
  RegressionData data;
};

std::vector<Case> cases() {
  std::vector<Case> all;
  const auto add = [&](std::string name, RegressionOptions options, RegressionData data) {
    all.push_back({std::move(name), std::move(options), std::move(data)});
  };
  // 263 samples: more than one tile, and no whole number of packs.
  RegressionOptions linear = options_of(RegressionKind::linear);
  add("linear", linear, table(263, 3, 0));
  linear.intercept = false;
  linear.l2 = 0.7;
  add("ridge without intercept", linear, table(7, 9, 0));
  RegressionOptions logistic = options_of(RegressionKind::logistic);
  add("logistic", logistic, table(263, 5, 2));
  logistic.l2 = 0.4;
  logistic.label_smoothing = 0.1;
  add("logistic with penalty and smoothing", logistic, table(31, 10, 2));
  RegressionOptions softmax = options_of(RegressionKind::softmax);
  add("softmax", softmax, table(263, 4, 3));
  softmax.l2 = 0.4;
  softmax.label_smoothing = 0.1;
  add("softmax with penalty and smoothing", softmax, table(50, 2, 11));
  softmax.intercept = false;
  add("softmax of two classes without intercept", softmax, table(19, 2, 2));
  RegressionOptions network = options_of(RegressionKind::network);
  for (const Activation activation :
       {Activation::tanh, Activation::softplus, Activation::sigmoid, Activation::identity, Activation::relu}) {
    network.network.activation = activation;
    network.network.layers = {4, 3};
    network.network.loss = NetworkOptions::Loss::squares;
    network.l2 = 0.0;
    add("network of squares, " + std::string(to_string(activation)), network, table(41, 2, 0));
    network.network.loss = NetworkOptions::Loss::softmax;
    network.l2 = 0.3;
    add("network of classes, " + std::string(to_string(activation)), network, table(263, 2, 3));
  }
  network.network.layers = {};
  add("network without hidden layers", network, table(23, 2, 3));
  return all;
}

std::vector<double> point(const RegressionModel& model) {
  std::vector<double> x;
  for (std::int64_t i = 0; i < model.parameters(); ++i)
    x.push_back(0.8 * scattered(static_cast<std::uint64_t>(31 * i + 5)));
  return x;
}

double norm(std::span<const double> v) { return std::sqrt(std::inner_product(v.begin(), v.end(), v.begin(), 0.0)); }

/// ‖a − b‖ / ‖b‖.
double distance(std::span<const double> a, std::span<const double> b) {
  std::vector<double> d(a.size());
  for (std::size_t i = 0; i < a.size(); ++i) d[i] = a[i] - b[i];
  return norm(d) / norm(b);
}

struct Exact {
  double value;
  std::vector<double> x, g, H;
  Exact(const Case& c, std::vector<double> at) : x(std::move(at)), g(x.size()), H(x.size() * x.size()) {
    const auto f = objective(static_cast<std::int64_t>(x.size()), ReferenceCost{c.options, c.data});
    value = f.gradient(x, g);
    f.hessian(x, H);
  }
};

}  // namespace

TEST_CASE("regression: value, gradient, Hessian and products equal those of dual numbers") {
  for (const Case& c : cases()) {
    CAPTURE(c.name);
    const RegressionModel model(c.options, c.data);
    const SampledObjective& f = model.objective();
    const Exact exact(c, point(model));
    const std::size_t n = exact.x.size();
    std::vector<double> g(n), H(n * n), v(n), Hv(n), product(n);
    const double value = f.value(exact.x);
    CHECK(std::abs(value - exact.value) <= 1e-13 * exact.value);
    CHECK(std::abs(f.gradient(exact.x, g) - exact.value) <= 1e-13 * exact.value);
    CHECK(distance(g, exact.g) <= 1e-12);
    f.hessian(exact.x, H);
    CHECK(distance(H, exact.H) <= 1e-12);
    for (std::size_t i = 0; i < n; ++i) v[i] = scattered(7 * i + 3);
    f.hessian_product(exact.x, v, product);
    for (std::size_t i = 0; i < n; ++i)
      Hv[i] = std::inner_product(v.begin(), v.end(), exact.H.begin() + static_cast<std::ptrdiff_t>(i * n), 0.0);
    CHECK(distance(product, Hv) <= 1e-12);
    // Without the state that the value has left behind.
    const RegressionModel fresh(c.options, c.data);
    std::vector<double> cold(n);
    CHECK(fresh.objective().gradient(exact.x, cold) == value);
    CHECK(cold == g);
    fresh.objective().gradient(point(fresh), cold);
    CHECK(cold == g);
  }
}

TEST_CASE("regression: residuals have the cost, its gradient and, with their curvature, its Hessian") {
  for (const Case& c : cases()) {
    CAPTURE(c.name);
    const RegressionModel model(c.options, c.data);
    const Exact exact(c, point(model));
    const Problem problem = model.problem(exact.x);
    const Program program(problem);
    const auto n = static_cast<std::int64_t>(exact.x.size());
    AlignedArray r(program.rows());
    DenseMatrix J(program.rows(), n);
    CHECK(std::abs(program.evaluate(exact.x.data(), r.data(), 1) - exact.value) <= 1e-13 * exact.value);
    CHECK(std::abs(program.evaluate(exact.x.data(), r.data(), J, 1) - exact.value) <= 1e-13 * exact.value);
    std::vector<double> g(static_cast<std::size_t>(n)), H(static_cast<std::size_t>(n * n));
    program.curvature(exact.x.data(), r.data(), H.data());
    for (std::int64_t a = 0; a < n; ++a)
      for (std::int64_t i = 0; i < program.rows(); ++i) {
        g[static_cast<std::size_t>(a)] += J(i, a) * r[i];
        for (std::int64_t b = 0; b < n; ++b) H[static_cast<std::size_t>(a * n + b)] += J(i, a) * J(i, b);
      }
    CHECK(distance(g, exact.g) <= 1e-12);
    CHECK(distance(H, exact.H) <= 1e-12);
    CHECK(problem.parameter_name(n - 1) == model.objective().name(n - 1));
  }
}

TEST_CASE("regression: the Jacobian of a network is that of dual numbers, item by item") {
  const Case c = cases()[7];
  REQUIRE(c.name == "network of squares, tanh");
  const RegressionModel model(c.options, c.data);
  const std::vector<double> x = point(model);
  const Problem problem = model.problem(x);
  const ResidualGroup& group = *problem.groups()[0];
  const auto n = static_cast<std::size_t>(model.parameters());
  for (std::int64_t item = 0; item < 41; ++item) {
    const auto f = objective(static_cast<std::int64_t>(n), [&](const auto& at) {
      using T = std::remove_cvref_t<decltype(at[0])>;
      std::vector<T> a;
      for (const auto& column : c.data.x) a.emplace_back(column[static_cast<std::size_t>(item)]);
      return reference_scores(c.options, {4, 3, 1}, std::vector<T>(at.begin(), at.end()), std::move(a))[0] -
             c.data.y[static_cast<std::size_t>(item)];
    });
    std::vector<double> exact(n), row(n);
    const double value = f.gradient(x, exact);
    double residual = 0.0;
    double* const r[] = {&residual};
    std::vector<double*> columns;
    for (double& entry : row) columns.push_back(&entry);
    group.evaluate(x.data(), {item, item + 1, r, columns.data()});
    CHECK(std::abs(residual - value) <= 1e-14 * std::abs(value) + 1e-15);
    CHECK(distance(row, exact) <= 1e-12);
  }
}

TEST_CASE("regression: hinge, where it has a gradient") {
  RegressionOptions options = options_of(RegressionKind::hinge);
  options.l2 = 0.2;
  const Case c{"hinge", options, table(100, 3, 4)};
  const RegressionModel model(c.options, c.data);
  const Exact exact(c, point(model));
  std::vector<double> g(exact.x.size());
  CHECK(std::abs(model.objective().value(exact.x) - exact.value) <= 1e-13 * exact.value);
  model.objective().gradient(exact.x, g);
  CHECK(distance(g, exact.g) <= 1e-12);
  CHECK_FALSE(model.smooth());
  CHECK_FALSE(model.has_residuals());
  CHECK_THROWS_WITH_AS(model.problem(exact.x),
                       "hinge regression has no residuals; expected another method, or another kind", Error);
}

TEST_CASE("regression: scores beyond the range of exp give finite costs and gradients") {
  for (const RegressionKind kind : {RegressionKind::logistic, RegressionKind::softmax}) {
    const RegressionModel model(options_of(kind), table(40, 1, 2));
    const std::vector<double> x = {900.0, -4000.0};
    std::vector<double> g(2);
    CHECK(std::isfinite(model.objective().gradient(x, g)));
    CHECK((std::isfinite(g[0]) && std::isfinite(g[1])));
    const Problem problem = model.problem(x);
    const Program program(problem);
    AlignedArray r(program.rows());
    DenseMatrix J(program.rows(), 2);
    CHECK(program.evaluate(x.data(), r.data(), J, 1) == doctest::Approx(model.objective().value(x)));
    double product = 0.0;
    for (std::int64_t i = 0; i < program.rows(); ++i) product += J(i, 1) * r[i];
    CHECK(product == doctest::Approx(g[1]).epsilon(1e-12));
  }
}
