// First-order update rules.
#pragma once

namespace thalweg {

enum class Rule {
  gradient_descent,
  sgd,
  momentum,
  nesterov,
  adagrad,
  adadelta,
  rmsprop,
  rmsprop_momentum,
  rmsprop_nesterov,
  adam,
  adam_uncorrected,
  adamw,
  adamax,
  nadam,
  amsgrad,
  proximal_gradient,
  fista,
};

struct RuleConstants {};

}  // namespace thalweg
