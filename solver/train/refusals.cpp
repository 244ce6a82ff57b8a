#include <train/refusals.hpp>

#include <cmath>

#include <fmt/format.h>

namespace thalweg::inline v0_1 {

std::string rule_refusal(const TrainOptions& options, const Objective& objective, const Proximable* h) {
  const Rule rule = options.rule;
  const bool proximal = rule == Rule::proximal_gradient || rule == Rule::fista;
  const bool plain = rule == Rule::sgd || rule == Rule::gradient_descent;
  const auto* sampled = dynamic_cast<const SampledObjective*>(&objective);
  const auto* layered = dynamic_cast<const LayeredObjective*>(&objective);
  if (rule == Rule::proxprop && !(layered && layered->has_layers()))
    return "proxprop takes implicit steps in the layers of a network, and this is none; expected another rule";
  if (h && !h->indicator() && !proximal && !plain)
    return fmt::format(
        "{} knows no proximal step for a penalty without derivatives, such as l1; expected fista, "
        "proximal-gradient or sgd",
        to_string(rule));
  if ((proximal || rule == Rule::gradient_descent) && sampled && options.batch_size > 0 &&
      options.batch_size < sampled->samples())
    return fmt::format("{} needs the whole gradient; leave out the batch size, or take sgd, momentum, adam, ...",
                       to_string(rule));
  if (proximal && sampled && sampled->draws())
    return fmt::format(
        "{} needs the cost itself, and dropout draws another one each time; expected sgd, momentum, adam, ...",
        to_string(rule));
  if (options.schedule.kind == Schedule::Kind::search && !plain)
    return fmt::format(
        "a rate found by line search is for sgd and gradient-descent, and {} does not step along its "
        "gradient; expected another schedule",
        to_string(rule));
  if (proximal && options.schedule.kind != Schedule::Kind::constant)
    return fmt::format("{} keeps its rate; expected the schedule constant", to_string(rule));
  if (options.schedule.kind == Schedule::Kind::search && h)
    return "a rate found by line search knows nothing of the penalty; expected another schedule";
  return "";
}

}  // namespace thalweg::inline v0_1
