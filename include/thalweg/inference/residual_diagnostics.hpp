// How much each residual has of the fit: leverage, standardised residual, Cook's distance.
#pragma once

#include <vector>

#include <thalweg/fwd.hpp>
#include <thalweg/inference/statistics.hpp>
#include <thalweg/minimize/result.hpp>

namespace thalweg::inline v0_1 {

/// Of each residual, in the order of groups, then items, then components. Empty arrays where the statistics are not
/// available or leave parameters out that move, or a derivative is not finite.
struct ResidualDiagnostics {
  /// hᵢ = the diagonal of the projection on the range of J, of the parameters that are free: 0 ≤ h ≤ 1, and the sum is
  /// their number. With a loss J is that of the reweighted problem, its rows times √ρ'.
  std::vector<double> leverage;
  /// rᵢ / (s √(1 − hᵢ)), r divided by σ where that is given, s the residual standard deviation or 1 where the noise is
  /// known: internally studentised. NaN where h is 1 to rounding or s is 0.
  std::vector<double> standardised;
  /// rᵢ² hᵢ / (p s² (1 − hᵢ)²), p the number of free parameters: how far the fit would move without this residual, in
  /// units of the confidence region (Cook 1977, Technometrics 19, 15). Exact for linear models.
  std::vector<double> cooks_distance;
};

/// `statistics` as statistics() returned them for the same problem and result. By QR of J, never through JᵀJ; the
/// memory of one more J. O(m n²).
ResidualDiagnostics residual_diagnostics(const Problem& problem, const Result& result, const FitStatistics& statistics);

}  // namespace thalweg::inline v0_1
