// Errors of robust fits, against the scatter of many fits of fresh data.
#include <thalweg/inference/statistics.hpp>
#include <thalweg/minimize/solve.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <random>
#include <string>
#include <vector>

#include <doctest/doctest.h>

using namespace thalweg;
using doctest::Approx;

namespace {

const auto decay = [](const auto& p, const auto& x, const auto& y) { return p[0] * exp(-p[1] * x) - y; };
constexpr double truth[] = {5.0, 0.6};

struct Fit {
  Problem problem;
  Parameters<2> p = problem.add_parameters("p", Vec<double, 2>{4.0, 0.5});
  Result result;
  FitStatistics statistics;
  /// 100 points with noise 0.1; a part of them is off by up to ±5, and by `shift`.
  Fit(double outliers, unsigned seed, const Loss& loss, double shift = 0.0) {
    std::mt19937_64 random(seed);
    std::normal_distribution<double> normal(0.0, 0.1);
    std::uniform_real_distribution<double> uniform(0.0, 1.0);
    std::vector<double> x, y;
    for (int i = 0; i < 100; ++i) {
      x.push_back(0.05 * i);
      y.push_back(truth[0] * std::exp(-truth[1] * x.back()) + normal(random));
      if (uniform(random) < outliers) y.back() += 10.0 * uniform(random) - 5.0 + shift;
    }
    problem.name_components(p, {"a", "b"});
    problem.add_residuals("decay", decay, p, x, y).set_loss(loss);
    result = solve(problem);
    statistics = thalweg::statistics(problem, result);
  }
  double error(std::size_t j) const { return statistics.parameters[j].standard_error; }
  /// From the truth, in standard errors.
  double distance(std::size_t j) const { return std::abs(result.x[j] - truth[j]) / error(j); }
};

}  // namespace

TEST_CASE("30 % outliers: the truth is within 3 standard errors, where least squares is not") {
  // Outliers on one side.
  for (const unsigned seed : {1u, 2u, 3u, 4u, 5u, 6u}) {
    CAPTURE(seed);
    const Fit plain(0.3, seed, Loss(), 9.0);
    CHECK(std::max(plain.distance(0), plain.distance(1)) > 3.0);
    for (const char* loss : {"cauchy:0.1", "tukey:0.6", "geman-mcclure:0.3"}) {
      const Fit robust(0.3, seed, parse_loss(loss), 9.0);
      CAPTURE(loss);
      REQUIRE(robust.result.converged());
      for (std::size_t j = 0; j < 2; ++j) {
        CHECK(robust.distance(j) < 3.0);
        CHECK(robust.error(j) < 0.4 * plain.error(j));
      }
    }
  }
}

TEST_CASE("standard errors of robust fits are the scatter of 400 fits of fresh data") {
  for (const char* text : {"huber:0.15", "cauchy:0.3", "tukey:0.6", "3*welsch:0.3", "tolerant:0.001:0.002"}) {
    const bool tolerant = std::string(text).starts_with("tolerant");
    std::array<double, 2> sum{}, squares{}, claimed{};
    constexpr int fits = 400;
    for (unsigned seed = 1; seed <= fits; ++seed) {
      const Fit fit(tolerant ? 0.0 : 0.2, seed, parse_loss(text));
      for (std::size_t j = 0; j < 2; ++j) {
        const double d = fit.result.x[j] - truth[j];
        sum[j] += d;
        squares[j] += d * d;
        claimed[j] += fit.error(j) * fit.error(j);
      }
    }
    CAPTURE(text);
    for (std::size_t j = 0; j < 2; ++j) {
      const double variance = (squares[j] - sum[j] * sum[j] / fits) / (fits - 1);
      CHECK(std::sqrt(claimed[j] / fits) == Approx(std::sqrt(variance)).epsilon(0.12));  // 400 fits: 3.5 % each
    }
  }
}

TEST_CASE("what rests on least squares is left unset, and the loss is named") {
  const Fit fit(0.3, 1, Loss::tukey(0.6));
  const FitStatistics& s = fit.statistics;
  CHECK(s.available());
  CHECK(s.loss == "tukey:0.6");
  CHECK(s.robust_residuals == 100);
  CHECK(s.downweighted_residuals > 15);
  CHECK(s.downweighted_residuals < 45);
  CHECK(s.degrees_of_freedom == 98);
  CHECK(s.residual_sum_of_squares > 2.0 * fit.result.final_cost);  // of all residuals, outliers too
  CHECK(s.residual_standard_deviation == Approx(0.1).epsilon(0.25));
  for (const double v : {s.r_squared, s.aic, s.bic, s.chi_squared_probability}) CHECK(std::isnan(v));
  CHECK(s.covariance[0] == Approx(fit.error(0) * fit.error(0)).epsilon(1e-12));
  CHECK(s.correlation[1] == Approx(s.covariance[1] / std::sqrt(s.covariance[0] * s.covariance[3])).epsilon(1e-12));
  CHECK(Fit(0.3, 1, Loss()).statistics.loss.empty());
}

TEST_CASE("a loss that never bends leaves the errors of a sandwich, close to those of least squares") {
  const Fit plain(0.0, 3, Loss()), wide(0.0, 3, Loss::huber(100.0));
  CHECK(wide.result.x == plain.result.x);
  for (std::size_t j = 0; j < 2; ++j) CHECK(wide.error(j) == Approx(plain.error(j)).epsilon(0.25));
  CHECK(wide.statistics.residual_standard_deviation ==
        Approx(plain.statistics.residual_standard_deviation).epsilon(1e-12));
  CHECK(wide.statistics.downweighted_residuals == 0);
}

TEST_CASE("with a loss too, what the data do not determine is named and the rest has errors") {
  Problem problem;
  const auto p = problem.add_parameters("p", Vec<double, 3>{1.0, 1.0, 1.0});
  std::vector<double> x, y;
  for (int i = 0; i < 30; ++i) {
    x.push_back(0.1 * i);
    y.push_back(2.0 + 3.0 * x.back() + 0.01 * std::sin(7.0 * i) + (i % 5 == 0 ? 4.0 : 0.0));
  }
  problem
      .add_residuals(
          "line", [](const auto& q, const auto& u, const auto& v) { return q[0] + (q[1] + q[2]) * u - v; }, p, x, y)
      .set_loss(Loss::cauchy(0.05));
  const Result result = solve(problem);
  const FitStatistics s = statistics(problem, result);
  REQUIRE(s.undetermined.size() == 1);
  CHECK(s.parameters[0].determined);
  CHECK(s.parameters[0].standard_error > 0.0);
  CHECK(s.parameters[0].standard_error < 0.05);
  CHECK(std::isnan(s.parameters[1].standard_error));
  CHECK(result.x[1] + result.x[2] == Approx(3.0).epsilon(0.01));
}

TEST_CASE("several groups: each loss is named, and a prior without one keeps its say") {
  for (const Noise noise : {Noise::known, Noise::estimated}) {
    Fit fit(0.2, 2, Loss::cauchy(0.2));
    fit.problem
        .add_residuals(
            "prior", [](const auto& q, double mean) { return q[0] - mean; }, fit.p, std::vector<double>{5.0})
        .set_sigma({0.001});
    fit.problem.set_noise(noise);
    const Result result = solve(fit.problem);
    const FitStatistics s = statistics(fit.problem, result);
    CHECK(s.loss == "decay: cauchy:0.2, prior: trivial");
    CHECK(s.robust_residuals == 100);
    // The prior alone fixes the first parameter, in units of the residuals' deviation where that is estimated.
    const double unit = noise == Noise::known ? 1.0 : s.residual_standard_deviation;
    CHECK(s.parameters[0].standard_error == Approx(0.001 * unit).epsilon(0.05));
  }
}
