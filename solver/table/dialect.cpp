#include "table/dialect.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <set>

#include "io/reading.hpp"
#include "table/sample.hpp"
#include "table/units.hpp"

namespace thalweg::inline v0_1::reading {
namespace {

constexpr std::size_t sample_lines = 2000, sample_bytes = std::size_t{1} << 20;
constexpr std::size_t separator_lines = 20;  // the last ones, by which the separator is chosen
constexpr std::size_t voters = 5;            // the last rows, by which a column is one of numbers
constexpr const char* a_table = "a table of numbers";

/// The header's names as they are written: a quote inside quotes is doubled.
std::string unquoted(std::string_view text) {
  std::string name(text);
  for (std::size_t at = name.find("\"\""); at != std::string::npos; at = name.find("\"\"", at + 1)) name.erase(at, 1);
  return name;
}

// ---- the separator ----

/// How much sense the last lines make when they are cut at a separator.
struct Sense {
  char separator = ',';
  std::size_t numbers = 0, texts = 0;
  bool cuts = false;  ///< some line has two cells
  bool beats(const Sense& other) const {
    if (cuts != other.cuts) return cuts;
    return numbers >= other.numbers && texts <= other.texts && (numbers > other.numbers || texts < other.texts);
  }
};

char find_separator(const Sample& sample, const TableOptions& options) {
  if (sample.declared_separator() != 0) return sample.declared_separator();
  const std::size_t size = sample.lines().size(), from = size > separator_lines ? size - separator_lines : 0;
  bool quoted = false;
  for (std::size_t i = from; i < size; ++i)
    quoted = quoted || sample.lines()[i].text.find('"') != std::string_view::npos;
  std::optional<Sense> best;
  for (const char separator : {';', '\t', ',', '|', ' '}) {
    if (separator == ',' && options.decimal == Decimal::comma && !quoted) continue;
    Sense sense{separator};
    Evidence evidence;
    for (const LookedAt& line : sample.look(separator, options, from, evidence)) {
      if (!line.has(Look::number)) continue;
      sense.cuts = sense.cuts || line.raw() > 1;
      for (const Look look : line.looks) {
        sense.numbers += look == Look::number;
        sense.texts += look == Look::text || look == Look::slip;
      }
    }
    if (!best || sense.beats(*best)) best = sense;
  }
  return best->separator;
}

// ---- where the table begins ----

class Finder {
 public:
  Finder(std::string_view text, const std::string& name, const TableOptions& options)
      : name_(name), options_(options), sample_(text, sample_lines, sample_bytes) {}

  Dialect run() {
    out_.separator = find_separator(sample_, options_);
    lines_ = sample_.look(out_.separator, options_, 0, evidence_);
    choose_decimal();
    find_numeric_columns();
    find_first_row();
    const SampleLine& first = sample_.lines()[lines_[first_].line];
    out_.first_row = first.offset;
    out_.first_line = first.number;
    find_header();
    count_columns();
    refuse_faulty_rows();
    name_columns();
    return std::move(out_);
  }

 private:
  const SampleLine& place_of(const LookedAt& line) const { return sample_.lines()[line.line]; }

  [[noreturn]] void refuse(const LookedAt& line, std::size_t cell, const std::string& problem,
                           const std::string& expected) const {
    const SampleLine& at = place_of(line);
    const auto offset = static_cast<std::size_t>(line.texts[cell].data() - at.text.data());
    const bool quoted = offset > 0 && at.text[offset - 1] == '"';
    fail(name_, {at.number, column_of(at.text, offset - (quoted ? 1 : 0))}, problem, expected);
  }

  void choose_decimal() {
    out_.decimal = options_.decimal;
    if (out_.decimal != Decimal::automatic || evidence_.commas + evidence_.points == 0) return;
    out_.decimal = evidence_.commas > evidence_.points ? Decimal::comma : Decimal::point;
  }

  /// Perhaps for the quotes of a line that was passed over.
  [[noreturn]] void no_rows() const {
    std::vector<Cell> cells;
    std::size_t fault_at = 0;
    for (const SampleLine& line : sample_.lines()) {
      if (is_comment(line.text, out_.separator)) continue;
      for (const char separator : {',', ';', '\t', ' '}) {
        if (line.text.find(separator) == std::string_view::npos) continue;
        const QuoteFault fault = split(without_remark(line.text), separator, cells, fault_at);
        if (fault != QuoteFault::none) fail_quotes(fault, name_, {line.number, column_of(line.text, fault_at)});
        break;
      }
    }
    fail(name_, {}, "there are no rows of data", a_table);
  }

  /// A column is one of numbers when most of the last rows have a number there.
  void find_numeric_columns() {
    std::vector<const LookedAt*> last;
    std::size_t columns = 0, with_numbers = 0;
    for (const LookedAt& line : lines_) with_numbers += line.has(Look::number);
    // A preamble may hold numbers too: of a short table only the very last lines are surely rows.
    const std::size_t wanted = with_numbers >= 4 * voters ? voters : 3;
    for (auto line = lines_.rbegin(); line != lines_.rend() && last.size() < wanted; ++line) {
      if (!line->has(Look::number)) continue;
      last.push_back(&*line);
      columns = std::max(columns, line->raw());
    }
    if (last.empty()) no_rows();
    numeric_.resize(columns);
    std::vector<char> any(columns);
    for (std::size_t j = 0; j < columns; ++j) {
      std::size_t numbers = 0, texts = 0;
      for (const LookedAt* line : last) {
        numbers += line->at(j) == Look::number;
        texts += line->at(j) == Look::text || line->at(j) == Look::slip;
      }
      numeric_[j] = numbers > 0 && numbers >= texts;
      any[j] = numbers > 0;
    }
    if (std::find(numeric_.begin(), numeric_.end(), 1) == numeric_.end()) numeric_ = std::move(any);
  }

  /// Whether a line has numbers, or marks for missing ones, wherever the table has.
  bool is_row(const LookedAt& line) const {
    bool any = false;
    for (std::size_t j = 0; j < numeric_.size(); ++j) {
      if (!numeric_[j]) continue;
      const Look look = line.at(j);
      if (look == Look::text || look == Look::slip) return false;
      any = any || look == Look::number || look == Look::missing;
    }
    return any;
  }

  /// A line that is no row, but begins as rows do: a slip in it must not make it vanish.
  bool begins_as_row(const LookedAt& line) const {
    if (line.at(0) == Look::slip) return true;
    return line.at(0) == Look::number && !numeric_.empty() && numeric_[0] && (line.raw() > 1 || numeric_.size() == 1);
  }

  void find_first_row() {
    const auto found = std::find_if(lines_.begin(), lines_.end(), [&](const LookedAt& line) { return is_row(line); });
    if (found == lines_.end()) no_rows();
    first_ = static_cast<std::size_t>(found - lines_.begin());
    while (first_ > 0 && begins_as_row(lines_[first_ - 1])) --first_;
  }

  /// Names for the columns: no numbers, and a name above a column of numbers.
  bool is_names(const LookedAt& line) const {
    if (!line.is_text()) return false;
    for (std::size_t j = 0; j < numeric_.size(); ++j)
      if (numeric_[j] && line.at(j) == Look::text) return true;
    // R leaves out the name above the row names, which moves the others to the left.
    return line.filled + 1 == lines_[first_].filled;
  }

  void find_header() {
    if (first_ == 0) return;
    std::size_t at = first_ - 1;
    const LookedAt& above = lines_[at];
    const std::size_t cells = lines_[first_].filled;
    const auto names_all = [&](const LookedAt& line) { return is_names(line) && line.filled + 1 >= cells; };
    // A row of units, and another of remarks, may stand between the names and the numbers.
    const auto is_units = [&](const LookedAt& line) {
      if (line.has(Look::number) || line.has(Look::slip) || line.raw() < 2) return false;
      return std::all_of(line.texts.begin(), line.texts.end(),
                         [](std::string_view text) { return text.empty() || is_unit(text); });
    };
    if (at > 0 && is_units(above) && names_all(lines_[at - 1])) {
      --at;
    } else if (at > 1 && is_names(above) && is_units(lines_[at - 1]) && names_all(lines_[at - 2])) {
      at -= 2;
    }
    const LookedAt& names = lines_[at];
    if (is_names(names) && !is_remark(names)) {
      header_ = &names;
    } else if (at == 0 && names.has(Look::number) && options_.columns.empty() && names.filled + 1 >= cells &&
               cells > 1) {
      refuse(names, 0, "the first line is neither names nor numbers",
             options_.named_by_keys ? "names of all columns, or columns = [\"NAME\", ...] in [data]"
                                    : "names of all columns, or --columns NAME,...");
    }
    if (const std::size_t before = header_ ? at : first_; before > 0) {
      const int line = place_of(header_ ? *header_ : lines_[first_]).number;
      out_.notes.push_back("the table begins at line " + std::to_string(line) + "; " + counted(before, "line") +
                           " above it " + (before == 1 ? "is" : "are") + " no part of it");
    }
  }

  /// One word above several columns is the last line of a preamble.
  bool is_remark(const LookedAt& names) const {
    const std::size_t cells = lines_[first_].filled;
    if (names.filled >= 2 || names.raw() >= cells || cells < 2) return false;
    const bool row_names = are_row_names(names.filled + 1);
    if (row_names) return false;
    if (out_.separator == ',' && options_.decimal == Decimal::automatic && evidence_.points == 0 && cells == 2)
      refuse(lines_[first_], 0, "the header names 1 column but the rows have 2 cells, or decimal commas",
             option(options_, "decimal", "comma") + ", or " + option(options_, "decimal", "point"));
    return true;
  }

  /// Whether the first cells of the rows look like R's row names: texts, or quoted, or counted from 1.
  bool are_row_names(std::size_t cells) const {
    std::size_t count = 0;
    for (std::size_t i = first_; i < lines_.size() && count < voters; ++i, ++count) {
      const LookedAt& line = lines_[i];
      if (line.filled > cells) return false;
      const char before = line.texts[0].data() > place_of(line).text.data() ? line.texts[0].data()[-1] : ' ';
      const bool is_counted = line.texts[0] == std::to_string(count + 1) &&
                              (out_.separator != ',' || cells > 2 || options_.decimal == Decimal::point);
      if (line.at(0) != Look::text && before != '"' && !is_counted) return false;
    }
    return count > 0;
  }

  // ---- how many columns, and what they are called ----

  void count_columns() {
    const LookedAt& row = lines_[first_];
    std::size_t widest = row.filled;
    for (std::size_t i = first_; i < lines_.size(); ++i)
      if (lines_[i].filled <= row.raw()) widest = std::max(widest, lines_[i].filled);
    columns_ = widest;
    if (!header_) return;
    const std::size_t named = header_->filled;
    if (named >= widest) {
      columns_ = named;
    } else if (header_->raw() < widest) {
      if (named + 1 == row.filled && are_row_names(row.filled)) {
        columns_ = row.filled;
        shifted_ = true;
      } else {
        columns_ = named;  // the first row says what is wrong with it
      }
    }
  }

  /// A line between header and first row that cannot be cut is a row.
  void refuse_faulty_rows() const {
    if (!header_) return;
    std::vector<Cell> cells;
    std::size_t fault_at = 0;
    for (std::size_t i = header_->line + 1; i < lines_[first_].line; ++i) {
      const auto& line = sample_.lines()[i];
      if (is_comment(line.text, out_.separator)) continue;
      const QuoteFault fault = split(without_remark(line.text), out_.separator, cells, fault_at);
      if (fault != QuoteFault::none) fail_quotes(fault, name_, {line.number, column_of(line.text, fault_at)});
    }
  }

  void name_columns() {
    std::vector<std::string> names(columns_);
    if (header_) {
      out_.header = true;
      for (std::size_t i = 0; i + shifted_ < columns_ && i < header_->filled; ++i)
        names[i + shifted_] = unquoted(header_->texts[i]);
    } else if (options_.columns.empty()) {
      name_by_comment(names);
    }
    if (!options_.columns.empty()) {
      if (options_.columns.size() != columns_)
        fail(name_, {out_.first_line, 0},
             "the table has " + counted(columns_, "column") + " but " + counted(options_.columns.size(), "name") +
                 (options_.columns.size() == 1 ? " is given" : " are given"),
             "as many names");
      out_.header_names = names;
      if (!header_) out_.header_names.clear();
      names = options_.columns;
    }
    for (std::size_t i = 0; i < columns_; ++i)
      if (names[i].empty()) names[i] = "c" + std::to_string(i + 1);
    out_.names = std::move(names);
  }

  /// The last comment above the first row, when it holds exactly as many names as there are columns.
  void name_by_comment(std::vector<std::string>& names) {
    std::string_view comment;
    for (std::size_t i = 0; i < lines_[first_].line; ++i) {
      const std::string_view line = sample_.lines()[i].text;
      if (is_comment(line, out_.separator)) comment = line;
    }
    comment = trim(comment.substr(std::min(comment.find_first_not_of("#%!;/ \t"), comment.size())));
    if (comment.empty()) return;
    const std::vector<Cell> wide = parted_widely(comment);
    if (take_names(wide, names)) return;
    std::vector<Cell> cells;
    std::size_t fault_at = 0;
    for (const char separator : {out_.separator, ',', ';', '\t', ' '})
      if (split(comment, separator, cells, fault_at) == QuoteFault::none && take_names(cells, names)) return;
  }

  /// Cut where there are two blanks or a tab.
  static std::vector<Cell> parted_widely(std::string_view text) {
    std::vector<Cell> cells;
    while (!text.empty()) {
      const std::size_t end = std::min({text.find("  "), text.find('\t'), text.size()});
      cells.push_back({trim(text.substr(0, end)), 0, false});
      text = trim(text.substr(end));
    }
    return cells;
  }

  bool take_names(const std::vector<Cell>& cells, std::vector<std::string>& names) {
    if (cells.size() != columns_) return false;
    std::set<std::string_view> seen;
    for (const Cell& cell : cells) {
      const bool letter = std::any_of(cell.text.begin(), cell.text.end(), [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c & 0x80) != 0;
      });
      if (!letter || cell.text.ends_with(':') || cell.text.ends_with('.') || !seen.insert(cell.text).second)
        return false;
    }
    for (std::size_t i = 0; i < columns_; ++i) names[i] = unquoted(cells[i].text);
    out_.header = out_.commented = true;
    return true;
  }

  const std::string& name_;
  const TableOptions& options_;
  Sample sample_;
  Dialect out_;
  Evidence evidence_;
  std::vector<LookedAt> lines_;
  std::vector<char> numeric_;
  std::size_t first_ = 0;  // of lines_: the first row
  const LookedAt* header_ = nullptr;
  std::size_t columns_ = 0, shifted_ = 0;
};

}  // namespace

void fail_quotes(QuoteFault fault, const std::string& name, Place place) {
  const bool open = fault == QuoteFault::not_closed;
  fail(name, place, open ? "a quote is not closed on its line" : "there is text after a closing quote",
       open ? "a closing \"" : "a separator");
}

Dialect find_dialect(const TableText& text, const std::string& name, const TableOptions& options) {
  std::string buffer;
  return Finder(beginning_of(text, sample_bytes, buffer), name, options).run();
}

}  // namespace thalweg::inline v0_1::reading
