// A linear solver of your own for problems with a dense Jacobian.
//
// Derive from LinearSolver: linearize() takes J and r, solve() answers (JᵀJ + λD²) δ = −Jᵀr for as many λ as the loop
// tries, the others say what it must know of the linearisation. Solver::use(own) hands it over.
#pragma once

#include <thalweg/linear/linear_solver.hpp>
#include <thalweg/minimize/solve.hpp>
