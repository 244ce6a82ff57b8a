// All rows of a fit at its solution. Private.
#pragma once

#include <span>

#include <thalweg/minimize/result.hpp>
#include <thalweg/problem/program.hpp>

namespace thalweg::inline v0_1 {

/// J and r themselves, or of many rows the triangle R and c with RᵀR = JᵀJ and Rᵀc = Jᵀr that are left of them. Losses
/// are ignored.
struct SolutionRows {
  /// `response`: what was measured, as for statistics().
  SolutionRows(const Program& program, const Result& result, std::span<const double> response);

  bool reduced;  ///< to the triangle
  AlignedArray residual;
  DenseMatrix J;
  double cost = 0.0;              ///< ½‖r‖²
  double size = 0.0, left = 0.0;  ///< ‖r‖, and that of the residuals that belong to the response
};

}  // namespace thalweg::inline v0_1
