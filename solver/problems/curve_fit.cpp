// Opening problem files and choosing the reader.
#include <thalweg/problems/curve_fit.hpp>

#include <array>
#include <cerrno>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <system_error>
#include <utility>

#include "problems/draft.hpp"

namespace thalweg {
namespace {

std::string message(const std::string& file, int line, int column, const std::string& problem,
                    const std::string& expected) {
  std::string text = file;
  if (line > 0) text += ":" + std::to_string(line);
  if (line > 0 && column > 0) text += ":" + std::to_string(column);
  text += ": " + problem;
  if (!expected.empty()) text += "; expected " + expected;
  return text;
}

constexpr const char* problem_file = "a problem file";

}  // namespace

FileError::FileError(std::string file_, int line_, int column_, const std::string& problem, const std::string& expected)
    : Error(message(file_, line_, column_, problem, expected)), file(std::move(file_)), line(line_), column(column_) {}

CurveFit read_curve_fit(const std::string& path) {
  const std::filesystem::path as_path(path);
  const std::string extension = reading::lower_case(as_path.extension().string());
  // A wrong path is the likelier mistake, and the one to mend first, so the file is opened before
  // its name is judged.
  const std::string text = reading::read_text_file(path, problem_file);
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
  std::string text;
  std::array<char, 1 << 16> chunk;
  if (path == "-") {  // standard input
    while (const std::size_t n = std::fread(chunk.data(), 1, chunk.size(), stdin)) text.append(chunk.data(), n);
    return text;
  }
  const auto cannot = [&](int error) {
    const std::string why = error != 0 ? ": " + std::generic_category().message(error) : "";
    fail(path, {}, "cannot be opened" + why, expected);
  };
  std::error_code error;
  const auto status = std::filesystem::status(path, error);
  if (std::filesystem::is_directory(status)) fail(path, {}, "is a directory", expected);
  if (!std::filesystem::exists(status)) cannot(error ? error.value() : ENOENT);
  // A pipe or a device may block, or never end.
  if (!std::filesystem::is_regular_file(status)) fail(path, {}, "is not a regular file", expected);
  errno = 0;
  std::ifstream stream(path, std::ios::binary);
  if (!stream) cannot(errno);
  while (stream.read(chunk.data(), chunk.size()), stream.gcount() > 0) {
    text.append(chunk.data(), static_cast<std::size_t>(stream.gcount()));
  }
  if (stream.bad()) fail(path, {}, "cannot be read to its end", expected);
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
