// A trust-region step that leaves the bounds, replaced by one inside them.
#pragma once

#include <span>

#include <minimize/system/box_step.hpp>
#include <thalweg/linear/damped_system.hpp>
#include <thalweg/minimize/strategy.hpp>

namespace thalweg::inline v0_1 {

/// ½‖Jδ + r‖² with the damping λ of the step that left the bounds. Its subspaces are solved by `steps`.
class ConfinedModel : public BoxModel {
 public:
  ConfinedModel(DampedSystem& steps, double lambda, const BoxedRegion& region)
      : steps_(steps), lambda_(lambda), at_(region) {}
  bool improve(std::span<const double> step, std::span<const double> slope, std::span<const char> fixed,
               std::span<double> w) override;

 protected:
  /// Makes the steps those of ½‖J(δ + w) + r‖² over w, zero where fixed; slope = Jᵀ(Jδ + r). False where that is not
  /// finite.
  virtual bool shift(std::span<const double> step, std::span<const double> slope, std::span<const char> fixed) = 0;

 private:
  DampedSystem& steps_;
  double lambda_;
  const BoxedRegion& at_;
};

/// The step inside the bounds that lowers the model, gradient g, within the region, to `step`.
ProposedStep confined_step(ConfinedModel& model, std::span<const double> g, const BoxedRegion& region,
                           std::span<double> step);

}  // namespace thalweg::inline v0_1
