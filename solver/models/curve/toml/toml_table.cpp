// The parts of problem files that curve fits and regressions share.
#include "models/curve/toml/toml_table.hpp"

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <limits>
#include <utility>

#include "models/curve/selection.hpp"
#include "table/contents.hpp"

namespace thalweg::inline v0_1::reading {

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

std::size_t TomlTables::choice(const toml::node& node, const std::string& name, const Names& names) const {
  const std::string value = text(node, name);
  const auto found = std::find(names.begin(), names.end(), value);
  if (found == names.end())
    wrong(place_of(node), "unknown " + name + " " + quoted_with_hint(value, names), list(names));
  return static_cast<std::size_t>(found - names.begin());
}

bool TomlTables::flag(const toml::node& node, const std::string& name) const {
  if (!node.is_boolean()) wrong(place_of(node), name + " is " + kind_of(node), "true or false");
  return **node.as_boolean();
}

void TomlTables::read_table(const toml::table& entry, DataSet& data, DataPlaces& places) const {
  if (const auto* columns = entry.get("columns")) read_columns(*columns, data, places);
  if (const auto* where = entry.get("where")) {
    places.rows.where = text(*where, "where");
    places.where = place_of(*where);
  }
  if (const auto* missing = entry.get("missing"))
    places.rows.skip_missing = choice(*missing, "missing", {"refuse", "skip"}) == 1;
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
    read_file(entry, data, places);
  } else if (rows != nullptr) {
    for (const char* key : {"decimal", "percent"})
      if (const auto* option = entry.get(key))
        wrong(place_of(*option), "'" + std::string(key) + "' is for a table in a file", "none, or file = \"x.csv\"");
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
      if (data.columns[j] == data.group_column) {
        places.labels.push_back(cell.is_string() ? **cell.as_string()
                                                 : to_text(number(cell, cell_name(i + 1, data.columns[j]))));
        data.values[j].push_back(is_number ? number(cell, "") : std::numeric_limits<double>::quiet_NaN());
        continue;
      }
      data.values[j].push_back(is_number ? number(cell, "") : number(cell, cell_name(i + 1, data.columns[j])));
    }
  }
  places.cell_file = name_;
  places.cell = [rows](std::size_t row, std::size_t column) {
    return place_of(*rows->get(row)->as_array()->get(column));
  };
}

void TomlTables::read_file(const toml::table& entry, DataSet& data, DataPlaces& places) const {
  const toml::node& node = *entry.get("file");
  const std::string name = text(node, "file");
  const bool control = std::any_of(name.begin(), name.end(), [](char c) { return (c >= 0 && c < ' ') || c == 0x7F; });
  if (control) wrong(place_of(node), "'file' holds a control character", "the name of a table of numbers");
  const std::filesystem::path file = name;
  if (file.empty()) wrong(place_of(node), "'file' is empty", "the name of a table of numbers");
  const std::string path = (std::filesystem::path(folder_) / file).string();
  TableOptions options;
  options.named_by_keys = true;
  options.columns = data.columns;
  if (const auto* decimal = entry.get("decimal"))
    options.decimal = static_cast<Decimal>(choice(*decimal, "decimal", {"automatic", "point", "comma"}));
  if (const auto* percent = entry.get("percent"))
    options.percent = static_cast<Percent>(choice(*percent, "percent", {"refuse", "number", "fraction"}));
  DataTable table = DataTable::read(path, options);
  check_order(data.columns, table, places);
  data.columns = table.table().columns;
  data.values = std::move(table.contents().table.values);
  place_in_table(places, table, places.rows);
}

/// Names of `columns` that the header gives to other columns are a mistake, not new names.
void TomlTables::check_order(const Names& columns, const DataTable& table, const DataPlaces& places) const {
  const Names& header = table.contents().dialect.header_names;
  for (std::size_t i = 0; i < columns.size() && !header.empty(); ++i) {
    const auto found = std::find(header.begin(), header.end(), columns[i]);
    if (found == header.end() || header[i] == columns[i]) continue;
    wrong(places.columns[i], "'columns' does not fit '" + table.name() + "', which has " + list(header, " and "),
          "the columns of the file in their order, or new names");
  }
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

}  // namespace thalweg::inline v0_1::reading
