#include "table/cells.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <cmath>
#include <optional>
#include <string>

namespace thalweg::inline v0_1::reading {
namespace {

bool is_blank(char c) { return c == ' ' || c == '\t'; }
bool is_any_blank(char c) { return is_blank(c) || c == '\v' || c == '\f' || c == '\r'; }
bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c & 0x80) != 0; }

/// The offset behind the closing quote, or npos. A quote inside is written twice.
std::size_t end_of_quoted(std::string_view line, std::size_t begin) {
  for (std::size_t i = begin + 1; i < line.size(); ++i) {
    if (line[i] != '"') continue;
    if (i + 1 >= line.size() || line[i + 1] != '"') return i + 1;
    ++i;
  }
  return std::string_view::npos;
}

/// What spreadsheets, statistics programs and instruments write where there is no value.
constexpr std::array<std::string_view, 48> missing_marks = {
    "-",       "--",       "---",       "\xE2\x80\x93", "\xE2\x80\x94", "?",      ".",        "na",
    "n/a",     "#n/a",     "<na>",      "nan",          "-nan",         "+nan",   "nan(ind)", "-nan(ind)",
    "1.#qnan", "-1.#qnan", "1.#ind",    "-1.#ind",      "1.#nan",       "null",   "none",     "nil",
    "missing", "nd",       "n.d.",      "bdl",          "lod",          "<lod",   "inf",      "-inf",
    "+inf",    "infinity", "-infinity", "1.#inf",       "-1.#inf",      "#nv",    "#div/0!",  "#num!",
    "#value!", "#ref!",    "#name?",    "#null!",       "#wert!",       "#zahl!", "#bezug!",  "#valeur!"};

bool is_missing(std::string_view text) {
  if (text.size() > 12) return text.find_first_not_of('*') == std::string_view::npos;
  const std::string lower = lower_case(text);
  return std::find(missing_marks.begin(), missing_marks.end(), lower) != missing_marks.end() ||
         (!text.empty() && text.find_first_not_of('*') == std::string_view::npos);
}

/// How a number is written: its sign and digits, with the marks of thousands taken out and a point for the decimal
/// comma.
struct Spelling {
  std::string text;
  Decimal evidence = Decimal::automatic;
  bool ambiguous = false, other_decimal = false;
};

/// Whether all marks in `digits` part groups of three.
bool are_thousands(std::string_view digits, char mark) {
  const std::size_t first = digits.find(mark);
  if (first == 0 || first > 3 || (digits.size() - first) % 4 != 0) return false;
  for (std::size_t i = 0; i < digits.size(); ++i)
    if (i >= first && (i - first) % 4 == 0 ? digits[i] != mark : !is_digit(digits[i])) return false;
  return true;
}

std::string without(std::string_view text, char mark) {
  std::string out;
  for (const char c : text)
    if (c != mark) out += c;
  return out;
}

/// Blanks that do not break, thin blanks and apostrophes become one mark of thousands.
constexpr char mark_of_thousands = '\'';
std::string with_plain_marks(std::string_view text) {
  constexpr std::array<std::pair<std::string_view, char>, 6> others = {
      {{"\xC2\xA0", mark_of_thousands},
       {"\xE2\x80\xAF", mark_of_thousands},
       {"\xE2\x80\x89", mark_of_thousands},
       {"\xE2\x80\x99", mark_of_thousands},
       {" ", mark_of_thousands},
       {"\xE2\x88\x92", '-'}}};  // the minus of typeset text
  std::string out;
  for (std::size_t i = 0; i < text.size();) {
    const auto found = std::find_if(others.begin(), others.end(),
                                    [&](const auto& other) { return text.substr(i).starts_with(other.first); });
    out += found == others.end() ? text[i] : found->second;
    i += found == others.end() ? 1 : found->first.size();
  }
  return out;
}

/// The digits before the exponent as parse_number wants them; none when they are no number in any spelling.
std::optional<Spelling> spell_mantissa(std::string digits, Decimal decimal, bool has_exponent) {
  Spelling out;
  if (digits.find(mark_of_thousands) != std::string::npos) {
    const std::size_t end = std::min(digits.find_first_of(".,"), digits.size());
    if (!are_thousands(std::string_view(digits).substr(0, end), mark_of_thousands)) return std::nullopt;
    digits = without(digits, mark_of_thousands);
  }
  const auto commas = std::count(digits.begin(), digits.end(), ','),
             points = std::count(digits.begin(), digits.end(), '.');
  const std::size_t comma = digits.rfind(','), point = digits.rfind('.');
  const auto decimal_at = [&](std::size_t at, char thousands) -> bool {
    const std::string_view whole = std::string_view(digits).substr(0, at);
    if (whole.find(thousands) != std::string_view::npos && !are_thousands(whole, thousands)) return false;
    const std::string_view fraction = std::string_view(digits).substr(at + 1);
    if (!std::all_of(fraction.begin(), fraction.end(), is_digit)) return false;
    out.text = without(whole, thousands) + "." + std::string(fraction);
    return true;
  };
  const auto take = [&](Decimal evidence, bool read) -> std::optional<Spelling> {
    if (!read) return std::nullopt;
    out.evidence = evidence;
    out.other_decimal = decimal != Decimal::automatic && decimal != evidence;
    return out;
  };
  if (commas == 0 && points == 0) {
    out.text = std::move(digits);
    return out;
  }
  if (commas == 1 && points > 0 && comma > point) return take(Decimal::comma, decimal_at(comma, '.'));
  if (points == 1 && commas > 0 && point > comma) return take(Decimal::point, decimal_at(point, ','));
  if (commas > 0 && points > 0) return std::nullopt;
  const char mark = commas > 0 ? ',' : '.';
  const Decimal as_decimal = commas > 0 ? Decimal::comma : Decimal::point;
  const Decimal as_thousands = commas > 0 ? Decimal::point : Decimal::comma;
  const bool groups = are_thousands(digits, mark) && digits[0] != '0' && !has_exponent;
  if (commas + points > 1) {  // 1,234,567
    out.text = without(digits, mark);
    return take(as_thousands, groups);
  }
  // 1,234 alone may be either; 1.234 is a number with a decimal point unless the table has decimal commas.
  if (groups && decimal == as_thousands) {
    out.text = without(digits, mark);
    return out;
  }
  if (groups && decimal == Decimal::automatic && mark == ',') {
    out.ambiguous = true;
    return out;
  }
  if (commas == 1 && (comma + 1 == digits.size())) return std::nullopt;  // "5," is no number
  return take(as_decimal, decimal_at(commas > 0 ? comma : point, '\0'));
}

std::optional<Spelling> spell(std::string_view written, Decimal decimal) {
  std::string text = with_plain_marks(written);
  std::string sign;
  if (text.starts_with('+') || text.starts_with('-')) {
    sign = text[0] == '-' ? "-" : "";
    text.erase(0, 1);
  }
  const std::size_t exponent = std::min(text.find_first_of("eEdD"), text.size());
  const std::string power = text.substr(exponent);
  auto out = spell_mantissa(text.substr(0, exponent), decimal, !power.empty());
  if (!out) return out;
  if (out->text.empty() && !out->ambiguous) return std::nullopt;
  out->text = sign + out->text + power;
  return out;
}

Reading read_number(std::string_view text, Decimal decimal) {
  const auto spelling = spell(text, decimal);
  if (!spelling) return {};
  if (spelling->ambiguous) return {Meaning::ambiguous};
  const Number number = parse_number(spelling->text);
  if (number.kind == Number::Kind::not_a_number ||
      (number.kind == Number::Kind::number && !std::isfinite(number.value)))
    return {};
  if (number.kind == Number::Kind::too_large) return {Meaning::too_large, 0.0, spelling->evidence};
  return {spelling->other_decimal ? Meaning::other_decimal : Meaning::number, number.value, spelling->evidence};
}

/// Reads digits and marks from the left.
class Scanner {
 public:
  explicit Scanner(std::string_view text) : text_(text) {}
  bool at_end() const { return text_.empty(); }
  bool skip(char c) {
    if (text_.empty() || text_[0] != c) return false;
    text_.remove_prefix(1);
    return true;
  }
  char peek() const { return text_.empty() ? '\0' : text_[0]; }
  void drop() { text_.remove_prefix(1); }
  /// A whole number of least to most digits.
  std::optional<int> digits(std::size_t least, std::size_t most) {
    std::size_t n = 0;
    int value = 0;
    while (n < most && n < text_.size() && is_digit(text_[n])) value = 10 * value + (text_[n++] - '0');
    if (n < least) return std::nullopt;
    text_.remove_prefix(n);
    return value;
  }
  /// What follows a decimal sign, below 1.
  double fraction() {
    double value = 0.0, scale = 0.1;
    for (; !text_.empty() && is_digit(text_[0]); text_.remove_prefix(1), scale /= 10.0)
      value += scale * (text_[0] - '0');
    return value;
  }

 private:
  std::string_view text_;
};

/// hh:mm, hh:mm:ss or hh:mm:ss.fff in seconds.
std::optional<double> read_clock(Scanner& scan, bool seconds_required) {
  const auto hours = scan.digits(1, 2);
  if (!hours || *hours > 23 || !scan.skip(':')) return std::nullopt;
  const auto minutes = scan.digits(2, 2);
  if (!minutes || *minutes > 59) return std::nullopt;
  double seconds = 0.0;
  if (scan.skip(':')) {
    const auto whole = scan.digits(2, 2);
    if (!whole || *whole > 60) return std::nullopt;
    seconds = *whole;
    if (scan.skip('.') || scan.skip(',')) seconds += scan.fraction();
  } else if (seconds_required) {
    return std::nullopt;
  }
  return 3600.0 * *hours + 60.0 * *minutes + seconds;
}

/// +01:00, +0100, +01 or Z, in seconds to the east of Greenwich.
std::optional<double> read_zone(Scanner& scan) {
  if (scan.skip('Z') || scan.at_end()) return 0.0;
  const double sign = scan.peek() == '-' ? -1.0 : 1.0;
  if (!scan.skip('+') && !scan.skip('-')) return std::nullopt;
  const auto hours = scan.digits(2, 2);
  if (!hours) return std::nullopt;
  scan.skip(':');
  const auto minutes = scan.at_end() ? std::optional(0) : scan.digits(2, 2);
  if (!minutes) return std::nullopt;
  return sign * (3600.0 * *hours + 60.0 * *minutes);
}

/// Days since a fixed one, if there is such a date.
std::optional<double> days_of(int year, int month, int day) {
  const std::chrono::year_month_day date{std::chrono::year(year), std::chrono::month(static_cast<unsigned>(month)),
                                         std::chrono::day(static_cast<unsigned>(day))};
  if (!date.ok()) return std::nullopt;
  return static_cast<double>(std::chrono::sys_days(date).time_since_epoch().count());
}

/// 31.01.2023: with points the day always comes first. With slashes nobody knows.
std::optional<double> read_day_first(std::string_view text) {
  Scanner scan(text);
  const auto day = scan.digits(1, 2);
  if (!day || !scan.skip('.')) return std::nullopt;
  const auto month = scan.digits(1, 2);
  if (!month || !scan.skip('.')) return std::nullopt;
  const auto year = scan.digits(4, 4);
  if (!year || !scan.at_end()) return std::nullopt;
  return days_of(*year, *month, *day);
}

/// 2023-01-31, 2023/01/31, 2023-01-31T12:30, 2023-01-31 12:30:05.25+01:00, 12:30:05
Reading read_moment(std::string_view text) {
  if (text.size() < 7 || !is_digit(text[0])) return {};
  Scanner clock(text);
  if (const auto seconds = read_clock(clock, true); seconds && clock.at_end()) return {Meaning::clock, *seconds};
  if (const auto days = read_day_first(text)) return {Meaning::date, *days};
  Scanner scan(text);
  const auto year = scan.digits(4, 4);
  const char mark = scan.peek();
  if (!year || (mark != '-' && mark != '/')) return {};
  scan.drop();
  const auto month = scan.digits(1, 2);
  if (!month || !scan.skip(mark)) return {};
  const auto day = scan.digits(1, 2);
  if (!day) return {};
  const auto days = days_of(*year, *month, *day);
  if (!days) return {};
  if (scan.at_end()) return {Meaning::date, *days};
  if (!scan.skip('T') && !scan.skip(' ')) return {};
  while (scan.skip(' ')) {
  }
  const auto seconds = read_clock(scan, false);
  if (!seconds) return {};
  scan.skip(' ');
  const auto zone = read_zone(scan);
  if (!zone || !scan.at_end()) return {};
  return {Meaning::date_time, 86400.0 * *days + *seconds - *zone};
}

bool is_limit(std::string_view text, Decimal decimal) {
  for (const std::string_view sign : {"<=", ">=", "<", ">", "\xE2\x89\xA4", "\xE2\x89\xA5"}) {
    if (!text.starts_with(sign)) continue;
    const Meaning rest = read_number(trim(text.substr(sign.size())), decimal).meaning;
    return rest != Meaning::text;
  }
  return false;
}

/// Digits and signs that are no number, or begin like one: a slip, not a name.
bool is_slip(std::string_view text) {
  bool digit = false;
  for (const char c : text) {
    if (is_letter(c)) return false;
    digit = digit || is_digit(c);
  }
  return digit && std::string_view("0123456789+-.,").find(text[0]) != std::string_view::npos;
}

}  // namespace

QuoteFault split(std::string_view line, char separator, std::vector<Cell>& cells, std::size_t& fault_at) {
  cells.clear();
  const bool blanks = separator == ' ';
  std::size_t i = 0;
  const auto skip_blanks = [&] {
    while (i < line.size() && is_any_blank(line[i]) && (blanks || line[i] != separator)) ++i;
  };
  while (true) {
    skip_blanks();
    Cell cell{{}, i, i < line.size() && line[i] == '"'};
    if (cell.quoted) {
      const std::size_t end = end_of_quoted(line, i);
      if (end == std::string_view::npos) {
        fault_at = i;
        return QuoteFault::not_closed;
      }
      cell.text = trim(line.substr(i + 1, end - i - 2));
      i = end;
      if (i < line.size() && blanks && !is_any_blank(line[i])) {
        fault_at = i;
        return QuoteFault::text_behind;
      }
      skip_blanks();
      if (i < line.size() && !blanks && line[i] != separator) {
        fault_at = i;
        return QuoteFault::text_behind;
      }
    } else {
      const std::size_t begin = i;
      if (blanks) {
        while (i < line.size() && !is_any_blank(line[i])) ++i;
      } else {
        while (i < line.size() && line[i] != separator) ++i;
      }
      std::size_t end = i;
      while (end > begin && is_any_blank(line[end - 1])) --end;
      cell.text = line.substr(begin, end - begin);
      if (blanks) skip_blanks();
    }
    cells.push_back(cell);
    if (i >= line.size()) return QuoteFault::none;
    if (!blanks) ++i;
  }
}

std::string_view without_remark(std::string_view line) {
  std::size_t at = line.find('#');
  if (at == std::string_view::npos) return line;
  bool quoted = false;
  for (std::size_t i = 0; i < line.size(); ++i) {
    if (line[i] == '"') quoted = !quoted;
    if (line[i] != '#' || quoted) continue;
    const char next = i + 1 < line.size() ? line[i + 1] : ' ';
    const bool numbers = is_digit(next) || next == ',' || next == ';' || next == '\t';  // "Run #2", "Sample #,x"
    if (numbers && line.find_first_not_of(" \t") != i) continue;
    std::string_view mark = line.substr(i, 9);
    mark = trim(mark.substr(0, mark.find_first_of(",;\t ")));
    if (!is_missing(mark) && !line.substr(0, i).ends_with("1.")) return line.substr(0, i);
  }
  return line;
}

bool is_comment(std::string_view line, char separator) {
  std::size_t i = 0;
  while (i < line.size() && is_any_blank(line[i])) ++i;
  if (i == line.size()) return false;
  const char c = line[i];
  if (c == '%' || c == '!') return true;
  if (c == ';') return separator != ';';
  if (c == '/') return line.substr(i).starts_with("//");
  return c == '#' && without_remark(line).size() <= i;
}

Reading read_meaning(std::string_view text, Decimal decimal, Percent percent) {
  if (text.empty()) return {Meaning::empty};
  if (const Reading number = read_number(text, decimal); number.meaning != Meaning::text) return number;
  if (is_missing(text)) return {Meaning::missing};
  if (is_limit(text, decimal)) return {Meaning::limit};
  if (text.ends_with('%')) {
    Reading number = read_number(trim(text.substr(0, text.size() - 1)), decimal);
    if (number.meaning == Meaning::number && percent == Percent::refuse)
      return {Meaning::percent, 0.0, number.evidence};
    if (percent == Percent::fraction) number.value /= 100.0;
    if (number.meaning != Meaning::text) return number;
  }
  if (const Reading moment = read_moment(text); moment.meaning != Meaning::text) return moment;
  return {is_slip(text) ? Meaning::slip : Meaning::text};
}

std::string option(const TableOptions& options, std::string_view name, std::string_view value) {
  std::string out = options.named_by_keys ? "" : "--";
  out.append(name).append(options.named_by_keys ? " = \"" : " ").append(value);
  return options.named_by_keys ? out + "\" in [data]" : out;
}

}  // namespace thalweg::inline v0_1::reading
