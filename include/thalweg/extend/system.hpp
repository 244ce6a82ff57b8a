// A least-squares problem in a form of your own under the trust-region loop: rows that are read again at every
// evaluation and never stored, normal equations made elsewhere, another structure of J.
//
// Derive from System, and from DampedSystem for its steps; minimize(system, start, options) runs the methods of
// residuals on it, verification of what they claim and restarts included. The tests of the loop hold the smallest one,
// include/thalweg/README.md one whose rows are made again at every evaluation.
#pragma once

#include <thalweg/minimize/solve.hpp>
#include <thalweg/minimize/system.hpp>
