#include <thalweg/io/file_error.hpp>

#include <utility>

#include "io/text_numbers.hpp"

namespace thalweg::inline v0_1 {
namespace {

std::string message(const std::string& file, int line, int column, const std::string& problem,
                    const std::string& expected, std::size_t longest) {
  std::string text = file;
  if (line > 0) text += ":" + std::to_string(line);
  if (line > 0 && column > 0) text += ":" + std::to_string(column);
  text += ": " + reading::shortened(problem, longest);
  if (!expected.empty()) text += "; expected " + reading::shortened(expected);
  return text;
}

}  // namespace

FileError::FileError(std::string file_, int line_, int column_, const std::string& problem, const std::string& expected,
                     std::size_t longest)
    : Error(message(file_, line_, column_, problem, expected, longest)),
      file(std::move(file_)),
      line(line_),
      column(column_) {}

}  // namespace thalweg::inline v0_1
