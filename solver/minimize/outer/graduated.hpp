// Graduated non-convexity: robust losses reached from least squares, step by step.
#pragma once

#include <functional>
#include <vector>

#include <minimize/loop/journal.hpp>
#include <thalweg/problem/problem.hpp>

namespace thalweg::inline v0_1 {

/// A cost whose losses can be widened: that of a dense program, or of one by blocks.
struct GraduatedCost {
  const Problem& problem;
  std::function<void(double)> set_loss_scale;  ///< every loss has so many times its scale from now on; ∞: least squares
  std::function<double(const std::vector<double>&)> evaluate;  ///< ½ Σ ρ(‖r(x)‖²)
};

/// A cost with a loss such as Geman-McClure's has a minimum for each part of the data that agrees with itself; a
/// descent finds the one below its start. So the scales of all losses are first taken so large that the cost is that of
/// least squares, then, from what that leaves, just so large that it is convex up to the largest residual, and from
/// there they shrink to their own, each descent beginning where the last one ended (Blake & Zisserman 1987; Yang,
/// Antonante, Tzoumas & Carlone, RA-L 2020, whose μ is the square of the factor of the scales here). The descents on
/// the way are rough; the last one has the journal's options, and its ending is that of the whole. Sets
/// result.initial_cost: the trace begins with the cost of least squares. Throws Error when no loss is other than
/// convex.
Ending graduate(const GraduatedCost& cost, std::vector<double> x, Journal& journal,
                const std::function<Ending(std::vector<double>, Journal&)>& descend);

}  // namespace thalweg::inline v0_1
