#include "table/rows/row_reader.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <string>
#include <utility>

namespace thalweg::inline v0_1::reading {

void cut_row(const DataTable::Contents& contents, std::string_view line, int number, std::size_t row,
             std::vector<Cell>& cells) {
  const std::size_t columns = contents.columns();
  const auto cut = [&](std::string_view part) {
    std::size_t fault_at = 0;
    const QuoteFault fault = split(part, contents.dialect.separator, cells, fault_at);
    if (fault != QuoteFault::none) fail_quotes(fault, contents.name, {number, column_of(line, fault_at)});
    while (!cells.empty() && cells.back().text.empty() && (cells.size() > columns || !cells.back().quoted))
      cells.pop_back();
  };
  const std::string_view before_remark = without_remark(line);
  cut(before_remark);
  // A number sign may belong to a text: where the line has the right length with it, it does.
  if (before_remark.size() < line.size() && !cells.empty() && cells.size() < columns) {
    cut(line);
    if (cells.size() != columns) cut(before_remark);
  }
  if (cells.size() <= columns) return;
  const bool decimal_commas = contents.dialect.separator == ',' && cells.size() == 2 * columns;
  fail(contents.name, {number, column_of(line, cells[columns].offset)},
       "row " + std::to_string(row) + " has " + counted(cells.size(), "cell") + " but " +
           (contents.table.header && !contents.dialect.commented ? "the header" : "the first row") + " has " +
           std::to_string(columns) + (decimal_commas ? " (are these decimal commas?)" : ""),
       counted(columns, "cell"));
}

bool RowState::depends_on_order() const {
  return std::any_of(kinds.begin(), kinds.end(), [](const auto& kind) { return kind.meaning == Meaning::clock; });
}

RowReader::RowReader(const DataTable::Contents& contents, RowState state)
    : contents_(contents), state_(std::move(state)) {
  numeric_ = static_cast<std::size_t>(std::count_if(state_.kinds.begin(), state_.kinds.end(),
                                                    [](const auto& kind) { return kind.meaning == Meaning::number; }));
}

bool RowReader::read(std::string_view line, int number, std::size_t row, std::span<double> values) {
  if (is_comment(line, contents_.dialect.separator)) return false;
  cut_row(contents_, line, number, row, cells_);
  if (cells_.empty()) return false;
  for (std::size_t j = 0; j < values.size(); ++j) values[j] = j < cells_.size() ? value(cells_[j].text, j) : no_number;
  return true;
}

void RowReader::set_decimal(Decimal decimal) {
  if (state_.decimal != Decimal::automatic || decimal == Decimal::automatic) return;
  state_.decimal = decimal;
  changed_ = true;
}

double RowReader::value(std::string_view text, std::size_t column) {
  DataTable::Contents::Kind& kind = state_.kinds[column];
  if (kind.meaning == Meaning::number || kind.meaning == Meaning::text) {
    if (const auto plain = plain_number(text)) {
      if (kind.meaning == Meaning::text) {
        kind.meaning = Meaning::number;
        changed_ = true;
        ++numeric_;
      }
      return *plain;
    }
  }
  const Reading reading = read_meaning(text, state_.decimal, contents_.options.percent);
  set_decimal(reading.evidence);
  switch (reading.meaning) {
    case Meaning::ambiguous:
      state_.doubtful = true;
      return no_number;
    case Meaning::number:
    case Meaning::date:
    case Meaning::date_time:
    case Meaning::clock:
      break;
    default:
      return no_number;
  }
  if (kind.meaning == Meaning::text) {
    kind = {reading.meaning, reading.value, reading.value, std::string(text)};
    changed_ = true;
    numeric_ += reading.meaning == Meaning::number;
  }
  if (kind.meaning != reading.meaning) return no_number;
  if (reading.meaning == Meaning::clock) {  // past midnight, or not in order: without a date nobody knows
    if (reading.value < kind.last) return no_number;
    kind.last = reading.value;
    changed_ = true;
  }
  return reading.meaning == Meaning::number ? reading.value : reading.value - kind.origin;
}

/// What most cells are: digits with the table's decimal sign, or without any.
std::optional<double> RowReader::plain_number(std::string_view text) {
  std::array<char, 40> with_point;
  if (state_.decimal != Decimal::point) {
    const bool point = text.find('.') != std::string_view::npos;
    if (point && state_.decimal == Decimal::comma) return std::nullopt;
    const std::size_t comma = text.find(',');
    if (comma != std::string_view::npos) {
      if (state_.decimal != Decimal::comma || text.size() > with_point.size() || comma + 1 == text.size())
        return std::nullopt;
      std::copy(text.begin(), text.end(), with_point.begin());
      with_point[comma] = '.';
      text = {with_point.data(), text.size()};
    }
  }
  double value = 0.0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size() || !std::isfinite(value)) return std::nullopt;
  if (text.find('.') != std::string_view::npos) set_decimal(Decimal::point);
  return value;
}

}  // namespace thalweg::inline v0_1::reading
