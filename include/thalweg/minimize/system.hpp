// The seam beneath the trust-region loop: a problem around the point where it stands.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <random>
#include <span>
#include <string>
#include <vector>

#include <thalweg/linear/damped_system.hpp>
#include <thalweg/minimize/options.hpp>
#include <thalweg/minimize/result.hpp>
#include <thalweg/minimize/solve_context.hpp>
#include <thalweg/minimize/stationarity.hpp>
#include <thalweg/minimize/strategy.hpp>

namespace thalweg::inline v0_1 {

/// A least-squares problem around its current point: what the trust-region loop, the verification of its claims and the
/// restarts know of it. A call is an evaluation of all residuals, or less, never of one. Vectors over columns are those
/// of the steps. A system must say where it stands, and how a step is evaluated and taken; the other functions have
/// defaults, which say what they assume.
class System {
 public:
  virtual ~System() = default;

  /// Chooses the linear solver that the options ask for, and names it in the result. Before begin(). Throws Error for
  /// one that does not fit; the default, for every one that is named.
  virtual void prepare(SolveContext& context);
  /// The options with those left automatic chosen for this kind of system.
  virtual Options advised(const Options& options) const { return options; }
  /// A descent begins at x: evaluated and linearised there, nothing held by hold() any more. A verdict where that is
  /// not finite. The context, whose counts and times the system keeps, outlives the descent.
  virtual std::optional<Verdict> begin(std::vector<double> x, SolveContext& context) = 0;

  virtual std::int64_t columns() const = 0;
  virtual std::string column_name(std::int64_t column) const;  ///< "x[3]"
  /// The number of the column's tangent component, as in Result::at_kink.
  virtual std::int64_t component_of(std::int64_t column) const { return column; }

  // Where the system stands.
  virtual const std::vector<double>& x() const = 0;
  virtual double cost() const = 0;       ///< ½ Σ ρ(‖r‖²)
  virtual double residual_norm() const;  ///< ‖r‖; by default that of a cost ½‖r‖²
  /// σ² of a residual as the fit has it, 2F / (m − n), or 1 where the noise is known; NaN: it is not known.
  virtual double variance() const { return IterationRecord::unset; }
  virtual double gradient_norm() const = 0;           ///< ‖Π(x − g) − x‖∞
  virtual std::span<const double> sizes() const = 0;  ///< |x| by column; of manifolds Manifold::sizes
  /// Nonzero: on a bound that g pushes against, or by hold(); empty: none.
  virtual std::span<const char> held() const { return {}; }
  /// The linearised problem here, its held columns zero.
  virtual DampedSystem& steps() = 0;

  // A step.
  /// The cost where `step` leads. `promising`: the step is expected to be taken.
  virtual double evaluate(const double* step, bool promising) = 0;
  /// Moves to the point evaluated last. False, and nothing has moved, where its derivatives are not finite.
  virtual bool accept() = 0;
  /// Forgets the point evaluated last. True: the model here is another from now on, to be linearised.
  virtual bool reject() { return false; }
  /// Makes steps() and what is held those of the point, after accept(), hold(), jump() or polish().
  virtual void linearize() = 0;

  /// Replaces a step that leaves the bounds by one inside them.
  virtual ProposedStep confine(const ProposedStep& proposed, const Strategy&, double* /*step*/) { return proposed; }
  /// Bends the step along the curve of the residuals. Anything but `accepted` refuses it.
  virtual IterationRecord::Outcome accelerate(std::span<const double> /*D*/, double* /*step*/) {
    return IterationRecord::Outcome::accepted;
  }
  /// Columns that are eliminated at every trial (variable projection), nonzero; empty: none.
  virtual std::span<const char> projected() const { return {}; }

  // Verification.
  virtual double cost_beside(const double* step) = 0;  ///< the cost where the step leads, from here
  /// Whether this is a minimum, as far as `allowed` says (Stationarity::allowed). By default by the promise of an
  /// undamped step of steps(): a linear solve, and two where J is singular; rounding in r is taken for ε times the
  /// terms of r at most.
  virtual Stationarity measure(double allowed);
  /// Whether a step changes no residual by more than `allowed`; by default as far as the cost shows it.
  virtual bool is_unmoved_by(const double* step, double allowed);
  /// Components that may not move besides those at bounds, nonzero; empty: none. linearize() heeds them.
  virtual void hold(std::vector<char> /*columns*/) {}
  /// Moves to x if the cost is lower there. False, and nothing has moved, otherwise.
  virtual bool jump(const std::vector<double>& /*x*/) { return false; }
  /// Whether residuals are left whose squares underflow: their cost says nothing.
  virtual bool underflows() const { return false; }
  /// Whether the exact Hessian is known to have a direction in which the cost falls, the gradient being zero; or, the
  /// directions of hardly any curvature counted as flat, none but those in which it rises.
  virtual bool bends_down() { return false; }
  virtual bool curves_up() { return false; }
  /// Rank of J at x, all columns free; 0: it is not known.
  virtual std::int64_t rank_at(std::vector<double> /*x*/) { return 0; }
  /// Whether more may be asked for each column than a few costs: kinks, which hold() must then be able to hold, and
  /// starts scattered around another.
  virtual bool is_small() const { return false; }

  enum class Polished {
    confirmed,   ///< the steps became as short as only a minimum makes them; or the system has no polish
    rejected,    ///< the steps do not shrink, or lead uphill: this is no minimum yet
    impossible,  ///< J has no full rank here: nothing to polish
  };
  struct PolishStep {
    double norm;  ///< ‖δ‖
    double trial_cost;
    bool accepted;
  };
  /// Undamped steps that bring the last digits. `observe` sees each, and may end them by returning false.
  virtual Polished polish(const std::function<bool(const PolishStep&)>& /*observe*/) { return Polished::confirmed; }

  /// A start near x in the sense of its scale: each free number × exp(spread N(0, 1)), or spread N(0, 1) where it is
  /// zero; on manifolds a step of spread N(0, 1) times the size in each direction. By default every number is free.
  virtual std::vector<double> scatter(std::vector<double> x, double spread, std::mt19937_64& random) const;

 protected:
  /// What an undamped Gauss-Newton step would take from the cost, relative to it. Directions that steps() does not
  /// determine to rounding, as those of a free gauge, are damped by as little as makes them solvable. Infinite where
  /// that fails.
  virtual double promised_decrease(double allowed);

 private:
  double kept_of(double promised, double allowed, std::vector<double>& step);
};

}  // namespace thalweg::inline v0_1
