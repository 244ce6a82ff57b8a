// Limits, trace and timers of one solve.
#pragma once

#include <cmath>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include <minimize/loop/termination.hpp>
#include <thalweg/base/cancellation.hpp>
#include <thalweg/minimize/options.hpp>
#include <thalweg/minimize/result.hpp>
#include <thalweg/minimize/solve_context.hpp>

namespace thalweg::inline v0_1 {

/// What a look at the residuals found where a descent on a general objective claims a minimum.
struct ClaimFinding {
  bool holds = false;
  bool vanished = false;     ///< the parameters and the residuals run to zero together
  bool lost = false;         ///< the residuals no longer depend on some parameter: the descent stalled
  std::string against = {};  ///< why the claim does not hold
  std::vector<std::int64_t> at_kink = {};
  std::string at_kink_names = {};
  std::string undetermined = {};
};

/// How and where a descent ended.
struct Ending {
  Status status;
  std::string reason;
  std::vector<double> x;
  double cost;
  bool down_to_noise = false;
  std::vector<std::int64_t> at_kink = {};  ///< components of x; see Result::at_kink
  /// Of a descent that stalled: names of the parameters that the residuals no longer depend on, where the others are at
  /// a minimum.
  std::string undetermined = {};
};

/// Counts, times and trace of all descents add up in `result`.
class Journal : public SolveContext {
 public:
  Journal(const Options& o, Stopwatch& c, Result& r) : SolveContext{o, c, r} {}

  /// The trace's first record, at the start x of a descent.
  void open(double cost, double gradient_norm, std::span<const double> x);
  /// What the caller allows. Looked at before each iteration; the trace must have been opened.
  std::optional<Verdict> limit() const;
  /// Puts the record, now at x, on the trace and shows it to the caller, who may ask to stop.
  std::optional<Verdict> report(IterationRecord record, std::span<const double> x);

  /// All parameters from the components that a descent moves; empty: it moves them all.
  std::function<std::vector<double>(std::span<const double>)> embed;
  /// Looks at a claim at x, of the components that a descent moves; empty: the objective has no residuals.
  std::function<ClaimFinding(std::span<const double> x, bool exhausted)> verify;

 private:
  void complete(IterationRecord& record, std::span<const double> x) const;
  void keep(double cost, std::span<const double> x);
};

/// Writes how it ended into the result.
void conclude(Ending ending, Journal& journal);

/// What a cancelled computation says of itself; `seconds` since it began.
Verdict cancelled_verdict(const Cancelled& cancelled, double seconds, double time_limit);

/// Runs descend(), which returns an Ending, under the options' limits, and concludes. Where it is cancelled in the
/// midst of an iteration or of its set-up, the lowest point that the journal has seen is the end, or else the start, of
/// unknown cost. False then: what the descent was computing is half done.
template <class Descend>
bool descend_within_limits(Journal& journal, const std::vector<double>& start, const Descend& descend) {
  const Options& options = journal.options;
  std::optional<CancellationScope> scope;
  if (std::isfinite(options.time_limit) || options.interrupt) scope.emplace(options.time_limit, options.interrupt);
  try {
    conclude(descend(), journal);
    return true;
  } catch (const Cancelled& cancelled) {
    const Result& result = journal.result;
    Verdict verdict = cancelled_verdict(cancelled, journal.clock.elapsed(), options.time_limit);
    conclude({verdict.status, std::move(verdict.reason), result.x.empty() ? start : result.x, result.final_cost},
             journal);
    return false;
  }
}

}  // namespace thalweg::inline v0_1
