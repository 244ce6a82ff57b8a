#include <cmath>
#include <utility>

#include <thalweg/linear/block_cholesky.hpp>
#include <thalweg/linear/dense_cholesky.hpp>
#include <thalweg/linear/dense_qr.hpp>
#include <thalweg/linear/sparse_cholesky.hpp>

#include "containers.hpp"

namespace containers {
namespace {

using namespace thalweg;

template <class Cholesky>
void factorise(Cholesky cholesky) {
  const std::vector<std::pair<std::int32_t, std::int32_t>> pairs = {{1, 0}};
  const BlockPattern pattern = block_pattern({2, 1}, pairs);
  check(pattern.order() == 3 && pattern.offsets().size() == 3 && pattern.find(0, 1) >= 0, "a pattern");
  check(cholesky.analyze(pattern) == LinearStatus::ok, "an analysis");
  const double A[4] = {4, 1, 1, 5}, B[2] = {1, 2}, C[1] = {6};
  cholesky.set_block(0, A, 2);
  cholesky.set_block(1, B, 1);
  cholesky.set_block(2, C, 1);
  std::vector<double> x = {6, 8, 9}, column(3);
  check(cholesky.factor() == LinearStatus::ok && cholesky.solve(x.data(), x.data()) == LinearStatus::ok, "a solve");
  check(std::abs(x[0] - 1) < 1e-14 && std::abs(x[1] - 1) < 1e-14 && std::abs(x[2] - 1) < 1e-14, "its solution");
  const std::vector<std::int64_t> wanted = {1};
  check(cholesky.inverse_columns(wanted, column.data()) == LinearStatus::ok && column[1] > 0.0, "an inverse's column");
  const Cholesky moved = std::move(cholesky);
  check(moved.facts().order == 3, "a factorisation is moved");
}

template <class Solver>
void solve_dense() {
  DenseMatrix J(9, 2);
  std::vector<double> r(9), step(2);
  for (std::int64_t i = 0; i < 9; ++i) {
    J(i, 0) = 1.0;
    J(i, 1) = static_cast<double>(i);
    r[static_cast<std::size_t>(i)] = 2.0 - static_cast<double>(i);
  }
  Solver solver;
  const std::vector<char> held = {0, 0};
  check(solver.linearize(J, r.data(), held) == LinearStatus::ok, "a linearisation");
  check(solver.solve(0.0, solver.column_norms().data(), step.data()) == LinearStatus::ok, "a dense solve");
  check(std::abs(step[0] + 2.0) < 1e-12 && std::abs(step[1] - 1.0) < 1e-12 && solver.gradient().size() == 2,
        "its step");
}

}  // namespace

void linear() {
  factorise(BlockCholesky());
#if THALWEG_CHOLMOD
  factorise(SparseCholesky());
#endif
  check(sparse_cholesky_available() != sparse_cholesky_libraries().empty(), "the libraries' names");
  solve_dense<DenseQr>();
  solve_dense<DenseCholesky>();
  DenseMatrix A(20, 3), R(2, 3);
  for (std::int64_t j = 0; j < 3; ++j)
    for (std::int64_t i = 0; i < 20; ++i) A(i, j) = std::cos(static_cast<double>(i * (j + 1)));
  householder_qr(A, 2, R);
  check(R.rows() == 2 && R.columns() == 3, "a triangle");
}

}  // namespace containers
