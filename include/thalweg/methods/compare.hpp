// Any methods on the same problems under one stopping rule that is none of theirs.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <thalweg/methods/run.hpp>
#include <thalweg/minimize/result.hpp>

namespace thalweg::inline v0_1 {

/// When a run counts as successful, and when it is stopped: the same for every method. F* is the best known cost: the
/// problem's own, or else the lowest that any of the runs has met.
struct StoppingRule {
  /// Reached: F ≤ F* + d max(|F*|, d (F₀ − F*)), F₀ the cost at the start. The second term, as of Moré & Wild 2009,
  /// serves where F* is 0.
  double distance = 1e-6;
  double evaluations = 10000.0;  ///< IterationRecord::evaluations, per run
  double seconds = 60.0;         ///< per run

  double target(double best, double initial) const;
  /// Throws Error that names the field and what it expects.
  void validate() const;
};

/// One method from one start.
struct ComparedRun {
  int start = 1;  ///< counts from 1
  Result result;  ///< where the run ended, its cost there, its whole trace; x in it when there are at most 3 parameters
  bool reached = false;
  double rate = IterationRecord::unset;  ///< learning rate; NaN: the method has none
  /// Up to the first record at or below the target; NaN: never.
  double seconds = IterationRecord::unset, evaluations = IterationRecord::unset, iterations = IterationRecord::unset;
  double digits = IterationRecord::unset;  ///< of agreement with certified values; NaN: there are none
  /// The lowest cost met on the way, which is that of no result, and the iteration that met it.
  double lowest_cost = IterationRecord::unset, lowest_iteration = IterationRecord::unset;
  bool diverged = false;  ///< it ended at a higher cost than it began with, or at none
};

/// A learning rate's trial: all starts of a problem.
struct RateTrial {
  double rate = 0.0;
  int reached = 0;  ///< starts that came to the target
  double cost = 0.0;  ///< sum over the starts of log10 of the distance left at the end, (F − F*) / (F₀ − F*), 300 for
                      ///< one from which it diverged; lower is better
  double evaluations = 0.0;  ///< all
  int diverged = 0;          ///< starts from which it ended higher than it began
};

/// Whether the rate that was chosen is the smallest or the largest of those that may be tried.
enum class RateEdge { none, smallest, largest };

/// One method on one problem.
struct ComparedMethod {
  std::string name;
  std::string refused;            ///< why the method cannot run on this problem; then there are no runs
  std::vector<ComparedRun> runs;  ///< one per start
  std::vector<RateTrial> tuning;  ///< by --tune; the best was chosen
  double tuning_seconds = 0.0, tuning_evaluations = 0.0;
  RateEdge rate_edge = RateEdge::none;  ///< a better rate may lie beyond it
};

/// F on a grid over a window of the plane, for problems of two parameters.
struct Landscape {
  std::string names[2];
  double lower[2], upper[2];  ///< of the window
  int columns = 0, rows = 0;
  std::vector<double> cost;  ///< row-major, the first parameter along the row; NaN where F is not defined
  std::vector<std::vector<double>> minima;  ///< known ones, in the window or not
};

struct ComparedProblem {
  std::string name, title, source;
  std::int64_t parameters = 0, residuals = 0;  ///< residuals 0: an objective
  double best_known = IterationRecord::unset;  ///< F*
  std::string best_known_from;                 ///< "certified", "catalogue", "the best of all runs"
  std::vector<double> initial_costs;           ///< of each start
  std::vector<ComparedMethod> methods;         ///< in the order of Comparison::methods
  std::optional<Landscape> landscape;
};

/// A problem to compare on.
struct CompareCase {
  std::string name, title = {}, source = {};
  Subject subject = {};
  std::vector<std::vector<double>> starts = {};
  std::int64_t batch_size = 0;                 ///< of first-order methods, when the options say none
  double best_known = IterationRecord::unset;  ///< F*; NaN: not known, then the lowest cost met serves
  std::string best_known_from = {};
  std::vector<double> certified = {};            ///< values of the parameters, NaN where there is none; empty: none
  std::vector<std::vector<double>> minima = {};  ///< known ones, for the map
};

/// Where a comparison stands, for a progress line.
struct CompareProgress {
  std::string_view problem, method;
  int start = 1;
  int done = 0, all = 0;                 ///< runs, trials of rates apart
  double rate = IterationRecord::unset;  ///< NaN: the method has none
  double evaluations = 0.0;              ///< of this run so far
  double cost = IterationRecord::unset;  ///< where this run stands
  bool reference = false;                ///< the run is none of those compared: it looks for the best known cost
};

struct CompareOptions {
  StoppingRule rule = {};
  Options options = {};     ///< of the second-order methods; tolerances and limits are the stopping rule's
  TrainOptions train = {};  ///< of the first-order ones, likewise
  /// Tries the rates 10⁻⁸ … 1, decade by decade beyond as long as the last of them is the best, from 10⁻¹⁶ to 10⁸ at
  /// most, then half a decade to either side of the best, on all starts of each problem. The best reaches the target
  /// from the most starts, with the fewest evaluations; where none reaches it, it ends the lowest.
  bool tune = false;
  std::function<void(const CompareProgress&)> progress = {};  ///< before each run, and at each of its records
  const std::atomic<bool>* interrupt = nullptr;

  /// Throws Error that names the field and what it expects.
  void validate() const;
};

struct Comparison {
  StoppingRule rule;
  std::vector<std::string> methods;
  std::vector<ComparedProblem> problems;
  bool tuned = false, interrupted = false;
  int threads = 1;
  double seconds = 0.0;  ///< of everything, tuning included
};

/// Runs every method from every start of every case, one after the other, so that the times are comparable. Throws
/// Error for misuse; that a method cannot run on a problem is no misuse.
Comparison compare(const std::vector<CompareCase>& cases, const std::vector<AnyMethod>& methods,
                   const CompareOptions& options = {});

}  // namespace thalweg::inline v0_1
