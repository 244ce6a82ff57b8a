#include <cmath>
#include <string>

#include <doctest/doctest.h>
#include <thalweg/base/error.hpp>
#include <thalweg/train/update_rule.hpp>

using namespace thalweg;

TEST_CASE("rule names: every rule's name is read back as the rule, and names are distinct") {
  CHECK(all_rules().size() == 19);
  for (const Rule rule : all_rules()) CHECK(parse_rule(to_string(rule)) == rule);
  CHECK(to_string(Rule::gradient_descent) == "gradient-descent");
  CHECK(to_string(Rule::proxprop) == "proxprop");
}

TEST_CASE("rule names: an unknown one is refused with all that there are") {
  CHECK_THROWS_WITH_AS(
      parse_rule("adom"),
      "unknown update rule 'adom'; expected one of gradient-descent, sgd, momentum, nesterov, nesterov-shifted, "
      "adagrad, "
      "adadelta, rmsprop, rmsprop-momentum, rmsprop-nesterov, adam, adam-uncorrected, adamw, adamax, nadam, amsgrad, "
      "proximal-gradient, fista, proxprop",
      Error);
}

TEST_CASE("rule names: rates and constants are those of the sources") {
  CHECK(default_rate(Rule::adam) == 1e-3);
  CHECK(default_rate(Rule::adamax) == 2e-3);
  CHECK(default_rate(Rule::adadelta) == 1.0);
  CHECK(std::isnan(default_rate(Rule::fista)));
  const RuleConstants adam = completed(Rule::adam, {}), adadelta = completed(Rule::adadelta, {});
  CHECK(adam.beta1 == 0.9);
  CHECK(adam.beta2 == 0.999);
  CHECK(adam.epsilon == 1e-8);
  CHECK(adadelta.epsilon == 1e-6);
  CHECK(adadelta.decay == 0.95);
  CHECK(completed(Rule::adadelta, {.decay = 0.5, .epsilon = 1e-3}).decay == 0.5);
  CHECK(completed(Rule::adadelta, {.decay = 0.5, .epsilon = 1e-3}).epsilon == 1e-3);
  CHECK(constants_of(Rule::sgd).empty());
  CHECK(constants_of(Rule::rmsprop_nesterov).size() == 3);
  CHECK(constants_of(Rule::proxprop)[0] == "tau");
}

TEST_CASE("rule names: constants out of range are named") {
  const auto refused = [](const RuleConstants& c) {
    try {
      c.validate();
    } catch (const Error& e) {
      return std::string(e.what());
    }
    return std::string();
  };
  CHECK(refused({}) == "");
  CHECK(refused({.momentum = 1.0}) == "momentum is 1; expected a number >= 0 and < 1");
  CHECK(refused({.beta1 = -0.1}) == "beta1 is -0.1; expected a number >= 0 and < 1");
  CHECK(refused({.beta2 = NAN}) == "beta2 is nan; expected a number >= 0 and < 1");
  CHECK(refused({.decay = 2.0}) == "decay is 2; expected a number >= 0 and < 1");
  CHECK(refused({.epsilon = 0.0}) == "epsilon is 0; expected a number > 0");
  CHECK(refused({.weight_decay = -1.0}) == "weight_decay is -1; expected a number >= 0");
  CHECK(refused({.tau = 0.0}) == "tau is 0; expected a number > 0");
}
