#include "batch/lanes/run_kernel.hpp"

namespace thalweg::inline v0_1::batch {

void run_5_to_7(const Job& job, std::span<LaneData> data, std::int64_t begin, std::int64_t end) {
  run_kernel<5, 7>(job, data, begin, end);
}

}  // namespace thalweg::inline v0_1::batch
