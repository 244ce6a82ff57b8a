// How many processors this process may use.
#include <algorithm>
#include <cmath>
#include <fstream>
#include <limits>
#include <string>
#include <thread>

#if defined(__linux__)
#include <sched.h>
#include <unistd.h>

#include <memory>
#endif

#include <base/control_group.hpp>
#include <thalweg/base/parallel.hpp>

namespace thalweg::inline v0_1 {
namespace {

int processors_in_mask() {
#if defined(__linux__)
  // The mask is of the process's first thread. Machines with more than 1,024 processors need a larger set.
  for (int most = 1024; most <= 1 << 16; most *= 2) {
    const std::unique_ptr<cpu_set_t, void (*)(cpu_set_t*)> set(CPU_ALLOC(most), [](cpu_set_t* s) { CPU_FREE(s); });
    const std::size_t size = CPU_ALLOC_SIZE(most);
    if (set && sched_getaffinity(getpid(), size, set.get()) == 0) return std::max(1, CPU_COUNT_S(size, set.get()));
  }
#endif
  return static_cast<int>(std::max(1u, std::thread::hardware_concurrency()));
}

}  // namespace

int usable_processors() {
  static const int usable = [] {
    const double quota = control_group::processor_quota();
    const int present = processors_in_mask();
    return quota < present ? std::max(1, static_cast<int>(std::ceil(quota))) : present;
  }();
  return usable;
}

}  // namespace thalweg::inline v0_1
