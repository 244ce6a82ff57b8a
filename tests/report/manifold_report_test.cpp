// Statistics, checks and reports of problems whose blocks are on manifolds.
#include <thalweg/inference/statistics.hpp>

#include <algorithm>
#include <cmath>
#include <random>
#include <string>
#include <vector>

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>
#include <thalweg/diagnosis/check.hpp>
#include <thalweg/inference/profile.hpp>
#include <thalweg/minimize/solve.hpp>
#include <thalweg/report/html.hpp>
#include <thalweg/report/json.hpp>
#include <thalweg/report/text.hpp>

using namespace thalweg;
using doctest::Approx;

namespace {

const auto apart = [](const auto& q, const Vec<double, 4>& measured) { return boxminus<SO3>(q, measured); };

/// An attitude measured many times with noise, and an ordinary parameter.
struct Averaging {
  Problem problem;
  Parameters<4, SO3> q = problem.add_parameters("attitude", SO3{});
  Parameters<1> a = problem.add_parameters("a", Vec<double, 1>(1.0));
  int n = 50;
  explicit Averaging(const Vec<double, 3>& attitude = Vec<double, 3>::Zero()) {
    std::mt19937_64 random(1);
    std::normal_distribution<double> noise(0.0, 0.01);
    std::vector<Vec<double, 4>> measured;
    std::vector<double> values;
    for (int i = 0; i < n; ++i) {
      measured.push_back(
          boxplus<SO3>(quaternion_of_vector(attitude), Vec<double, 3>(noise(random), noise(random), noise(random))));
      values.push_back(2.0 + noise(random));
    }
    problem.add_residuals("apart", apart, q, measured).set_sigma(std::vector<double>(50, 0.01));
    problem
        .add_residuals(
            "value", [](const auto& x, double v) { return x[0] - v; }, a, values)
        .set_sigma(std::vector<double>(50, 0.01));
    problem.set_noise(Noise::known);
  }
};

}  // namespace

TEST_CASE("errors are those of tangent components, and carried to a quaternion's numbers") {
  Averaging averaging;
  const Result result = solve(averaging.problem);
  REQUIRE(result.converged());
  const FitStatistics s = statistics(averaging.problem, result);
  CHECK(s.free_names ==
        std::vector<std::string>{"attitude.rotation[0]", "attitude.rotation[1]", "attitude.rotation[2]", "a"});
  CHECK(s.degrees_of_freedom == 4 * 50 - 4);
  REQUIRE(s.covariance.size() == 16);
  const double variance = 1e-4 / 50.0;
  for (std::size_t i = 0; i < 4; ++i)
    for (std::size_t j = 0; j < 4; ++j)
      CHECK(s.covariance[4 * i + j] == Approx(i == j ? variance : 0.0).epsilon(1e-3).scale(variance));
  // Near the identity q ≈ (δ/2, 1).
  REQUIRE(s.parameters.size() == 5);
  for (std::size_t i = 0; i < 3; ++i) {
    CHECK(s.parameters[i].name == "attitude[" + std::to_string(i) + "]");
    CHECK(s.parameters[i].standard_error == Approx(0.5 * std::sqrt(variance)).epsilon(1e-3));
  }
  CHECK(s.parameters[3].standard_error < 1e-2 * std::sqrt(variance));
  CHECK(s.parameters[4].standard_error == Approx(std::sqrt(variance)).epsilon(1e-12));
  CHECK(s.parameters[4].upper_interval > s.parameters[4].value);
}

TEST_CASE("errors of numbers elsewhere are those of many simulated measurements") {
  const Vec<double, 3> attitude(0.4, -0.7, 0.2);
  Averaging averaging(attitude);
  const Result result = solve(averaging.problem);
  const FitStatistics s = statistics(averaging.problem, result);
  std::mt19937_64 random(2);
  std::normal_distribution<double> noise(0.0, std::sqrt(1e-4 / 50.0));
  Vec<double, 4> squares = Vec<double, 4>::Zero();
  const Vec<double, 4> center = quaternion_of_vector(attitude);
  for (int i = 0; i < 20000; ++i) {
    const Vec<double, 4> q = boxplus<SO3>(center, Vec<double, 3>(noise(random), noise(random), noise(random)));
    squares += (q - center).cwiseAbs2();
  }
  for (int i = 0; i < 4; ++i)
    CHECK(s.parameters[static_cast<std::size_t>(i)].standard_error ==
          Approx(std::sqrt(squares[i] / 20000.0)).epsilon(0.03));
}

TEST_CASE("a rotation that the data do not determine is named, and so is a fixed block") {
  // One direction seen: turning about it changes nothing.
  Problem problem;
  const auto q = problem.add_parameters("q", SO3{}, quaternion_of_vector(Vec<double, 3>(0.1, 0.2, 0.3)));
  const auto still = problem.add_parameters("still", SO3{});
  problem.fix(still);
  problem.add_residuals(
      "seen",
      [](const auto& x, const auto& y, const Vec<double, 3>& seen) {
        return (rotate_back(x, rotate(y, Vec<double, 3>(0.0, 0.0, 1.0))) - seen).eval();
      },
      q, still, std::vector<Vec<double, 3>>{Vec<double, 3>(0.0, 0.6, 0.8), Vec<double, 3>(0.0, 0.61, 0.79)});
  const Result result = solve(problem);
  const FitStatistics s = statistics(problem, result);
  REQUIRE(s.undetermined.size() == 1);
  for (const auto& term : s.undetermined[0].terms) CHECK(term.parameter.starts_with("q.rotation["));
  CHECK_FALSE(s.parameters[0].determined);
  for (std::size_t i = 4; i < 8; ++i) CHECK(s.parameters[i].fixed);
  const CheckReport looked = check(problem);
  CHECK(std::any_of(looked.findings.begin(), looked.findings.end(), [](const Finding& f) {
    return f.kind == Finding::Kind::dependent && f.parameters[0].starts_with("q.rotation[");
  }));
}

TEST_CASE("text, JSON and page of a problem on manifolds") {
  Averaging averaging;
  Report report;
  report.problem.name = "averaging";
  report.problem.parameters = 5;
  report.problem.residuals = averaging.problem.residual_count();
  report.result = solve(averaging.problem);
  report.statistics = statistics(averaging.problem, report.result);
  report.profile = profile(averaging.problem, report.result, report.statistics);
  CHECK_FALSE(report.profile->available());
  CHECK(report.profile->reason == "the numbers of a point on a manifold have no intervals of their own");
  const nlohmann::json json = nlohmann::json::parse(to_json(report));
  CHECK(json["correlations"]["parameters"][2] == "attitude.rotation[2]");
  CHECK(json["parameters"].size() == 5);
  CHECK(to_text(report).find("attitude[3]") != std::string::npos);
  CHECK(to_html(report, {}).find("attitude.rotation[1]") != std::string::npos);
  CHECK(check(averaging.problem).findings.empty());
}
