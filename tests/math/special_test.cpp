#include <thalweg/math/special.hpp>

#include <doctest/doctest.h>
#include <cmath>
#include <initializer_list>
#include <limits>

using thalweg::digamma;
using thalweg::polygamma;

TEST_CASE("digamma and trigamma at points with closed forms") {
  const double euler = 0.57721566490153286061;
  CHECK(digamma(1.0) == doctest::Approx(-euler).epsilon(1e-14));
  CHECK(digamma(0.5) == doctest::Approx(-euler - 2.0 * std::log(2.0)).epsilon(1e-14));
  const double pi = 3.14159265358979323846;
  CHECK(polygamma(1, 1.0) == doctest::Approx(pi * pi / 6.0).epsilon(1e-14));
  CHECK(polygamma(1, 0.5) == doctest::Approx(pi * pi / 2.0).epsilon(1e-14));
  CHECK(polygamma(0, 3.5) == digamma(3.5));
}

TEST_CASE("digamma obeys its recurrence, on both sides of zero") {
  for (const double x : {-7.3, -1.5, -0.25, 0.05, 0.3, 2.0, 11.5, 1e5}) {
    CAPTURE(x);
    CHECK(digamma(x + 1.0) == doctest::Approx(digamma(x) + 1.0 / x).epsilon(1e-12));
    CHECK(polygamma(1, x + 1.0) == doctest::Approx(polygamma(1, x) - 1.0 / (x * x)).epsilon(1e-10));
  }
}

TEST_CASE("poles and what is no number give NaN and never throw") {
  const double infinity = std::numeric_limits<double>::infinity();
  for (const double x : {0.0, -0.0, -1.0, -2.0, -1e6, -infinity, std::nan("")}) {
    CAPTURE(x);
    CHECK(std::isnan(digamma(x)));
    CHECK(std::isnan(polygamma(1, x)));
    CHECK(std::isnan(polygamma(2, x)));
  }
  CHECK(digamma(infinity) == infinity);
  CHECK(polygamma(1, infinity) == 0.0);
  CHECK(std::isnan(polygamma(-1, 2.0)));
}

TEST_CASE("quantiles of the normal distribution undo its probabilities") {
  using thalweg::normal_quantile;
  for (const double p : {1e-300, 1e-10, 0.025, 0.3, 0.5, 0.8, 0.975, 1.0 - 1e-12})
    CHECK(0.5 * std::erfc(-normal_quantile(p) / std::sqrt(2.0)) == doctest::Approx(p).epsilon(1e-12));
  CHECK(normal_quantile(0.975) == doctest::Approx(1.959963984540054).epsilon(1e-15));
  CHECK(normal_quantile(0.0) == -std::numeric_limits<double>::infinity());
  CHECK(normal_quantile(1.0) == std::numeric_limits<double>::infinity());
  CHECK(std::isnan(normal_quantile(-0.1)));
  CHECK(std::isnan(normal_quantile(std::nan(""))));
}
