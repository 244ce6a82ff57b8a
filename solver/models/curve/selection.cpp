#include "models/curve/selection.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <unordered_map>
#include <utility>

#include <thalweg/formula/formula.hpp>

#include "table/contents.hpp"

namespace thalweg::inline v0_1::reading {
namespace {

std::string position_name(std::size_t column) { return "c" + std::to_string(column + 1); }

}  // namespace

ColumnSelection::ColumnSelection(DataSet& data, DataPlaces& places)
    : data_(data), places_(places), names_(data.columns), source_(data.columns.size()), used_(data.columns.size()) {
  std::iota(source_.begin(), source_.end(), std::size_t{0});
  data.labels = data.columns;
  if (!places.contents) return;
  std::unordered_map<std::string, std::size_t> count;
  for (const std::string& name : data.columns) ++count[name];
  for (std::size_t i = 0; i < data.columns.size(); ++i)
    if (count[data.columns[i]] > 1) data.columns[i] = position_name(i);
}

std::optional<std::size_t> ColumnSelection::position(std::string_view name) const {
  const auto found = std::find(data_.columns.begin(), data_.columns.end(), name);
  if (found == data_.columns.end()) return std::nullopt;
  return static_cast<std::size_t>(found - data_.columns.begin());
}

bool ColumnSelection::has(std::string_view name) const { return position(name).has_value(); }

std::optional<std::size_t> ColumnSelection::find(std::string_view name) const {
  const auto exact = position(name);
  const auto found = exact ? exact : names_.find(name).column;
  return found ? std::optional(source_[*found]) : std::nullopt;
}

bool ColumnSelection::use(const std::string& name, const std::string& file, Place place) {
  if (const auto exact = position(name)) {
    used_[*exact] = true;
    return true;
  }
  const ColumnNames::Found found = names_.find(name);
  if (!found.several.empty()) {
    std::vector<std::string> positions;
    for (const std::size_t i : found.several) positions.push_back(position_name(i));
    fail(file, place, counted(found.several.size(), "column") + " are called '" + name + "'", list(positions));
  }
  if (!found.column) return false;
  if (used_[*found.column]) {
    data_.columns.push_back(name);
    data_.values.push_back(data_.values[*found.column]);
    data_.labels.push_back(data_.labels[*found.column]);
    source_.push_back(*found.column);
    used_.push_back(true);
  } else {
    data_.columns[*found.column] = name;
    used_[*found.column] = true;
  }
  return true;
}

bool ColumnSelection::is_position(std::string_view name) const {
  const auto column = position(name);
  return column && places_.contents && name == position_name(*column);
}

void ColumnSelection::set_aside(const std::string& name) {
  const auto column = position(name);
  if (!column) return;
  std::string other = position_name(*column);
  while (has(other)) other += '_';  // a parameter may be called c1, too
  data_.columns[*column] = std::move(other);
}

void ColumnSelection::refuse(std::size_t row, std::size_t column) const {
  if (places_.contents) {
    places_.contents->explain(row, source_[column]);
  }
  fail(places_.cell_file, places_.cell ? places_.cell(row, source_[column]) : places_.table,
       cell_name(row + 1, data_.columns[column]) + " is " + to_text(data_.values[column][row]),
       std::isnan(data_.values[column][row]) && places_.cell ? "a finite number, or missing = \"skip\" in [data]"
                                                             : "a finite number");
}

bool ColumnSelection::may_be_left_out(std::size_t row, std::size_t column) const {
  if (!places_.rows.skip_missing) return false;
  return places_.contents ? places_.contents->is_missing(row, source_[column]) : std::isnan(data_.values[column][row]);
}

/// Which rows meet the condition; those in which a value that it reads is missing are marked.
std::vector<char> ColumnSelection::by_condition(const std::string& file, std::vector<char>& missing) {
  const std::string& where = places_.rows.where;
  const std::size_t rows = data_.values[0].size();
  std::vector<char> holds(rows, true);
  if (where.empty()) return holds;
  const auto wrong = [&](const std::string& problem, const std::string& expected) {
    fail(file, places_.where, (places_.named_by_keys ? "where: " : "--where: ") + problem, expected);
  };
  try {
    Formula condition = Formula::parse(where);
    if (!condition.is_condition()) wrong("'" + where + "' is a number", "a condition, such as \"x > 2 && x < 8\"");
    Symbols symbols;
    std::vector<std::vector<double>> values;
    for (const auto* names : {&condition.names(), &condition.constants()})
      for (const Formula::Name& name : *names) {
        const auto exact = position(name.name);
        const std::optional<std::size_t> column = exact ? exact : names_.find(name.name).column;
        if (!column && names == &condition.constants()) continue;
        if (!column) wrong("there is no column '" + name.name + "'", list(names_.spellings()));
        for (std::size_t row = 0; row < rows; ++row) {
          if (std::isfinite(data_.values[*column][row])) continue;
          if (!may_be_left_out(row, *column)) refuse(row, *column);
          missing[row] = true;
        }
        symbols.columns.push_back(name.name);
        values.push_back(data_.values[*column]);
      }
    if (values.empty()) wrong("'" + where + "' reads no column", "a condition, such as \"x > 2 && x < 8\"");
    const Equation equation{"", Formula::parse("0"), std::move(condition)};
    std::vector<double> result(rows);
    FormulaModel(equation, symbols, values).predict(nullptr, 0, static_cast<std::int64_t>(rows), result.data());
    for (std::size_t row = 0; row < rows; ++row) holds[row] = result[row] == 1.0;
  } catch (const FormulaError& error) {
    wrong("column " + std::to_string(error.where.begin + 1) + ": " + error.problem, error.expected);
  }
  return holds;
}

/// Which rows are kept: those that meet the condition and have all values that are read.
void ColumnSelection::choose_rows(const std::string& file) {
  std::vector<char> missing(rows_, false);
  const std::vector<char> holds = by_condition(file, missing);
  for (std::size_t row = 0; row < rows_; ++row) {
    const bool excluded = !missing[row] && !holds[row];
    if (!data_.group.empty() && data_.group[row] < 0) missing[row] = true;
    for (std::size_t j = 0; j < used_.size() && !excluded && !missing[row]; ++j) {
      if (!used_[j] || std::isfinite(data_.values[j][row])) continue;
      if (!may_be_left_out(row, j)) refuse(row, j);
      missing[row] = true;
    }
    if (!excluded && !missing[row]) {
      if (!all_kept_) kept_.push_back(row);
      continue;
    }
    ++(excluded ? data_.excluded_rows : data_.missing_rows);
    if (!all_kept_) continue;
    all_kept_ = false;
    kept_.resize(row);
    std::iota(kept_.begin(), kept_.end(), std::size_t{0});
  }
}

void ColumnSelection::apply(const std::string& file) {
  rows_ = data_.values.empty() ? 0 : data_.values[0].size();
  if (rows_ == 0) return;
  choose_rows(file);
  if (rows_kept() == 0)
    fail(file, places_.where,
         "no rows are left: " + counted(data_.missing_rows, "row") + " with missing values, " +
             std::to_string(data_.excluded_rows) + " by the condition",
         "at least one");
  if (places_.contents)
    for (std::size_t j = 0; j < used_.size(); ++j)
      if (used_[j] && source_[j] == j)
        if (std::string remark = places_.contents->remark(j); !remark.empty()) notes_.push_back(std::move(remark));
  if (!all_kept_) keep_values(kept_);
  if (places_.cell)
    places_.cell = [cell = std::move(places_.cell), all = all_kept_, rows = kept_, source = source_](
                       std::size_t row, std::size_t column) { return cell(all ? row : rows[row], source[column]); };
  drop_unread();
}

std::vector<std::size_t> ColumnSelection::kept() const {
  if (!all_kept_) return kept_;
  std::vector<std::size_t> all(rows_);
  std::iota(all.begin(), all.end(), std::size_t{0});
  return all;
}

void ColumnSelection::leave_out_all_but(const std::vector<std::size_t>& rows) {
  std::vector<std::size_t> kept = this->kept();
  data_.excluded_rows += kept.size() - rows.size();
  keep_values(rows);
  for (std::size_t i = 0; i < rows.size(); ++i) kept[i] = kept[rows[i]];
  kept.resize(rows.size());
  kept_ = std::move(kept);
  all_kept_ = false;
  if (!places_.cell) return;
  places_.cell = [cell = std::move(places_.cell), rows](std::size_t row, std::size_t column) {
    return cell(rows[row], column);
  };
}

void ColumnSelection::keep_values(const std::vector<std::size_t>& rows) {
  if (rows.size() == data_.values[0].size()) return;
  for (std::vector<double>& column : data_.values) {
    for (std::size_t i = 0; i < rows.size(); ++i) column[i] = column[rows[i]];
    column.resize(rows.size());
  }
  if (data_.group.empty()) return;
  for (std::size_t i = 0; i < rows.size(); ++i) data_.group[i] = data_.group[rows[i]];
  data_.group.resize(rows.size());
}

void ColumnSelection::drop_unread() {
  if (!places_.contents) return;
  std::size_t to = 0;
  std::vector<std::size_t> left;
  for (std::size_t j = 0; j < data_.columns.size(); ++j) {
    const std::vector<double>& values = data_.values[j];
    const bool numbers = std::all_of(values.begin(), values.end(), [](double v) { return std::isfinite(v); });
    if (!used_[j] && !numbers) continue;
    left.push_back(j);
    if (to != j) {
      data_.columns[to] = std::move(data_.columns[j]);
      data_.labels[to] = std::move(data_.labels[j]);
      data_.values[to] = std::move(data_.values[j]);
    }
    used_[to++] = used_[j];
  }
  data_.columns.resize(to);
  data_.labels.resize(to);
  data_.values.resize(to);
  used_.resize(to);
  if (!places_.cell) return;
  places_.cell = [cell = std::move(places_.cell), left](std::size_t row, std::size_t column) {
    return cell(row, left[column]);
  };
}

void place_in_table(DataPlaces& places, const DataTable& table, const RowSelection& rows) {
  places.contents = table.shared_contents();
  places.cell_file = table.name();
  places.named_by_keys = places.contents->options.named_by_keys;
  places.rows = rows;
  places.cell = [contents = places.contents](std::size_t row, std::size_t column) {
    return contents->place(row, column);
  };
}

}  // namespace thalweg::inline v0_1::reading

namespace thalweg::inline v0_1 {

bool is_named_as_error(std::string_view column) {
  std::string name;
  const std::string lower = reading::lower_case(column.substr(0, column.find_first_of("([")));
  for (const char c : lower)
    if (c != ' ' && c != '_' && c != '.' && c != '-') name += c;
  constexpr std::string_view whole[] = {"sigma",
                                        "sigmay",
                                        "ysigma",
                                        "err",
                                        "error",
                                        "errors",
                                        "dy",
                                        "dely",
                                        "deltay",
                                        "yerr",
                                        "yerror",
                                        "erry",
                                        "errory",
                                        "ey",
                                        "uy",
                                        "std",
                                        "stdev",
                                        "stddev",
                                        "stderr",
                                        "sd",
                                        "se",
                                        "sem",
                                        "yer",
                                        "yer\xC2\xB1",
                                        "unc",
                                        "uncertainty",
                                        "standarddeviation",
                                        "standarderror",
                                        "\xCF\x83",
                                        "\xC2\xB1"};
  if (std::find(std::begin(whole), std::end(whole), name) != std::end(whole)) return true;
  for (const std::string_view part : {"sigma", "err", "error", "stdev", "stderr", "std", "uncertainty"}) {
    // counts_err, err_counts, but not "terror"
    const bool ends = lower.size() > part.size() && lower.ends_with(part);
    const bool begins = lower.size() > part.size() && lower.starts_with(part);
    const auto parts = [](char c) { return c == '_' || c == ' ' || c == '.' || c == '-'; };
    if ((ends && parts(lower[lower.size() - part.size() - 1])) || (begins && parts(lower[part.size()]))) return true;
  }
  return false;
}

}  // namespace thalweg::inline v0_1
