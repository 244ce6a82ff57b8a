// A program that uses Eigen itself: its inline functions of Eigen must not take the place of the library's, nor the
// other way round. What is used here the library uses inside, too.
#include <memory>

#include <Eigen/Dense>

#include <thalweg/models/regression.hpp>

#include "containers.hpp"

namespace containers {
namespace {

/// A residual that owns a matrix of its own.
struct Projected {
  std::shared_ptr<Eigen::MatrixXd> rows;
  Eigen::VectorXd target;
  template <class P>
  auto operator()(const P& p, int i) const {
    return (*rows)(i, 0) * p[0] + (*rows)(i, 1) * p[1] - target[i];
  }
};

double conditioned(int n) {
  Eigen::MatrixXd A = Eigen::MatrixXd::Random(n, n);
  A = (A * A.transpose()).eval() + n * Eigen::MatrixXd::Identity(n, n);
  const Eigen::VectorXd b = Eigen::VectorXd::LinSpaced(n, -1.0, 1.0);
  const Eigen::LLT<Eigen::MatrixXd> llt(A);
  const Eigen::LDLT<Eigen::MatrixXd> ldlt(A);
  const Eigen::ColPivHouseholderQR<Eigen::MatrixXd> qr(A);
  const Eigen::JacobiSVD<Eigen::MatrixXd> svd(A, Eigen::ComputeThinU | Eigen::ComputeThinV);
  const Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd> eigen(A);
  A.conservativeResize(n + 3, n + 1);
  return (llt.solve(b) - qr.solve(b)).norm() + (ldlt.solve(b) - svd.solve(b)).norm() +
         (eigen.eigenvectors().transpose() * eigen.eigenvectors() - Eigen::MatrixXd::Identity(n, n)).norm();
}

}  // namespace

void own_matrices() {
  for (const int n : {1, 2, 3, 5, 8, 17, 40}) check(conditioned(n) < 1e-8, "this program's own linear algebra");

  // Between them, what the library does with Eigen inside: factored Hessians, quasi-Newton matrices, eigenvalues.
  for (const thalweg::Method method :
       {thalweg::Method::levenberg_marquardt, thalweg::Method::newton, thalweg::Method::bfgs, thalweg::Method::lbfgs,
        thalweg::Method::newton_cg, thalweg::Method::nonlinear_cg, thalweg::Method::dogleg}) {
    Fit fit;
    fit.problem.set_start(fit.p, thalweg::Vec<double, 2>{8.0, 0.3});
    const thalweg::Result result = thalweg::solve(fit.problem, {.method = method});
    check(result.converged(), "every method solves beside a program that uses Eigen");
  }
  const thalweg::Problem problem = [] {
    thalweg::Problem made;
    const auto p = made.add_parameters("p", thalweg::Vec<double, 2>{0.0, 0.0});
    const Projected residual{std::make_shared<Eigen::MatrixXd>(Eigen::MatrixXd::Random(20, 2)),
                             Eigen::VectorXd::Random(20)};
    std::vector<int> rows(20);
    for (int i = 0; i < 20; ++i) rows[static_cast<std::size_t>(i)] = i;
    made.add_residuals("projected", residual, p, rows);
    return made;
  }();
  check(thalweg::solve(problem).converged(), "a residual that owns matrices");

  thalweg::RegressionData data{
      .inputs = {"a", "b"}, .x = {{1, 2, 3, 4, 5}, {2, 1, 4, 3, 6}}, .y = {1, 2, 2, 4, 5}, .classes = {}};
  const thalweg::RegressionModel model({}, data);
  check(thalweg::solve_linear(model).size() == 3, "a regression in closed form");
}

}  // namespace containers
