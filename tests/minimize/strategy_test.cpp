#include <thalweg/minimize/solve.hpp>
#include <thalweg/minimize/strategy.hpp>

#include <cmath>
#include <random>
#include <vector>

#include <doctest/doctest.h>
#include <thalweg/linear/dense_qr.hpp>

using namespace thalweg;
using doctest::Approx;

namespace {

/// A linear solver that records what it is asked and answers by a script.
class Recorder final : public LinearSolver {
 public:
  std::vector<double> norms = {2.0, 3.0}, gradient_values = {4.0, 6.0};
  std::vector<double> lambdas;
  std::vector<std::vector<double>> diagonals;
  LinearStatus answer = LinearStatus::ok;

  std::string_view name() const override { return "recorder"; }
  LinearStatus linearize(const DenseMatrix&, const double*, std::span<const char>) override { return LinearStatus::ok; }
  std::span<const double> gradient() const override { return gradient_values; }
  std::span<const double> column_norms() const override { return norms; }
  LinearStatus solve(double lambda, const double* D, double* step) override {
    lambdas.push_back(lambda);
    diagonals.push_back({D[0], D[1]});
    step[0] = -1.0;
    step[1] = -0.5;
    return answer;
  }
  LinearStatus solve_again(const double* b, double* z) override {
    z[0] = b[0];
    z[1] = b[1];
    return answer;
  }
  double squared_product(const double* v) const override { return v[0] * v[0] + v[1] * v[1]; }
};

const std::vector<double> point = {1.0, 1.0};

}  // namespace

TEST_CASE("Nielsen's rule: exact dampings for scripted gain ratios") {
  Recorder linear;
  const auto strategy = make_strategy({.initial_damping = 0.5});
  strategy->start(linear, point);
  double step[2];
  const ProposedStep proposed = strategy->propose(linear, step);
  CHECK(linear.lambdas.back() == 0.5);
  CHECK(linear.diagonals.back() == std::vector<double>{2.0, 3.0});
  // D δ = (−2, −1.5): norm 2.5; predicted = ½ · 1.25 + 0.5 · 6.25
  CHECK(proposed.scaled_norm == Approx(2.5));
  CHECK(proposed.predicted == Approx(0.5 * 1.25 + 0.5 * 6.25));
  strategy->rejected(-1.0, 2.5);
  CHECK(strategy->damping() == Approx(1.0));
  strategy->rejected(-1.0, 2.5);
  CHECK(strategy->damping() == Approx(4.0));
  strategy->rejected(-1.0, 2.5);
  CHECK(strategy->damping() == Approx(32.0));
  strategy->accepted(1.0, 2.5);
  CHECK(strategy->damping() == Approx(32.0 / 3.0));
  strategy->rejected(-1.0, 2.5);  // the growth begins at 2 again
  CHECK(strategy->damping() == Approx(64.0 / 3.0));
  strategy->accepted(0.5, 2.5);
  CHECK(strategy->damping() == Approx(64.0 / 3.0));
  strategy->accepted(0.25, 2.5);  // 1 − (−½)³
  CHECK(strategy->damping() == Approx(72.0 / 3.0));
}

TEST_CASE("λ has no floor") {
  Recorder linear;
  const auto strategy = make_strategy({});
  strategy->start(linear, point);
  for (int i = 0; i < 100; ++i) strategy->accepted(1.0, 1.0);
  CHECK(strategy->damping() < 1e-45);
  CHECK(strategy->damping() > 0.0);
}

TEST_CASE("Marquardt's rule multiplies and divides by its factor") {
  Recorder linear;
  const auto strategy = make_strategy({.damping = Damping::marquardt, .initial_damping = 1.0, .damping_factor = 4.0});
  strategy->start(linear, point);
  strategy->rejected(-1.0, 1.0);
  CHECK(strategy->damping() == 4.0);
  strategy->accepted(0.1, 1.0);
  strategy->accepted(0.9, 1.0);
  CHECK(strategy->damping() == 0.25);
}

TEST_CASE("scaling: ones, the current column norms, or the largest met") {
  Recorder linear;
  double step[2];
  const auto diagonal = [&](Options options) {
    linear.norms = {2.0, 3.0};
    const auto strategy = make_strategy(options);
    strategy->start(linear, point);
    linear.norms = {5.0, 1.0};
    strategy->linearized(linear);
    strategy->propose(linear, step);
    return linear.diagonals.back();
  };
  CHECK(diagonal({.method = Method::levenberg}) == std::vector<double>{1.0, 1.0});
  CHECK(diagonal({.scaling = Scaling::current}) == std::vector<double>{5.0, 1.0});
  CHECK(diagonal({.scaling = Scaling::monotone}) == std::vector<double>{5.0, 3.0});
}

TEST_CASE("Levenberg's first λ follows the largest column") {
  Recorder linear;
  const auto strategy = make_strategy({.method = Method::levenberg, .initial_damping = 1e-3});
  strategy->start(linear, point);
  CHECK(strategy->damping() == Approx(9e-3));
}

TEST_CASE("a radius is met to a tenth, and the Gauss-Newton step is taken when it fits") {
  std::mt19937 random(4);
  std::normal_distribution<double> normal;
  DenseMatrix J(20, 4);
  AlignedArray r(20);
  for (int i = 0; i < 20; ++i) {
    r[i] = normal(random);
    for (int j = 0; j < 4; ++j) J(i, j) = normal(random) * std::pow(10.0, j - 2);
  }
  DenseQr linear;
  REQUIRE(linear.linearize(J, r.data(), {}) == LinearStatus::ok);
  // ‖Dx‖ = 1000, longer than the gradient is in that metric: the unit of the first radius.
  const std::vector<double> x = {1000.0 / linear.column_norms()[0], 0.0, 0.0, 0.0};
  double step[4], newton[4];
  const double ones[] = {1, 1, 1, 1};
  linear.solve(0.0, ones, newton);
  for (const double radius : {1e-6, 1e-3, 0.1, 1.0, 1e3}) {
    const auto strategy = make_strategy({.damping = Damping::radius, .initial_radius = radius / 1000.0});
    strategy->start(linear, x);
    const ProposedStep proposed = strategy->propose(linear, step);
    CAPTURE(radius);
    REQUIRE(proposed.status == LinearStatus::ok);
    CHECK(proposed.scaled_norm <= 1.1 * radius);
    if (strategy->damping() == 0.0)
      for (int j = 0; j < 4; ++j) CHECK(step[j] == newton[j]);
    else
      CHECK(proposed.scaled_norm >= 0.9 * radius);
  }
}

TEST_CASE("Gauss-Newton's line search halves; without it every step is good") {
  Recorder linear;
  double step[2];
  const auto searched = make_strategy({.method = Method::gauss_newton});
  searched->start(linear, point);
  CHECK(searched->propose(linear, step).predicted == Approx(0.5 * (4.0 * 1.0 + 6.0 * 0.5)));
  CHECK(step[0] == -1.0);
  searched->rejected(-1.0, 1.0);
  CHECK(searched->propose(linear, step).predicted == Approx(0.5 * 0.75 * 7.0));
  CHECK(step[0] == -0.5);
  CHECK_FALSE(searched->accepts(1e-5));
  CHECK(searched->accepts(1e-3));
  const auto plain = make_strategy({.method = Method::gauss_newton, .globalization = Globalization::none});
  CHECK(plain->accepts(-10.0));
}
