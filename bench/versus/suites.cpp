#include "suites.hpp"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <limits>
#include <numbers>
#include <random>

namespace versus {

namespace {

/// Fits run this often in a row before the next contender's turn: caches warm for everyone alike.
constexpr int in_a_row = 4;

double timed_solve(Fit& fit, std::span<const double> start) {
  using Clock = std::chrono::steady_clock;
  fit.prepare(start);
  const auto begin = Clock::now();
  fit.solve();
  return std::chrono::duration<double, std::micro>(Clock::now() - begin).count();
}

Run judge(const Case& c, Function& f, const Fit& fit) {
  Run run;
  run.problem = c.name;
  run.outcome = fit.outcome();
  run.squares = sum_of_squares(f, run.outcome.x);
  run.verdict = c.judge(run.outcome.x, run.squares);
  return run;
}

std::vector<std::unique_ptr<Fit>> set_up(const Suite& suite, const Case& c) {
  std::vector<std::unique_ptr<Fit>> fits;
  for (const Contender& contender : suite.contenders) fits.push_back(contender.make(c));
  return fits;
}

/// All contenders from one start; the turns alternate, so that a busy moment of the machine meets
/// everyone, and the least time counts.
void run_start(Suite& suite, const Case& c, Function& f, const std::vector<std::unique_ptr<Fit>>& fits,
               std::span<const double> start, const Run& labels) {
  std::vector<double> least(fits.size(), std::numeric_limits<double>::infinity());
  for (int done = 0; done < suite.settings.repeat; done += in_a_row)
    for (std::size_t s = 0; s < fits.size(); ++s)
      for (int i = done; i < std::min(done + in_a_row, suite.settings.repeat); ++i)
        least[s] = std::min(least[s], timed_solve(*fits[s], start));
  for (std::size_t s = 0; s < fits.size(); ++s) {
    Run run = judge(c, f, *fits[s]);
    run.contender = s;
    run.start = labels.start;
    run.draw = labels.draw;
    run.factor = labels.factor;
    run.us = least[s];
    suite.runs.push_back(std::move(run));
  }
}

/// Standard normal numbers, the same on every platform (Box & Muller 1958).
class Normal {
 public:
  explicit Normal(std::uint64_t seed) : bits_(seed) {}
  double operator()() {
    const double radius = std::sqrt(-2.0 * std::log(uniform()));
    return radius * std::cos(2.0 * std::numbers::pi * uniform());
  }

 private:
  /// In (0, 1].
  double uniform() { return (static_cast<double>(bits_() >> 11) + 1.0) * 0x1p-53; }
  std::mt19937_64 bits_;
};

}  // namespace

Suite run_nist(const std::vector<Case>& cases, Settings settings) {
  if (settings.repeat == 0) settings.repeat = 20;
  Suite suite{"nist", settings, nist_contenders(settings.threads), {}};
  for (const Case& c : cases) {
    const auto fits = set_up(suite, c);
    const auto f = c.function();
    for (int k = 0; k < static_cast<int>(c.starts.size()); ++k)
      run_start(suite, c, *f, fits, c.starts[static_cast<std::size_t>(k)], {.start = k + 1});
  }
  return suite;
}

Suite run_perturbed(const std::vector<Case>& cases, Settings settings) {
  constexpr int draws = 20;
  constexpr double spread = 0.3;
  if (settings.repeat == 0) settings.repeat = 1;
  Suite suite{"perturbed", settings, perturbed_contenders(settings.threads), {}};
  Normal normal(settings.seed);
  for (const Case& c : cases) {
    const auto fits = set_up(suite, c);
    const auto f = c.function();
    for (int k = 0; k < static_cast<int>(c.starts.size()); ++k)
      for (int draw = 1; draw <= draws; ++draw) {
        std::vector<double> start = c.starts[static_cast<std::size_t>(k)];
        for (double& v : start) v *= std::exp(spread * normal());
        run_start(suite, c, *f, fits, start, {.start = k + 1, .draw = draw});
      }
  }
  return suite;
}

Suite run_mgh(const std::vector<Case>& cases, Settings settings) {
  if (settings.repeat == 0) settings.repeat = 4;
  Suite suite{"mgh", settings, mgh_contenders(settings.threads), {}};
  for (const Case& c : cases) {
    const auto fits = set_up(suite, c);
    const auto f = c.function();
    for (const int factor : settings.factors) {
      std::vector<double> start = c.starts[0];
      const bool all_zero = std::all_of(start.begin(), start.end(), [](double v) { return v == 0.0; });
      if (factor != 1)
        for (double& v : start) v = all_zero ? factor : factor * v;
      run_start(suite, c, *f, fits, start, {.factor = factor});
    }
  }
  return suite;
}

}  // namespace versus
