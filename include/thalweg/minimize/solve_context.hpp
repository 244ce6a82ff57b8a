// What the parts of one solve share: its options, its result in the making and its clock.
#pragma once

#include <string>

#include <thalweg/minimize/options.hpp>
#include <thalweg/minimize/result.hpp>
#include <thalweg/minimize/stopwatch.hpp>

namespace thalweg::inline v0_1 {

/// Of one solve, which may hold several descents: whoever evaluates counts in `result.evaluations`, and charges its
/// time to the clock.
struct SolveContext {
  const Options& options;
  Stopwatch& clock;
  Result& result;
};

/// Why a descent ends.
struct Verdict {
  Status status;
  std::string reason;
  bool vanishing = false;  ///< the claim is that the parameters and the residuals run to zero together
  bool exhausted =
      false;             ///< no step lowers the cost any more: where this is no minimum, there is nothing to go on with
  double allowed = 0.0;  ///< of a claim that the cost has come down to its noise: the decrease that may be left,
                         ///< relative to the cost
};

}  // namespace thalweg::inline v0_1
