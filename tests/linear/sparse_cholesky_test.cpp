#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include <doctest/doctest.h>
#include <support/block_systems.hpp>
#include <support/capture.hpp>
#include <thalweg/base/error.hpp>
#include <thalweg/linear/sparse_cholesky.hpp>

using namespace thalweg;
using namespace thalweg::test;

TEST_CASE("the build says whether it has CHOLMOD, and which") {
  CHECK(sparse_cholesky_available() == (THALWEG_CHOLMOD != 0));
  CHECK(sparse_cholesky_libraries().starts_with("CHOLMOD ") == sparse_cholesky_available());
}

#if THALWEG_CHOLMOD

namespace {

constexpr Ordering orderings[] = {Ordering::automatic, Ordering::amd, Ordering::metis, Ordering::natural};

/// Sets every block with a leading dimension larger than its rows, and junk above the diagonal, which is not to be
/// read.
void set_blocks(SparseCholesky& cholesky, const BlockPattern& pattern, const BlockSystem& system) {
  for (std::int32_t c = 0; c < pattern.block_columns(); ++c)
    for (std::int64_t k = pattern.column_start[c]; k < pattern.column_start[c + 1]; ++k) {
      const Eigen::MatrixXd& block = system.blocks[static_cast<std::size_t>(k)];
      Eigen::MatrixXd padded = Eigen::MatrixXd::Constant(block.rows() + 2, block.cols(), 1e300);
      padded.topRows(block.rows()) = block;
      if (k == pattern.column_start[c])
        for (Eigen::Index j = 0; j < block.cols(); ++j) padded.col(j).head(j).setConstant(std::nan(""));
      cholesky.set_block(k, padded.data(), static_cast<int>(padded.rows()));
    }
}

Eigen::VectorXd solved(SparseCholesky& cholesky, const Eigen::VectorXd& b) {
  Eigen::VectorXd x(b.size());
  REQUIRE(cholesky.solve(b.data(), x.data()) == LinearStatus::ok);
  return x;
}

BlockPattern chain() { return uniform(20, 3, band(20, 1)); }

/// Large enough for supernodes.
BlockPattern heavy() { return uniform(900, 6, grid(30)); }

BlockSystem without_dense(const BlockPattern& pattern) {
  BlockSystem system;
  std::mt19937 random(3);
  std::uniform_real_distribution<double> value(-1.0, 1.0);
  for (std::int32_t c = 0; c < pattern.block_columns(); ++c)
    for (std::int64_t k = pattern.column_start[c]; k < pattern.column_start[c + 1]; ++k) {
      const int rows = pattern.dimension[pattern.row[static_cast<std::size_t>(k)]], columns = pattern.dimension[c];
      system.blocks.push_back(Eigen::MatrixXd::NullaryExpr(rows, columns, [&] { return value(random); }));
      if (k == pattern.column_start[c]) system.blocks.back().diagonal().array() += 30.0;
    }
  return system;
}

/// Ax for the blocks of the lower triangle.
Eigen::VectorXd product(const BlockPattern& pattern, const BlockSystem& system, const Eigen::VectorXd& x) {
  const auto offset = pattern.offsets();
  Eigen::VectorXd y = Eigen::VectorXd::Zero(x.size());
  for (std::int32_t c = 0; c < pattern.block_columns(); ++c)
    for (std::int64_t k = pattern.column_start[c]; k < pattern.column_start[c + 1]; ++k) {
      const std::int32_t r = pattern.row[static_cast<std::size_t>(k)];
      const auto& block = system.blocks[static_cast<std::size_t>(k)];
      const auto in_c = x.segment(offset[c], block.cols());
      if (r == c) {
        y.segment(offset[c], block.cols()) += block.selfadjointView<Eigen::Lower>() * in_c;
      } else {
        y.segment(offset[r], block.rows()) += block * in_c;
        y.segment(offset[c], block.cols()) += block.transpose() * x.segment(offset[r], block.rows());
      }
    }
  return y;
}

}  // namespace

TEST_CASE("solves equal dense Cholesky on every pattern and in every ordering") {
  for (const auto& [name, pattern] : block_patterns())
    for (const Ordering ordering : orderings) {
      CAPTURE_BINDING(name);
      CAPTURE(static_cast<int>(ordering));
      SparseCholesky cholesky;
      REQUIRE(cholesky.analyze(pattern, ordering) == LinearStatus::ok);
      CHECK(cholesky.facts().order == pattern.order());
      CHECK(cholesky.facts().entries == pattern.entries());
      CHECK(cholesky.facts().factor_nonzeros >= pattern.entries());
      CHECK(cholesky.facts().ordering != Ordering::automatic);
      for (const unsigned seed : {1u, 2u, 3u}) {  // one analysis serves all numbers
        const BlockSystem system = random_system(pattern, seed);
        set_blocks(cholesky, pattern, system);
        REQUIRE(cholesky.factor() == LinearStatus::ok);
        const Eigen::VectorXd b = Eigen::VectorXd::Random(pattern.order());
        const Eigen::VectorXd expected = system.dense.llt().solve(b), x = solved(cholesky, b);
        CHECK((x - expected).norm() <= 1e-12 * expected.norm());
      }
    }
}

TEST_CASE("both methods are met: light factors are simplicial, heavy ones supernodal, and each solves") {
  for (const bool supernodal : {false, true}) {
    const BlockPattern pattern = supernodal ? heavy() : chain();
    const BlockSystem system = without_dense(pattern);
    SparseCholesky cholesky;
    REQUIRE(cholesky.analyze(pattern) == LinearStatus::ok);
    CHECK(cholesky.facts().supernodal == supernodal);
    set_blocks(cholesky, pattern, system);
    REQUIRE(cholesky.factor() == LinearStatus::ok);
    const Eigen::VectorXd x = Eigen::VectorXd::Random(pattern.order());
    CHECK((solved(cholesky, product(pattern, system, x)) - x).norm() <= 1e-12 * x.norm());
  }
}

TEST_CASE("facts count the factor: a chain in its own order and a dense matrix have closed forms") {
  SparseCholesky cholesky;
  REQUIRE(cholesky.analyze(chain(), Ordering::natural) == LinearStatus::ok);
  // Columns of a block have 6, 5, 4 entries, those of the last block 3, 2, 1.
  CHECK(cholesky.facts().factor_nonzeros == 19 * 15 + 6);
  CHECK(cholesky.facts().flops == 19 * (36 + 25 + 16) + 9 + 4 + 1);
  REQUIRE(cholesky.analyze(uniform(10, 6, band(10, 10))) == LinearStatus::ok);
  CHECK(cholesky.facts().factor_nonzeros == 60 * 61 / 2);
}

TEST_CASE("automatic takes the lighter of the two orderings where the factor is heavy, and minimum degree elsewhere") {
  const auto analyzed = [](const BlockPattern& pattern, Ordering ordering) {
    SparseCholesky cholesky;
    REQUIRE(cholesky.analyze(pattern, ordering) == LinearStatus::ok);
    return cholesky.facts();
  };
  for (const auto& [pattern, expected] : {std::pair{uniform(1000, 6, cube(10)), Ordering::metis},
                                          {uniform(600, 6, random_pairs(600, 1500, 7)), Ordering::amd},
                                          {uniform(400, 3, grid(20)), Ordering::amd}}) {
    const auto chosen = analyzed(pattern, Ordering::automatic), other = analyzed(pattern, expected);
    CHECK(chosen.ordering == expected);
    CHECK(chosen.flops == other.flops);
    CHECK(chosen.factor_nonzeros == other.factor_nonzeros);
    CHECK(chosen.bytes == doctest::Approx(static_cast<double>(other.bytes)).epsilon(0.05));
  }
}

TEST_CASE("what cannot be factored is a status, and the object is usable afterwards") {
  for (const bool supernodal : {false, true}) {
    CAPTURE(supernodal);
    const BlockPattern pattern = supernodal ? heavy() : chain();
    const BlockSystem good = without_dense(pattern);
    SparseCholesky cholesky;
    REQUIRE(cholesky.analyze(pattern) == LinearStatus::ok);
    REQUIRE(cholesky.facts().supernodal == supernodal);
    const Eigen::VectorXd b = Eigen::VectorXd::Ones(pattern.order());
    set_blocks(cholesky, pattern, good);
    REQUIRE(cholesky.factor() == LinearStatus::ok);
    const Eigen::VectorXd before = solved(cholesky, b);

    const double infinite = std::numeric_limits<double>::infinity();
    for (const auto& [what, value, expected] : {std::tuple{"indefinite", -1.0, LinearStatus::retry},
                                                {"zero pivot", 0.0, LinearStatus::retry},
                                                {"NaN", std::nan(""), LinearStatus::fatal},
                                                {"Inf", infinite, LinearStatus::fatal},
                                                {"-Inf", -infinite, LinearStatus::fatal}}) {
      CAPTURE_BINDING(what);
      for (const std::int32_t column : {0, pattern.block_columns() / 2, pattern.block_columns() - 1}) {
        const std::int64_t k = pattern.column_start[static_cast<std::size_t>(column)];
        BlockSystem bad = good;
        bad.blocks[static_cast<std::size_t>(k)](1, 1) = value;
        set_blocks(cholesky, pattern, bad);
        CHECK(cholesky.factor() == expected);
        Eigen::VectorXd x(b.size());
        CHECK_THROWS_AS(cholesky.solve(b.data(), x.data()), Error);
        set_blocks(cholesky, pattern, good);
        REQUIRE(cholesky.factor() == LinearStatus::ok);
        CHECK(solved(cholesky, b) == before);
      }
    }
  }
}

TEST_CASE("a matrix that no memory holds is fatal, and the object takes a smaller one") {
  SparseCholesky cholesky;
  REQUIRE(cholesky.analyze(chain()) == LinearStatus::ok);
  CHECK(cholesky.analyze(uniform(1, std::numeric_limits<int>::max(), {})) == LinearStatus::fatal);
  CHECK_THROWS_AS(cholesky.factor(), Error);
  REQUIRE(cholesky.analyze(uniform(1, 1, {})) == LinearStatus::ok);
  const double four = 4.0, eight = 8.0;
  cholesky.set_block(0, &four, 1);
  REQUIRE(cholesky.factor() == LinearStatus::ok);
  double two = 0.0;
  REQUIRE(cholesky.solve(&eight, &two) == LinearStatus::ok);
  CHECK(two == 2.0);
}

TEST_CASE("singular to rounding is retry, whatever the scale of the rows") {
  // A graph Laplacian: rank one short, and no pivot but the last shows it. Numbers that are not exact in binary.
  const BlockPattern pattern = uniform(400, 1, grid(20));
  for (const double spread : {0.0, 3.0})
    for (const bool mended : {false, true}) {
      std::vector<double> scale, degree(400, mended ? 1e-6 : 0.0);
      for (int i = 0; i < 400; ++i) scale.push_back(std::pow(10.0, spread * std::sin(i)));
      SparseCholesky cholesky;
      REQUIRE(cholesky.analyze(pattern) == LinearStatus::ok);
      for (std::size_t c = 0; c < 400; ++c)
        for (std::int64_t k = pattern.column_start[c] + 1; k < pattern.column_start[c + 1]; ++k) {
          const auto r = static_cast<std::size_t>(pattern.row[static_cast<std::size_t>(k)]);
          const double weight = 0.1 + 0.7 * std::abs(std::sin(static_cast<double>(k))),
                       value = -weight * scale[r] * scale[c];
          degree[r] += weight;
          degree[c] += weight;
          cholesky.set_block(k, &value, 1);
        }
      for (std::size_t c = 0; c < 400; ++c) {
        const double value = degree[c] * scale[c] * scale[c];
        cholesky.set_block(pattern.column_start[c], &value, 1);
      }
      CHECK(cholesky.factor() == (mended ? LinearStatus::ok : LinearStatus::retry));
    }
}

TEST_CASE("several right-hand sides are solved as one by one, in place too, and unit ones give the inverse") {
  for (const auto& [name, pattern] : block_patterns()) {
    CAPTURE_BINDING(name);
    const BlockSystem system = random_system(pattern, 4);
    const Eigen::Index n = pattern.order();
    SparseCholesky cholesky;
    REQUIRE(cholesky.analyze(pattern) == LinearStatus::ok);
    set_blocks(cholesky, pattern, system);
    REQUIRE(cholesky.factor() == LinearStatus::ok);
    for (const int columns : {0, 1, 3, 32, 71}) {
      Eigen::MatrixXd B = Eigen::MatrixXd::Random(n, columns), X = B;
      REQUIRE(cholesky.solve(X.data(), X.data(), columns) == LinearStatus::ok);
      CHECK((X - system.dense.llt().solve(B)).norm() <= 1e-12 * X.norm());
    }
    const std::vector<std::int64_t> wanted = {n - 1, 0, n / 2, 0};
    Eigen::MatrixXd X(n, 4);
    REQUIRE(cholesky.inverse_columns(wanted, X.data()) == LinearStatus::ok);
    const Eigen::MatrixXd inverse = system.dense.inverse();
    for (int c = 0; c < 4; ++c)
      CHECK((X.col(c) - inverse.col(wanted[static_cast<std::size_t>(c)])).norm() <= 1e-12 * inverse.norm());
  }
}

TEST_CASE("the same numbers give the same bits, also in another object") {
  for (const BlockPattern& pattern : {chain(), heavy()}) {
    const BlockSystem system = without_dense(pattern);
    const Eigen::VectorXd b = Eigen::VectorXd::Random(pattern.order());
    Eigen::VectorXd first;
    for (int object = 0; object < 2; ++object) {
      SparseCholesky cholesky;
      REQUIRE(cholesky.analyze(pattern, Ordering::metis) == LinearStatus::ok);
      for (int again = 0; again < 3; ++again) {
        set_blocks(cholesky, pattern, system);
        REQUIRE(cholesky.factor() == LinearStatus::ok);
        const Eigen::VectorXd x = solved(cholesky, b);
        if (first.size() == 0) first = x;
        CHECK(x == first);
      }
    }
  }
}

TEST_CASE("the memory that is foreseen is the memory that is used") {
  for (const BlockPattern& pattern : {uniform(2000, 6, band(2000, 1)), heavy()}) {
    SparseCholesky cholesky;
    REQUIRE(cholesky.analyze(pattern) == LinearStatus::ok);
    const double foreseen = static_cast<double>(cholesky.facts().bytes);
    for (int again = 0; again < 2; ++again) {
      set_blocks(cholesky, pattern, without_dense(pattern));
      REQUIRE(cholesky.factor() == LinearStatus::ok);
      CHECK(static_cast<double>(cholesky.peak_bytes()) <= foreseen * 1.01);
      CHECK(static_cast<double>(cholesky.peak_bytes()) >= foreseen * 0.95);
    }
  }
}

TEST_CASE("misuse is refused in words, and objects move, start empty and take another pattern") {
  SparseCholesky cholesky;
  double number = 1.0;
  CHECK_THROWS_WITH_AS(cholesky.factor(), "sparse Cholesky: nothing to factor; expected an analysis that was ok first",
                       Error);
  CHECK_THROWS_WITH_AS(cholesky.set_block(0, &number, 1),
                       "sparse Cholesky: there is no block 0; expected one of the 0 that were analyzed", Error);
  BlockPattern broken = chain();
  broken.row[1] = 0;
  CHECK_THROWS_AS(cholesky.analyze(broken), Error);

  REQUIRE(cholesky.analyze(chain()) == LinearStatus::ok);
  CHECK_THROWS_AS(cholesky.set_block(39, &number, 3), Error);
  CHECK_THROWS_WITH_AS(cholesky.set_block(1, &number, 2),
                       "sparse Cholesky: block 1 has 3 rows, but a leading dimension of 2; expected at least its rows",
                       Error);
  CHECK_THROWS_AS(cholesky.solve(&number, &number), Error);
  CHECK_THROWS_AS(cholesky.inverse_columns({}, &number), Error);

  SparseCholesky moved = std::move(cholesky);
  const BlockPattern pattern = uniform(3, 2, band(3, 1));
  REQUIRE(moved.analyze(pattern) == LinearStatus::ok);
  CHECK(moved.factor() == LinearStatus::retry);  // every block is zero after an analysis
  const BlockSystem system = random_system(pattern, 8);
  set_blocks(moved, pattern, system);
  REQUIRE(moved.factor() == LinearStatus::ok);
  const std::int64_t outside = 6;
  double column[6];
  CHECK_THROWS_WITH_AS(moved.inverse_columns(std::span(&outside, 1), column),
                       "sparse Cholesky: there is no column 6; expected 0 to 5", Error);

  REQUIRE(moved.analyze(block_pattern({}, {})) == LinearStatus::ok);
  CHECK(moved.factor() == LinearStatus::ok);
  CHECK(moved.solve(nullptr, nullptr) == LinearStatus::ok);
}

#endif
