// Distances of points from curves and surfaces, and their derivatives.
#include <doctest/doctest.h>

#include <cmath>
#include <memory>
#include <numeric>
#include <string>
#include <vector>

#include <thalweg/models/orthogonal_residuals.hpp>

using namespace thalweg;

namespace {

using Column = std::vector<double>;
using Table = std::vector<Column>;

OrthogonalResiduals residuals(const std::string& equation, const Symbols& symbols, const Table& columns,
                              const InputErrors& errors) {
  auto model = std::make_shared<const FormulaModel>(Equation::parse(equation), symbols, columns,
                                                    static_cast<std::int64_t>(errors.measured[0].size()));
  return OrthogonalResiduals("data", std::move(model), 0, errors);
}

struct Values {
  Column d;
  Table J;
};

Values evaluate(const ResidualGroup& group, const Column& p, std::int64_t begin = 0, std::int64_t end = -1) {
  if (end < 0) end = group.items();
  const auto n = static_cast<std::size_t>(end - begin);
  Values v{Column(n), Table(p.size(), Column(n))};
  std::vector<double*> J;
  for (Column& column : v.J) J.push_back(column.data());
  double* const d[] = {v.d.data()};
  group.evaluate(p.data(), {.begin = begin, .end = end, .residual = d, .jacobian = J.data()});
  return v;
}

Column constant(std::size_t rows, double value) { return Column(rows, value); }

/// J against differences of d, and S = Σ w ∇²d against differences of Jᵀw.
void check_derivatives(const ResidualGroup& group, const Column& p) {
  const Values at = evaluate(group, p);
  Column weight(at.d.size());
  std::iota(weight.begin(), weight.end(), 1.0);
  Column S(p.size() * p.size());
  const double* const weights[] = {weight.data()};
  group.add_curvature(p.data(), 0, group.items(), weights, S.data());
  for (std::size_t j = 0; j < p.size(); ++j) {
    const double h = 1e-5 * std::max(1.0, std::abs(p[j]));
    Column above = p, below = p;
    above[j] += h;
    below[j] -= h;
    const Values up = evaluate(group, above), down = evaluate(group, below);
    for (std::size_t i = 0; i < at.d.size(); ++i)
      CHECK(at.J[j][i] == doctest::Approx((up.d[i] - down.d[i]) / (2 * h)).epsilon(1e-7).scale(1.0));
    for (std::size_t l = 0; l < p.size(); ++l) {
      double difference = 0.0;
      for (std::size_t i = 0; i < at.d.size(); ++i) difference += weight[i] * (up.J[l][i] - down.J[l][i]) / (2 * h);
      CHECK(S[j * p.size() + l] == doctest::Approx(difference).epsilon(1e-6).scale(1.0));
    }
  }
}

const Column xs = {-1.0, 0.0, 0.4, 1.3, 2.0, 3.5}, ys = {0.5, 2.0, -1.0, 3.0, 1.0, 1.1};
const Column sx = {0.1, 0.3, 0.2, 0.5, 1.0, 0.05}, sy = {0.2, 0.1, 0.4, 0.5, 0.3, 0.7};

}  // namespace

TEST_CASE("the distance from a line has a closed form, correlated errors included") {
  const double a = 0.3, b = -0.7;
  const auto independent = residuals("y = a + b * x", {{"a", "b"}, {"y"}, {}, {"x"}}, {ys}, {{xs}, {sx}, sy});
  const Values d = evaluate(independent, {a, b});
  for (std::size_t i = 0; i < xs.size(); ++i)
    CHECK(d.d[i] == doctest::Approx((a + b * xs[i] - ys[i]) / std::hypot(sy[i], b * sx[i])).epsilon(1e-13));

  const double r = 0.6;
  InputErrors errors{{xs, ys}, {sx, sy, sy}, {}};
  for (double& v : errors.factor[1]) v *= r;
  for (double& v : errors.factor[2]) v *= std::sqrt(1 - r * r);
  const auto correlated = residuals("y = a + b * x", {{"a", "b"}, {}, {}, {"x", "y"}}, {}, errors);
  const Values e = evaluate(correlated, {a, b});
  for (std::size_t i = 0; i < xs.size(); ++i) {
    const double variance = sy[i] * sy[i] + b * b * sx[i] * sx[i] - 2 * b * r * sx[i] * sy[i];
    CHECK(e.d[i] == doctest::Approx((a + b * xs[i] - ys[i]) / std::sqrt(variance)).epsilon(1e-13));
  }
  check_derivatives(independent, {a, b});
  check_derivatives(correlated, {a, b});
}

TEST_CASE("the distance from a circle and from a sphere, inside, outside, and at the centre") {
  const Column x = {3.0, 0.1, 1.0, -2.0, 0.0, 1e-9}, y = {4.0, 0.0, 1.0, 0.5, -7.0, 0.0},
               z = {0.0, 0.2, 1.0, 3.0, 1.0, 0.0};
  const std::size_t n = x.size();
  const auto circle = residuals("0 = x^2 + y^2 - r^2", {{"r"}, {}, {}, {"x", "y"}}, {},
                                {{x, y}, {constant(n, 0.5), constant(n, 0.0), constant(n, 0.5)}, {}});
  const Values d = evaluate(circle, {2.0});
  for (std::size_t i = 0; i < n; ++i)
    CHECK(d.d[i] == doctest::Approx((std::hypot(x[i], y[i]) - 2.0) / 0.5).epsilon(1e-13));
  const auto sphere = residuals(
      "1 = (x^2 + y^2 + z^2) / r^2", {{"r"}, {}, {}, {"x", "y", "z"}}, {},
      {{x, y, z},
       {constant(n, 1.0), constant(n, 0.0), constant(n, 1.0), constant(n, 0.0), constant(n, 0.0), constant(n, 1.0)},
       {}});
  const Values e = evaluate(sphere, {2.0});
  for (std::size_t i = 0; i < n; ++i)
    CHECK(e.d[i] == doctest::Approx(std::hypot(x[i], y[i], z[i]) - 2.0).epsilon(1e-13));
  const auto centre =
      residuals("0 = x^2 + y^2 - r^2", {{"r"}, {}, {}, {"x", "y"}}, {}, {{{0.0}, {0.0}}, {{1.0}, {0.0}, {1.0}}, {}});
  CHECK(evaluate(centre, {2.0}).d[0] == doctest::Approx(-2.0).epsilon(1e-13));
}

TEST_CASE("derivatives of distances are exact: curves, an implicit ellipse, two inputs, a response with the input") {
  check_derivatives(residuals("y = a * exp(-b * x) + c", {{"a", "b", "c"}, {"y"}, {}, {"x"}}, {ys}, {{xs}, {sx}, sy}),
                    {2.0, 0.4, 0.1});
  check_derivatives(
      residuals("0 = a * (x - u)^2 + 2 * b * (x - u) * (y - v) + c * (y - v)^2 - 1",
                {{"u", "v", "a", "b", "c"}, {}, {}, {"x", "y"}}, {}, {{xs, ys}, {sx, constant(6, 0.0), sy}, {}}),
      {0.9, 0.8, 0.4, 0.1, 0.6});
  check_derivatives(residuals("y = a * x + b * sin(t)", {{"a", "b"}, {"y"}, {}, {"x", "t"}}, {ys},
                              {{xs, sy}, {sx, constant(6, 0.02), constant(6, 0.3)}, sy}),
                    {0.7, 1.4});
  check_derivatives(residuals("y / x = a + b * x", {{"a", "b"}, {"y"}, {}, {"x"}}, {{1.0, 2.0}},
                              {{{1.5, 2.5}}, {{0.1, 0.2}}, {0.3, 0.2}}),
                    {0.4, 0.3});
}

TEST_CASE("the foot points meet the conditions of a minimum; distances are those to them") {
  const auto group = residuals("y = a * exp(b * x)", {{"a", "b"}, {"y"}, {}, {"x"}}, {ys}, {{xs}, {sx}, sy});
  const Column p = {0.6, 0.5};
  const Table x = group.true_inputs(p.data());
  const Values at = evaluate(group, p);
  for (std::size_t i = 0; i < xs.size(); ++i) {
    const double f = p[0] * std::exp(p[1] * x[0][i]), u = (x[0][i] - xs[i]) / sx[i], e = (f - ys[i]) / sy[i];
    CHECK(std::abs(e * p[1] * f / sy[i] + u / sx[i]) < 1e-9 * (1.0 + std::abs(u / sx[i])));
    CHECK(std::abs(at.d[i]) == doctest::Approx(std::hypot(u, e)).epsilon(1e-12));
    CHECK(at.d[i] * e >= 0.0);
  }
}

TEST_CASE("a row's distance is the same bits in any range, order and with or without J") {
  Column x, y, one;
  for (int i = 0; i < 700; ++i) {
    x.push_back(0.01 * i);
    y.push_back(std::sin(0.05 * i) + 0.3 * std::cos(7.0 * i));
    one.push_back(0.2);
  }
  const auto group = residuals("y = a * sin(b * x)", {{"a", "b"}, {"y"}, {}, {"x"}}, {y}, {{x}, {one}, one});
  const Column p = {1.1, 4.9};
  const Values all = evaluate(group, p);
  const Values part = evaluate(group, p, 123, 457);
  for (std::size_t i = 0; i < part.d.size(); ++i) {
    CHECK(part.d[i] == all.d[i + 123]);
    CHECK(part.J[1][i] == all.J[1][i + 123]);
  }
  Column alone(700);
  double* const d[] = {alone.data()};
  group.evaluate(p.data(), {.begin = 0, .end = 700, .residual = d});
  CHECK(alone == all.d);
  std::vector<std::int64_t> order(700);
  for (std::size_t i = 0; i < 700; ++i) order[i] = static_cast<std::int64_t>(699 - i);
  const auto reversed = group.reordered(order);
  const Values back = evaluate(*reversed, p);
  for (std::size_t i = 0; i < 700; ++i) CHECK(back.d[i] == all.d[699 - i]);
}

TEST_CASE("a curve without points is said to be none") {
  const auto group =
      residuals("0 = x^2 + y^2 + c", {{"c"}, {}, {}, {"x", "y"}}, {}, {{{1.0}, {0.5}}, {{1.0}, {0.0}, {1.0}}, {}});
  const double p[] = {1.0};
  CHECK(std::isnan(evaluate(group, {1.0}).d[0]));
  CHECK(group.explain_non_finite(p, 0) == "data, row 1: no point of the curve was found near the measured one");
  const auto root = residuals("y = c * sqrt(x)", {{"c"}, {"y"}, {}, {"x"}}, {{1.0}}, {{{-1.0}}, {{0.1}}, {0.1}});
  CHECK(root.explain_non_finite(p, 0) == "data, row 1: 'sqrt(x)' is nan");
}

TEST_CASE("arrays that do not fit are refused") {
  CHECK_THROWS_AS(residuals("y = a * x", {{"a"}, {"y"}, {}, {"x"}}, {{1.0}}, {{{1.0}}, {{0.0}}, {0.1}}), Error);
  CHECK_THROWS_AS(residuals("y = a * x", {{"a"}, {"y"}, {}, {"x"}}, {{1.0}}, {{{1.0}}, {{0.1, 0.2}}, {0.1}}), Error);
  CHECK_THROWS_AS(residuals("y = a * x", {{"a"}, {"y", "x"}}, {{1.0}, {1.0}}, {{{1.0}}, {{0.1}}, {0.1}}), Error);
}
