// Text in lines of words, read as it comes: for formats whose lines stand alone.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "io/compressed_file.hpp"

namespace thalweg::inline v0_1::reading {

/// Walks over lines, and over the words of each. Places are counted for messages; memory is that of the longest line.
class LineStream {
 public:
  LineStream(std::string name, ByteSource more);
  /// Of text in memory, which must outlive it.
  LineStream(std::string name, std::string_view text);

  /// The next line, up to a # that begins a comment; false at the end of the text.
  bool next_line();
  /// The next word of the line; empty at its end. Valid until the next line.
  std::string_view word();
  bool more_words();  ///< on the line
  /// The next word as a number; on failure why says what is wrong with it.
  enum class Outcome { ok, line_ends, bad };
  Outcome real(double& value);
  Outcome whole(std::int64_t& value);

  /// What is wrong with the last word, after Outcome::bad.
  const std::string& complaint() const { return complaint_; }
  int line() const { return line_; }
  const std::string& name() const { return name_; }
  /// Throws FileError at the last word, or where the line ends.
  [[noreturn]] void fail(const std::string& problem, const std::string& expected) const;

 private:
  bool refill();

  std::string name_;
  ByteSource more_;
  std::vector<char> buffer_;
  const char *begin_, *end_;            // of what is in the buffer and not yet walked over
  const char *line_begin_, *line_end_;  // of the line
  const char *at_, *word_;              // in the line
  int line_ = 0;
  bool ended_ = false;
  std::string complaint_;
};

/// The number that begins at `at` and ends before `end`, correctly rounded, if it is of the plain kind; else `at`
/// stays.
bool plain_number(const char*& at, const char* end, double& value);

/// "'word'", what cannot be printed left out, cut short where it is long.
std::string quoted(std::string_view word);

}  // namespace thalweg::inline v0_1::reading
