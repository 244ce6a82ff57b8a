// A look at a problem before it is solved: what is wrong with it, in words, and what a solve would take.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <thalweg/fwd.hpp>
#include <thalweg/inference/statistics.hpp>
#include <thalweg/minimize/options.hpp>
#include <thalweg/problem/problem_facts.hpp>

namespace thalweg::inline v0_1 {

/// Something that will make a solve fail, or its answer worthless.
struct Finding {
  enum class Kind {
    nothing_free,          ///< every parameter is fixed
    too_few_residuals,     ///< fewer than free parameters
    start_out_of_bounds,   ///< a solve begins on the bound
    start_not_finite,      ///< a residual or a derivative
    not_finite_nearby,     ///< the same, at a good part of the points around the start
    underflow,             ///< squares of the residuals or of a derivative leave the range of numbers
    unused,                ///< the parameter changes no residual, wherever
    no_influence,          ///< it changes none at the start
    constant_group,        ///< no free parameter changes the group's residuals
    dependent,             ///< parameters enter only through fewer combinations of them
    dependent_at_start,    ///< parameters have the same effect at the start, not around it
    ill_conditioned,       ///< parameters have almost the same effect at the start
    negligible_influence,  ///< a parameter's influence drowns in the rounding of another's
    stationary_start,      ///< the gradient is zero at the start, which is no minimum
    wrong_derivative,      ///< a Jacobian differs from differences of its residuals
    underdetermined,       ///< blocks are read by residuals of fewer numbers than they have
    loss_scale,            ///< a redescending loss lets nearly no residual count at the start
  };
  Kind kind;
  std::string sentence;                 ///< what is wrong
  std::string advice;                   ///< what to do about it
  std::vector<std::string> parameters;  ///< whom it concerns; may be empty
};
/// "too_few_residuals".
std::string_view to_string(Finding::Kind);

struct CheckReport {
  ProblemFacts problem;  ///< check() leaves name, title, source and priors to the caller
  std::int64_t free_parameters = 0, residual_groups = 0;
  double cost = unset;              ///< at the start
  double condition_number = unset;  ///< at the start, of the Jacobian with its columns scaled to length 1, without the
                                    ///< directions that change no residual
  std::vector<Finding> findings;
  std::vector<std::string> notes;  ///< what is worth knowing and need not be changed
  /// What a solve with these options would use.
  struct Plan {
    Method method = Method::levenberg_marquardt;
    std::string linear_solver, reason;  ///< empty: the method has none
    double bytes = 0.0;                 ///< held at once, roughly, beside the data
  } plan;

  bool clean() const { return findings.empty(); }
};

/// A change of all parameters that the caller expects to change no residual, such as a motion of the whole world.
struct FreeDirection {
  std::string name;
  std::vector<double> direction;  ///< a number for each component of x
};

/// Looks at the start (moved into the bounds), and at points around it that `options.seed` draws: each free number
/// times 1 ± 0.1 to 0.5, or ± 0.1 to 0.5 where it is zero, within its bounds. What Jacobians there have in common tells
/// which parameters the residuals see only together; where derivatives are differences, as far as 8 digits can tell.
/// Nothing is solved. Throws Error as solve does for options and for a problem without residuals.
///
/// A problem that a sparse linear solver would solve is looked at in blocks, at its start alone, and no matrix is made:
/// finite numbers, derivatives of a sample, blocks that too few residuals read, ‖Jd‖ for the directions
/// `expected_free`, which a note then names. Of other problems the spectrum of J finds such directions by itself.
CheckReport check(const Problem& problem, const Options& options = {},
                  std::span<const FreeDirection> expected_free = {});

}  // namespace thalweg::inline v0_1
