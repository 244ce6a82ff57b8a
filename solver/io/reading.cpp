#include "io/reading.hpp"

#include <algorithm>
#include <array>

#include <thalweg/io/file_error.hpp>

#include "io/input_file.hpp"

namespace thalweg::inline v0_1::reading {

std::string read_bytes(const std::string& path, const std::string& expected) {
  InputFile file(path, expected);
  // A file of known size is read in one piece; it may have grown since.
  std::string text(file.known_size().value_or(0), '\0');
  for (std::size_t done = 0; done < text.size();) {
    const std::size_t n = file.read(text.data() + done, text.size() - done);
    done += n;
    if (n == 0) text.resize(done);
  }
  std::array<char, 1 << 16> chunk;
  while (const std::size_t n = file.read(chunk.data(), chunk.size())) text.append(chunk.data(), n);
  return text;
}

void fail(const std::string& file, Place place, const std::string& problem, const std::string& expected) {
  throw FileError(file, place.line, place.column, problem, expected);
}

Place place_at(std::string_view text, std::size_t offset) {
  Lines lines(text);
  Place place;
  while (lines.next() && lines.offset() <= offset) {
    place = {lines.number(), column_of(lines.text(), offset - lines.offset())};
  }
  return place;
}

void check_text(std::string_view text, const std::string& name, const std::string& expected) {
  if (text.find_first_not_of(" \t\r\n\v\f\xEF\xBB\xBF") == std::string_view::npos) {
    fail(name, {}, "is empty", expected);
  }
  const auto bad = first_non_text_byte(text);
  if (!bad) return;
  const auto byte = static_cast<unsigned char>(text[*bad]);
  constexpr std::string_view digits = "0123456789abcdef";
  const std::string shown = {'0', 'x', digits[byte >> 4], digits[byte & 15]};
  fail(name, place_at(text, *bad), "is not text: byte " + shown + (byte == 0 ? "" : " is not valid UTF-8"),
       expected + " in UTF-8");
}

std::string read_text_file(const std::string& path, const std::string& expected) {
  std::string text = read_bytes(path, expected);
  check_text(text, path, expected);
  return text;
}

std::string cell_name(std::size_t row, std::string_view column) {
  return "row " + std::to_string(row) + ", column '" + std::string(column) + "'";
}

void fail_cell(std::string_view text, const Number& number, const std::string& file, Place place, std::size_t row,
               std::string_view column) {
  const auto wrong = [&](const std::string& problem, const std::string& expected) {
    fail(file, place, cell_name(row, column) + " " + problem, expected);
  };
  const std::string shown = std::string(text.substr(0, 40)) + (text.size() > 40 ? "..." : "");
  const std::string lower = lower_case(text);
  if (text.empty()) wrong("is empty", "a number");
  if (lower == "na" || lower == "n/a" || lower == "nan" || lower == "null") {
    wrong("is missing: '" + shown + "'", "a number");
  }
  if (number.kind == Number::Kind::number) wrong("is " + shown, "a finite number");
  if (number.kind == Number::Kind::too_large) {
    wrong("is too large: '" + shown + "'", "a number below 1.8e308");
  }
  std::string with_point(text);
  std::replace(with_point.begin(), with_point.end(), ',', '.');
  if (with_point != text && parse_number(with_point).kind == Number::Kind::number) {
    wrong("has a decimal comma: '" + shown + "'", "a decimal point, as in " + with_point);
  }
  fail(file, place, cell_name(row, column) + " is not a number: '" + shown + "'", "a number");
}

}  // namespace thalweg::inline v0_1::reading
