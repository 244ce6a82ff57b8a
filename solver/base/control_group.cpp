#include <base/control_group.hpp>

#include <algorithm>
#include <fstream>
#include <limits>
#include <optional>
#include <sstream>
#include <vector>

namespace thalweg::inline v0_1::control_group {
namespace {

constexpr double unlimited = std::numeric_limits<double>::infinity();

/// The first number of a file; none for "max", for what is no number, and for a file that is not there.
std::optional<double> number_in(const std::string& path) {
  std::ifstream file(path);
  double number;
  if (file >> number) return number;
  return std::nullopt;
}

/// The number after a word at the beginning of a line.
double entry_of(const std::string& path, const std::string& word) {
  std::ifstream file(path);
  for (std::string line; std::getline(file, line);) {
    std::istringstream words(line);
    std::string first;
    double number;
    if (words >> first >> number && first == word) return number;
  }
  return 0.0;
}

/// The folders of the process's group for one controller ("" : version 2), from its own to the root.
std::vector<std::string> folders(const std::string& root, const std::string& controller) {
  std::ifstream file(root + "/proc/self/cgroup");
  std::vector<std::string> found;
  for (std::string line; std::getline(file, line);) {  // 4:memory:/path or 0::/path
    const std::size_t first = line.find(':'), second = line.find(':', first + 1);
    if (first == std::string::npos || second == std::string::npos) continue;
    std::istringstream names(line.substr(first + 1, second - first - 1));
    bool ours = controller.empty() && second == first + 1;
    for (std::string name; std::getline(names, name, ',');) ours = ours || (!controller.empty() && name == controller);
    if (!ours) continue;
    std::string path = line.substr(second + 1);
    while (!path.empty() && path.back() == '/') path.pop_back();
    const std::string top = root + "/sys/fs/cgroup" + (controller.empty() ? "" : "/" + controller);
    for (;; path.resize(path.rfind('/'))) {
      found.push_back(top + path);
      if (path.empty()) break;
    }
  }
  return found;
}

}  // namespace

double processor_quota(const std::string& root) {
  double least = unlimited;
  for (const std::string& folder : folders(root, "")) {
    std::ifstream file(folder + "/cpu.max");  // "200000 100000" or "max 100000", in microseconds
    double quota, period;
    if (file >> quota >> period && quota > 0.0 && period > 0.0) least = std::min(least, quota / period);
  }
  for (const std::string& folder : folders(root, "cpu")) {
    const auto quota = number_in(folder + "/cpu.cfs_quota_us"), period = number_in(folder + "/cpu.cfs_period_us");
    if (quota && period && *quota > 0.0 && *period > 0.0) least = std::min(least, *quota / *period);
  }
  return least;
}

double memory_left(const std::string& root) {
  double least = unlimited;
  const auto see = [&](const std::string& folder, const char* limit, const char* used, const char* cached) {
    const auto most = number_in(folder + limit), now = number_in(folder + used);
    if (most && now) least = std::min(least, std::max(0.0, *most - *now + entry_of(folder + "/memory.stat", cached)));
  };
  for (const std::string& folder : folders(root, "")) see(folder, "/memory.max", "/memory.current", "inactive_file");
  for (const std::string& folder : folders(root, "memory"))
    see(folder, "/memory.limit_in_bytes", "/memory.usage_in_bytes", "total_inactive_file");
  return least;
}

}  // namespace thalweg::inline v0_1::control_group
