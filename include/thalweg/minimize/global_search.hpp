// Searches of a whole box, where one start will not do: populations of points, and a descent from the best of them.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include <thalweg/fwd.hpp>
#include <thalweg/minimize/box.hpp>
#include <thalweg/minimize/options.hpp>
#include <thalweg/minimize/result.hpp>

namespace thalweg::inline v0_1 {

/// How the next generation of points is made. None of them needs a derivative.
enum class GlobalMethod {
  differential_evolution,  ///< a member plus the scaled difference of two others (Storn & Price 1997)
  genetic,                 ///< tournaments, blended parents, mutation (Holland 1975; Eshelman & Schaffer 1993)
  cma_es,  ///< a normal distribution that adapts its covariance (Hansen & Ostermeier 2001), restarted with twice the
           ///< population (Auger & Hansen 2005)
};
std::string_view to_string(GlobalMethod);
/// Throws Error listing what there is.
GlobalMethod parse_global_method(std::string_view);
std::span<const GlobalMethod> all_global_methods();

/// A search is a sequence of runs, each with a population of its own. In a run every tenth generation a few members are
/// improved by a short descent of Options::method (memetic, Moscato 1989), four others begin at the lowest of 40 points
/// each, which are drawn anywhere in the box and at all scales of their distance from 0; at the end of the run the
/// lowest members that differ are improved. The search ends when as many runs as `agreeing_runs` have met the lowest
/// minimum, when the cost of a sum of squares is zero to rounding, or at a limit. The lowest end of all is then
/// polished: solved from with all options.
struct GlobalOptions {
  GlobalMethod method = GlobalMethod::differential_evolution;
  std::uint64_t seed = 1;
  int population = 0;  ///< members; 0: 10 n, from 20 to 200, for n parameters that move; of cma_es 4 + ⌊3 ln n⌋
  /// Of the cost, those with derivatives included: no generation and no descent begins beyond. The last polish is on
  /// top. 0: 300,000.
  std::int64_t max_evaluations = 0;
  std::int64_t max_generations = 1000;  ///< of one run
  int agreeing_runs = 5;                ///< ends when so many runs have met the lowest minimum
  bool memetic = true;                  ///< descents within a run, not only at its end
  /// Where to search, a bound per number of x; empty: everywhere within the bounds of the problem. It is cut to those
  /// bounds, and binds the search alone: the descents may leave it.
  Box box = {};

  /// Throws Error that names the field and what it expects.
  void validate() const;
};

/// What was searched, and what it took.
struct GlobalFacts {
  GlobalMethod method = GlobalMethod::differential_evolution;
  std::int64_t evaluations = 0;  ///< of the cost, with derivatives or without, from the first member to the polish
  double best_before_polish = IterationRecord::unset;  ///< the lowest cost of a member, descents left out
  std::int64_t generations = 0;
  int runs = 0;
  int agreeing = 0;    ///< runs that met the lowest minimum
  int population = 0;  ///< of the first run
  std::uint64_t seed = 1;
};

struct GlobalResult : GlobalFacts {
  /// The polished end. Its evaluations, times and trace are those of the whole, its iterations those of the polish: of
  /// a generation the trace has one record with the lowest cost so far, of the polish one per trial.
  Result best;
};

/// Searches the box of the parameters that move; a parameter whose box has one sign and 3 decades or more is drawn by
/// its logarithm, any other linearly. Those marked by Problem::mark_linear are not drawn, and need no box: at each
/// point they take their best values within their bounds (variable projection, Golub & Pereyra 1973), at the price of
/// an evaluation with derivatives; with a loss or a cost of its own in some group they are drawn like the others. A
/// cost that is not finite is +∞. The problem's start is no member. The same seed gives the same bits for any
/// Options::threads; time_limit and interrupt hold for the whole, and the callback is called after each generation and
/// each trial of the polish. Throws Error for a parameter without two finite bounds, which it names, for a block on a
/// manifold, and as solve does.
GlobalResult global_search(const Problem& problem, const Options& options = {},
                           const GlobalOptions& global_options = {});
/// The same for a general function. Descents are those of Options::method, and of newton where that needs residuals.
GlobalResult global_search(const Objective& objective, const Box& box, const Options& options = {},
                           const GlobalOptions& global_options = {});

/// Why there is no box to search, as the Error of global_search says it; empty: there is one. `domain` is
/// GlobalOptions::box.
std::string why_not_searched(const Problem& problem, const Box& domain = {});
std::string why_not_searched(const Objective& objective, const Box& box, const Box& domain = {});

}  // namespace thalweg::inline v0_1
