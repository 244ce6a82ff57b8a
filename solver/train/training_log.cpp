#include <train/training_log.hpp>

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

namespace thalweg::inline v0_1 {
namespace {

// A cost so many times what it was at the start does not come back.
constexpr double growth = 1e10;
// Costs that differ by less, relatively, are the same to a reader.
constexpr double same_cost = 1e-6;

std::string plural(std::int64_t n, std::string_view what) { return fmt::format("{} {}{}", n, what, n == 1 ? "" : "s"); }

}  // namespace

std::int64_t next_kept_record(std::int64_t k) {
  if (k < 2000) return k + 1;
  return static_cast<std::int64_t>(std::ceil(static_cast<double>(k) * std::pow(10.0, 1e-3)));
}

TrainingLog::TrainingLog(const TrainOptions& options, const TrainedCost& cost, Stopwatch& clock, Result& result,
                         double rate)
    : options_(options), cost_(cost), clock_(clock), result_(result), blamed_rate_(rate) {}

void TrainingLog::stepped(double rate, double step_norm) {
  rate_ = rate;
  step_norm_ = step_norm;
  ++result_.iterations;
  ++result_.accepted_steps;
}

std::optional<Verdict> TrainingLog::record(std::span<const double> x, double cost, double gradient_norm) {
  if (records_ == 0) result_.initial_cost = cost;
  const IterationRecord record = made_record(x, cost, gradient_norm);
  push(record);
  last_.cost = cost;
  if (reports_last()) keep(last_, x, cost);
  const std::optional<Verdict> verdict = judge(x, cost, gradient_norm);
  const std::optional<Verdict> wish = request(record);
  if (verdict) return verdict;
  return wish ? wish : limit();
}

IterationRecord TrainingLog::made_record(std::span<const double> x, double cost, double gradient_norm) {
  IterationRecord r;
  r.iteration = result_.iterations;
  r.cost = cost;
  r.gradient_norm = records_ == 0 ? gradient_norm : gradient_norm_;
  r.step_norm = step_norm_;
  r.rate = rate_;
  r.seconds = clock_.elapsed();
  r.evaluations = cost_.evaluations();
  if (options_.record_points) r.x.assign(x.begin(), x.end());
  gradient_norm_ = gradient_norm;
  return r;
}

void TrainingLog::push(const IterationRecord& record) {
  if (records_ == next_kept_) {
    result_.trace.push_back(record);
    unwritten_.reset();
    next_kept_ = next_kept_record(records_);
  } else {
    unwritten_ = record;
  }
  ++records_;
}

std::optional<Verdict> TrainingLog::judge(std::span<const double> x, double cost, double gradient_norm) {
  if (const auto verdict = divergence(cost)) return verdict;
  const bool better = !(cost >= best_.cost);  // also when there is none yet
  std::optional<Verdict> verdict;
  if (options_.patience > 0)
    verdict = validated(x, cost);
  else if (better)
    keep(best_, x, cost);
  if (gradient_norm <= options_.gradient_tolerance) {
    if (options_.patience == 0) keep(best_, x, cost);  // the point of the test, though rounding had a lower one
    return Verdict{Status::converged,
                   fmt::format("gradient {:.1e} <= {:.0e}", gradient_norm, options_.gradient_tolerance)};
  }
  return verdict;
}

/// Early stopping.
std::optional<Verdict> TrainingLog::validated(std::span<const double> x, double cost) {
  const double validation = options_.validation(x);
  if (best_.x.empty() || validation < best_.validation) {
    keep(best_, x, cost);
    best_.validation = validation;
  }
  if (result_.epochs - best_.epoch < options_.patience) return std::nullopt;
  return Verdict{Status::converged, fmt::format("the validation cost has not fallen for {}, since epoch {}",
                                                plural(options_.patience, "epoch"), best_.epoch)};
}

void TrainingLog::keep(Kept& kept, std::span<const double> x, double cost) const {
  kept.x.assign(x.begin(), x.end());
  kept.cost = cost;
  kept.epoch = result_.epochs;
  kept.iteration = result_.iterations;
}

std::optional<Verdict> TrainingLog::divergence(double cost) const {
  const double initial = result_.initial_cost;
  if (cost <= growth * std::max(std::abs(initial), 1.0)) return std::nullopt;
  std::string reason = fmt::format("diverged at iteration {}: the cost ", result_.iterations);
  reason += std::isnan(cost) ? fmt::format("was {:.3g} and is no number any more", initial)
                             : fmt::format("rose from {:.3g} to {:.3g}", initial, cost);
  if (!std::isnan(blamed_rate_))
    reason += fmt::format("; the learning rate {:.3g} is too large: try {:.3g}", blamed_rate_, 0.1 * blamed_rate_);
  return Verdict{Status::failed, std::move(reason)};
}

std::optional<Verdict> TrainingLog::request(const IterationRecord& record) const {
  if (options_.callback && options_.callback(record) == Action::stop)
    return Verdict{Status::interrupted, "the callback asked to stop"};
  return std::nullopt;
}

std::optional<Verdict> TrainingLog::limit() const {
  if (options_.interrupt && options_.interrupt->load(std::memory_order_relaxed))
    return Verdict{Status::interrupted, "on request"};
  if (result_.iterations >= options_.max_iterations)
    return Verdict{Status::iteration_limit,
                   fmt::format("the limit of {} is reached", plural(options_.max_iterations, "iteration"))};
  if (result_.epochs >= options_.max_epochs)
    return Verdict{Status::iteration_limit,
                   fmt::format("the limit of {} is reached", plural(options_.max_epochs, "epoch"))};
  if (schedule_ended(options_.schedule, result_.iterations, result_.epochs))
    return Verdict{Status::iteration_limit, fmt::format("the schedule {} is at its end", to_string(options_.schedule))};
  if (const double seconds = clock_.elapsed(); seconds >= options_.time_limit)
    return Verdict{Status::time_limit, fmt::format("{:.3g} s, the limit is {:.3g} s", seconds, options_.time_limit)};
  return std::nullopt;
}

Ending TrainingLog::conclude(Verdict verdict) {
  if (unwritten_) result_.trace.push_back(std::move(*unwritten_));
  if (options_.patience > 0 && !best_.x.empty())
    result_.notes.push_back(
        fmt::format("early stopping: the validation cost was lowest, {:.6g}, after epoch {}; its "
                    "parameters are reported",
                    best_.validation, best_.epoch));
  if (reports_last()) return {verdict.status, std::move(verdict.reason), std::move(last_.x), last_.cost};
  if (options_.patience == 0 && !best_.x.empty() && !(last_.cost - best_.cost <= same_cost * std::abs(best_.cost)))
    result_.notes.push_back(
        fmt::format("the cost was lowest, {:.6g}, at iteration {}, whose parameters are reported; the "
                    "last was {:.6g}",
                    best_.cost, best_.iteration, last_.cost));
  return {verdict.status, std::move(verdict.reason), std::move(best_.x), best_.cost};
}

}  // namespace thalweg::inline v0_1
