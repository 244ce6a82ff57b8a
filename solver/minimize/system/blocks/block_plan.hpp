// Which linear solver a block-sparse problem gets, why, and what it will take, before any of it is allocated.
#pragma once

#include <cstdint>
#include <string>

#include <linear/normal/layout.hpp>
#include <thalweg/minimize/options.hpp>

namespace thalweg::inline v0_1 {

struct BlockPlan {
  LinearSolverKind kind = LinearSolverKind::automatic;  ///< never automatic, once made
  std::string reason;
  double bytes = 0.0;  ///< of sums, couplings, the reduced system and its factor, roughly and at most
};

/// The part of all columns that blocks must make to be eliminated unnamed: most of them where nothing was requested,
/// any where the requested solver eliminates.
double least_eliminated(LinearSolverKind requested);
/// Whether a linear solver of this kind eliminates nothing.
bool keeps_all_blocks(LinearSolverKind kind);
/// Whether it stores the rows of J, and forms no JᵀJ.
bool keeps_rows(LinearSolverKind kind);

/// `requested` may be automatic. Throws Error where the solver asked for does not fit the structure, MemoryError where
/// nothing fits the memory limit (bytes; 0: available_memory()): it says what would. Where only its fill tells whether
/// a factor is worth it, the layout's reduced system is worked out and analysed.
BlockPlan plan_blocks(NormalLayout& layout, LinearSolverKind requested, double memory_limit, int threads);

}  // namespace thalweg::inline v0_1
