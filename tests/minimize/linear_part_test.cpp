// The best values of parameters that enter linearly, beside closed forms.
#include <array>
#include <cmath>
#include <limits>
#include <vector>

#include <doctest/doctest.h>
#include <minimize/outer/global/linear_part.hpp>
#include <thalweg/problem/problem.hpp>

using namespace thalweg;
using doctest::Approx;

namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();

/// y = a + b exp(−k t), of which a and b are linear.
struct Decay {
  Problem problem;
  Parameters<3> p = problem.add_parameters("p", Vec<double, 3>{0.5, -7.0, 0.3});
  std::vector<double> t, y;
  ResidualGroup* group = nullptr;

  Decay() {
    for (int i = 0; i < 12; ++i) {
      t.push_back(0.5 * i);
      y.push_back(1.0 + 3.0 * std::exp(-0.8 * t.back()) + 0.1 * std::sin(7.0 * i));
    }
    group = &problem.add_residuals(
        "decay", [](const auto& q, double ti, double yi) { return q[0] + q[1] * exp(-q[2] * ti) - yi; }, p, t, y);
    problem.name_components(p, {"a", "b", "k"});
    problem.mark_linear(p, 0);
    problem.mark_linear(p, 1);
  }
  /// Straight line of y on exp(−k t): intercept and slope.
  std::array<double, 2> line(double k) const {
    const double n = static_cast<double>(t.size());
    double sx = 0, sy = 0, sxx = 0, sxy = 0;
    for (std::size_t i = 0; i < t.size(); ++i) {
      const double x = std::exp(-k * t[i]);
      sx += x, sy += y[i], sxx += x * x, sxy += x * y[i];
    }
    const double b = (n * sxy - sx * sy) / (n * sxx - sx * sx);
    return {(sy - b * sx) / n, b};
  }
  double cost(double a, double b, double k) const {
    double sum = 0.0;
    for (std::size_t i = 0; i < t.size(); ++i) sum += 0.5 * std::pow(a + b * std::exp(-k * t[i]) - y[i], 2);
    return sum;
  }
};

}  // namespace

TEST_CASE("without bounds the best values are those of a straight line") {
  const Decay decay;
  const Program program(decay.problem);
  const LinearPart part(program);
  CHECK(part.eliminates(0));
  CHECK(part.eliminates(1));
  CHECK_FALSE(part.eliminates(2));
  LinearPart::Workspace w = part.workspace();
  for (const double k : {0.1, 0.8, 4.0}) {
    CAPTURE(k);
    std::vector<double> x = {0.5, -7.0, k};
    const double cost = part.complete(x, w);
    const auto [a, b] = decay.line(k);
    CHECK(x[0] == Approx(a).epsilon(1e-10));
    CHECK(x[1] == Approx(b).epsilon(1e-10));
    CHECK(x[2] == k);
    CHECK(cost == Approx(decay.cost(a, b, k)).epsilon(1e-10));
  }
}

TEST_CASE("a value beyond its bound stays on it, and the other is the best beside it") {
  Decay decay;
  decay.problem.set_bounds(decay.p, 1, -infinity, 2.0);
  const Program program(decay.problem);
  const LinearPart part(program);
  LinearPart::Workspace w = part.workspace();
  std::vector<double> x = {0.5, 40.0, 0.8};  // beyond the bound at the start, too
  const double cost = part.complete(x, w);
  double mean = 0.0;
  for (std::size_t i = 0; i < decay.t.size(); ++i)
    mean += (decay.y[i] - 2.0 * std::exp(-0.8 * decay.t[i])) / static_cast<double>(decay.t.size());
  CHECK(x[1] == 2.0);
  CHECK(x[0] == Approx(mean).epsilon(1e-12));
  CHECK(cost == Approx(decay.cost(mean, 2.0, 0.8)).epsilon(1e-12));
}

TEST_CASE("columns that depend on each other leave a cost that is no higher, and finite numbers") {
  const Decay decay;
  const Program program(decay.problem);
  const LinearPart part(program);
  LinearPart::Workspace w = part.workspace();
  std::vector<double> x = {0.5, -7.0, 0.0};  // exp(0) = 1: a and b are one
  const double cost = part.complete(x, w);
  const auto n = static_cast<double>(decay.t.size());
  double mean = 0.0;
  for (const double y : decay.y) mean += y / n;
  CHECK(x[0] + x[1] == Approx(mean).epsilon(1e-10));
  CHECK(cost == Approx(decay.cost(mean, 0.0, 0.0)).epsilon(1e-10));
}

TEST_CASE("with a loss nothing is eliminated") {
  Decay decay;
  decay.group->set_loss(Loss::huber(1.0));
  const Program program(decay.problem);
  CHECK(LinearPart(program).empty());
}
