// Text as it is found in files: numbers, lines, columns and names. Private to the readers.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <thalweg/base/words.hpp>

namespace thalweg::inline v0_1::reading {

/// A place in a file; both count from 1, 0 means unknown.
struct Place {
  int line = 0, column = 0;
};

/// What a piece of text is when read as a number.
struct Number {
  enum class Kind { number, too_large, not_a_number };
  Kind kind = Kind::not_a_number;
  double value = 0.0;  ///< may be nan or infinite if the text says so
};

/// Reads all of `text` as one number, correctly rounded and independent of the locale: 1, +1.5,
/// .5, 2.E0, 1e-3, and Fortran's 1D-3. What is too small for a double becomes zero, as rounding
/// would have it.
Number parse_number(std::string_view text);

/// The shortest text that reads back as the same number.
std::string to_text(double value);

/// `text` without the blanks around it.
std::string_view trim(std::string_view text);
std::string lower_case(std::string_view text);

/// The column, counted in characters from 1, of the byte at `offset` in a line of UTF-8.
int column_of(std::string_view line, std::size_t offset);

/// The first byte that no text file holds: NUL, or one that is not UTF-8.
std::optional<std::size_t> first_non_text_byte(std::string_view text);

/// Walks over lines that end in \n, \r\n or \r; a byte order mark is skipped.
class Lines {
 public:
  explicit Lines(std::string_view text);
  bool next();
  std::string_view text() const { return line_; }  ///< without its end
  int number() const { return number_; }           ///< counts from 1
  std::size_t offset() const { return offset_; }   ///< of the line's first byte in the whole text

 private:
  std::string_view text_, line_;
  std::size_t position_ = 0, offset_ = 0;
  int number_ = 0;
};

/// Words separated by blanks, each with its offset in the line.
struct Word {
  std::string_view text;
  std::size_t offset = 0;
};
std::vector<Word> words(std::string_view line);

/// "a, b or c"; a long list is cut short.
std::string list(const std::vector<std::string>& names, std::string_view last_separator = " or ");

/// "'x'", followed by the nearest candidate when there is one: "'strat' (did you mean 'start'?)".
std::string quoted_with_hint(std::string_view name, const std::vector<std::string>& candidates);

/// A text for a message: one that is longer, in bytes, keeps its beginning and its end, "…" between them.
std::string shortened(std::string_view text, std::size_t longest = 300);

}  // namespace thalweg::inline v0_1::reading
