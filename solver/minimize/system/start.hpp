// Where a descent starts.
#pragma once

#include <algorithm>
#include <cmath>
#include <random>
#include <vector>

#include <thalweg/minimize/solve_context.hpp>
#include <thalweg/problem/problem.hpp>
#include <thalweg/problem/program.hpp>

namespace thalweg::inline v0_1 {

/// The verdict on a start where a Program or a BlockProgram is not finite.
template <class Frozen>
Verdict non_finite_start(Frozen& program, const std::vector<double>& x) {
  const auto culprit = program.find_non_finite(x.data());
  return {Status::non_finite_start,
          (culprit ? in_words(*culprit) : "the cost or its derivatives overflow") + " at the start"};
}

/// System::scatter() of a Program or a BlockProgram.
template <class Frozen>
std::vector<double> scattered(const Frozen& program, std::vector<double> x, double spread, std::mt19937_64& random) {
  std::normal_distribution<double> normal;
  const Problem& problem = program.problem();
  const std::vector<double> from = x;
  std::vector<double> step(static_cast<std::size_t>(program.columns())), size(step.size());
  program.coordinates(from.data(), size.data());
  for (std::int64_t j = 0; j < program.columns(); ++j) {
    const auto i = static_cast<std::size_t>(program.component_of(j)), column = static_cast<std::size_t>(j);
    if (!program.moves(static_cast<std::int64_t>(i))) continue;
    const double draw = spread * normal(random);
    step[column] = size[column] != 0.0 ? draw * size[column] : draw;
    x[i] = std::clamp(x[i] != 0.0 ? x[i] * std::exp(draw) : draw, problem.lower()[i], problem.upper()[i]);
  }
  program.retract_curved(from.data(), step.data(), x.data());
  return x;
}

}  // namespace thalweg::inline v0_1
