#include <thalweg/inference/residual_diagnostics.hpp>

#include <doctest/doctest.h>

#include <array>
#include <cmath>
#include <numeric>

#include <support/puromycin.hpp>
#include <thalweg/minimize/solve.hpp>
#include <thalweg/models/build.hpp>

namespace {

struct Solved {
  thalweg::CurveProblem built;
  thalweg::Result result;
  thalweg::FitStatistics statistics;
  thalweg::ResidualDiagnostics diagnostics;
};

Solved solved(const thalweg::CurveFit& fit, double level = 0.95) {
  Solved s{thalweg::build_problem(fit), {}, {}, {}};
  s.result = thalweg::solve(s.built.problem);
  s.statistics = thalweg::statistics(s.built.problem, s.result, s.built.models[0]->response(), level);
  s.diagnostics = thalweg::residual_diagnostics(s.built.problem, s.result, s.statistics);
  return s;
}

}  // namespace

TEST_CASE("leverage, standardised residual and Cook's distance of Puromycin") {
  // numpy: Newton steps to the minimum, QR of the Jacobian; r = fitted − measured.
  constexpr std::array leverage = {0.12485202120919534, 0.12485202120919503, 0.19305881156637156, 0.19305881156637156,
                                   0.143721724072395,   0.143721724072395,   0.10428549233505628, 0.10428549233505628,
                                   0.17663510699334856, 0.17663510699334856, 0.2574468438236341,  0.2574468438236341};
  constexpr std::array standardised = {-2.4866164707303087, 0.34863613352575457, 0.5916424424422706,
                                       -0.4265117769411078, 1.122964544475336,   -0.4584547268537615,
                                       0.5493587308904954,  1.2258274873495714,  -0.016839262127687885,
                                       -1.02478774258294,   -0.6401337507345182, 0.10283196391302238};
  constexpr std::array cook = {0.44106408928358704,   0.008670195308070014, 0.04187322316490238, 0.02176104786399622,
                               0.1058301923719822,    0.017638855659731324, 0.0175685675936134,  0.08747480897658759,
                               3.041590895180704e-05, 0.11264775192002467,  0.07103485191593971, 0.0018331005521780984};
  const Solved s = solved(puromycin::fit());
  for (std::size_t i = 0; i < leverage.size(); ++i) {
    CHECK(s.diagnostics.leverage[i] == doctest::Approx(leverage[i]).epsilon(1e-8));
    CHECK(s.diagnostics.standardised[i] == doctest::Approx(standardised[i]).epsilon(1e-7));
    CHECK(s.diagnostics.cooks_distance[i] == doctest::Approx(cook[i]).epsilon(1e-6));
  }
  // R: nls(rate ~ Vm*conc/(K + conc), Puromycin, subset = state == "treated"): 10.93 on 10 degrees of freedom.
  CHECK(s.statistics.residual_standard_deviation == doctest::Approx(10.933658191288766).epsilon(1e-9));
  CHECK(s.statistics.aic == doctest::Approx(95.27096864894754).epsilon(1e-9));
  CHECK(s.statistics.aicc == doctest::Approx(98.27096864894754).epsilon(1e-9));
  CHECK(s.statistics.bic == doctest::Approx(96.72568859831155).epsilon(1e-9));
}

TEST_CASE("the level of the intervals") {
  // scipy.stats.t.ppf(0.995, 10)
  const Solved s = solved(puromycin::fit(), 0.99);
  CHECK(s.statistics.level == 0.99);
  CHECK(s.statistics.quantile == doctest::Approx(3.169272667).epsilon(1e-8));
  CHECK(s.statistics.parameters[0].lower_interval == doctest::Approx(190.6663141791894).epsilon(1e-8));
  CHECK(s.statistics.parameters[0].upper_interval == doctest::Approx(234.7011721058827).epsilon(1e-8));
  for (const double wrong : {0.0, 1.0, -0.5, 95.0, std::nan("")})
    CHECK_THROWS_AS(thalweg::statistics(s.built.problem, s.result, {}, wrong), thalweg::Error);
}

TEST_CASE("of a linear model they say what leaving a row out does") {
  const thalweg::CurveFit all = puromycin::fit("a + b*c", "a = 1\nb = 1", "sigma = 's'\n[fit]\nnoise = 'known'\n");
  const Solved s = solved(all);
  CHECK(std::accumulate(s.diagnostics.leverage.begin(), s.diagnostics.leverage.end(), 0.0) == doctest::Approx(2.0));
  for (std::size_t row = 0; row < 12; ++row) {
    thalweg::CurveFit without = all;
    for (auto& column : without.data[0].values) column.erase(column.begin() + static_cast<std::ptrdiff_t>(row));
    const Solved left = solved(without);
    const double x = all.data[0].values[0][row], y = all.data[0].values[1][row], sigma = all.data[0].values[2][row];
    const double predicted = (left.result.x[0] + left.result.x[1] * x - y) / sigma;
    const double h = s.diagnostics.leverage[row], r = s.diagnostics.standardised[row] * std::sqrt(1.0 - h);
    CHECK(predicted == doctest::Approx(r / (1.0 - h)));
    // D = (x₋ᵢ − x)ᵀ JᵀJ (x₋ᵢ − x) / p; the covariance is (JᵀJ)⁻¹, for the noise is known.
    const auto& C = s.statistics.covariance;
    const double da = left.result.x[0] - s.result.x[0], db = left.result.x[1] - s.result.x[1];
    const double determinant = C[0] * C[3] - C[1] * C[2];
    const double length = (C[3] * da * da - 2.0 * C[1] * da * db + C[0] * db * db) / determinant;
    CHECK(s.diagnostics.cooks_distance[row] == doctest::Approx(length / 2.0));
  }
}

TEST_CASE("fixed, undetermined and lonely parameters") {
  const Solved fixed = solved(puromycin::fit("a + b*c", "a = { start = 100, fixed = true }\nb = 1"));
  CHECK(std::accumulate(fixed.diagnostics.leverage.begin(), fixed.diagnostics.leverage.end(), 0.0) ==
        doctest::Approx(1.0));
  const Solved undetermined = solved(puromycin::fit("(a + b) * c", "a = 1\nb = 1"));
  CHECK(std::accumulate(undetermined.diagnostics.leverage.begin(), undetermined.diagnostics.leverage.end(), 0.0) ==
        doctest::Approx(1.0));
  // One parameter for two rows alone: their mean is fitted whatever was measured.
  const Solved step = solved(puromycin::fit("(c < 0.1 ? a : b) + (c > 1 ? d : 0)", "a = 1\nb = 1\nd = 1"));
  CHECK(step.diagnostics.leverage[11] == doctest::Approx(0.5));
}

TEST_CASE("with a loss leverage is that of the rows as they count") {
  const Solved s = solved(puromycin::fit("a + b*c", "a = 100\nb = 100", "loss = 'tukey:60'\n"));
  CHECK(std::accumulate(s.diagnostics.leverage.begin(), s.diagnostics.leverage.end(), 0.0) == doctest::Approx(2.0));
  bool outlier = false;
  for (std::size_t i = 0; i < 12; ++i)
    if (s.diagnostics.leverage[i] < 0.01) outlier = outlier || std::abs(s.diagnostics.standardised[i]) > 2.0;
  CHECK(outlier);
}
