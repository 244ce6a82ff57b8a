#include "batch/lanes/run_kernel.hpp"

namespace thalweg::inline v0_1::batch {

void run_11_to_12(const Job& job, std::span<LaneData> data, std::int64_t begin, std::int64_t end) {
  run_kernel<11, 12>(job, data, begin, end);
}

}  // namespace thalweg::inline v0_1::batch
