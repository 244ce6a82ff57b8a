// What is thrown for a file that cannot be used.
#pragma once

#include <string>

#include <thalweg/base/error.hpp>

namespace thalweg::inline v0_1 {

/// A file that cannot be used. what() is "file:line:column: <problem>; expected <expectation>";
/// line and column count from 1, and the parts that are not known (0) are left out.
class FileError : public Error {
 public:
  FileError(std::string file, int line, int column, const std::string& problem, const std::string& expected);
  std::string file;
  int line, column;
};

}  // namespace thalweg::inline v0_1
