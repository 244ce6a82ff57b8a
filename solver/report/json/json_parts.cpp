#include "report/json/json_parts.hpp"

#include <charconv>
#include <string>

#include <fmt/format.h>

#include <base/names.hpp>
#include "report/json/downsample.hpp"

namespace thalweg::inline v0_1::json_parts {

double rounded(double v, int digits) {
  if (!std::isfinite(v)) return v;
  const std::string text = fmt::format("{:.{}e}", v, digits - 1);
  std::from_chars(text.data(), text.data() + text.size(), v);
  return v;
}

std::string_view to_string(IterationRecord::Phase phase) {
  return phase == IterationRecord::Phase::polish ? "polish" : "descent";
}

namespace {

constexpr Name<IterationRecord::Outcome> outcomes[] = {
    {"accepted", IterationRecord::Outcome::accepted},     {"no_decrease", IterationRecord::Outcome::no_decrease},
    {"not_finite", IterationRecord::Outcome::not_finite}, {"too_curved", IterationRecord::Outcome::too_curved},
    {"singular", IterationRecord::Outcome::singular},
};

}  // namespace

std::string_view to_string(IterationRecord::Outcome outcome) { return name_of(outcomes, outcome); }

/// Of newton_cg there are products with the Hessian, of first-order training gradients of minibatches.
Json evaluations_of(const Result::Evaluations& e) {
  return {{"cost", e.cost},
          {"jacobian", e.jacobian},
          {"hessian", e.hessian},
          {"hessian_products", e.hessian_products},
          {"batch_gradients", e.batch_gradients}};
}

Json trace_of(const Result& result, std::size_t most, bool points) {
  Json list = Json::array();
  for (const std::size_t i : downsample(result.trace.size(), most)) {
    const IterationRecord& r = result.trace[i];
    Json record = {{"iteration", r.iteration},
                   {"cost", number(r.cost)},
                   {"gradient_norm", number(r.gradient_norm)},
                   {"step_norm", number(r.step_norm)},
                   {"gain_ratio", number(r.gain_ratio)},
                   {"damping", number(r.damping)},
                   {"accepted", r.accepted},
                   {"seconds", number(r.seconds)},
                   {"trial_cost", number(r.trial_cost)},
                   {"phase", to_string(r.phase)},
                   {"outcome", to_string(r.outcome)},
                   {"loss_scale", number(r.loss_scale)},
                   {"evaluations", number(r.evaluations)},
                   {"rate", number(r.rate)}};
    if (points && !r.x.empty()) record["x"] = numbers(r.x);
    list.push_back(std::move(record));
  }
  return list;
}

}  // namespace thalweg::inline v0_1::json_parts
