// Tables as text: CSV, TSV, or columns separated by blanks.
#include <algorithm>
#include <cctype>
#include <unordered_set>
#include <utility>

#include "problems/draft.hpp"

namespace thalweg {
namespace reading {
namespace {

constexpr const char* a_table = "a table of numbers";

struct Cell {
  std::string_view text;   // without blanks around it, and without its quotes
  std::size_t offset = 0;  // of its first character in the line
  bool quoted = false;
};

std::string_view without_comment(std::string_view line) {
  bool quoted = false;
  for (std::size_t i = 0; i < line.size(); ++i) {
    if (line[i] == '"') quoted = !quoted;
    if (line[i] == '#' && !quoted) return line.substr(0, i);
  }
  return line;
}

/// ',' ';' or '\t' when the line holds one outside quotes, else ' '. A semicolon or a tab goes
/// before a comma, which may be a decimal comma.
char find_separator(std::string_view line) {
  bool quoted = false;
  std::string found;
  for (const char c : line) {
    if (c == '"') quoted = !quoted;
    if (!quoted) found += c;
  }
  for (const char c : {';', '\t', ','}) {
    if (found.find(c) != std::string::npos) return c;
  }
  return ' ';
}

class TableParser {
 public:
  TableParser(std::shared_ptr<const std::string> text, const std::string& name) : text_(std::move(text)), name_(name) {}

  PlacedTable run() {
    Lines lines(*text_);
    while (lines.next()) {
      line_ = {lines.number(), lines.offset(), lines.text().size()};
      const std::string_view line = without_comment(lines.text());
      if (trim(line).empty()) continue;
      if (separator_ == 0) separator_ = find_separator(trim(line));
      split(line);
      if (table_.columns.empty() && begin()) continue;
      add_row(line);
    }
    if (rows_.empty()) fail(name_, {}, "there are no rows of data", a_table);
    return {std::move(table_), cell_finder()};
  }

 private:
  struct Line {
    int number = 0;
    std::size_t offset = 0, size = 0;
  };

  Place place(std::string_view line, std::size_t offset) const { return {line_.number, column_of(line, offset)}; }

  // Fills cells_ from a line without its comment.
  void split(std::string_view line) {
    cells_.clear();
    std::size_t i = 0;
    const auto skip_blanks = [&] {
      while (i < line.size() && line[i] != separator_ && std::isspace(static_cast<unsigned char>(line[i]))) ++i;
    };
    const auto blank = [](char c) { return c == ' ' || c == '\t'; };
    while (separator_ == ' ' && i < line.size() && blank(line[i])) ++i;
    while (true) {
      skip_blanks();
      Cell cell{{}, i, i < line.size() && line[i] == '"'};
      if (cell.quoted) {
        i = read_quoted(line, cell);
        skip_blanks();
      } else {
        while (i < line.size() && !(separator_ == ' ' ? blank(line[i]) : line[i] == separator_)) ++i;
        cell.text = trim(line.substr(cell.offset, i - cell.offset));
      }
      cells_.push_back(cell);
      if (i < line.size() && (separator_ == ' ' ? !blank(line[i]) : line[i] != separator_)) {
        fail(name_, place(line, i), "there is text after a closing quote", "a separator");
      }
      while (separator_ == ' ' && i < line.size() && blank(line[i])) ++i;
      if (i >= line.size()) return;
      if (separator_ != ' ') ++i;
    }
  }

  // Returns the offset after the closing quote. A quote inside is written twice.
  std::size_t read_quoted(std::string_view line, Cell& cell) const {
    std::size_t i = cell.offset + 1;
    while (i < line.size()) {
      if (line[i] == '"') {
        if (i + 1 >= line.size() || line[i + 1] != '"') {
          cell.text = trim(line.substr(cell.offset + 1, i - cell.offset - 1));
          return i + 1;
        }
        ++i;
      }
      ++i;
    }
    fail(name_, place(line, cell.offset), "a quote is not closed on its line", "a closing \"");
  }

  // A header holds names only. One number among them makes the line data: a slip in the first row
  // must not make it vanish as a header.
  bool is_header() const {
    bool has_name = false;
    for (const Cell& cell : cells_) {
      const std::string text = lower_case(cell.text);
      if (!cell.quoted && !text.empty() && std::string_view("0123456789+-.").find(text[0]) != std::string_view::npos) {
        return false;
      }
      const bool stands_for_no_number =
          text == "na" || text == "n/a" || text == "nan" || text == "inf" || text == "infinity" || text == "null";
      const bool number = parse_number(cell.text).kind != Number::Kind::not_a_number;
      has_name = has_name || !(text.empty() || stands_for_no_number || number);
    }
    return has_name;
  }

  // Names the columns from the first line; true when that was a header.
  bool begin() {
    table_.header = is_header();
    const std::string_view line = std::string_view(*text_).substr(line_.offset, line_.size);
    std::unordered_set<std::string> seen;
    for (std::size_t i = 0; i < cells_.size(); ++i) {
      std::string name = "c" + std::to_string(i + 1);
      if (table_.header) {
        name = cells_[i].text;
        for (std::size_t at = name.find("\"\""); at != std::string::npos; at = name.find("\"\"", at + 1))
          name.erase(at, 1);
        if (name.empty()) {
          fail(name_, place(line, cells_[i].offset), "column " + std::to_string(i + 1) + " of the header has no name",
               "a name");
        }
        if (!seen.insert(name).second) {
          fail(name_, place(line, cells_[i].offset), "two columns are named '" + name + "'", "distinct names");
        }
      }
      table_.columns.push_back(std::move(name));
    }
    table_.values.resize(cells_.size());
    return table_.header;
  }

  void add_row(std::string_view line) {
    const std::size_t columns = table_.columns.size(), row = rows_.size() + 1;
    if (cells_.size() != columns) {
      const bool decimal_commas = separator_ == ',' && cells_.size() == 2 * columns;
      fail(name_, place(line, cells_[std::min(columns, cells_.size() - 1)].offset),
           "row " + std::to_string(row) + " has " + counted(cells_.size(), "cell") + " but " +
               (table_.header ? "the header" : "the first row") + " has " + std::to_string(columns) +
               (decimal_commas ? " (are these decimal commas?)" : ""),
           counted(columns, "cell"));
    }
    for (std::size_t i = 0; i < columns; ++i) {
      table_.values[i].push_back(read_cell(
          cells_[i].text, name_, [&] { return place(line, cells_[i].offset); }, row, table_.columns[i]));
    }
    rows_.push_back(line_);
  }

  // A row is split again when its place is asked for, so that no place need be kept for each
  // number.
  std::function<Place(std::size_t, std::size_t)> cell_finder() const {
    return [parser = *this](std::size_t row, std::size_t column) mutable {
      parser.line_ = parser.rows_[row];
      const std::string_view line = std::string_view(*parser.text_).substr(parser.line_.offset, parser.line_.size);
      parser.split(without_comment(line));
      return parser.place(line, parser.cells_[column].offset);
    };
  }

  std::shared_ptr<const std::string> text_;
  std::string name_;
  char separator_ = 0;
  Table table_;
  std::vector<Cell> cells_;
  Line line_;
  std::vector<Line> rows_;
};

}  // namespace

PlacedTable parse_placed_table(std::shared_ptr<const std::string> text, const std::string& name) {
  check_text(*text, name, a_table);
  return TableParser(std::move(text), name).run();
}

}  // namespace reading

Table parse_table(std::string_view text, const std::string& name) {
  return reading::parse_placed_table(std::make_shared<const std::string>(text), name).table;
}

Table read_table(const std::string& path) {
  auto text = std::make_shared<const std::string>(reading::read_text_file(path, reading::a_table));
  return reading::parse_placed_table(std::move(text), path).table;
}

}  // namespace thalweg
