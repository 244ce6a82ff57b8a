#include <thalweg/methods/compare.hpp>

#include <algorithm>
#include <cmath>
#include <utility>

#include <fmt/format.h>
#include <methods/landscape.hpp>
#include <thalweg/minimize/convergence.hpp>
#include <thalweg/minimize/stopwatch.hpp>
#include <thalweg/problem/program.hpp>

namespace thalweg::inline v0_1 {
namespace {

constexpr std::size_t most_drawn_parameters = 3;
// Rates of --tune, in half decades: 10^(k/2). Every second one first, beyond them while the best is the last, then the
// neighbours of the best.
constexpr int smallest_tried_first = -16, largest_tried_first = 0, smallest_rate = -32, largest_rate = 16;

// What a start from which a rate diverges counts in RateTrial::cost: at which cost it was given up means nothing.
constexpr double cost_of_divergence = 300.0;

int half_decades(double rate) { return static_cast<int>(std::lround(2.0 * std::log10(rate))); }

double cost_at(const Subject& subject, const std::vector<double>& x) {
  if (subject.objective) {
    const double value = subject.objective->value(x);
    return subject.penalty ? value + subject.penalty->value(x) : value;
  }
  const Program program(*subject.residuals);
  AlignedArray residual(program.rows());
  return program.evaluate(x.data(), residual.data(), 1);
}

/// The options, but for those that mean nothing to the method.
Options fitting(AnyMethod method, const Options& wanted) {
  const Method* second = std::get_if<Method>(&method);
  if (!second) return wanted;
  const Options usual;
  Options o = wanted;
  o.method = *second;
  const auto take = [&](auto... fields) {  // each if the method takes it beside those taken before
    ((o.*fields = usual.*fields), ...);
    const auto one = [&](auto field) {
      Options trial = o;
      trial.*field = wanted.*field;
      try {
        trial.validate();
        o = std::move(trial);
      } catch (const Error&) {
      }
    };
    (one(fields), ...);
  };
  take(&Options::globalization, &Options::line_search, &Options::conjugate_gradient, &Options::curvature,
       &Options::memory, &Options::update_guard, &Options::damping, &Options::scaling, &Options::linear_solver);
  return o;
}

/// Compares on one problem.
class Contest {
 public:
  Contest(const CompareCase& problem, const CompareOptions& options, CompareProgress& progress)
      : problem_(problem), options_(options), progress_(progress) {
    result_.name = problem.name;
    result_.title = problem.title;
    result_.source = problem.source;
    const Subject& s = problem.subject;
    result_.parameters = static_cast<std::int64_t>(problem.starts.front().size());
    const bool squares = s.residuals && !Program(*s.residuals).has_own_cost();
    result_.residuals = squares ? s.residuals->residual_count() : 0;
    for (const auto& start : problem.starts) result_.initial_costs.push_back(cost_at(s, start));
    progress_.problem = problem.name;
  }

  ComparedProblem hold(const std::vector<AnyMethod>& methods) {
    find_best(methods);
    for (const AnyMethod method : methods) {
      if (interrupted()) break;
      result_.methods.push_back(run(method));
    }
    judge();
    const bool curved = problem_.subject.residuals && problem_.subject.residuals->is_curved();
    if (result_.parameters == 2 && !curved) result_.landscape = survey(problem_, result_);
    return std::move(result_);
  }

 private:
  bool interrupted() const { return options_.interrupt && options_.interrupt->load(std::memory_order_relaxed); }

  /// The best known cost; where nobody knows it, the lowest that is reached by the methods that converge, those
  /// compared and a few that are not, with their own tests and the budget of a run each.
  void find_best(std::vector<AnyMethod> methods) {
    result_.best_known = problem_.best_known;
    result_.best_known_from = problem_.best_known_from;
    if (!std::isnan(result_.best_known)) return;
    result_.best_known_from = "the best of all runs";
    std::erase_if(methods, is_first_order);
    const AnyMethod references[] = {Method::levenberg_marquardt, Method::lbfgs, Rule::fista};
    for (const AnyMethod reference : references)
      if (std::find(methods.begin(), methods.end(), reference) == methods.end()) methods.push_back(reference);
    for (const AnyMethod method : methods) {
      if (!refusal(method, problem_.subject, training_of(method)).empty()) continue;
      for (const auto& start : problem_.starts)
        if (!interrupted()) improve(settled(method, start).final_cost);
    }
  }

  /// A run by the method's own tests.
  Result settled(AnyMethod method, const std::vector<double>& start) const {
    Options own = fitting(method, options_.options);
    TrainOptions training = training_of(method);
    training.rate = IterationRecord::unset;
    own.time_limit = training.time_limit = options_.rule.seconds;
    own.interrupt = training.interrupt = options_.interrupt;
    progress_.method = to_string(method);
    progress_.reference = true;
    own.callback = training.callback = [this](const IterationRecord& record) {
      tell(record);
      return over_budget(record);
    };
    return thalweg::run(method, problem_.subject, start, own, training);
  }

  /// Where the run that is going on stands.
  void tell(const IterationRecord& record) const {
    if (!options_.progress) return;
    progress_.evaluations = record.evaluations;
    progress_.cost = record.cost;
    options_.progress(progress_);
  }

  /// Minibatches are for those who can take them.
  TrainOptions training_of(AnyMethod method) const {
    TrainOptions training = options_.train;
    if (training.batch_size == 0) training.batch_size = problem_.batch_size;
    const bool whole = method == AnyMethod(Rule::proximal_gradient) || method == AnyMethod(Rule::fista);
    if (!is_first_order(method) || whole) training.batch_size = 0;
    return training;
  }

  void improve(double cost) {
    if (std::isfinite(cost) && !(cost >= result_.best_known)) result_.best_known = cost;
  }

  Action over_budget(const IterationRecord& record) const {
    return record.evaluations >= options_.rule.evaluations ? Action::stop : Action::proceed;
  }

  double target(std::size_t start) const {
    return options_.rule.target(result_.best_known, result_.initial_costs[start]);
  }

  ComparedMethod run(AnyMethod method) {
    ComparedMethod entry;
    entry.name = std::string(to_string(method));
    entry.refused = refusal(method, problem_.subject, training_of(method));
    progress_.method = entry.name;
    double rate = IterationRecord::unset;
    const bool searched = options_.train.schedule.kind == Schedule::Kind::search;
    if (entry.refused.empty() && is_first_order(method) && !searched) {
      rate = std::isnan(options_.train.rate) ? default_rate(std::get<Rule>(method)) : options_.train.rate;
      if (options_.tune) rate = tune(method, entry);
    }
    for (std::size_t start = 0; start < problem_.starts.size(); ++start, ++progress_.done) {
      if (!entry.refused.empty() || interrupted()) continue;
      entry.runs.push_back(attempt(method, start, rate));
    }
    return entry;
  }

  ComparedRun attempt(AnyMethod method, std::size_t start, double rate) {
    progress_.start = static_cast<int>(start) + 1;
    progress_.rate = rate;
    progress_.reference = false;
    progress_.evaluations = 0.0;
    progress_.cost = result_.initial_costs[start];
    if (options_.progress) options_.progress(progress_);
    Options own = fitting(method, options_.options);
    TrainOptions training = training_of(method);
    training.gradient_tolerance = 0.0;
    // A global method asks its descents when they have come to a minimum, and begins each start with another seed.
    if (is_global(method))
      own.seed += start;
    else
      own.function_tolerance = own.gradient_tolerance = own.step_tolerance = 0.0;
    own.time_limit = training.time_limit = options_.rule.seconds;
    own.interrupt = training.interrupt = options_.interrupt;
    own.record_points = training.record_points = problem_.starts[start].size() <= most_drawn_parameters;
    training.rate = rate;
    training.max_epochs = training.max_iterations = std::numeric_limits<std::int64_t>::max();
    training.keep_lowest = false;
    ComparedRun run;
    run.start = progress_.start;
    run.rate = rate;
    bool reached = false;
    const auto stop = [&, target = target(start)](const IterationRecord& record) {
      if (!(record.cost >= run.lowest_cost) && std::isfinite(record.cost)) {
        run.lowest_cost = record.cost;
        run.lowest_iteration = static_cast<double>(record.iteration);
      }
      tell(record);
      reached = reached || record.cost <= target;
      return reached ? Action::stop : over_budget(record);
    };
    own.callback = training.callback = stop;
    run.result = thalweg::run(method, problem_.subject, problem_.starts[start], own, training);
    if (run.result.status == Status::interrupted && !interrupted()) explain(run.result, reached);
    if (!(run.result.final_cost >= run.lowest_cost) && std::isfinite(run.result.final_cost)) {
      run.lowest_cost = run.result.final_cost;
      run.lowest_iteration = static_cast<double>(run.result.iterations);
    }
    run.diverged =
        run.result.status != Status::non_finite_start && !(run.result.final_cost <= result_.initial_costs[start]);
    return run;
  }

  /// The callback's stops are the rule's.
  void explain(Result& result, bool reached) const {
    result.status = reached ? Status::converged : Status::iteration_limit;
    result.reason = reached ? "the target is reached"
                            : fmt::format("the budget of {:g} evaluations is spent", options_.rule.evaluations);
  }

  static bool better(const RateTrial& a, const RateTrial& b) {
    if (a.reached != b.reached) return a.reached > b.reached;
    if (a.reached > 0 && a.evaluations != b.evaluations) return a.evaluations < b.evaluations;
    if (a.cost != b.cost) return a.cost < b.cost;
    if (a.diverged != b.diverged) return a.diverged < b.diverged;
    return a.diverged > 0 ? a.rate < b.rate : a.rate > b.rate;  // all are too large, or too small to tell apart
  }

  /// The best rate.
  double tune(AnyMethod method, ComparedMethod& entry) {
    const Stopwatch clock;
    const auto try_rate = [&](int k) {
      if (k < smallest_rate || k > largest_rate || interrupted()) return;
      entry.tuning.push_back(trial(method, std::pow(10.0, 0.5 * k)));
      entry.tuning_evaluations += entry.tuning.back().evaluations;
    };
    const auto best = [&] {
      return half_decades(std::min_element(entry.tuning.begin(), entry.tuning.end(), better)->rate);
    };
    int smallest = smallest_tried_first, largest = largest_tried_first;
    for (int k = smallest; k <= largest; k += 2) try_rate(k);
    while (!entry.tuning.empty() && !interrupted() && best() == smallest && smallest > smallest_rate)
      try_rate(smallest -= 2);
    while (!entry.tuning.empty() && !interrupted() && best() == largest && largest < largest_rate)
      try_rate(largest += 2);
    if (!entry.tuning.empty()) {
      const int k = best();
      try_rate(k - 1);
      try_rate(k + 1);
    }
    std::sort(entry.tuning.begin(), entry.tuning.end(),
              [](const RateTrial& a, const RateTrial& b) { return a.rate < b.rate; });
    entry.tuning_seconds = clock.elapsed();
    if (entry.tuning.empty()) return default_rate(std::get<Rule>(method));
    const int k = best();
    entry.rate_edge = k == smallest_rate ? RateEdge::smallest : k == largest_rate ? RateEdge::largest : RateEdge::none;
    return std::min_element(entry.tuning.begin(), entry.tuning.end(), better)->rate;
  }

  RateTrial trial(AnyMethod method, double rate) {
    RateTrial trial;
    trial.rate = rate;
    for (std::size_t start = 0; start < problem_.starts.size(); ++start) {
      const ComparedRun run = attempt(method, start, rate);
      const double initial = result_.initial_costs[start], best = result_.best_known;
      const double left = std::max((run.result.final_cost - best) / (initial - best), 1e-300);
      trial.reached += run.result.final_cost <= target(start);
      trial.cost += run.diverged || !std::isfinite(left) ? cost_of_divergence : std::log10(left);
      trial.diverged += run.diverged;
      if (!run.result.trace.empty()) trial.evaluations += run.result.trace.back().evaluations;
    }
    return trial;
  }

  /// After the last run the best known cost is what it is; only now is it certain who reached it.
  void judge() {
    if (std::isnan(problem_.best_known))
      for (const ComparedMethod& method : result_.methods)
        for (const ComparedRun& run : method.runs) improve(run.lowest_cost);
    for (ComparedMethod& method : result_.methods)
      for (ComparedRun& run : method.runs) {
        measure(run, target(static_cast<std::size_t>(run.start) - 1));
        for (std::size_t j = 0; j < std::min(problem_.certified.size(), run.result.x.size()); ++j) {
          if (std::isnan(problem_.certified[j])) continue;
          const double digits = convergence::agreeing_digits(run.result.x[j], problem_.certified[j]);
          if (!(digits >= run.digits)) run.digits = digits;
        }
      }
  }

  static void measure(ComparedRun& run, double target) {
    for (const IterationRecord& record : run.result.trace) {
      if (!(record.cost <= target)) continue;
      run.reached = true;
      run.seconds = record.seconds;
      run.evaluations = record.evaluations;
      run.iterations = static_cast<double>(record.iteration);
      return;
    }
  }

  const CompareCase& problem_;
  const CompareOptions& options_;
  CompareProgress& progress_;
  ComparedProblem result_;
};

}  // namespace

double StoppingRule::target(double best, double initial) const {
  const double fallen = std::isfinite(initial) ? distance * (initial - best) : 0.0;
  return best + distance * std::max(std::abs(best), fallen);
}

void StoppingRule::validate() const {
  if (!(distance > 0.0 && distance < 1.0))
    throw Error(fmt::format("distance is {}; expected a number between 0 and 1", distance));
  if (!(evaluations >= 1.0)) throw Error(fmt::format("evaluations is {}; expected a number >= 1", evaluations));
  if (!(seconds > 0.0)) throw Error(fmt::format("seconds is {}; expected a number > 0", seconds));
}

void CompareOptions::validate() const { rule.validate(); }

Comparison compare(const std::vector<CompareCase>& cases, const std::vector<AnyMethod>& methods,
                   const CompareOptions& options) {
  options.validate();
  if (cases.empty() || methods.empty()) throw Error("nothing to compare; expected a problem and a method at least");
  for (const CompareCase& each : cases) {
    if (!each.subject.residuals && !each.subject.objective)
      throw Error(fmt::format("problem '{}' has neither residuals nor an objective", each.name));
    if (each.starts.empty()) throw Error(fmt::format("problem '{}' has no start", each.name));
  }
  const Stopwatch clock;
  Comparison all;
  all.rule = options.rule;
  all.tuned = options.tune;
  all.threads = options.options.threads;
  for (const AnyMethod method : methods) all.methods.emplace_back(to_string(method));
  CompareProgress progress;
  for (const CompareCase& each : cases) progress.all += static_cast<int>(each.starts.size() * methods.size());
  for (const CompareCase& each : cases) {
    all.problems.push_back(Contest(each, options, progress).hold(methods));
    all.interrupted = options.interrupt && options.interrupt->load(std::memory_order_relaxed);
    if (all.interrupted) break;
  }
  all.seconds = clock.elapsed();
  return all;
}

}  // namespace thalweg::inline v0_1
