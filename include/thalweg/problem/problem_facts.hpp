// What a report says of a problem before it says anything of its solution.
#pragma once

#include <cstdint>
#include <string>

namespace thalweg::inline v0_1 {

struct ProblemFacts {
  std::string name;    ///< short: "misra1a"
  std::string title;   ///< for people; may be empty
  std::string source;  ///< the file, as the user named it, or the publication
  std::string kind = "curve fit";
  std::int64_t parameter_blocks = 0, parameters = 0, residual_blocks = 0;
  std::int64_t residuals = 0;  ///< 0: an objective, or a likelihood
  std::int64_t samples = 0;    ///< of a regression
  std::int64_t missing_rows = 0,
               excluded_rows = 0;  ///< of the table: left out because a value is missing, by a condition
  std::int64_t priors = 0;         ///< how many of the residuals are priors
};

}  // namespace thalweg::inline v0_1
