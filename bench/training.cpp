// training: second-order methods beside tuned first-order ones, on a small network and on logistic regression, in one
// process run and on one thread.
#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <cstring>
#include <limits>
#include <random>
#include <string>
#include <vector>

#include <fmt/format.h>

#include <thalweg/minimize/solve.hpp>
#include <thalweg/models/regression.hpp>
#include <thalweg/train/train.hpp>

namespace {

using namespace thalweg;

constexpr double infinity = std::numeric_limits<double>::infinity();

double normal(std::mt19937_64& random) { return std::normal_distribution<double>()(random); }

/// y = sin(2πx) + 0.1 N(0, 1), x uniform in [−1, 1].
RegressionData noisy_sine(int samples) {
  std::mt19937_64 random(1);
  std::uniform_real_distribution<double> uniform(-1.0, 1.0);
  RegressionData data;
  data.inputs = {"x"};
  data.x.resize(1);
  for (int i = 0; i < samples; ++i) {
    data.x[0].push_back(uniform(random));
    data.y.push_back(std::sin(6.283185307179586 * data.x[0].back()) + 0.1 * normal(random));
  }
  return data;
}

/// Two classes by a logistic model; the inputs have correlations of ½.
RegressionData two_classes(int samples, int inputs) {
  std::mt19937_64 random(1);
  RegressionData data;
  data.classes = {"no", "yes"};
  data.x.resize(static_cast<std::size_t>(inputs));
  std::vector<double> w;
  for (int j = 0; j < inputs; ++j) {
    data.inputs.push_back("x" + std::to_string(j + 1));
    w.push_back(normal(random));
  }
  std::uniform_real_distribution<double> uniform(0.0, 1.0);
  for (int i = 0; i < samples; ++i) {
    const double common = normal(random);
    double score = 0.3;
    for (int j = 0; j < inputs; ++j) {
      const auto column = static_cast<std::size_t>(j);
      data.x[column].push_back(std::sqrt(0.5) * (common + normal(random)));
      score += w[column] * data.x[column].back();
    }
    data.y.push_back(uniform(random) < 1.0 / (1.0 + std::exp(-score)) ? 1.0 : 0.0);
  }
  return data;
}

/// Seconds until the cost is at most `target`; infinite: never.
double time_to(const Result& result, double target) {
  for (const IterationRecord& record : result.trace)
    if (record.cost <= target) return record.seconds;
  return infinity;
}

struct Trial {
  std::string name;
  Result result;
};

/// One rule over a grid of rates, batch sizes and schedules, each for `seconds` or until `target`.
std::vector<Trial> tuned(Rule rule, const RegressionModel& model, const std::vector<std::int64_t>& batches,
                         const std::vector<std::string>& schedules, double seconds, double target) {
  std::vector<Trial> trials;
  for (const std::int64_t batch : batches)
    for (const std::string& schedule : schedules)
      for (int k = -8; k <= 2; ++k) {
        TrainOptions options{.rule = rule, .rate = std::pow(10.0, 0.5 * k)};
        options.schedule = parse_schedule(schedule);
        options.batch_size = batch;
        options.time_limit = seconds;
        options.gradient_tolerance = 0.0;
        options.max_iterations = std::numeric_limits<std::int64_t>::max();
        options.callback = [target](const IterationRecord& r) {
          return r.cost <= target ? Action::stop : Action::proceed;
        };
        const std::string name = fmt::format("{} rate {:.2g} batch {} {}", to_string(rule), options.rate,
                                             batch == 0 ? "all" : std::to_string(batch), schedule);
        trials.push_back({name, train(model.objective(), model.start(), options)});
      }
  return trials;
}

const Trial& soonest(const std::vector<Trial>& trials, double target) {
  return *std::min_element(trials.begin(), trials.end(), [&](const Trial& a, const Trial& b) {
    const double s = time_to(a.result, target), t = time_to(b.result, target);
    return s != t ? s < t : a.result.final_cost < b.result.final_cost;
  });
}

/// The fastest of several runs.
template <class Run>
Result best_of(int repeats, const Run& run) {
  Result best = run();
  for (int i = 1; i < repeats; ++i) {
    Result again = run();
    if (again.seconds.total < best.seconds.total) best = std::move(again);
  }
  return best;
}

std::string milliseconds(double seconds) {
  return std::isfinite(seconds) ? fmt::format("{:.3g} ms", 1e3 * seconds) : "never";
}

/// "12", "> 5" where the other never came there in all the time that it had.
std::string ratio(double theirs, double ours, double budget) {
  return std::isfinite(theirs) ? fmt::format("{:.0f}", theirs / ours) : fmt::format("> {:.0f}", budget / ours);
}

void network_race(double seconds) {
  const RegressionData data = noisy_sine(200);
  RegressionOptions options{.kind = RegressionKind::network};
  options.network.layers = {12};
  const RegressionModel model(options, data, 1);
  const double n = static_cast<double>(model.samples());
  const Problem problem = model.problem(model.start());
  const Result lm = best_of(3, [&] { return solve(problem, {.threads = 1}); });
  std::vector<Trial> adam = tuned(Rule::adam, model, {0, 32}, {"constant", "cosine:20000"}, seconds, lm.final_cost);
  const double reached = std::min_element(adam.begin(), adam.end(), [](const Trial& a, const Trial& b) {
                           return a.result.final_cost < b.result.final_cost;
                         })->result.final_cost;
  fmt::print("noisy sine, 200 samples, network 1-12-1 (tanh), {} parameters; loss F/N\n", model.parameters());
  fmt::print("levenberg-marquardt ends at {:.6g} after {} iterations and {} ({})\n", lm.final_cost / n, lm.iterations,
             milliseconds(lm.seconds.total), to_string(lm.status));
  fmt::print("adam: the best of {} settings ends at {:.6g}; each had {} s\n", adam.size(), reached / n, seconds);
  fmt::print("  {:>12} {:>12} {:>12} {:>8}   adam's best setting\n", "loss", "lm", "adam", "ratio");
  for (const double target : {2.0 * reached, 1.2 * reached, 1.05 * reached, reached, lm.final_cost * (1.0 + 1e-6)}) {
    const Trial& best = soonest(adam, target);
    const double ours = time_to(lm, target), theirs = time_to(best.result, target);
    fmt::print("  {:>12.6g} {:>12} {:>12} {:>8}   {}\n", target / n, milliseconds(ours), milliseconds(theirs),
               ratio(theirs, ours, seconds), std::isfinite(theirs) ? best.name : "");
  }
}

/// Seconds until ‖∇F/N‖∞ is at most `target`, by the trace's gradients of F.
double time_to_gradient(const Result& result, double target) {
  for (const IterationRecord& record : result.trace)
    if (record.gradient_norm <= target) return record.seconds;
  return infinity;
}

void logistic_race(double seconds) {
  const RegressionData data = two_classes(100000, 10);
  const RegressionModel model({.kind = RegressionKind::logistic}, data, 1);
  const double n = static_cast<double>(model.samples());
  fmt::print("\nlogistic regression, {} samples, 10 inputs and an intercept; ‖∇F/N‖∞ <= 1e-8\n", model.samples());
  std::vector<double> coarse_start;
  const auto coarse = [&](const Options& o) {  // the fit of every 32nd sample, and its time
    const auto begin = std::chrono::steady_clock::now();
    const RegressionModel part = thinned(model.options(), data, 32);
    coarse_start = minimize(part.objective(), part.start(), o).x;
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
  };
  Result newton;
  for (const Method method : {Method::newton, Method::newton_cg, Method::lbfgs, Method::bfgs}) {
    const auto run = [&] {
      const Options o{
          .method = method, .polish = false, .function_tolerance = 0.0, .gradient_tolerance = 1e-8 * n, .threads = 1};
      if (method != Method::newton) return minimize(model.objective(), model.start(), o);
      const double before = coarse(o);
      Result result = minimize(model.objective(), coarse_start, o);
      result.seconds.total += before;
      return result;
    };
    const Result result = best_of(5, run);
    if (method == Method::newton) newton = result;
    std::vector<double> g(static_cast<std::size_t>(model.parameters()));
    model.objective().gradient(result.x, g);
    double largest = 0.0;
    for (const double v : g) largest = std::max(largest, std::abs(v) / n);
    fmt::print("  {:<10} {:>9}  {:>3} iterations  gradient {:.1e}  ({})\n", to_string(method),
               milliseconds(result.seconds.total), result.iterations, largest, to_string(result.status));
  }
  const double best = newton.final_cost, start = model.objective().value(model.start());
  fmt::print(
      "first-order, tuned: time to come within 1e-4 of the optimum, (F - F*)/(F0 - F*), and to ‖∇F/N‖∞ <= 1e-4;\n"
      "each setting had {} s\n",
      seconds);
  const double target = best + 1e-4 * (start - best);
  const double slope = 1e-4 * n;
  for (const Rule rule : {Rule::sgd, Rule::momentum, Rule::nesterov, Rule::adam}) {
    const std::vector<Trial> trials =
        tuned(rule, model, {0, 256, 4096}, {"constant", "inverse:1000"}, seconds, best + 1e-9 * (start - best));
    const Trial& by_cost = soonest(trials, target);
    double by_slope = infinity;
    for (const Trial& trial : trials) by_slope = std::min(by_slope, time_to_gradient(trial.result, slope));
    const double t = time_to(by_cost.result, target);
    fmt::print("  {:<10} cost {:>9} ({} times newton's whole fit; {})   gradient {:>9} ({})\n", to_string(rule),
               milliseconds(t), ratio(t, newton.seconds.total, seconds), by_cost.name, milliseconds(by_slope),
               ratio(by_slope, newton.seconds.total, seconds));
  }
}

}  // namespace

int main(int argc, char** argv) {
  const bool quick = argc == 2 && std::strcmp(argv[1], "--quick") == 0;
  if (argc > 2 || (argc == 2 && !quick)) {
    std::fputs("usage: training [--quick]\n", stderr);
    return 2;
  }
  network_race(quick ? 1.0 : 5.0);
  logistic_race(quick ? 0.2 : 0.5);
}
