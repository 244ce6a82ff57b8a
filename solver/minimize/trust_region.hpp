// The trust-region loop: linearise once, damp until a step is good, move, repeat.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include <minimize/polish.hpp>
#include <minimize/state.hpp>
#include <minimize/stopwatch.hpp>
#include <thalweg/linear/linear_solver.hpp>
#include <thalweg/minimize/options.hpp>
#include <thalweg/minimize/result.hpp>
#include <thalweg/minimize/strategy.hpp>
#include <thalweg/problem/program.hpp>

namespace thalweg {

/// How and where a descent ended.
struct Ending {
  Status status;
  std::string reason;
  std::vector<double> x;
  double cost;
};

/// One descent from one start. Buffers are kept from run to run: a second run of the same structure allocates only its
/// trace.
class TrustRegion {
 public:
  explicit TrustRegion(const Program& program);

  /// Descends from x. Counts, times and trace are added to what earlier descents left in `result`.
  Ending run(std::vector<double> x, LinearSolver& linear, Strategy& strategy, const Options& options, Stopwatch& clock,
             Result& result);

 private:
  struct Verdict {
    Status status;
    std::string reason;
  };
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
  Outcome accelerate(double* step);
  Trial attempt(const ProposedStep& proposed);
  bool move();
  std::optional<Verdict> gradient_verdict() const;
  std::optional<Verdict> step_verdict(const ProposedStep& proposed) const;
  std::optional<Verdict> exhausted_verdict(const ProposedStep& proposed);
  std::optional<Verdict> limit_verdict() const;
  std::optional<Verdict> report(const IterationRecord& record);
  bool confirm(Verdict& verdict);
  IterationRecord record(const Trial& trial) const;
  Polish::Outcome polish(std::optional<Verdict>& request);
  double cosine();
  double coarseness() const;
  double cosine_noise() const;
  std::string lost_parameters() const;
  double largest_size(std::size_t column) const;

  const Program& program_;
  State state_, trial_;
  Polish polish_;
  std::vector<double> step_, acceleration_, scratch_n_, largest_norms_, largest_sizes_;
  std::vector<double> x_, lower_, upper_;  // of the free components, where the last linearisation was taken
  std::vector<char> held_;
  AlignedArray probe_residual_, curvature_residual_;
  std::vector<double> probe_x_;

  // Of the run in progress.
  LinearSolver* linear_ = nullptr;
  Strategy* strategy_ = nullptr;
  const Options* options_ = nullptr;
  Stopwatch* clock_ = nullptr;
  Result* result_ = nullptr;
  double gradient_norm_ = 0.0;  // where the next step begins
  double function_tolerance_ = 0.0, gradient_tolerance_ = 0.0;
  bool bounded_ = false;
};

}  // namespace thalweg
