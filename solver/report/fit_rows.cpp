#include <thalweg/report/fit_rows.hpp>

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "report/row_columns.hpp"

namespace thalweg::inline v0_1 {
namespace {

constexpr std::string_view set_heading = "data";

/// As a cell: in quotes where it holds the separator, a quote or a line break.
std::string cell(std::string_view text, char separator) {
  if (text.find_first_of("\"\r\n") == text.npos && text.find(separator) == text.npos) return std::string(text);
  std::string out = "\"";
  for (const char c : text) out += c == '"' ? std::string("\"\"") : std::string(1, c);
  return out + '"';
}

std::string cell(const std::vector<double>& values, std::size_t row) {
  return row < values.size() && std::isfinite(values[row]) ? fmt::format("{}", values[row]) : "";
}

/// The names of the data's columns, of all sets together.
std::vector<std::string> data_columns(std::span<const FitRows> sets) {
  std::vector<std::string> all;
  for (const FitRows& set : sets)
    for (const std::string& name : set.columns)
      if (std::find(all.begin(), all.end(), name) == all.end()) all.push_back(name);
  return all;
}

bool is_result(const std::string& name, bool several) {
  return (several && name == set_heading) || std::any_of(std::begin(row_columns), std::end(row_columns),
                                                         [&](const RowColumn& c) { return c.name == name; });
}

}  // namespace

std::string to_csv(std::span<const FitRows> sets, char separator) {
  const bool several = sets.size() > 1;
  const std::vector<std::string> columns = data_columns(sets);
  std::vector<RowColumn> results;
  for (const RowColumn& column : row_columns)
    if (std::any_of(sets.begin(), sets.end(), [&](const FitRows& set) { return !(set.*column.values).empty(); }))
      results.push_back(column);
  std::string out;
  const auto add = [&](const std::string& text) { out += text + separator; };
  const auto end_row = [&] { out.back() = '\n'; };
  const bool grouped = std::any_of(sets.begin(), sets.end(), [](const FitRows& set) { return !set.groups.empty(); });
  if (several) add(std::string(set_heading));
  if (grouped) add(cell(sets[0].group_column, separator));
  for (const std::string& name : columns) add(cell(is_result(name, several) ? name + "_" : name, separator));
  for (const RowColumn& column : results) add(std::string(column.name));
  end_row();
  for (const FitRows& set : sets) {
    std::vector<const std::vector<double>*> values;
    static const std::vector<double> nothing;
    for (const std::string& name : columns) {
      const auto at = std::find(set.columns.begin(), set.columns.end(), name) - set.columns.begin();
      values.push_back(at < std::ssize(set.columns) ? &set.values[static_cast<std::size_t>(at)] : &nothing);
    }
    for (const RowColumn& column : results) values.push_back(&(set.*column.values));
    for (std::size_t row = 0; row < set.fit.size(); ++row) {
      if (several) add(cell(set.name, separator));
      if (grouped) add(row < set.groups.size() ? cell(set.groups[row], separator) : "");
      for (const std::vector<double>* each : values) add(cell(*each, row));
      end_row();
    }
  }
  return out;
}

}  // namespace thalweg::inline v0_1
