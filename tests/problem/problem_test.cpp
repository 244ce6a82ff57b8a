#include <thalweg/problem/problem.hpp>

#include <cmath>

#include <doctest/doctest.h>
#include <thalweg/problem/program.hpp>

using namespace thalweg;
using doctest::Approx;

namespace {

const auto decay = [](const auto& p, const auto& x, const auto& y) { return p[0] * exp(-p[1] * x) - y; };
const std::vector<double> xs = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10}, ys = {9, 7, 5, 4, 3, 2, 2, 1, 1, 1, 0.5};

struct WithJacobian {
  double operator()(const Vec<double, 2>& p, double x, double y) const { return p[0] * std::exp(-p[1] * x) - y; }
  Vec<double, 2> jacobian(const Vec<double, 2>& p, double x, double) const {
    return {std::exp(-p[1] * x), -x * p[0] * std::exp(-p[1] * x)};
  }
};

struct Evaluated {
  double cost;
  AlignedArray r;
  DenseMatrix J;
};
Evaluated evaluate(const Problem& problem, int threads = 1) {
  const Program program(problem);
  Evaluated e{0.0, AlignedArray(program.rows()), DenseMatrix(program.rows(), program.columns())};
  e.cost = program.evaluate(problem.start().data(), e.r.data(), e.J, threads);
  return e;
}

}  // namespace

TEST_CASE("scalar, SIMD, analytic and numeric residuals give one Jacobian") {
  Problem problem;
  const auto p = problem.add_parameters("p", Vec<double, 2>{10.0, 0.3});
  problem.add_residuals("scalar", decay, p, xs, ys);
  problem.add_residuals("simd", simd(decay), p, xs, ys);
  problem.add_residuals("analytic", WithJacobian{}, p, xs, ys);
  problem.add_residuals(
      "numeric", numeric([](const Vec<double, 2>& q, double x, double y) { return q[0] * std::exp(-q[1] * x) - y; }), p,
      xs, ys);
  const Program program(problem);
  const Evaluated e = evaluate(problem);
  double squares = 0.0;
  for (std::size_t i = 0; i < xs.size(); ++i) {
    const double r = 10.0 * std::exp(-0.3 * xs[i]) - ys[i], by_p0 = std::exp(-0.3 * xs[i]), by_p1 = -10 * xs[i] * by_p0;
    squares += 4 * r * r;
    for (std::size_t g = 0; g < 4; ++g) {
      const auto row = program.row_of(g, 0) + static_cast<std::int64_t>(i);
      const double tolerance = g == 3 ? 1e-9 : 1e-14;
      CHECK(e.r[row] == Approx(r).epsilon(1e-14));
      CHECK(e.J(row, 0) == Approx(by_p0).epsilon(tolerance));
      CHECK(e.J(row, 1) == Approx(by_p1).epsilon(tolerance));
    }
  }
  CHECK(e.cost == Approx(0.5 * squares).epsilon(1e-14));
}

TEST_CASE("curvature from nested duals equals curvature from differences of the Jacobian") {
  const auto curvature = [](auto residual) {
    Problem problem;
    const auto p = problem.add_parameters("p", Vec<double, 2>{10.0, 0.3});
    problem.add_residuals("f", residual, p, xs, ys);
    const Program program(problem);
    AlignedArray w(program.rows());
    for (std::int64_t i = 0; i < 11; ++i) w[i] = 0.1 * static_cast<double>(i) - 0.3;
    std::vector<double> S(4);
    program.curvature(problem.start().data(), w.data(), S.data());
    return S;
  };
  const auto scalar = curvature(decay), wide = curvature(simd(decay)), differenced = curvature(WithJacobian{});
  CHECK(scalar[0] == 0.0);
  for (std::size_t i = 0; i < 4; ++i) {
    CHECK(wide[i] == Approx(scalar[i]).epsilon(1e-13));
    CHECK(differenced[i] == Approx(scalar[i]).epsilon(1e-8).scale(1.0));
  }
}

TEST_CASE("blocks, vector residuals, indices, fixed and repeated blocks meet in the right rows and columns") {
  Problem problem;
  const auto points = problem.add_parameters("point", Vec<double, 2>{1.0, 2.0}, 3);
  const auto scale = problem.add_parameters("scale", Vec<double, 1>{2.0});
  problem.set_start(points[1], Vec<double, 2>{3.0, 5.0});
  problem.set_start(points[2], Vec<double, 2>{-1.0, 4.0});
  problem.fix(points, 1);
  const std::vector<int> from = {0, 1, 2, 0}, to = {1, 2, 2, 1};
  problem.add_residuals(
      "offset",
      [](const auto& a, const auto& b, const auto& s, double w) {
        return std::array{s[0] * (b[0] - a[0]) * w, s[0] * b[1] * a[1]};
      },
      points[from], points[to], scale, std::vector<double>{1, 1, 1, 0.5});
  const Program program(problem);
  CHECK(program.columns() == 4);
  CHECK(problem.residual_count() == 8);
  CHECK(problem.parameter_name(program.component_of(1)) == "point[1][0]");
  CHECK(problem.parameter_name(program.component_of(3)) == "scale");
  const Evaluated e = evaluate(problem);
  const auto first = program.row_of(0, 0), second = program.row_of(0, 1);
  CHECK(e.r[first] == 4.0);  // 2 (3 − 1)
  CHECK(e.J(first, 0) == -2.0);
  CHECK(e.J(first, 1) == 2.0);
  CHECK(e.J(first, 2) == 0.0);
  CHECK(e.J(first, 3) == 2.0);
  CHECK(e.r[first + 2] == 0.0);  // one block in both places: the derivatives cancel
  CHECK(e.J(first + 2, 2) == 0.0);
  CHECK(e.J(first + 3, 0) == -1.0);
  CHECK(e.r[second] == 20.0);  // 2 · 5 · 2, whose blocks' second components are fixed
  CHECK(e.J(second, 3) == 10.0);
  for (int j = 0; j < 3; ++j) CHECK(e.J(second, j) == 0.0);
}

TEST_CASE("a block of run-time dimension, wider than one strip of duals") {
  std::vector<double> start(21);
  for (std::size_t i = 0; i < start.size(); ++i) start[i] = 0.1 * static_cast<double>(i);
  Problem problem;
  const auto c = problem.add_parameters("c", start);
  problem.add_residuals(
      "polynomial",
      [](const auto& q, double x) {
        auto value = q[q.size() - 1];
        for (std::size_t i = q.size() - 1; i-- > 0;) value = value * x + q[i];
        return value;
      },
      c, std::vector<double>{0.5, -0.8, 1.1});
  const Evaluated e = evaluate(problem);
  for (int j = 0; j < 21; ++j) {
    CHECK(e.J(0, j) == Approx(std::pow(0.5, j)).epsilon(1e-14));
    CHECK(e.J(2, j) == Approx(std::pow(1.1, j)).epsilon(1e-13));
  }
}

TEST_CASE("standard deviations divide residuals, Jacobian and curvature") {
  Problem plain, weighted;
  std::vector<double> sigma;
  for (std::size_t i = 0; i < xs.size(); ++i) sigma.push_back(0.5 + 0.1 * static_cast<double>(i));
  for (Problem* problem : {&plain, &weighted}) {
    const auto p = problem->add_parameters("p", Vec<double, 2>{10.0, 0.3});
    auto& group = problem->add_residuals("decay", simd(decay), p, xs, ys);
    if (problem == &weighted) group.set_sigma(sigma);
  }
  const Evaluated a = evaluate(plain), b = evaluate(weighted);
  for (std::int64_t i = 0; i < 11; ++i) {
    CHECK(b.r[i] == Approx(a.r[i] / sigma[static_cast<std::size_t>(i)]));
    CHECK(b.J(i, 1) == Approx(a.J(i, 1) / sigma[static_cast<std::size_t>(i)]));
  }
  const Program program(plain), scaled(weighted);
  AlignedArray w(program.rows()), v(program.rows());
  for (std::int64_t i = 0; i < 11; ++i) {
    w[i] = 1.0;
    v[i] = sigma[static_cast<std::size_t>(i)];
  }
  std::vector<double> S(4), T(4);
  program.curvature(plain.start().data(), w.data(), S.data());
  scaled.curvature(weighted.start().data(), v.data(), T.data());
  for (std::size_t i = 0; i < 4; ++i) CHECK(S[i] == Approx(T[i]).epsilon(1e-13));
}

TEST_CASE("many rows: one thread and several give the same bits") {
  std::vector<double> x(20001), y(20001);
  for (std::size_t i = 0; i < x.size(); ++i) {
    x[i] = 1e-3 * static_cast<double>(i);
    y[i] = std::sin(x[i]);
  }
  Problem problem;
  const auto p = problem.add_parameters("p", Vec<double, 2>{1.1, 0.3});
  problem.add_residuals("simd", simd(decay), p, x, y);
  problem.add_residuals("scalar", decay, p, x, y);
  const Evaluated one = evaluate(problem, 1), many = evaluate(problem, 2);
  CHECK(one.cost == many.cost);
  bool same = true;
  for (std::int64_t i = 0; i < one.r.size(); ++i) same = same && one.r[i] == many.r[i] && one.J(i, 1) == many.J(i, 1);
  CHECK(same);
}

TEST_CASE("the first number that is not finite is named") {
  Problem problem;
  const auto p = problem.add_parameters("p", Vec<double, 2>{1.0, 0.0});
  problem.name_components(p, {"a", "b"});
  problem.add_residuals(
      "root", [](const auto& q, double x) { return sqrt(q[1] * x) + q[0]; }, p, std::vector<double>{0.0, 1.0});
  const auto derivative = Program(problem).find_non_finite(problem.start().data());
  REQUIRE(derivative);
  CHECK(derivative->residual == "root[1]");
  CHECK(derivative->parameter == "b");
  CHECK(std::isinf(derivative->value));
  const double negative[] = {1.0, -1.0}, good[] = {1.0, 1.0};
  const auto value = Program(problem).find_non_finite(negative);
  REQUIRE(value);
  CHECK(value->residual == "root[1]");
  CHECK(value->parameter.empty());
  CHECK(std::isnan(value->value));
  CHECK_FALSE(Program(problem).find_non_finite(good));  // row 0, √(1 · 0), does not depend on b
}

TEST_CASE("misuse is answered with the name of the culprit") {
  Problem problem;
  const auto p = problem.add_parameters("p", Vec<double, 2>{1.0, 1.0}, 2);
  const auto add = [&](const std::vector<int>& index, const std::vector<double>& x) {
    problem.add_residuals(
        "f", [](const auto& q, double v) { return q[0] * v; }, p[index], x);
  };
  CHECK_THROWS_WITH_AS(problem.add_parameters("p", Vec<double, 1>{1.0}),
                       "two parameters are named 'p'; expected distinct names", Error);
  CHECK_THROWS_WITH_AS(add({0, 1}, {1.0}),
                       "residual group 'f' was given columns of 2 and of 1 elements; expected one length", Error);
  CHECK_THROWS_WITH_AS(add({0, 2}, {1.0, 1.0}), "residual group 'f' reads parameter block 2; expected 0 to 1", Error);
  CHECK_THROWS_WITH_AS(problem.add_residuals(
                           "g", [](const auto& q) { return q[0]; }, p),
                       "residual group 'g' was given 2 parameter blocks; expected one, or blocks[index]", Error);
  CHECK_THROWS_WITH_AS(problem.set_bounds(p, 0, 2.0, 1.0), "bounds of 'p[0][0]' are 2 and 1; expected lower <= upper",
                       Error);
  CHECK_THROWS_WITH_AS(problem.fix(p, 2), "parameter 'p[0][0]' has 2 components, no component 2", Error);
  CHECK_THROWS_WITH_AS(Program{problem}, "the problem has no residuals; expected at least one group", Error);
  auto& group = problem.add_residuals(
      "h", [](const auto& q) { return q[0]; }, p[1]);
  CHECK_THROWS_WITH_AS(group.set_sigma({0.0}),
                       "standard deviation 0 of residual group 'h' is 0; expected a positive number", Error);
  CHECK_THROWS_WITH_AS(group.set_sigma({1.0, 1.0}),
                       "residual group 'h' has 1 residuals but 2 standard deviations; expected one each", Error);
}
