// A parsed TOML document and the tables of numbers in it: what the readers of all problem files share. Private to them.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "models/curve/toml/toml_access.hpp"

namespace thalweg::inline v0_1::reading {

class TomlTables : protected TomlAccess {
 public:
  /// Throws FileError for a text that is no TOML.
  TomlTables(std::string_view text, const std::string& name, const std::string& folder);

 protected:
  const toml::node& required(const char* key, const std::string& shown) const;
  bool flag(const toml::node& node, const std::string& name) const;
  /// The index of the name among `names`.
  std::size_t choice(const toml::node& node, const std::string& name, const Names& names) const;

  /// columns, and rows or file, of a [data] table named data.name.
  void read_table(const toml::table& entry, DataSet& data, DataPlaces& places) const;
  FitParameter::Certified read_certified_value(const toml::node& node, const std::string& name) const;
  double read_certified_sum(const toml::node& node) const;

  std::string name_, folder_;
  std::vector<std::string_view> lines_;
  toml::table document_;

 private:
  void read_columns(const toml::node& node, DataSet& data, DataPlaces& places) const;
  void read_values(const toml::table& entry, DataSet& data, DataPlaces& places) const;
  void read_rows(const toml::node& node, DataSet& data, DataPlaces& places) const;
  void read_file(const toml::table& entry, DataSet& data, DataPlaces& places) const;
  void check_order(const Names& columns, const DataTable& table, const DataPlaces& places) const;
};

/// Whether a text is TOML and has this table at its top level.
bool has_top_level(std::string_view text, std::string_view key);

inline constexpr const char* a_problem_file = "a problem file";
inline constexpr const char* sum_key = "residual_sum_of_squares";

}  // namespace thalweg::inline v0_1::reading
