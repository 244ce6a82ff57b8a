#include <vector>

#include <doctest/doctest.h>
#include <support/block_systems.hpp>
#include <thalweg/base/error.hpp>
#include <thalweg/linear/block_matrix.hpp>

using namespace thalweg;
using namespace thalweg::test;

TEST_CASE("pairs in any order and any number become sorted columns that begin on the diagonal") {
  const BlockPattern pattern = block_pattern({2, 3, 1, 4}, Pairs{{3, 0}, {0, 1}, {1, 0}, {2, 2}, {3, 1}, {0, 3}});
  CHECK(pattern.column_start == std::vector<std::int64_t>{0, 3, 5, 6, 7});
  CHECK(pattern.row == std::vector<std::int32_t>{0, 1, 3, 1, 3, 2, 3});
  CHECK(pattern.order() == 10);
  CHECK(pattern.offsets() == std::vector<std::int64_t>{0, 2, 5, 6, 10});
  CHECK(pattern.entries() == (3 + 2 * 3 + 2 * 4) + (6 + 3 * 4) + 1 + 10);
  CHECK(pattern.blocks() == 7);
  pattern.validate();
  CHECK(pattern.find(3, 0) == 2);
  CHECK(pattern.find(0, 3) == 2);
  CHECK(pattern.find(2, 2) == 5);
  CHECK(pattern.find(2, 0) == -1);
  CHECK(pattern.find(4, 0) == -1);
  CHECK(pattern.find(-1, 2) == -1);
}

TEST_CASE("no blocks at all is a pattern") {
  const BlockPattern empty = block_pattern({}, {});
  empty.validate();
  CHECK(empty.order() == 0);
  CHECK(empty.entries() == 0);
  CHECK(empty.column_start == std::vector<std::int64_t>{0});
}

TEST_CASE("patterns that contradict themselves are refused in words") {
  CHECK_THROWS_WITH_AS(block_pattern({3, 0}, {}), "block pattern: block row 1 has dimension 0; expected at least 1",
                       Error);
  CHECK_THROWS_WITH_AS(block_pattern({3, 3}, Pairs{{0, 2}}),
                       "block pattern: the pair (0, 2) is outside; expected block rows from 0 to 1", Error);
  CHECK_THROWS_AS(block_pattern({3, 3}, Pairs{{-1, 0}}), Error);

  const BlockPattern good = uniform(4, 2, band(4, 1));  // rows 0 1, 1 2, 2 3, 3
  const auto refused = [&](auto&& spoil, const char* message) {
    BlockPattern bad = good;
    spoil(bad);
    CHECK_THROWS_WITH_AS(bad.validate(), message, Error);
  };
  refused([](BlockPattern& p) { p.dimension[2] = -1; },
          "block pattern: block row 2 has dimension -1; expected at least 1");
  refused([](BlockPattern& p) { p.column_start.pop_back(); },
          "block pattern: column_start has 4 entries; expected 5, one more than there are dimensions");
  refused([](BlockPattern& p) { p.row.push_back(3); },
          "block pattern: column_start runs from 0 to 7; expected 0 to 8, the blocks");
  refused([](BlockPattern& p) { p.column_start[2] = 2; },
          "block pattern: column 1 has no block; expected at least the diagonal one");
  refused([](BlockPattern& p) { p.column_start[1] = 100; },
          "block pattern: column 0 ends at 100; expected at most 7, the blocks");
  refused([](BlockPattern& p) { p.row[2] = 2; },
          "block pattern: column 1 begins with row 2; expected the diagonal block");
  refused([](BlockPattern& p) { p.row[3] = 1; },
          "block pattern: row 1 follows 1 in column 1; expected ascending rows below 4");
  refused([](BlockPattern& p) { p.row[3] = 4; },
          "block pattern: row 4 follows 1 in column 1; expected ascending rows below 4");
}
