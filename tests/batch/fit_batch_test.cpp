// Batches beside solve(): the same minima, the same errors, whatever lane, order or thread.
#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include <thalweg/base/error.hpp>
#include <thalweg/batch/compiled_model.hpp>
#include <thalweg/batch/fit_batch.hpp>
#include <thalweg/batch/models.hpp>
#include <thalweg/formula/formula.hpp>
#include <thalweg/inference/statistics.hpp>
#include <thalweg/minimize/solve.hpp>

#include "batch/random_fits.hpp"

using namespace thalweg;
using namespace thalweg_tests;

namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();

const auto decay = [](const auto& p, const auto& x) { return p[0] * exp(-p[1] * x) + p[2]; };

/// One fit of a batch of decays as a problem.
struct OneDecay {
  OneDecay(const BatchData& data, std::int64_t fit) {
    const auto points = static_cast<std::size_t>(data.points), first = static_cast<std::size_t>(fit) * points;
    Vec<double, 3> start;
    for (int j = 0; j < 3; ++j) start[j] = data.starts[static_cast<std::size_t>(fit * 3 + j)];
    block.push_back(problem.add_parameters("p", start));
    const std::vector<double> x(data.x[0].begin(), data.x[0].end());
    const std::vector<double> y(data.y.begin() + static_cast<std::ptrdiff_t>(first),
                                data.y.begin() + static_cast<std::ptrdiff_t>(first + points));
    group = &problem.add_residuals(
        "decay", [](const auto& p, double t, double v) { return p[0] * exp(-p[1] * t) + p[2] - v; }, block[0], x, y);
  }
  Problem problem;
  std::vector<Parameters<3>> block;
  ResidualGroup* group = nullptr;
};

void expect_same(const BatchResult& a, std::int64_t fit_a, const BatchResult& b, std::int64_t fit_b) {
  const auto i = static_cast<std::size_t>(fit_a), k = static_cast<std::size_t>(fit_b);
  bool same = a.status[i] == b.status[k] && same_bits(a.cost[i], b.cost[k]) && a.iterations[i] == b.iterations[k];
  for (std::size_t j = 0; j < static_cast<std::size_t>(a.parameter_count); ++j) {
    same = same && same_bits(a.parameters_of(fit_a)[j], b.parameters_of(fit_b)[j]);
    same = same && same_bits(a.standard_errors_of(fit_a)[j], b.standard_errors_of(fit_b)[j]);
  }
  CAPTURE(fit_a);
  CHECK(same);
}

}  // namespace

TEST_CASE("batch: random fits end where solve() does, or say that they did not converge") {
  const DecayFits fits(3000);
  const auto model = compiled_model<3>(decay);
  const BatchResult result = fit_batch(*model, fits.data, {.tolerance = 1e-20, .hand_over = false});
  CHECK(result.count(BatchStatus::converged) >= 2950);
  for (std::int64_t fit = 0; fit < result.fits; ++fit) {
    if (result.status[static_cast<std::size_t>(fit)] != BatchStatus::converged) continue;
    OneDecay one(fits.data, fit);
    const Result alone = solve(one.problem, {.threads = 1});
    CAPTURE(fit);
    REQUIRE(alone.converged());
    // Another minimum is one, too: of equal cost or not.
    if (std::abs(alone.final_cost - result.cost[static_cast<std::size_t>(fit)]) > 1e-9 * alone.final_cost) continue;
    for (std::size_t j = 0; j < 3; ++j)
      CHECK(result.parameters_of(fit)[j] == doctest::Approx(alone.x[j]).epsilon(1e-8));
  }
}

TEST_CASE("batch: standard errors are those of statistics()") {
  const DecayFits fits(60);
  const auto model = compiled_model<3>(decay);
  for (const Noise noise : {Noise::estimated, Noise::known}) {
    const BatchResult result = fit_batch(*model, fits.data, {.noise = noise, .tolerance = 1e-20});
    for (std::int64_t fit = 0; fit < result.fits; ++fit) {
      OneDecay one(fits.data, fit);
      one.problem.set_noise(noise);
      const FitStatistics errors = statistics(one.problem, solve(one.problem, {.threads = 1}));
      for (std::size_t j = 0; j < 3; ++j)
        CHECK(result.standard_errors_of(fit)[j] == doctest::Approx(errors.parameters[j].standard_error).epsilon(1e-7));
    }
  }
}

TEST_CASE("batch: standard deviations weigh the points, and infinite ones leave points out") {
  DecayFits fits(40, 16);
  Random random(3);
  std::vector<double> sigma;
  for (std::size_t i = 0; i < fits.y.size(); ++i) sigma.push_back(random.uniform(0.01, 0.1));
  const std::size_t fit = 11, left_out = fit * 16 + 4;
  sigma[left_out] = infinity;
  fits.y[left_out] = std::numeric_limits<double>::quiet_NaN();
  fits.data.sigma = sigma;
  const auto model = compiled_model<3>(decay);
  const BatchResult result = fit_batch(*model, fits.data, {.noise = Noise::known, .tolerance = 1e-20});
  CHECK(result.count(BatchStatus::converged) == 40);
  Problem problem;
  const auto p = problem.add_parameters("p", Vec<double, 3>{2.0, 1.0, 0.0});
  std::vector<double> x, y, s;
  for (std::size_t i = 0; i < 16; ++i) {
    if (i == 4) continue;
    x.push_back(fits.x[i]);
    y.push_back(fits.y[fit * 16 + i]);
    s.push_back(sigma[fit * 16 + i]);
  }
  const auto f = [](const auto& q, double t, double v) { return q[0] * exp(-q[1] * t) + q[2] - v; };
  problem.add_residuals("decay", f, p, x, y).set_sigma(s);
  problem.set_noise(Noise::known);
  const Result alone = solve(problem);
  const FitStatistics errors = statistics(problem, alone);
  for (std::size_t j = 0; j < 3; ++j) {
    CHECK(result.parameters_of(11)[j] == doctest::Approx(alone.x[j]).epsilon(1e-8));
    CHECK(result.standard_errors_of(11)[j] == doctest::Approx(errors.parameters[j].standard_error).epsilon(1e-7));
  }
}

TEST_CASE("batch: the same bits with any number of threads") {
  const DecayFits fits(2000);
  for (const auto& model : {compiled_model<3>(decay), formula_batch_model("a*exp(-b*x)+c", {"a", "b", "c"}, {"x"})}) {
    const BatchResult one = fit_batch(*model, fits.data, {.threads = 1});
    for (const int threads : {2, 3}) {
      const BatchResult more = fit_batch(*model, fits.data, {.threads = threads});
      for (std::int64_t fit = 0; fit < one.fits; ++fit) expect_same(one, fit, more, fit);
    }
  }
}

TEST_CASE("batch: the same bits in any order, x of each fit or shared") {
  const DecayFits fits(999);
  std::vector<std::int64_t> order(999);
  std::iota(order.begin(), order.end(), 0);
  std::shuffle(order.begin(), order.end(), std::mt19937(5));
  std::vector<double> x, y, starts;
  for (const std::int64_t fit : order) {
    for (std::size_t i = 0; i < 12; ++i) {
      x.push_back(fits.x[i]);
      y.push_back(fits.y[static_cast<std::size_t>(fit) * 12 + i]);
    }
    for (std::size_t j = 0; j < 3; ++j) starts.push_back(fits.starts[static_cast<std::size_t>(fit) * 3 + j]);
  }
  const BatchData shared{999, 12, y, {fits.x}, {}, starts}, own{999, 12, y, {x}, {}, starts};
  const auto model = compiled_model<3>(decay);
  const BatchResult in_order = fit_batch(*model, fits.data), mixed = fit_batch(*model, shared),
                    mixed_own = fit_batch(*model, own);
  for (std::size_t k = 0; k < order.size(); ++k) {
    expect_same(in_order, order[k], mixed, static_cast<std::int64_t>(k));
    expect_same(in_order, order[k], mixed_own, static_cast<std::int64_t>(k));
  }
}

TEST_CASE("batch: numbers that are not finite end their own fit alone") {
  const DecayFits clean(200);
  DecayFits spoilt(200);
  const double nan = std::numeric_limits<double>::quiet_NaN();
  spoilt.y[3 * 12 + 5] = nan;
  spoilt.y[77 * 12] = infinity;
  spoilt.starts[150 * 3 + 1] = nan;
  spoilt.starts[160 * 3 + 1] = -1e300;  // exp overflows
  const auto model = compiled_model<3>(decay);
  const BatchResult expected = fit_batch(*model, clean.data), result = fit_batch(*model, spoilt.data);
  for (const std::size_t fit : {3, 77}) CHECK(result.status[fit] == BatchStatus::non_finite_data);
  CHECK(result.status[150] == BatchStatus::no_start);
  CHECK(result.status[160] == BatchStatus::non_finite_start);
  CHECK(std::isnan(result.parameters_of(3)[0]));
  for (std::int64_t fit = 0; fit < 200; ++fit)
    if (fit != 3 && fit != 77 && fit != 150 && fit != 160) expect_same(expected, fit, result, fit);
}

TEST_CASE("batch: bounds and fixed parameters") {
  const DecayFits fits(300);
  const auto model = compiled_model<3>(decay);
  const BatchOptions bounded{.lower = {-infinity, 0.0, 0.0}, .upper = {3.0, infinity, infinity}, .tolerance = 1e-20};
  const BatchResult result = fit_batch(*model, fits.data, bounded);
  // With an amplitude that is too low the rate of a few runs to infinity: the residuals lose it.
  CHECK(result.count(BatchStatus::converged) >= 290);
  int at_bound = 0;
  for (std::int64_t fit = 0; fit < 300; ++fit) {
    if (result.status[static_cast<std::size_t>(fit)] != BatchStatus::converged) continue;
    OneDecay one(fits.data, fit);
    one.problem.set_bounds(one.block[0], 0, -infinity, 3.0);
    one.problem.set_bounds(one.block[0], 1, 0.0, infinity);
    one.problem.set_bounds(one.block[0], 2, 0.0, infinity);
    const Result alone = solve(one.problem, {.threads = 1});
    CAPTURE(fit);
    for (std::size_t j = 0; j < 3; ++j)
      CHECK(result.parameters_of(fit)[j] == doctest::Approx(alone.x[j]).epsilon(1e-7));
    if (result.parameters_of(fit)[0] != 3.0) continue;
    ++at_bound;
    CHECK(std::isnan(result.standard_errors_of(fit)[0]));
  }
  CHECK(at_bound > 30);
  const BatchResult held = fit_batch(*model, fits.data, {.fixed = {0, 0, 1}, .tolerance = 1e-20});
  for (std::int64_t fit = 0; fit < 300; ++fit) {
    CHECK(held.parameters_of(fit)[2] == fits.starts[static_cast<std::size_t>(fit * 3 + 2)]);
    OneDecay one(fits.data, fit);
    one.problem.fix(one.block[0], 2);
    const FitStatistics errors = statistics(one.problem, solve(one.problem, {.threads = 1}));
    CHECK(held.parameters_of(fit)[1] == doctest::Approx(errors.parameters[1].value).epsilon(1e-7));
    CHECK(held.standard_errors_of(fit)[1] == doctest::Approx(errors.parameters[1].standard_error).epsilon(1e-6));
  }
}

TEST_CASE("batch: data that the model fits exactly, and data that do not determine it") {
  DecayFits fits(64, 12, 0.0);
  const auto model = compiled_model<3>(decay);
  CHECK(fit_batch(*model, fits.data).count(BatchStatus::converged) == 64);
  const auto twice = compiled_model<3>([](const auto& p, const auto& x) { return (p[0] + p[1]) * x + p[2]; });
  const BatchResult result = fit_batch(*twice, fits.data, {.hand_over = false});
  CHECK(result.count(BatchStatus::singular) == 64);
}

TEST_CASE("batch: what is refused") {
  const DecayFits fits(4);
  const auto model = compiled_model<3>(decay);
  BatchData data = fits.data;
  data.y = data.y.first(40);
  CHECK_THROWS_WITH_AS(fit_batch(*model, data), "BatchData::y has 40 numbers; expected fits × points = 4 × 12 = 48",
                       Error);
  data = fits.data;
  data.x = {};
  CHECK_THROWS_WITH_AS(fit_batch(*model, data), "BatchData::x has 0 predictors; expected 1, those of the model", Error);
  data = fits.data;
  data.starts = {};
  CHECK_THROWS_WITH_AS(fit_batch(*model, data),
                       "BatchData::starts is empty, and the model has no guess of its own; expected starts", Error);
  CHECK_THROWS_WITH_AS(
      fit_batch(*model, BatchData{2, 2, std::vector<double>(4), {std::vector<double>(2)}, {}, std::vector<double>(3)}),
      "each fit of the batch has 2 points for 3 free parameters; expected at least as many points", Error);
  CHECK_THROWS_AS(fit_batch(*model, fits.data, {.lower = {0.0}}), Error);
  CHECK_THROWS_AS(fit_batch(*model, fits.data, {.tolerance = 0.0}), Error);
  CHECK_THROWS_AS(compiled_model<2>(decay, {"a"}), Error);
  CHECK_THROWS_AS(formula_batch_model("a*exp(-q*x)", {"a"}, {"x"}), FormulaError);
  const BatchData none{0, 12, {}, {fits.x}, {}, std::span(fits.starts).first(3)};
  CHECK(fit_batch(*model, none).fits == 0);
}

TEST_CASE("batch: points of finite error that are fewer than the parameters") {
  const DecayFits fits(3);
  std::vector<double> sigma(36, 1.0);
  for (std::size_t i = 12; i < 22; ++i) sigma[i] = infinity;
  BatchData data = fits.data;
  data.sigma = sigma;
  const BatchResult result = fit_batch(*compiled_model<3>(decay), data);
  CHECK(result.status[1] == BatchStatus::too_few_points);
  CHECK(result.status[0] == BatchStatus::converged);
  CHECK(result.status[2] == BatchStatus::converged);
}
