#include <cmath>

#include <doctest/doctest.h>
#include <thalweg/base/error.hpp>
#include <thalweg/train/schedule.hpp>

using namespace thalweg;
using doctest::Approx;

namespace {
double factor(std::string_view text, std::int64_t iterations, std::int64_t epochs = 0) {
  return schedule_factor(parse_schedule(text), iterations, epochs);
}
}  // namespace

TEST_CASE("schedule: each kind has its formula") {
  CHECK(factor("constant", 12345) == 1.0);
  CHECK(factor("step:100:0.5", 99) == 1.0);
  CHECK(factor("step:100:0.5", 100) == 0.5);
  CHECK(factor("step:100:0.5", 350) == 0.125);
  CHECK(factor("exponential:0.5", 3) == 0.125);
  CHECK(factor("inverse:50", 0) == 1.0);
  CHECK(factor("inverse:50", 50) == 0.5);
  CHECK(factor("inverse:50", 150) == 0.25);
  CHECK(factor("cosine:1000", 0) == 1.0);
  CHECK(factor("cosine:1000", 500) == Approx(0.5).epsilon(1e-15));
  CHECK(factor("cosine:1000", 250) == Approx((1.0 + std::sqrt(0.5)) / 2.0).epsilon(1e-15));
  CHECK(factor("cosine:1000", 1000) == 0.0);
  CHECK(factor("plateau:3", 1000) == 1.0);
}

TEST_CASE("schedule: an e makes it count epochs") {
  CHECK(factor("step:10e:0.1", 5000, 9) == 1.0);
  CHECK(factor("step:10e:0.1", 5000, 10) == 0.1);
  CHECK(factor("exponential:0.5:e", 5000, 2) == 0.25);
  CHECK(factor("inverse:2e", 5000, 2) == 0.5);
  CHECK(factor("cosine:4e", 5000, 2) == Approx(0.5).epsilon(1e-15));
  CHECK(factor("warmup:4e", 5000, 1) == 0.5);
}

TEST_CASE("schedule: the warm-up multiplies whatever follows it") {
  CHECK(factor("warmup:4", 0) == 0.25);
  CHECK(factor("warmup:4", 2) == 0.75);
  CHECK(factor("warmup:4", 3) == 1.0);
  CHECK(factor("warmup:4", 100) == 1.0);
  CHECK(factor("warmup:4+inverse:10", 1) == Approx(0.5 / 1.1).epsilon(1e-15));
  CHECK(factor("warmup:4+inverse:10", 10) == 0.5);
}

TEST_CASE("schedule: cosine ends, nothing else does") {
  CHECK_FALSE(schedule_ended(parse_schedule("cosine:10"), 9, 99));
  CHECK(schedule_ended(parse_schedule("cosine:10"), 10, 0));
  CHECK(schedule_ended(parse_schedule("cosine:10e"), 0, 10));
  CHECK_FALSE(schedule_ended(parse_schedule("inverse:1"), 1000000, 1000000));
}

TEST_CASE(
    "schedule: 1/k meets the conditions of Robbins and Monro: the sum grows like a logarithm, that of squares is "
    "bounded") {
  for (const char* text : {"inverse:1", "inverse:50"}) {
    CAPTURE(text);
    const Schedule s = parse_schedule(text);
    const auto K = static_cast<double>(s.length);
    double sum = 0.0, squares = 0.0, sum_before = 0.0;
    std::int64_t k = 0;
    for (std::int64_t decade = 1000; decade <= 1000000; decade *= 10) {
      for (; k < decade * s.length; ++k) {
        const double a = schedule_factor(s, k, 0);
        sum += a;
        squares += a * a;
      }
      // Each tenfold of k adds K ln 10, for ever; Σ 1/(1 + k/K)² < 1 + K, as its integral says.
      if (decade > 1000) CHECK(sum - sum_before == Approx(K * std::log(10.0)).epsilon(2e-3));
      sum_before = sum;
      CHECK(squares < 1.0 + K);
    }
  }
}

TEST_CASE("schedule: a plateau cuts the rate when the cost has not fallen for so many epochs") {
  Plateau plateau(3, 0.5);
  CHECK(plateau.observe(10.0) == 1.0);
  CHECK(plateau.observe(9.0) == 1.0);
  CHECK(plateau.observe(9.0) == 1.0);
  CHECK(plateau.observe(8.9999) == 1.0);  // too small a fall to count
  CHECK(plateau.observe(9.5) == 0.5);
  CHECK(plateau.observe(9.0) == 0.5);  // it waits anew
  CHECK(plateau.observe(9.0) == 0.5);
  CHECK(plateau.observe(5.0) == 0.5);
  for (int k = 0; k < 3; ++k) plateau.observe(5.0);
  CHECK(plateau.factor() == 0.25);
  Plateau below_zero(1, 0.1);
  below_zero.observe(-1.0);
  CHECK(below_zero.observe(-2.0) == 1.0);
  CHECK(below_zero.observe(-2.0) == 0.1);
}

TEST_CASE("schedule: text is read back as the same schedule") {
  for (const char* text : {"constant", "step:100:0.5", "step:10e:0.1", "exponential:0.999", "exponential:0.9:e",
                           "inverse:50", "inverse:5e", "cosine:1000", "cosine:100e", "plateau:10:0.5", "search:exact",
                           "search:backtracking", "warmup:100+cosine:1000", "warmup:2e+constant"}) {
    CAPTURE(text);
    CHECK(to_string(parse_schedule(text)) == text);
    CHECK(parse_schedule(to_string(parse_schedule(text))) == parse_schedule(text));
  }
  CHECK(to_string(parse_schedule("step:7")) == "step:7:0.5");
  CHECK(to_string(parse_schedule("search")) == "search:exact");
  CHECK(to_string(parse_schedule("warmup:10")) == "warmup:10+constant");
}

TEST_CASE("schedule: what is wrong with a text is said") {
  const std::pair<const char*, const char*> cases[] = {
      {"cosin:10",
       "schedule 'cosin:10': 'cosin' is unknown; expected constant, step:N:FACTOR, exponential:FACTOR, inverse:K, "
       "cosine:T, plateau:EPOCHS:FACTOR or search, behind warmup:N+ if wanted"},
      {"cosine",
       "schedule 'cosine': something is missing; expected cosine:T, such as cosine:1000, or cosine:100e for epochs"},
      {"cosine:",
       "schedule 'cosine:': '' is no whole number >= 1; expected cosine:T, such as cosine:1000, or cosine:100e for "
       "epochs"},
      {"cosine:0",
       "schedule 'cosine:0': '0' is no whole number >= 1; expected cosine:T, such as cosine:1000, or cosine:100e for "
       "epochs"},
      {"cosine:10:2",
       "schedule 'cosine:10:2': '2' is too much; expected cosine:T, such as cosine:1000, or cosine:100e for epochs"},
      {"step:10:1.5",
       "schedule 'step:10:1.5': '1.5' is no number > 0 and <= 1; expected step:N:FACTOR, such as step:100:0.5, or "
       "step:10e:0.5 for epochs"},
      {"exponential:0.9:k",
       "schedule 'exponential:0.9:k': 'k' is too much; expected exponential:FACTOR, such as exponential:0.999, or "
       "exponential:0.9:e for epochs"},
      {"plateau:3e",
       "schedule 'plateau:3e': '3e' is no whole number >= 1; expected plateau:EPOCHS:FACTOR, such as plateau:10:0.5"},
      {"search:newton",
       "schedule 'search:newton': 'newton' is unknown; expected search, search:exact or search:backtracking"},
      {"warmup+cosine:3",
       "schedule 'warmup+cosine:3': something is missing; expected warmup:N+ and a schedule, such as "
       "warmup:100+cosine:1000"},
      {"warmup:3+search", "schedule 'warmup:3+search': search finds every rate itself; expected no warm-up before it"}};
  for (const auto& [text, message] : cases) CHECK_THROWS_WITH_AS(parse_schedule(text), message, Error);

  CHECK_THROWS_WITH_AS((Schedule{.length = 0}.validate()), "schedule length is 0; expected a number >= 1", Error);
  CHECK_THROWS_WITH_AS((Schedule{.factor = 2.0}.validate()), "schedule factor is 2; expected a number > 0 and <= 1",
                       Error);
  CHECK_THROWS_WITH_AS((Schedule{.warmup = -1}.validate()), "schedule warmup is -1; expected a number >= 0", Error);
  CHECK_THROWS_WITH_AS((Schedule{.kind = Schedule::Kind::search, .warmup = 2}.validate()),
                       "schedule search has a warm-up; expected none, since it finds every rate itself", Error);
}
