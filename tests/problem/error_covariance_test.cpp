#include <thalweg/problem/error_covariance.hpp>

#include <cmath>
#include <vector>

#include <doctest/doctest.h>
#include <Eigen/Dense>

using namespace thalweg;

namespace {

/// Positive definite, with entries on the lower triangle where `inside` says so.
template <class Inside>
Eigen::MatrixXd matrix(int m, const Inside& inside) {
  Eigen::MatrixXd C = Eigen::MatrixXd::Zero(m, m);
  for (int i = 0; i < m; ++i)
    for (int j = 0; j <= i; ++j)
      if (inside(i, j)) C(i, j) = C(j, i) = i == j ? 3.0 + 0.1 * i : 0.7 / (1 + i - j) + 0.01 * std::sin(i + 3.0 * j);
  return C;
}

LowerRows lower(const Eigen::MatrixXd& C, bool short_rows) {
  LowerRows rows;
  for (int i = 0; i < C.rows(); ++i) {
    std::vector<double>& row = rows.emplace_back();
    for (int j = 0; j <= i; ++j)
      if (!short_rows || !row.empty() || C(i, j) != 0.0) row.push_back(C(i, j));
  }
  return rows;
}

bool dense(int, int) { return true; }
bool banded(int i, int j) { return i - j <= 2; }
bool in_blocks(int i, int j) { return i / 3 == j / 3; }

Eigen::VectorXd some_vector(int m) {
  Eigen::VectorXd v(m);
  for (int i = 0; i < m; ++i) v[i] = std::cos(1.7 * i) + 0.2 * i;
  return v;
}

void agree(const ErrorCovariance& c, const Eigen::MatrixXd& C) {
  const auto m = C.rows();
  REQUIRE(c.size() == m);
  const Eigen::MatrixXd L = C.llt().matrixL();
  const Eigen::VectorXd v = some_vector(static_cast<int>(m));
  Eigen::VectorXd w = v, t = v;
  c.whiten(w.data(), 0, m);
  c.whiten_transposed(t.data(), 0, m);
  CHECK((w - L.triangularView<Eigen::Lower>().solve(v)).norm() < 1e-13 * v.norm());
  CHECK((t - L.transpose().triangularView<Eigen::Upper>().solve(v)).norm() < 1e-13 * v.norm());
  CHECK(c.log_determinant() == doctest::Approx(2.0 * L.diagonal().array().log().sum()).epsilon(1e-13));
  for (int i = 0; i < m; ++i)
    CHECK(c.deviations()[static_cast<std::size_t>(i)] == doctest::Approx(std::sqrt(C(i, i))).epsilon(1e-14));
  // From any row that needs none before it, a part is the same as in the whole.
  for (std::int64_t i = 0; i < m; ++i) {
    const std::int64_t begin = c.first_needed(i);
    Eigen::VectorXd part = v.segment(begin, i + 1 - begin);
    c.whiten(part.data(), begin, i + 1);
    CHECK(part[part.size() - 1] == w[i]);
  }
}

}  // namespace

TEST_CASE("a covariance whitens as its dense Cholesky factor does, whatever its envelope") {
  for (const bool short_rows : {false, true}) {
    CAPTURE(short_rows);
    for (const auto inside : {dense, banded, in_blocks}) {
      const Eigen::MatrixXd C = matrix(12, inside);
      const ErrorCovariance c(lower(C, short_rows));
      agree(c, C);
      const std::vector<std::size_t> chosen = {0, 2, 3, 7, 8, 11};
      Eigen::MatrixXd part(6, 6);
      for (int i = 0; i < 6; ++i)
        for (int j = 0; j < 6; ++j)
          part(i, j) = C(static_cast<int>(chosen[static_cast<std::size_t>(i)]),
                         static_cast<int>(chosen[static_cast<std::size_t>(j)]));
      agree(c.of_rows(chosen), part);
    }
  }
  const ErrorCovariance blocks(lower(matrix(12, in_blocks), false));
  CHECK(blocks.first_needed(5) == 3);
  CHECK(ErrorCovariance(lower(matrix(12, banded), false)).first_needed(5) == 0);
  CHECK(blocks.rows()[5].size() == 3);
}

TEST_CASE("autoregressive errors are those of the matrix of their correlations") {
  const std::vector<double> phi = {0.9, 0.6, -0.3, 0.0, 0.8};
  Eigen::MatrixXd C = Eigen::MatrixXd::Identity(5, 5);
  for (int i = 0; i < 5; ++i)
    for (int j = 0; j < i; ++j) {
      C(i, j) = 1.0;
      for (int k = j + 1; k <= i; ++k) C(i, j) *= phi[static_cast<std::size_t>(k)];
      C(j, i) = C(i, j);
    }
  const ErrorCovariance c = ErrorCovariance::autoregressive(phi);
  agree(c, C);
  CHECK(c.first_needed(4) == 3);
  Eigen::MatrixXd part(3, 3);
  const int chosen[] = {0, 2, 4};
  for (int i = 0; i < 3; ++i)
    for (int j = 0; j < 3; ++j) part(i, j) = C(chosen[i], chosen[j]);
  agree(c.of_rows(std::vector<std::size_t>{0, 2, 4}), part);
  CHECK_THROWS_WITH_AS(ErrorCovariance::autoregressive({0.0, 1.0}),
                       "the correlation of row 2 with the row before it is 1; expected a number between -1 and 1",
                       Error);
}

TEST_CASE("a covariance that is none is refused") {
  CHECK_THROWS_WITH_AS(
      ErrorCovariance(LowerRows{{4.0}, {2.0, 1.0}}),
      "the covariance is not positive definite at row 2: beside the rows before it, the variance 0 is left of it",
      IndefiniteCovariance);
  CHECK_THROWS_AS(ErrorCovariance(LowerRows{{1.0}, {2.0, 1.0}}), IndefiniteCovariance);
  CHECK_THROWS_AS(ErrorCovariance(LowerRows{{-1.0}}), IndefiniteCovariance);
  CHECK_THROWS_WITH_AS(ErrorCovariance(LowerRows{{1.0}, {0.0, 0.0, 1.0}}),
                       "row 2 of a covariance has 3 numbers up to the diagonal; expected 1 to 2", Error);
  CHECK_THROWS_WITH_AS(ErrorCovariance(LowerRows{{1.0}, {}}),
                       "row 2 of a covariance has 0 numbers up to the diagonal; expected 1 to 2", Error);
  CHECK_THROWS_WITH_AS(ErrorCovariance(LowerRows{{std::nan("")}}), "row 1 of a covariance holds nan; expected numbers",
                       Error);
  try {
    const ErrorCovariance c(LowerRows{{1.0}, {0.5, 1.0}, {0.9, -0.9, 1.0}});
    FAIL("accepted");
  } catch (const IndefiniteCovariance& error) {
    CHECK(error.row == 2);
    CHECK(error.pivot < 0.0);
  }
}
