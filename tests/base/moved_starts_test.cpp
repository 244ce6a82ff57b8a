#include <doctest/doctest.h>

#include <thalweg/base/moved_starts.hpp>

using thalweg::MovedStarts;

TEST_CASE("starts that bounds move are one sentence, with the first three") {
  MovedStarts moved;
  CHECK_FALSE(moved.sentence());
  moved.add(20.0, "rate", 10.0);
  CHECK(moved.sentence() == "the start 20 of rate was moved to its bound 10");
  moved.add(1.0, "a", 2.5);
  CHECK(moved.sentence() ==
        "the starts of 2 parameters were moved to their bounds: rate from 20 to 10 and a from 1 to 2.5");
  moved.add(0.0, "b", 1.0);
  CHECK(moved.sentence() ==
        "the starts of 3 parameters were moved to their bounds: rate from 20 to 10, a from 1 to 2.5 and b from 0 to 1");
  moved.add(0.0, "c", 1.0);
  moved.add(0.0, "d", 1.0);
  CHECK(
      moved.sentence() ==
      "the starts of 5 parameters were moved to their bounds: rate from 20 to 10, a from 1 to 2.5, b from 0 to 1 and 2 "
      "more");
}
