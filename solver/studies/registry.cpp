#include "studies/registry.hpp"

#include <array>

namespace thalweg {

std::span<const Kind> kinds() {
  static const std::array all = {
      studies::pose_graph(),
      studies::catalogue(),
      studies::bundle(),
      studies::problem_file(),
  };
  return all;
}

}  // namespace thalweg
