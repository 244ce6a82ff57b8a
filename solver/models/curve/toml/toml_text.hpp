// What a TOML parser does not tell: where the characters of a string stand in the file, and what is
// wrong in our own words. Private to the readers; needs no TOML library.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "models/curve/draft.hpp"

namespace thalweg::inline v0_1::reading {

std::vector<std::string_view> lines_of(std::string_view text);

/// An equation put together from keys and strings of a file.
struct PlacedEquation {
  std::string text;
  EquationPlaces places;
  Place place;  ///< of the key that begins it

  /// The response side, when it is written as a key: appends "key = ".
  void add_key(Place key_place, const std::string& key, const std::vector<std::string_view>& lines);
  /// A string whose opening quote is at `place`. Its characters can be found again only where it
  /// stands in the file as it is: in one line and without escapes.
  void add_string(Place string_place, const std::string& value, const std::vector<std::string_view>& lines);
};

/// Refuses keys and nested tables so deep that the TOML parser, which recurses, would run out of stack.
void check_depth(const std::string& file, std::string_view text);

/// Throws FileError for an error that the TOML parser described.
[[noreturn]] void fail_as_toml(const std::string& file, Place place, std::string description,
                               const std::vector<std::string_view>& lines);

}  // namespace thalweg::inline v0_1::reading
