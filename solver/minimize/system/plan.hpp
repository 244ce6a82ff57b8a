// What a solve will use, known before anything is evaluated or allocated: the one place that chooses the system.
#pragma once

#include <cstdint>
#include <span>
#include <string>

#include <thalweg/minimize/options.hpp>
#include <thalweg/problem/problem.hpp>

namespace thalweg::inline v0_1 {

/// Whether every number of the problem is held: by itself, by its bounds or because it is among `pinned`.
bool nothing_moves(const Problem& problem, std::span<const std::int64_t> pinned);

/// Dense: J is held. Blocks: blocks of JᵀJ are, J never. Tall: neither, but a triangle that the rows are reduced to.
enum class SystemKind { dense, blocks, tall };
/// What suits the problem by its size and structure.
SystemKind shape_of(const Problem& problem);
/// The system of a solve under these options; a linear solver of the caller's `own` is dense.
SystemKind choose_system(SystemKind shape, bool own, const Options& options);

struct LinearChoice {
  LinearSolverKind kind;  ///< never automatic
  std::string reason;
};
/// Which linear solver serves so many columns of a dense system.
LinearChoice choose_linear_solver(LinearSolverKind requested, std::int64_t columns);

/// Bytes that a dense system holds at once beside the problem's data, roughly: its Jacobians and the matrices over its
/// columns. `rows` with padding.
double memory_of_solve(const Options& options, std::int64_t rows, std::int64_t columns);
/// Throws MemoryError where a dense system of the problem would not fit the memory there is.
void refuse_beyond_memory(const Problem& problem);

}  // namespace thalweg::inline v0_1
