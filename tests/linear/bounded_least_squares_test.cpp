#include <thalweg/linear/bounded_least_squares.hpp>

#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include <doctest/doctest.h>
#include <Eigen/Dense>
#include <thalweg/base/error.hpp>

#include "support/linear_systems.hpp"

using namespace thalweg;
using namespace test_support;

namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();

std::vector<double> column_of(const Eigen::MatrixXd& M) { return {M.data(), M.data() + M.size()}; }

/// Within the bounds, and no way inwards leads down.
void check_optimal(const BoundedSolution& found, const Eigen::MatrixXd& A, const std::vector<double>& b,
                   const std::vector<double>& lower, const std::vector<double>& upper) {
  CHECK_MESSAGE(found.solved, found.ending);
  const Eigen::Map<const Eigen::VectorXd> x(found.x.data(), A.cols()), rhs(b.data(), A.rows());
  const Eigen::VectorXd g = A.transpose() * (A * x - rhs);
  const double rounding = 1e-12 * A.norm() * (rhs.norm() + A.norm() * x.norm());
  for (Eigen::Index j = 0; j < A.cols(); ++j) {
    const auto k = static_cast<std::size_t>(j);
    CHECK(x(j) >= lower[k]);
    CHECK(x(j) <= upper[k]);
    if (x(j) > lower[k]) CHECK(g(j) <= rounding);
    if (x(j) < upper[k]) CHECK(g(j) >= -rounding);
  }
}

}  // namespace

TEST_CASE("non-negative least squares: a thousand random problems meet their conditions") {
  for (unsigned seed = 1; seed <= 1000; ++seed) {
    const Eigen::Index m = 3 + seed % 17, n = 2 + seed % 11;  // some have more columns than rows
    const Eigen::MatrixXd A = noise(m, n, seed);
    const std::vector<double> b = column_of(noise(m, 1, seed + 5000));
    const auto k = static_cast<std::size_t>(n);
    check_optimal(nonnegative_least_squares(of_dense(A), b), A, b, std::vector<double>(k, 0.0),
                  std::vector<double>(k, infinity));
  }
}

TEST_CASE("bounds on both sides, on one, on none, and equal ones") {
  for (unsigned seed = 1; seed <= 300; ++seed) {
    const Eigen::Index m = 6 + seed % 15, n = 2 + seed % 9;
    const Eigen::MatrixXd A = noise(m, n, seed), limits = noise(n, 2, seed + 9000);
    const std::vector<double> b = column_of(3.0 * noise(m, 1, seed + 7000));
    std::vector<double> lower, upper;
    for (Eigen::Index j = 0; j < n; ++j) {
      lower.push_back(j % 5 == 4 ? -infinity : std::min(limits(j, 0), limits(j, 1)));
      upper.push_back(j % 5 >= 3 ? infinity : j % 5 == 2 ? lower.back() : std::max(limits(j, 0), limits(j, 1)));
    }
    check_optimal(bounded_least_squares(of_dense(A), b, lower, upper), A, b, lower, upper);
  }
}

TEST_CASE("the least of all active sets, tried one by one") {
  for (unsigned seed = 1; seed <= 60; ++seed) {
    const Eigen::MatrixXd A = noise(7, 4, seed);
    const Eigen::VectorXd b = noise(7, 1, seed + 300);
    double least = b.norm();
    for (unsigned set = 1; set < 16; ++set) {
      std::vector<int> free;
      for (int j = 0; j < 4; ++j)
        if (set >> j & 1) free.push_back(j);
      const Eigen::MatrixXd columns = A(Eigen::all, free);
      const Eigen::VectorXd z = columns.colPivHouseholderQr().solve(b);
      if (z.minCoeff() >= 0.0) least = std::min(least, (columns * z - b).norm());
    }
    CHECK(nonnegative_least_squares(of_dense(A), column_of(b)).residual_norm == doctest::Approx(least).epsilon(1e-12));
  }
}

TEST_CASE("columns that depend on each other, and none that help") {
  Eigen::MatrixXd A = noise(8, 3, 3);
  A.col(2) = A.col(0);
  const std::vector<double> b = column_of(A.col(0) + A.col(1));
  const BoundedSolution found = nonnegative_least_squares(of_dense(A), b);
  CHECK(found.solved);
  CHECK(found.residual_norm < 1e-13);
  const BoundedSolution zero =
      nonnegative_least_squares(of_dense(Eigen::MatrixXd::Identity(3, 3)), {{-1.0, -2.0, -3.0}});
  CHECK(zero.x == std::vector<double>{0.0, 0.0, 0.0});
  CHECK(zero.at_bound == std::vector<int>{-1, -1, -1});
  CHECK(nonnegative_least_squares(sparse_matrix(2, 2, {}), {{1.0, 1.0}}).solved);
}

TEST_CASE("wrong bounds are refused") {
  const SparseMatrix A = of_dense(noise(3, 2, 1));
  const std::vector<double> b = {1, 2, 3}, zero = {0, 0}, minus = {-1, 0}, one = {1};
  CHECK_THROWS_WITH_AS(bounded_least_squares(A, b, zero, minus),
                       "bounded least squares: the bounds of x1 are 0 and -1; expected lower <= upper", Error);
  CHECK_THROWS_AS(bounded_least_squares(A, b, zero, one), Error);
  CHECK_THROWS_AS(bounded_least_squares(A, one, zero, zero), Error);
  CHECK_THROWS_AS(bounded_least_squares(A, b, std::vector{std::nan(""), 0.0}, zero), Error);
}
