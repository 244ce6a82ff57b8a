#include <cmath>
#include <memory>
#include <random>

#include <doctest/doctest.h>
#include <support/capture.hpp>
#include <thalweg/linear/dense_cholesky.hpp>
#include <thalweg/linear/dense_qr.hpp>

#include <Eigen/Dense>

using namespace thalweg;

namespace {

struct System {
  Eigen::MatrixXd J;
  Eigen::VectorXd r, D;
  DenseMatrix dense;
  AlignedArray residual;
};

System random_system(int m, int n, unsigned seed, double spread = 0.0) {
  std::mt19937 random(seed);
  std::normal_distribution<double> normal;
  System s{Eigen::MatrixXd(m, n), Eigen::VectorXd(m), Eigen::VectorXd(n), DenseMatrix(m, n), AlignedArray(m)};
  for (int j = 0; j < n; ++j) {
    const double scale = std::pow(10.0, spread * (j - n / 2));
    for (int i = 0; i < m; ++i) s.J(i, j) = s.dense(i, j) = scale * normal(random);
    s.D[j] = s.J.col(j).norm();
  }
  for (int i = 0; i < m; ++i) s.r[i] = s.residual[i] = normal(random);
  return s;
}

/// The damped problem, stacked and solved by Eigen's pivoted QR: the other route.
Eigen::VectorXd reference(const System& s, double lambda) {
  const auto m = s.J.rows(), n = s.J.cols();
  const Eigen::VectorXd inverse = s.D.cwiseInverse();  // unit columns: pivoting takes tiny ones for dependent
  Eigen::MatrixXd A(m + n, n);
  A.topRows(m) = s.J * inverse.asDiagonal();
  A.bottomRows(n) = std::sqrt(lambda) * Eigen::MatrixXd::Identity(n, n);
  Eigen::VectorXd b = Eigen::VectorXd::Zero(m + n);
  b.head(m) = -s.r;
  return inverse.cwiseProduct(A.colPivHouseholderQr().solve(b));
}

std::unique_ptr<LinearSolver> make(bool qr) {
  if (qr) return std::make_unique<DenseQr>();
  return std::make_unique<DenseCholesky>();
}

}  // namespace

TEST_CASE("both solvers agree with a stacked least-squares solve, for every shape and damping") {
  for (const bool qr : {true, false})
    for (const auto& [m, n] : {std::pair{3, 1}, {6, 2}, {14, 2}, {16, 3}, {37, 7}, {250, 8}, {9, 9}, {200, 40}})
      for (const double lambda : {0.0, 1e-6, 1e-3, 1.0, 1e4}) {
        CAPTURE(qr);
        CAPTURE_BINDING(m);
        CAPTURE_BINDING(n);
        CAPTURE(lambda);
        const System s = random_system(m, n, 7u * static_cast<unsigned>(m + n), 0.5);
        const auto solver = make(qr);
        REQUIRE(solver->linearize(s.dense, s.residual.data(), {}) == LinearStatus::ok);
        Eigen::VectorXd step(n), again(n);
        REQUIRE(solver->solve(lambda, s.D.data(), step.data()) == LinearStatus::ok);
        const Eigen::VectorXd expected = reference(s, lambda), scaled = s.D.cwiseProduct(step - expected);
        const double tolerance = (qr ? 1e-11 : 1e-8) * s.D.cwiseProduct(expected).norm();
        CHECK(scaled.norm() <= tolerance);
        const Eigen::VectorXd g = s.J.transpose() * s.r;
        for (int j = 0; j < n; ++j) {
          CHECK(solver->gradient()[static_cast<std::size_t>(j)] ==
                doctest::Approx(g[j]).epsilon(1e-12).scale(s.D[j] * s.r.norm()));
          CHECK(solver->column_norms()[static_cast<std::size_t>(j)] == doctest::Approx(s.D[j]).epsilon(1e-13));
        }
        CHECK(solver->squared_product(step.data()) == doctest::Approx((s.J * step).squaredNorm()).epsilon(1e-9));
        const Eigen::VectorXd b = -g;
        REQUIRE(solver->solve_again(b.data(), again.data()) == LinearStatus::ok);
        CHECK(s.D.cwiseProduct(again - expected).norm() <= 1e4 * tolerance);
      }
}

TEST_CASE("of r the m numbers are read, and nothing behind them") {
  for (const int m : {5, 8, 9}) {
    const System s = random_system(m, 3, 7);
    std::vector<double> guarded(static_cast<std::size_t>(m) + 16, std::nan(""));
    std::copy_n(s.residual.data(), m, guarded.begin());
    const std::vector<double> alone(guarded.begin(), guarded.begin() + m);  // a sanitizer sees what lies behind
    for (const bool qr : {true, false})
      for (const double* r : {static_cast<const double*>(guarded.data()), alone.data()}) {
        const auto solver = make(qr);
        REQUIRE(solver->linearize(s.dense, r, {}) == LinearStatus::ok);
        Eigen::VectorXd step(3);
        REQUIRE(solver->solve(0.0, s.D.data(), step.data()) == LinearStatus::ok);
        CHECK((step - reference(s, 0.0)).norm() <= 1e-10);
      }
  }
}

TEST_CASE("held columns do not move, the others solve the reduced problem") {
  const System s = random_system(20, 4, 3);
  System reduced = random_system(20, 4, 3);
  reduced.J.col(1).setZero();
  const std::vector<char> held = {0, 1, 0, 0};
  for (const bool qr : {true, false})
    for (const double lambda : {0.0, 0.1}) {
      const auto solver = make(qr);
      REQUIRE(solver->linearize(s.dense, s.residual.data(), held) == LinearStatus::ok);
      Eigen::VectorXd step(4);
      REQUIRE(solver->solve(lambda, s.D.data(), step.data()) == LinearStatus::ok);
      CHECK(step[1] == 0.0);
      const Eigen::VectorXd expected = reference(reduced, lambda);
      for (const int j : {0, 2, 3}) CHECK(step[j] == doctest::Approx(expected[j]).epsilon(1e-10));
      CHECK(solver->gradient()[1] == 0.0);
    }
}

TEST_CASE("a singular matrix asks for damping, numbers that are not finite are fatal") {
  System s = random_system(12, 3, 5);
  for (int i = 0; i < 12; ++i) s.dense(i, 2) = 0.0;
  Eigen::VectorXd step(3), D = Eigen::VectorXd::Ones(3);
  for (const bool qr : {true, false}) {
    const auto solver = make(qr);
    REQUIRE(solver->linearize(s.dense, s.residual.data(), {}) == LinearStatus::ok);
    CHECK(solver->solve(0.0, D.data(), step.data()) == LinearStatus::retry);
    CHECK(solver->solve(1e-3, D.data(), step.data()) == LinearStatus::ok);
    CHECK(std::abs(step[2]) < 1e-12);
  }
  s.dense(4, 1) = NAN;
  for (const bool qr : {true, false}) CHECK(make(qr)->linearize(s.dense, s.residual.data(), {}) == LinearStatus::fatal);
}

TEST_CASE("QR keeps the digits that the normal equations lose") {
  // Läuchli's matrix: with ε = 1e-9, JᵀJ is singular in double precision, J is not.
  const double e = 1e-9;
  DenseMatrix J(3, 2);
  J(0, 0) = J(0, 1) = 1.0;
  J(1, 0) = J(2, 1) = e;
  AlignedArray r(3);
  r[0] = -2.0;
  r[1] = r[2] = -e;
  const double D[] = {1.0, 1.0};
  double step[2];
  DenseQr qr;
  REQUIRE(qr.linearize(J, r.data(), {}) == LinearStatus::ok);
  REQUIRE(qr.solve(0.0, D, step) == LinearStatus::ok);
  CHECK(step[0] == doctest::Approx(1.0).epsilon(1e-6));
  CHECK(step[1] == doctest::Approx(1.0).epsilon(1e-6));
  DenseCholesky cholesky;
  REQUIRE(cholesky.linearize(J, r.data(), {}) == LinearStatus::ok);
  CHECK(cholesky.solve(0.0, D, step) == LinearStatus::retry);
}

TEST_CASE("the minimum-norm step of a rank-deficient J, in the metric of D and in any unit") {
  // Columns 0 and 2 are equal, so that δ₀ + δ₂ is determined and the rest is not.
  for (const double unit : {1e-30, 1.0, 1e30}) {
    System s = random_system(12, 3, 5);
    for (int i = 0; i < 12; ++i) s.dense(i, 2) = unit * s.dense(i, 0);
    DenseQr qr;
    REQUIRE(qr.linearize(s.dense, s.residual.data(), {}) == LinearStatus::ok);
    const double D[] = {2.0, 3.0, 1.0 * unit};
    double step[3];
    REQUIRE(qr.minimum_norm(D, step) == LinearStatus::ok);
    // Of (a, b) with a + b given the least 4a² + b² has b = 4a.
    CHECK(unit * step[2] == doctest::Approx(4.0 * step[0]).epsilon(1e-12));
    for (int j = 0; j < 3; ++j) {  // Jᵀ(Jδ + r) = 0
      double g = qr.gradient()[j];
      for (int i = 0; i < 12; ++i) {
        double row = 0.0;
        for (int k = 0; k < 3; ++k) row += s.dense(i, k) * step[k];
        g += s.dense(i, j) * row;
      }
      CHECK(std::abs(g) <= 1e-12 * qr.column_norms()[j]);
    }
  }
}

TEST_CASE("of full rank the minimum-norm step is the undamped one") {
  const System s = random_system(12, 3, 5);
  DenseQr qr;
  REQUIRE(qr.linearize(s.dense, s.residual.data(), {}) == LinearStatus::ok);
  const double D[] = {2.0, 3.0, 1.0};
  double least[3], undamped[3];
  REQUIRE(qr.minimum_norm(D, least) == LinearStatus::ok);
  REQUIRE(qr.solve(0.0, D, undamped) == LinearStatus::ok);
  for (int j = 0; j < 3; ++j) CHECK(least[j] == undamped[j]);
}
