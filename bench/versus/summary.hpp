// The runs of one contender, added up.
#pragma once

#include <string>
#include <vector>

#include "suites.hpp"

namespace versus {

struct Summary {
  int runs = 0, solved_4 = 0, solved_6 = 0, solved_8 = 0, solved_10 = 0;
  int global = 0, local = 0;  ///< ends at known minima
  double mean_digits = 0.0, total_us = 0.0, median_us = 0.0;
  long residual_evaluations = 0, jacobian_evaluations = 0;
  std::string missed;  ///< the starts solved to fewer than 4 digits

  double success_rate() const { return static_cast<double>(global) / runs; }
  int failed() const { return runs - global - local; }
  long evaluations() const { return residual_evaluations + jacobian_evaluations; }
  double evaluations_per_fit() const { return static_cast<double>(evaluations()) / runs; }
};

/// One for each contender, in their order, over the runs with this factor.
std::vector<Summary> summarize(const Suite& suite, int factor = 1);

/// The factors that the runs have.
std::vector<int> factors_of(const Suite& suite);

/// Processor, compiler, vector width.
std::string machine();

}  // namespace versus
