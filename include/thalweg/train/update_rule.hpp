// First-order update rules by name, their constants, and their state as a value.
#pragma once

#include <cstdint>
#include <limits>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace thalweg::inline v0_1 {

/// The formulas and their sources are with the types of rules.hpp that carry them out.
enum class Rule {
  gradient_descent,  ///< the gradient of all samples, with a given rate
  sgd,               ///< the same formula on minibatches
  momentum,          ///< heavy ball
  nesterov,          ///< accelerated; the gradient is taken ahead of the point
  nesterov_shifted,  ///< the same in the variable at which the gradient is taken
  adagrad,
  adadelta,
  rmsprop,
  rmsprop_momentum,
  rmsprop_nesterov,
  adam,
  adam_uncorrected,  ///< without bias correction
  adamw,             ///< with decoupled weight decay
  adamax,
  nadam,
  amsgrad,
  proximal_gradient,  ///< for F + h; finds its rate when none is given (Combettes & Wajs 2005)
  fista,              ///< the same, accelerated (Beck & Teboulle 2009)
  proxprop,           ///< sgd along the semi-implicit direction of a LayeredObjective (Frerix et al. 2018)
};

/// Names as on the command line: "rmsprop-momentum".
std::string_view to_string(Rule);
/// Throws Error listing what there is.
Rule parse_rule(std::string_view);
std::span<const Rule> all_rules();
/// The rate that the rule's source proposes, or else a usual one; NaN for proximal_gradient and fista, which find it.
double default_rate(Rule);

/// What the rules' formulas hold besides the rate. A rule reads those that constants_of() names.
struct RuleConstants {
  static constexpr double own = std::numeric_limits<double>::quiet_NaN();  ///< the rule's own value

  double momentum = 0.9;  ///< μ, in [0, 1)
  double beta1 = 0.9;     ///< β₁ of the Adam family: memory of the gradient, in [0, 1)
  double beta2 = 0.999;   ///< β₂ of the Adam family: memory of its square, in [0, 1)
  double decay = own;    ///< ρ of adadelta (own: 0.95) and of the RMSProps (own: 0.9): memory of the square, in [0, 1)
  double epsilon = own;  ///< ε > 0 beside the root of the squares; own: 1e-8, of adadelta 1e-6
  double weight_decay = 0.01;  ///< λ ≥ 0 of adamw
  double tau = 1.0;  ///< τ > 0 of proxprop: the implicit step's length; with the rate τ the step is the whole of it

  /// Throws Error that names the field and what it expects.
  void validate() const;
};
/// The fields of RuleConstants that a rule reads.
std::span<const std::string_view> constants_of(Rule);
/// With the rule's own values filled in.
RuleConstants completed(Rule, RuleConstants);

/// Everything that a rule's next step depends on besides point and gradient.
struct RuleState {
  std::string rule;                                                 ///< its name
  std::int64_t steps = 0;                                           ///< taken so far
  std::vector<std::pair<std::string, double>> constants;            ///< the rate among them
  std::vector<std::pair<std::string, std::vector<double>>> arrays;  ///< one number per parameter each

  bool operator==(const RuleState&) const = default;
};
/// Lines of plain text, numbers in hexadecimal, so that parse_rule_state gives back the same bits.
std::string to_text(const RuleState&);
/// Throws Error that names the line, what is wrong with it and what was expected.
RuleState parse_rule_state(std::string_view text);

/// A rule at work on n parameters.
class UpdateRule {
 public:
  virtual ~UpdateRule() = default;

  virtual Rule rule() const = 0;
  virtual std::int64_t steps() const = 0;  ///< taken so far
  virtual double rate() const = 0;
  virtual void set_rate(double) = 0;

  /// Whether the next gradient is wanted elsewhere than at θ: at ahead(θ).
  virtual bool looks_ahead() const { return false; }
  /// Where the next gradient is wanted, to `point` (n).
  virtual void ahead(std::span<const double> theta, std::span<double> point) const = 0;

  /// One update of θ in place. Throws Error unless both spans hold n numbers.
  virtual void step(std::span<double> theta, std::span<const double> gradient) = 0;

  virtual RuleState state() const = 0;
  /// Throws Error, and stays as it was, when the state is of another rule, lacks a constant or an array, or has another
  /// number of parameters.
  virtual void restore(const RuleState&) = 0;
};

/// A rule at its beginning, with its default rate (1 where that is NaN). Throws Error for constants that validate()
/// refuses, for n < 1, and for fista, which is more than an update of one point.
std::unique_ptr<UpdateRule> make_rule(Rule rule, const RuleConstants& constants, std::int64_t n);

}  // namespace thalweg::inline v0_1
