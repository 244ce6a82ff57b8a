// What the factor of the block Cholesky is good for: solves, the selected inverse, refinement, misuse.
#include <support/block_cholesky_cases.hpp>

using namespace thalweg;
using namespace thalweg::test;

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

TEST_CASE("single precision is taken from so many flops on, and refined to the accuracy that is asked for") {
  const BlockPattern pattern = chain();
  const BlockSystem system = random_system(pattern, 8, 1.0001);
  const Eigen::VectorXd b = Eigen::VectorXd::Random(pattern.order());
  const Eigen::VectorXd expected = system.dense.llt().solve(b);
  BlockCholesky cholesky;
  REQUIRE(cholesky.analyze(pattern) == LinearStatus::ok);
  const double flops = cholesky.facts().flops;
  REQUIRE(cholesky.analyze(pattern, {.single_precision_from = 2.0 * flops}) == LinearStatus::ok);
  CHECK(!cholesky.facts().single_precision);
  double errors[2];
  for (const bool rough : {false, true}) {
    BlockCholeskyOptions options{.single_precision_from = flops};
    if (rough) options.accuracy = 1e-4;
    REQUIRE(cholesky.analyze(pattern, options) == LinearStatus::ok);
    CHECK(cholesky.facts().single_precision);
    set_blocks(cholesky, pattern, system);
    REQUIRE(cholesky.factor() == LinearStatus::ok);
    Eigen::VectorXd x = b;
    REQUIRE(cholesky.solve(x.data(), x.data()) == LinearStatus::ok);
    errors[rough] = (x - expected).lpNorm<Eigen::Infinity>() / expected.lpNorm<Eigen::Infinity>();
  }
  CHECK(errors[0] <= 1e-10);
  CHECK(errors[1] <= 1e-4);
  CHECK(errors[0] < errors[1]);
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
