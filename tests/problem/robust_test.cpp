// Losses in a Program: cost, gradient and Hessian against differences of each other.
#include <thalweg/problem/program.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include <doctest/doctest.h>

using namespace thalweg;
using doctest::Approx;

namespace {

const auto decay = [](const auto& p, const auto& x, const auto& y) { return p[0] * exp(-p[1] * x) - y; };
/// A point on a circle of radius p[2], seen from (p[0], p[1]): two components.
const auto planar = [](const auto& p, double angle, double u, double v) {
  return std::array{p[0] * p[1] + p[2] * std::cos(angle) - u, p[1] * p[1] + p[2] * std::sin(angle) * p[0] - v};
};
const std::vector<double> xs = {0, 1, 2, 3, 4, 5, 6, 7}, ys = {9, 7, 25, 4, 3, -12, 2, 1};
const std::vector<double> angles = {0, 1, 2, 3, 4}, us = {2.5, 1.1, 8.0, -1.0, 0.2}, vs = {1.0, 2.6, 1.9, -3.0, -0.1};

const char* const losses[] = {"trivial",        "huber:0.8",       "soft-l1:0.7", "cauchy:0.9",
                              "arctan:2",       "tukey:3",         "welsch:2",    "geman-mcclure:1.5",
                              "tolerant:1:0.4", "barron:-1.5:1.2", "3*huber:0.8", "barron:0.5:1"};

/// A scalar group, a planar one, and one without a loss.
Problem problem_with(const std::string& loss, bool scattered = false) {
  Problem problem;
  const auto p = problem.add_parameters("p", Vec<double, 2>{10.0, 0.3});
  const auto q = problem.add_parameters("q", Vec<double, 3>{1.2, 0.9, 1.5}, 2);
  const std::vector<int> index = {0, 1, 1, 0, 1};
  problem.add_residuals("scalar", decay, p, xs, ys).set_loss(parse_loss(loss));
  if (scattered)
    problem.add_residuals("planar", planar, q[index], angles, us, vs).set_loss(parse_loss(loss));
  else
    problem.add_residuals("planar", planar, q[0], angles, us, vs).set_loss(parse_loss(loss));
  problem.add_residuals(
      "plain", [](const auto& a, const auto& b) { return a[0] * b[1] - b[0] * b[2]; }, p, q[1]);
  problem.groups()[1]->set_sigma({0.5, 1.0, 2.0, 0.7, 1.0});
  return problem;
}

struct Evaluated {
  double cost;
  AlignedArray r;
  DenseMatrix J;
  explicit Evaluated(const Program& program, const std::vector<double>& x)
      : r(program.rows()), J(program.rows(), program.columns()) {
    cost = program.evaluate(x.data(), r.data(), J, 1);
  }
  std::vector<double> gradient() const {
    std::vector<double> g;
    for (std::int64_t j = 0; j < J.columns(); ++j) {
      g.push_back(0.0);
      for (std::int64_t i = 0; i < J.rows(); ++i) g.back() += J(i, j) * r[i];
    }
    return g;
  }
};

}  // namespace

TEST_CASE("with a loss the cost is half the sum of its values, and does not need the Jacobian") {
  for (const char* text : losses) {
    const Problem plain = problem_with("trivial"), robust = problem_with(text);
    const Program a(plain), b(robust);
    const Evaluated raw(a, plain.start()), e(b, robust.start());
    const Loss loss = parse_loss(text);
    double expected = 0.5 * raw.r[a.row_of(2, 0)] * raw.r[a.row_of(2, 0)];
    for (std::int64_t i = 0; i < 8; ++i) expected += 0.5 * loss(std::pow(raw.r[a.row_of(0, 0) + i], 2)).rho;
    for (std::int64_t i = 0; i < 5; ++i)
      expected += 0.5 * loss(std::pow(raw.r[a.row_of(1, 0) + i], 2) + std::pow(raw.r[a.row_of(1, 1) + i], 2)).rho;
    CAPTURE(text);
    CHECK(e.cost == Approx(expected).epsilon(1e-14));
    AlignedArray r(b.rows());
    // Derivatives beside it may have the compiler contract a sum otherwise: the last bit is free.
    CHECK(b.evaluate(robust.start().data(), r.data(), 1) == Approx(e.cost).epsilon(1e-14));
    for (std::int64_t i = 0; i < b.rows(); ++i) CHECK(r[i] == Approx(e.r[i]).epsilon(1e-14).scale(0.1));
    DenseMatrix J(b.rows(), b.columns());
    CHECK(b.evaluate_without_loss(robust.start().data(), r.data(), J, 1) == raw.cost);
    for (std::int64_t i = 0; i < b.rows(); ++i) CHECK(r[i] == raw.r[i]);
    CHECK(b.has_loss() == (std::string(text) != "trivial"));
  }
}

TEST_CASE("with each loss the gradient is that of the cost, and JᵀJ + S its Hessian, both by differences") {
  for (const bool scattered : {false, true})
    for (const char* text : losses) {
      const Problem problem = problem_with(text, scattered);
      const Program program(problem);
      std::vector<double> x = problem.start();
      const Evaluated e(program, x);
      const std::vector<double> g = e.gradient();
      const auto n = static_cast<std::size_t>(program.columns());
      std::vector<double> S(n * n);
      program.curvature(x.data(), e.r.data(), S.data());
      CAPTURE(text);
      CAPTURE(scattered);
      for (std::size_t j = 0; j < n; ++j) {
        const double h = 1e-5, start = x[j];
        x[j] = start + h;
        const Evaluated above(program, x);
        x[j] = start - h;
        const Evaluated below(program, x);
        x[j] = start;
        CHECK((above.cost - below.cost) / (2 * h) == Approx(g[j]).epsilon(1e-7).scale(1.0));
        const std::vector<double> up = above.gradient(), down = below.gradient();
        for (std::size_t i = 0; i < n; ++i) {
          double H = S[i * n + j];
          for (std::int64_t k = 0; k < e.J.rows(); ++k)
            H += e.J(k, static_cast<std::int64_t>(i)) * e.J(k, static_cast<std::int64_t>(j));
          CAPTURE(i);
          CAPTURE(j);
          CHECK((up[i] - down[i]) / (2 * h) == Approx(H).epsilon(1e-6).scale(1.0));
          CHECK(S[i * n + j] == Approx(S[j * n + i]).epsilon(1e-13).scale(1.0));
        }
      }
    }
}

TEST_CASE("a loss that does nothing gives the bits of least squares") {
  const Problem plain = problem_with("trivial"), wide = problem_with("huber:1e6");
  const Program a(plain), b(wide);
  const Evaluated e(a, plain.start()), f(b, wide.start());
  for (std::int64_t i = 0; i < a.rows(); ++i) CHECK(e.r[i] == f.r[i]);
  for (std::int64_t j = 0; j < a.columns(); ++j)
    for (std::int64_t i = 0; i < a.rows(); ++i) CHECK(e.J(i, j) == f.J(i, j));
  CHECK(f.cost == Approx(e.cost).epsilon(1e-15));
}

TEST_CASE("the scale of all losses can be widened, up to least squares, and set back") {
  const Problem problem = problem_with("geman-mcclure:0.5"), wide = problem_with("geman-mcclure:1.5");
  Program program(problem);
  const double narrow = Evaluated(program, problem.start()).cost;
  program.set_loss_scale(3.0);
  CHECK(program.loss_scale() == 3.0);
  CHECK(Evaluated(program, problem.start()).cost == Evaluated(Program(wide), problem.start()).cost);
  program.set_loss_scale(std::numeric_limits<double>::infinity());
  CHECK_FALSE(program.has_loss());
  const Problem plain = problem_with("trivial");
  CHECK(Evaluated(program, problem.start()).cost == Evaluated(Program(plain), plain.start()).cost);
  program.set_loss_scale(1.0);
  CHECK(Evaluated(program, problem.start()).cost == narrow);
}

TEST_CASE("a residual that is not finite stays so, whatever the loss") {
  for (const double bad : {std::numeric_limits<double>::infinity(), std::nan(""), 1e200}) {
    Problem problem;
    const auto p = problem.add_parameters("p", Vec<double, 1>{1.0});
    problem
        .add_residuals(
            "r", [](const auto& q, double y) { return q[0] - y; }, p, std::vector<double>{1.0, bad})
        .set_loss(Loss::tukey(1.0));
    CHECK_FALSE(std::isfinite(Evaluated(Program(problem), problem.start()).cost));
  }
}

TEST_CASE("a loss of the caller's own, shared by threads: the bits of one thread") {
  const auto fair = [](double s) {  // Rey 1983: 2 (|r| − ln(1 + |r|))
    const double r = std::sqrt(s), t = 1.0 + r;
    return Loss::Value{r < 1e-4 ? s * (1.0 - r / 1.5) : 2.0 * (r - std::log1p(r)), 1.0 / t,
                       -0.5 / (t * t * std::max(r, 1e-100))};
  };
  std::vector<double> many_x, many_y;
  for (int i = 0; i < 9000; ++i) {
    many_x.push_back(0.001 * i);
    many_y.push_back(5.0 + 3.0 * std::sin(0.1 * i));
  }
  Problem problem;
  const auto p = problem.add_parameters("p", Vec<double, 2>{8.0, 0.2});
  problem.add_residuals("decay", decay, p, many_x, many_y).set_loss(Loss::custom(fair, "fair"));
  const Program program(problem);
  AlignedArray r(program.rows());
  DenseMatrix J(program.rows(), 2);
  const Evaluated one(program, problem.start());
  CHECK(program.evaluate(problem.start().data(), r.data(), J, 4) == one.cost);
  double expected = 0.0;
  for (std::size_t i = 0; i < many_x.size(); ++i)
    expected += 0.5 * fair(std::pow(8.0 * std::exp(-0.2 * many_x[i]) - many_y[i], 2)).rho;
  CHECK(one.cost == Approx(expected).epsilon(1e-12));
}
