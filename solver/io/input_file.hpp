// The one place where readers open files.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
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

  /// Bytes of a regular file when it was opened; none of a pipe, of standard input, and of a file whose size the system
  /// does not know (0, as in /proc).
  std::optional<std::size_t> known_size() const { return size_ > 0 ? std::optional(size_) : std::nullopt; }
  /// Reads bytes of a regular file from `offset` on, until `size` are there or the file ends, and returns how many.
  /// Does not move what read() reads next; threads may call it side by side. Throws FileError.
  std::size_t read_at(char* to, std::size_t size, std::size_t offset) const;
  /// Whether the bytes below known_size() may be others than when the file was opened: it is shorter, or it has been
  /// written without having grown.
  bool has_changed() const;

 private:
  void wait_for_writer(const std::string& expected);

  std::string path_;
  int descriptor_ = -1;
  std::size_t size_ = 0;
  std::int64_t modified_ = 0;  // nanoseconds
  bool has_pending_ = false;   // the byte that showed that somebody writes
  char pending_ = 0;
};

/// Whether the path names a regular file: one that may be read again and again.
bool is_regular_file(const std::string& path);
/// Whether the path names a pipe: its name has to tell the format, for what is read is gone.
bool is_pipe(const std::string& path);

}  // namespace thalweg::inline v0_1::reading
