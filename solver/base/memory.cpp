#include <base/memory.hpp>

#include <algorithm>
#include <array>
#include <cstdio>
#include <fstream>
#include <limits>
#include <string>

#include <sys/resource.h>
#include <unistd.h>

#include <base/control_group.hpp>

namespace thalweg::inline v0_1 {
namespace {

constexpr double unlimited = std::numeric_limits<double>::infinity();

/// kB of an entry such as "VmData:"; infinity where there is none.
double entry(const char* file, const std::string& name) {
  std::ifstream text(file);
  for (std::string word; text >> word;)
    if (double kilobytes; word == name && text >> kilobytes) return 1024.0 * kilobytes;
  return unlimited;
}

double left_of(int resource, const char* used) {
  rlimit limit;
  if (getrlimit(resource, &limit) != 0 || limit.rlim_cur == RLIM_INFINITY) return unlimited;
  const double now = entry("/proc/self/status", used);
  return std::max(0.0, static_cast<double>(limit.rlim_cur) - (now < unlimited ? now : 0.0));
}

}  // namespace

double available_memory() {
  double available = entry("/proc/meminfo", "MemAvailable:");
  if (available == unlimited) {
    const long pages = sysconf(_SC_PHYS_PAGES), size = sysconf(_SC_PAGE_SIZE);
    if (pages > 0 && size > 0) available = static_cast<double>(pages) * static_cast<double>(size);
  }
  return std::min(
      {available, control_group::memory_left(), left_of(RLIMIT_AS, "VmSize:"), left_of(RLIMIT_DATA, "VmData:")});
}

void throw_out_of_memory() {
  throw MemoryError("the memory gave out (" + in_bytes(available_memory()) +
                    " are left); expected a machine with more, or a smaller problem");
}

std::string in_bytes(double bytes) {
  constexpr std::array<const char*, 5> units = {"B", "kB", "MB", "GB", "TB"};
  std::size_t unit = 0;
  for (; bytes >= 1000.0 && unit + 1 < units.size(); ++unit) bytes /= 1000.0;
  std::array<char, 32> text;
  std::snprintf(text.data(), text.size(), "%.3g %s", bytes, units[unit]);
  return text.data();
}

}  // namespace thalweg::inline v0_1
