#include <support/block_cholesky_cases.hpp>

using namespace thalweg;
using namespace thalweg::test;

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
