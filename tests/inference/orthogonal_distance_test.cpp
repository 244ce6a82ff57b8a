// Fits with errors in the inputs, beside ODRPACK, closed forms, and the same problems with the true inputs as
// parameters.
#include <doctest/doctest.h>

#include <cmath>
#include <memory>
#include <string>
#include <vector>

#include <thalweg/inference/profile.hpp>
#include <thalweg/inference/statistics.hpp>
#include <thalweg/minimize/convergence.hpp>
#include <thalweg/minimize/solve.hpp>
#include <thalweg/models/build.hpp>
#include <thalweg/models/curve_fit.hpp>

using namespace thalweg;

namespace {

using Column = std::vector<double>;

const Column pearson_x = {0.0, 0.9, 1.8, 2.6, 3.3, 4.4, 5.2, 6.1, 6.5, 7.4};
const Column pearson_y = {5.9, 5.4, 4.4, 4.6, 3.5, 3.7, 2.8, 2.8, 2.4, 1.5};

Column sigmas(Column weights) {
  for (double& w : weights) w = 1.0 / std::sqrt(w);
  return weights;
}
const Column york_sx = sigmas({1000, 1000, 500, 800, 200, 80, 60, 20, 1.8, 1.0});
const Column york_sy = sigmas({1.0, 1.8, 4.0, 8.0, 20, 20, 70, 70, 100, 500});

/// A fit of one data set with columns x, y, sx and sy.
CurveFit curve(const std::string& equation, const std::vector<std::pair<std::string, double>>& starts, const Column& x,
               const Column& y, const Column& sx, const Column& sy) {
  CurveFit fit;
  fit.file = "fit";
  for (const auto& [name, start] : starts) {
    FitParameter& p = fit.parameters.emplace_back();
    p.name = name;
    p.starts = {start};
  }
  DataSet& data = fit.data.emplace_back();
  data.name = "data";
  data.equation = equation;
  data.columns = {"x", "y", "sx", "sy"};
  data.values = {x, y, sx, sy};
  data.sigma = "sy";
  data.input_errors = {{"", "sx"}};
  return fit;
}

struct Solved {
  Result result;
  FitStatistics statistics;
};

Solved solved(const CurveFit& fit, const Options& options = {}) {
  const CurveProblem built = build_problem(check_curve_fit(fit));
  Solved s{solve(built.problem, options), {}};
  s.statistics = statistics(built.problem, s.result);
  return s;
}

double digits(const Column& found, const Column& known) {
  double least = 20.0;
  for (std::size_t i = 0; i < known.size(); ++i)
    least = std::min(least, convergence::agreeing_digits(found[i], known[i]));
  return least;
}

Column errors(const Solved& s) {
  Column all;
  for (const ParameterStatistics& p : s.statistics.parameters) all.push_back(p.standard_error);
  return all;
}

}  // namespace

// Numbers with 17 digits: Gauss-Newton on parameters and true inputs together, in long double (NumPy), which agrees
// with scipy.odr 1.10 (analytic derivatives, sstol = partol = 1e-16) to the 10 digits that ODRPACK reaches.
TEST_CASE("Pearson's data with York's weights: ODRPACK's answer and York's errors") {
  CurveFit fit = curve("y = a + b * x", {{"a", 5}, {"b", -0.5}}, pearson_x, pearson_y, york_sx, york_sy);
  const Solved estimated = solved(fit);
  REQUIRE(estimated.result.converged());
  CHECK(digits(estimated.result.x, {5.479910224032865, -0.48053340744620204}) > 10.0);
  CHECK(digits(errors(estimated), {0.35924652255111167, 0.07062026952877093}) > 9.0);
  CHECK(estimated.statistics.residual_sum_of_squares == doctest::Approx(11.866353194061444).epsilon(1e-13));
  CHECK(estimated.statistics.degrees_of_freedom == 8);
  fit.noise = Noise::known;
  // York et al. 2004, table II
  CHECK(digits(errors(solved(fit)), {0.29497, 0.05799}) > 3.5);
}

TEST_CASE("equal ratios of errors: Deming's closed form") {
  const std::size_t n = pearson_x.size();
  const double sx = 0.3, sy = 0.5, ratio = sy * sy / (sx * sx);
  double mx = 0, my = 0, sxx = 0, sxy = 0, syy = 0;
  for (std::size_t i = 0; i < n; ++i) {
    mx += pearson_x[i] / static_cast<double>(n);
    my += pearson_y[i] / static_cast<double>(n);
  }
  for (std::size_t i = 0; i < n; ++i) {
    sxx += (pearson_x[i] - mx) * (pearson_x[i] - mx);
    sxy += (pearson_x[i] - mx) * (pearson_y[i] - my);
    syy += (pearson_y[i] - my) * (pearson_y[i] - my);
  }
  const double b = (syy - ratio * sxx + std::hypot(syy - ratio * sxx, 2 * std::sqrt(ratio) * sxy)) / (2 * sxy);
  const Solved s =
      solved(curve("y = a + b * x", {{"a", 1}, {"b", 1}}, pearson_x, pearson_y, Column(n, sx), Column(n, sy)));
  CHECK(digits(s.result.x, {my - b * mx, b}) > 10.0);
  CHECK(digits(errors(s), {0.18955736787089636, 0.04214519227165068}) > 7.0);
}

TEST_CASE("a resonance with errors in both variables: ODRPACK's answer") {
  const Column x = {3.9094,  3.85945, 3.84976, 3.84716, 3.84551, 3.83964, 3.82608, 3.78847, 3.78163,
                    3.72558, 3.70274, 3.6973,  3.67373, 3.65982, 3.6562,  3.62498, 3.55525, 3.41886};
  const Column y = {652,  910.5, 984, 1000,  1007.5, 1053, 1160.5, 1409.5, 1430,
                    1122, 957.5, 920, 777.5, 709.5,  698,  578.5,  418.5,  275.5};
  const Column sx = {.000972971,    .000948268, .000707632, .000706679, .000706074, .000703918,
                     .000698955,    .000456856, .000455207, .000662717, .000654619, .000652694,
                     .000000859202, .00106589,  .00106378,  .00125483,  .00140818,  .00241839};
  const Solved s = solved(curve("y = a * w * c / sqrt((x^2 - c^2)^2 + (w * x)^2)",
                                {{"a", 1000}, {"w", 0.1}, {"c", 3.8}}, x, y, sx, Column(x.size(), 0.29)));
  REQUIRE(s.result.converged());
  CHECK(digits(s.result.x, {1430.6781055485856, 0.1339050832426339, 3.779819356304015}) > 10.0);
  CHECK(digits(errors(s), {0.7362143964176734, 0.0003506896599240903, 0.00024451218465656923}) > 9.0);
}

// The first example of ODRPACK's guide holds x of three rows at their values: they are a data set of their own.
TEST_CASE("rows with and without errors in x share parameters: ODRPACK's first example") {
  const std::string equation = "y = a + b * (exp(c * x) - 1)^2";
  CurveFit fit = curve(equation, {{"a", 1500}, {"b", -50}, {"c", -0.1}}, {5, 7, 7.5, 10, 16, 26, 30, 34, 34.5},
                       {1258, 1254, 1253, 1249.8, 1237, 1218, 1220.6, 1213.8, 1215.5}, Column(9, 1.0), Column(9, 1.0));
  DataSet exact = fit.data[0];
  exact.name = "exact";
  exact.values = {{0, 0, 100}, {1265, 1263.6, 1212}, Column(3, 1.0), Column(3, 1.0)};
  exact.input_errors.clear();
  fit.data.push_back(exact);
  const Solved s = solved(fit);
  REQUIRE(s.result.converged());
  CHECK(digits(s.result.x, {1264.6548105006193, -54.01838682268861, -0.0878498517620777}) > 10.0);
  CHECK(digits(errors(s), {1.0349272348357783, 1.5839967124003866, 0.006332219036837914}) > 9.0);
}

TEST_CASE("an implicit ellipse: Fuller's data, ODRPACK's third example") {
  const Solved s = solved(read_curve_fit(std::string(THALWEG_SOURCE_DIR) + "/problems/curves/ellipse.toml"));
  REQUIRE(s.result.converged());
  // ODRPACK's guide: -0.99938, -2.93105, 0.08757, 0.01623, 0.07975, with errors 0.11138, 0.10977, 0.00411, 0.00275,
  // 0.00350
  CHECK(digits(s.result.x, {-0.9993801622760358, -2.9310492890534334, 0.08757306952646024, 0.016229955877797433,
                            0.07975382916553182}) > 10.0);
  CHECK(digits(errors(s), {0.11138567013072982, 0.10976889142660698, 0.004106135820932732, 0.0027500762439762964,
                           0.003496301035482035}) > 9.0);
  CHECK(s.statistics.residual_sum_of_squares == doctest::Approx(0.08824708868838138).epsilon(1e-12));
  CHECK(s.statistics.degrees_of_freedom == 15);
}

TEST_CASE("the true inputs as parameters, eliminated by the Schur complement, give the same fit") {
  const int rows = 300;
  Column x, y, sx, sy;
  for (int i = 0; i < rows; ++i) {
    x.push_back(0.02 * i + 0.05 * std::sin(17.0 * i));
    y.push_back(3.0 * std::exp(-0.5 * 0.02 * i) + 0.7 + 0.04 * std::cos(29.0 * i));
    sx.push_back(0.04 + 0.02 * std::sin(1.0 * i));
    sy.push_back(0.03 + 0.01 * std::cos(1.0 * i));
  }
  const std::string equation = "y = a * exp(-b * x) + c";
  CurveFit fit = curve(equation, {{"a", 1}, {"b", 1}, {"c", 0}}, x, y, sx, sy);
  const Solved s = solved(fit);

  Problem problem;
  auto p = problem.add_parameters("p", Column{1, 1, 0});
  auto truth = problem.add_parameters("x", Vec<double, 1>{0.0}, rows);
  Slot local{1, 0, {}};
  for (int i = 0; i < rows; ++i) local.offsets.push_back(truth.offset() + i);
  auto model = std::make_shared<const FormulaModel>(Equation::parse(equation),
                                                    Symbols{{"a", "b", "c"}, {"y"}, {}, {"x"}}, std::vector<Column>{y});
  problem.add_group(std::make_unique<FormulaResiduals>("y", model, std::vector<Slot>{slot_for("y", p), local}))
      .set_sigma(sy);
  std::vector<int> index;
  for (int i = 0; i < rows; ++i) index.push_back(i);
  problem
      .add_residuals(
          "x", [](const auto& q, double measured) { return q[0] - measured; }, truth[index], x)
      .set_sigma(sx);
  problem.set_starts(truth, x);
  Options exact;
  exact.function_tolerance = 1e-15;
  const Result result = solve(problem, exact);
  REQUIRE(result.converged());
  CHECK(result.final_cost == doctest::Approx(s.result.final_cost).epsilon(1e-11));
  CHECK(digits({result.x.begin(), result.x.begin() + 3}, s.result.x) > 7.0);
}

TEST_CASE("a bound that stops a parameter, a fixed parameter, a prior") {
  CurveFit fit = curve("y = a + b * x", {{"a", 5}, {"b", -0.4}}, pearson_x, pearson_y, york_sx, york_sy);
  fit.parameters[1].lower = -0.45;
  const Solved bounded = solved(fit);
  REQUIRE(bounded.result.converged());
  CHECK(bounded.result.x[1] == -0.45);
  CHECK(digits(bounded.result.x, {5.3295205971819835, -0.45}) > 10.0);
  CHECK(bounded.statistics.parameters[1].one_sided_error > 0.0);
  FitParameter b;
  b.name = "b";
  b.starts = {-0.45};
  b.fixed = true;
  fit.parameters[1] = b;
  const Solved fixed = solved(fit);
  CHECK(digits(fixed.result.x, {5.3295205971819835, -0.45}) > 10.0);
  CHECK(digits({errors(fixed)[0]}, {0.09074854723748964}) > 9.0);
  b.starts = {-0.4};
  b.fixed = false;
  b.prior = FitParameter::Prior{-0.45, 1e-7};
  fit.parameters[1] = b;
  CHECK(digits(solved(fit).result.x, {5.3295205971819835, -0.45}) > 6.0);
}

TEST_CASE("a loss counts the distance of a point from the curve") {
  CurveFit fit = curve("y = a + b * x", {{"a", 5}, {"b", -0.5}}, pearson_x, pearson_y, york_sx, york_sy);
  fit.data[0].loss = parse_loss("huber:1");
  const Solved s = solved(fit);
  REQUIRE(s.result.converged());
  // Reweighted Gauss-Newton on parameters and true inputs, weight 1 up to a distance of 1, then 1 / distance.
  CHECK(digits(s.result.x, {5.637439410124515, -0.5155664816951182}) > 9.0);
}

TEST_CASE("at the ends of a profile interval the cost, minimised over the others, has risen by the threshold") {
  CurveFit fit = curve("y = a + b * x", {{"a", 5}, {"b", -0.5}}, pearson_x, pearson_y, york_sx, york_sy);
  fit.noise = Noise::known;
  const CurveProblem built = build_problem(check_curve_fit(fit));
  const Result result = solve(built.problem);
  const Profile profiled = profile(built.problem, result, statistics(built.problem, result));
  REQUIRE(profiled.available());
  for (const auto& end : {profiled.intervals[1].lower, profiled.intervals[1].upper}) {
    REQUIRE(end.kind == ProfileEnd::threshold);
    CurveFit pinned = fit;
    pinned.parameters[1].starts = {end.value};
    pinned.parameters[1].fixed = true;
    const double rise = 2.0 * (solved(pinned).result.final_cost - result.final_cost);
    CHECK(rise == doctest::Approx(1.959963984540054 * 1.959963984540054).epsilon(1e-6));
  }
  // The distance is not linear in the slope: the interval leans.
  CHECK(std::abs(profiled.intervals[1].lower_ratio - profiled.intervals[1].upper_ratio) > 1e-3);
}

TEST_CASE("tiny errors of the inputs are none; R's criteria tend to those of least squares") {
  const Column x = {1, 2, 3, 4, 5, 6}, y = {2.1, 2.7, 4.2, 5.7, 8.5, 11.9}, sy(6, 0.2);
  CurveFit fit = curve("y = a * exp(b * x) + c", {{"a", 1}, {"b", 0.4}, {"c", 0}}, x, y, Column(6, 1e-9), sy);
  const Solved tiny = solved(fit);
  fit.data[0].input_errors.clear();
  const Solved none = solved(fit);
  CHECK(digits(tiny.result.x, none.result.x) > 7.0);
  CHECK(tiny.statistics.aic == doctest::Approx(none.statistics.aic).epsilon(1e-10));
}
