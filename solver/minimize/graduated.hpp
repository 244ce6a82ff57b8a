// Graduated non-convexity: robust losses reached from least squares, step by step.
#pragma once

#include <vector>

#include <minimize/trust_region.hpp>

namespace thalweg {

/// A cost with a loss such as Geman-McClure's has a minimum for each part of the data that agrees with itself; a
/// descent finds the one below its start. So the scales of all losses are first taken so large that the cost is that of
/// least squares, then, from what that leaves, just so large that it is convex up to the largest residual, and from
/// there they shrink to their own, each descent beginning where the last one ended (Blake & Zisserman 1987; Yang,
/// Antonante, Tzoumas & Carlone, RA-L 2020, whose μ is the square of the factor of the scales here). The descents on
/// the way are rough; the last one is `options`' own, and its ending that of the whole. Sets result.initial_cost: the
/// trace begins with the cost of least squares. Throws Error when no loss is other than convex.
Ending graduate(Program& program, TrustRegion& loop, std::vector<double> x, LinearSolver& linear,
                const Options& options, Stopwatch& clock, Result& result);

}  // namespace thalweg
