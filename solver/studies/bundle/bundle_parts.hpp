// What numbers of a bundle's cameras are called.
#pragma once

#include <algorithm>
#include <iterator>
#include <string>
#include <string_view>
#include <vector>

namespace thalweg::inline v0_1::studies {

/// Numbers of a camera, by what they are called.
struct Part {
  std::string_view name;
  int first, last;
};
inline constexpr Part parts[] = {{"cameras", 0, 8}, {"poses", 0, 5},      {"rotation", 0, 2}, {"intrinsics", 6, 8},
                                 {"focal", 6, 6},   {"distortion", 7, 8}, {"k1", 7, 7},       {"k2", 8, 8}};
inline constexpr std::string_view of_points = "points";

inline const Part* part_of(std::string_view name) {
  const auto found = std::find_if(std::begin(parts), std::end(parts), [&](const Part& p) { return p.name == name; });
  return found == std::end(parts) ? nullptr : &*found;
}

}  // namespace thalweg::inline v0_1::studies
