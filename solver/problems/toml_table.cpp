// The parts of problem files that curve fits and regressions share.
#include "problems/toml_table.hpp"

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <memory>
#include <utility>

namespace thalweg::reading {

TomlTables::TomlTables(std::string_view text, const std::string& name, const std::string& folder)
    : TomlAccess(name), name_(name), folder_(folder), lines_(lines_of(text)) {
  check_text(text, name, a_problem_file);
  check_depth(name, text);
  try {
    document_ = toml::parse(text);
  } catch (const toml::parse_error& error) {
    fail_as_toml(name, place_of(error.source()), std::string(error.description()), lines_);
  } catch (const ParserFault&) {
    fail(name, {}, "is no TOML that can be read", "valid TOML");
  }
}

bool has_top_level(std::string_view text, std::string_view key) {
  try {
    check_depth("", text);
    return toml::parse(text).contains(key);
  } catch (const toml::parse_error&) {
    return false;
  } catch (const FileError&) {
    return false;
  } catch (const ParserFault&) {
    return false;
  }
}

const toml::node& TomlTables::required(const char* key, const std::string& shown) const {
  const toml::node* node = document_.get(key);
  if (node == nullptr) wrong({}, "there is no " + shown, a_problem_file);
  return *node;
}

bool TomlTables::flag(const toml::node& node, const std::string& name) const {
  if (!node.is_boolean()) wrong(place_of(node), name + " is " + kind_of(node), "true or false");
  return **node.as_boolean();
}

void TomlTables::read_table(const toml::table& entry, DataSet& data, DataPlaces& places) const {
  if (const auto* columns = entry.get("columns")) read_columns(*columns, data, places);
  read_values(entry, data, places);
}

void TomlTables::read_columns(const toml::node& node, DataSet& data, DataPlaces& places) const {
  const toml::array* columns = node.as_array();
  if (columns == nullptr) {
    wrong(place_of(node), "'columns' is " + kind_of(node), "a list of names, such as [\"y\", \"x\"]");
  }
  if (columns->empty()) wrong(place_of(node), "'columns' is empty", "a list of names, such as [\"y\", \"x\"]");
  for (const toml::node& column : *columns) {
    data.columns.push_back(text(column, "columns"));
    places.columns.push_back(place_of(column));
  }
}

void TomlTables::read_values(const toml::table& entry, DataSet& data, DataPlaces& places) const {
  const toml::node *rows = entry.get("rows"), *file = entry.get("file");
  if (rows != nullptr && file != nullptr) {
    wrong(place_of(*file), "data set '" + data.name + "' has both rows and a file", "one of them");
  }
  if (file != nullptr) {
    read_file(*file, data, places);
  } else if (rows != nullptr) {
    if (data.columns.empty()) {
      wrong(places.table, "data set '" + data.name + "' has no columns", "columns = [\"y\", \"x\"]");
    }
    read_rows(*rows, data, places);
  } else {
    wrong(places.table, "data set '" + data.name + "' has no rows", "rows = [[...], ...] or file = \"x.csv\"");
  }
}

void TomlTables::read_rows(const toml::node& node, DataSet& data, DataPlaces& places) const {
  const std::string expected = "rows such as [[1, 2], [3, 4]]";
  const toml::array* rows = node.as_array();
  if (rows == nullptr) wrong(place_of(node), "'rows' is " + kind_of(node), expected);
  const std::size_t columns = data.columns.size();
  data.values.resize(columns);
  for (std::vector<double>& column : data.values) column.reserve(rows->size());
  for (std::size_t i = 0; i < rows->size(); ++i) {
    const toml::node& entry = *rows->get(i);
    const toml::array* row = entry.as_array();
    const std::string which = "row " + std::to_string(i + 1);
    if (row == nullptr) wrong(place_of(entry), which + " is " + kind_of(entry), expected);
    if (row->size() != columns) {
      wrong(place_of(entry),
            which + " has " + counted(row->size(), "number") + " but there are " + counted(columns, "column"),
            list(data.columns, " and "));
    }
    for (std::size_t j = 0; j < columns; ++j) {
      const toml::node& cell = *row->get(j);
      const bool is_number = cell.is_number();
      data.values[j].push_back(is_number ? number(cell, "") : number(cell, cell_name(i + 1, data.columns[j])));
    }
  }
  places.cell_file = name_;
  places.cell = [rows](std::size_t row, std::size_t column) {
    return place_of(*rows->get(row)->as_array()->get(column));
  };
}

void TomlTables::read_file(const toml::node& node, DataSet& data, DataPlaces& places) const {
  const std::string name = text(node, "file");
  const bool control = std::any_of(name.begin(), name.end(), [](char c) { return (c >= 0 && c < ' ') || c == 0x7F; });
  if (control) wrong(place_of(node), "'file' holds a control character", "the name of a table of numbers");
  const std::filesystem::path file = name;
  if (file.empty()) wrong(place_of(node), "'file' is empty", "the name of a table of numbers");
  const std::string path = (std::filesystem::path(folder_) / file).string();
  auto content = std::make_shared<const std::string>(read_text_file(path, "a table of numbers"));
  PlacedTable read = parse_placed_table(std::move(content), path);
  const Names& found = read.table.columns;
  if (data.columns.empty()) {
    data.columns = found;
  } else if (read.table.header ? data.columns != found : data.columns.size() != found.size()) {
    const std::string shown = read.table.header ? list(found, " and ") : counted(found.size(), "column");
    wrong(places.columns[0], "'columns' does not fit '" + path + "', which has " + shown,
          "the columns of the file, or no 'columns' at all");
  }
  data.values = std::move(read.table.values);
  places.cell_file = path;
  places.cell = std::move(read.cell);
}

FitParameter::Certified TomlTables::read_certified_value(const toml::node& node, const std::string& name) const {
  const std::string whose = "certified '" + name + "'", expected = "{ value = number, error = number }";
  FitParameter::Certified result;
  const toml::node* value = &node;
  if (const toml::table* both = node.as_table()) {
    check_keys(*both, "in " + whose, {"value", "error"});
    value = both->get("value");
    if (value == nullptr) wrong(place_of(node), whose + " has no value", expected);
    if (const toml::node* error = both->get("error")) {
      result.error = number(*error, "error of " + whose);
      if (!(result.error >= 0.0) || !std::isfinite(result.error)) {
        wrong(place_of(*error), "error of " + whose + " is " + to_text(result.error), "a number that is not negative");
      }
    }
  }
  result.value = number(*value, whose, "a number or " + expected);
  if (!std::isfinite(result.value)) wrong(place_of(*value), whose + " is " + to_text(result.value), "a finite number");
  return result;
}

double TomlTables::read_certified_sum(const toml::node& node) const {
  const double sum = number(node, sum_key);
  if (!(sum >= 0.0) || !std::isfinite(sum)) {
    wrong(place_of(node), std::string(sum_key) + " is " + to_text(sum), "a number that is not negative");
  }
  return sum;
}

}  // namespace thalweg::reading
