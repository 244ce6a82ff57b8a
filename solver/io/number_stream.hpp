// Numbers of a text too long to hold: blanks between them, places counted for messages.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace thalweg::inline v0_1::reading {

class NumberStream {
 public:
  /// `more(to, size)` reads the next bytes and returns how many, 0 at the end.
  NumberStream(std::string name, std::function<std::size_t(char* to, std::size_t size)> more);

  /// The next word; false at the end of the text. Words stay valid until the next call.
  bool next();
  /// The first character that is not blank, which stays to be read; 0 at the end of the text.
  char peek();
  /// The rest of the line is not read.
  void skip_line();
  /// The word just read will be read again.
  void put_back() { at_ = word_; }
  std::string_view word() const { return {word_, static_cast<std::size_t>(word_end_ - word_)}; }

  /// What the numbers now belong to, for messages: "observation", the i-th from 0, of `count`.
  void now_in(const char* thing, std::int64_t i, std::int64_t count) {
    thing_ = thing;
    index_ = i;
    count_ = count;
  }

  /// The next word as a number of this kind. `what` is what was expected, for the message when it is something else or
  /// the text ends. Throws FileError at the word.
  double real(const char* what);
  std::int64_t whole(const char* what, std::int64_t least, std::int64_t most);

  /// Throws FileError at the last word, or at the end of the text when there was none.
  [[noreturn]] void fail(const std::string& problem, const std::string& expected) const;
  /// Bytes read so far.
  std::int64_t bytes() const { return base_ + (at_ - buffer_.data()); }
  int line() const { return line_; }

 private:
  bool refill();
  bool skip_blanks();
  void next_of(const char* what);
  std::string within(const std::string& what) const;

  std::string name_;
  std::function<std::size_t(char*, std::size_t)> more_;
  std::vector<char> buffer_;
  const char *at_, *end_, *word_, *word_end_;
  std::int64_t base_ = 0;        // bytes before the buffer
  std::int64_t line_begin_ = 0;  // in bytes
  int line_ = 1;
  const char* thing_ = nullptr;
  std::int64_t index_ = 0, count_ = 0;
};

/// The numbers of a text in memory, which must outlive them; `name` stands for the file in messages.
NumberStream numbers_of(std::string_view text, const std::string& name);

}  // namespace thalweg::inline v0_1::reading
