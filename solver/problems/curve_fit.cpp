// Opening problem files and choosing the reader.
#include <thalweg/problems/curve_fit.hpp>

#include <array>
#include <filesystem>
#include <utility>

#include "problems/draft.hpp"
#include "problems/input_file.hpp"

namespace thalweg {
namespace {

std::string message(const std::string& file, int line, int column, const std::string& problem,
                    const std::string& expected) {
  std::string text = file;
  if (line > 0) text += ":" + std::to_string(line);
  if (line > 0 && column > 0) text += ":" + std::to_string(column);
  text += ": " + reading::shortened(problem);
  if (!expected.empty()) text += "; expected " + reading::shortened(expected);
  return text;
}

constexpr const char* problem_file = "a problem file";

}  // namespace

FileError::FileError(std::string file_, int line_, int column_, const std::string& problem, const std::string& expected)
    : Error(message(file_, line_, column_, problem, expected)), file(std::move(file_)), line(line_), column(column_) {}

CurveFit read_curve_fit(const std::string& path) {
  // A wrong path is the likelier mistake, and the one to mend first, so the file is opened before
  // its name is judged.
  return parse_curve_fit(reading::read_text_file(path, problem_file), path);
}

CurveFit parse_curve_fit(std::string_view text, const std::string& path) {
  const std::filesystem::path as_path(path);
  const std::string extension = reading::lower_case(as_path.extension().string());
  if (extension == ".toml") return read_toml(text, path, as_path.parent_path().string());
  if (extension == ".dat") return read_nist(text, path);
  if (extension == ".csv" || extension == ".tsv") {
    throw FileError(path, 0, 0, "is a table without a formula",
                    "a .toml file that names it, or a formula beside it (thalweg fit)");
  }
  throw FileError(
      path, 0, 0,
      extension.empty() ? "has no extension to tell its format by" : "has the unknown extension '" + extension + "'",
      ".toml (Thalweg) or .dat (NIST)");
}

namespace reading {

std::string read_bytes(const std::string& path, const std::string& expected) {
  InputFile file(path, expected);
  std::string text;
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

}  // namespace reading
}  // namespace thalweg
