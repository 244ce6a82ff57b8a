// Numbers of cameras and points, in words.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include <fmt/format.h>

namespace thalweg::inline v0_1::bundle {

/// "3, 17, 18, 20, 21, 22 and 4 more".
inline std::string number_list(const std::vector<std::int32_t>& list) {
  constexpr std::size_t most = 6;
  std::string text;
  for (std::size_t i = 0; i < std::min(list.size(), most); ++i)
    text += fmt::format("{}{}", i == 0 ? "" : i + 1 == list.size() ? " and " : ", ", list[i]);
  return list.size() > most ? text + fmt::format(" and {} more", list.size() - most) : text;
}

}  // namespace thalweg::inline v0_1::bundle
