// Calls to every public function that takes or returns a container, or an object that holds one: whatever crosses
// between the library and this program is allocated on one side and freed on the other, which may be compiled for
// different processors. Results are checked only as far as it takes to touch them.
#pragma once

#include <vector>

#include <thalweg/thalweg.hpp>

namespace containers {

/// Says what is wrong and counts it.
void check(bool holds, const char* what);

/// p₀ exp(−p₁ t) less what was measured.
struct Decay {
  template <class P, class X>
  auto operator()(const P& p, const X& t, const X& y) const {
    using std::exp;
    return p[0] * exp(-p[1] * t) - y;
  }
};

inline const std::vector<double> times = {0, 1, 2, 3, 4, 5, 6, 7}, heights = {9.1, 7.2, 5.1, 4.3, 3.2, 2.1, 1.9, 1.4};

/// A curve fit of two parameters.
struct Fit {
  thalweg::Problem problem;
  thalweg::Parameters<2> p = problem.add_parameters("p", thalweg::Vec<double, 2>{1.0, 1.0});
  Fit() { problem.add_residuals("decay", Decay{}, p, times, heights); }
};

void problems();      // math, problem
void linear();        // linear
void minimizers();    // minimize
void training();      // train
void reports();       // report
void files();         // models: curve fits, formulas, catalogue
void regressions();   // models: regression
void scenes();        // models: bundles, pose graphs
void studies();       // studies
void own_matrices();  // the embedding program's own use of Eigen, between calls of the library

}  // namespace containers
