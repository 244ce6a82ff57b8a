// Chooses among the kernels that one file compiles.
#pragma once

#include <memory>
#include <utility>

#include "batch/lanes/lane_group.hpp"
#include "batch/lanes/run.hpp"

namespace thalweg::inline v0_1::batch {

/// Groups of lanes in turn: the processor judges the trials of one, a chain of divisions and branches, while it
/// computes the steps of the next.
template <int N>
class LaneFits {
  static constexpr std::size_t count = lane_groups(N);

 public:
  LaneFits(const Job& job, std::span<LaneData> data, std::int64_t begin, std::int64_t end)
      : LaneFits(job, data, begin, end, std::make_index_sequence<count>()) {}

  void run() {
    for (auto& group : groups_) group.fill();
    for (bool busy = true; busy;) {
      busy = false;
      for (auto& group : groups_)
        if (group.is_busy()) group.evaluate();
      for (auto& group : groups_)
        if (group.is_busy()) group.advance();
      for (auto& group : groups_) {
        if (group.is_busy()) group.replace();
        busy = busy || group.is_busy();
      }
    }
    finish_.flush();
  }

 private:
  template <std::size_t... g>
  LaneFits(const Job& job, std::span<LaneData> data, std::int64_t begin, std::int64_t end, std::index_sequence<g...>)
      : queue_{begin, end}, finish_(job), groups_{LaneGroup<N>(job, data[g], queue_, finish_)...} {}

  Queue queue_;
  Finish<N> finish_;
  std::array<LaneGroup<N>, count> groups_;
};

template <int from, int to>
void run_kernel(const Job& job, std::span<LaneData> data, std::int64_t begin, std::int64_t end) {
  if (job.model.parameters() == from) {
    std::make_unique<LaneFits<from>>(job, data, begin, end)->run();
    return;
  }
  if constexpr (from < to) run_kernel<from + 1, to>(job, data, begin, end);
}

}  // namespace thalweg::inline v0_1::batch
