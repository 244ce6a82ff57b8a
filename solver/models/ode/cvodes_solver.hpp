// CVODES behind a narrow interface. Private to the models; the only header of theirs that its types stand behind.
#pragma once

#include <memory>
#include <vector>

#include "models/ode/rates.hpp"

namespace thalweg::inline v0_1::ode {

/// Integrates states y[n] and sensitivities S[active · n] from one time to the next, where nothing jumps.
class CvodesSolver {
 public:
  /// `scale`: what the states measure; errors below 1e-8 of it times the tolerance do not count.
  CvodesSolver(Rates& rates, double t, const std::vector<double>& y, const std::vector<double>& S, double scale);
  ~CvodesSolver();
  CvodesSolver(const CvodesSolver&) = delete;
  CvodesSolver& operator=(const CvodesSolver&) = delete;

  /// Begins anew behind a discontinuity.
  void restart(double t, const std::vector<double>& y, const std::vector<double>& S);
  /// No step goes beyond `end`.
  void stop_at(double end);
  /// States and sensitivities at `t`, later than before and not beyond the end. Throws Stopped.
  void advance(double t, std::vector<double>& y, std::vector<double>& S);

 private:
  struct Memory;
  std::unique_ptr<Memory> memory_;
};

}  // namespace thalweg::inline v0_1::ode
