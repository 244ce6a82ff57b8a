// Numbers, names and lists of a TOML document within the limits that a reader sets. Private to the readers.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <set>
#include <string>

#include "models/curve/toml/toml_table.hpp"

namespace thalweg::inline v0_1::reading {

class TomlValues : public TomlTables {
 public:
  using TomlTables::TomlTables;

 protected:
  /// A whole number of the target's range, if there is one.
  template <class T>
  void whole(const toml::table& from, const char* key, std::int64_t least, T& target) const {
    constexpr std::int64_t most =
        sizeof(T) < 8 ? std::numeric_limits<int>::max() : std::numeric_limits<std::int64_t>::max();
    const toml::node* node = from.get(key);
    if (node != nullptr) target = static_cast<T>(whole_number(*node, key, least, most));
  }
  std::int64_t whole_number(const toml::node& node, const std::string& key, std::int64_t least,
                            std::int64_t most) const {
    const std::string expected = "a whole number, at least " + std::to_string(least);
    const auto* integer = node.as_integer();
    if (integer == nullptr) {
      if (node.is_number()) wrong(place_of(node), key + " is " + to_text(number(node, key)), expected);
      wrong(place_of(node), key + " is " + kind_of(node), expected);
    }
    if (**integer > most)
      wrong(place_of(node), key + " is " + std::to_string(**integer), "at most " + std::to_string(most));
    if (**integer < least) wrong(place_of(node), key + " is " + std::to_string(**integer), expected);
    return **integer;
  }

  /// A finite number for which `right` holds.
  template <class Right>
  double real(const toml::node& node, const std::string& key, const Right& right, const std::string& expected) const {
    const double value = number(node, key, expected);
    if (!std::isfinite(value) || !right(value)) wrong(place_of(node), key + " is " + to_text(value), expected);
    return value;
  }
  template <class Right>
  void real(const toml::table& from, const char* key, const Right& right, const std::string& expected,
            double& target) const {
    if (const toml::node* node = from.get(key)) target = real(*node, key, right, expected);
  }
  static bool not_negative(double v) { return v >= 0.0; }
  static bool positive(double v) { return v > 0.0; }
  static bool inside(double v) { return v > 0.0 && v < 1.0; }
  static bool below_one(double v) { return v >= 0.0 && v < 1.0; }

  const toml::array& list_of(const toml::node& node, const std::string& key, const std::string& expected) const {
    const toml::array* array = node.as_array();
    if (array == nullptr) wrong(place_of(node), "'" + key + "' is " + kind_of(node), expected);
    return *array;
  }
  Names distinct_names(const toml::node& node, const std::string& key, const std::string& example) const {
    Names names;
    std::set<std::string> seen;
    for (const toml::node& each : list_of(node, key, "a list of names, such as " + example)) {
      names.push_back(text(each, key));
      if (!seen.insert(names.back()).second)
        wrong(place_of(each), "'" + key + "' holds '" + names.back() + "' twice", "distinct names");
    }
    return names;
  }
};

}  // namespace thalweg::inline v0_1::reading
