// Statistics of correlated errors and of counts.
#include <thalweg/inference/profile.hpp>
#include <thalweg/inference/statistics.hpp>

#include <cmath>
#include <memory>
#include <vector>

#include <doctest/doctest.h>
#include <thalweg/minimize/solve.hpp>
#include <thalweg/models/build.hpp>
#include <thalweg/problem/problem.hpp>

using namespace thalweg;
using doctest::Approx;

namespace {

FitStatistics statistics_of(const CurveProblem& built, Result& result) {
  result = solve(built.problem);
  REQUIRE(result.converged());
  std::vector<double> y;
  for (const auto& model : built.models)
    for (const double v : model->response()) y.push_back(v);
  return statistics(built.problem, result, y);
}

const std::string line =
    "[model]\ny = 'a + b*x'\n[parameters]\na = 0\nb = 0\n[data]\ncolumns = ['x', 'y']\n"
    "rows = [[0, 1.1], [1, 2.9], [2, 5.2], [3, 6.8], [4, 9.1], [5, 11.3]]\n"
    "covariance = [[1.25], [0.25, 1], [0.25, 1], [0.25, 1], [0.25, 1], [0.25, 1]]\n";

}  // namespace

// Aitken's estimator in rational arithmetic (Python's fractions).
TEST_CASE("generalised least squares of a line to 12 digits") {
  Result result;
  const FitStatistics known =
      statistics_of(build_problem(read_toml(line + "[fit]\nnoise = 'known'\n", "f", ".")), result);
  const double value[] = {0.97578100347112651, 2.0384190596402649},
               error[] = {0.86480617067824406, 0.27451583932399998};
  const double chi2 = 0.21141053960239822;
  for (std::size_t i = 0; i < 2; ++i) {
    CHECK(known.parameters[i].value == Approx(value[i]).epsilon(1e-12));
    CHECK(known.parameters[i].standard_error == Approx(error[i]).epsilon(1e-12));
  }
  CHECK(known.covariance[1] == Approx(-0.19534947933101926).epsilon(1e-12));
  CHECK(known.residual_sum_of_squares == Approx(chi2).epsilon(1e-12));
  CHECK(known.r_squared == Approx(0.99618044717335597).epsilon(1e-12));
  CHECK(known.aic == Approx(15.1345594743691).epsilon(1e-12));
  const FitStatistics estimated = statistics_of(build_problem(read_toml(line, "f", ".")), result);
  for (std::size_t i = 0; i < 2; ++i) {
    CHECK(estimated.parameters[i].value == Approx(value[i]).epsilon(1e-12));
    CHECK(estimated.parameters[i].standard_error == Approx(error[i] * std::sqrt(chi2 / 4.0)).epsilon(1e-12));
  }
  CHECK(estimated.aic == Approx(2.84887201591449).epsilon(1e-12));
}

// (0.05 · 1.5 + 0.1125 · 1 − 0.06 · 2.5) / (0.05 + 0.1125 − 0.12) = 15/17, below both results.
TEST_CASE("Peelle's puzzle") {
  Result result;
  const FitStatistics s =
      statistics_of(build_problem(read_curve_fit(THALWEG_SOURCE_DIR "/problems/curves/peelle.toml")), result);
  CHECK(s.parameters[0].value == Approx(15.0 / 17.0).epsilon(1e-14));
  CHECK(s.parameters[0].standard_error == Approx(std::sqrt(0.002025 / 0.0425)).epsilon(1e-13));
}

// scipy.optimize.curve_fit 1.10.1 with a 2-D sigma, both ways; sigma = (0.05 + 0.03 y), neighbours correlated by 0.6.
TEST_CASE("a decay with autocorrelated errors is that of SciPy with the matrix") {
  const std::string decay =
      "[model]\ny = 'a*exp(-b*t)'\n[parameters]\na = 5\nb = 0.2\n[data]\ncolumns = ['t', 'y']\nrows = [[0, 5.2], [1, "
      "4.1], "
      "[2, 3.6], [3, 2.7], [4, 2.4], [5, 1.8], [6, 1.7], [7, 1.3], [8, 1.05], [9, 0.95]]\nsigma = '0.05 + 0.03*y'\n";
  for (const char* autocorrelation :
       {"autocorrelation = 0.6\n", "autocorrelation = { correlation = 0.6, at = 't' }\n"}) {
    Result result;
    const FitStatistics known =
        statistics_of(build_problem(read_toml(decay + autocorrelation + "[fit]\nnoise = 'known'\n", "f", ".")), result);
    CHECK(known.parameters[0].value == Approx(5.09619948043486).epsilon(1e-8));
    CHECK(known.parameters[1].value == Approx(0.195356224095474).epsilon(1e-8));
    CHECK(known.parameters[0].standard_error == Approx(0.191044956386605).epsilon(1e-7));
    CHECK(known.parameters[1].standard_error == Approx(0.00898858770316368).epsilon(1e-7));
    const FitStatistics scaled = statistics_of(build_problem(read_toml(decay + autocorrelation, "f", ".")), result);
    CHECK(scaled.parameters[0].standard_error == Approx(0.314427684476085).epsilon(1e-7));
    CHECK(scaled.parameters[1].standard_error == Approx(0.0147936950112237).epsilon(1e-7));
  }
}

// Newton's method on the likelihood with 40 digits, by Python's decimal.
TEST_CASE("counts of two isotopes: estimate, Fisher's errors, deviance and criteria") {
  Result result;
  const CurveProblem built = build_problem(read_curve_fit(THALWEG_SOURCE_DIR "/problems/curves/silver_decay.toml"));
  const FitStatistics s = statistics_of(built, result);
  const double value[] = {11.046280850184131, 961.38137600563721, 127.62202260617119, 34.232830324438218,
                          211.62074723515124};
  const double error[] = {1.96672067461527, 49.3295358017774, 20.8676056725805, 2.50029951781422, 32.2402253187715};
  for (std::size_t i = 0; i < 5; ++i) {
    CHECK(s.parameters[i].value == Approx(value[i]).epsilon(1e-10));
    CHECK(s.parameters[i].standard_error == Approx(error[i]).epsilon(1e-9));
  }
  CHECK(s.likelihood);
  CHECK(2.0 * result.final_cost == Approx(65.8881803301154).epsilon(1e-12));
  CHECK(s.residual_sum_of_squares == Approx(65.8930386469858).epsilon(1e-10));
  CHECK(s.degrees_of_freedom == 54);
  CHECK(s.chi_squared_probability == Approx(0.12863325868294556).epsilon(1e-9));
  CHECK(s.aic == Approx(393.90488624109).epsilon(1e-11));
  CHECK(s.bic == Approx(404.29257346061).epsilon(1e-11));
  CHECK(std::isnan(s.r_squared));
}

// One mean μ of n counts with the sum S: 2 (nμ − S + S ln(S/nμ)) = 3.8414588 at the ends of the interval.
TEST_CASE("intervals of counts by profile are those of the likelihood") {
  CurveFit fit = read_toml(
      "[model]\ny = 'm'\n[parameters]\nm = 1\n[data]\ncolumns = ['y']\nrows = [[2], [0], [1], [0], [3], "
      "[1]]\n[fit]\nnoise "
      "= 'poisson'\n",
      "f", ".");
  const CurveProblem built = build_problem(fit);
  Result result;
  const FitStatistics s = statistics_of(built, result);
  CHECK(s.parameters[0].value == Approx(7.0 / 6.0).epsilon(1e-14));
  CHECK(s.parameters[0].standard_error == Approx(std::sqrt(7.0) / 6.0).epsilon(1e-13));
  const Profile found = profile(built.problem, result, s);
  REQUIRE(found.available());
  for (const double end : {found.intervals[0].lower.value, found.intervals[0].upper.value}) {
    const double mean = 6.0 * end;
    CHECK(2.0 * (mean - 7.0 + 7.0 * std::log(7.0 / mean)) == Approx(3.841458820694124).epsilon(1e-5));
  }
}
