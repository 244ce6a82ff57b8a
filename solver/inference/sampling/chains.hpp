// Chains of samples: how they are drawn, and what they tell about each other. Private.
#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include <Eigen/Core>

#include <math/random.hpp>

#include "inference/sampling/density.hpp"

namespace thalweg::inline v0_1 {

struct Chain {
  /// Steps of one walker, size × steps, for each walker: a random walk has one.
  std::vector<Eigen::MatrixXd> walkers;
  double accepted = 0.0, proposed = 0.0;  // of the steps that are kept
};

/// Whether to go on; asked from time to time.
using GoOn = std::function<bool()>;

/// A random walk (Metropolis et al. 1953) of `steps` steps after `before` others, which set the length and the shape of
/// its proposals: 2.38/√n of the covariance (Gelman, Roberts & Gilks 1996), found by Haario, Saksman & Tamminen (2001)
/// and held from then on.
Chain random_walk(LogDensity& density, regression::Random& random, int before, int steps, const GoOn& go_on);

/// Stretch moves of `walkers` walkers, two halves in turn (Goodman & Weare 2010, eq. 10; a = 2); steps of each.
Chain stretch_moves(LogDensity& density, regression::Random& random, int walkers, int before, int steps,
                    const GoOn& go_on);

/// The integrated autocorrelation time of one component, in steps: 1 + 2 Σ ρ(t) up to the first M ≥ 5 τ(M) (Sokal
/// 1997), ρ averaged over all walkers of all chains. At least 1; ∞ where there is no such M.
double autocorrelation_time(const std::vector<Chain>& chains, Eigen::Index component);

/// √(1 + B/W) of the halves of all chains, B the variance of their means less what W alone makes of it, W the mean of
/// their variances (Gelman et al. 2013, eq. 11.3 and 11.4).
double split_r_hat(const std::vector<Chain>& chains, Eigen::Index component);

}  // namespace thalweg::inline v0_1
