#include <thalweg/inference/model_selection.hpp>

#include <doctest/doctest.h>

#include <cmath>
#include <vector>

namespace {

thalweg::FitStatistics sums(double squares, int freedom, thalweg::Noise noise = thalweg::Noise::estimated) {
  thalweg::FitStatistics s;
  s.residual_sum_of_squares = squares;
  s.degrees_of_freedom = freedom;
  s.noise = noise;
  return s;
}

}  // namespace

TEST_CASE("Akaike weights") {
  // numpy, of four models of Puromycin.
  const std::vector<double> aicc = {98.27096864894754, 145.0870466180099, 123.20355358897817, 113.4282129452542};
  const std::vector<double> weights = thalweg::akaike_weights(aicc);
  CHECK(weights[0] == doctest::Approx(0.9994851455472689).epsilon(1e-12));
  CHECK(weights[1] == doctest::Approx(6.820153994011455e-11).epsilon(1e-10));
  CHECK(weights[3] == doctest::Approx(0.0005110019584477621).epsilon(1e-12));
  const std::vector<double> unknown = thalweg::akaike_weights(std::vector<double>{2.0, NAN, 2.0});
  CHECK(unknown == std::vector<double>{0.5, 0.0, 0.5});
  CHECK(std::isnan(thalweg::akaike_weights(std::vector<double>{NAN})[0]));
  CHECK(thalweg::akaike_weights({}).empty());
  CHECK(thalweg::akaike_weights(std::vector<double>{-1e5, 1e5}) == std::vector<double>{1.0, 0.0});
}

TEST_CASE("tests of nested models") {
  // scipy.stats.f.sf; straight lines and a parabola through Puromycin.
  const auto f = thalweg::nested_test(sums(9547.096754200275, 10), sums(2854.1333455793924, 9));
  CHECK(f.statistic == doctest::Approx(21.10506531549591).epsilon(1e-12));
  CHECK(f.probability == doctest::Approx(0.0013015466453874702).epsilon(1e-9));
  CHECK(f.numerator == 1);
  CHECK(f.denominator == 9);
  // P(χ²₁ > 3.841458820694124) = 0.05.
  const auto chi =
      thalweg::nested_test(sums(13.841458820694124, 10, thalweg::Noise::known), sums(10.0, 9, thalweg::Noise::known));
  CHECK(chi.chi_squared);
  CHECK(chi.probability == doctest::Approx(0.05).epsilon(1e-9));
  // Of likelihoods −2 ln L counts: here it falls by 3.84... while AIC falls by two less.
  thalweg::FitStatistics simple = sums(50.0, 10), full = sums(49.0, 9);
  simple.likelihood = full.likelihood = true;
  simple.aic = 101.841458820694124;
  full.aic = 100.0;
  const auto wilks = thalweg::nested_test(simple, full);
  CHECK(wilks.chi_squared);
  CHECK(wilks.statistic == doctest::Approx(3.841458820694124).epsilon(1e-9));
  CHECK(wilks.probability == doctest::Approx(0.05).epsilon(1e-7));
  CHECK(std::isnan(thalweg::nested_test(sums(1.0, 9), sums(1.0, 9)).probability));
  CHECK(std::isnan(thalweg::nested_test(sums(1.0, 1), sums(0.5, 0)).probability));
  CHECK(thalweg::nested_test(sums(1.0, 10), sums(1.0 + 1e-15, 9)).probability == 1.0);
}
