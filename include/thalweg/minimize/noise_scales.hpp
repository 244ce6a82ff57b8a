// Groups of residuals whose noise is of unknown size, each of its own.
#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <vector>

#include <thalweg/minimize/options.hpp>
#include <thalweg/minimize/result.hpp>
#include <thalweg/problem/problem.hpp>

namespace thalweg::inline v0_1 {

/// What the noise of one group was found to be.
struct NoiseScale {
  std::size_t group = 0;  ///< index into Problem::groups()
  double scale = 1.0;     ///< s, in units of the group's own σ
  bool exact = false;     ///< the group is fitted as exactly as was looked for: s is held at its least, not estimated
};

/// A solve with scales of noise.
struct ScaledResult {
  Result result;  ///< of the last solve, at those scales; its iterations and evaluations are those of all solves
  std::vector<NoiseScale> scales;
  int solves = 0;
};

/// Minimises Σ_g mᵍ ln RSSᵍ(x), the profile likelihood of normal errors whose standard deviation is σᵢ sᵍ, with sᵍ
/// unknown and one for each of the `groups` (mᵍ residuals whose squares, divided by σᵢ², have the sum RSSᵍ): iterated
/// generalised least squares, which divides by the sᵍ of the last solve and solves again until no sᵍ changes by more
/// than 1e-10 of itself (Aitken 1935; Oberhofer & Kmenta 1974, Econometrica 42, who prove that it goes to a stationary
/// point of the likelihood). The scales are sᵍ² = RSSᵍ / (mᵍ (1 − n/m)), n free components, m residuals of these
/// groups: the maximum of the likelihood, with the degrees of freedom that the parameters take shared alike. Then Σr² =
/// m − n.
///
/// The problem's groups keep the scales as their σ, so statistics(problem, ...) with Noise::estimated gives the errors.
/// A group that the parameters can fit exactly has no maximum: its s is held at 1e-10 of the root mean square of
/// `response` (one array for each of the groups; divided by σᵢ), or where that is 0 at 1e-10.
///
/// `solve`: solves the problem from a point. Throws Error for no more residuals than free components, and for groups
/// with several components, a loss or a cost of their own. The result has the status iteration_limit where 500 solves
/// do not settle the scales, and any other as soon as a solve does not converge.
ScaledResult solve_with_noise_scales(Problem& problem, const std::vector<std::size_t>& groups,
                                     const std::vector<std::vector<double>>& response,
                                     const std::function<Result(const Problem&, std::vector<double>)>& solve,
                                     std::vector<double> start);

}  // namespace thalweg::inline v0_1
