// The trust-region loop: linearise once, damp until a step is good, move, repeat.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include <minimize/loop/journal.hpp>
#include <minimize/loop/projection.hpp>
#include <minimize/loop/state.hpp>
#include <minimize/verification/polish.hpp>
#include <minimize/verification/verification.hpp>
#include <thalweg/linear/linear_solver.hpp>
#include <thalweg/minimize/options.hpp>
#include <thalweg/minimize/result.hpp>
#include <thalweg/minimize/strategy.hpp>
#include <thalweg/problem/program.hpp>

namespace thalweg {

/// One descent from one start. Buffers are kept from run to run: a second run of the same structure allocates only its
/// trace.
class TrustRegion {
 public:
  explicit TrustRegion(const Program& program);

  /// A new solve, of one or more descents.
  void begin_solve() { highest_rank_ = 0; }
  /// Descends from x. Counts, times and trace are added to what earlier descents left in the journal.
  Ending run(std::vector<double> x, LinearSolver& linear, Strategy& strategy, Journal& journal);
  /// Names of the parameters that the last run eliminated by variable projection; empty: none.
  std::string eliminated() const { return projection_.names(); }

 private:
  using Outcome = IterationRecord::Outcome;
  struct Trial {
    Outcome outcome = Outcome::singular;
    double cost = IterationRecord::unset;
    double gain = IterationRecord::unset;
    double step_norm = IterationRecord::unset;
  };

  std::optional<Verdict> begin(std::vector<double> x);
  std::optional<Verdict> iterate();
  void linearize();
  ProposedStep confine(const ProposedStep& proposed);
  Outcome accelerate(double* step);
  Trial attempt(const ProposedStep& proposed);
  bool move();
  bool evaluate_trial();
  std::optional<Verdict> step_verdict(const ProposedStep& proposed) const;
  std::optional<Verdict> exhausted_verdict(const ProposedStep& proposed, const Trial& trial) const;
  IterationRecord record(const Trial& trial) const;
  Polish::Outcome polish(std::optional<Verdict>& request);
  Ending ending(Verdict verdict);
  /// Whether a step that does not lower the cost is refused: not where the caller asks for undamped steps.
  bool climbs_refused() const { return options_->globalization != Globalization::none; }
  bool withdraw();
  bool move_to(const std::vector<double>& lower);
  bool hold_kinks();
  std::optional<Verdict> concluded(const Verdict& claim);
  bool release_kinks();
  bool begin_anew();
  bool has_vanished() {
    return influence_.vanished(state_.cost) && verifier_.vanishes_at_zero(state_, *options_, *result_);
  }
  bool has_lost_directions(const Stationarity& here);
  void restart_strategy();
  std::string kink_words() const;

  const Program& program_;
  State state_, trial_;
  Polish polish_;
  Verifier verifier_;
  Projection projection_;
  std::vector<double> step_, acceleration_, scratch_n_;
  Influence influence_;
  std::vector<double> x_, lower_, upper_;  // of the columns, where the last linearisation was taken
  std::vector<char> held_;                 // on a bound that the gradient pushes against, or at a kink
  std::vector<char> kinked_;
  AlignedArray probe_residual_, curvature_residual_;
  std::vector<double> probe_x_;

  // Of the run in progress.
  LinearSolver* linear_ = nullptr;
  Strategy* strategy_ = nullptr;
  Journal* journal_ = nullptr;
  const Options* options_ = nullptr;  // the journal's
  Stopwatch* clock_ = nullptr;
  Result* result_ = nullptr;
  double gradient_norm_ = 0.0;  // where the next step begins
  Termination tests_;
  int first_iteration_ = 0;       // the run's start on the trace
  std::vector<double> lowest_x_;  // the start; of undamped steps the lowest point met
  double lowest_cost_ = 0.0;
  std::vector<double> start_x_;    // until J's rank there is known
  std::int64_t highest_rank_ = 0;  // of J, met in this solve
  double renewed_cost_ = 0.0;      // where the descent last began anew
  int kink_rounds_ = 0;            // how often components were held at a kink, or released
  int jumps_ = 0;                  // to lower points that a verification met
  std::string undetermined_;       // names of parameters that the residuals lost, where the others are at a minimum
  bool bounded_ = false;
  bool confined_ = false;  // the step was kept in the box, and is no longer the strategy's
};

}  // namespace thalweg
