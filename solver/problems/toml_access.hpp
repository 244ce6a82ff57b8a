// Typed access to a parsed TOML document, with complaints that say what was found where. Private to
// the TOML reader, and the only place that includes the TOML library.
#pragma once

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

// Some malformed texts, such as [ }, run into assertions of the parser, which would abort in a
// debug build, although it goes on to report them as errors. NDEBUG is hidden so that no compiler
// takes the assertions as promises either.
#pragma push_macro("NDEBUG")
#undef NDEBUG
#define TOML_ASSERT(condition) static_cast<void>(0)
#define TOML_HEADER_ONLY 1
#define TOML_ENABLE_FORMATTERS 0
#include <toml++/toml.h>
#pragma pop_macro("NDEBUG")

#include "problems/draft.hpp"
#include "problems/toml_text.hpp"

namespace thalweg::reading {

using Names = std::vector<std::string>;

inline Place place_of(const toml::source_region& source) {
  return {static_cast<int>(source.begin.line), static_cast<int>(source.begin.column)};
}
inline Place place_of(const toml::node& node) { return place_of(node.source()); }

/// What a value is, in words.
inline std::string kind_of(const toml::node& node) {
  switch (node.type()) {
    case toml::node_type::table:
      return "a table";
    case toml::node_type::array:
      return "a list";
    case toml::node_type::string:
      return "text";
    case toml::node_type::integer:
    case toml::node_type::floating_point:
      return "a number";
    case toml::node_type::boolean:
      return "true or false";
    default:
      return "a date or time";
  }
}

class TomlAccess {
 protected:
  explicit TomlAccess(std::string file) : file_(std::move(file)) {}

  struct Entry {
    std::string name;
    Place place;
    const toml::node* node;
  };

  [[noreturn]] void wrong(Place place, const std::string& problem, const std::string& expected) const {
    fail(file_, place, problem, expected);
  }

  // The entries of a table in the order of the file: TOML's own order is alphabetical, and b10
  // would come before b2.
  static std::vector<Entry> entries(const toml::table& table) {
    std::vector<Entry> result;
    for (const auto& [key, node] : table) {
      result.push_back({std::string(key.str()), place_of(key.source()), &node});
    }
    std::stable_sort(result.begin(), result.end(), [](const Entry& a, const Entry& b) {
      return std::pair(a.place.line, a.place.column) < std::pair(b.place.line, b.place.column);
    });
    return result;
  }

  void check_keys(const toml::table& table, const std::string& where, const Names& allowed) const {
    for (const Entry& entry : entries(table)) {
      if (std::find(allowed.begin(), allowed.end(), entry.name) != allowed.end()) continue;
      wrong(entry.place, "unknown key " + quoted_with_hint(entry.name, allowed) + " " + where, list(allowed));
    }
  }

  const toml::table& table(const toml::node& node, const std::string& name) const {
    if (!node.is_table()) {
      wrong(place_of(node), "'" + name + "' is " + kind_of(node), "a table, [" + name + "]");
    }
    return *node.as_table();
  }

  std::string text(const toml::node& node, const std::string& name) const {
    if (!node.is_string()) wrong(place_of(node), "'" + name + "' is " + kind_of(node), "text in quotes");
    return **node.as_string();
  }

  double number(const toml::node& node, const std::string& name, const std::string& expected = "a number") const {
    if (const auto* integer = node.as_integer()) return static_cast<double>(**integer);
    if (const auto* real = node.as_floating_point()) return **real;
    wrong(place_of(node), name + " is " + kind_of(node), expected);
  }

 private:
  std::string file_;
};

}  // namespace thalweg::reading
