// What a solve will use, known before anything is evaluated or allocated.
#pragma once

#include <cstdint>
#include <span>
#include <string>

#include <thalweg/minimize/options.hpp>
#include <thalweg/problem/problem.hpp>

namespace thalweg {

/// Whether every number of the problem is held: by itself, by its bounds or because it is among `pinned`.
bool nothing_moves(const Problem& problem, std::span<const std::int64_t> pinned);

struct LinearChoice {
  LinearSolverKind kind;  ///< never automatic
  std::string reason;
};
/// Which linear solver serves so many columns.
LinearChoice choose_linear_solver(LinearSolverKind requested, std::int64_t columns);

/// Bytes that a solve holds at once beside the problem's data, roughly: its Jacobians and the matrices over its
/// columns. `rows` with padding.
double memory_of_solve(const Options& options, std::int64_t rows, std::int64_t columns);

}  // namespace thalweg
