#include <thalweg/train/train.hpp>

#include <cmath>
#include <optional>

#include <fmt/format.h>
#include <minimize/loop/journal.hpp>
#include <minimize/objective/general.hpp>
#include <thalweg/base/cancellation.hpp>
#include <train/refusals.hpp>
#include <train/trainer.hpp>

namespace thalweg::inline v0_1 {
namespace {

void expect(bool holds, std::string_view field, double value, std::string_view expectation) {
  if (!holds) throw Error(fmt::format("{} is {}; expected {}", field, value, expectation));
}

}  // namespace

void TrainOptions::validate(std::int64_t samples) const {
  constants.validate();
  schedule.validate();
  if (!std::isnan(rate)) expect(rate > 0.0 && std::isfinite(rate), "rate", rate, "a number > 0");
  if (batch_size < 0 || batch_size > samples)
    throw Error(
        fmt::format("batch_size is {}; expected 1 to {}, the number of samples, or 0 for all", batch_size, samples));
  expect(clip_norm > 0.0, "clip_norm", clip_norm, "a number > 0");
  expect(clip_value > 0.0, "clip_value", clip_value, "a number > 0");
  expect(gradient_tolerance >= 0.0, "gradient_tolerance", gradient_tolerance, "a number >= 0");
  expect(max_iterations >= 0, "max_iterations", static_cast<double>(max_iterations), "a number >= 0");
  expect(max_epochs >= 0, "max_epochs", static_cast<double>(max_epochs), "a number >= 0");
  expect(time_limit >= 0.0, "time_limit", time_limit, "seconds >= 0");
  expect(patience >= 0, "patience", patience, "a number >= 0 (0: no early stopping)");
  if (patience > 0 && !validation)
    throw Error("patience needs a validation cost to watch; expected one, or patience 0");
  if (schedule.kind == Schedule::Kind::search && (std::isfinite(clip_norm) || std::isfinite(clip_value)))
    throw Error("clipping means nothing to a rate found by line search; expected another schedule, or no clipping");
}

Result train(const Objective& objective, std::vector<double> start, const TrainOptions& options, const Box& box,
             const Proximable* h) {
  const auto n = static_cast<std::size_t>(objective.dimension());
  const auto* sampled = dynamic_cast<const SampledObjective*>(&objective);
  options.validate(sampled ? sampled->samples() : 1);
  if (const std::string why = rule_refusal(options, objective, h); !why.empty()) throw Error(why);
  if (start.size() != n || n == 0) throw Error(fmt::format("a start of {} numbers; expected {}", start.size(), n));
  const Box bounds = completed(box, n);
  Stopwatch clock;
  Result result;
  move_inside(objective, bounds, start, result.notes);
  TrainedCost cost(objective, bounds, h, result.evaluations);
  const bool proximal = options.rule == Rule::proximal_gradient || options.rule == Rule::fista;
  const double blamed = std::isnan(options.rate) ? default_rate(options.rule) : options.rate;
  const bool searched = options.schedule.kind == Schedule::Kind::search;
  TrainingLog log(options, cost, clock, result, searched ? IterationRecord::unset : blamed);
  clock.charge(Stopwatch::setup);
  std::optional<CancellationScope> scope;
  if (std::isfinite(options.time_limit) || options.interrupt) scope.emplace(options.time_limit, options.interrupt);
  Ending ending{};
  try {
    const auto loop = proximal ? make_proximal_descent(options, cost, log)
                               : std::unique_ptr<TrainingLoop>(std::make_unique<Trainer>(options, cost, log));
    ending = loop->run(start);
  } catch (const Cancelled& cancelled) {
    ending = log.conclude(cancelled_verdict(cancelled, clock.elapsed(), options.time_limit));
  }
  clock.charge(Stopwatch::evaluate);
  result.status = ending.status;
  result.reason = std::move(ending.reason);
  result.x = ending.x.empty() ? std::move(start) : std::move(ending.x);
  result.final_cost = ending.cost;
  clock.report(result.seconds);
  return result;
}

}  // namespace thalweg::inline v0_1
