#include <thalweg/inference/residual_tests.hpp>

#include <doctest/doctest.h>

#include <cmath>
#include <vector>

#include <thalweg/math/special.hpp>

namespace {

using Series = std::vector<std::vector<double>>;

/// `above` times +1, then `below` times −1.
std::vector<double> blocks(int above, int below) {
  std::vector<double> r(static_cast<std::size_t>(above), 1.0);
  r.insert(r.end(), static_cast<std::size_t>(below), -1.0);
  return r;
}

std::vector<double> alternating(int n) {
  std::vector<double> r;
  for (int i = 0; i < n; ++i) r.push_back(i % 2 == 0 ? 1.0 : -1.0);
  return r;
}

}  // namespace

TEST_CASE("runs: the exact distribution") {
  // Sums of Wald & Wolfowitz's terms in whole numbers (Python's math.comb); 0.019 of 10 and 10 with 6 runs is that of
  // the tables of Swed & Eisenhart 1943.
  const auto two = thalweg::runs_test(Series{blocks(4, 5)});
  REQUIRE(two);
  CHECK(two->runs == 2);
  CHECK(two->expected == doctest::Approx(1.0 + 40.0 / 9.0));
  CHECK(two->probability == doctest::Approx(0.015873015873015872).epsilon(1e-12));
  const std::vector<double> six = {1, 1, 1, 1, -1, -1, -1, -1, 1, 1, 1, -1, -1, -1, 1, 1, 1, -1, -1, -1};
  CHECK(thalweg::runs_test(Series{six})->probability == doctest::Approx(0.018521725952066508).epsilon(1e-12));
  const std::vector<double> four = {1, 1, 1, -1, -1, 1, 1, 1, 1, -1};
  CHECK(thalweg::runs_test(Series{four})->probability == doctest::Approx(0.2833333333333333).epsilon(1e-12));
  CHECK(thalweg::runs_test(Series{alternating(20)})->probability == doctest::Approx(1.0));
}

TEST_CASE("runs: zeros are left out, one sign alone tells nothing, several series count together") {
  CHECK(thalweg::runs_test(Series{{1, 0, 1, -1, 0, -1}})->runs == 2);
  CHECK_FALSE(thalweg::runs_test(Series{{1, 2, 3}}));
  CHECK_FALSE(thalweg::runs_test(Series{{0, 0}, {}}));
  CHECK_FALSE(thalweg::runs_test(Series{}));
  // Two series of two runs each: both must happen, 1/C(4, 2) · 2 each.
  const auto both = thalweg::runs_test(Series{blocks(2, 2), blocks(2, 2)});
  CHECK(both->runs == 4);
  CHECK(both->expected == doctest::Approx(6.0));
  CHECK(both->probability == doctest::Approx(1.0 / 9.0));
  // A series of one sign adds a run that is expected.
  CHECK(thalweg::runs_test(Series{blocks(2, 2), blocks(3, 0)})->probability == doctest::Approx(1.0 / 3.0));
}

TEST_CASE("runs: the normal distribution takes over where the exact one ends") {
  std::vector<double> r = alternating(1000);
  for (int i = 0; i < 60; ++i) r[static_cast<std::size_t>(16 * i)] = r[static_cast<std::size_t>(16 * i + 1)] = 1.0;
  const double exact = thalweg::runs_test(Series{r})->probability;
  r.push_back(-r.back());
  const double normal = thalweg::runs_test(Series{r})->probability;
  CHECK(normal == doctest::Approx(exact).epsilon(0.05));
}

TEST_CASE("Shapiro-Wilk as scipy computes it") {
  // scipy.stats.shapiro 1.10.1, the same algorithm in single precision.
  struct Known {
    std::vector<double> values;
    double w, p;
  };
  std::vector<double> wave, bent, normal;
  for (int i = 0; i < 50; ++i) wave.push_back(std::sin(1.7 * i) * i);
  for (int i = 0; i < 1500; ++i) bent.push_back(std::cbrt(std::sin(1.7 * i) + 0.3 * std::cos(0.611 * i)));
  for (int i = 0; i < 5000; ++i) {
    const double q = thalweg::normal_quantile((i + 0.5) / 5000.0);
    normal.push_back(q + 0.02 * q * q);
  }
  const Known all[] = {
      {{1, 2, 4}, 0.9642857313156128, 0.6368856430053711},
      {{1.0, 2.5, 3.1, 4.7}, 0.9937753081321716, 0.9759249687194824},
      {{0.1, 0.5, 0.2, 0.9, 5.0, 0.3, 1.2}, 0.6565220355987549, 0.0012197557371109724},
      // Royston's own example: weights of eleven men, W = 0.79, p = 0.0067.
      {{148, 154, 158, 160, 161, 162, 166, 170, 182, 195, 236}, 0.7888147830963135, 0.006703833118081093},
      {wave, 0.9909236431121826, 0.9652789831161499},
      {normal, 0.9991946220397949, 0.020307285711169243},
  };
  for (const Known& known : all) {
    const auto found = thalweg::shapiro_wilk(known.values);
    REQUIRE(found);
    CHECK(found->w == doctest::Approx(known.w).epsilon(2e-6));
    CHECK(found->probability == doctest::Approx(known.p).epsilon(2e-3));
  }
  const auto far = thalweg::shapiro_wilk(bent);
  CHECK(far->w == doctest::Approx(0.8021982312202454).epsilon(2e-5));
  CHECK(std::log10(far->probability) == doctest::Approx(std::log10(2.2774617304423733e-39)).epsilon(2e-3));
}

TEST_CASE("Shapiro-Wilk knows neither units nor order, and refuses what it cannot judge") {
  const std::vector<double> values = {3.0, -1.0, 4.5, 0.2, -2.2, 1.1};
  const double w = thalweg::shapiro_wilk(values)->w;
  std::vector<double> scaled;
  for (auto v = values.rbegin(); v != values.rend(); ++v) scaled.push_back(1e-200 * *v + 3e-200);
  CHECK(thalweg::shapiro_wilk(scaled)->w == doctest::Approx(w));
  CHECK_FALSE(thalweg::shapiro_wilk({1.0, 2.0}));
  CHECK_FALSE(thalweg::shapiro_wilk(std::vector<double>(5001, 1.0)));
  CHECK_FALSE(thalweg::shapiro_wilk({1.0, 1.0, 1.0, 1.0}));
  CHECK_FALSE(thalweg::shapiro_wilk({1.0, 2.0, NAN, 4.0}));
}
