#include <thalweg/minimize/noise_scales.hpp>

#include <cmath>
#include <vector>

#include <doctest/doctest.h>
#include <thalweg/minimize/solve.hpp>

using namespace thalweg;
using doctest::Approx;

namespace {

/// P. R. Heyl, 1930: the constant of gravitation by gold, platinum and glass.
const std::vector<std::vector<double>> heyl = {{6.683, 6.681, 6.676, 6.678, 6.679, 6.672},
                                               {6.661, 6.661, 6.667, 6.667, 6.664},
                                               {6.678, 6.671, 6.675, 6.672, 6.674}};

struct Difference {
  template <class P>
  auto operator()(const P& p, double y) const {
    return p[0] - y;
  }
};
struct Slope {
  template <class P>
  auto operator()(const P& p, double x, double y) const {
    return p[0] * x - y;
  }
};

ScaledResult solved(Problem& problem, const std::vector<std::vector<double>>& response, double start) {
  std::vector<std::size_t> groups;
  for (std::size_t g = 0; g < response.size(); ++g) groups.push_back(g);
  return solve_with_noise_scales(
      problem, groups, response,
      [](const Problem& each, std::vector<double> x) { return solve(each, std::move(x), Options{}); }, {start});
}

}  // namespace

TEST_CASE("scales of noise: the maximum of the likelihood of a common mean") {
  Problem problem;
  const auto p = problem.add_parameters("G", Vec<double, 1>{1.0});
  for (std::size_t g = 0; g < 3; ++g)
    problem.add_residuals(std::string(1, static_cast<char>('a' + g)), Difference{}, p, heyl[g]);
  const ScaledResult found = solved(problem, heyl, 1.0);
  CHECK(found.result.converged());
  // The fixed point of G = Σ mᵍ ȳᵍ/sᵍ² / Σ mᵍ/sᵍ² with 40 digits, by Python's decimal.
  CHECK(found.result.x[0] == Approx(6.6745027204001).epsilon(1e-11));
  const double scales[] = {0.00525577518205222, 0.0111955770220294, 0.0025825522880906};
  double squares = 0.0;
  for (std::size_t g = 0; g < 3; ++g) {
    CHECK(found.scales[g].group == g);
    CHECK(found.scales[g].scale == Approx(scales[g]).epsilon(1e-8));
    CHECK_FALSE(found.scales[g].exact);
    CHECK(1.0 / problem.groups()[g]->inverse_sigma()[0] == Approx(scales[g]).epsilon(1e-8));
    for (const double y : heyl[g]) squares += std::pow((found.result.x[0] - y) / found.scales[g].scale, 2);
  }
  CHECK(squares == Approx(15.0).epsilon(1e-9));
  CHECK(found.solves > 2);
  // The gradient of Σ mᵍ/2 ln RSSᵍ vanishes.
  double gradient = 0.0, size = 0.0;
  for (const auto& ys : heyl) {
    double sum = 0.0, rss = 0.0;
    for (const double y : ys) sum += found.result.x[0] - y, rss += std::pow(found.result.x[0] - y, 2);
    gradient += static_cast<double>(ys.size()) * sum / rss;
    size += std::abs(static_cast<double>(ys.size()) * sum / rss);
  }
  CHECK(std::abs(gradient) < 1e-7 * size);
}

TEST_CASE("scales are factors of the σ of a group, and one scale for all is that of ordinary least squares") {
  const std::vector<double> x = {1, 2, 3, 4, 5}, y = {1.1, 1.9, 3.2, 3.9, 5.1}, sigma = {1, 2, 1, 0.5, 1};
  Problem problem;
  const auto p = problem.add_parameters("slope", Vec<double, 1>{0.5});
  problem.add_residuals("data", Slope{}, p, x, y).set_sigma(sigma);
  const Result plain = solve(problem);
  const ScaledResult found = solved(problem, {y}, 0.5);
  CHECK(found.result.x[0] == Approx(plain.x[0]).epsilon(1e-12));
  CHECK(found.scales[0].scale == Approx(std::sqrt(2.0 * plain.final_cost / 4.0)).epsilon(1e-9));
  CHECK(problem.groups()[0]->inverse_sigma()[1] == Approx(0.5 / found.scales[0].scale).epsilon(1e-12));
}

TEST_CASE("a group that is fitted exactly has its scale held, and says so") {
  const std::vector<double> x = {1, 2, 3}, exact = {2, 4, 6}, noisy = {2.5, 3.0, 6.5};
  Problem problem;
  const auto p = problem.add_parameters("slope", Vec<double, 1>{1.0});
  problem.add_residuals("exact", Slope{}, p, x, exact);
  problem.add_residuals("noisy", Slope{}, p, x, noisy);
  const ScaledResult found = solved(problem, {exact, noisy}, 1.0);
  CHECK(found.result.converged());
  CHECK(found.scales[0].exact);
  CHECK(found.scales[0].scale == Approx(1e-10 * std::sqrt(56.0 / 3.0)).epsilon(1e-12));
  CHECK_FALSE(found.scales[1].exact);
  CHECK(found.result.x[0] == Approx(2.0).epsilon(1e-9));
}

TEST_CASE("scales that nothing tells are refused") {
  Problem problem;
  const auto p = problem.add_parameters("p", Vec<double, 1>{1.0});
  problem.add_residuals("a", Difference{}, p, std::vector<double>{1.0});
  CHECK_THROWS_WITH_AS(
      solved(problem, {{1.0}}, 0.0),
      "1 residuals and 1 free parameters tell nothing of the scales of the noise; expected more residuals", Error);
  problem.groups()[0]->set_loss(parse_loss("huber:1"));
  CHECK_THROWS_WITH_AS(
      solved(problem, {{1.0}}, 0.0),
      "residual group 'a' cannot have a scale of its noise estimated; expected one component, and no loss "
      "or cost of its own",
      Error);
}
