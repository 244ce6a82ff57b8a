// A table that was read: where its cells are, and what is wrong with those that hold no number.
#include "table/contents.hpp"

#include <algorithm>
#include <cmath>
#include <string>

namespace thalweg::inline v0_1 {

using reading::Meaning;

DataTable::Contents::Row DataTable::Contents::row(std::size_t row, std::string& buffer) const {
  Row result;
  result.line = rows.line(row, text, dialect.separator, buffer, result.number);
  reading::cut_row(*this, result.line, result.number, row + 1, result.cells);
  return result;
}

reading::Cell DataTable::Contents::cell(const Row& row, std::size_t column) const {
  if (column < row.cells.size()) return row.cells[column];
  // A trailing cell that is empty was dropped: it stands behind the last separator, or is not there.
  std::vector<reading::Cell> all;
  std::size_t fault_at = 0;
  reading::split(reading::without_remark(row.line), dialect.separator, all, fault_at);
  return column < all.size() ? all[column] : reading::Cell{{}, std::string_view::npos, false};
}

reading::Place DataTable::Contents::place(std::size_t row_index, std::size_t column) const {
  if (array) return {};
  std::string buffer;
  const Row found = row(row_index, buffer);
  const std::size_t offset = cell(found, column).offset;
  return {found.number, reading::column_of(found.line, offset == std::string_view::npos ? 0 : offset)};
}

bool DataTable::Contents::is_missing(std::size_t row_index, std::size_t column) const {
  if (array) return true;  // asked for numbers that are not finite
  std::string buffer;
  const std::string_view written = cell(row(row_index, buffer), column).text;
  const Meaning meaning = reading::read_meaning(written, dialect.decimal, options.percent).meaning;
  return meaning == Meaning::empty || meaning == Meaning::missing || meaning == Meaning::limit;
}

/// An array marks what is missing by a number that is not finite. The table may have given its numbers away.
void DataTable::Contents::explain_number(std::size_t row_index, std::size_t column) const {
  const std::int64_t row = array_row(row_index);
  double value = 0.0;
  double* const to = &value;
  array->read(row, row + 1, {static_cast<std::int64_t>(column)}, &to);
  reading::fail(name, {},
                reading::cell_name(static_cast<std::size_t>(array->place(row)) + 1, table.columns[column]) + " is " +
                    reading::to_text(value),
                "a finite number, or " + reading::option(options, "missing", "skip") + ", which leaves out such rows");
}

void DataTable::Contents::explain(std::size_t row_index, std::size_t column) const {
  if (array) explain_number(row_index, column);
  std::string buffer;
  const Row whole_row = row(row_index, buffer);
  const reading::Cell found = cell(whole_row, column);
  const std::string_view shown_text = found.text;
  const std::string shown = "'" + std::string(shown_text.substr(0, 40)) + (shown_text.size() > 40 ? "..." : "") + "'";
  const auto wrong = [&](const std::string& problem, const std::string& expected) {
    reading::fail(name, place(row_index, column),
                  reading::cell_name(row_index + 1, table.columns[column]) + " " + problem, expected);
  };
  const std::string or_skip = ", or " + reading::option(options, "missing", "skip") + ", which leaves out such rows";
  const std::string comma = reading::option(options, "decimal", "comma"),
                    point = reading::option(options, "decimal", "point");
  if (found.offset == std::string_view::npos)
    wrong("is not there: the row has " + counted(whole_row.cells.size(), "cell") + " of " + std::to_string(columns()),
          counted(columns(), "cell") + or_skip);
  switch (reading::read_meaning(shown_text, dialect.decimal, options.percent).meaning) {
    case Meaning::empty:
      wrong("is empty", "a number" + or_skip);
      break;
    case Meaning::missing:
      wrong("is missing: " + shown, "a number" + or_skip);
      break;
    case Meaning::limit:
      wrong("is a limit, not a value: " + shown, "a number" + or_skip);
      break;
    case Meaning::ambiguous:
      wrong("has a decimal comma or a mark of thousands: " + shown, comma + ", or " + point);
      break;
    case Meaning::other_decimal:
      if (dialect.decimal == Decimal::comma)
        wrong("has a decimal point, among decimal commas: " + shown, "decimal commas, or " + point);
      wrong("has a decimal comma, among decimal points: " + shown, "decimal points, or " + comma);
      break;
    case Meaning::too_large:
      wrong("is too large: " + shown, "a number below 1.8e308");
      break;
    case Meaning::percent:
      wrong("is a percentage: " + shown, "a number, or " + reading::option(options, "percent", "number") + ", or " +
                                             reading::option(options, "percent", "fraction") +
                                             ", which divides by 100");
      break;
    case Meaning::date:
    case Meaning::date_time:
    case Meaning::clock:
      if (kinds[column].meaning == Meaning::clock)
        wrong("goes back in time: " + shown, "times of one day in order, or a date with each");
      wrong("is a date or a time among others: " + shown, "as in the first row, '" + kinds[column].first + "'");
      break;
    case Meaning::number:
      wrong("is a number among dates or times: " + shown, "as in the first row, '" + kinds[column].first + "'");
      break;
    default:
      wrong("is not a number: " + shown,
            kinds[column].meaning == Meaning::date || kinds[column].meaning == Meaning::date_time
                ? "a date, as '" + kinds[column].first + "'"
            : std::count(shown_text.begin(), shown_text.end(), '/') == 2 ? "a number, or dates as in 2023-01-31"
                                                                         : "a number");
  }
  wrong("is not a number: " + shown, "a number");
  throw Error("unreachable");
}

std::string DataTable::Contents::remark(std::size_t column) const {
  const Kind& kind = kinds[column];
  const std::string& called = table.columns[column];
  switch (kind.meaning) {
    case Meaning::date:
      return "column '" + called + "' counts days since the date of its first row, " + kind.first;
    case Meaning::date_time:
      return "column '" + called + "' counts seconds since the time of its first row, " + kind.first;
    case Meaning::clock:
      return "column '" + called + "' counts seconds since the time of its first row, " + kind.first;
    default:
      return {};
  }
}

namespace {

/// A quote within quotes is written twice.
void single_quotes(std::string& text) {
  for (std::size_t at = text.find("\"\""); at != std::string::npos; at = text.find("\"\"", at + 1)) text.erase(at, 1);
}

}  // namespace

std::vector<std::string> DataTable::Contents::texts(std::size_t column) const {
  std::vector<std::string> all;
  if (array) {
    const std::int64_t count = array_rows.empty() ? array->rows() : static_cast<std::int64_t>(array_rows.size());
    std::vector<double> values(static_cast<std::size_t>(array_rows.empty() ? count : 1));
    double* const to = values.data();
    if (array_rows.empty()) array->read(0, count, {static_cast<std::int64_t>(column)}, &to);
    for (std::int64_t r = 0; r < count; ++r) {
      const std::int64_t row = array_row(static_cast<std::size_t>(r));
      if (!array_rows.empty()) array->read(row, row + 1, {static_cast<std::int64_t>(column)}, &to);
      const double value = values[static_cast<std::size_t>(array_rows.empty() ? r : 0)];
      all.push_back(std::isfinite(value) ? reading::to_text(value) : "");
    }
    return all;
  }
  std::string buffer;
  for (std::size_t r = 0; r < rows.size(); ++r) {
    const std::vector<reading::Cell> cells = row(r, buffer).cells;
    std::string& label = all.emplace_back(column < cells.size() ? cells[column].text : std::string_view{});
    if (column < cells.size() && cells[column].quoted) single_quotes(label);
  }
  return all;
}

std::vector<std::string> DataTable::texts(std::size_t column) const { return contents_->texts(column); }

}  // namespace thalweg::inline v0_1
