#include <thalweg/inference/statistics.hpp>

#include <cmath>
#include <vector>

#include <doctest/doctest.h>
#include <Eigen/Dense>
#include <thalweg/minimize/solve.hpp>

using namespace thalweg;

namespace {

const std::vector<double> t = {0, 1, 2, 3, 4, 5}, y = {1.1, 2.3, 2.9, 4.2, 4.8, 6.3};

/// y = p0 + p1 t + p2 t².
struct Parabola {
  template <class P, class T>
  auto operator()(const P& p, T ti, T yi) const {
    return p[0] + p[1] * ti + p[2] * ti * ti - yi;
  }
};

Eigen::MatrixXd jacobian() {
  Eigen::MatrixXd J(6, 3);
  for (int i = 0; i < 6; ++i)
    J.row(i) << 1.0, t[static_cast<std::size_t>(i)], std::pow(t[static_cast<std::size_t>(i)], 2);
  return J;
}

}  // namespace

TEST_CASE("errors under constraints are those of the tangent space") {
  for (const double unit : {1.0, 1e-6, 1e6}) {  // of the constraint
    CAPTURE(unit);
    Problem problem;
    const auto p = problem.add_parameters("p", Vec<double, 3>{1.0, 1.0, 0.1});
    problem.add_residuals("data", Parabola{}, p, t, y);
    problem.add_equality(
        "sum", [unit](const auto& q) { return (q[0] + 2.0 * q[1] - 3.0) * unit; }, p);
    problem.add_inequality(
        "far", [](const auto& q) { return q[2] - 100.0; }, p);
    const Result found = solve(problem);
    REQUIRE(found.converged());
    const FitStatistics s = statistics(problem, found, y);
    // Z spans the null space of (1, 2, 0).
    const Eigen::MatrixXd J = jacobian(), Z = (Eigen::MatrixXd(3, 2) << -2, 0, 1, 0, 0, 1).finished();
    const Eigen::VectorXd x = Eigen::Map<const Eigen::VectorXd>(found.x.data(), 3);
    const double rss = (J * x - Eigen::Map<const Eigen::VectorXd>(y.data(), 6)).squaredNorm();
    const Eigen::MatrixXd C = rss / 4.0 * Z * (Z.transpose() * J.transpose() * J * Z).inverse() * Z.transpose();
    CHECK(s.degrees_of_freedom == 4);
    CHECK(s.residual_sum_of_squares == doctest::Approx(rss).epsilon(1e-9));
    for (int j = 0; j < 3; ++j)
      CHECK(s.parameters[static_cast<std::size_t>(j)].standard_error ==
            doctest::Approx(std::sqrt(C(j, j))).epsilon(1e-8));
    CHECK(s.covariance[1] == doctest::Approx(C(0, 1)).epsilon(1e-8));
    CHECK(std::isnan(s.aic));
    CHECK(s.r_squared > 0.9);
  }
}

TEST_CASE("a parameter that constraints determine has no error, and the others are as if it were fixed") {
  Problem problem;
  const auto p = problem.add_parameters("p", Vec<double, 3>{1.0, 1.0, 0.1});
  problem.add_residuals("data", Parabola{}, p, t, y);
  problem.add_equality(
      "given", [](const auto& q) { return q[2] - 0.05; }, p);
  const Result found = solve(problem);
  const FitStatistics s = statistics(problem, found, y);
  problem.clear_constraints();
  problem.set_start(p, Vec<double, 3>{1.0, 1.0, 0.05});
  problem.fix(p, 2);
  const Result fixed = solve(problem);
  const FitStatistics other = statistics(problem, fixed, y);
  CHECK(s.parameters[2].standard_error == 0.0);
  CHECK(s.parameters[2].lower_interval == s.parameters[2].value);
  CHECK(s.degrees_of_freedom == other.degrees_of_freedom);
  for (std::size_t j = 0; j < 2; ++j) {
    CHECK(found.x[j] == doctest::Approx(fixed.x[j]).epsilon(1e-10));
    CHECK(s.parameters[j].standard_error == doctest::Approx(other.parameters[j].standard_error).epsilon(1e-8));
  }
}
