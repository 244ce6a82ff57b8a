// First-order training: an update rule, a schedule of its learning rate, and the samples in minibatches.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <limits>
#include <span>
#include <string_view>
#include <vector>

#include <thalweg/fwd.hpp>
#include <thalweg/minimize/box.hpp>
#include <thalweg/minimize/options.hpp>
#include <thalweg/minimize/result.hpp>
#include <thalweg/problem/proximable.hpp>
#include <thalweg/problem/sampled_objective.hpp>
#include <thalweg/train/schedule.hpp>
#include <thalweg/train/update_rule.hpp>

namespace thalweg::inline v0_1 {

struct TrainOptions {
  Rule rule = Rule::adam;
  /// α, the schedule's factor apart; NaN: default_rate(rule). It multiplies the gradient of F/N, N the samples, so it
  /// does not depend on how many there are. An objective that is no sum over samples counts as one sample.
  double rate = IterationRecord::unset;
  RuleConstants constants = {};
  Schedule schedule = {};

  std::int64_t batch_size = 0;  ///< samples per iteration, 1 … N; 0: all. The last batch of an epoch may be smaller
  std::uint64_t seed = 1;       ///< of the shuffles, one per epoch, and of dropout

  double clip_norm =
      std::numeric_limits<double>::infinity();  ///< g ← g · min(1, clip_norm / ‖g‖₂) (Pascanu et al. 2013)
  double clip_value = std::numeric_limits<double>::infinity();  ///< each |gⱼ| ≤ clip_value

  double gradient_tolerance = 1e-10;  ///< stop: ‖Π(x − g) − x‖∞ ≤ tol, g the gradient of F; with a Proximable
                                      ///< ‖prox(x − g) − x‖∞
  std::int64_t max_iterations = 1000000;  ///< updates
  std::int64_t max_epochs = std::numeric_limits<std::int64_t>::max();
  double time_limit = std::numeric_limits<double>::infinity();  ///< seconds

  /// Early stopping (Prechelt 1998): after each epoch the validation cost is taken, and training ends when it has not
  /// fallen for so many epochs; the best x by validation is returned. 0: no early stopping.
  int patience = 0;
  std::function<double(std::span<const double>)> validation = {};

  /// The result is the point of the lowest cost met, and a note says where the last one was higher. False: it is the
  /// last point, whatever its cost. With early stopping it is the best by validation in either case.
  bool keep_lowest = true;

  bool record_points = false;  ///< as in Options
  /// Called after each record of the trace: every iteration of a full-batch run, else every epoch.
  std::function<Action(const IterationRecord&)> callback = {};
  const std::atomic<bool>* interrupt = nullptr;

  /// Throws Error that names the field and what it expects. `samples`: N of the objective, 1 when it is no sum.
  void validate(std::int64_t samples) const;
};

/// Runs the rule from `start` until a test or a limit; with bounds every update is projected on the box, with `h` it is
/// followed by h's proximal step with the rate (an indicator's is its projection, for every rule, but those that scale
/// each component step in another metric and end elsewhere on the set's edge; any other h is for Rule::sgd,
/// gradient_descent, proximal_gradient and fista, and refused by Error for the rest). A cost that grows beyond 1e10
/// times what it was, or is no longer finite, ends the run with Status::failed and a hint about the rate. Throws Error
/// for misuse.
///
/// result.evaluations.cost counts full values, .jacobian full gradients, .batch_gradients minibatches;
/// result.iterations counts updates, result.epochs whole passes over the samples. A rule that looks ahead is recorded
/// where it takes the gradient. The trace holds a record of every iteration of a full-batch run (of every epoch
/// otherwise), thinned beyond 2,000 to about 1,000 per tenfold.
Result train(const Objective& objective, std::vector<double> start, const TrainOptions& options = {},
             const Box& box = {}, const Proximable* h = nullptr);

}  // namespace thalweg::inline v0_1
