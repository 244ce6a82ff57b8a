// Fits [begin, end) of a job, by the kernel for its number of parameters. The kernels are compiled in files of their
// own, which take long.
#pragma once

#include <cstdint>
#include <span>

#include "batch/lanes/job.hpp"

namespace thalweg::inline v0_1::batch {

/// Groups of lanes that a thread runs in turn: as many as stay in the first-level cache with JᵀJ of a trial and of the
/// point that stands.
constexpr int lane_groups(int parameters) { return parameters <= 4 ? 4 : parameters <= 7 ? 2 : 1; }

void run_up_to_4(const Job& job, std::span<LaneData> data, std::int64_t begin, std::int64_t end);
void run_5_to_7(const Job& job, std::span<LaneData> data, std::int64_t begin, std::int64_t end);
void run_8_to_10(const Job& job, std::span<LaneData> data, std::int64_t begin, std::int64_t end);
void run_11_to_12(const Job& job, std::span<LaneData> data, std::int64_t begin, std::int64_t end);

inline void run(const Job& job, std::span<LaneData> data, std::int64_t begin, std::int64_t end) {
  const int n = job.model.parameters();
  if (n <= 4) return run_up_to_4(job, data, begin, end);
  if (n <= 7) return run_5_to_7(job, data, begin, end);
  if (n <= 10) return run_8_to_10(job, data, begin, end);
  return run_11_to_12(job, data, begin, end);
}

}  // namespace thalweg::inline v0_1::batch
