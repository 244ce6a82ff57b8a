// What Ceres did, iteration by iteration.
#pragma once

#include <algorithm>
#include <chrono>

#include <ceres/ceres.h>
#include <omp.h>

#include "descent.hpp"

namespace versus {

/// Debian's CHOLMOD runs OpenMP loops on four threads whatever the machine has, which slows its users down: from here
/// on they run in their caller. Ceres has threads of its own.
inline void hold_openmp() { omp_set_max_active_levels(0); }

/// Stops it at a cost, or after some seconds.
class Recorder final : public ceres::IterationCallback {
 public:
  Recorder(Descent& descent, const DescentLimits& limits) : descent_(descent), limits_(limits) {}
  ceres::CallbackReturnType operator()(const ceres::IterationSummary& s) override {
    const double seconds = std::chrono::duration<double>(Clock::now() - begin_).count();
    const double cost = descent_.course.empty() ? s.cost : std::min(s.cost, descent_.course.back().cost);
    descent_.course.push_back({seconds, cost});
    return seconds > limits_.seconds || cost <= limits_.cost ? ceres::SOLVER_TERMINATE_SUCCESSFULLY
                                                             : ceres::SOLVER_CONTINUE;
  }

 private:
  using Clock = std::chrono::steady_clock;
  Descent& descent_;
  DescentLimits limits_;
  Clock::time_point begin_ = Clock::now();
};

}  // namespace versus
