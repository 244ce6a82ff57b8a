#include "problems/toml_text.hpp"

#include <algorithm>

namespace thalweg::reading {
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

}  // namespace

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
    fail(file, place, "the number " + quoted + " is too large", "a number below 1.8e308");
  }
  if (description.ends_with("is not representable in 64 bits")) {
    fail(file, place, "the integer " + quoted + " is too large", "a decimal point, as in " + quoted + ".0");
  }
  const std::size_t saw = description.find(", saw ");
  if (description.starts_with("expected ") && saw != std::string::npos) {
    fail(file, place, "unexpected " + description.substr(saw + 6) + " in a TOML " + what,
         description.substr(9, saw - 9));
  }
  if (description == "encountered end-of-file") {
    fail(file, place, "the file ends inside a TOML " + what, "the rest of it");
  }
  fail(file, place, description + " (in a TOML " + what + ")", "valid TOML");
}

}  // namespace thalweg::reading
