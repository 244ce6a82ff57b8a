// Many starts, and the distinct minima that they lead to.
#pragma once

#include <cstdint>
#include <vector>

#include <thalweg/fwd.hpp>
#include <thalweg/minimize/options.hpp>
#include <thalweg/minimize/result.hpp>

namespace thalweg::inline v0_1 {

/// The problem's start is the first. The others are a Latin hypercube (McKay, Beckman & Conover 1979) drawn with
/// Options::seed: of each parameter, every one of N − 1 equally probable slices is met once. A parameter with two
/// finite bounds is uniform between them, or its logarithm is when both are positive and 3 decades or more apart. Any
/// other is its start × exp(spread · N(0, 1)), or spread · N(0, 1) when it starts at 0, reflected at a bound that it
/// crosses. A block on a manifold takes a step of spread · N(0, 1) in each tangent component, times its size there
/// (Manifold::sizes): of radians where it turns, of its distance from the origin where it shifts.
struct MultistartOptions {
  int starts = 20;      ///< N, the problem's own included
  double spread = 1.0;  ///< of parameters without two finite bounds; 1: two thirds within a factor e

  /// Throws Error that names the field and what it expects.
  void validate() const;
};

/// One minimum, and how many starts led to it. Two ends are the same minimum when each parameter agrees to 1e-4 of
/// itself, or moves the residuals by less than 1e-6 of ‖Dx‖ (D the column norms of J), and the costs differ by no more
/// than 1e-6 of themselves and what that distance explains. So points at which parameters have exchanged their roles,
/// or that the data cannot tell apart, are listed one by one, with equal costs.
struct Minimum {
  double cost = 0.0;
  std::vector<double> x;  ///< of the end with the lowest cost
  int found = 0;          ///< starts that led there
  int start = 0;          ///< the first of those, counted from 1, the problem's own
  /// The first minimum of the list, counted from 1, whose cost is equal and whose residuals are the same ones (to 1e-4
  /// of their norm): this one is an alias of it, other parameters of the same curve. 0: none.
  int alias_of = 0;
};

/// What became of the starts.
struct Minima {
  std::vector<Minimum> list;  ///< lowest cost first; of equal costs (to 1e-6, or to rounding) the most often found
  int starts = 0;             ///< converged + stalled + stopped + failed + not_run
  int converged = 0, stalled = 0;
  int stopped = 0;  ///< by a limit or a request
  int failed = 0;   ///< not finite at the start, or singular beyond repair
  int not_run = 0;  ///< the time was over, or a request came before their turn
  /// Of the ends that did not converge, the lowest; NaN: there is none.
  double lowest_unconverged_cost = IterationRecord::unset;
};

struct MultistartResult {
  /// The end at the first minimum of the list, as its own solve returned it, but for the status when a limit or a
  /// request ended the whole, and for the total time, which is that of all. Where an end that did not converge is lower
  /// by more than 1e-6, and still is lower and not converged after a second solve from there, that is the best one.
  Result best;
  Minima minima;
};

/// The solves run side by side on Options::threads, one thread each; the result is the same bits for any number.
/// time_limit and interrupt hold for the whole; the callback is called by one thread at a time, from any, and stops the
/// whole. Options::restarts serves the problem's own start alone: from 1,080 scattered starts of NIST's problems
/// restarts raise the success from 68 to 72 % for 22 % more evaluations, and more starts for the same work do as well.
MultistartResult multistart(const Problem& problem, const Options& options = {},
                            const MultistartOptions& multistart_options = {});

}  // namespace thalweg::inline v0_1
