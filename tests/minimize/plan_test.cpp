// What a solve will use, and what it then does use.
#include <minimize/system/plan.hpp>

#include <doctest/doctest.h>

#include <vector>

#include <thalweg/minimize/solve.hpp>

using namespace thalweg;

TEST_CASE("the plan's linear solver is the one that a solve uses, for the same reason") {
  Problem problem;
  const auto p = problem.add_parameters("p", Vec<double, 2>{1.0, 1.0});
  const std::vector<double> x = {1, 2, 3, 4}, y = {2, 3, 5, 6};
  problem.add_residuals(
      "f", [](const auto& q, double xi, double yi) { return q[0] + q[1] * xi - yi; }, p, x, y);
  for (const auto kind : {LinearSolverKind::automatic, LinearSolverKind::dense_qr, LinearSolverKind::dense_cholesky}) {
    const LinearChoice choice = choose_linear_solver(kind, 2);
    const Result result = solve(problem, {.linear_solver = kind});
    CHECK(choice.kind != LinearSolverKind::automatic);
    CHECK(result.linear_solver == to_string(choice.kind));
    CHECK(result.linear_solver_reason == choice.reason);
  }
  CHECK(choose_linear_solver(LinearSolverKind::automatic, 1).reason.starts_with("1 parameter: "));
}

TEST_CASE("memory: so many copies of the Jacobian") {
  const double jacobian = 8.0 * 1e6 * 6;
  const auto copies = [&](const Options& options) { return memory_of_solve(options, 1'000'000, 5) / jacobian; };
  // State, trial, QR of the step and of the polish; residuals beside them.
  CHECK(copies({}) == doctest::Approx(4.5));
  CHECK(copies({.polish = false}) == doctest::Approx(3.5));
  CHECK(copies({.polish = false, .linear_solver = LinearSolverKind::dense_cholesky}) == doctest::Approx(2.5));
  CHECK(copies({.method = Method::bfgs}) == doctest::Approx(1.0));
  // Few rows and many columns: matrices over the columns count.
  CHECK(memory_of_solve({.method = Method::newton}, 8, 1000) > 8.0 * 3e6);
  CHECK(memory_of_solve({.method = Method::lbfgs, .memory = 7}, 8, 1000) < 8.0 * 1e5);
}
