#include "batch/lanes/run_kernel.hpp"

namespace thalweg::inline v0_1::batch {

void run_up_to_4(const Job& job, std::span<LaneData> data, std::int64_t begin, std::int64_t end) {
  run_kernel<1, 4>(job, data, begin, end);
}

}  // namespace thalweg::inline v0_1::batch
