// Chooses among the kernels that one file compiles.
#pragma once

#include <memory>

#include "batch/lanes/lane_fits.hpp"
#include "batch/lanes/run.hpp"

namespace thalweg::inline v0_1::batch {

template <int from, int to>
void run_kernel(const Job& job, LaneData& data, std::int64_t begin, std::int64_t end) {
  if (job.model.parameters() == from) {
    const auto fits = std::make_unique<LaneFits<from>>(job, data);
    fits->run(begin, end);
    return;
  }
  if constexpr (from < to) run_kernel<from + 1, to>(job, data, begin, end);
}

}  // namespace thalweg::inline v0_1::batch
