// What the data hardly determine, of large sparse problems.
#pragma once

#include <vector>

#include <thalweg/fwd.hpp>
#include <thalweg/minimize/options.hpp>

namespace thalweg::inline v0_1 {

/// Numbers of `change` and `alone`: one for each tangent component of x, at the number of x where it is; zero where it
/// is fixed or at a bound.
struct WeakDirections {
  struct Direction {
    double singular_value;       ///< σ of J, in units of what each block's own residuals know of it
    std::vector<double> change;  ///< by one standard deviation along it
  };
  int free = 0;                       ///< how many change no residual, what single blocks leave open not among them
  std::vector<Direction> directions;  ///< weakest first, without those that are free
  /// The standard deviation of each component if all other blocks were known; infinite where its block's residuals do
  /// not determine it.
  std::vector<double> alone;
};

/// The `count` directions of x that the residuals determine least, all blocks together: right singular vectors of J in
/// whose units each block alone is known equally well. `deviation`: the standard deviation of a residual. Costs some
/// ten evaluations of J, a factorisation and as many solves as directions ten times over. Throws Error as
/// block_covariances() does.
WeakDirections weak_directions(const Problem& problem, const std::vector<double>& x, int count, double deviation,
                               const Options& options = {});

}  // namespace thalweg::inline v0_1
