// Convex terms without a derivative, met through their proximal step.
#pragma once

#include <span>

namespace thalweg::inline v0_1 {

/// h of a cost F + h, convex, perhaps infinite outside a set. Its proximal step (Moreau 1962; Parikh & Boyd 2014,
/// section 1.1) is prox_{th}(v) = argmin ½‖x − v‖² + t h(x); of the indicator of a set it is the projection.
class Proximable {
 public:
  virtual ~Proximable() = default;
  virtual double value(std::span<const double> x) const = 0;
  /// x ← prox_{th}(x), t > 0.
  virtual void prox(std::span<double> x, double t) const = 0;
  /// Whether h is 0 on a set and infinite outside it: then prox is the projection on the set, whatever t.
  virtual bool indicator() const { return false; }
};

}  // namespace thalweg::inline v0_1
