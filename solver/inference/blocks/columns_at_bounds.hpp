// Which columns do not move, being at a bound.
#pragma once

#include <vector>

#include <thalweg/problem/block_program.hpp>

namespace thalweg::inline v0_1 {

/// Nonzero for the columns whose component of x is at a bound.
inline std::vector<char> columns_at_bounds(const BlockProgram& program, const std::vector<double>& x) {
  std::vector<char> held(static_cast<std::size_t>(program.columns()));
  const Problem& problem = program.problem();
  for (std::size_t j = 0; j < held.size(); ++j) {
    const std::int64_t component = program.component_of(static_cast<std::int64_t>(j));
    const auto i = static_cast<std::size_t>(component);
    held[j] = problem.moves(component) && (x[i] <= problem.lower()[i] || x[i] >= problem.upper()[i]);
  }
  return held;
}

}  // namespace thalweg::inline v0_1
