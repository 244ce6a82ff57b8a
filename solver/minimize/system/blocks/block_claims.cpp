// How a block system keeps steps inside its bounds, and what it knows where a descent claims to have converged.
#include <algorithm>
#include <cmath>
#include <limits>

#include <minimize/system/blocks/block_system.hpp>
#include <minimize/system/confine.hpp>

namespace thalweg {
namespace {

constexpr double epsilon = std::numeric_limits<double>::epsilon();
// Of the step that a claim is verified by.
constexpr double least_damping = 1e-14, most_damping = 1e-6;
// The factor at hand verifies a claim whose promise lies so far below what is allowed.
constexpr double clearly = 1e-2;
// Part of itself by which the cost may change where no residual does.
constexpr double unmoved = 16.0 * epsilon;

class BlockModel final : public ConfinedModel {
 public:
  BlockModel(NormalEquations& equations, BlockSteps& steps, int threads, double lambda, const BoxedRegion& region)
      : ConfinedModel(steps, lambda, region), equations_(equations), steps_(steps), threads_(threads) {}

  void product(std::span<const double> step, std::span<double> Hstep) override {
    equations_.product(step.data(), Hstep.data(), threads_);
  }

 private:
  bool shift(std::span<const double>, std::span<const double> slope, std::span<const char> fixed) override {
    steps_.shift(slope, fixed);
    return std::all_of(slope.begin(), slope.end(), [](double s) { return std::isfinite(s); });
  }

  NormalEquations& equations_;
  BlockSteps& steps_;
  int threads_;
};

}  // namespace

ProposedStep BlockSystem::confine(const ProposedStep& proposed, const Strategy& strategy, double* step) {
  if (bounded_.empty() || !usable(proposed.status) || !std::isfinite(proposed.scaled_norm)) return proposed;
  const BoxedRegion region = {sizes_, lower_, upper_, strategy.scale(), held_, proposed.scaled_norm};
  const std::span<double> inside(step, sizes_.size());
  if (!leaves_box(region, inside)) return proposed;
  BlockModel model(linear_->equations(), *steps_, threads_, strategy.damping(), region);
  const auto g = steps_->gradient();
  const std::vector<double> slope(g.begin(), g.end());
  const ProposedStep confined = confined_step(model, slope, region, inside);
  // The steps served the subspaces; whoever asks them next means the point itself.
  steps_->take(held_);
  return confined;
}

/// By the rounding of r at most, ε times the terms that it is made of.
Stationarity BlockSystem::measure() {
  Stationarity found;
  found.allowed = believable_promise(journal_->options);
  if (cost_ == 0.0) return found;
  double squares = 0.0;
  const auto D = steps_->column_norms();
  for (std::size_t j = 0; j < D.size(); ++j) squares += D[j] * sizes_[j] * D[j] * sizes_[j];
  const double rounding = rounding_terms * epsilon * std::sqrt(squares);
  found.rounding = rounding / residual_norm();
  found.only_rounding = residual_norm() <= rounding;
  if (!found.only_rounding) found.promised = promised_decrease(found.allowed);
  return found;
}

/// What an undamped Gauss-Newton step would take from the cost, relative to it. The factor of the last step tells,
/// where it was damped little and the promise is small; otherwise one is made for this point. Directions that the
/// normal equations do not determine to rounding, as those of a free gauge, are damped by as little as makes them
/// solvable.
double BlockSystem::promised_decrease(double allowed) {
  const auto norms = steps_->column_norms();
  unit_scale_.assign(norms.begin(), norms.end());
  for (double& D : unit_scale_)
    if (!(D > 0.0)) D = 1.0;
  if (steps_->damping() <= most_damping) {
    const auto decrement = steps_->decrement_by_last_factor(unit_scale_.data(), clearly * allowed * cost_);
    journal_->clock.charge(Stopwatch::linear_solve);
    if (decrement) return *decrement / cost_;
  }
  for (double lambda = least_damping; lambda <= most_damping; lambda *= 100.0) {
    const LinearStatus status = steps_->solve(lambda, unit_scale_.data(), step_.data());
    journal_->clock.charge(Stopwatch::linear_solve);
    if (usable(status)) return 0.5 * steps_->squared_product(step_.data()) / cost_;
    if (status == LinearStatus::fatal) break;
  }
  return std::numeric_limits<double>::infinity();
}

/// Seen by the cost alone: residuals are not kept.
bool BlockSystem::is_unmoved_by(const double* step, double allowed) {
  const double cost = cost_beside(step);
  return std::abs(cost - cost_) <= std::max(allowed * residual_norm(), unmoved * cost_);
}

}  // namespace thalweg
