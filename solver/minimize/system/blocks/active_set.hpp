// A step that leaves the bounds, replaced by the minimiser of its model inside them.
#pragma once

#include <functional>
#include <optional>
#include <span>
#include <vector>

#include <minimize/system/blocks/block_steps.hpp>
#include <minimize/system/box_step.hpp>
#include <thalweg/minimize/strategy.hpp>

namespace thalweg::inline v0_1 {

/// The primal-dual active set method (Hintermüller, Ito & Kunisch 2003, SIAM J. Optim. 13(3)): columns beyond a bound
/// are pinned to it, those whose multiplier pulls inwards are let go, until there are none beyond and few that pull. A
/// few columns are pinned by the factor of the step that left the box, a solve for each and none of it made again; more
/// take a factor a round.
class ActiveSet {
 public:
  using Product = std::function<void(std::span<const double> v, std::span<double> Hv)>;
  /// `steps` has solved with damping λ; `product` is that of JᵀJ.
  ActiveSet(BlockSteps& steps, const Product& product, double lambda, const BoxedRegion& region)
      : steps_(steps), product_(product), lambda_(lambda), at_(region) {}

  /// Begins with the step that left the box; ends inside. Empty where the set does not settle, or the step found is
  /// longer than the trust region allows: `step` is of no use then.
  std::optional<ProposedStep> run(std::span<double> step);

 private:
  struct Pin {
    std::size_t column;
    double value;  // of the step
    bool lower;
  };
  bool is_held(std::size_t j) const { return !at_.held.empty() && at_.held[j]; }
  bool settle(std::span<const double> step, const std::vector<double>& multipliers);
  bool pin_by_columns(std::span<double> step, std::vector<double>& multipliers);
  bool pin_by_factor(std::span<double> step, std::vector<double>& multipliers);
  const std::vector<double>& inverse_column(std::size_t j);

  BlockSteps& steps_;
  const Product& product_;
  double lambda_;
  const BoxedRegion& at_;
  std::vector<double> gradient_, free_step_, product_of_step_;
  std::vector<Pin> pins_;
  std::vector<char> pinned_;
  std::vector<std::pair<std::size_t, std::vector<double>>> columns_;  // of the inverse, where they were asked for
  bool refactored_ = false;
};

}  // namespace thalweg::inline v0_1
