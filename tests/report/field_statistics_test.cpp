// Statistics and printed values of fits that people in the field were misled by.
#include <thalweg/inference/statistics.hpp>
#include <thalweg/table/table.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <string>
#include <vector>

#include <thalweg/inference/profile.hpp>
#include <thalweg/minimize/solve.hpp>
#include <thalweg/models/build.hpp>
#include <thalweg/report/text.hpp>

#include "report/text/table.hpp"
#include "report/text/written_values.hpp"

using doctest::Approx;
using namespace thalweg;

namespace {

struct Start {
  std::string name;
  double value;
};

struct Fit {
  CurveFit file;
  CurveProblem built;
  Result result;
  FitStatistics statistics;
  void judge() { statistics = thalweg::statistics(built.problem, result, built.models[0]->response()); }
};

Fit fit_of(Table table, const std::string& model, const std::vector<Start>& starts) {
  Fit f;
  f.file.file = "table";
  f.file.title = model;
  for (const Start& s : starts) {
    FitParameter& p = f.file.parameters.emplace_back();
    p.name = s.name;
    p.starts = {s.value};
  }
  DataSet& data = f.file.data.emplace_back();
  data.name = "data";
  data.equation = model;
  data.columns = table.columns;
  data.values = table.values;
  f.file = check_curve_fit(std::move(f.file));
  f.built = build_problem(f.file);
  return f;
}

Table curve(const std::string& name) {
  return read_table(std::string(THALWEG_SOURCE_DIR "/tests/field/curves/") + name);
}

/// At a point, which is said to be where a solve converged.
Fit at_point(Table table, const std::string& model, const std::vector<Start>& point) {
  Fit f = fit_of(std::move(table), model, point);
  f.result.status = Status::converged;
  f.result.x = f.built.problem.start();
  f.judge();
  return f;
}

Fit solved(Table table, const std::string& model, const std::vector<Start>& starts) {
  Fit f = fit_of(std::move(table), model, starts);
  f.result = solve(f.built.problem);
  f.judge();
  return f;
}

double squares(const Fit& f, const std::vector<double>& x) {
  std::vector<double> r(static_cast<std::size_t>(f.built.models[0]->rows()));
  f.built.models[0]->evaluate(x.data(), 0, f.built.models[0]->rows(), r.data(), nullptr);
  double sum = 0.0;
  for (const double v : r) sum += v * v;
  return sum;
}

std::string text_of(const Fit& f, bool verbose = false) {
  Report report;
  report.problem = {"table",
                    f.file.title,
                    "table",
                    "curve fit",
                    1,
                    static_cast<std::int64_t>(f.result.x.size()),
                    f.built.models[0]->rows(),
                    f.built.models[0]->rows(),
                    0};
  report.result = f.result;
  report.statistics = f.statistics;
  return to_text(report, verbose);
}

/// The numbers of the column "value", as text.
std::vector<std::string> printed(const Fit& f, bool verbose = false) {
  const std::string text = text_of(f, verbose);
  std::vector<std::string> values;
  for (const ParameterStatistics& p : f.statistics.parameters) {
    std::size_t at = text.find("\n  " + p.name + " ", text.find("\n  parameter"));
    REQUIRE(at != std::string::npos);
    at = text.find_first_not_of(' ', at + 3 + p.name.size());
    values.push_back(text.substr(at, text.find_first_of(" \n", at) - at));
  }
  return values;
}

std::vector<double> read_all(const std::vector<std::string>& texts) {
  std::vector<double> values;
  for (const std::string& t : texts) values.push_back(std::stod(t));
  return values;
}

std::size_t significant_digits(const std::string& number) {
  std::string digits;
  for (const char c : number.substr(0, number.find('e')))
    if (std::isdigit(static_cast<unsigned char>(c))) digits += c;
  return digits.size() - std::min(digits.size(), digits.find_first_not_of('0'));
}

}  // namespace

TEST_CASE("printed values reproduce the curve, though the parameters compensate each other") {
  // The phase counts from 1970, so frequency and phase are correlated to 1 − 1e-12.
  const Fit f = solved(curve("unix.csv"), "temp = m+a*sin(w*ts+p)", {{"m", 15}, {"a", 3}, {"w", 7.27e-5}, {"p", 0}});
  const double s2 = std::pow(f.statistics.residual_standard_deviation, 2);
  const double rss = f.statistics.residual_sum_of_squares;
  for (const bool verbose : {false, true}) {
    const std::vector<double> x = read_all(printed(f, verbose));
    CHECK(squares(f, x) - rss < 0.011 * s2);
  }
  // No more digits than it takes: the mean is not correlated.
  CHECK(significant_digits(printed(f)[0]) <= 6);
}

TEST_CASE("printed values reproduce a polynomial far from the origin") {
  std::vector<double> x, y;
  for (int i = 0; i < 30; ++i) {
    x.push_back(2000.0 + i);
    y.push_back(0.3 + 0.02 * i - 0.001 * i * i + 0.05 * std::sin(9.0 * i));
  }
  const Fit f = solved({{"x", "y"}, {x, y}, false, {}}, "y = a + b*x + c*x^2", {{"a", 1}, {"b", 1}, {"c", 1}});
  const double s2 = std::pow(f.statistics.residual_standard_deviation, 2);
  const double rss = squares(f, f.result.x);
  CHECK(squares(f, read_all(printed(f))) - rss < 0.011 * s2);
}

TEST_CASE("a minimum determined only to second order has the error of the exact Hessian") {
  // Samples half a period apart: at the minimum b c1 is a multiple of π in every row, and ∂r/∂b = 0.
  const Fit f = at_point(curve("damped.txt"), "c2 = A*exp(-a*c1)*cos(b*c1)",
                         {{"a", 0.005033365}, {"b", std::acos(-1.0) / 45.8}, {"A", -400.74}});
  const FitStatistics& s = f.statistics;
  REQUIRE(s.second_order.size() == 1);
  CHECK(s.second_order[0] == "b");
  CHECK(s.undetermined.empty());
  CHECK(s.degrees_of_freedom == 11);
  // To second order the sum of squares rises by s² where b has moved by its error (a and A, by symmetry, stay).
  const double error = 0.1 * s.parameters[1].standard_error;
  std::vector<double> beside = f.result.x;
  beside[1] += error;
  const double rise = squares(f, beside) - squares(f, f.result.x);
  CHECK(rise == Approx(std::pow(0.1 * s.residual_standard_deviation, 2)).epsilon(0.02));
  CHECK(text_of(f).find("determine b only to second order") != std::string::npos);
}

TEST_CASE("a slope that is zero in every row does not hide a minimum of second order") {
  // y = 1 + (b − 2)², all data at 1 + noise above: ∂r/∂b = 0 at b = 2, exactly.
  const Fit f =
      at_point({{"x", "y"}, {{0, 1, 2, 3}, {0.9, 0.8, 0.95, 0.85}}, false, {}}, "y = 1 + (b - 2)^2", {{"b", 2}});
  REQUIRE(f.statistics.second_order.size() == 1);
  // ½·Σr²: F'' = Σ r·2 = 1, so σ²/F''.
  CHECK(f.statistics.parameters[0].standard_error == Approx(f.statistics.residual_standard_deviation));
}

TEST_CASE("errors of a regular fit come from J, though the Hessian is at hand") {
  const Fit f = solved(curve("unix.csv"), "temp = m+a*sin(w*ts+p)", {{"m", 15}, {"a", 3}, {"w", 7.27e-5}, {"p", 0}});
  CHECK(f.statistics.second_order.empty());
}

TEST_CASE("a parameter at a kink has a profile, and no standard error") {
  Fit f = fit_of(curve("piece.csv"), "y = x < x0 ? k1*x+y0-k1*x0 : k2*x+y0-k2*x0",
                 {{"x0", 9000}, {"y0", 0.9}, {"k1", 1e-5}, {"k2", 1e-5}});
  // With the break held at each datum the rest is linear; the best of them is the minimum.
  const std::vector<double> breaks = f.file.data[0].values[0];
  double best = INFINITY;
  for (std::size_t i = 2; i + 2 < breaks.size(); ++i) {
    CurveFit held = f.file;
    held.parameters[0].starts = {breaks[i]};
    held.parameters[0].fixed = true;
    const CurveProblem built = build_problem(held);
    const Result r = solve(built.problem);
    if (!(r.final_cost < best)) continue;
    best = r.final_cost;
    f.result = r;
  }
  CHECK(2.0 * best == Approx(2.3928114741e-4).epsilon(1e-6));
  f.result.status = Status::converged;
  f.result.at_kink = {0};
  f.judge();
  const FitStatistics& s = f.statistics;
  CHECK(s.parameters[0].at_kink);
  CHECK(std::isnan(s.parameters[0].standard_error));
  CHECK(s.degrees_of_freedom == 15);
  CHECK(s.free == std::vector<int>{1, 2, 3});
  CHECK(s.parameters[2].standard_error > 0.0);
  const std::string text = text_of(f);
  CHECK(text.find("at a kink") != std::string::npos);
  CHECK(text.find("The cost has a kink in x0 here") != std::string::npos);

  // The profile of x0 by its definition: the cost minimised over the linear rest.
  const Profile p = profile(f.built.problem, f.result, s);
  REQUIRE(p.available());
  CHECK_FALSE(p.lower_point);
  const double level = best + 0.5 * std::pow(p.threshold * s.residual_standard_deviation, 2);
  for (const ProfileInterval::End& end : {p.intervals[0].lower, p.intervals[0].upper}) {
    REQUIRE(end.kind == ProfileEnd::threshold);
    CurveFit held = f.file;
    held.parameters[0].starts = {end.value};
    held.parameters[0].fixed = true;
    const CurveProblem built = build_problem(held);
    CHECK(solve(built.problem).final_cost == Approx(level).epsilon(1e-3));
  }
  for (const ProfileInterval& interval : p.intervals) {
    CHECK(interval.lower.kind == ProfileEnd::threshold);
    CHECK(interval.upper.kind == ProfileEnd::threshold);
  }
  CHECK(p.intervals[0].lower.value < f.result.x[0]);
  CHECK(p.intervals[0].upper.value > f.result.x[0]);
}

TEST_CASE("exact data: values of at most 15 digits, errors of rounding, intervals with two ends") {
  const std::vector<Fit> fits = [] {
    std::vector<Fit> all;
    all.push_back(solved(curve("zerores.csv"), "y = A/(1+exp(-(x-k)/w))", {{"A", 1}, {"k", 10}, {"w", 3}}));
    all.push_back(solved(curve("l147.csv"), "y = A*cos(w*ct+p)", {{"A", 0.8}, {"w", 1.1}, {"p", 0.2}}));
    all.push_back(solved({{"x", "y"}, {{0, 1, 2, 3}, {1, 3, 5, 7}}, false, {}}, "y = a + b*x", {{"a", 0}, {"b", 0}}));
    return all;
  }();
  for (const Fit& f : fits) {
    CAPTURE(f.file.title);
    const FitStatistics& s = f.statistics;
    CHECK(s.exact);
    CHECK(std::isnan(s.aic));
    for (const ParameterStatistics& p : s.parameters) {
      CAPTURE(p.name);
      CHECK(p.standard_error >= 2.2e-16 * std::abs(p.value));
      CHECK(p.standard_error < 1e-12);
      CHECK(p.lower_interval < p.upper_interval);
    }
    for (const std::string& value : printed(f)) CHECK(significant_digits(value) <= 15);
    CHECK(text_of(f).find("exact") != std::string::npos);
    CHECK(profile(f.built.problem, f.result, s).reason == "the fit is exact");
  }
  CHECK(std::stod(printed(fits[0])[0]) == 0.7);
  CHECK(text_of(fits[0]).find("[0.69999999999999") != std::string::npos);
}

TEST_CASE("statistics do not depend on units") {
  const std::vector<double> x = {0, 1, 2, 3, 4, 5, 6}, y = {8.1, 5.0, 3.2, 1.7, 1.3, 0.6, 0.6};
  const auto fit_in = [&](double unit_x, double unit_y) {
    std::vector<double> u, v;
    for (const double each : x) u.push_back(each * unit_x);
    for (const double each : y) v.push_back(each * unit_y);
    return at_point({{"x", "y"}, {u, v}, false, {}}, "y = a*exp(-b*x)", {{"a", 8.18 * unit_y}, {"b", 0.477 / unit_x}});
  };
  const Fit one = fit_in(1.0, 1.0);
  const double relative_a = one.statistics.parameters[0].standard_error / 8.18;
  const double relative_b = one.statistics.parameters[1].standard_error / 0.477;
  for (const double unit_x : {1e-44, 1.0, 1e40})
    for (const double unit_y : {1e-160, 1e-44, 1.0, 1e40, 1e150}) {
      CAPTURE(unit_x);
      CAPTURE(unit_y);
      const Fit f = fit_in(unit_x, unit_y);
      const FitStatistics& s = f.statistics;
      CHECK(s.parameters[0].standard_error / s.parameters[0].value == Approx(relative_a).epsilon(1e-6));
      CHECK(s.parameters[1].standard_error / s.parameters[1].value == Approx(relative_b).epsilon(1e-6));
      CHECK(s.correlation[1] == Approx(one.statistics.correlation[1]).epsilon(1e-6));
      CHECK(s.r_squared == Approx(one.statistics.r_squared).epsilon(1e-9));
      CHECK(s.degrees_of_freedom == 5);
      CHECK_FALSE(s.exact);
      CHECK(significant_digits(printed(f)[0]) == significant_digits(printed(one)[0]));
    }
}

TEST_CASE("one-sided errors at a bound do not depend on units") {
  // Slope g = 2, curvature h = 5, σ² = 1/3.
  for (const double unit : {1e-120, 1e-44, 1.0, 1e40}) {
    CAPTURE(unit);
    std::vector<double> y = {1, 3, 4, 6};
    for (double& v : y) v *= unit;
    Fit f = fit_of({{"x", "y"}, {{0, 1, 2, 3}, y}, false, {}}, "y = a + b*x", {{"a", 0.6 * unit}, {"b", 2 * unit}});
    f.built.problem.set_bounds(f.built.parameters, 1, 2.0 * unit, INFINITY);
    f.result.status = Status::converged;
    f.result.x = {0.5 * unit, 2.0 * unit};
    f.judge();
    CHECK(f.statistics.parameters[1].one_sided_error / unit ==
          Approx((1.0 / 3.0) / (2.0 + std::sqrt(4.0 + 5.0 / 3.0))).epsilon(1e-9));
  }
}

TEST_CASE("a formula that is out of range in every row is named, with a scale that is not") {
  const auto saturated = [](const std::string& model, const std::vector<Start>& starts) {
    const Fit f = fit_of(curve("brice.csv"), model, starts);
    return f.built.models[0]->saturated(f.built.problem.start().data());
  };
  const auto rate = saturated("D = a*exp(-b*r)", {{"a", 1}, {"b", 1000}});
  REQUIRE(rate);
  CHECK(rate->subexpression == "exp(-b*r)");
  CHECK(rate->value == 0.0);
  CHECK(rate->parameter == 1);
  CHECK(rate->size == 1.0);
  CHECK_FALSE(saturated("D = a*exp(-b*r)", {{"a", 1}, {"b", 100}}));
  CHECK(saturated("D = a*tanh(b*r)", {{"a", 1}, {"b", 50}})->subexpression == "tanh(b*r)");
  CHECK(std::isinf(saturated("D = a/(1+exp((r-m)/s))", {{"a", 1}, {"m", -5}, {"s", 1e-3}})->value));
  CHECK_FALSE(saturated("D = a*(r-r) + 0*a", {{"a", 1}}));
}
