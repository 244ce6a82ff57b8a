#include <thalweg/train/update_rule.hpp>

#include <algorithm>
#include <cmath>
#include <utility>

#include <fmt/format.h>
#include <thalweg/base/error.hpp>
#include <thalweg/train/rules.hpp>

namespace thalweg::inline v0_1 {
namespace {

double constant_named(const RuleConstants& c, std::string_view name) {
  if (name == "momentum") return c.momentum;
  if (name == "beta1") return c.beta1;
  if (name == "beta2") return c.beta2;
  if (name == "decay") return c.decay;
  if (name == "epsilon") return c.epsilon;
  return c.weight_decay;
}

template <class Pairs>
const auto& entry(const Pairs& pairs, std::string_view what, std::string_view name) {
  const auto found = std::find_if(pairs.begin(), pairs.end(), [&](const auto& p) { return p.first == name; });
  if (found == pairs.end()) throw Error(fmt::format("the rule's state lacks the {} '{}'", what, name));
  return found->second;
}

/// A rule of rules.hpp behind the interface.
template <class R>
class Erased final : public UpdateRule {
 public:
  Erased(Rule rule, const RuleConstants& constants, std::size_t n) : name_(rule), size_(n), rule_(n) {
    rule_.fields([&](std::string_view name, double& value) { value = constant_named(constants, name); },
                 [](std::string_view, rules::Vector&) {});
    const double rate = default_rate(rule);
    rule_.rate = std::isnan(rate) ? 1.0 : rate;
  }

  Rule rule() const override { return name_; }
  std::int64_t steps() const override { return rule_.steps; }
  double rate() const override { return rule_.rate; }
  void set_rate(double rate) override { rule_.rate = rate; }

  static constexpr bool has_ahead = requires(const R& r, rules::Point p) { r.ahead(p, p); };
  bool looks_ahead() const override { return has_ahead; }
  void ahead(std::span<const double> theta, std::span<double> point) const override {
    expect_size(theta.size());
    expect_size(point.size());
    if constexpr (has_ahead)
      rule_.ahead(theta, point);
    else
      std::copy(theta.begin(), theta.end(), point.begin());
  }

  void step(std::span<double> theta, std::span<const double> gradient) override {
    expect_size(theta.size());
    expect_size(gradient.size());
    rule_.step(theta, gradient);
  }

  RuleState state() const override {
    RuleState s{std::string(to_string(name_)), rule_.steps, {}, {}};
    R copy = rule_;  // fields() shows what may be changed
    copy.fields([&](std::string_view name, double& value) { s.constants.emplace_back(name, value); },
                [&](std::string_view name, rules::Vector& values) { s.arrays.emplace_back(name, std::move(values)); });
    return s;
  }

  void restore(const RuleState& s) override {
    if (s.rule != to_string(name_))
      throw Error(fmt::format("the state is of the rule '{}'; expected {}", s.rule, to_string(name_)));
    if (s.steps < 0) throw Error(fmt::format("the rule's state has taken {} steps; expected a number >= 0", s.steps));
    R restored = rule_;
    restored.fields([&](std::string_view name, double& value) { value = entry(s.constants, "constant", name); },
                    [&](std::string_view name, rules::Vector& values) {
                      const std::vector<double>& stored = entry(s.arrays, "array", name);
                      if (stored.size() != size_)
                        throw Error(fmt::format("the array '{}' of the rule's state has {} numbers; expected {}", name,
                                                stored.size(), size_));
                      values = stored;
                    });
    restored.steps = s.steps;
    rule_ = std::move(restored);
  }

 private:
  void expect_size(std::size_t size) const {
    if (size != size_) throw Error(fmt::format("{} numbers for the rule; expected {}", size, size_));
  }

  Rule name_;
  std::size_t size_;
  R rule_;
};

}  // namespace

std::unique_ptr<UpdateRule> make_rule(Rule rule, const RuleConstants& given, std::int64_t n) {
  given.validate();
  if (n < 1) throw Error(fmt::format("a rule for {} parameters; expected at least 1", n));
  const RuleConstants constants = completed(rule, given);
  const auto made = [&]<class R>(std::in_place_type_t<R>) -> std::unique_ptr<UpdateRule> {
    return std::make_unique<Erased<R>>(rule, constants, static_cast<std::size_t>(n));
  };
  switch (rule) {
    case Rule::gradient_descent:
    case Rule::sgd:
    case Rule::proximal_gradient:
    case Rule::proxprop:
      return made(std::in_place_type<rules::Descent>);
    case Rule::momentum:
      return made(std::in_place_type<rules::Momentum>);
    case Rule::nesterov:
      return made(std::in_place_type<rules::Nesterov>);
    case Rule::nesterov_shifted:
      return made(std::in_place_type<rules::NesterovShifted>);
    case Rule::adagrad:
      return made(std::in_place_type<rules::AdaGrad>);
    case Rule::adadelta:
      return made(std::in_place_type<rules::AdaDelta>);
    case Rule::rmsprop:
      return made(std::in_place_type<rules::RmsProp>);
    case Rule::rmsprop_momentum:
      return made(std::in_place_type<rules::RmsPropMomentum>);
    case Rule::rmsprop_nesterov:
      return made(std::in_place_type<rules::RmsPropNesterov>);
    case Rule::adam:
      return made(std::in_place_type<rules::Adam>);
    case Rule::adam_uncorrected:
      return made(std::in_place_type<rules::AdamUncorrected>);
    case Rule::adamw:
      return made(std::in_place_type<rules::AdamW>);
    case Rule::adamax:
      return made(std::in_place_type<rules::AdaMax>);
    case Rule::nadam:
      return made(std::in_place_type<rules::Nadam>);
    case Rule::amsgrad:
      return made(std::in_place_type<rules::AmsGrad>);
    case Rule::fista:
      break;
  }
  throw Error("fista is more than an update of one point; expected train() to run it");
}

}  // namespace thalweg::inline v0_1
