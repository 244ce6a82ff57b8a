// The trust-region loop: linearise once, damp until a step is good, move, repeat.
#pragma once

#include <optional>
#include <vector>

#include <minimize/loop/conclusion.hpp>
#include <minimize/loop/journal.hpp>
#include <thalweg/base/aligned.hpp>
#include <thalweg/minimize/strategy.hpp>
#include <thalweg/minimize/system.hpp>

namespace thalweg::inline v0_1 {

/// Descents on one system. Buffers are kept from run to run.
class TrustRegion {
 public:
  explicit TrustRegion(System& system);

  /// A new solve, of one or more descents.
  void begin_solve() { conclusion_.begin_solve(); }
  /// Descends from x. Counts, times and trace are added to what earlier descents left in the journal.
  Ending run(std::vector<double> x, Strategy& strategy, Journal& journal);

 private:
  using Outcome = IterationRecord::Outcome;
  std::optional<Verdict> begin(std::vector<double> x);
  std::optional<Verdict> iterate();
  Outcome attempt(const ProposedStep& proposed, IterationRecord& record);
  std::optional<Verdict> judge(const Verdict& claim);
  void linearize();
  bool may_climb() const { return journal_->options.globalization == Globalization::none; }

  System& system_;
  Conclusion conclusion_;
  Termination tests_;
  Strategy* strategy_ = nullptr;  // of the run in progress, as the journal
  Journal* journal_ = nullptr;
  LargeVector<double> step_;
  double length_ = 0.0, point_ = 0.0;  // ‖Dδ‖ of the last trial and ‖Dx‖ where it began, D the column norms there
  bool confident_ = false;             // that the next step will be taken
};

}  // namespace thalweg::inline v0_1
