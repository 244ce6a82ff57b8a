// What is thrown for a file that cannot be used.
#pragma once

#include <cstddef>
#include <string>

#include <thalweg/base/error.hpp>

namespace thalweg::inline v0_1 {

/// A file that cannot be used. what() is "file:line:column: <problem>; expected <expectation>";
/// line and column count from 1, and the parts that are not known (0) are left out.
class FileError : public Error {
 public:
  /// A problem of more than `longest` bytes, and a long expectation, keep their beginning and their end.
  FileError(std::string file, int line, int column, const std::string& problem, const std::string& expected,
            std::size_t longest = 300);
  std::string file;
  int line, column;
};

}  // namespace thalweg::inline v0_1
