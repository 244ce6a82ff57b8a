// What a comparison says about each method, as tables and pages show it.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <thalweg/methods/compare.hpp>

namespace thalweg::inline v0_1 {

/// One method over the starts of one problem, or over those of all problems.
struct MethodSummary {
  std::string name;
  std::string refused;  ///< the sentence, of one problem
  int problems = 0;     ///< on which it was run
  int problems_refused = 0;
  int problems_solved = 0;  ///< the target reached from every start
  int runs = 0, reached = 0;
  /// Up to the target: medians over the runs that reached it; NaN: none did.
  double seconds = IterationRecord::unset, iterations = IterationRecord::unset, evaluations = IterationRecord::unset;
  /// Evaluations of all runs to their ends, whether they reached the target or not.
  std::int64_t costs = 0, gradients = 0, hessians = 0, minibatches = 0;
  double total_seconds = 0.0;
  double final_cost = IterationRecord::unset;   ///< median over all runs of one problem, of the cost where they ended
  double lowest_cost = IterationRecord::unset;  ///< the same of the lowest costs met; NaN: no run ended higher
  double digits = IterationRecord::unset;       ///< the same of the digits of agreement
  double rate = IterationRecord::unset;         ///< of one problem
  RateEdge rate_edge = RateEdge::none;          ///< of that rate
  int rates_tried = 0;
  double tuning_evaluations = 0.0, tuning_seconds = 0.0;
  int diverged = 0;  ///< runs that ended higher than they began
  std::vector<std::pair<Status, int>>
      failures;  ///< how the other runs ended that did not reach the target, in Status's order

  bool failed() const { return diverged > 0 || !failures.empty(); }
};

/// In the order of problem.methods.
std::vector<MethodSummary> summary(const ComparedProblem& problem);
/// In the order of comparison.methods, over all problems.
std::vector<MethodSummary> summary(const Comparison& comparison);

/// How the runs ended that did not reach the target: "1 diverged, 2 stalled, 1 at a limit".
std::string failures_text(const MethodSummary& method);

/// How it went where it went wrong: one sentence for all methods that did not reach the target, those that ended alike
/// together, then one for each reason to refuse. `target`: what stands for the target, "it" say. Nothing went wrong:
/// nothing.
std::vector<std::string> shortfalls(const std::vector<MethodSummary>& methods, std::string_view target);

/// What counts as reached and when a run is given up, in sentences.
std::string rule_text(const StoppingRule& rule);

/// "2 residuals, 2 parameters, 10 starts; F* = 0 (catalogue)"
std::string extent(const ComparedProblem& problem);

/// The lower median; NaN of nothing. NaNs do not count.
double median(std::vector<double> values);

}  // namespace thalweg::inline v0_1
