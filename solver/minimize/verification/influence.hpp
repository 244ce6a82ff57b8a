// Which parameters the residuals still depend on, beside what they did on the way.
#pragma once

#include <cmath>
#include <cstdint>
#include <span>
#include <string>
#include <thalweg/base/aligned.hpp>
#include <vector>

namespace thalweg::inline v0_1 {

class System;

/// A parameter is lost when moving it by its own size changes the residuals by less than this part of what it could.
inline constexpr double collapse = 1e-12;

/// Which free columns the residuals have lost since they were first looked at: what counts is the change of r when a
/// parameter changes by its own size, by the largest that it had.
class Influence {
 public:
  /// Forgets what was seen.
  void reset(std::size_t columns);
  /// The system stands at another point of the descent.
  void see(System& system);
  /// Whether the parameters have all run to zero, to a millionth of the largest that they were, and the cost with them,
  /// to 1e-32 of what it was: no other size is left that either could be measured by.
  bool vanished(System& system) const;
  /// In words; empty: none. All of them when every column is zero. `columns`: those of this process.
  struct Lost {
    std::string names;
    bool all = false;
    std::vector<std::int64_t> columns = {};
  };
  Lost lost(System& system) const;

 private:
  double size(std::size_t j) const { return largest_sizes_[j] > 0.0 ? largest_sizes_[j] : 1.0; }
  LargeVector<double> largest_norms_, largest_sizes_;
  double largest_cost_ = 0.0;
};

}  // namespace thalweg::inline v0_1
