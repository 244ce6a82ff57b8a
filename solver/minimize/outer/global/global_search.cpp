#include <thalweg/minimize/global_search.hpp>

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>
#include <utility>

#include <fmt/format.h>
#include <minimize/loop/watch.hpp>
#include <minimize/outer/global/evolution.hpp>
#include <minimize/outer/global/ground.hpp>
#include <thalweg/base/parallel.hpp>

namespace thalweg::inline v0_1 {
namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();

constexpr std::int64_t usual_evaluations = 300000;
constexpr std::int64_t generations_between_descents = 10;
constexpr std::int64_t idle_generations = 50;          // without a lower cost: the run ends
constexpr double lower_by = 1e-6;                      // of the cost: what counts as lower, and as different
constexpr double nothing = 1e-18;                      // of the first generation's lowest cost: zero but for rounding
constexpr int short_descent = 50, long_descent = 500;  // iterations
constexpr std::size_t descents_at_once = 3, descents_at_end = 5, descents_elsewhere = 4;
constexpr std::size_t points_each = 40;             // from whose lowest a descent elsewhere begins
constexpr double decades = 3.0;                     // of the scales of such points
constexpr double apart = 0.01;                      // of the box, in some number: members that differ
constexpr std::int64_t numbers_per_thread = 20000;  // of a generation, below which threads cost more than they save

std::int64_t count(const Result::Evaluations& e) {
  return std::int64_t{e.cost} + e.jacobian + e.hessian + e.hessian_products;
}
void add(Result::Evaluations& sum, const Result::Evaluations& e, int times = 1) {
  sum.cost += times * e.cost;
  sum.jacobian += times * e.jacobian;
  sum.hessian += times * e.hessian;
  sum.hessian_products += times * e.hessian_products;
}

std::size_t usual_population(GlobalMethod method, std::size_t n) {
  if (method == GlobalMethod::cma_es)  // (48) of Hansen's tutorial
    return 4 + static_cast<std::size_t>(3.0 * std::log(static_cast<double>(n)));
  return std::clamp<std::size_t>(10 * n, 20, 200);
}

/// Where a descent ended.
struct End {
  std::vector<double> x;
  double cost = infinity;
  bool converged = false;
};

class Search {
 public:
  Search(const Ground& ground, const Options& options, const GlobalOptions& global, int threads)
      : ground_(ground), options_(options), global_(global), threads_(threads), watch_(options), draws_(global.seed) {
    found_.method = global.method;
    found_.seed = global.seed;
    most_ = global.max_evaluations > 0 ? global.max_evaluations : usual_evaluations;
    population_ = global.population > 0 ? static_cast<std::size_t>(global.population)
                                        : usual_population(global.method, ground.box().dimension());
    found_.population = static_cast<int>(population_);
  }

  GlobalResult run() {
    unless_cancelled([&] {
      while (!is_over()) run_once();
    });
    conclude();
    return std::move(found_);
  }

 private:
  bool is_stopped() const { return stopped_ || watch_.verdict().has_value(); }
  /// Whether the costs of so many more points are too many.
  bool is_spent(std::size_t points) const {
    return found_.evaluations + static_cast<std::int64_t>(points) * count(ground_.evaluations_per_cost()) > most_;
  }
  bool is_zero(double cost) const {
    return ground_.is_sum_of_squares() && std::isfinite(first_cost_) && cost <= nothing * first_cost_;
  }
  bool equal(double a, double b) const {
    return std::abs(a - b) <= lower_by * std::max(std::abs(a), std::abs(b)) || (is_zero(a) && is_zero(b));
  }
  bool is_over() const {
    return found_.agreeing >= global_.agreeing_runs || is_zero(lowest_.cost) || is_stopped() ||
           is_spent(found_.runs > 0 ? next_population() : 1);
  }
  /// A restart of CMA-ES has twice the population (IPOP).
  std::size_t next_population() const {
    return global_.method == GlobalMethod::cma_es ? population_ << std::min(found_.runs, 20) : population_;
  }

  std::unique_ptr<Evolution> evolution() {
    const std::size_t n = ground_.box().dimension(), size = next_population();
    switch (global_.method) {
      case GlobalMethod::genetic:
        return genetic(n, size, draws_);
      case GlobalMethod::cma_es:
        return cma_es(n, size, draws_);
      case GlobalMethod::differential_evolution:
        break;
    }
    return differential_evolution(n, size, draws_);
  }

  void run_once() {
    const std::unique_ptr<Evolution> evolution = this->evolution();
    run_lowest_ = {};
    run_minimum_ = infinity;
    double before = infinity;
    std::int64_t idle = 0;
    for (std::int64_t g = 0; g < global_.max_generations && idle < idle_generations && !is_stopped(); ++g) {
      if (!generate(*evolution)) break;
      if (global_.memetic && g % generations_between_descents == 0) improve(*evolution);
      if (evolution->exhausted() || is_zero(run_lowest_.cost)) break;
      const double now = std::min(run_lowest_.cost, lowest_member(*evolution));
      idle = now < before - lower_by * std::abs(before) || std::isinf(now) ? 0 : idle + 1;
      if (idle == 0) before = now;
    }
    ++found_.runs;
    finish(*evolution);
    minima_.push_back(run_minimum_);
    const double least = *std::min_element(minima_.begin(), minima_.end());
    found_.agreeing = static_cast<int>(std::count_if(
        minima_.begin(), minima_.end(), [&](double each) { return std::isfinite(each) && equal(each, least); }));
    // A descent that did not converge may be on its way to a lower minimum: then none has been met twice.
    if (lowest_.cost < least && !equal(lowest_.cost, least)) found_.agreeing = 0;
  }

  static double lowest_member(const Evolution& evolution) {
    double least = infinity;
    for (const Member& each : evolution.members()) least = std::min(least, each.cost);
    return least;
  }

  void charge(std::size_t points) {
    add(found_.best.evaluations, ground_.evaluations_per_cost(), static_cast<int>(points));
    found_.evaluations += static_cast<std::int64_t>(points) * count(ground_.evaluations_per_cost());
  }

  std::vector<double> place(const Point& u) {
    if (ground_.completes()) charge(1);
    return ground_.at(u);
  }

  /// Counted, and side by side where that is worth while.
  std::vector<double> costs_of(const std::vector<Point>& points) {
    std::vector<double> costs(points.size(), infinity);
    const auto work = static_cast<std::int64_t>(points.size()) * ground_.size();
    const int threads = work < numbers_per_thread ? 1 : threads_;
    parallel_chunks(static_cast<std::int64_t>(points.size()), 4, threads,
                    [&](std::int64_t, std::int64_t begin, std::int64_t end) {
                      for (auto i = static_cast<std::size_t>(begin); i < static_cast<std::size_t>(end); ++i)
                        costs[i] = ground_.cost(points[i], current_thread());
                    });
    charge(points.size());
    return costs;
  }

  /// Evaluates the next generation; false: that would be too many.
  bool generate(Evolution& evolution) {
    const std::vector<Point>& points = evolution.ask();
    if (found_.generations > 0 && is_spent(points.size())) return false;
    const std::vector<double> costs = costs_of(points);
    const auto least = std::min_element(costs.begin(), costs.end()) - costs.begin();
    const auto k = static_cast<std::size_t>(least);
    if (lowest_member_.u.empty() || costs[k] < lowest_member_.cost) lowest_member_ = {points[k], costs[k]};
    if (costs[k] < run_lowest_.cost) offer({place(points[k]), costs[k], false});
    if (std::isinf(first_cost_)) first_cost_ = costs[k];
    evolution.tell(costs);
    ++found_.generations;
    report();
    return true;
  }

  /// The lowest member, unless a descent ended there, and others by lot.
  std::vector<std::size_t> chosen(const Evolution& evolution) {
    const std::vector<Member>& members = evolution.members();
    std::vector<std::size_t> all;
    const auto lowest = std::min_element(members.begin(), members.end(),
                                         [](const Member& a, const Member& b) { return a.cost < b.cost; });
    if (lowest->cost < run_lowest_.cost || !run_lowest_.converged)
      all.push_back(static_cast<std::size_t>(lowest - members.begin()));
    while (all.size() < descents_at_once) {
      const std::size_t drawn = draws_.below(members.size());
      if (std::isfinite(members[drawn].cost))
        all.push_back(drawn);
      else if (++unlucky_ % 100 == 0)
        break;
    }
    return all;
  }

  /// The lowest members that differ.
  static std::vector<std::size_t> distinct(const std::vector<Member>& members) {
    std::vector<std::size_t> order(members.size()), kept;
    for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
    std::stable_sort(order.begin(), order.end(),
                     [&](std::size_t a, std::size_t b) { return members[a].cost < members[b].cost; });
    const auto differ = [&](std::size_t a, std::size_t b) {
      for (std::size_t j = 0; j < members[a].u.size(); ++j)
        if (std::abs(members[a].u[j] - members[b].u[j]) > apart) return true;
      return false;
    };
    for (const std::size_t i : order)
      if (kept.size() < descents_at_end && std::isfinite(members[i].cost) &&
          std::all_of(kept.begin(), kept.end(), [&](std::size_t k) { return differ(i, k); }))
        kept.push_back(i);
    return kept;
  }

  void finish(Evolution& evolution) {
    if (!run_lowest_.x.empty() && !run_lowest_.converged && !is_stopped() && !is_spent(1))
      collect(from({run_lowest_.x}, long_descent));
    if (!is_zero(run_lowest_.cost)) descend(evolution, distinct(evolution.members()), long_descent);
  }

  /// Descents from the members, side by side; those that end lower take their place.
  void descend(Evolution& evolution, const std::vector<std::size_t>& chosen, int iterations) {
    if (is_stopped() || is_spent(chosen.size())) return;
    std::vector<std::vector<double>> starts;
    for (const std::size_t i : chosen) starts.push_back(place(evolution.members()[i].u));
    const std::vector<Result> ends = from(starts, iterations);
    collect(ends);
    for (std::size_t k = 0; k < ends.size(); ++k)
      if (ends[k].final_cost < evolution.members()[chosen[k]].cost) {
        const Point u = ground_.box().coordinates(ends[k].x);
        evolution.adopt(chosen[k], {u, ends[k].final_cost});
      }
  }

  void improve(Evolution& evolution) {
    descend(evolution, chosen(evolution), short_descent);
    if (is_stopped() || is_spent(descents_elsewhere * points_each) || is_zero(run_lowest_.cost)) return;
    std::vector<std::vector<double>> starts;
    for (std::size_t k = 0; k < descents_elsewhere; ++k) starts.push_back(place(lowest_elsewhere()));
    collect(from(starts, short_descent));
  }

  /// The lowest of a few points that no member led to: a population that has gathered in one valley looks into no
  /// other. Every second is as near to 0 as it happens: in bounds that were set wide for want of knowledge, nearly all
  /// points are of far too large a scale.
  Point lowest_elsewhere() {
    std::vector<Point> points;
    for (std::size_t k = 0; k < points_each; ++k) {
      Point u = draws_.point(ground_.box().dimension());
      if (k % 2 == 1) u = ground_.box().shrunk(std::move(u), std::pow(10.0, -decades * draws_.uniform()));
      points.push_back(std::move(u));
    }
    const std::vector<double> costs = costs_of(points);
    return points[static_cast<std::size_t>(std::min_element(costs.begin(), costs.end()) - costs.begin())];
  }

  std::vector<Result> from(const std::vector<std::vector<double>>& starts, int iterations) {
    std::vector<Result> ends(starts.size());
    Options one = watch_.for_one_solve();
    one.callback = {};
    one.restarts = 0;
    one.polish = false;
    one.max_iterations = std::min<std::int64_t>(iterations, options_.max_iterations);
    parallel_chunks(static_cast<std::int64_t>(starts.size()), 1, threads_,
                    [&](std::int64_t k, std::int64_t, std::int64_t) {
                      const auto i = static_cast<std::size_t>(k);
                      ends[i] = ground_.descend(starts[i], one);
                    });
    return ends;
  }

  void collect(const std::vector<Result>& ends) {
    for (const Result& end : ends) {
      add(found_.best.evaluations, end.evaluations);
      found_.evaluations += count(end.evaluations);
      if (!std::isfinite(end.final_cost)) continue;
      offer({end.x, end.final_cost, end.converged()});
      if (end.converged()) run_minimum_ = std::min(run_minimum_, end.final_cost);
    }
  }

  void offer(End end) {
    if (end.cost < run_lowest_.cost) run_lowest_ = end;
    if (end.cost < lowest_.cost) lowest_ = std::move(end);
  }

  /// A record of the generation, shown to the caller, who may ask to stop.
  void report() {
    IterationRecord record;
    record.iteration = found_.generations - 1;
    record.cost = lowest_.cost;
    record.seconds = watch_.elapsed();
    record.evaluations = static_cast<double>(found_.evaluations);
    if (options_.record_points) record.x = lowest_.x;
    if (options_.callback && options_.callback(record) == Action::stop) stopped_ = true;
    found_.best.trace.push_back(std::move(record));
  }

  /// Solves from the lowest point, and counts what came before.
  void conclude() {
    found_.best_before_polish = lowest_member_.cost;
    Options last = options_;
    last.time_limit = std::max(0.0, options_.time_limit - watch_.elapsed());
    if (stopped_) last.max_iterations = 0;
    const double seconds = watch_.elapsed();
    Result before = std::move(found_.best);
    const auto shifted = [&](IterationRecord record) {
      record.iteration += found_.generations;
      record.evaluations += static_cast<double>(found_.evaluations);
      record.seconds += seconds;
      return record;
    };
    if (options_.callback) last.callback = [&](const IterationRecord& r) { return options_.callback(shifted(r)); };
    // Without a single finite cost the solve says what is wrong at the start.
    const std::vector<double> x = lowest_.x.empty() ? ground_.start() : lowest_.x;
    Result polished = ground_.descend(x, last);
    for (IterationRecord& record : polished.trace) before.trace.push_back(shifted(std::move(record)));
    polished.trace = std::move(before.trace);
    found_.evaluations += count(polished.evaluations);
    add(polished.evaluations, before.evaluations);
    if (std::isfinite(first_cost_)) polished.initial_cost = first_cost_;
    polished.seconds.total = watch_.elapsed();
    if (stopped_) {
      polished.status = Status::interrupted;
      polished.reason = "the callback asked to stop";
    }
    found_.best = std::move(polished);
    note();
  }

  void note() {
    if (found_.agreeing >= global_.agreeing_runs || is_zero(found_.best.final_cost) || !found_.best.converged()) return;
    found_.best.notes.push_back(fmt::format(
        "the search ended at its limit of {} evaluations before {} runs met the same lowest minimum ({} of {} did): "
        "there may be a lower one; another seed or a smaller box may find it",
        most_, global_.agreeing_runs, found_.agreeing, found_.runs));
  }

  const Ground& ground_;
  const Options& options_;
  const GlobalOptions& global_;
  int threads_;
  Watch watch_;
  Draws draws_;
  std::int64_t most_ = 0;
  std::size_t population_ = 0;
  double first_cost_ = infinity;  // lowest of the first generation
  Member lowest_member_;
  End lowest_, run_lowest_;
  double run_minimum_ = infinity;  // the lowest cost at which a descent of this run converged
  std::vector<double> minima_;     // those of all runs
  int unlucky_ = 0;
  bool stopped_ = false;
  GlobalResult found_;
};

/// Nothing moves: the start is the solution.
GlobalResult trivial(const Ground& ground, const Options& options, const GlobalOptions& global) {
  GlobalResult found{{.method = global.method, .seed = global.seed}, ground.descend(ground.at({}), options)};
  found.evaluations = count(found.best.evaluations);
  found.best_before_polish = found.best.final_cost;
  return found;
}

GlobalResult search(const Ground& ground, const Options& options, const GlobalOptions& global, int threads) {
  if (ground.box().dimension() == 0) return trivial(ground, options, global);
  return Search(ground, options, global, threads).run();
}

}  // namespace

GlobalResult global_search(const Problem& problem, const Options& options, const GlobalOptions& global) {
  options.validate();
  global.validate();
  const int threads = resolve_threads(options.threads);
  return search(ResidualGround(problem, global.box, threads), options, global, threads);
}

GlobalResult global_search(const Objective& objective, const Box& box, const Options& options,
                           const GlobalOptions& global) {
  options.validate();
  global.validate();
  const int threads = resolve_threads(options.threads);
  return search(ObjectiveGround(objective, box, global.box), options, global, threads);
}

}  // namespace thalweg::inline v0_1
