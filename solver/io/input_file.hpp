// The one place where readers open files.
#pragma once

#include <cstddef>
#include <string>

namespace thalweg::inline v0_1::reading {

/// A file open for reading: a regular file, a pipe that somebody writes to, or standard input under the name "-".
///
/// Opening never blocks. Directories, devices and sockets are refused; so is a named pipe to which nobody writes for a
/// second. The first access decides: what is opened is what was judged.
class InputFile {
 public:
  /// Throws FileError; `expected` is what the file should have been.
  InputFile(const std::string& path, const std::string& expected);
  ~InputFile();
  InputFile(const InputFile&) = delete;
  InputFile& operator=(const InputFile&) = delete;

  /// Reads the next bytes, at most `size`, and returns how many, 0 at the end. Throws FileError.
  std::size_t read(char* to, std::size_t size);

 private:
  void wait_for_writer(const std::string& expected);

  std::string path_;
  int descriptor_ = -1;
  bool has_pending_ = false;  // the byte that showed that somebody writes
  char pending_ = 0;
};

/// Whether the path names a regular file: one that may be read again and again.
bool is_regular_file(const std::string& path);
/// Whether the path names a pipe: its name has to tell the format, for what is read is gone.
bool is_pipe(const std::string& path);

}  // namespace thalweg::inline v0_1::reading
