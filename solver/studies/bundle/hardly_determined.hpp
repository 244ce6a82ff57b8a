// What the data of a bundle hardly determine, in words.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include <thalweg/minimize/options.hpp>
#include <thalweg/models/bundle.hpp>
#include <thalweg/problem/problem.hpp>

namespace thalweg::inline v0_1::studies {

struct HardlyDetermined {
  /// "the focal lengths (by 36 %) and the depth of the scene (by 21 % of its extent), together"; empty: nothing that
  /// cameras and points have in common.
  std::string directions;
  std::string obstacle;         ///< why nothing could be found out; empty: it could
  std::int64_t far_points = 0;  ///< whose distance is not known to half of itself, even if all cameras were

  std::string direction_sentence() const;
  std::string far_sentence() const;
};

/// At x, of observations whose coordinates have this standard deviation, pixels; `at` says what bundle a point of the
/// problem is. Costs what weak_directions() does.
HardlyDetermined hardly_determined(const Problem& problem, const std::vector<double>& x,
                                   const std::function<Bundle(const std::vector<double>&)>& at, double deviation,
                                   const Options& options);

}  // namespace thalweg::inline v0_1::studies
