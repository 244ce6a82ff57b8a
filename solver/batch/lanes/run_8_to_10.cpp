#include "batch/lanes/run_kernel.hpp"

namespace thalweg::inline v0_1::batch {

void run_8_to_10(const Job& job, std::span<LaneData> data, std::int64_t begin, std::int64_t end) {
  run_kernel<8, 10>(job, data, begin, end);
}

}  // namespace thalweg::inline v0_1::batch
