// One descent of one contender on a whole problem, in a process of its own.
#pragma once

#include <functional>
#include <string>
#include <vector>

namespace versus {

/// Where a descent was after each iteration, the start included.
struct Waypoint {
  double seconds = 0.0;  ///< since solve() was called: setup counts
  double cost = 0.0;     ///< ½ Σ ‖r‖²
};

struct Descent {
  std::string solver, setting;
  int threads = 1;
  std::vector<Waypoint> course;  ///< of the lowest costs so far
  double peak_bytes = 0.0;       ///< resident memory at its peak beyond what was there before, the problem's data
  std::string failure;           ///< of a run that gave no result

  int iterations() const { return static_cast<int>(course.size()) - 1; }
  double final_cost() const { return course.back().cost; }
  /// From the first to the last iteration, setup left out.
  double ms_per_iteration() const;
  /// Until the cost was at most this; NaN: it never was.
  double seconds_to(double cost) const;
};

struct DescentLimits {
  int max_iterations = 100;
  double seconds = 30.0;
  double cost = 0.0;  ///< to stop at
};

/// Runs the descent in a child process, so that memory is its own and neither disturbs the next.
Descent in_own_process(const std::function<Descent()>& descend);

}  // namespace versus
