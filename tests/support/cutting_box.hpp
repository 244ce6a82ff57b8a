// Boxes that cut off the free minimum of a catalogue problem, and how well a point satisfies the optimality conditions.
#pragma once

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include <thalweg/minimize/solve.hpp>
#include <thalweg/models/catalogue.hpp>
#include <thalweg/problem/program.hpp>

/// Around the standard start, ending halfway to where the free solve of `entry` ends: at least one face lies between.
inline thalweg::Box cutting_box(const thalweg::CatalogueProblem& entry) {
  const std::vector<double>& start = entry.starts.front();
  const std::vector<double> free = thalweg::solve(entry.problem(start)).x;
  thalweg::Box box;
  for (std::size_t i = 0; i < start.size(); ++i) {
    const double half = 0.5 * (start[i] + free[i]), room = std::max(1.0, std::abs(start[i]));
    box.lower.push_back(free[i] < start[i] ? half : start[i] - room);
    box.upper.push_back(free[i] > start[i] ? half : start[i] + room);
  }
  return box;
}

inline thalweg::Problem boxed(const thalweg::CatalogueProblem& entry, const thalweg::Box& box,
                              const std::vector<double>& start) {
  thalweg::Problem problem = entry.problem(start);
  const thalweg::Parameters<thalweg::Dynamic> x(0, entry.parameters, 1);
  for (std::size_t j = 0; j < box.lower.size(); ++j)
    problem.set_bounds(x, static_cast<int>(j), box.lower[j], box.upper[j]);
  return problem;
}

/// Violation of the Karush-Kuhn-Tucker conditions at x: of each component the part of the gradient that the bounds do
/// not take up, beside ‖Jⱼ‖‖r‖ where that is more than 1. ∞ outside the box.
inline double kkt_violation(const thalweg::CatalogueProblem& entry, const thalweg::Box& box,
                            const std::vector<double>& x) {
  const thalweg::Problem problem = entry.problem(x);
  const thalweg::Program program(problem);
  thalweg::AlignedArray r(program.rows());
  thalweg::DenseMatrix J(program.rows(), program.columns());
  const double length = std::sqrt(2.0 * program.evaluate(x.data(), r.data(), J, 1));
  double worst = 0.0;
  for (std::size_t j = 0; j < x.size(); ++j) {
    if (x[j] < box.lower[j] || x[j] > box.upper[j]) return std::numeric_limits<double>::infinity();
    double g = 0.0, squares = 0.0;
    for (std::int64_t i = 0; i < program.rows(); ++i) {
      const double entry_of_J = J(i, static_cast<std::int64_t>(j));
      g += entry_of_J * r[i];
      squares += entry_of_J * entry_of_J;
    }
    if (x[j] == box.lower[j]) g = std::min(g, 0.0);
    if (x[j] == box.upper[j]) g = std::max(g, 0.0);
    worst = std::max(worst, std::abs(g) / std::max(1.0, std::sqrt(squares) * length));
  }
  return worst;
}
