// Statistics of fits to many groups of rows: each residual reads parameters that all share, and those of one group.
#pragma once

#include <span>
#include <vector>

#include <thalweg/inference/statistics.hpp>

namespace thalweg::inline v0_1 {

/// Whether JᵀJ has the shape of an arrow that is worth it: a set of many small blocks on no manifold, of which each
/// residual reads one at most, and few other parameters; more in all than a dense J is for.
bool is_bordered(const Problem& problem);

/// Completes `s`, which holds names, values and bounds, as statistics() does, but for what needs the whole matrix:
/// `free`, covariance and correlation are those of the shared parameters, combinations of local ones that the data do
/// not determine are not listed, the rounding metric is left empty. By QR of the rows of each block, [L S r] → what is
/// left below L goes into the QR of the shared columns; with Z = R_L⁻¹ R_LS the covariance of a block is σ² (R_L⁻¹
/// R_L⁻ᵀ + Z C Zᵀ), σ² C that of the shared parameters. Time and memory are linear in the rows. With a loss `left_out`
/// says why there are no errors.
FitStatistics bordered_statistics(FitStatistics s, const Problem& problem, const Result& result,
                                  std::span<const double> response);

}  // namespace thalweg::inline v0_1
