// Linear regression in closed form, on numbers that were published.
#include <cmath>
#include <string>
#include <vector>

#include <doctest/doctest.h>
#include <thalweg/models/regression.hpp>

#include "../../support/regression_reference.hpp"

using namespace thalweg;
using namespace test_support;

namespace {

/// NIST StRD linear regression, Longley (1967).
RegressionData longley() {
  RegressionData data;
  data.inputs = {"deflator", "gnp", "unemployed", "armed_forces", "population", "year"};
  data.y = {60323, 61122, 60171, 61187, 63221, 63639, 64989, 63761,
            66019, 67857, 68169, 66513, 68655, 69564, 69331, 70551};
  data.x = {{83.0, 88.5, 88.2, 89.5, 96.2, 98.1, 99.0, 100.0, 101.2, 104.6, 108.4, 110.8, 112.6, 114.2, 115.7, 116.9},
            {234289, 259426, 258054, 284599, 328975, 346999, 365385, 363112, 397469, 419180, 442769, 444546, 482704,
             502601, 518173, 554894},
            {2356, 2325, 3682, 3351, 2099, 1932, 1870, 3578, 2904, 2822, 2936, 4681, 3813, 3931, 4806, 4007},
            {1590, 1456, 1616, 1650, 3099, 3594, 3547, 3350, 3048, 2857, 2798, 2637, 2552, 2514, 2572, 2827},
            {107608, 108632, 109773, 110929, 112075, 113270, 115094, 116219, 117388, 118734, 120445, 121950, 123366,
             125368, 127852, 130081},
            {1947, 1948, 1949, 1950, 1951, 1952, 1953, 1954, 1955, 1956, 1957, 1958, 1959, 1960, 1961, 1962}};
  return data;
}

double digits(double value, double certified) {
  const double error = std::abs(value - certified) / std::abs(certified);
  return error == 0.0 ? 16.0 : -std::log10(error);
}

}  // namespace

TEST_CASE("linear: Longley's certified coefficients") {
  const double certified[] = {-3482258.63459582, 15.0618722713733,       -0.358191792925910e-01, -2.02022980381683,
                              -1.03322686717359, -0.511041056535807e-01, 1829.15146461355};
  RegressionOptions options;
  for (const bool standardize : {false, true}) {
    options.standardize = standardize;
    const RegressionModel model(options, longley());
    const std::vector<double> x = model.in_users_units(solve_linear(model));
    for (std::size_t i = 0; i < 7; ++i) {
      CAPTURE(model.name(static_cast<std::int64_t>(i)));
      // NIST prints 15 digits of them.
      CHECK(digits(x[i], certified[i]) > (standardize ? 11.5 : 14.0));
    }
    // The certified standard deviation of the residuals.
    const RegressionMeasures measures = model.measure(solve_linear(model), longley());
    CHECK(digits(std::sqrt(2.0 * measures.mean_loss * 16.0 / 9.0), 304.854073561965) > 10.0);
    CHECK(digits(measures.r_squared, 0.995479004577296) > 10.0);
  }
}

TEST_CASE("linear: the gradient vanishes at the solution, with and without ridge and intercept") {
  for (const double l2 : {0.0, 3.0})
    for (const bool intercept : {true, false}) {
      RegressionOptions options;
      options.l2 = l2;
      options.intercept = intercept;
      const RegressionModel model(options, table(300, 6, 0));
      const std::vector<double> x = solve_linear(model);
      std::vector<double> g(x.size());
      model.objective().gradient(x, g);
      for (const double v : g) CHECK(std::abs(v) < 1e-11);
    }
}

TEST_CASE("linear: ridge serves fewer samples than coefficients, and plain least squares says no") {
  RegressionOptions options;
  CHECK_THROWS_WITH_AS(solve_linear(RegressionModel(options, table(5, 6, 0))),
                       "5 samples for 7 coefficients; expected as many at least, or l2 > 0", Error);
  options.l2 = 0.1;
  const RegressionModel model(options, table(5, 6, 0));
  std::vector<double> g(7);
  model.objective().gradient(solve_linear(model), g);
  for (const double v : g) CHECK(std::abs(v) < 1e-12);
}

TEST_CASE("linear: columns that depend on each other are named") {
  RegressionData data = table(20, 3, 0);
  for (std::size_t i = 0; i < 20; ++i) data.x[2][i] = 2.0 * data.x[0][i] - 4.0;
  CHECK_THROWS_WITH_AS(solve_linear(RegressionModel({}, data)),
                       "input 'x3' depends linearly on 'x1' and the intercept; expected independent inputs, or l2 > 0",
                       Error);
}

TEST_CASE("linear: what has no closed form is refused") {
  RegressionOptions options;
  options.l1 = 1.0;
  CHECK_THROWS_WITH_AS(solve_linear(RegressionModel(options, table(20, 3, 0))),
                       "a linear model with l1 or max_norm has no closed form; expected neither, or a proximal method",
                       Error);
  CHECK_THROWS_WITH_AS(solve_linear(RegressionModel(options_of(RegressionKind::logistic), table(20, 3, 2))),
                       "logistic regression has no closed form; expected linear", Error);
}
