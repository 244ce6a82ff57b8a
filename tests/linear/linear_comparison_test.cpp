#include <thalweg/linear/linear_comparison.hpp>

#include <cmath>
#include <numeric>
#include <vector>

#include <doctest/doctest.h>
#include <Eigen/Dense>

#include "support/linear_systems.hpp"

using namespace thalweg;
using namespace test_support;

namespace {

LinearComparison of(const SparseMatrix& A, std::vector<LinearMethod> methods) {
  const std::vector<double> b(static_cast<std::size_t>(A.rows), 1.0);
  LinearComparisonOptions options;
  options.methods = std::move(methods);
  return compare_linear(A, b, options);
}

}  // namespace

TEST_CASE("a comparison holds a run for each method, the trace of direct ones their whole effort") {
  const LinearComparison c = of(poisson_2d(8), {LinearMethod::cg, LinearMethod::lu});
  REQUIRE(c.runs.size() == 2);
  CHECK(c.runs[0].solution.trace.size() == static_cast<std::size_t>(c.runs[0].solution.iterations) + 1);
  REQUIRE(c.runs[1].solution.trace.size() == 2);
  CHECK(c.runs[1].solution.trace[1].residual < 1e-14);
  CHECK(c.runs[1].solution.trace[1].seconds == c.runs[1].solution.seconds.total);
  CHECK(c.symmetric);
  const LinearComparison all = of(poisson_2d(8, 1.0), {});
  CHECK(all.runs.size() == all_linear_methods().size());
  CHECK(!all.symmetric);
  for (const LinearRun& run : all.runs)
    CHECK(run.refused.empty() ==
          (run.method != LinearMethod::cholesky && run.method != LinearMethod::ldlt &&
           run.method != LinearMethod::cholmod && run.method != LinearMethod::cg && run.method != LinearMethod::pcg &&
           run.method != LinearMethod::minres && run.method != LinearMethod::gradient_descent));
}

TEST_CASE("the spectrum of the Poisson matrix is the known one, and its promises are kept") {
  constexpr std::int64_t n = 15;
  const LinearComparison c = of(poisson_2d(n), {LinearMethod::cg, LinearMethod::gradient_descent});
  const double h = 1.0 / (n + 1), least = 8.0 * std::pow(std::sin(0.5 * M_PI * h), 2);
  CHECK(c.spectrum.values.front() == doctest::Approx(least));
  CHECK(c.spectrum.values.back() == doctest::Approx(8.0 - least));
  CHECK(c.definite);
  // The promises are of the error in the norm of A; the residual may need a factor of the condition number more.
  for (const LinearRun& run : c.runs) {
    const std::int64_t most = c.promised(run.method, 1e-10 / c.spectrum.condition());
    CHECK(most > 0);
    CHECK(run.solution.iterations <= most);
  }
  CHECK(of(saddle_point(8, 2), {LinearMethod::lu}).promised(LinearMethod::cg, 1e-10) == 0);
}

TEST_CASE("the pattern's fill is that of a Cholesky factor") {
  const SparseMatrix A = poisson_2d(9);
  const LinearComparison c = of(A, {LinearMethod::cholesky});
  REQUIRE(c.sparsity);
  CHECK(c.sparsity->matrix.entries == A.nonzeros());
  CHECK(c.sparsity->ordered.entries == A.nonzeros());
  // Without an order, by elimination of the dense matrix: what is not zero.
  Eigen::MatrixXd M = Eigen::MatrixXd::Zero(A.rows, A.rows);
  for (std::int64_t k = 0; k < A.columns; ++k)
    for (std::int64_t e = A.column_start[static_cast<std::size_t>(k)];
         e < A.column_start[static_cast<std::size_t>(k) + 1]; ++e)
      M(A.row[static_cast<std::size_t>(e)], k) = A.value[static_cast<std::size_t>(e)];
  const Eigen::MatrixXd L = M.llt().matrixL();
  CHECK(c.sparsity->natural_entries == 2 * (L.array() != 0.0).count() - A.rows);
  CHECK(c.sparsity->factor.entries < c.sparsity->natural_entries);
  CHECK(c.sparsity->factor.entries >= A.nonzeros());
  // A star eliminated from its centre fills all, from its tips nothing.
  Entries star;
  for (std::int64_t i = 0; i < 30; ++i) star.push_back({i, i, 40.0});
  for (std::int64_t i = 1; i < 30; ++i) {
    star.push_back({0, i, 1.0});
    star.push_back({i, 0, 1.0});
  }
  const LinearComparison s = of(sparse_matrix(30, 30, star), {LinearMethod::cholesky});
  CHECK(s.sparsity->natural_entries == 900);
  CHECK(s.sparsity->factor.entries == 88);
}
