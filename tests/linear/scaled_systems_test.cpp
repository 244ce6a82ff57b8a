// Linear systems whose numbers, rows or columns are of very different sizes, and others on which a plain method trips.
#include <cmath>
#include <string>
#include <vector>

#include <doctest/doctest.h>
#include <Eigen/Dense>
#include <thalweg/linear/linear_comparison.hpp>
#include <thalweg/linear/linear_system.hpp>

#include "support/linear_systems.hpp"

using namespace thalweg;
using namespace test_support;

namespace {

SparseMatrix times(SparseMatrix A, double factor) {
  for (double& v : A.value) v *= factor;
  return A;
}

/// A with row i times 10^(first + i step), or column i.
SparseMatrix graded(SparseMatrix A, double first, double step, bool columns) {
  for (std::int64_t c = 0; c < A.columns; ++c)
    for (std::int64_t k = A.column_start[static_cast<std::size_t>(c)];
         k < A.column_start[static_cast<std::size_t>(c) + 1]; ++k) {
      const auto i = static_cast<double>(columns ? c : A.row[static_cast<std::size_t>(k)]);
      A.value[static_cast<std::size_t>(k)] *= std::pow(10.0, first + step * i);
    }
  return A;
}

std::vector<double> product(const SparseMatrix& A, const std::vector<double>& x) {
  std::vector<double> y(static_cast<std::size_t>(A.rows));
  A.multiply(x.data(), y.data());
  return y;
}

LinearSolution solved(const SparseMatrix& A, const std::vector<double>& b,
                      LinearMethod method = LinearMethod::automatic) {
  LinearOptions options;
  options.method = method;
  return solve_linear(A, b, options);
}

void check_near(const std::vector<double>& x, const std::vector<double>& exact, double relative) {
  REQUIRE(x.size() == exact.size());
  for (std::size_t i = 0; i < x.size(); ++i) CHECK(std::abs(x[i] - exact[i]) <= relative * std::abs(exact[i]));
}

const SparseMatrix two = of_dense((Eigen::MatrixXd(2, 2) << 4, 1, 1, 3).finished());
const std::vector<double> two_x = {1.0 / 11.0, 7.0 / 11.0};  // of b = (1, 2)

}  // namespace

TEST_CASE("least squares whose x is far larger than the residual is solved") {
  const SparseMatrix A = of_dense((Eigen::MatrixXd(3, 2) << 1, 1, 1, 1.000001, 1, 0.999999).finished());
  const LinearSolution found = solved(A, {1.0, 3.0, 2.0});
  CHECK_MESSAGE(found.solved, found.ending);
  // Means 2 of b, and slope 0.5 / 1e-6 about the mean 1; the entries are rounded, which their difference shows.
  const double d = 1.000001 - 1.0, e = 0.999999 - 1.0, mean = (d + e) / 3.0;
  const double slope = ((d - mean) * 3.0 + (e - mean) * 2.0 + (0.0 - mean)) /
                       ((d - mean) * (d - mean) + (e - mean) * (e - mean) + mean * mean);
  CHECK(found.x[1] == doctest::Approx(slope).epsilon(1e-9));
  for (const double condition : {1e5, 1e7, 1e9}) {
    const SparseMatrix general = of_condition(20, 5, 5, condition, 40);
    std::vector<double> b;
    for (int i = 0; i < 20; ++i) b.push_back(std::sin(i));
    CHECK(solved(general, b).solved);
  }
}

TEST_CASE("very large and very small numbers change nothing but the scale") {
  for (const double scale : {1e-300, 1e-200, 1e-160, 1e150, 1e200, 1e300}) {
    CAPTURE(scale);
    const SparseMatrix A = times(two, scale);
    for (const LinearMethod method : all_linear_methods()) {
      CAPTURE(to_string(method));
      const LinearSolution found = solved(A, {scale, 2.0 * scale}, method);
      CHECK_MESSAGE(found.solved, found.ending);
      check_near(found.x, two_x, 1e-8);
    }
  }
  const LinearSolution small = solved(times(two, 1e-200), {1.0, 2.0});
  check_near(small.x, {two_x[0] * 1e200, two_x[1] * 1e200}, 1e-14);
  const LinearSolution beyond = solved(times(two, 1e-300), {1e300, 2e300});
  CHECK(!beyond.solved);
  CHECK(beyond.ending == "x is beyond the range of numbers");
}

TEST_CASE("rows and columns of different sizes do not make a matrix singular") {
  const SparseMatrix diagonal = sparse_matrix(2, 2, {{0, 0, 1e-9}, {1, 1, 1e9}});
  const LinearSolution found = solved(diagonal, {1e-9, 1e9});
  CHECK(found.rank == 2);
  CHECK(found.x == std::vector<double>{1.0, 1.0});
  REQUIRE(found.notes.size() == 1);
  CHECK(found.notes[0].find("comes from the sizes of rows and columns") != std::string::npos);
  const SparseMatrix A = of_dense(noise(6, 6, 50) + 2.0 * Eigen::MatrixXd::Identity(6, 6));
  const std::vector<double> ones(6, 1.0);
  for (const bool columns : {false, true})
    for (const LinearMethod method : {LinearMethod::automatic, LinearMethod::lu, LinearMethod::qr}) {
      if (method == LinearMethod::qr && !columns) continue;  // QR takes the norms of columns as they are
      CAPTURE(columns);
      CAPTURE(to_string(method));
      const SparseMatrix scaled = graded(A, -12.0, 4.8, columns);
      // Columns of one influence on b.
      std::vector<double> exact = ones;
      for (std::size_t i = 0; i < 6 && columns; ++i) exact[i] = std::pow(10.0, 12.0 - 4.8 * static_cast<double>(i));
      const LinearSolution x = solved(scaled, product(scaled, exact), method);
      CHECK(x.solved);
      CHECK(x.rank == 6);
      check_near(x.x, exact, 1e-9);
    }
  // Symmetric scaling leaves a definite matrix definite, and an indefinite one symmetric.
  for (const bool signs : {false, true}) {
    const SparseMatrix s =
        graded(graded(of_condition(6, 6, 6, 10.0, 52, true, signs), -9.0, 3.0, false), -9.0, 3.0, true);
    std::vector<double> exact;
    for (int k = 0; k < 6; ++k) exact.push_back(std::pow(10.0, 9.0 - 3.0 * k));
    const LinearSolution x = solved(s, product(s, exact));
    CHECK(x.rank == 6);
    check_near(x.x, exact, 1e-9);
  }
}

TEST_CASE("QR finds the rank that rounding leaves") {
  const LinearSolution nearly = solved(of_condition(12, 8, 8, 1e14, 54), std::vector<double>(12, 1.0));
  CHECK(nearly.rank == 8);
  SparseMatrix A = random_sparse(900, 600, 4, 56);
  for (std::int64_t k = A.column_start[7]; k < A.column_start[8]; ++k) A.value[static_cast<std::size_t>(k)] *= 1e-11;
  const std::vector<double> ones(600, 1.0);
  const LinearSolution found = solved(A, product(A, ones));
  CHECK(found.rank == 600);
  check_near(found.x, ones, 1e-4);  // b has 16 digits, of which the small column's part is the last five
  // Powers of years: the condition number of the columns' sizes is beyond rounding, that of their directions is not.
  Eigen::MatrixXd years(31, 3);
  for (int i = 0; i < 31; ++i) years.row(i) << 1.0, 1990.0 + i, (1990.0 + i) * (1990.0 + i);
  const SparseMatrix V = of_dense(years);
  const LinearSolution quadratic = solved(V, product(V, {3.0, -2.0, 1.0}));
  CHECK(quadratic.solved);
  CHECK(quadratic.rank == 3);
  check_near(quadratic.x, {3.0, -2.0, 1.0}, 1e-5);
}

TEST_CASE("a matrix of zeros has the answer zero, and very wide ones are fast") {
  const LinearSolution zero = solved(sparse_matrix(3, 3, {}), {1.0, 2.0, 3.0});
  CHECK(zero.solved);
  CHECK(zero.rank == 0);
  CHECK(std::isnan(zero.condition));
  const LinearSolution wide = solved(sparse_matrix(2, 200000, {{0, 0, 1.0}, {1, 1, 2.0}}), {3.0, 4.0});
  CHECK(wide.rank == 2);
  CHECK(wide.x[0] == 3.0);
  CHECK(wide.x[1] == 2.0);
  CHECK(wide.seconds.total < 20.0);
}

TEST_CASE("least-squares iterations on a regular system say when they did not solve it") {
  const SparseMatrix A = sparse_matrix(2, 2, {{0, 0, 1e12}, {1, 1, 1.0}});
  for (const LinearMethod method : {LinearMethod::lsqr, LinearMethod::lsmr}) {
    const LinearSolution found = solved(A, {1.0, 1.0}, method);
    if (std::abs(found.x[1] - 1.0) < 1e-6) continue;
    const bool said =
        !found.solved || (!found.notes.empty() && found.notes[0].find("not a solution") != std::string::npos);
    CHECK(said);
  }
}

TEST_CASE("an indefinite preconditioner is called that") {
  LinearOptions options;
  options.method = LinearMethod::minres;
  options.preconditioner = PreconditionerKind::jacobi;
  const LinearSolution found =
      solve_linear(sparse_matrix(2, 2, {{0, 0, 1.0}, {1, 1, -2.0}}), std::vector{1.0, 3.0}, options);
  CHECK(!found.solved);
  CHECK(found.ending.find("preconditioner is not positive definite") != std::string::npos);
}

TEST_CASE("promises beyond the range of whole numbers are cut") {
  LinearComparisonOptions options;
  options.methods = {LinearMethod::gradient_descent};
  options.options.iterations.max_iterations = 10;
  const LinearComparison c =
      compare_linear(sparse_matrix(2, 2, {{0, 0, 1.0}, {1, 1, 1e300}}), std::vector{1.0, 1.0}, options);
  CHECK(c.promised(LinearMethod::gradient_descent, 1e-10) == 1000000000000000000);
}
