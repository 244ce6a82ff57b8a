// The trust-region loop: linearise once, damp until a step is good, move, repeat.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include <minimize/journal.hpp>
#include <minimize/polish.hpp>
#include <minimize/projection.hpp>
#include <minimize/state.hpp>
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
  std::optional<Verdict> gradient_verdict() const;
  std::optional<Verdict> step_verdict(const ProposedStep& proposed) const;
  std::optional<Verdict> exhausted_verdict(const ProposedStep& proposed);
  bool confirm(Verdict& verdict);
  IterationRecord record(const Trial& trial) const;
  Polish::Outcome polish(std::optional<Verdict>& request);
  double cosine();
  double promised_decrease();
  bool bends_down();
  double coarseness() const;
  double cosine_noise() const;
  std::string lost_parameters() const;
  double largest_size(std::size_t column) const;

  const Program& program_;
  State state_, trial_;
  Polish polish_;
  Projection projection_;
  std::vector<double> step_, acceleration_, scratch_n_, largest_norms_, largest_sizes_;
  std::vector<double> x_, lower_, upper_;  // of the columns, where the last linearisation was taken
  std::vector<char> held_;
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
  double function_tolerance_ = 0.0, gradient_tolerance_ = 0.0;
  int first_iteration_ = 0;  // the run's start on the trace
  double first_cost_ = 0.0;    ///< of this descent
  bool bounded_ = false;
  bool confined_ = false;  // the step was kept in the box, and is no longer the strategy's
  bool exhausted_ = false;  // no step, however short, lowers the cost
};

namespace claims {
/// Where no step lowers the cost any more, a cosine below this is what rounding leaves of zero: the cost of a step is
/// quadratic in it, so it is visible down to √ε only.
inline constexpr double rounding_cosine = 1e-6;
}  // namespace claims

}  // namespace thalweg
