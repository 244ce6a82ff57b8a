#include <thalweg/inference/statistics.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <filesystem>
#include <string>
#include <type_traits>
#include <vector>

#include <fmt/format.h>

#include <thalweg/minimize/solve.hpp>
#include <thalweg/models/build.hpp>

using thalweg::FitStatistics;
using thalweg::Noise;
using thalweg::Result;

namespace {

struct Fit {
  thalweg::CurveFit file;
  thalweg::CurveProblem built;
  Result result;
  FitStatistics statistics;
};

Fit fit(thalweg::CurveFit file) {
  Fit f{std::move(file), {}, {}, {}};
  f.built = thalweg::build_problem(f.file);
  f.result = thalweg::solve(f.built.problem);
  const std::vector<double> y = f.built.models[0]->response();
  f.statistics = thalweg::statistics(f.built.problem, f.result, y);
  return f;
}

/// y = model over x = 0..3, y = 1, 3, 4, 6.
std::string line(const std::string& model, const std::string& parameters) {
  return "[model]\ny = '" + model + "'\n[parameters]\n" + parameters +
         "\n[data]\ncolumns = ['x', 'y', 's']\n"
         "rows = [[0, 1, 0.5], [1, 3, 0.5], [2, 4, 0.5], [3, 6, 0.5]]\n";
}

Fit fit_line(const std::string& model, const std::string& parameters, const std::string& more = "") {
  return fit(thalweg::read_toml(line(model, parameters) + more, "line.toml", "."));
}

bool unset(double v) { return std::isnan(v); }

constexpr double t_2 = 4.302652729911275;  // 97.5 % quantile of Student's t, 2 degrees of freedom

}  // namespace

TEST_CASE("standard errors of all NIST problems agree with the certified ones to 6 digits") {
  const auto folder = std::filesystem::path(THALWEG_SOURCE_DIR) / "problems" / "nist";
  int problems = 0;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    CAPTURE(entry.path().string());
    const Fit f = fit(thalweg::read_curve_fit(entry.path().string()));
    ++problems;
    REQUIRE(f.result.converged());
    CHECK(f.statistics.undetermined.empty());
    // The residuals of Lanczos1 are 1e-13 beside data of 2.5: what is left of them when the data
    // are rounded to doubles, and the model is evaluated in them, has two to three digits. Its errors
    // are compared beside the certified s.
    const double rss = f.file.certified_residual_sum_of_squares;
    const bool rounded = entry.path().stem() == "lanczos1";
    const double ratio = std::sqrt(f.statistics.residual_sum_of_squares / rss);
    CHECK(std::abs(ratio - 1.0) < (rounded ? 1e-2 : 1e-9));
    for (std::size_t i = 0; i < f.file.parameters.size(); ++i) {
      const auto& p = f.statistics.parameters[i];
      CAPTURE(p.name);
      const double certified = f.file.parameters[i].certified->error * (rounded ? ratio : 1.0);
      CHECK(std::abs(p.standard_error / certified - 1.0) < 1e-6);
    }
  }
  CHECK(problems == 27);
}

TEST_CASE("a straight line, against the textbook") {
  const Fit f = fit_line("a + b*x", "a = 0\nb = 1");
  const FitStatistics& s = f.statistics;
  const double deviation = std::sqrt(0.2 / 2.0);
  const double error_b = deviation / std::sqrt(5.0);
  CHECK(s.residual_sum_of_squares == doctest::Approx(0.2));
  CHECK(s.degrees_of_freedom == 2);
  CHECK(s.residual_standard_deviation == doctest::Approx(deviation));
  CHECK(s.parameters[0].standard_error == doctest::Approx(deviation * std::sqrt(0.25 + 2.25 / 5)));
  CHECK(s.parameters[1].standard_error == doctest::Approx(error_b));
  CHECK(s.parameters[1].lower_interval == doctest::Approx(1.6 - t_2 * error_b));
  CHECK(s.parameters[1].upper_interval == doctest::Approx(1.6 + t_2 * error_b));
  CHECK(s.r_squared == doctest::Approx(1.0 - 0.2 / 13.0));
  // R: AIC(lm(y ~ x)), BIC(lm(y ~ x)).
  const double minus_two_log_likelihood = 4.0 * (std::log(2.0 * M_PI * 0.2 / 4.0) + 1.0);
  CHECK(s.aic == doctest::Approx(minus_two_log_likelihood + 6.0));
  CHECK(s.bic == doctest::Approx(minus_two_log_likelihood + 3.0 * std::log(4.0)));
  CHECK(s.correlation[1] == doctest::Approx(-1.5 / std::sqrt(3.5)));
  CHECK(s.correlation[0] == 1.0);
  CHECK(unset(s.chi_squared_probability));
}

TEST_CASE("noise known and noise estimated") {
  const std::string parameters = "a = 0\nb = 1";
  const std::string sigma = "sigma = 's'\n";
  const FitStatistics estimated = fit_line("a + b*x", parameters, sigma).statistics;
  const FitStatistics known = fit_line("a + b*x", parameters, sigma + "[fit]\nnoise = 'known'\n").statistics;
  CHECK(estimated.noise == Noise::estimated);
  CHECK(known.noise == Noise::known);
  // All σ are equal: estimating their factor gives what no σ at all gives.
  CHECK(estimated.parameters[1].standard_error == doctest::Approx(std::sqrt(0.1 / 5.0)));
  CHECK(known.parameters[1].standard_error == doctest::Approx(0.5 / std::sqrt(5.0)));
  CHECK(known.parameters[1].upper_interval == doctest::Approx(1.6 + 1.959963984540054 * 0.5 / std::sqrt(5.0)));
  CHECK(known.residual_sum_of_squares == doctest::Approx(0.8));
  CHECK(known.chi_squared_probability == doctest::Approx(std::exp(-0.4)));  // two degrees
  const double constant = 4.0 * std::log(2.0 * M_PI * 0.25);
  CHECK(known.aic == doctest::Approx(0.8 + constant + 4.0));
  CHECK(known.bic == doctest::Approx(0.8 + constant + 2.0 * std::log(4.0)));
  // The likelihood of the estimated noise does not depend on the unit of σ.
  CHECK(estimated.aic == doctest::Approx(fit_line("a + b*x", parameters).statistics.aic));
  CHECK(known.r_squared == doctest::Approx(1.0 - 0.2 / 13.0));
}

TEST_CASE("of a product only the product is determined; the rest of the fit still is") {
  const Fit f = fit_line("c + a*b*x", "a = 1\nb = 2\nc = 0");
  const FitStatistics& s = f.statistics;
  REQUIRE(s.undetermined.size() == 1);
  const auto& terms = s.undetermined[0].terms;
  REQUIRE(terms.size() == 2);
  CHECK(terms[0].coefficient == 1.0);
  // Moving along it leaves a b as it is: b δa + a δb = 0.
  const double a = s.parameters[0].value, b = s.parameters[1].value;
  const bool a_first = terms[0].parameter == "a";
  CHECK(terms[a_first ? 1 : 0].parameter == "b");
  CHECK(terms[1].coefficient == doctest::Approx(a_first ? -b / a : -a / b));
  CHECK(unset(s.parameters[0].standard_error));
  CHECK(unset(s.parameters[1].upper_interval));
  CHECK_FALSE(s.parameters[0].determined);
  CHECK(s.parameters[2].determined);
  CHECK(s.parameters[2].standard_error == doctest::Approx(std::sqrt(0.1 * (0.25 + 2.25 / 5))));
  CHECK(s.degrees_of_freedom == 2);
  CHECK(unset(s.correlation[1]));
  CHECK(s.correlation[8] == 1.0);
}

TEST_CASE("independent causes are named one by one") {
  const Fit f = fit_line("(c + d) + a*b*x", "a = 1\nb = 2\nc = 0\nd = 0.5");
  REQUIRE(f.statistics.undetermined.size() == 2);
  for (const auto& combination : f.statistics.undetermined) {
    REQUIRE(combination.terms.size() == 2);
    std::string names = combination.terms[0].parameter + combination.terms[1].parameter;
    std::sort(names.begin(), names.end());
    CHECK((names == "ab" || names == "cd"));
  }
  CHECK(f.statistics.degrees_of_freedom == 2);
}

TEST_CASE("a parameter without influence is a combination of its own") {
  const Fit f = fit_line("a + b*x + 0*c", "a = 0\nb = 1\nc = 7");
  REQUIRE(f.statistics.undetermined.size() == 1);
  REQUIRE(f.statistics.undetermined[0].terms.size() == 1);
  CHECK(f.statistics.undetermined[0].terms[0].parameter == "c");
  CHECK(f.statistics.parameters[1].standard_error == doctest::Approx(std::sqrt(0.1 / 5.0)));
}

TEST_CASE("no degree of freedom: the errors are not known, unless the noise is") {
  const std::string cubic = "a + b*x + c*x^2 + d*x^3", parameters = "a = 0\nb = 1\nc = 0\nd = 0";
  const FitStatistics s = fit_line(cubic, parameters).statistics;
  CHECK(s.degrees_of_freedom == 0);
  CHECK(unset(s.residual_standard_deviation));
  CHECK(unset(s.parameters[0].standard_error));
  CHECK(s.parameters[0].determined);
  CHECK(s.undetermined.empty());
  const FitStatistics known = fit_line(cubic, parameters, "sigma = 's'\n[fit]\nnoise = 'known'\n").statistics;
  CHECK(known.parameters[0].standard_error == doctest::Approx(0.5));
  CHECK(unset(known.chi_squared_probability));
}

TEST_CASE("fixed parameters and those at a bound have no error, the others do") {
  const Fit f = fit_line("a + b*x + c", "a = 0\nb = { start = 1, upper = 1.5 }\nc = { start = 0.25, fixed = true }");
  const FitStatistics& s = f.statistics;
  CHECK(s.parameters[1].value == 1.5);
  CHECK(s.parameters[1].at_bound);
  CHECK(s.parameters[2].fixed);
  CHECK_FALSE(s.parameters[2].at_bound);
  CHECK(unset(s.parameters[1].standard_error));
  CHECK(unset(s.parameters[2].standard_error));
  CHECK(s.parameters[0].value == doctest::Approx(1.0));
  CHECK(s.degrees_of_freedom == 3);
  CHECK(s.free == std::vector<int>{0});
  CHECK(s.parameters[0].standard_error == doctest::Approx(std::sqrt(0.25 / 3.0 / 4.0)));
}

TEST_CASE("at a bound the error is one-sided, and joins the standard error where the bound only touches") {
  // The slope's cost is 0.1 + ½ 5 (b − 1.6)², whatever the intercept.
  const auto with_upper = [](double upper, bool known = false) {
    const std::string sigma = !known ? "" : "sigma = 's'\n[fit]\nnoise = 'known'\n";
    return fit_line("a + b*x", fmt::format("a = 0\nb = {{ start = -200, upper = {:.17g} }}", upper), sigma).statistics;
  };
  for (const double distance : {1e-12, 1e-3, 0.1, 1.0, 100.0}) {
    CAPTURE(distance);
    const FitStatistics s = with_upper(1.6 - distance);
    const auto& b = s.parameters[1];
    REQUIRE(b.at_bound);
    CHECK(unset(b.standard_error));
    const double variance = (0.2 + 5.0 * distance * distance) / 3.0, t_3 = 3.182446305284263;
    const auto rise = [&](double inwards) { return 2.5 * (std::pow(distance + inwards, 2) - distance * distance); };
    CHECK(rise(b.one_sided_error) == doctest::Approx(0.5 * variance).epsilon(1e-9));
    CHECK(b.upper_interval == b.value);
    CHECK(rise(b.value - b.lower_interval) == doctest::Approx(0.5 * variance * t_3 * t_3).epsilon(1e-9));
    if (distance == 1e-12) CHECK(b.one_sided_error == doctest::Approx(std::sqrt(variance / 5.0)).epsilon(1e-9));
  }
  const FitStatistics known = with_upper(1.5, true);  // σ = 0.5: h = 20
  CHECK(10.0 * (std::pow(0.1 + known.parameters[1].one_sided_error, 2) - 0.01) == doctest::Approx(0.5));
}

TEST_CASE("a one-sided error does not reach beyond the other bound, and needs a residual that moves") {
  const FitStatistics narrow = fit_line("a + b*x", "a = 0\nb = { start = 1.46, lower = 1.45, upper = 1.5 }").statistics;
  CHECK(narrow.parameters[1].lower_interval == doctest::Approx(1.45));
  CHECK(narrow.parameters[1].one_sided_error > 0.05);
  const FitStatistics lower = fit_line("a + b*x", "a = 0\nb = { start = 5, lower = 2 }").statistics;
  CHECK(lower.parameters[1].lower_interval == 2.0);
  CHECK(lower.parameters[1].upper_interval > 2.0 + lower.parameters[1].one_sided_error);
  // No residual reads c; of a + c only the sum is determined, and a makes up for what c does.
  for (const char* model : {"a + b*x + 0*c", "a + b*x + c"}) {
    CAPTURE(model);
    Fit f = fit_line(model, "a = 0\nb = 1\nc = { start = 3, upper = 3 }");
    f.result.x = {f.result.x[0] + f.result.x[2] - 3.0, f.result.x[1], 3.0};
    const thalweg::ParameterStatistics c = thalweg::statistics(f.built.problem, f.result).parameters[2];
    REQUIRE(c.at_bound);
    CHECK(unset(c.one_sided_error));
    CHECK_FALSE(c.determined);
  }
}

TEST_CASE("priors count as residuals, but not for R²") {
  const Fit f = fit_line("a + b*x", "a = 0\nb = { start = 1, prior = { mean = 1.6, sigma = 1 } }");
  CHECK(f.statistics.degrees_of_freedom == 3);
  CHECK(f.statistics.r_squared == doctest::Approx(1.0 - 0.2 / 13.0));
}

TEST_CASE("where the cost is not finite there are no statistics, but names and values") {
  Fit f = fit_line("a*log(x + b)", "a = 1\nb = 1");
  f.result.x = {2.0, -1.0};
  const FitStatistics s = thalweg::statistics(f.built.problem, f.result);
  CHECK(s.parameters[1].name == "b");
  CHECK(s.parameters[1].value == -1.0);
  CHECK(unset(s.residual_sum_of_squares));
  CHECK(unset(s.parameters[0].standard_error));
}

TEST_CASE("a failed solve has no statistics, even where the cost is finite") {
  Fit f = fit_line("a + b*x", "a = 0\nb = 1");
  for (const auto status : {thalweg::Status::non_finite_start, thalweg::Status::failed}) {
    f.result.status = status;
    const FitStatistics s = thalweg::statistics(f.built.problem, f.result);
    CHECK_FALSE(s.available());
    CHECK(s.parameters[1].name == "b");
    CHECK(unset(s.parameters[0].standard_error));
    CHECK(unset(s.r_squared));
    CHECK(unset(s.aic));
  }
  CHECK(f.statistics.available());
}

TEST_CASE("the standard deviations are those of the groups, for each component") {
  thalweg::Problem problem;
  const auto p = problem.add_parameters("p", std::vector<double>{0.0});
  const std::vector<double> x = {1, 2}, y = {1.1, 1.9}, sigma = {0.5, 0.25};
  problem
      .add_residuals(
          "pairs",
          [](auto q, double xi, double yi) {
            using T = std::remove_cvref_t<decltype(q[0])>;
            return std::array<T, 2>{q[0] * xi - yi, q[0] - 1.0};
          },
          p, x, y)
      .set_sigma(sigma);
  problem.set_noise(Noise::known);
  const Result result = thalweg::solve(problem);
  const std::vector<double> response = {1.1, 1.0, 1.9, 1.0};
  const FitStatistics s = thalweg::statistics(problem, result, response);
  const double log_variances = 4.0 * std::log(2.0 * M_PI) + 4.0 * std::log(0.5) + 4.0 * std::log(0.25);
  CHECK(s.aic == doctest::Approx(s.residual_sum_of_squares + log_variances + 2.0));
  // Weights 4, 4, 16, 16: the mean is (4*2.1 + 16*2.9)/40.
  const double mean = 1.37;
  const double total = 4.0 * (std::pow(1.1 - mean, 2) + std::pow(1.0 - mean, 2)) +
                       16.0 * (std::pow(1.9 - mean, 2) + std::pow(1.0 - mean, 2));
  CHECK(s.r_squared == doctest::Approx(1.0 - s.residual_sum_of_squares / total));
}

TEST_CASE("a covariance beyond the range of numbers leaves the errors that are within it") {
  const FitStatistics s = fit_line("a*x + 1e-200*b", "a = 1\nb = 1").statistics;
  CHECK(std::isinf(s.covariance[3]));
  CHECK(s.parameters[1].standard_error / s.residual_standard_deviation ==
        doctest::Approx(1e200 * std::sqrt(0.25 + 2.25 / 5)));
  CHECK(std::abs(s.correlation[1]) == doctest::Approx(1.5 / std::sqrt(3.5)));
  CHECK(std::isinf(fit_line("a*x + 1e-310*b", "a = 1\nb = 1").statistics.parameters[1].standard_error));
}

TEST_CASE("agreement with certified values") {
  std::vector<thalweg::ParameterStatistics> p(3);
  const char* names[] = {"a", "b", "c"};
  const double values[] = {2.0, 100.001, 1e-5};
  for (std::size_t i = 0; i < 3; ++i) {
    p[i].name = names[i];
    p[i].value = values[i];
  }
  const std::vector<double> all = {2.0, 100.0, 0.0};
  CHECK(thalweg::agreement(p, all).digits == doctest::Approx(5.0));
  CHECK(thalweg::agreement(p, std::vector<double>{2.0}).digits == 11.0);
  CHECK(thalweg::agreement(p, std::vector<double>{2.0}).worst_parameter == "a");
  CHECK(thalweg::agreement(p, std::vector<double>{2.0, 3.0, NAN}).digits == 0.0);
  p[0].value = NAN;
  CHECK(thalweg::agreement(p, all).digits == 0.0);
  CHECK(thalweg::agreement(p, all).worst_parameter == "a");
}
