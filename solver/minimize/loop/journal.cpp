#include <minimize/loop/journal.hpp>

#include <cmath>

#include <fmt/format.h>

namespace thalweg::inline v0_1 {

void Journal::complete(IterationRecord& record, std::span<const double> x) const {
  const Result::Evaluations& e = result.evaluations;
  record.evaluations = static_cast<double>(e.cost) + e.jacobian + e.hessian + e.hessian_products;
  if (options.record_points) record.x = embed ? embed(x) : std::vector<double>(x.begin(), x.end());
}

/// A cancelled descent ends there. Nothing cancels without a scope, and nothing is copied.
void Journal::keep(double cost, std::span<const double> x) {
  if (!CancellationProbe::active()) return;
  // While losses are graduated, costs at different scales do not compare: the last point counts.
  if (cost >= result.final_cost && !options.graduated) return;
  if (embed) {
    result.x = embed(x);
  } else {
    result.x.assign(x.begin(), x.end());
  }
  result.final_cost = cost;
}

void Journal::open(double cost, double gradient_norm, std::span<const double> x) {
  IterationRecord origin;
  origin.iteration = result.iterations;
  origin.cost = cost;
  origin.gradient_norm = gradient_norm;
  origin.seconds = clock.elapsed();
  complete(origin, x);
  keep(cost, x);
  result.trace.push_back(std::move(origin));
}

std::optional<Verdict> Journal::limit() const {
  if (result.iterations >= options.max_iterations)
    return Verdict{Status::iteration_limit,
                   fmt::format("the limit of {} iteration{} is reached", options.max_iterations,
                               options.max_iterations == 1 ? "" : "s")};
  const double seconds = result.trace.back().seconds;
  if (seconds >= options.time_limit)
    return Verdict{Status::time_limit, fmt::format("{:.3g} s, the limit is {:.3g} s", seconds, options.time_limit)};
  CancellationProbe::poll();
  return std::nullopt;
}

std::optional<Verdict> Journal::report(IterationRecord record, std::span<const double> x) {
  complete(record, x);
  keep(record.cost, x);
  result.trace.push_back(record);
  if (options.callback && options.callback(record) == Action::stop)
    return Verdict{Status::interrupted, "the callback asked to stop"};
  if (options.interrupt && options.interrupt->load(std::memory_order_relaxed))
    return Verdict{Status::interrupted, "on request"};
  return std::nullopt;
}

Verdict cancelled_verdict(const Cancelled& cancelled, double seconds, double time_limit) {
  if (cancelled.on_request()) return {Status::interrupted, "on request"};
  if (seconds < time_limit) return {Status::time_limit, "the time limit of the whole is reached"};
  return {Status::time_limit, fmt::format("{:.3g} s, the limit is {:.3g} s", seconds, time_limit)};
}

void conclude(Ending ending, Journal& journal) {
  Result& result = journal.result;
  if (!result.trace.empty() && std::isnan(result.initial_cost)) result.initial_cost = result.trace.front().cost;
  result.status = ending.status;
  result.reason = std::move(ending.reason);
  result.x = std::move(ending.x);
  result.final_cost = ending.cost;
  result.down_to_noise = ending.down_to_noise;
  result.at_kink = std::move(ending.at_kink);
  journal.clock.report(result.seconds);
}

}  // namespace thalweg::inline v0_1
