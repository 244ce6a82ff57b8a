// Random small problems: a fit of a batch is that of solve(), or it is flagged. bench/batch_agreement runs 100,000.
#include <array>
#include <cmath>
#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include <thalweg/batch/compiled_model.hpp>

#include "batch/agreement/judge.hpp"

using namespace thalweg;
using namespace thalweg_tests;

namespace {

constexpr int batches = 60, fits = 40;

}  // namespace

TEST_CASE("batch: random problems agree with solve() to 1e-8, are another verified minimum, or are flagged") {
  std::array<int, std::size(verdict_names)> count{};
  for (int b = 0; b < batches; ++b) {
    const DrawnBatch drawn(static_cast<std::uint64_t>(5000 + b), fits);
    const BatchResult result = fit_batch(*drawn.model, drawn.data, drawn.options);
    for (std::int64_t fit = 0; fit < fits; ++fit) {
      const FitAlone one(drawn, fit);
      const Result alone = one.points() > 0 ? solve(one.problem(), {.threads = 1}) : Result{};
      const Judgement found = judge(result, fit, one, alone);
      ++count[static_cast<std::size_t>(found.verdict)];
      CAPTURE(drawn.setting);
      CAPTURE(fit);
      CHECK(found.verdict != Verdict::false_claim);
    }
  }
  const auto of = [&](Verdict v) { return count[static_cast<std::size_t>(v)]; };
  constexpr int all = batches * fits;
  CHECK(of(Verdict::agrees) > all * 3 / 4);
  CHECK(of(Verdict::flagged) < all / 5);
  CHECK(of(Verdict::lower) + of(Verdict::higher) + of(Verdict::alone) < all / 20);
}

// The last step is not evaluated: it must not be taken where it leads elsewhere.
TEST_CASE("batch: the cost at the parameters of a converged fit is the cost that is reported") {
  for (int b = 0; b < 2 * batches; ++b) {
    DrawnBatch drawn(static_cast<std::uint64_t>(9000 + b), fits);
    drawn.options.hand_over = false;
    const BatchResult result = fit_batch(*drawn.model, drawn.data, drawn.options);
    for (std::int64_t fit = 0; fit < fits; ++fit) {
      const auto at = static_cast<std::size_t>(fit);
      if (result.status[at] != BatchStatus::converged) continue;
      const auto p = result.parameters_of(fit);
      const FitAlone::Stationarity here = FitAlone(drawn, fit).at({p.begin(), p.end()});
      CAPTURE(drawn.setting);
      CAPTURE(fit);
      CHECK(here.cost <= result.cost[at] * (1.0 + 1e-8) + 10.0 * here.rounding_of_cost);
    }
  }
}

TEST_CASE("batch: the last step of counts leaves no mean at or below 0") {
  // The mean at x = 0 is c, where nothing was counted: its likelihood is largest at 0, which no step may pass.
  const auto model = compiled_model<3>([](const auto& p, const auto& x) { return p[0] * log(1.0 + x / p[1]) + p[2]; });
  constexpr int points = 11, sets = 200;
  Random random(8);
  std::vector<double> x, y;
  for (int i = 0; i < points; ++i) x.push_back(i);
  for (int f = 0; f < sets; ++f)
    for (int i = 0; i < points; ++i) y.push_back(i == 0 ? 0.0 : poisson_count(random, 1.3 * std::log(1.0 + 5.0 * i)));
  const std::vector<double> start = {2.0, 0.5, 1.0};
  const BatchData data{sets, points, y, {x}, {}, start};
  const BatchResult result =
      fit_batch(*model, data, {.cost = BatchCost::poisson, .tolerance = 1e-20, .hand_over = false});
  CHECK(result.count(BatchStatus::converged) > 0);
  for (std::int64_t fit = 0; fit < sets; ++fit)
    if (result.status[static_cast<std::size_t>(fit)] == BatchStatus::converged)
      CHECK(result.parameters_of(fit)[2] > 0.0);
}

TEST_CASE("batch: what is wrong with a fit's numbers has a word of its own") {
  const auto line = compiled_model<2>([](const auto& p, const auto& x) { return p[0] + p[1] * x; });
  const std::vector<double> x = {0, 1, 2, 3};
  const double nan = std::numeric_limits<double>::quiet_NaN();
  const auto status = [&](std::vector<double> y, std::vector<double> sigma = {}, std::vector<double> start = {0, 0},
                          BatchCost cost = BatchCost::least_squares) {
    const BatchData data{1, 4, y, {x}, sigma, start};
    return std::string(to_string(fit_batch(*line, data, {.cost = cost}).status[0]));
  };
  CHECK(status({1, 2, 3.5, 4}) == "converged");
  CHECK(status({1, nan, 3, 4}) == "non_finite_data");
  CHECK(status({1, 2, 3, 4}, {}, {nan, 0}) == "no_start");
  CHECK(status({1, 2, 3, 4}, {1, 1, 0, 1}) == "wrong_sigma");
  CHECK(status({1, 2, 3, 4}, {1, 1, nan, 1}) == "wrong_sigma");
  CHECK(status({1, 2, 3, 4}, {1, 1, 1e-200, 1}) == "beyond_range");
  CHECK(status({1e200, 2, 3, 4}) == "beyond_range");
  CHECK(status({1e-200, 2e-200, 3.5e-200, 4e-200}) == "beyond_range");
  CHECK(status({1e-120, 2e-120, 3.5e-120, 4e-120}) == "converged");
  CHECK(status({0, 0, 0, 0}) == "converged");
  CHECK(status({1, 2, -1, 4}, {}, {1, 1}, BatchCost::poisson) == "negative_count");
  CHECK(status({1, 2, 4, 4}, {}, {1, 1}, BatchCost::poisson) == "converged");
}
