// The descents of one solve: the first, its restarts, and the lowest of them brought to its end.
#pragma once

#include <vector>

#include <minimize/loop/trust_region.hpp>
#include <thalweg/minimize/system.hpp>

namespace thalweg::inline v0_1 {

/// Solves of one system. Buffers are kept.
class Descents {
 public:
  explicit Descents(System& system) : system_(system), loop_(system) {}

  /// Descends from x by the methods that live on residuals. Where restarts are allowed, a descent that creeps along a
  /// valley to infinity must not use up all iterations: the first may take a fifth of them before others are tried, and
  /// the lowest goes on. A system that is not small is restarted once, where its descent stalled.
  Ending run(std::vector<double> x, Journal& journal);

 private:
  Ending descend(std::vector<double> x, const Options& options, Journal& journal);
  Ending restart(Ending best, const std::vector<double>& from, Journal& journal);

  System& system_;
  TrustRegion loop_;
};

/// Where the residuals have lost a parameter, no restart found a lower point, and the others are at a minimum: that
/// minimum, with the parameter named.
Ending determined(Ending ending, Journal& journal);

}  // namespace thalweg::inline v0_1
