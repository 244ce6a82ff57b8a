#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include <doctest/doctest.h>
#include <support/block_systems.hpp>
#include <support/capture.hpp>
#include <support/count_allocations.hpp>
#include <thalweg/linear/block_cholesky.hpp>
#include <thalweg/math/error.hpp>
#include <thalweg/math/parallel.hpp>

using namespace thalweg;
using namespace thalweg::test;

namespace {

std::vector<Ordering> orderings() {
  if (sparse_cholesky_available()) return {Ordering::automatic, Ordering::amd, Ordering::metis, Ordering::natural};
  return {Ordering::automatic, Ordering::amd, Ordering::natural};
}

/// Those that all solvers meet, and some whose blocks mix small sizes with one that fills several slabs.
std::vector<NamedPattern> patterns() {
  std::vector<NamedPattern> all = block_patterns();
  std::vector<int> ones, mixed, large;
  for (int b = 0; b < 300; ++b) mixed.push_back(1 + (b * 5 + b / 7) % 9);
  for (int b = 0; b < 40; ++b) large.push_back(b % 10 == 3 ? 70 + b : 1 + b % 4);
  all.push_back({"scalars", uniform(400, 1, grid(20))});
  all.push_back({"chain", uniform(200, 3, band(200, 1))});
  all.push_back({"mixed, heavy", block_pattern(mixed, random_pairs(300, 700, 9))});
  all.push_back({"mixed, large blocks", block_pattern(large, random_pairs(40, 60, 11))});
  all.push_back({"cube", uniform(216, 4, cube(6))});
  all.push_back({"one wide block", uniform(1, 700, {})});
  return all;
}

/// Sets every block with a leading dimension larger than its rows, and junk above the diagonal, which is not to be
/// read.
template <class Cholesky>
void set_blocks(Cholesky& cholesky, const BlockPattern& pattern, const BlockSystem& system) {
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

Eigen::VectorXd solved(BlockCholesky& cholesky, const Eigen::VectorXd& b) {
  Eigen::VectorXd x(b.size());
  REQUIRE(cholesky.solve(b.data(), x.data()) == LinearStatus::ok);
  return x;
}

double log_determinant(const Eigen::MatrixXd& A) {
  return 2.0 * A.llt().matrixL().toDenseMatrix().diagonal().array().log().sum();
}

/// A pose graph's kind of system, heavy enough for several threads; no dense copy.
struct Large {
  BlockPattern pattern = uniform(1728, 6, cube(12));
  BlockSystem system;
  Large() {
    std::mt19937 random(3);
    std::uniform_real_distribution<double> value(-1.0, 1.0);
    for (std::int32_t c = 0; c < pattern.block_columns(); ++c)
      for (std::int64_t k = pattern.column_start[c]; k < pattern.column_start[c + 1]; ++k) {
        system.blocks.push_back(Eigen::MatrixXd::NullaryExpr(6, 6, [&] { return value(random); }));
        if (k == pattern.column_start[c]) system.blocks.back().diagonal().array() += 40.0;
      }
  }
};

BlockPattern chain() { return uniform(20, 3, band(20, 1)); }

}  // namespace

TEST_CASE("the block Cholesky solves as dense Cholesky does, on every pattern and in every ordering") {
  for (const auto& [name, pattern] : patterns())
    for (const Ordering ordering : orderings()) {
      CAPTURE_BINDING(name);
      CAPTURE(static_cast<int>(ordering));
      BlockCholesky cholesky;
      REQUIRE(cholesky.analyze(pattern, {.ordering = ordering}) == LinearStatus::ok);
      const auto& facts = cholesky.facts();
      CHECK(facts.order == pattern.order());
      CHECK(facts.entries == pattern.entries());
      CHECK(facts.factor_nonzeros >= pattern.entries());
      CHECK(facts.stored >= facts.factor_nonzeros);
      CHECK(facts.executed >= facts.flops * (1.0 - 1e-12));
      CHECK(facts.ordering != Ordering::automatic);
      CHECK(facts.bytes > 8 * (facts.stored + facts.entries));
      for (const unsigned seed : {1u, 2u}) {  // one analysis serves all numbers
        const BlockSystem system = random_system(pattern, seed);
        set_blocks(cholesky, pattern, system);
        REQUIRE(cholesky.factor() == LinearStatus::ok);
        const Eigen::VectorXd b = Eigen::VectorXd::Random(pattern.order());
        const Eigen::VectorXd expected = system.dense.llt().solve(b), x = solved(cholesky, b);
        CHECK((x - expected).norm() <= 1e-12 * expected.norm());
        CHECK(cholesky.log_determinant() == doctest::Approx(log_determinant(system.dense)).epsilon(1e-12));
        CHECK(solved(cholesky, b) == x);
      }
    }
}

#if THALWEG_CHOLMOD
TEST_CASE("the block Cholesky agrees with CHOLMOD: counts, solutions and determinants") {
  std::vector<NamedPattern> all = patterns();
  all.push_back({"large", Large().pattern});
  for (const auto& [name, pattern] : all)
    for (const Ordering ordering : {Ordering::amd, Ordering::metis, Ordering::natural}) {
      if (name == "large" && ordering == Ordering::natural) continue;
      CAPTURE_BINDING(name);
      CAPTURE(static_cast<int>(ordering));
      const BlockSystem system = name == "large" ? Large().system : random_system(pattern, 5);
      BlockCholesky ours;
      SparseCholesky reference;
      REQUIRE(ours.analyze(pattern, {.ordering = ordering}) == LinearStatus::ok);
      REQUIRE(reference.analyze(pattern, ordering) == LinearStatus::ok);
      CHECK(ours.facts().factor_nonzeros == reference.facts().factor_nonzeros);
      CHECK(ours.facts().flops == doctest::Approx(reference.facts().flops).epsilon(1e-12));
      set_blocks(ours, pattern, system);
      set_blocks(reference, pattern, system);
      REQUIRE(ours.factor() == LinearStatus::ok);
      REQUIRE(reference.factor() == LinearStatus::ok);
      const Eigen::VectorXd b = Eigen::VectorXd::Random(pattern.order());
      Eigen::VectorXd expected(b.size());
      REQUIRE(reference.solve(b.data(), expected.data()) == LinearStatus::ok);
      CHECK((solved(ours, b) - expected).norm() <= 1e-11 * expected.norm());
      CHECK(ours.log_determinant() == doctest::Approx(reference.log_determinant()).epsilon(1e-12));
    }
}
#endif

TEST_CASE("any number of threads gives the same bits, as does another object, and factoring again") {
  const Large large;
  for (const auto& [pattern, system] : {std::pair{large.pattern, large.system}, {chain(), random_system(chain(), 1)}})
    for (const bool single : {false, true}) {
      const Eigen::VectorXd b = Eigen::VectorXd::Random(pattern.order());
      Eigen::VectorXd first;
      for (const int threads : {1, 2, 0, 1}) {
        BlockCholesky cholesky;
        REQUIRE(cholesky.analyze(pattern, {.threads = threads, .single_precision = single}) == LinearStatus::ok);
        for (int again = 0; again < 3; ++again) {
          if (again != 1) set_blocks(cholesky, pattern, system);  // A survives factor()
          REQUIRE(cholesky.factor() == LinearStatus::ok);
          const Eigen::VectorXd x = solved(cholesky, b);
          if (first.size() == 0) first = x;
          CHECK(x == first);
        }
      }
    }
}

TEST_CASE("a front that is all of a matrix, or all of a part of it, is factored by any number of threads") {
  Pairs whole, halves;
  for (std::int32_t c = 0; c < 60; ++c)
    for (std::int32_t r = c + 1; r < 60; ++r) {
      whole.emplace_back(r, c);
      if ((r < 30) == (c < 30)) halves.emplace_back(r, c);
    }
  for (const Pairs& pairs : {whole, halves}) {
    const BlockPattern pattern = uniform(60, 9, pairs);
    const BlockSystem system = random_system(pattern, 7);
    const Eigen::VectorXd b = Eigen::VectorXd::Random(pattern.order()), expected = system.dense.llt().solve(b);
    Eigen::VectorXd first;
    for (const int threads : {1, 2, 0}) {
      CAPTURE(threads);
      BlockCholesky cholesky;
      REQUIRE(cholesky.analyze(pattern, {.threads = threads}) == LinearStatus::ok);
      set_blocks(cholesky, pattern, system);
      REQUIRE(cholesky.factor() == LinearStatus::ok);
      const Eigen::VectorXd x = solved(cholesky, b);
      CHECK((x - expected).norm() <= 1e-12 * expected.norm());
      if (first.size() == 0) first = x;
      CHECK(x == first);
    }
  }
}

TEST_CASE("a loss of definiteness is retry and names its block, a number that is not finite is fatal") {
  const Large large;
  for (const auto& [pattern, good] : {std::pair{large.pattern, large.system}, {chain(), random_system(chain(), 1)}})
    for (const int threads : {1, 2})
      for (const bool single : {false, true}) {
        BlockCholesky cholesky;
        REQUIRE(cholesky.analyze(pattern, {.threads = threads, .single_precision = single}) == LinearStatus::ok);
        const Eigen::VectorXd b = Eigen::VectorXd::Ones(pattern.order());
        set_blocks(cholesky, pattern, good);
        REQUIRE(cholesky.factor() == LinearStatus::ok);
        CHECK(cholesky.indefinite_block() == -1);
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
            const BlockCholesky::Slot slot = cholesky.block_slot(k);
            slot.data[slot.row_step + slot.column_step] = value;
            CHECK(cholesky.factor() == expected);
            CHECK(cholesky.indefinite_block() == (expected == LinearStatus::retry ? column : -1));
            Eigen::VectorXd x(b.size());
            CHECK_THROWS_AS(cholesky.solve(b.data(), x.data()), Error);
            set_blocks(cholesky, pattern, good);
            REQUIRE(cholesky.factor() == LinearStatus::ok);
            CHECK(solved(cholesky, b) == before);
          }
        }
        // Off the diagonal a number that is not finite is found as well.
        const std::int64_t k = pattern.column_start[1] - 1;
        cholesky.block_slot(k).data[0] = infinite;
        CHECK(cholesky.factor() == LinearStatus::fatal);
      }
}

TEST_CASE("repeated factorisations and solves of one structure allocate nothing") {
  const Large large;
  for (const bool single : {false, true}) {
    BlockCholesky cholesky;
    REQUIRE(cholesky.analyze(large.pattern, {.single_precision = single}) == LinearStatus::ok);
    set_blocks(cholesky, large.pattern, large.system);
    std::vector<double> b(static_cast<std::size_t>(large.pattern.order()), 1.0), x(b.size());
    for (int again = 0; again < 3; ++again) {
      const std::int64_t before = allocations();
      const LinearStatus factored = cholesky.factor(), solved = cholesky.solve(b.data(), x.data());
      const std::int64_t made = allocations() - before;
      REQUIRE(factored == LinearStatus::ok);
      REQUIRE(solved == LinearStatus::ok);
      if (again > 0) CHECK(made == 0);
    }
  }
}

TEST_CASE("automatic tries nested dissection for heavy factors that are repeated, and takes it where it saves enough") {
  const auto chosen = [](const BlockPattern& pattern, int repetitions) {
    BlockCholesky cholesky;
    REQUIRE(cholesky.analyze(pattern, {.repetitions = repetitions}) == LinearStatus::ok);
    return cholesky.facts().ordering;
  };
  const BlockPattern heavy = uniform(1728, 6, cube(12)), light = uniform(400, 3, grid(20));
  CHECK(chosen(heavy, 1) == Ordering::amd);
  CHECK(chosen(heavy, 1000) == (sparse_cholesky_available() ? Ordering::metis : Ordering::amd));
  CHECK(chosen(light, 1000000) == Ordering::amd);
}

TEST_CASE("of two losses the one that is eliminated first is named, whatever the threads do") {
  const Large large;
  for (const int threads : {1, 2})
    for (int again = 0; again < 5; ++again) {
      BlockCholesky cholesky;
      REQUIRE(cholesky.analyze(large.pattern, {.threads = threads}) == LinearStatus::ok);
      set_blocks(cholesky, large.pattern, large.system);
      std::int32_t named = -1;
      for (const std::int32_t column : {100, 900, 1700}) {
        *cholesky.block_slot(large.pattern.column_start[static_cast<std::size_t>(column)]).data = -1.0;
        CHECK(cholesky.factor() == LinearStatus::retry);
        named = cholesky.indefinite_block();
      }
      BlockCholesky other;
      REQUIRE(other.analyze(large.pattern) == LinearStatus::ok);
      set_blocks(other, large.pattern, large.system);
      for (const std::int32_t column : {100, 900, 1700})
        *other.block_slot(large.pattern.column_start[static_cast<std::size_t>(column)]).data = -1.0;
      CHECK(other.factor() == LinearStatus::retry);
      CHECK(other.indefinite_block() == named);
    }
}

TEST_CASE("a singular matrix is retry to rounding, whatever the scale of the rows, in the block Cholesky too") {
  // A graph Laplacian: rank one short, and no pivot but the last shows it. Numbers that are not exact in binary.
  const BlockPattern pattern = uniform(400, 1, grid(20));
  for (const double spread : {0.0, 3.0})
    for (const bool mended : {false, true}) {
      std::vector<double> scale, degree(400, mended ? 1e-6 : 0.0);
      for (int i = 0; i < 400; ++i) scale.push_back(std::pow(10.0, spread * std::sin(i)));
      BlockCholesky cholesky;
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

TEST_CASE("the block Cholesky solves several right-hand sides as one by one, in place too") {
  for (const auto& [name, pattern] : patterns()) {
    CAPTURE_BINDING(name);
    const BlockSystem system = random_system(pattern, 4);
    const Eigen::Index n = pattern.order();
    BlockCholesky cholesky;
    REQUIRE(cholesky.analyze(pattern) == LinearStatus::ok);
    set_blocks(cholesky, pattern, system);
    REQUIRE(cholesky.factor() == LinearStatus::ok);
    for (const int columns : {0, 1, 2, 3, 8, 21}) {
      Eigen::MatrixXd B = Eigen::MatrixXd::Random(n, columns), X = B;
      REQUIRE(cholesky.solve(X.data(), X.data(), columns) == LinearStatus::ok);
      CHECK((X - system.dense.llt().solve(B)).norm() <= 1e-12 * X.norm());
    }
  }
}

TEST_CASE("the selected inverse is the dense inverse where L has blocks, and solves give the rest") {
  for (const auto& [name, pattern] : patterns())
    for (const bool single : {false, true}) {
      CAPTURE_BINDING(name);
      CAPTURE(single);
      const BlockSystem system = random_system(pattern, 6);
      const auto offset = pattern.offsets();
      BlockCholesky cholesky;
      REQUIRE(cholesky.analyze(pattern, {.single_precision = single}) == LinearStatus::ok);
      set_blocks(cholesky, pattern, system);
      REQUIRE(cholesky.factor() == LinearStatus::ok);
      REQUIRE(cholesky.invert() == LinearStatus::ok);
      const Eigen::MatrixXd inverse = system.dense.inverse();
      const double tolerance = (single ? 1e-5 : 1e-12) * inverse.norm();
      std::int64_t found = 0;
      for (std::int32_t i = 0; i < pattern.block_columns(); ++i)
        for (std::int32_t j = 0; j < pattern.block_columns(); ++j) {
          const int rows = pattern.dimension[static_cast<std::size_t>(i)],
                    columns = pattern.dimension[static_cast<std::size_t>(j)];
          Eigen::MatrixXd block(rows + 1, columns);
          const bool is_there = cholesky.inverse_block(i, j, block.data(), rows + 1);
          if (pattern.find(i, j) >= 0) CHECK(is_there);
          if (!is_there) continue;
          ++found;
          const double error = (block.topRows(rows) - inverse.block(offset[i], offset[j], rows, columns)).norm();
          if (error > tolerance) FAIL_CHECK("block ", i, ", ", j, ": ", error);
        }
      CHECK(found >= 2 * pattern.blocks() - pattern.block_columns());
      const std::int64_t n = pattern.order();
      const std::vector<std::int64_t> wanted = {n - 1, 0, n / 2, 0};
      Eigen::MatrixXd X(n, 4);
      REQUIRE(cholesky.inverse_columns(wanted, X.data()) == LinearStatus::ok);
      for (int c = 0; c < 4; ++c)
        CHECK((X.col(c) - inverse.col(wanted[static_cast<std::size_t>(c)])).norm() <= 1e-10 * inverse.norm());
    }
}

TEST_CASE("a factor in single precision is refined to double precision, or says that it is too coarse") {
  for (const auto& [name, pattern] : patterns()) {
    CAPTURE_BINDING(name);
    const BlockSystem system = random_system(pattern, 7);
    BlockCholesky cholesky, twice;
    REQUIRE(cholesky.analyze(pattern, {.single_precision = true}) == LinearStatus::ok);
    REQUIRE(twice.analyze(pattern) == LinearStatus::ok);
    set_blocks(cholesky, pattern, system);
    REQUIRE(cholesky.factor() == LinearStatus::ok);
    const Eigen::MatrixXd B = Eigen::MatrixXd::Random(pattern.order(), 2);
    Eigen::MatrixXd X = B;
    REQUIRE(cholesky.solve(X.data(), X.data(), 2) == LinearStatus::ok);
    CHECK((X - system.dense.llt().solve(B)).norm() <= 1e-10 * X.norm());
    CHECK(cholesky.log_determinant() == doctest::Approx(log_determinant(system.dense)).epsilon(1e-4));
  }
  // Condition 1e9: single precision sees a singular matrix, or one that refinement cannot use.
  BlockCholesky coarse;
  REQUIRE(coarse.analyze(uniform(1, 2, {}), {.single_precision = true}) == LinearStatus::ok);
  const double block[4] = {1.0, 1.0, 1.0, 1.0 + 1e-9};
  coarse.set_block(0, block, 2);
  CHECK(coarse.factor() == LinearStatus::retry);
}

TEST_CASE("the block Cholesky counts its factor: a chain in its own order and a dense matrix have closed forms") {
  BlockCholesky cholesky;
  REQUIRE(cholesky.analyze(chain(), {.ordering = Ordering::natural}) == LinearStatus::ok);
  // Columns of a block have 6, 5, 4 entries, those of the last block 3, 2, 1.
  CHECK(cholesky.facts().factor_nonzeros == 19 * 15 + 6);
  CHECK(cholesky.facts().flops == 19 * (36 + 25 + 16) + 9 + 4 + 1);
  REQUIRE(cholesky.analyze(uniform(10, 6, band(10, 10))) == LinearStatus::ok);
  CHECK(cholesky.facts().factor_nonzeros == 60 * 61 / 2);
  CHECK(cholesky.facts().supernodes == 1);
  CHECK(cholesky.facts().widest == 60);
  CHECK(cholesky.facts().executed == cholesky.facts().flops);
}

TEST_CASE("misuse of the block Cholesky is refused in words, and objects move, start empty and take another pattern") {
  BlockCholesky cholesky;
  double number = 1.0;
  CHECK_THROWS_WITH_AS(cholesky.factor(), "block Cholesky: nothing to factor; expected an analysis that was ok first",
                       Error);
  CHECK_THROWS_WITH_AS(cholesky.set_block(0, &number, 1),
                       "block Cholesky: there is no block 0; expected one of the 0 that were analyzed", Error);
  BlockPattern broken = chain();
  broken.row[1] = 0;
  CHECK_THROWS_AS(cholesky.analyze(broken), Error);
  REQUIRE(cholesky.analyze(chain()) == LinearStatus::ok);
  CHECK_THROWS_AS(cholesky.set_block(39, &number, 3), Error);
  CHECK_THROWS_WITH_AS(cholesky.set_block(1, &number, 2),
                       "block Cholesky: block 1 has 3 rows, but a leading dimension of 2; expected at least its rows",
                       Error);
  CHECK_THROWS_AS(cholesky.solve(&number, &number), Error);
  CHECK_THROWS_AS(cholesky.log_determinant(), Error);
  CHECK_THROWS_AS(cholesky.invert(), Error);
  CHECK_THROWS_AS(cholesky.inverse_block(0, 0, &number, 1), Error);

  // One that no memory holds.
  CHECK(cholesky.analyze(uniform(1, std::numeric_limits<int>::max(), {})) == LinearStatus::fatal);
  CHECK_THROWS_AS(cholesky.factor(), Error);

  BlockCholesky moved = std::move(cholesky);
  const BlockPattern pattern = uniform(3, 2, band(3, 1));
  REQUIRE(moved.analyze(pattern) == LinearStatus::ok);
  CHECK(moved.factor() == LinearStatus::retry);  // every block is zero after an analysis
  set_blocks(moved, pattern, random_system(pattern, 8));
  REQUIRE(moved.factor() == LinearStatus::ok);
  const std::int64_t outside = 6;
  double column[6];
  CHECK_THROWS_WITH_AS(moved.inverse_columns(std::span(&outside, 1), column),
                       "block Cholesky: there is no column 6; expected 0 to 5", Error);
  REQUIRE(moved.invert() == LinearStatus::ok);
  CHECK_THROWS_AS(moved.inverse_block(0, 3, column, 2), Error);

  for (const int threads : {1, 2}) {
    REQUIRE(moved.analyze(block_pattern({}, {}), {.threads = threads}) == LinearStatus::ok);
    CHECK(moved.factor() == LinearStatus::ok);
    CHECK(moved.solve(nullptr, nullptr) == LinearStatus::ok);
    CHECK(moved.log_determinant() == 0.0);
  }
  if (!sparse_cholesky_available())
    CHECK_THROWS_WITH_AS(moved.analyze(pattern, {.ordering = Ordering::metis}),
                         "block Cholesky: the ordering metis needs CHOLMOD, which this build is without; expected amd, "
                         "natural or automatic",
                         Error);
}
