// Ranges of cameras and points, as options write them.
#pragma once

#include <charconv>
#include <cstdint>
#include <string>
#include <string_view>

#include <fmt/format.h>

#include <thalweg/base/error.hpp>

namespace thalweg::inline v0_1::studies {

[[noreturn]] inline void refuse(const char* option, const std::string& text, const std::string& expected) {
  throw Error(fmt::format("{}: '{}'; expected {}", option, text, expected));
}

struct NumberRange {
  std::int32_t first, last;
};
/// "3" or "0-9", below `count`; `whole` is the text that the option was given.
inline NumberRange range_of(const char* option, const std::string& whole, std::string_view text, std::int64_t count) {
  const std::string expected = fmt::format("NAME, NAME:NUMBER or NAME:FIRST-LAST, numbers below {}", count);
  const auto number = [&](std::string_view digits) {
    std::int32_t value = -1;
    const auto read = std::from_chars(digits.data(), digits.data() + digits.size(), value);
    if (read.ec != std::errc() || read.ptr != digits.data() + digits.size() || value < 0 || value >= count)
      refuse(option, whole, expected);
    return value;
  };
  const std::size_t dash = text.find('-');
  const NumberRange range{number(text.substr(0, dash)),
                          dash == text.npos ? number(text) : number(text.substr(dash + 1))};
  if (range.last < range.first) refuse(option, whole, expected);
  return range;
}

}  // namespace thalweg::inline v0_1::studies
