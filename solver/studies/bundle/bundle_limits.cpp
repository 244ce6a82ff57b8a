#include "studies/bundle/bundle_limits.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>
#include <string>
#include <string_view>
#include <vector>

#include <fmt/format.h>

#include <thalweg/base/error.hpp>

#include "io/text_numbers.hpp"

namespace thalweg::inline v0_1::studies {
namespace {

/// Numbers of a camera, by what they are called.
struct Part {
  std::string_view name;
  int first, last;
};
constexpr Part parts[] = {{"cameras", 0, 8}, {"poses", 0, 5},      {"rotation", 0, 2}, {"intrinsics", 6, 8},
                          {"focal", 6, 6},   {"distortion", 7, 8}, {"k1", 7, 7},       {"k2", 8, 8}};
constexpr std::string_view of_points = "points";

std::vector<std::string> names() {
  std::vector<std::string> all;
  for (const Part& part : parts) all.emplace_back(part.name);
  all.emplace_back(of_points);
  return all;
}

[[noreturn]] void refuse(const char* option, const std::string& text, const std::string& expected) {
  throw Error(fmt::format("{}: '{}'; expected {}", option, text, expected));
}

const Part* part_of(std::string_view name) {
  const auto found = std::find_if(std::begin(parts), std::end(parts), [&](const Part& p) { return p.name == name; });
  return found == std::end(parts) ? nullptr : &*found;
}

struct Range {
  int first, last;
};
/// "3" or "0-9", below `count`.
Range range_of(const std::string& whole, std::string_view text, std::int64_t count) {
  const std::string expected = fmt::format("NAME, NAME:NUMBER or NAME:FIRST-LAST, numbers below {}", count);
  const auto number = [&](std::string_view digits) {
    int value = -1;
    const auto read = std::from_chars(digits.data(), digits.data() + digits.size(), value);
    if (read.ec != std::errc() || read.ptr != digits.data() + digits.size() || value < 0 || value >= count)
      refuse("--fix", whole, expected);
    return value;
  };
  const std::size_t dash = text.find('-');
  const Range range{number(text.substr(0, dash)), dash == text.npos ? number(text) : number(text.substr(dash + 1))};
  if (range.last < range.first) refuse("--fix", whole, expected);
  return range;
}

void fix(Problem& problem, const Bundle& b, const std::string& what) {
  const std::size_t colon = what.find(':');
  const std::string_view name = std::string_view(what).substr(0, colon);
  const Part* const part = part_of(name);
  if (!part && name != of_points)
    throw Error(
        fmt::format("--fix: there is no {}; expected {}, with :NUMBER or :FIRST-LAST behind it for some of them",
                    reading::quoted_with_hint(std::string(name), names()), reading::list(names())));
  const std::int64_t count = part ? b.camera_count() : b.point_count();
  const Range range = colon == what.npos ? Range{0, static_cast<int>(count) - 1}
                                         : range_of(what, std::string_view(what).substr(colon + 1), count);
  const Parameters<9> cameras(0, 9, static_cast<int>(b.camera_count()));
  const Parameters<3> points(std::int64_t{9} * b.camera_count(), 3, static_cast<int>(b.point_count()));
  for (int i = range.first; i <= range.last; ++i) {
    if (!part) problem.fix(points[i]);
    for (int k = part ? part->first : 9; k <= (part ? part->last : 8); ++k) problem.fix(cameras[i], k);
  }
}

/// The number of a camera that a bound is for.
int bounded(const char* option, const std::string& name) {
  const Part* const part = part_of(name);
  if (part && part->first == part->last) return part->first;
  refuse(option, name, "focal, k1 or k2");
}

}  // namespace

void limit(Problem& problem, const Bundle& b, const Request& request) {
  if (request.was_given("--fix") && request.fix.empty())
    throw Error("--fix names nothing; expected " + reading::list(names()));
  for (const std::string& what : request.fix) fix(problem, b, what);
  constexpr double infinity = std::numeric_limits<double>::infinity();
  double lower[9], upper[9];
  std::fill_n(lower, 9, -infinity);
  std::fill_n(upper, 9, infinity);
  for (const auto* bounds : {&request.lower, &request.upper})
    for (const auto& [name, value] : *bounds)
      if (!std::isfinite(value))
        throw Error(fmt::format("the bound of {} is {}; expected a finite number", name, value));
  for (const auto& [name, value] : request.lower) lower[bounded("--lower", name)] = value;
  for (const auto& [name, value] : request.upper) upper[bounded("--upper", name)] = value;
  const Parameters<9> cameras(0, 9, static_cast<int>(b.camera_count()));
  // A camera without observations stays where it is.
  std::vector<char> observed(static_cast<std::size_t>(b.camera_count()), 0);
  for (const std::int32_t c : b.camera_of) observed[static_cast<std::size_t>(c)] = 1;
  for (int k = 0; k < 9; ++k) {
    if (lower[k] == -infinity && upper[k] == infinity) continue;
    for (int c = 0; c < static_cast<int>(b.camera_count()); ++c)
      if (observed[static_cast<std::size_t>(c)]) problem.set_bounds(cameras[c], k, lower[k], upper[k]);
  }
}

}  // namespace thalweg::inline v0_1::studies
