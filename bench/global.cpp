// Global searches and multistart in boxes far too large: how often they reach the lowest known minimum, and how many
// evaluations they need.
#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdint>
#include <functional>
#include <limits>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <CLI/CLI.hpp>
#include <thalweg/minimize/global_search.hpp>
#include <thalweg/minimize/multistart.hpp>
#include <thalweg/models/build.hpp>
#include <thalweg/models/catalogue.hpp>
#include <thalweg/models/curve_fit.hpp>
#include <thalweg/models/nist_models.hpp>

namespace {

using namespace thalweg;

/// A problem with its box, the cost of its lowest known minimum, and what may be added to that.
struct Task {
  std::string name;
  std::function<Problem(const std::vector<double>& start)> problem = {};  ///< null: an objective
  std::unique_ptr<Objective> objective = {};
  Box box = {};
  double known = 0.0, margin = 0.0;

  bool reached(double cost) const { return cost <= known + margin; }
};

struct Settings {
  std::string folder = THALWEG_NIST_FOLDER, only;
  double factor = 100.0;
  int seeds = 20, starts = 100, population = 0, agreeing = 0;
  std::int64_t evaluations = 0;
  bool no_memetic = false, shifted = false;
};

/// In (0, 1).
double uniform(std::mt19937_64& random) { return (static_cast<double>(random() >> 11) + 0.5) * 0x1p-53; }

/// From b − factor |b| to b + factor |b|, b the certified values: they are in the middle, where blends of random points
/// gather. Or a box as wide that holds b anywhere but in its outer twentieths, the same for all methods.
Task of_nist(const std::string& name, const Settings& settings) {
  CurveFit fit = check_curve_fit(read_curve_fit(settings.folder + "/" + name + ".toml"));
  fit.detect_linear = true;
  Task task{name};
  std::seed_seq named(name.begin(), name.end());
  std::mt19937_64 random(named);
  for (const FitParameter& p : fit.parameters) {
    const double b = p.certified.value().value;
    const double width = 2.0 * settings.factor * std::abs(b);
    const double below = settings.shifted ? 0.05 + 0.9 * uniform(random) : 0.5;  // part of the width
    task.box.lower.push_back(b - below * width);
    task.box.upper.push_back(b + (1.0 - below) * width);
  }
  task.problem = [fit, box = task.box](const std::vector<double>& start) {
    CurveProblem built = build_problem(fit);
    for (std::size_t i = 0; i < box.lower.size(); ++i)
      built.problem.set_bounds(built.parameters, static_cast<int>(i), box.lower[i], box.upper[i]);
    built.problem.set_starts(built.parameters, start);
    return std::move(built.problem);
  };
  task.known = 0.5 * fit.certified_residual_sum_of_squares;
  task.margin = std::max(1e-6 * task.known, 0.5e-20);
  return task;
}

Task of_catalogue(const CatalogueProblem& entry) {
  Task task{entry.name};
  task.box = {entry.domain_lower, entry.domain_upper};
  if (entry.residuals == 0)
    task.objective = entry.objective();
  else
    task.problem = [&entry](const std::vector<double>& start) {
      Problem problem = entry.problem(start);
      const Parameters<Dynamic> x(0, entry.parameters, 1);
      for (int i = 0; i < entry.parameters; ++i) {
        const auto k = static_cast<std::size_t>(i);
        problem.set_bounds(x, i, entry.domain_lower[k], entry.domain_upper[k]);
      }
      return problem;
    };
  task.known = (entry.residuals == 0 ? 1.0 : 0.5) * entry.minima.front().value;
  task.margin = 1e-6 * std::abs(task.known) + 1e-12;
  return task;
}

std::vector<double> drawn_start(const Box& box, std::uint64_t seed) {
  std::mt19937_64 random(seed);
  std::vector<double> x;
  for (std::size_t i = 0; i < box.lower.size(); ++i)
    x.push_back(std::lerp(box.lower[i], box.upper[i], uniform(random)));
  return x;
}

/// What one search came to.
struct Outcome {
  double cost = 0.0;
  std::int64_t evaluations = 0;
};

Outcome search(const Task& task, GlobalMethod method, std::uint64_t seed, const Settings& settings) {
  const Options options{.threads = 1};
  GlobalOptions global;
  global.method = method;
  global.seed = seed;
  global.max_evaluations = settings.evaluations;
  global.population = settings.population;
  if (settings.agreeing > 0) global.agreeing_runs = settings.agreeing;
  global.memetic = !settings.no_memetic;
  const GlobalResult found = task.objective ? global_search(*task.objective, task.box, options, global)
                                            : global_search(task.problem(drawn_start(task.box, seed)), options, global);
  return {found.best.final_cost, found.evaluations};
}

/// Counts evaluations up to the last trial of each solve: a start at which no step was tried counts none.
Outcome from_many_starts(const Task& task, std::uint64_t seed, const Settings& settings) {
  double done = 0.0, running = 0.0;
  std::int64_t last = 0;
  Options options;
  options.threads = 1;
  options.seed = seed;
  options.callback = [&](const IterationRecord& record) {
    if (record.iteration <= last) done += running;  // the next solve
    last = record.iteration;
    running = record.evaluations;
    return Action::proceed;
  };
  const MultistartResult found =
      multistart(task.problem(drawn_start(task.box, seed)), options, {.starts = settings.starts});
  return {found.best.final_cost, static_cast<std::int64_t>(done + running)};
}

/// Reached of all seeds, and the median of the evaluations.
std::string row(const Task& task, const std::function<Outcome(std::uint64_t)>& one, const Settings& settings,
                double& seconds, int& successes) {
  const auto begin = std::chrono::steady_clock::now();
  int reached = 0;
  std::vector<std::int64_t> evaluations;
  for (int seed = 1; seed <= settings.seeds; ++seed) {
    const Outcome outcome = one(static_cast<std::uint64_t>(seed));
    reached += task.reached(outcome.cost);
    evaluations.push_back(outcome.evaluations);
  }
  std::sort(evaluations.begin(), evaluations.end());
  seconds += std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
  successes += reached >= 0.95 * settings.seeds;
  return fmt::format(" {} | {} |", reached, evaluations[evaluations.size() / 2]);
}

}  // namespace

int main(int argc, char** argv) {
  Settings settings;
  bool skip_multistart = false, skip_global = false;
  std::string method;
  CLI::App app{"Success of global searches in 20 seeds, beside multistart"};
  app.add_option("--only", settings.only, "only problems whose names contain this");
  app.add_option("--method", method, "one of the three alone");
  app.add_option("--factor", settings.factor, "half the width of NIST's boxes, in certified values (100)");
  app.add_option("--seeds", settings.seeds, "(20)");
  app.add_option("--starts", settings.starts, "of multistart (100)");
  app.add_option("--evaluations", settings.evaluations, "at most, of a search (its own limit)");
  app.add_option("--population", settings.population, "members (the method's own)");
  app.add_option("--agreeing", settings.agreeing, "runs that are to meet the lowest minimum (the library's own)");
  app.add_flag("--no-memetic", settings.no_memetic, "descents at the ends of runs alone");
  app.add_flag("--shifted", settings.shifted, "NIST's boxes not centred at the certified values");
  app.add_flag("--no-multistart", skip_multistart, "");
  app.add_flag("--no-global", skip_global, "");
  CLI11_PARSE(app, argc, argv);

  std::vector<Task> tasks;
  for (const CatalogueProblem& entry : catalogue())
    if (!entry.domain_lower.empty()) tasks.push_back(of_catalogue(entry));
  nist::for_each_problem([&](const char* name, auto) { tasks.push_back(of_nist(name, settings)); });
  std::erase_if(tasks, [&](const Task& task) { return task.name.find(settings.only) == std::string::npos; });

  fmt::print("| problem | n |");
  std::vector<GlobalMethod> methods;
  for (const GlobalMethod each : all_global_methods())
    if (!skip_global && (method.empty() || parse_global_method(method) == each)) methods.push_back(each);
  for (const GlobalMethod each : methods) fmt::print(" {} | evaluations |", to_string(each));
  if (!skip_multistart) fmt::print(" multistart | evaluations |");
  fmt::print("\n");
  std::vector<double> seconds(methods.size() + 1);
  std::vector<int> successes(methods.size() + 1);
  for (const Task& task : tasks) {
    fmt::print("| {} | {} |", task.name, task.box.lower.size());
    for (std::size_t k = 0; k < methods.size(); ++k)
      fmt::print("{}", row(
                           task, [&](std::uint64_t seed) { return search(task, methods[k], seed, settings); }, settings,
                           seconds[k], successes[k]));
    if (!skip_multistart && task.problem)
      fmt::print("{}", row(
                           task, [&](std::uint64_t seed) { return from_many_starts(task, seed, settings); }, settings,
                           seconds.back(), successes.back()));
    fmt::print("\n");
    std::fflush(stdout);
  }
  for (std::size_t k = 0; k <= methods.size(); ++k)
    fmt::print("{}: {} of {} problems in 95 % of the seeds, {:.1f} s\n",
               k < methods.size() ? to_string(methods[k]) : "multistart", successes[k], tasks.size(), seconds[k]);
  return 0;
}
