#include <cmath>
#include <functional>
#include <limits>
#include <random>

#include <Eigen/Cholesky>
#include <Eigen/Eigenvalues>
#include <Eigen/LU>
#include <Eigen/QR>

#include <doctest/doctest.h>
#include <minimize/descent/modified_cholesky.hpp>
#include <thalweg/minimize/solve.hpp>

#include "support/valleys.hpp"

using namespace thalweg;
using doctest::Approx;
using valleys::beale;
using valleys::rosenbrock;

namespace {

/// ½ xᵀAx − bᵀx, A = Qdiag(1 … condition)Qᵀ with a seeded rotation Q.
struct Quadratic {
  explicit Quadratic(int n, double condition, unsigned seed = 3) {
    std::mt19937 random(seed);
    std::normal_distribution<double> normal;
    const Eigen::MatrixXd noise = Eigen::MatrixXd::NullaryExpr(n, n, [&] { return normal(random); });
    const Eigen::MatrixXd Q = noise.householderQr().householderQ();
    Eigen::VectorXd d(n);
    for (int i = 0; i < n; ++i) d[i] = std::pow(condition, n > 1 ? double(i) / (n - 1) : 0.0);
    A = Q * d.asDiagonal() * Q.transpose();
    b = Eigen::VectorXd::NullaryExpr(n, [&] { return normal(random); });
    minimiser = A.llt().solve(b);
  }
  template <class V>
  auto operator()(const V& x) const {
    auto sum = 0.0 * x[0];
    for (Eigen::Index i = 0; i < A.rows(); ++i) {
      auto row = 0.0 * x[0];
      for (Eigen::Index j = 0; j < A.rows(); ++j) row = row + A(i, j) * x[static_cast<std::size_t>(j)];
      sum = sum + x[static_cast<std::size_t>(i)] * (0.5 * row - b[i]);
    }
    return sum;
  }
  double error(const std::vector<double>& x) const {
    return (Eigen::Map<const Eigen::VectorXd>(x.data(), b.size()) - minimiser).lpNorm<Eigen::Infinity>();
  }
  Eigen::MatrixXd A;
  Eigen::VectorXd b, minimiser;
};

template <class F>
std::vector<std::vector<double>> path(const F& f, const std::vector<double>& start, Options options, int steps) {
  std::vector<std::vector<double>> points;
  for (int k = 1; k <= steps; ++k) {
    options.max_iterations = k;
    points.push_back(minimize(f, start, options).x);
  }
  return points;
}

const Options one_step = {.gradient_tolerance = 0.0, .max_iterations = 1};

}  // namespace

TEST_CASE(
    "descent: every method with every line search it takes finds the minimum of Rosenbrock's and Beale's functions") {
  struct Case {
    const char* name;
    std::vector<double> start, minimum;
    std::function<Result(const std::vector<double>&, const Options&)> run;
  };
  const auto r = objective(2, rosenbrock);
  const auto b = objective(2, beale);
  const Case cases[] = {
      {"rosenbrock", {-1.2, 1.0}, {1.0, 1.0}, [&](const auto& x, const Options& o) { return minimize(r, x, o); }},
      {"beale", {1.0, 1.0}, {3.0, 0.5}, [&](const auto& x, const Options& o) { return minimize(b, x, o); }}};
  for (const Case& c : cases)
    for (const Method method :
         {Method::gradient_descent, Method::nonlinear_cg, Method::bfgs, Method::lbfgs, Method::newton})
      for (const LineSearch search :
           {LineSearch::backtracking, LineSearch::strong_wolfe, LineSearch::hager_zhang, LineSearch::exact}) {
        CAPTURE(c.name);
        CAPTURE(to_string(method));
        CAPTURE(to_string(search));
        Options o = {.method = method, .line_search = search, .max_iterations = 40000};
        if (method == Method::newton) o.globalization = Globalization::line_search;
        const Result result = c.run(c.start, o);
        CHECK(result.converged());
        const double tolerance = method == Method::gradient_descent ? 1e-4
                                 : method == Method::nonlinear_cg   ? 1e-6
                                                                    : 1e-7;
        CHECK(result.x[0] == Approx(c.minimum[0]).epsilon(tolerance));
        CHECK(result.x[1] == Approx(c.minimum[1]).epsilon(tolerance));
      }
}

TEST_CASE("descent: gradient descent steps along the gradient, and its exact search ends at right angles to the next") {
  const Quadratic q(6, 10.0);
  const auto f = objective(6, q);
  const std::vector<double> start(6, 1.0);
  std::vector<double> g0(6), g1(6);
  f.gradient(start, g0);
  Options o = one_step;
  o.method = Method::gradient_descent;
  o.line_search = LineSearch::exact;
  const Result result = minimize(f, start, o);
  f.gradient(result.x, g1);
  const double ratio = (start[0] - result.x[0]) / g0[0];
  double inner = 0.0, norm = 0.0;
  for (std::size_t i = 0; i < 6; ++i) {
    CHECK((start[i] - result.x[i]) == Approx(ratio * g0[i]).epsilon(1e-10));
    inner += g0[i] * g1[i];
    norm += g0[i] * g0[i];
  }
  CHECK(std::abs(inner) <= 1e-9 * norm);
}

TEST_CASE("descent: conjugate gradients of every formula end a quadratic of n variables in n exact steps") {
  const int n = 8;
  const Quadratic q(n, 50.0);
  const auto f = objective(n, q);
  for (const ConjugateGradient formula : {ConjugateGradient::fletcher_reeves, ConjugateGradient::polak_ribiere,
                                          ConjugateGradient::hestenes_stiefel, ConjugateGradient::hager_zhang}) {
    CAPTURE(to_string(formula));
    Options o = {.method = Method::nonlinear_cg,
                 .line_search = LineSearch::exact,
                 .conjugate_gradient = formula,
                 .gradient_tolerance = 0.0,
                 .max_iterations = n};
    CHECK(q.error(minimize(f, std::vector<double>(n, 1.0), o).x) < 1e-7);
    o.max_iterations = n - 1;
    CHECK(q.error(minimize(f, std::vector<double>(n, 1.0), o).x) > 1e-5);
  }
}

TEST_CASE("descent: BFGS with exact steps walks the path of conjugate gradients on a quadratic") {
  const int n = 6;
  const Quadratic q(n, 20.0);
  const auto f = objective(n, q);
  const std::vector<double> start(n, -1.0);
  const auto by = [&](Method method) {
    return path(f, start, {.method = method, .line_search = LineSearch::exact, .gradient_tolerance = 0.0}, n);
  };
  const auto cg = by(Method::nonlinear_cg), bfgs = by(Method::bfgs);
  for (std::size_t k = 0; k < cg.size(); ++k)
    for (std::size_t i = 0; i < cg[k].size(); ++i) CHECK(bfgs[k][i] == Approx(cg[k][i]).epsilon(1e-6));
}

TEST_CASE("descent: L-BFGS with unlimited memory is BFGS to rounding on a quadratic") {
  const int n = 10;
  const Quadratic q(n, 100.0);
  const auto f = objective(n, q);
  const std::vector<double> start(n, 1.0);
  for (const LineSearch search : {LineSearch::strong_wolfe, LineSearch::backtracking}) {
    const auto full = path(f, start, {.method = Method::bfgs, .line_search = search}, 15);
    const auto limited = path(f, start, {.method = Method::lbfgs, .line_search = search, .memory = 0}, 15);
    for (std::size_t k = 0; k < full.size(); ++k)
      for (std::size_t i = 0; i < full[k].size(); ++i) CHECK(limited[k][i] == Approx(full[k][i]).epsilon(1e-11));
    const auto short_memory = path(f, start, {.method = Method::lbfgs, .line_search = search, .memory = 2}, 15);
    CHECK(std::abs(short_memory[9][0] - full[9][0]) > 1e-8);  // the memory matters
  }
}

TEST_CASE("descent: BFGS converges superlinearly on Rosenbrock's and Beale's functions") {
  const auto check = [](const auto& f, std::vector<double> start, double x, double y) {
    std::vector<double> e;
    for (int k = 1; k < 100; ++k) {
      const Result r = minimize(f, start, {.method = Method::bfgs, .gradient_tolerance = 0.0, .max_iterations = k});
      e.push_back(std::hypot(r.x[0] - x, r.x[1] - y));
      if (e.back() < 1e-11) break;
    }
    REQUIRE(e.size() > 6);
    CHECK(e.back() < 1e-11);
    // Ratios of successive errors fall to zero; linear convergence would keep them.
    const std::size_t n = e.size();
    CHECK(e[n - 1] / e[n - 2] < 0.02);
    CHECK(e[n - 2] / e[n - 3] < 0.1);
    // Order of the last steps above rounding; (1 + √5)/2 of the secant method at best, 1 is linear.
    const double order = std::log(e[n - 2] / e[n - 3]) / std::log(e[n - 3] / e[n - 4]);
    CHECK(order > 1.1);
  };
  check(objective(2, rosenbrock), {-1.2, 1.0}, 1.0, 1.0);
  check(objective(2, beale), {1.0, 1.0}, 3.0, 0.5);
}

TEST_CASE("descent: pairs without curvature are skipped or damped, and counted") {
  // sin: concave where it starts, so that an Armijo step sees the slope fall.
  const auto f = objective(2, [](const auto& x) {
    using std::cos;
    return cos(x[0]) + 0.5 * x[1] * x[1] * (1.0 + 0.1 * x[0]);
  });
  const std::vector<double> start = {0.1, 0.5};
  for (const Method method : {Method::bfgs, Method::lbfgs}) {
    CAPTURE(to_string(method));
    const Options o = {.method = method, .line_search = LineSearch::backtracking};
    const Result skipped = minimize(f, start, o);
    CHECK(skipped.converged());
    CHECK(skipped.skipped_updates > 0);
    CHECK(skipped.damped_updates == 0);
    Options damping = o;
    damping.update_guard = UpdateGuard::damp;
    const Result damped = minimize(f, start, damping);
    CHECK(damped.converged());
    CHECK(damped.damped_updates > 0);
    CHECK(damped.skipped_updates == 0);
    CHECK(damped.final_cost == Approx(skipped.final_cost).epsilon(1e-9));
  }
}

TEST_CASE("descent: Newton with a line search takes one step on a quadratic and leaves a saddle") {
  const Quadratic q(5, 1e4);
  const Options newton = {.method = Method::newton, .globalization = Globalization::line_search};
  const Result one = minimize(objective(5, q), std::vector<double>(5, 2.0), newton);
  CHECK(one.converged());
  CHECK(one.iterations <= 2);  // the second is rounding
  CHECK(q.error(one.x) < 1e-12);

  const auto saddle = objective(
      2, [](const auto& x) { return 0.25 * x[0] * x[0] * x[0] * x[0] - 0.5 * x[0] * x[0] + 0.5 * x[1] * x[1]; });
  const Result left = minimize(saddle, {0.0, 0.0}, newton);
  CHECK(left.converged());
  CHECK(std::abs(left.x[0]) == Approx(1.0));
  CHECK(left.final_cost == Approx(-0.25));
}

TEST_CASE("descent: bounds are kept on the way and active at the end where the minimum lies outside") {
  const auto f = objective(2, rosenbrock);
  // Cuts off (1, 1): on x ≤ 0.5 the minimum is (0.5, 0.25).
  const Box box = {{-2.0, -2.0}, {0.5, 2.0}};
  for (const Method method :
       {Method::gradient_descent, Method::nonlinear_cg, Method::bfgs, Method::lbfgs, Method::newton})
    for (const auto& start :
         {std::vector{-1.2, 1.0}, std::vector{0.5, 2.0}, std::vector{-2.0, -2.0}, std::vector{7.0, -9.0}}) {
      CAPTURE(to_string(method));
      CAPTURE(start[0]);
      Options o = {.method = method, .max_iterations = 40000};
      if (method == Method::newton) o.globalization = Globalization::line_search;
      o.callback = [](const IterationRecord&) { return Action::proceed; };
      const Result result = minimize(f, start, o, box);
      CHECK(result.converged());
      CHECK(result.x[0] == 0.5);
      CHECK(result.x[1] == Approx(0.25).epsilon(method == Method::gradient_descent ? 1e-5 : 1e-8));
    }
}

TEST_CASE("descent: a start that is not finite, and one where nothing is left to do") {
  const auto log_barrier = objective(1, [](const auto& x) {
    using std::log;
    return x[0] - log(x[0]);
  });
  const Result outside = minimize(log_barrier, {-1.0}, {.method = Method::bfgs});
  CHECK(outside.status == Status::non_finite_start);
  CHECK(outside.reason == "the cost is nan at the start");
  const Result inside = minimize(log_barrier, {50.0}, {.method = Method::bfgs});
  CHECK(inside.converged());
  CHECK(inside.x[0] == Approx(1.0));
  const Result there = minimize(log_barrier, {1.0}, {.method = Method::bfgs});
  CHECK(there.converged());
  CHECK(there.iterations == 0);
}

TEST_CASE("descent: options that a method would ignore are refused") {
  const auto message = [](Options o) {
    try {
      o.validate();
    } catch (const Error& e) {
      return std::string(e.what());
    }
    return std::string("accepted");
  };
  CHECK(
      message({.line_search = LineSearch::exact}) ==
      "line search exact does not go with levenberg-marquardt; expected auto, or gradient-descent, nonlinear-cg, bfgs "
      "or lbfgs");
  CHECK(message({.method = Method::newton, .line_search = LineSearch::exact}) ==
        "line search exact does not go with newton; expected globalization line-search with it");
  CHECK(message({.method = Method::bfgs, .memory = 3}) == "memory 3 does not go with bfgs; expected lbfgs");
  CHECK(message({.method = Method::newton, .update_guard = UpdateGuard::damp}) ==
        "update guard damp does not go with newton; expected bfgs or lbfgs");
  CHECK(message({.method = Method::bfgs, .conjugate_gradient = ConjugateGradient::polak_ribiere}) ==
        "conjugate gradient polak-ribiere does not go with bfgs; expected nonlinear-cg");
  CHECK(message({.curvature = Curvature::gauss_newton}) ==
        "curvature gauss-newton does not go with levenberg-marquardt; expected newton or newton-cg");
  CHECK(message({.method = Method::lbfgs, .line_search = LineSearch::exact, .memory = 3}) == "accepted");
}

TEST_CASE("modified Cholesky: positive definite matrices are left alone, others made so by a diagonal") {
  std::mt19937 random(5);
  std::normal_distribution<double> normal;
  for (int n = 1; n <= 8; ++n)
    for (int draw = 0; draw < 20; ++draw) {
      CAPTURE(n);
      const Eigen::MatrixXd noise = Eigen::MatrixXd::NullaryExpr(n, n, [&] { return normal(random); });
      const Eigen::VectorXd b = Eigen::VectorXd::NullaryExpr(n, [&] { return normal(random); });
      const Eigen::MatrixXd definite = noise * noise.transpose() + 0.1 * Eigen::MatrixXd::Identity(n, n);
      const ModifiedCholesky plain(definite);
      CHECK_FALSE(plain.modified());
      CHECK((definite * plain.solve(b) - b).norm() < 1e-9 * b.norm());
      CHECK(plain.negative_curvature().isZero(0.0));

      const Eigen::MatrixXd symmetric = noise + noise.transpose();
      const double smallest = Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd>(symmetric).eigenvalues()[0];
      const ModifiedCholesky factor(symmetric);
      CHECK(b.dot(factor.solve(b)) > 0.0);
      if (smallest < -1e-8) {
        CHECK(factor.modified());
        // E = (A + E) − A is diagonal, and not negative.
        Eigen::MatrixXd inverse(n, n);
        for (int j = 0; j < n; ++j) inverse.col(j) = factor.solve(Eigen::VectorXd::Unit(n, j));
        const Eigen::MatrixXd E = inverse.inverse() - symmetric;
        const double size = symmetric.norm() + E.norm();
        CHECK((E - Eigen::MatrixXd(E.diagonal().asDiagonal())).norm() < 1e-7 * size);
        CHECK(E.diagonal().minCoeff() > -1e-7 * size);
        const Eigen::VectorXd p = factor.negative_curvature();
        if (!p.isZero(0.0)) CHECK(p.dot(symmetric * p) < 0.0);
      }
    }
}
