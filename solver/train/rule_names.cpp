#include <thalweg/train/update_rule.hpp>

#include <cmath>

#include <fmt/format.h>
#include <thalweg/base/error.hpp>
#include <thalweg/base/words.hpp>

namespace thalweg::inline v0_1 {
namespace {

constexpr double unset = std::numeric_limits<double>::quiet_NaN();

struct Facts {
  Rule rule;
  std::string_view name;
  double rate;
  std::vector<std::string_view> constants;
};

const std::vector<Facts>& facts() {
  static const std::vector<Facts> all = {
      {Rule::gradient_descent, "gradient-descent", 1e-2, {}},
      {Rule::sgd, "sgd", 1e-2, {}},
      {Rule::momentum, "momentum", 1e-2, {"momentum"}},
      {Rule::nesterov, "nesterov", 1e-2, {"momentum"}},
      {Rule::nesterov_shifted, "nesterov-shifted", 1e-2, {"momentum"}},
      {Rule::adagrad, "adagrad", 1e-2, {"epsilon"}},
      {Rule::adadelta, "adadelta", 1.0, {"decay", "epsilon"}},
      {Rule::rmsprop, "rmsprop", 1e-3, {"decay", "epsilon"}},
      {Rule::rmsprop_momentum, "rmsprop-momentum", 1e-3, {"momentum", "decay", "epsilon"}},
      {Rule::rmsprop_nesterov, "rmsprop-nesterov", 1e-3, {"momentum", "decay", "epsilon"}},
      {Rule::adam, "adam", 1e-3, {"beta1", "beta2", "epsilon"}},
      {Rule::adam_uncorrected, "adam-uncorrected", 1e-3, {"beta1", "beta2", "epsilon"}},
      {Rule::adamw, "adamw", 1e-3, {"beta1", "beta2", "epsilon", "weight_decay"}},
      {Rule::adamax, "adamax", 2e-3, {"beta1", "beta2"}},
      {Rule::nadam, "nadam", 1e-3, {"beta1", "beta2", "epsilon"}},
      {Rule::amsgrad, "amsgrad", 1e-3, {"beta1", "beta2", "epsilon"}},
      {Rule::proximal_gradient, "proximal-gradient", unset, {}},
      {Rule::fista, "fista", unset, {}},
      {Rule::proxprop, "proxprop", 1.0, {"tau"}},
  };
  return all;
}

const Facts& facts_of(Rule rule) { return facts()[static_cast<std::size_t>(rule)]; }

void expect(bool holds, std::string_view field, double value, std::string_view expectation) {
  if (!holds) throw Error(fmt::format("{} is {}; expected {}", field, value, expectation));
}

/// A fraction that is remembered.
void expect_memory(std::string_view field, double value) {
  expect(value >= 0.0 && value < 1.0, field, value, "a number >= 0 and < 1");
}

}  // namespace

std::string_view to_string(Rule rule) { return facts_of(rule).name; }

Rule parse_rule(std::string_view name) {
  std::string known;
  for (const Facts& f : facts()) {
    if (same_word(f.name, name)) return f.rule;
    known += (known.empty() ? "" : ", ") + std::string(f.name);
  }
  throw Error(fmt::format("unknown update rule '{}'; expected one of {}", name, known));
}

std::span<const Rule> all_rules() {
  static const std::vector<Rule> all = [] {
    std::vector<Rule> rules;
    for (const Facts& f : facts()) rules.push_back(f.rule);
    return rules;
  }();
  return all;
}

double default_rate(Rule rule) { return facts_of(rule).rate; }

std::span<const std::string_view> constants_of(Rule rule) { return facts_of(rule).constants; }

RuleConstants completed(Rule rule, RuleConstants c) {
  if (std::isnan(c.decay)) c.decay = rule == Rule::adadelta ? 0.95 : 0.9;
  if (std::isnan(c.epsilon)) c.epsilon = rule == Rule::adadelta ? 1e-6 : 1e-8;
  return c;
}

void RuleConstants::validate() const {
  expect_memory("momentum", momentum);
  expect_memory("beta1", beta1);
  expect_memory("beta2", beta2);
  if (!std::isnan(decay)) expect_memory("decay", decay);
  if (!std::isnan(epsilon)) expect(epsilon > 0.0 && std::isfinite(epsilon), "epsilon", epsilon, "a number > 0");
  expect(weight_decay >= 0.0 && std::isfinite(weight_decay), "weight_decay", weight_decay, "a number >= 0");
  expect(tau > 0.0 && std::isfinite(tau), "tau", tau, "a number > 0");
}

}  // namespace thalweg::inline v0_1
