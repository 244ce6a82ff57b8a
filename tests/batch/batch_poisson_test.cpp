// Counts in batches: maximum likelihood beside solve() and beside the likelihood equations.
#include <cmath>
#include <memory>
#include <random>
#include <vector>

#include <doctest/doctest.h>

#include <thalweg/batch/compiled_model.hpp>
#include <thalweg/batch/fit_batch.hpp>
#include <thalweg/batch/models.hpp>
#include <thalweg/inference/statistics.hpp>
#include <thalweg/minimize/solve.hpp>
#include <thalweg/problem/callable_group.hpp>
#include <thalweg/problem/poisson_residuals.hpp>

#include "batch/random_fits.hpp"

using namespace thalweg;
using namespace thalweg_tests;

namespace {

/// Counts of amplitude · exp(−rate x) + 2.
struct Counts {
  explicit Counts(std::int64_t fits) {
    Random random(4);
    for (int i = 0; i < 15; ++i) x.push_back(0.3 * i);
    for (std::int64_t f = 0; f < fits; ++f) {
      const double a = random.uniform(20.0, 60.0), b = random.uniform(0.4, 1.2);
      for (const double t : x) {
        const double mean = a * std::exp(-b * t) + 2.0;
        y.push_back(std::max(0.0, std::floor(mean + std::sqrt(mean) * random.normal() + 0.5)));
      }
      starts.insert(starts.end(), {a * random.uniform(0.7, 1.3), b * random.uniform(0.7, 1.3), 2.0});
    }
    data = {fits, 15, y, {x}, {}, starts};
  }
  std::vector<double> x, y, starts;
  BatchData data;
};

const auto decay = [](const auto& p, const auto& x) { return p[0] * exp(-p[1] * x) + p[2]; };

}  // namespace

TEST_CASE("batch: Poisson fits fulfil the likelihood equations, and agree with solve()") {
  const Counts counts(300);
  // A few likelihoods are largest where a mean becomes 0: no stationary point, and no convergence in lanes.
  const BatchOptions options{.cost = BatchCost::poisson, .tolerance = 1e-20, .hand_over = false};
  const BatchResult result = fit_batch(*compiled_model<3>(decay), counts.data, options);
  CHECK(result.count(BatchStatus::converged) >= 285);
  for (std::int64_t fit = 0; fit < result.fits; ++fit) {
    if (result.status[static_cast<std::size_t>(fit)] != BatchStatus::converged) continue;
    CAPTURE(fit);
    const auto p = result.parameters_of(fit);
    double score[3] = {0.0, 0.0, 0.0}, size[3] = {0.0, 0.0, 0.0}, cost = 0.0;
    for (std::size_t i = 0; i < 15; ++i) {
      const double e = std::exp(-p[1] * counts.x[i]), mean = p[0] * e + p[2];
      const double y = counts.y[static_cast<std::size_t>(fit) * 15 + i], factor = 1.0 - y / mean;
      const double d[3] = {e, -p[0] * counts.x[i] * e, 1.0};
      for (int j = 0; j < 3; ++j) score[j] += factor * d[j];
      for (int j = 0; j < 3; ++j) size[j] += std::abs(factor * d[j]);
      cost += mean - y + (y > 0.0 ? y * std::log(y / mean) : 0.0);
    }
    for (int j = 0; j < 3; ++j) CHECK(std::abs(score[j]) <= 1e-7 * size[j]);
    CHECK(result.cost[static_cast<std::size_t>(fit)] == doctest::Approx(cost).epsilon(1e-9));
    if (fit % 10 != 0) continue;
    Problem problem;
    problem.add_parameters("p", Vec<double, 3>{p[0], p[1], p[2]});
    problem.set_noise(Noise::known);
    const auto f = [](const auto& q, double t, double v) { return q[0] * exp(-q[1] * t) + q[2] - v; };
    const std::vector<double> y(counts.y.begin() + fit * 15, counts.y.begin() + fit * 15 + 15);
    Problem inner;
    const auto same = inner.add_parameters("p", Vec<double, 3>{p[0], p[1], p[2]});
    auto& group = inner.add_residuals("counts", f, same, counts.x, y);
    std::vector<std::int64_t> order(15);
    for (std::size_t i = 0; i < 15; ++i) order[i] = static_cast<std::int64_t>(i);
    problem.add_group(std::make_unique<PoissonResiduals>(group.reordered(order), y));
    const Result alone = solve(problem, {.threads = 1});
    const FitStatistics errors = statistics(problem, alone);
    for (std::size_t j = 0; j < 3; ++j) {
      CHECK(p[j] == doctest::Approx(alone.x[j]).epsilon(1e-7));
      CHECK(result.standard_errors_of(fit)[j] == doctest::Approx(errors.parameters[j].standard_error).epsilon(1e-6));
    }
  }
}

TEST_CASE("batch: the maximum likelihood of a constant mean is the mean of the counts") {
  const std::vector<double> x = {0, 1, 2, 3}, y = {3, 0, 5, 4, 0, 1, 0, 0}, start = {1.0};
  const auto model = compiled_model<1>([](const auto& p, const auto& t) { return p[0] + 0.0 * t; });
  const BatchResult result =
      fit_batch(*model, {2, 4, y, {x}, {}, start}, {.cost = BatchCost::poisson, .tolerance = 1e-20});
  CHECK(result.parameters[0] == doctest::Approx(3.0).epsilon(1e-12));
  CHECK(result.parameters[1] == doctest::Approx(0.25).epsilon(1e-12));
  CHECK(result.standard_errors[0] == doctest::Approx(std::sqrt(3.0 / 4.0)).epsilon(1e-8));
}

TEST_CASE("batch: negative counts and means end their fit") {
  const std::vector<double> x = {0, 1, 2, 3}, y = {3, -1, 5, 4, 0, 1, 0, 0}, start = {1.0, 1.0, 1.0, -1.0};
  const BatchResult result = fit_batch(*linear_batch_model(), {2, 4, y, {x}, {}, start}, {.cost = BatchCost::poisson});
  CHECK(result.status[0] == BatchStatus::negative_count);
  CHECK(result.status[1] == BatchStatus::non_finite_start);
}
