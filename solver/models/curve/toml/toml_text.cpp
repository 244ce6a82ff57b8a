#include "models/curve/toml/toml_text.hpp"

#include <algorithm>

namespace thalweg::inline v0_1::reading {
namespace {

std::string_view line_at(const std::vector<std::string_view>& lines, Place place) {
  const auto index = static_cast<std::size_t>(place.line - 1);
  return index < lines.size() ? lines[index] : std::string_view{};
}

/// The byte at which a column begins.
std::size_t byte_at(std::string_view line, int column) {
  std::size_t byte = 0;
  for (int i = 1; byte < line.size() && i < column; ++i) {
    ++byte;
    while (byte < line.size() && (line[byte] & 0xC0) == 0x80) ++byte;
  }
  return byte;
}

std::string single_spaced(const std::string& text) {
  std::string result;
  for (const char c : text) {
    const bool blank = c == ' ' || c == '\t' || c == '\n' || c == '\r';
    if (!blank) result += c;
    if (blank && !result.empty() && result.back() != ' ') result += ' ';
  }
  return std::string(trim(result));
}

/// The text between the first quotes in a description.
std::string quoted_in(std::string_view description) {
  const std::size_t open = description.find('\'');
  if (open == std::string_view::npos) return {};
  const std::size_t close = description.find('\'', open + 1);
  return std::string(description.substr(open + 1, close - open - 1));
}

/// The last [heading] at or above a line.
std::string_view section_at(const std::vector<std::string_view>& lines, int line_number) {
  std::string_view section;
  for (int i = 0; i < line_number && i < static_cast<int>(lines.size()); ++i) {
    const std::string_view line = trim(lines[static_cast<std::size_t>(i)]);
    const std::size_t close = line.find(']');
    if (line.starts_with('[') && close != std::string_view::npos) {
      section = trim(line.substr(1, close - 1));
    }
  }
  return section;
}

[[noreturn]] void fail_as_duplicate(const std::string& file, Place place, const std::string& name, bool is_heading,
                                    const std::vector<std::string_view>& lines) {
  const std::string_view line = line_at(lines, place);
  // The parser reports the place after the key.
  const std::size_t at = is_heading ? std::string_view::npos : line.rfind(name, byte_at(line, place.column));
  if (at != std::string_view::npos) place.column = column_of(line, at);
  const bool begins_line = at != std::string_view::npos && trim(line.substr(0, at)).empty();
  constexpr std::string_view prefix = "parameters.";
  std::string parameter;
  if (section_at(lines, place.line) == "parameters" && begins_line) parameter = name;
  if (is_heading && name.starts_with(prefix)) parameter = name.substr(prefix.size());
  if (!parameter.empty()) {
    fail(file, place, "two parameters are named '" + parameter + "'", "distinct names");
  }
  fail(file, place, "'" + name + "' is given twice", "each key once");
}

/// The end of the string whose opening quote is at `at`: behind its closing quote or, for one that is not closed on its
/// line, at the line's end.
std::size_t end_of_string(std::string_view text, std::size_t at) {
  const char quote = text[at];
  const bool several_lines = text.substr(at, 3) == std::string(3, quote);
  std::size_t i = at + (several_lines ? 3 : 1);
  for (; i < text.size(); ++i) {
    if (!several_lines && (text[i] == '\n' || text[i] == '\r')) return i;
    if (text[i] == '\\' && quote == '"') {
      ++i;
    } else if (text[i] == quote && !several_lines) {
      return i + 1;
    } else if (text.substr(i, 3) == std::string(3, quote)) {
      i += 3;
      // Up to two quotes before the closing three belong to the string.
      for (int more = 0; more < 2 && i < text.size() && text[i] == quote; ++more) ++i;
      return i;
    }
  }
  return text.size();
}

/// Walks over a TOML text and counts how deep its keys lead.
class DepthCheck {
 public:
  DepthCheck(const std::string& file, std::string_view text) : file_(file), text_(text) {}

  void run() {
    for (std::size_t i = text_.starts_with("\xEF\xBB\xBF") ? 3 : 0; i < text_.size();) {
      const char c = text_[i];
      if (c == '"' || c == '\'') {
        note_key(i);
        i = end_of_string(text_, i);
      } else if (c == '#') {
        i = std::min(text_.find_first_of("\r\n", i), text_.size());
      } else {
        step(c, i++);
      }
    }
  }

 private:
  struct Open {
    char bracket;
    int dots, depth;
  };

  void note_key(std::size_t i) {
    if (begin_ == std::string_view::npos) begin_ = i;
  }
  void begin_key() {
    in_key_ = true;
    dots_ = 0;
    begin_ = std::string_view::npos;
  }

  void step(char c, std::size_t i) {
    constexpr int most = 100;
    switch (c) {
      case '\n':
      case '\r':
        if (open_.empty()) begin_key();
        break;
      case '=':
        in_key_ = false;
        break;
      case '[':
      case '{':
        if (in_key_) break;  // of a heading
        open_.push_back({c, dots_, depth_});
        depth_ += dots_;
        begin_key();
        in_key_ = c == '{';
        break;
      case ']':
      case '}':
        if (open_.empty()) break;
        dots_ = open_.back().dots;
        depth_ = open_.back().depth;
        open_.pop_back();
        in_key_ = false;
        break;
      case ',':
        if (open_.empty()) break;
        begin_key();
        in_key_ = open_.back().bracket == '{';
        break;
      case '.':
        if (!in_key_ || depth_ + ++dots_ < most) break;
        fail(file_, place_at(text_, begin_ == std::string_view::npos ? i : begin_),
             depth_ == 0 ? "a key has more than 100 parts" : "tables in tables are more than 100 deep",
             "keys such as parameters.a.start");
      default:
        if (c != ' ' && c != '\t') note_key(i);
    }
  }

  const std::string& file_;
  std::string_view text_;
  bool in_key_ = true;
  int dots_ = 0;   // in the key at hand, or whose value is at hand
  int depth_ = 0;  // dots of the keys around it
  std::size_t begin_ = std::string_view::npos;
  std::vector<Open> open_;
};

/// What in the file's line begins with the text that the parser complained about; it reports the place behind.
Place place_before(Place place, const std::string& text, const std::vector<std::string_view>& lines) {
  const std::string_view line = line_at(lines, place);
  const std::size_t at = line.rfind(text, byte_at(line, place.column));
  if (at != std::string_view::npos) place.column = column_of(line, at);
  return place;
}

/// Whether the place is in the value of [model] and that begins without a quote.
bool is_bare_formula(Place place, const std::vector<std::string_view>& lines) {
  if (section_at(lines, place.line) != "model") return false;
  const std::string_view line = line_at(lines, place);
  const std::size_t sign = line.find('=');
  if (sign == std::string_view::npos || byte_at(line, place.column) <= sign) return false;
  const std::string_view value = trim(line.substr(sign + 1));
  return !value.empty() && value[0] != '"' && value[0] != '\'';
}

}  // namespace

void check_depth(const std::string& file, std::string_view text) { DepthCheck(file, text).run(); }

std::vector<std::string_view> lines_of(std::string_view text) {
  std::vector<std::string_view> result;
  for (Lines lines(text); lines.next();) result.push_back(lines.text());
  return result;
}

void PlacedEquation::add_key(Place key_place, const std::string& key, const std::vector<std::string_view>& lines) {
  const std::string_view line = line_at(lines, key_place);
  const std::size_t begin = byte_at(line, key_place.column);
  const bool quoted = begin < line.size() && (line[begin] == '"' || line[begin] == '\'');
  places.add(text.size(), {key_place.line, key_place.column + (quoted ? 1 : 0)}, true);
  text += key + " = ";
}

void PlacedEquation::add_string(Place string_place, const std::string& value,
                                const std::vector<std::string_view>& lines) {
  const std::string_view line = line_at(lines, string_place);
  const std::size_t quote = byte_at(line, string_place.column);
  const bool exact = quote < line.size() && line.substr(quote + 1, value.size()) == value &&
                     line.substr(quote + 1 + value.size(), 1) == line.substr(quote, 1);
  if (exact) ++string_place.column;
  places.add(text.size(), string_place, exact);
  text += exact ? value : single_spaced(value);
}

void fail_as_toml(const std::string& file, Place place, std::string description,
                  const std::vector<std::string_view>& lines) {
  // "Error while parsing table header: cannot redefine existing table 'a'"
  std::string what = "file";
  constexpr std::string_view prefix = "Error while parsing ";
  const std::size_t colon = description.find(": ");
  if (description.starts_with(prefix) && colon != std::string::npos) {
    what = description.substr(prefix.size(), colon - prefix.size());
    description = description.substr(colon + 2);
  }
  const std::string quoted = quoted_in(description);
  if (description.starts_with("cannot redefine existing") && !quoted.empty()) {
    fail_as_duplicate(file, place, quoted, what == "table header", lines);
  }
  if (description.ends_with("could not be interpreted as a value") && !quoted.empty()) {
    fail(file, place_before(place, quoted, lines), "the number " + quoted + " is too large", "a number below 1.8e308");
  }
  if (description.ends_with("is not representable in 64 bits")) {
    fail(file, place_before(place, quoted, lines), "the integer " + quoted + " is too large",
         "a decimal point, as in " + quoted + ".0");
  }
  const std::string quotes = "a formula stands in double quotes, as in y = \"a * x\"";
  if (description == "could not determine value type") {
    fail(file, place, "this is no TOML value", "a value; " + quotes);
  }
  const std::size_t saw = description.find(", saw ");
  if (description.starts_with("expected ") && saw != std::string::npos) {
    const std::string seen = description.substr(saw + 6);
    std::string expected = description.substr(9, saw - 9);
    const bool sign = seen.size() > 1 && std::string_view("()[]+-*/^").find(seen[1]) != std::string_view::npos;
    if ((what.starts_with("key") || what == "root table") && sign) {
      expected += "; a key with brackets or signs stands in quotes, as in \"log(y)\" = \"a * x\"";
    } else if (is_bare_formula(place, lines)) {
      expected += "; " + quotes;
    }
    fail(file, place, "unexpected " + seen + " in a TOML " + what, expected);
  }
  if (description == "encountered end-of-file") {
    fail(file, place, "the file ends inside a TOML " + what, "the rest of it");
  }
  fail(file, place, description + " (in a TOML " + what + ")", is_bare_formula(place, lines) ? quotes : "valid TOML");
}

}  // namespace thalweg::inline v0_1::reading
