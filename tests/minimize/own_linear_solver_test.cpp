// A linear solver that a program brings along.
#include <cmath>
#include <string>
#include <vector>

#include <doctest/doctest.h>
#include <Eigen/Cholesky>
#include <thalweg/linear/linear_solver.hpp>
#include <thalweg/minimize/solve.hpp>

using namespace thalweg;

namespace {

/// The normal equations by Eigen's LDLᵀ.
class NormalEquations final : public LinearSolver {
 public:
  std::string_view name() const override { return "normal equations"; }
  std::span<const double> gradient() const override { return gradient_; }
  std::span<const double> column_norms() const override { return norms_; }

  LinearStatus linearize(const DenseMatrix& J, const double* r, std::span<const char> held) override {
    ++linearizations;
    const auto m = J.rows(), n = J.columns();
    J_.resize(m, n);
    for (std::int64_t j = 0; j < n; ++j)
      for (std::int64_t i = 0; i < m; ++i)
        J_(i, j) = held.empty() || !held[static_cast<std::size_t>(j)] ? J(i, j) : 0.0;
    held_.assign(held.begin(), held.end());
    const Eigen::VectorXd g = J_.transpose() * Eigen::Map<const Eigen::VectorXd>(r, m), norms = J_.colwise().norm();
    gradient_.assign(g.begin(), g.end());
    norms_.assign(norms.begin(), norms.end());
    return g.allFinite() ? LinearStatus::ok : LinearStatus::fatal;
  }
  LinearStatus solve(double lambda, const double* D, double* step) override {
    Eigen::MatrixXd A = J_.transpose() * J_;
    for (Eigen::Index j = 0; j < A.rows(); ++j) {
      A(j, j) += lambda * D[j] * D[j];
      if (!held_.empty() && held_[static_cast<std::size_t>(j)]) A(j, j) = 1.0;
    }
    factor_.compute(A);
    if (factor_.info() != Eigen::Success || !factor_.isPositive()) return LinearStatus::retry;
    std::vector<double> right(gradient_);
    for (double& v : right) v = -v;
    return solve_again(right.data(), step);
  }
  LinearStatus solve_again(const double* b, double* z) override {
    const Eigen::VectorXd solution = factor_.solve(Eigen::Map<const Eigen::VectorXd>(b, J_.cols()));
    std::copy(solution.begin(), solution.end(), z);
    return solution.allFinite() ? LinearStatus::ok : LinearStatus::retry;
  }
  double squared_product(const double* v) const override {
    return (J_ * Eigen::Map<const Eigen::VectorXd>(v, J_.cols())).squaredNorm();
  }

  int linearizations = 0;

 private:
  Eigen::MatrixXd J_;
  Eigen::LDLT<Eigen::MatrixXd> factor_;
  std::vector<double> gradient_, norms_;
  std::vector<char> held_;
};

struct Decay {
  Decay() : p(problem.add_parameters("p", Vec<double, 2>{1.0, 1.0})) {
    const std::vector<double> t = {0, 1, 2, 3, 4, 5}, y = {5.1, 3.2, 1.9, 1.3, 0.7, 0.5};
    problem.add_residuals(
        "decay", [](const auto& q, double ti, double yi) { return q[0] * exp(-q[1] * ti) - yi; }, p, t, y);
  }
  Problem problem;
  Parameters<2> p;
};

}  // namespace

TEST_CASE("a linear solver of one's own gives the steps of every method on residuals") {
  Decay decay;
  for (const Method method : {Method::levenberg_marquardt, Method::levenberg, Method::gauss_newton, Method::dogleg,
                              Method::subspace_dogleg}) {
    CAPTURE(to_string(method));
    NormalEquations own;
    Solver solver(decay.problem);
    solver.use(own);
    const Result result = solver.solve({.method = method}), plain = solve(decay.problem, {.method = method});
    CHECK(result.converged());
    CHECK(own.linearizations > 3);
    CHECK(result.linear_solver == "normal equations");
    CHECK(result.linear_solver_reason == "your own");
    for (std::size_t j = 0; j < 2; ++j) CHECK(result.x[j] == doctest::Approx(plain.x[j]).epsilon(1e-9));
  }
}

TEST_CASE("a linear solver of one's own keeps what is held on its bound") {
  Decay decay;
  decay.problem.set_bounds(decay.p, 1, 0.0, 0.3);
  NormalEquations own;
  Solver solver(decay.problem);
  solver.use(own);
  const Result result = solver.solve(), plain = solve(decay.problem);
  CHECK(result.converged());
  CHECK(result.x[1] == 0.3);
  CHECK(result.x[0] == doctest::Approx(plain.x[0]).epsilon(1e-8));
}

TEST_CASE("what a linear solver of one's own does not serve is refused") {
  Decay decay;
  NormalEquations own;
  Solver solver(decay.problem);
  solver.use(own);
  CHECK_THROWS_WITH_AS(solver.solve({.method = Method::bfgs}), doctest::Contains("bfgs solves no linear systems"),
                       Error);
  CHECK_THROWS_WITH_AS(solver.solve({.linear_solver = LinearSolverKind::dense_qr}),
                       doctest::Contains("the options name a linear solver"), Error);
}
