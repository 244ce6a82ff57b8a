// How a block system keeps steps inside its bounds, and what it knows where a descent claims to have converged.
#include <algorithm>
#include <cmath>

#include <minimize/system/blocks/active_set.hpp>
#include <minimize/system/blocks/block_system.hpp>
#include <minimize/system/confine.hpp>

namespace thalweg::inline v0_1 {
namespace {

// The factor at hand verifies a claim where it was damped no more, and the promise lies so far below what is allowed.
constexpr double most_damping = 1e-6, clearly = 1e-2;

class BlockModel final : public ConfinedModel {
 public:
  BlockModel(BlockSteps& steps, double lambda, const BoxedRegion& region)
      : ConfinedModel(steps, lambda, region), steps_(steps) {}

  void product(std::span<const double> step, std::span<double> Hstep) override {
    steps_.product(step.data(), Hstep.data());
  }

 private:
  bool shift(std::span<const double>, std::span<const double> slope, std::span<const char> fixed) override {
    steps_.shift(slope, fixed);
    return std::all_of(slope.begin(), slope.end(), [](double s) { return std::isfinite(s); });
  }

  BlockSteps& steps_;
};

}  // namespace

ProposedStep BlockSystem::confine(const ProposedStep& proposed, const Strategy& strategy, double* step) {
  if (!bounds_.any() || !usable(proposed.status) || !std::isfinite(proposed.scaled_norm)) return proposed;
  const BoxedRegion region = {sizes_,           bounds_.lower(), bounds_.upper(),
                              strategy.scale(), bounds_.held(),  proposed.scaled_norm};
  const std::span<double> inside(step, sizes_.size());
  if (!leaves_box(region, inside)) return proposed;
  const ActiveSet::Product product = [this](std::span<const double> v, std::span<double> Hv) {
    steps_->product(v.data(), Hv.data());
  };
  const auto found = ActiveSet(*steps_, product, strategy.damping(), region).run(inside);
  steps_->take(bounds_.held());
  if (found) return *found;
  BlockModel model(*steps_, strategy.damping(), region);
  const auto g = steps_->gradient();
  const std::vector<double> slope(g.begin(), g.end());
  const ProposedStep confined = confined_step(model, slope, region, inside);
  // The steps served the subspaces; whoever asks them next means the point itself.
  steps_->take(bounds_.held());
  return confined;
}

/// The factor of the last step tells, where it was damped little and the promise is small; otherwise one is made for
/// this point.
double BlockSystem::promised_decrease(double allowed) {
  if (steps_->damping() <= most_damping) {
    const auto norms = steps_->column_norms();
    unit_scale_.assign(norms.begin(), norms.end());
    for (double& D : unit_scale_)
      if (!(D > 0.0)) D = 1.0;
    const auto decrement = steps_->decrement_by_last_factor(unit_scale_.data(), clearly * allowed * cost_);
    context_->clock.charge(Stopwatch::linear_solve);
    if (decrement) return *decrement / cost_;
  }
  const double promised = System::promised_decrease(allowed);
  context_->clock.charge(Stopwatch::linear_solve);
  return promised;
}

}  // namespace thalweg::inline v0_1
