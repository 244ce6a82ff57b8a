// Result of a solve: status, point, cost, trace.
#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <thalweg/minimize/constrained.hpp>

namespace thalweg::inline v0_1 {

enum class Status {
  converged,  ///< a convergence test fired
  iteration_limit,
  time_limit,
  interrupted,       ///< by the callback or the interrupt flag
  stalled,           ///< no step lowers the cost, and no convergence test holds
  non_finite_start,  ///< a residual or derivative at the start is not a finite number
  failed,            ///< singular beyond repair
};
std::string_view to_string(Status);

/// One linear solve and what became of its step.
struct IterationRecord {
  enum class Phase { descent, polish };
  static constexpr double unset = std::numeric_limits<double>::quiet_NaN();

  std::int64_t iteration = 0;  ///< counts from 0: the start, which is no solve
  Phase phase = Phase::descent;
  /// What became of the step, and why.
  enum class Outcome {
    accepted,
    no_decrease,  ///< the cost did not fall enough
    not_finite,   ///< the trial's residual, cost or Jacobian is not a finite number
    too_curved,   ///< the acceleration is too long beside the step; the trial was not evaluated
    singular,     ///< the linear solver found no step
  };
  Outcome outcome = Outcome::accepted;
  bool accepted = true;  ///< outcome == Outcome::accepted
  double cost =
      unset;  ///< ½ Σ ρ(‖r‖²), without a loss ½‖r‖², after the iteration; the polish may let it rise by rounding
  double trial_cost = unset;     ///< at the point that was tried
  double gradient_norm = unset;  ///< ‖Π(x − g) − x‖∞ where the step began
  double step_norm = unset;      ///< ‖δ‖₂
  double gain_ratio = unset;     ///< actual / predicted decrease
  double damping = unset;        ///< λ that the step was computed with
  double seconds = 0.0;          ///< since the solve began
  double loss_scale = 1.0;   ///< of graduated non-convexity: the losses, and so the cost, had their scales times this
  double evaluations = 0.0;  ///< so far, of all kinds: costs, gradients or Jacobians, Hessians and their products; a
                             ///< minibatch counts as its part of the samples
  double rate = unset;       ///< learning rate of a first-order step
  std::vector<double> x;     ///< the point after the iteration, when Options::record_points asks for it
};

struct Result {
  Status status = Status::failed;
  std::string reason;     ///< which test fired, with measurement and threshold
  std::vector<double> x;  ///< all parameters, in the order they were added
  double initial_cost = IterationRecord::unset, final_cost = IterationRecord::unset;
  std::int64_t iterations = 0, accepted_steps = 0;
  struct Evaluations {
    int cost = 0;                      ///< residuals, or an objective's value, alone
    int jacobian = 0;                  ///< with J, or the gradient
    int hessian = 0;                   ///< second derivatives
    int hessian_products = 0;          ///< ∇²F v, of newton_cg
    std::int64_t batch_gradients = 0;  ///< of minibatches, in first-order training
  } evaluations;
  std::int64_t epochs = 0;  ///< whole passes over the samples, of first-order training
  struct Seconds {
    double total = 0.0, setup = 0.0, evaluate = 0.0, linear_solve = 0.0;
  } seconds;
  bool down_to_noise = false;                   ///< converged by Options::noise_tolerance
  int skipped_updates = 0, damped_updates = 0;  ///< of bfgs and lbfgs
  std::string linear_solver;                    ///< the one used
  std::string linear_solver_reason;             ///< why
  int threads = 1;
  /// Components of x at a kink of the cost: it rises on both sides, and its derivative does not vanish. JᵀJ says
  /// nothing of their errors.
  std::vector<std::int64_t> at_kink;
  /// Of a problem with constraints. final_cost is F alone, while the costs of the trace have the constraints' part.
  /// Converged then means: the last solve's own claim was verified, every constraint holds to its tolerance, and λ > 0
  /// only where an inequality holds with equality.
  std::optional<ConstrainedOutcome> constrained;
  std::vector<std::string> notes;  ///< what the user should know: a start moved into its bounds, a second attempt
  std::vector<IterationRecord> trace;

  bool converged() const { return status == Status::converged; }
  /// The solution for one block (the first, when the handle has several).
  template <class Block>
  auto operator[](const Block& block) const {
    return block.value_in(x);
  }
};

}  // namespace thalweg::inline v0_1
