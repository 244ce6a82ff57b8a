#include <minimize/system/confine.hpp>

#include <algorithm>
#include <cmath>

#include <minimize/strategy/strategies.hpp>

namespace thalweg::inline v0_1 {
namespace {
constexpr double least_damping = 1e-12;
}

bool ConfinedModel::improve(std::span<const double> step, std::span<const double> slope, std::span<const char> fixed,
                            std::span<double> w) {
  if (!shift(step, slope, fixed)) return false;
  double lambda = lambda_;
  LinearStatus status = steps_.solve(lambda, at_.D.data(), w.data());
  for (; status == LinearStatus::retry && lambda < 1.0; status = steps_.solve(lambda, at_.D.data(), w.data()))
    lambda = std::max(10.0 * lambda, least_damping);
  if (status != LinearStatus::ok && status != LinearStatus::inexact) return false;
  const double length = scaled_norm(at_.D, w.data());
  if (length > at_.radius)
    for (double& each : w) each *= at_.radius / length;
  return std::isfinite(length);
}

ProposedStep confined_step(ConfinedModel& model, std::span<const double> g, const BoxedRegion& region,
                           std::span<double> step) {
  ProposedStep confined;
  confined.predicted = minimize_in_box(model, g, region, step);
  confined.scaled_norm = scaled_norm(region.D, step.data());
  return confined;
}

}  // namespace thalweg::inline v0_1
