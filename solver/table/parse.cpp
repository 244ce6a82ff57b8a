// The rows of a table become columns of numbers.
#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <limits>
#include <optional>
#include <utility>

#include "table/contents.hpp"
#include "table/encoding.hpp"

namespace thalweg::inline v0_1 {
namespace reading {

constexpr double no_number = std::numeric_limits<double>::quiet_NaN();

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

namespace {

class Parser {
 public:
  explicit Parser(DataTable::Contents& contents) : c_(contents), decimal_(contents.dialect.decimal) {}

  void run() {
    while (!read_rows()) {  // again, when a later row has shown what the decimal sign is
    }
    c_.dialect.decimal = decimal_;
    drop_footer();
    if (c_.rows.empty()) fail(c_.name, {}, "there are no rows of data", "a table of numbers");
  }

 private:
  /// Lines of text below the table: one cell each, where the rows have more and begin with a number.
  void drop_footer() {
    if (c_.columns() < 2 || c_.kinds[0].meaning == Meaning::text) return;
    std::size_t lines = 0;
    for (; !c_.rows.empty(); ++lines) {
      const std::size_t row = c_.rows.size() - 1;
      if (std::isfinite(c_.table.values[0][row])) break;
      const std::vector<Cell> cells = c_.cells_of(row);
      if (cells.size() != 1) break;
      if (read_meaning(cells[0].text, decimal_, c_.options.percent).meaning != Meaning::text) break;
      c_.rows.pop_back();
      for (std::vector<double>& values : c_.table.values) values.pop_back();
    }
    if (lines > 0)
      c_.table.notes.push_back(counted(lines, "line") + " below the table " + (lines == 1 ? "is" : "are") +
                               " no part of it");
  }

  /// False when rows were read in doubt that has been removed since.
  bool read_rows() {
    const std::size_t columns = c_.columns();
    c_.rows.clear();
    c_.kinds.assign(columns, {});
    c_.table.values.assign(columns, {});
    doubtful_ = false;
    Lines lines(std::string_view(c_.text).substr(c_.dialect.first_row));
    std::vector<Cell> cells;
    while (lines.next()) {
      const std::string_view line = lines.text();
      if (is_comment(line, c_.dialect.separator)) continue;
      const int number = c_.dialect.first_line + lines.number() - 1;
      cut_row(c_, line, number, c_.rows.size() + 1, cells);
      if (cells.empty()) continue;
      for (std::size_t j = 0; j < columns; ++j)
        c_.table.values[j].push_back(j < cells.size() ? value(cells[j].text, j) : no_number);
      c_.rows.push_back({c_.dialect.first_row + lines.offset(), number});
    }
    return !(doubtful_ && decimal_ != Decimal::automatic);
  }

  double value(std::string_view text, std::size_t column) {
    DataTable::Contents::Kind& kind = c_.kinds[column];
    if (kind.meaning == Meaning::number || kind.meaning == Meaning::text) {
      if (const auto plain = plain_number(text)) {
        kind.meaning = Meaning::number;
        return *plain;
      }
    }
    const Reading reading = read_meaning(text, decimal_, c_.options.percent);
    if (decimal_ == Decimal::automatic) decimal_ = reading.evidence;
    switch (reading.meaning) {
      case Meaning::ambiguous:
        doubtful_ = true;
        return no_number;
      case Meaning::number:
      case Meaning::date:
      case Meaning::date_time:
      case Meaning::clock:
        break;
      default:
        return no_number;
    }
    if (kind.meaning == Meaning::text) kind = {reading.meaning, reading.value, reading.value, std::string(text)};
    if (kind.meaning != reading.meaning) return no_number;
    if (reading.meaning == Meaning::clock) {  // past midnight, or not in order: without a date nobody knows
      if (reading.value < kind.last) return no_number;
      kind.last = reading.value;
    }
    return reading.meaning == Meaning::number ? reading.value : reading.value - kind.origin;
  }

  /// What most cells are: digits with the table's decimal sign, or without any.
  std::optional<double> plain_number(std::string_view text) {
    std::array<char, 40> with_point;
    if (decimal_ != Decimal::point) {
      const bool point = text.find('.') != std::string_view::npos;
      if (point && decimal_ == Decimal::comma) return std::nullopt;
      const std::size_t comma = text.find(',');
      if (comma != std::string_view::npos) {
        if (decimal_ != Decimal::comma || text.size() > with_point.size() || comma + 1 == text.size())
          return std::nullopt;
        std::copy(text.begin(), text.end(), with_point.begin());
        with_point[comma] = '.';
        text = {with_point.data(), text.size()};
      }
    }
    double value = 0.0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc{} || end != text.data() + text.size() || !std::isfinite(value)) return std::nullopt;
    if (decimal_ == Decimal::automatic && text.find('.') != std::string_view::npos) decimal_ = Decimal::point;
    return value;
  }

  DataTable::Contents& c_;
  Decimal decimal_;
  bool doubtful_ = false;
};

}  // namespace
}  // namespace reading

using reading::Meaning;

std::string_view DataTable::Contents::line_of(std::size_t row) const {
  reading::Lines lines(std::string_view(text).substr(rows[row].offset));
  lines.next();
  return lines.text();
}

std::vector<reading::Cell> DataTable::Contents::cells_of(std::size_t row) const {
  std::vector<reading::Cell> cells;
  reading::cut_row(*this, line_of(row), rows[row].number, row + 1, cells);
  return cells;
}

reading::Cell DataTable::Contents::cell(std::size_t row, std::size_t column) const {
  const std::vector<reading::Cell> cells = cells_of(row);
  if (column < cells.size()) return cells[column];
  // A trailing cell that is empty was dropped: it stands behind the last separator, or is not there.
  std::vector<reading::Cell> all;
  std::size_t fault_at = 0;
  const std::string_view line = reading::without_remark(line_of(row));
  reading::split(line, dialect.separator, all, fault_at);
  return column < all.size() ? all[column] : reading::Cell{{}, std::string_view::npos, false};
}

reading::Place DataTable::Contents::place(std::size_t row, std::size_t column) const {
  const std::string_view line = line_of(row);
  const std::size_t offset = cell(row, column).offset;
  return {rows[row].number, reading::column_of(line, offset == std::string_view::npos ? 0 : offset)};
}

bool DataTable::Contents::is_missing(std::size_t row, std::size_t column) const {
  const Meaning meaning = reading::read_meaning(cell(row, column).text, dialect.decimal, options.percent).meaning;
  return meaning == Meaning::empty || meaning == Meaning::missing || meaning == Meaning::limit;
}

void DataTable::Contents::explain(std::size_t row, std::size_t column) const {
  const reading::Cell found = cell(row, column);
  const std::string_view shown_text = found.text;
  const std::string shown = "'" + std::string(shown_text.substr(0, 40)) + (shown_text.size() > 40 ? "..." : "") + "'";
  const auto wrong = [&](const std::string& problem, const std::string& expected) {
    reading::fail(name, place(row, column), reading::cell_name(row + 1, table.columns[column]) + " " + problem,
                  expected);
  };
  const std::string or_skip = ", or " + reading::option(options, "missing", "skip") + ", which leaves out such rows";
  const std::string comma = reading::option(options, "decimal", "comma"),
                    point = reading::option(options, "decimal", "point");
  if (found.offset == std::string_view::npos)
    wrong("is not there: the row has " + counted(cells_of(row).size(), "cell") + " of " + std::to_string(columns()),
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

DataTable DataTable::parse(std::string text, const std::string& name, const TableOptions& options) {
  DataTable result;
  result.contents_ = std::make_shared<Contents>();
  Contents& c = *result.contents_;
  c.name = name;
  c.options = options;
  std::vector<std::string> notes;
  c.text = reading::decode(std::move(text), name, notes);
  c.dialect = reading::find_dialect(c.text, name, options);
  c.table.columns = c.dialect.names;
  c.table.header = c.dialect.header;
  notes.insert(notes.end(), c.dialect.notes.begin(), c.dialect.notes.end());
  c.table.notes = std::move(notes);
  reading::Parser(c).run();
  return result;
}

DataTable DataTable::read(const std::string& path, const TableOptions& options) {
  return parse(reading::read_bytes(path, "a table of numbers"), path, options);
}

const Table& DataTable::table() const { return contents_->table; }
const std::string& DataTable::name() const { return contents_->name; }
bool DataTable::has_own_names() const {
  return !contents_->options.columns.empty() || (contents_->dialect.header && !contents_->dialect.commented);
}

namespace {

/// Every cell must be a number.
Table strict(const DataTable& table) {
  const auto& values = table.table().values;
  for (std::size_t row = 0; row < values[0].size(); ++row)
    for (std::size_t j = 0; j < values.size(); ++j)
      if (!std::isfinite(values[j][row])) table.contents().explain(row, j);
  return table.table();
}

}  // namespace

Table parse_table(std::string_view text, const std::string& name) {
  return strict(DataTable::parse(std::string(text), name));
}

Table read_table(const std::string& path) { return strict(DataTable::read(path)); }

}  // namespace thalweg::inline v0_1
