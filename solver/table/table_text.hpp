// The text of a table, in memory or in a file that is read in pieces. Private to the readers.
#pragma once

#include <atomic>
#include <cstddef>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>

#include "io/input_file.hpp"

namespace thalweg::inline v0_1::reading {

/// UTF-8 text without NUL, or, of a file, what is still to be examined (scan_lines).
///
/// A file is read in pieces and not mapped: where another program cuts it short, a read says so and a mapping ends the
/// process; and pages of a mapping count as memory of the process as long as they are there.
class TableText {
 public:
  explicit TableText(std::string text = {}) : text_(std::move(text)), size_(text_.size()) {}
  /// The first `size` bytes of a regular file, which stays open; `path` stands for it in messages.
  TableText(std::unique_ptr<const InputFile> file, std::size_t size, std::string path);
  /// Whether another file may stay open: a process has descriptors for a thousand, and other uses for them.
  static bool may_keep_file_open();

  std::size_t size() const { return size_; }
  bool is_in_memory() const { return file_ == nullptr; }
  /// Bytes [begin, end): a view of the text in memory, or what is read from the file to `buffer`. The byte behind the
  /// view may be read, too: it is the next one of the text, or NUL. Threads may call it side by side, with buffers of
  /// their own. Throws FileError where the file has become shorter.
  std::string_view bytes(std::size_t begin, std::size_t end, std::string& buffer) const;
  /// The bytes from `begin` on, at most `size`, from a block that is kept. Throws FileError where the file has changed.
  std::string_view nearby(std::size_t begin, std::size_t size, std::string& buffer) const;

 private:
  std::string text_;
  std::unique_ptr<const InputFile> file_;
  std::size_t size_ = 0;
  std::string path_;
  struct Block {
    Block() { ++files_open; }
    ~Block() { --files_open; }
    Block(const Block&) = delete;
    Block& operator=(const Block&) = delete;
    static std::atomic<int> files_open;
    std::mutex mutex;
    std::size_t begin = 0;
    std::string bytes;
  };
  std::unique_ptr<Block> block_;  // of a file: what was read last by nearby()
};

}  // namespace thalweg::inline v0_1::reading
