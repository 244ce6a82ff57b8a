// What every descent has around it: the limits it must heed, the trace it writes, the clock it charges.
#pragma once

#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include <minimize/stopwatch.hpp>
#include <thalweg/minimize/options.hpp>
#include <thalweg/minimize/result.hpp>

namespace thalweg {

/// Why a descent ends.
struct Verdict {
  Status status;
  std::string reason;
};

/// How and where a descent ended.
struct Ending {
  Status status;
  std::string reason;
  std::vector<double> x;
  double cost;
};

/// Of one solve, which may hold several descents: counts, times and trace add up in `result`.
class Journal {
 public:
  Journal(const Options& o, Stopwatch& c, Result& r) : options(o), clock(c), result(r) {}

  /// The trace's first record, at the start x of a descent.
  void open(double cost, double gradient_norm, std::span<const double> x);
  /// What the caller allows. Looked at before each iteration; the trace must have been opened.
  std::optional<Verdict> limit() const;
  /// Puts the record, now at x, on the trace and shows it to the caller, who may ask to stop.
  std::optional<Verdict> report(IterationRecord record, std::span<const double> x);


  const Options& options;
  Stopwatch& clock;
  Result& result;
  /// All parameters from the components that a descent moves; empty: it moves them all.
  std::function<std::vector<double>(std::span<const double>)> embed;

 private:
  void complete(IterationRecord& record, std::span<const double> x) const;
};

/// Writes how it ended into the result.
void conclude(Ending ending, Journal& journal);

}  // namespace thalweg
