// J by its rows, and steps by Krylov methods on them, beside dense algebra.
#include <cstdint>
#include <memory>
#include <random>
#include <vector>

#include <doctest/doctest.h>
#include <Eigen/Dense>
#include <linear/rows/row_solver.hpp>

using namespace thalweg;

namespace {

/// Items of two components that each read two of five blocks of two and three columns; some read one that is fixed.
BlockStructure structure() {
  BlockStructure s;
  s.dimension = {2, 2, 3, 3, 3};
  s.first = {0, 2, 4, 7, 10, 13};
  ResidualPattern& pattern = s.groups.emplace_back();
  pattern.dimension = 2;
  pattern.items = 40;
  pattern.slots.resize(2);
  pattern.slots[0].dimension = 2;
  pattern.slots[1].dimension = 3;
  for (std::int32_t i = 0; i < 40; ++i) {
    pattern.slots[0].block.push_back(i % 7 == 6 ? -1 : i % 2);
    pattern.slots[1].block.push_back(2 + i % 3);
  }
  return s;
}

struct Filled {
  BlockStructure pattern = structure();
  std::unique_ptr<JacobianRows> rows = std::make_unique<JacobianRows>(pattern);
  Eigen::MatrixXd J = Eigen::MatrixXd::Zero(80, 13);
  Eigen::VectorXd r{80};

  Filled() {
    std::mt19937_64 random(3);
    std::normal_distribution<double> normal;
    const ResidualPattern& group = pattern.groups[0];
    for (std::int64_t begin = 0; begin < 40; begin += 16) {
      const std::int64_t end = std::min<std::int64_t>(40, begin + 16);
      std::vector<std::vector<double>> residual(2, std::vector<double>(16)), values(10, std::vector<double>(16));
      for (auto* arrays : {&residual, &values})
        for (auto& array : *arrays)
          for (double& v : array) v = normal(random);
      std::vector<const double*> at_residual, at_values;
      for (const auto& array : residual) at_residual.push_back(array.data());
      for (const auto& array : values) at_values.push_back(array.data());
      rows->store(0, {begin, end, at_residual.data(), at_values.data()});
      for (std::int64_t i = begin; i < end; ++i)
        for (int k = 0; k < 2; ++k) {
          r[2 * i + k] = residual[static_cast<std::size_t>(k)][static_cast<std::size_t>(i - begin)];
          int local = 0;
          for (const auto& slot : group.slots) {
            const std::int32_t block = slot.block[static_cast<std::size_t>(i)];
            for (int c = 0; c < slot.dimension; ++c, ++local)
              if (block >= 0)
                J(2 * i + k, pattern.first[static_cast<std::size_t>(block)] + c) =
                    values[static_cast<std::size_t>(5 * k + local)][static_cast<std::size_t>(i - begin)];
          }
        }
    }
    rows->close(1);
  }
};

}  // namespace

TEST_CASE("rows of J: products, gradient and column norms are those of the matrix") {
  const Filled f;
  const Eigen::VectorXd x = Eigen::VectorXd::LinSpaced(13, -1.0, 2.0), u = Eigen::VectorXd::LinSpaced(80, 3.0, -1.0);
  for (const int threads : {1, 2}) {
    Eigen::VectorXd y(80), z(13);
    f.rows->multiply(x.data(), y.data(), threads);
    f.rows->multiply_transposed(u.data(), z.data(), threads);
    CHECK((y - f.J * x).norm() < 1e-12);
    CHECK((z - f.J.transpose() * u).norm() < 1e-12);
  }
  const Eigen::VectorXd gradient = f.J.transpose() * f.r, norms = f.J.colwise().norm();
  CHECK((Eigen::Map<const Eigen::VectorXd>(f.rows->gradient().data(), 13) - gradient).norm() < 1e-12);
  CHECK((Eigen::Map<const Eigen::VectorXd>(f.rows->column_norms().data(), 13) - norms).norm() < 1e-12);
}

TEST_CASE("LSQR, LSMR and MINRES on rows solve the damped equations, of any right-hand side") {
  for (const KrylovMethod method : {KrylovMethod::lsqr, KrylovMethod::lsmr, KrylovMethod::minres}) {
    Filled f;
    const Eigen::VectorXd D = Eigen::VectorXd::LinSpaced(13, 0.5, 2.0), b = Eigen::VectorXd::LinSpaced(13, 1.0, -3.0);
    for (const double lambda : {0.0, 0.3}) {
      const Eigen::MatrixXd H = f.J.transpose() * f.J + lambda * Eigen::MatrixXd(D.cwiseAbs2().asDiagonal());
      RowSolver solver("krylov", method, std::make_unique<JacobianRows>(*f.rows), 1);
      solver.set_tolerance(1e-12);
      Eigen::VectorXd step(13), z(13);
      CHECK(solver.solve(lambda, D.data(), step.data()) == LinearStatus::ok);
      CHECK((step + H.ldlt().solve(f.J.transpose() * f.r)).norm() < 1e-9);
      CHECK(usable(solver.solve_again(b.data(), z.data())));
      CHECK((z - H.ldlt().solve(b)).norm() < 1e-9);
      CHECK(solver.squared_product(step.data()) == doctest::Approx((f.J * step).squaredNorm()).epsilon(1e-12));
      solver.product(b.data(), z.data());
      CHECK((z - f.J.transpose() * (f.J * b)).norm() < 1e-9);
    }
  }
}

TEST_CASE("a loose tolerance takes fewer iterations, and leaves that part of the gradient") {
  Filled f;
  const Eigen::VectorXd D = Eigen::VectorXd::Ones(13);
  RowSolver solver("lsmr", KrylovMethod::lsmr, std::make_unique<JacobianRows>(*f.rows), 1);
  solver.set_tolerance(0.1);
  Eigen::VectorXd step(13);
  REQUIRE(solver.solve(0.0, D.data(), step.data()) == LinearStatus::ok);
  const Eigen::VectorXd scale = f.J.colwise().norm().cwiseInverse();
  const Eigen::VectorXd before = scale.cwiseProduct(f.J.transpose() * f.r);
  const Eigen::VectorXd left = scale.cwiseProduct(f.J.transpose() * (f.r + f.J * step));
  CHECK(left.norm() <= 0.1 * before.norm() * (1.0 + 1e-9));
  CHECK(left.norm() > 1e-9 * before.norm());
}
