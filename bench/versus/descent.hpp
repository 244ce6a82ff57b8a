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
  double cost = 0.0;     ///< to stop at
  int repeat = 1;        ///< descents, of which the fastest counts
  double touched = 0.0;  ///< bytes of memory that are touched and given back before each
};

/// Who descends, and on what.
struct Entry {
  std::string contender, problem;
  int threads = 1;
  DescentLimits limits;
};

/// Runs the descents of an entry, each in a process that begins with nothing: memory is its own, and none disturbs the
/// next. A fork alone would not do: pages that it shares with its parent cost their first use.
Descent in_own_process(const Entry& entry);

/// Whether these arguments of main() are those of such a process.
bool is_own_process(int argc, char** argv);
/// What main() does there: descends, and writes what came of it to standard output.
int run_own_process(char** argv, const std::function<Descent(const Entry&)>& descend);

/// Touches memory and gives it back: of a virtual machine, pages that its host has yet to find take 2 s/GB, whoever
/// asks first. From here on memory counts: what there is now is the problem's data.
void begin_counting_memory(const DescentLimits& limits);

}  // namespace versus
