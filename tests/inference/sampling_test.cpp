// Bootstrap intervals, and samples of the posterior.
#include <doctest/doctest.h>

#include <array>
#include <cmath>
#include <functional>
#include <string>
#include <vector>

#include <thalweg/inference/bootstrap.hpp>
#include <thalweg/inference/posterior.hpp>
#include <thalweg/minimize/solve.hpp>

using namespace thalweg;
using doctest::Approx;

namespace {

/// y = a + b x at x = 0..11, with errors that have no pattern.
const std::vector<double> x = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11};
const std::vector<double> y = {2.31, 2.02, 3.47, 3.18, 4.29, 4.71, 4.62, 5.83, 5.71, 6.94, 6.55, 7.77};

struct Line {
  Problem problem;
  Parameters<2> p = problem.add_parameters("p", Vec<double, 2>{0.0, 1.0});
  explicit Line(Noise noise = Noise::estimated) {
    problem.add_residuals(
        "line", [](const auto& q, double xi, double yi) { return (q[0] + q[1] * xi - yi) / 0.3; }, p, x, y);
    problem.set_noise(noise);
  }
};

/// exp(−k t) at 6 times, known errors of 0.1.
const std::vector<double> t = {0.5, 1.0, 1.5, 2.0, 3.0, 4.0}, decayed = {0.71, 0.41, 0.38, 0.12, 0.13, -0.03};

struct Decay {
  Problem problem;
  Parameters<1> k = problem.add_parameters("k", Vec<double, 1>{0.5});
  Decay() {
    problem.add_residuals(
        "decay", [](const auto& q, double ti, double yi) { return (exp(-q[0] * ti) - yi) / 0.1; }, k, t, decayed);
    problem.set_noise(Noise::known);
  }
  static double density(double k) {
    double squares = 0.0;
    for (std::size_t i = 0; i < t.size(); ++i) squares += std::pow((std::exp(-k * t[i]) - decayed[i]) / 0.1, 2);
    return std::exp(-0.5 * squares);
  }
};

struct Solved {
  Result result;
  FitStatistics statistics;
};
Solved solved(const Problem& problem) {
  Solved s{solve(problem), {}};
  s.statistics = statistics(problem, s.result);
  return s;
}

Posterior sampled(const Problem& problem, Sampler sampler, int samples = 40000, const Options& options = {}) {
  const Solved s = solved(problem);
  return posterior(problem, s.result, s.statistics, options, 0.95, {sampler, samples, 7});
}

Bootstrap drawn(const Problem& problem, Resampling resampling, int samples = 2000, const Options& options = {}) {
  const Solved s = solved(problem);
  return bootstrap(problem, s.result, s.statistics, options, 0.95, {resampling, samples, 7});
}

/// ∫ f by the trapezium rule on [a, b], which converges fast for what vanishes at both ends.
double integral(const std::function<double(double)>& f, double a, double b) {
  double sum = 0.0;
  constexpr int steps = 20000;
  for (int i = 0; i <= steps; ++i) sum += (i == 0 || i == steps ? 0.5 : 1.0) * f(a + (b - a) * i / steps);
  return sum * (b - a) / steps;
}

/// Standard errors of a mean, a standard deviation and an end of an interval that may pass: an accident of one in 10⁸.
constexpr double sure = 5.5;

}  // namespace

TEST_CASE("the posterior of a linear model is Student's t, of known noise the normal distribution") {
  for (const Sampler sampler : {Sampler::metropolis, Sampler::ensemble})
    for (const Noise noise : {Noise::estimated, Noise::known}) {
      CAPTURE(to_string(sampler));
      Line line(noise);
      const Solved s = solved(line.problem);
      const Posterior p = sampled(line.problem, sampler);
      REQUIRE(p.available());
      CHECK(p.is_mixed());
      CHECK(p.acceptance > 0.1);
      CHECK(p.acceptance < 0.8);
      const double dof = 10.0, spread = noise == Noise::known ? 1.0 : std::sqrt(dof / (dof - 2.0));
      for (std::size_t i = 0; i < 2; ++i) {
        const ParameterStatistics& q = s.statistics.parameters[i];
        const Posterior::Marginal& m = p.marginals[i];
        const double error = q.standard_error / std::sqrt(p.independent_samples());
        CHECK(std::abs(m.mean - q.value) < sure * spread * error);
        CHECK(std::abs(m.standard_deviation - spread * q.standard_error) < sure * 1.2 * spread * error);
        // Of a quantile √(p(1 − p)) over the density: 2.7 normal, 3.6 of Student's t with 10 degrees of freedom.
        CHECK(std::abs(m.lower - q.lower_interval) < sure * 3.6 * error);
        CHECK(std::abs(m.upper - q.upper_interval) < sure * 3.6 * error);
      }
    }
}

TEST_CASE("the posterior of a nonlinear model is that of quadrature") {
  const auto f = [](double k) { return Decay::density(k); };
  const double whole = integral(f, 0.0, 6.0);
  const double mean = integral([&](double k) { return k * f(k); }, 0.0, 6.0) / whole;
  const double variance = integral([&](double k) { return (k - mean) * (k - mean) * f(k); }, 0.0, 6.0) / whole;
  for (const Sampler sampler : {Sampler::metropolis, Sampler::ensemble}) {
    const Decay decay;
    const Posterior p = sampled(decay.problem, sampler);
    REQUIRE(p.available());
    const double error = std::sqrt(variance / p.independent_samples());
    CHECK(std::abs(p.marginals[0].mean - mean) < sure * error);
    CHECK(std::abs(p.marginals[0].standard_deviation - std::sqrt(variance)) < sure * error);
    // Each tail has 2.5 % of the whole, but for √(0.025 · 0.975 / independent samples).
    const double tail = integral(f, 0.0, p.marginals[0].lower) / whole;
    CHECK(std::abs(tail - 0.025) < sure * std::sqrt(0.025 * 0.975 / p.independent_samples()));
  }
}

/// Mean and variance of both parameters of a density that vanishes at the edges of [a, b] × [c, d].
struct Moments {
  double mean[2] = {}, variance[2] = {};
};
Moments moments(const std::function<double(double, double)>& density, double a, double b, double c, double d) {
  constexpr int steps = 800;
  double whole = 0.0, first[2] = {}, second[2] = {};
  for (int i = 0; i <= steps; ++i)
    for (int j = 0; j <= steps; ++j) {
      const double at[2] = {a + (b - a) * i / steps, c + (d - c) * j / steps}, f = density(at[0], at[1]);
      whole += f;
      for (int k : {0, 1}) {
        first[k] += f * at[k];
        second[k] += f * at[k] * at[k];
      }
    }
  Moments m;
  for (int k : {0, 1}) {
    m.mean[k] = first[k] / whole;
    m.variance[k] = second[k] / whole - m.mean[k] * m.mean[k];
  }
  return m;
}

void check_moments(const Problem& problem, const Moments& expected) {
  for (const Sampler sampler : {Sampler::metropolis, Sampler::ensemble}) {
    CAPTURE(to_string(sampler));
    const Posterior p = sampled(problem, sampler);
    REQUIRE(p.available());
    CHECK(p.is_mixed());
    for (const std::size_t k : {0, 1}) {
      const double error = std::sqrt(expected.variance[k] / p.independent_samples());
      CHECK(std::abs(p.marginals[k].mean - expected.mean[k]) < sure * error);
      // Of a standard deviation the error is √((kurtosis − 1)/4) times that, below 1.5 up to a kurtosis of 10.
      CHECK(std::abs(p.marginals[k].standard_deviation - std::sqrt(expected.variance[k])) < sure * 1.5 * error);
    }
  }
}

TEST_CASE("the posterior of a saturation curve with known errors is that of quadrature") {
  const std::vector<double> c = {0.1, 0.3, 0.6, 1.0, 2.0, 4.0}, v = {0.22, 0.41, 0.68, 0.79, 1.08, 1.17};
  Problem problem;
  const auto p = problem.add_parameters("p", Vec<double, 2>{1.0, 1.0});
  problem.add_residuals(
      "rate", [](const auto& q, double ci, double vi) { return (q[0] * ci / (q[1] + ci) - vi) / 0.1; }, p, c, v);
  problem.set_noise(Noise::known);
  const auto density = [&](double V, double K) {
    double squares = 0.0;
    for (std::size_t i = 0; i < c.size(); ++i) squares += std::pow((V * c[i] / (K + c[i]) - v[i]) / 0.1, 2);
    return std::exp(-0.5 * squares);
  };
  check_moments(problem, moments(density, 0.6, 3.5, 0.0, 4.0));
}

TEST_CASE("the posterior of a peak whose errors are estimated is that of quadrature") {
  std::vector<double> at, height;
  for (int i = 0; i < 15; ++i) {
    at.push_back(0.5 * i - 3.0);
    height.push_back(std::exp(-0.5 * std::pow((at.back() - 0.4) / 1.2, 2)) + 0.08 * std::sin(12.9 * i * i));
  }
  Problem problem;
  const auto p = problem.add_parameters("p", Vec<double, 2>{0.0, 1.0});
  problem.add_residuals(
      "peak",
      [](const auto& q, double xi, double yi) {
        const auto z = (xi - q[0]) / q[1];
        return exp(-0.5 * z * z) - yi;
      },
      p, at, height);
  problem.set_noise(Noise::estimated);
  // σ, of density 1/σ beforehand, integrated out: Σr² to the power −m/2 (Box & Tiao 1973, section 2.4).
  const auto density = [&](double centre, double width) {
    double squares = 0.0;
    for (std::size_t i = 0; i < at.size(); ++i)
      squares += std::pow(std::exp(-0.5 * std::pow((at[i] - centre) / width, 2)) - height[i], 2);
    return std::pow(squares, -0.5 * static_cast<double>(at.size()));
  };
  check_moments(problem, moments(density, -0.8, 1.6, 0.5, 2.4));
}

TEST_CASE("samples stay within bounds, and what was known before counts as it was stated") {
  Line line;
  line.problem.set_bounds(line.p, 1, 0.5, 10.0);
  const Posterior bounded = sampled(line.problem, Sampler::metropolis);
  REQUIRE(bounded.available());
  CHECK(bounded.marginals[1].lower >= 0.5);

  // One number, measured 4 times as 1 with unit error, known before as 3 ± 0.5: (4 · 1 + 4 · 3) / 8, 1/√8.
  Problem problem;
  const auto q = problem.add_parameters("q", Vec<double, 1>{0.0});
  const std::vector<double> ones = {1.0, 1.0, 1.0, 1.0}, before = {3.0};
  problem.add_residuals(
      "data", [](const auto& p, double v) { return p[0] - v; }, q, ones);
  ResidualGroup& prior = problem.add_residuals(
      "prior", [](const auto& p, double v) { return p[0] - v; }, q, before);
  prior.set_sigma({0.5});
  prior.mark_prior();
  problem.set_noise(Noise::known);
  const Posterior p = sampled(problem, Sampler::metropolis);
  REQUIRE(p.available());
  const double error = std::sqrt(1.0 / 8.0 / p.independent_samples());
  CHECK(std::abs(p.marginals[0].mean - 2.0) < sure * error);
  CHECK(std::abs(p.marginals[0].standard_deviation - std::sqrt(1.0 / 8.0)) < sure * error);
}

TEST_CASE("the bootstrap of a linear model has the spread of its pool, and Student's t for normal errors") {
  Line line;
  const Solved s = solved(line.problem);
  const Bootstrap b = drawn(line.problem, Resampling::residuals, 4000);
  REQUIRE(b.available());
  CHECK(b.used == 4000);
  CHECK(b.failed == 0);
  for (std::size_t i = 0; i < 2; ++i) {
    const ParameterStatistics& p = s.statistics.parameters[i];
    // The pool's variance is that of the residuals over √(1 − h), centred: near s², whatever the errors.
    CHECK(b.intervals[i].standard_deviation == Approx(p.standard_error).epsilon(0.1));
    CHECK(std::abs(b.intervals[i].bias) < sure * p.standard_error / std::sqrt(4000.0));
    CHECK(b.intervals[i].upper - b.intervals[i].lower == Approx(p.upper_interval - p.lower_interval).epsilon(0.15));
  }
  const Bootstrap cases = drawn(line.problem, Resampling::cases, 2000);
  REQUIRE(cases.available());
  for (std::size_t i = 0; i < 2; ++i) {
    CHECK(cases.intervals[i].lower < s.result.x[i]);
    CHECK(cases.intervals[i].upper > s.result.x[i]);
  }
}

TEST_CASE("components of one residual are drawn together") {
  const std::vector<double> u = {0.1, -0.4, 0.9, -1.2, 0.3, 0.8, -0.7, 0.2},
                            v = {0.2, -0.5, 0.8, -1.0, 0.1, 0.9, -0.9, 0.4};
  Problem problem;
  const auto p = problem.add_parameters("p", Vec<double, 2>{0.0, 0.0});
  problem.add_residuals(
      "pairs",
      [](const auto& q, double ui, double vi) {
        return std::array{q[0] - ui, q[1] - vi};
      },
      p, u, v);
  const Bootstrap b = drawn(problem, Resampling::residuals, 4000);
  REQUIRE(b.available());
  double mean_u = 0.0, mean_v = 0.0, uu = 0.0, uv = 0.0, vv = 0.0;
  for (std::size_t i = 0; i < u.size(); ++i) mean_u += u[i] / 8.0, mean_v += v[i] / 8.0;
  for (std::size_t i = 0; i < u.size(); ++i) {
    uu += (u[i] - mean_u) * (u[i] - mean_u);
    uv += (u[i] - mean_u) * (v[i] - mean_v);
    vv += (v[i] - mean_v) * (v[i] - mean_v);
  }
  // The means of draws are correlated as the pairs are, 0.97 here; of 4,000 the error of a correlation is (1 −
  // ρ²)/√4000.
  double sx = 0.0, sy = 0.0, sxx = 0.0, sxy = 0.0, syy = 0.0;
  const auto n = static_cast<double>(b.used);
  for (std::size_t k = 0; k < b.draws.size(); k += 2) {
    const double X = b.draws[k], Y = b.draws[k + 1];
    sx += X, sy += Y, sxx += X * X, sxy += X * Y, syy += Y * Y;
  }
  const double rho = uv / std::sqrt(uu * vv);
  const double found = (sxy - sx * sy / n) / std::sqrt((sxx - sx * sx / n) * (syy - sy * sy / n));
  CHECK(std::abs(found - rho) < sure * (1.0 - rho * rho) / std::sqrt(n));
}

TEST_CASE("any number of threads draws the same, another seed does not") {
  const Decay decay;
  Options one, two;
  one.threads = 1;
  two.threads = 2;
  CHECK(sampled(decay.problem, Sampler::ensemble, 4000, one).draws ==
        sampled(decay.problem, Sampler::ensemble, 4000, two).draws);
  CHECK(drawn(decay.problem, Resampling::residuals, 400, one).draws ==
        drawn(decay.problem, Resampling::residuals, 400, two).draws);
  const Solved s = solved(decay.problem);
  const auto seeded = [&](std::uint64_t seed) {
    return posterior(decay.problem, s.result, s.statistics, {}, 0.95, {Sampler::metropolis, 4000, seed}).draws;
  };
  CHECK(seeded(1) != seeded(2));
}

TEST_CASE("why there are no intervals is said") {
  Line line;
  CHECK(drawn(line.problem, Resampling::residuals, 100).reason ==
        "100 draws do not tell the ends of 95 % intervals; expected --samples 200 or more");
  Problem few;
  const auto p = few.add_parameters("p", Vec<double, 2>{0.0, 1.0});
  few.add_residuals(
      "line", [](const auto& q, double xi, double yi) { return q[0] + q[1] * xi - yi; }, p,
      std::vector<double>{0, 1, 2, 3}, std::vector<double>{1, 3, 4, 6});
  CHECK(drawn(few, Resampling::residuals).reason ==
        "4 rows are too few for 2 parameters; expected at least 5 to draw residuals from");
  CHECK_FALSE(drawn(few, Resampling::cases).available());
  Line robust;
  Problem with_loss;
  const auto r = with_loss.add_parameters("r", Vec<double, 2>{0.0, 1.0});
  with_loss
      .add_residuals(
          "line", [](const auto& q, double xi, double yi) { return q[0] + q[1] * xi - yi; }, r, x, y)
      .set_loss(Loss::huber(0.1));
  CHECK(sampled(with_loss, Sampler::metropolis).reason == "with a loss the cost is no likelihood of normal errors");
  const Solved s = solved(line.problem);
  CHECK_THROWS_AS(posterior(line.problem, s.result, s.statistics, {}, 0.95, {Sampler::metropolis, 10, 1}), Error);
  CHECK_THROWS_AS(posterior(line.problem, s.result, s.statistics, {}, 1.0), Error);
  CHECK_THROWS_AS(bootstrap(line.problem, s.result, s.statistics, {}, 0.95, {Resampling::residuals, 0, 1}), Error);
  const Posterior short_chains = sampled(line.problem, Sampler::metropolis, 400);
  REQUIRE(short_chains.available());
  CHECK_FALSE(short_chains.is_mixed());
}
