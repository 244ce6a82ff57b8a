// Steps inside bounds: the minimiser of a quadratic model in a box, as the trust-region methods need it.
#pragma once

#include <algorithm>
#include <cmath>
#include <limits>
#include <span>
#include <vector>

namespace thalweg::inline v0_1 {

/// x + δ inside [lower, upper]; on the bound itself where only rounding would keep it off.
inline double stepped(double x, double step, double lower, double upper) {
  const double to = x + step,
               touch = 2.0 * std::numeric_limits<double>::epsilon() * std::max(std::abs(x), std::abs(to));
  if (step < 0.0 && to <= lower + touch) return lower;
  if (step > 0.0 && to >= upper - touch) return upper;
  return std::clamp(to, lower, upper);
}

/// q(δ) = gᵀδ + ½ δᵀHδ. All vectors have n entries.
class BoxModel {
 public:
  virtual ~BoxModel() = default;
  /// Hδ.
  virtual void product(std::span<const double> step, std::span<double> Hstep) = 0;
  /// w, the minimiser of q(δ + w) with wⱼ = 0 where fixed, inside what the trust region allows; slope = ∇q(δ). False:
  /// none was found.
  virtual bool improve(std::span<const double> step, std::span<const double> slope, std::span<const char> fixed,
                       std::span<double> w) = 0;
};

/// A trust region ‖Dδ‖ ≤ radius around x in a box; components that are held do not move.
struct BoxedRegion {
  std::span<const double> x, lower, upper, D;
  std::span<const char> held;  ///< empty: none
  double radius;
};

bool leaves_box(const BoxedRegion& region, std::span<const double> step);

/// A step inside the box that lowers q at least as the projected gradient does: from the Cauchy point of the path
/// Π(x − tD⁻²g), subspace after subspace, each step followed to the bounds that it meets (Moré & Toraldo 1991; Lin &
/// Moré 1999, SIAM J. Optim. 9(4)). Returns −q(δ) > 0, or 0 when x cannot be left.
double minimize_in_box(BoxModel& model, std::span<const double> g, const BoxedRegion& region, std::span<double> step);

}  // namespace thalweg::inline v0_1
