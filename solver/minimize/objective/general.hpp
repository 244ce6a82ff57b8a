// Minimisers of a general smooth function: along search directions, or within trust regions of a Newton model.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include <minimize/loop/journal.hpp>
#include <thalweg/minimize/solve.hpp>
#include <thalweg/problem/objective.hpp>

namespace thalweg::inline v0_1 {

/// By the method that the options name. x lies in the box; both vectors of the box have the size of x.
Ending minimize_objective(const Objective& f, std::vector<double> x, const Box& box, Journal& journal);

/// What is wrong with F or its gradient g at the start; empty when both are finite.
std::optional<Verdict> non_finite_start(const Objective& f, double value, std::span<const double> g);

/// The box with every bound written out. Throws Error for bounds that cross or are not n.
Box completed(Box box, std::size_t n);
/// Moves the start into the box, and says so in the notes.
void move_inside(const Objective& f, const Box& box, std::vector<double>& start, std::vector<std::string>& notes);

/// Line-search methods: gradient descent, nonlinear conjugate gradients, BFGS, L-BFGS, Newton on a modified Cholesky.
Ending descend_along_directions(const Objective& f, std::vector<double> x, const Box& box, Journal& journal);

/// Newton's method within a trust region, the model minimised by factorisation or, for newton_cg, by products alone.
Ending descend_by_newton_models(const Objective& f, std::vector<double> x, const Box& box, Journal& journal);

}  // namespace thalweg::inline v0_1
