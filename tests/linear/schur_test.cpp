#include <cmath>
#include <memory>
#include <string>
#include <vector>

#include <doctest/doctest.h>
#include <Eigen/QR>
#include <linear/schur/schur_solver.hpp>
#include <support/block_problems.hpp>
#include <thalweg/base/error.hpp>
#include <thalweg/linear/sparse_cholesky.hpp>

using namespace thalweg;
using namespace thalweg::test;

namespace {

using Preconditioner = IterativeOptions::Preconditioner;

struct Way {
  std::string name;
  bool eliminates;
  std::unique_ptr<ReducedSolver> (*make)();
};

IterativeOptions tight(bool form, Preconditioner preconditioner) { return {form, preconditioner, 1e-14, 5000}; }

/// Every way to a step.
std::vector<Way> ways() {
  std::vector<Way> all = {
      {"dense Schur", true, [] { return make_dense_reduced(); }},
      {"dense Cholesky", false, [] { return make_dense_reduced(); }},
      {"PCG, formed", true, [] { return make_iterative_reduced(tight(true, Preconditioner::schur_jacobi)); }},
      {"PCG, formed, blocks of U", true, [] { return make_iterative_reduced(tight(true, Preconditioner::jacobi)); }},
      {"PCG, products", true, [] { return make_iterative_reduced(tight(false, Preconditioner::schur_jacobi)); }},
      {"PCG, products, blocks of U", true, [] { return make_iterative_reduced(tight(false, Preconditioner::jacobi)); }},
      {"PCG on all columns", false, [] { return make_iterative_reduced(tight(false, Preconditioner::jacobi)); }}};
  all.push_back({"sparse Schur", true, [] { return make_sparse_reduced(); }});
  all.push_back({"sparse Cholesky", false, [] { return make_sparse_reduced(); }});
  if (sparse_cholesky_available()) all.push_back({"CHOLMOD", true, [] { return make_cholmod_reduced(); }});
  return all;
}

SchurSolver solver_of(BlockLeastSquares& system, const Way& way, int threads = 1, Precision rows = Precision::exact) {
  const auto layout = system.layout(way.eliminates);
  auto reduced = way.make();
  if (reduced->needs_matrix()) layout->reduce(2);
  SchurSolver solver(way.name, NormalEquations::make(layout, rows), std::move(reduced), threads);
  system.assemble(solver.equations(), threads);
  return solver;
}

std::vector<double> scales(const Eigen::MatrixXd& J) {
  std::vector<double> D;
  for (Eigen::Index j = 0; j < J.cols(); ++j) D.push_back(J.col(j).norm() > 0.0 ? J.col(j).norm() : 1.0);
  return D;
}

/// (JᵀJ + λD²)⁻¹ b by QR of the stacked matrix, which squares nothing.
Eigen::VectorXd reference(const Eigen::MatrixXd& J, double lambda, const std::vector<double>& D,
                          const Eigen::VectorXd& b) {
  const Eigen::Index m = J.rows(), n = J.cols();
  Eigen::MatrixXd A = Eigen::MatrixXd::Zero(m + n, n);
  A.topRows(m) = J;
  for (Eigen::Index j = 0; j < n; ++j) A(m + j, j) = std::sqrt(lambda) * D[static_cast<std::size_t>(j)];
  const Eigen::HouseholderQR<Eigen::MatrixXd> qr(A);
  const auto R = qr.matrixQR().topRows(n).triangularView<Eigen::Upper>();
  Eigen::VectorXd x = b;
  R.transpose().solveInPlace(x);
  R.solveInPlace(x);
  return x;
}

/// With which no two items read the same two blocks.
unsigned seed_of_single_reads(const Shape& shape) {
  unsigned seed = 0;
  while (!BlockLeastSquares(shape, seed).layout(true)->rank_two()) ++seed;
  return seed;
}

double difference(const std::vector<double>& x, const Eigen::VectorXd& y) {
  const Eigen::Map<const Eigen::VectorXd> mapped(x.data(), y.size());
  return (mapped - y).norm() / std::max(y.norm(), 1e-300);
}

}  // namespace

TEST_CASE("Schur equals dense equals sparse equals conjugate gradients, on problems of every shape") {
  constexpr double lambda = 1e-2;
  for (const Shape& shape : shapes())
    for (const bool first : {false, true})
      for (const Way& way : ways()) {
        if (way.eliminates && shape.landmarks.empty()) continue;
        BlockLeastSquares system(shape, 7, first);
        CAPTURE(shape.name);
        CAPTURE(way.name);
        SchurSolver solver = solver_of(system, way);
        const std::vector<double> D = scales(system.J);
        const Eigen::VectorXd g = system.J.transpose() * system.r;
        const Eigen::VectorXd expected = reference(system.J, lambda, D, -g);
        std::vector<double> step(D.size());
        REQUIRE(solver.solve(lambda, D.data(), step.data()) == LinearStatus::ok);
        CHECK(difference(step, expected) < 1e-10);

        CHECK(difference({solver.gradient().begin(), solver.gradient().end()}, g) < 1e-13);
        CHECK(difference({solver.column_norms().begin(), solver.column_norms().end()},
                         system.J.colwise().norm().transpose()) < 1e-13);
        CHECK(solver.squared_product(step.data()) ==
              doctest::Approx((system.J * expected).squaredNorm()).epsilon(1e-9));
        double scaled = 0.0;
        for (std::size_t j = 0; j < D.size(); ++j) scaled += D[j] * D[j] * step[j] * step[j];
        CHECK(solver.squared_step(lambda, std::sqrt(scaled), step.data()) ==
              doctest::Approx((system.J * expected).squaredNorm()).epsilon(1e-8));

        // The same linearisation, damped anew, and another right-hand side.
        const Eigen::VectorXd damped = reference(system.J, 7.0, D, -g);
        REQUIRE(solver.solve(7.0, D.data(), step.data()) == LinearStatus::ok);
        CHECK(difference(step, damped) < 1e-10);
        std::vector<double> b(D.size()), z(D.size());
        for (std::size_t j = 0; j < b.size(); ++j) b[j] = std::sin(static_cast<double>(j));
        REQUIRE(solver.solve_again(b.data(), z.data()) == LinearStatus::ok);
        CHECK(difference(z, reference(system.J, 7.0, D, Eigen::Map<Eigen::VectorXd>(b.data(), g.size()))) < 1e-10);
      }
}

TEST_CASE("rows in single precision give the step of the rounded Jacobian, and the exact gradient") {
  for (const int width : {3, 6, 7, 9})
    for (const int rows : {1, 2})
      for (const Way& way : ways()) {
        const Shape shape{"", copies(12, width), copies(30, 3), {{rows, 40, 1, true}}};
        if (!way.eliminates) continue;
        CAPTURE(width);
        CAPTURE(rows);
        CAPTURE(way.name);
        BlockLeastSquares system(shape, seed_of_single_reads(shape));
        SchurSolver solver = solver_of(system, way, 1, Precision::single_precision);
        REQUIRE(solver.equations().layout().rank_two());
        const std::vector<double> D = scales(system.J);
        const Eigen::VectorXd g = system.J.transpose() * system.r;
        const Eigen::MatrixXd rounded = system.J.cast<float>().cast<double>();
        std::vector<double> step(D.size());
        REQUIRE(solver.solve(1e-2, D.data(), step.data()) == LinearStatus::ok);
        CHECK(difference(step, reference(rounded, 1e-2, D, -g)) < 1e-10);
        CHECK(difference(step, reference(system.J, 1e-2, D, -g)) < 1e-4);
        CHECK(difference({solver.gradient().begin(), solver.gradient().end()}, g) < 1e-13);
        CHECK(difference({solver.column_norms().begin(), solver.column_norms().end()},
                         system.J.colwise().norm().transpose()) < 1e-7);
        CHECK(!solver.equations().outgrows_rows());

        solver.equations().keep_rows_exactly();
        system.assemble(solver.equations());
        REQUIRE(solver.solve(1e-2, D.data(), step.data()) == LinearStatus::ok);
        CHECK(difference(step, reference(system.J, 1e-2, D, -g)) < 1e-10);
      }
}

TEST_CASE("a factor in single precision gives steps to 1e-5, and way to one in double precision") {
  // Of points seen once the reduced system is what the damping leaves of it.
  for (const Shape& shape : {shapes()[0], shapes()[1], shapes()[3], shapes()[6]})
    for (const auto make : {make_dense_reduced, make_sparse_reduced}) {
      CAPTURE(shape.name);
      BlockLeastSquares system(shape, 9);
      const auto layout = system.layout(true);
      layout->reduce(2);
      SchurSolver solver("single precision", NormalEquations::make(layout), make(0.0), 1);
      system.assemble(solver.equations());
      const std::vector<double> D = scales(system.J);
      const Eigen::VectorXd g = system.J.transpose() * system.r;
      std::vector<double> step(D.size());
      for (const double lambda : {1e-1, 1e-3, 1e-5, 1e-7, 1e-2}) {
        CAPTURE(lambda);
        REQUIRE(solver.solve(lambda, D.data(), step.data()) == LinearStatus::ok);
        CHECK(difference(step, reference(system.J, lambda, D, -g)) < 1e-4);
      }
      solver.work_exactly();
      system.assemble(solver.equations());
      REQUIRE(solver.solve(1e-2, D.data(), step.data()) == LinearStatus::ok);
      CHECK(difference(step, reference(system.J, 1e-2, D, -g)) < 1e-10);
    }
}

TEST_CASE("conjugate gradients begin near the solution where the damping alone has changed") {
  const Shape shape = shapes().front();
  for (const Way& way : ways()) {
    if (!way.name.starts_with("PCG") || (way.eliminates && shape.landmarks.empty())) continue;
    CAPTURE(way.name);
    BlockLeastSquares system(shape, 7);
    const std::vector<double> D = scales(system.J);
    std::vector<double> step(D.size()), again(D.size());
    SchurSolver fresh = solver_of(system, way), solver = solver_of(system, way);
    REQUIRE(fresh.solve(1.001e-2, D.data(), step.data()) == LinearStatus::ok);
    REQUIRE(solver.solve(1e-2, D.data(), again.data()) == LinearStatus::ok);
    const std::int64_t before = solver.inner_iterations();
    REQUIRE(solver.solve(1.001e-2, D.data(), again.data()) == LinearStatus::ok);
    CHECK(solver.inner_iterations() - before < fresh.inner_iterations());
    CHECK(difference(again, Eigen::Map<const Eigen::VectorXd>(step.data(), static_cast<Eigen::Index>(step.size()))) <
          1e-10);
  }
}

TEST_CASE("assembly, elimination and substitution give the same bits with one thread and with two") {
  for (const Shape& shape : shapes())
    for (const Way& way : ways()) {
      if (way.eliminates && shape.landmarks.empty()) continue;
      CAPTURE(shape.name);
      CAPTURE(way.name);
      std::vector<double> steps[2];
      for (const int threads : {1, 2}) {
        BlockLeastSquares system(shape, 11);
        SchurSolver solver = solver_of(system, way, threads);
        const std::vector<double> D = scales(system.J);
        steps[threads - 1].resize(D.size());
        REQUIRE(solver.solve(1e-3, D.data(), steps[threads - 1].data()) == LinearStatus::ok);
      }
      CHECK(steps[0] == steps[1]);
    }
}

TEST_CASE("a landmark without information asks for damping, and is solved with it") {
  // A point that one observation of one row sees has a singular block.
  const Shape shape{"", copies(2, 6), copies(5, 3), {{1, 12, 1, true}}};
  BlockLeastSquares system(shape, 3);
  const Way way = ways().front();
  SchurSolver solver = solver_of(system, way);
  const std::vector<double> D = scales(system.J);
  std::vector<double> step(D.size());
  CHECK(solver.solve(0.0, D.data(), step.data()) == LinearStatus::retry);
  REQUIRE(solver.solve(1e-3, D.data(), step.data()) == LinearStatus::ok);
  CHECK(difference(step, reference(system.J, 1e-3, D, -system.J.transpose() * system.r)) < 1e-9);
}

TEST_CASE("blocks to eliminate are found where none is named, and refused where they meet") {
  Shape shape = shapes().front();
  BlockLeastSquares system(shape, 5);
  const std::vector<char> none(system.named.size(), 0);
  CHECK(choose_eliminated(system.structure, none).eliminated == system.named);
  CHECK(choose_eliminated(system.structure, system.named).count == 60);

  std::vector<char> cameras(system.named.size(), 0);
  cameras[0] = 1;
  CHECK_THROWS_WITH_AS(choose_eliminated(system.structure, cameras),
                       "a block of 9 components was named for elimination; expected at most 6", Error);
  BlockLeastSquares chain({"", copies(20, 3), {}, {{3, 40, 2, false}}}, 5);
  CHECK_THROWS_WITH_AS(choose_eliminated(chain.structure, std::vector<char>(20, 1)),
                       "a residual reads two of the blocks named for elimination; expected at most one", Error);
  CHECK(choose_eliminated(chain.structure, std::vector<char>(20, 0)).count == 0);
}

TEST_CASE("the factor of a step measures what is left to gain, where it is near enough") {
  for (const Shape& shape : shapes())
    for (const Way& way : ways()) {
      if (way.eliminates && shape.landmarks.empty()) continue;
      BlockLeastSquares system(shape, 7, false);
      CAPTURE(shape.name);
      CAPTURE(way.name);
      SchurSolver solver = solver_of(system, way);
      const std::vector<double> D = scales(system.J);
      std::vector<double> step(D.size());
      constexpr double any = 1e300;
      CHECK(!solver.decrement_by_last_factor(0.0, D.data(), any));  // nothing is factored yet
      const bool direct = way.name.rfind("PCG", 0) != 0;

      // The projection of r on the range of J, which may have columns of zeros.
      const Eigen::VectorXd nearest = system.J.completeOrthogonalDecomposition().solve(system.r);
      const double exact = 0.5 * (system.J * nearest).squaredNorm();
      constexpr double little = 1e-6;
      REQUIRE(solver.solve(little, D.data(), step.data()) == LinearStatus::ok);
      const auto decrement = solver.decrement_by_last_factor(little, D.data(), any);
      REQUIRE(decrement.has_value() == direct);
      if (!direct) continue;
      CHECK(*decrement == doctest::Approx(exact).epsilon(1e-3));
      CHECK(!solver.decrement_by_last_factor(little, D.data(), 0.5 * exact));

      // So much damping hides the small singular values of J.
      constexpr double much = 1e3;
      REQUIRE(solver.solve(much, D.data(), step.data()) == LinearStatus::ok);
      if (const auto rough = solver.decrement_by_last_factor(much, D.data(), any))
        CHECK(*rough == doctest::Approx(exact).epsilon(1e-3));
    }
}
