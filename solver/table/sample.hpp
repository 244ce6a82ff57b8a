// The first lines of a table, and what their cells look like under one separator. Private to the readers.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "table/cells.hpp"
#include "table/table_text.hpp"

namespace thalweg::inline v0_1::reading {

struct SampleLine {
  int number = 0;  ///< in the text, from 1
  std::size_t offset = 0;
  std::string_view text;  ///< whole
};

/// What a cell is, as far as a dialect is concerned.
enum class Look : char { number, missing, empty, slip, text };

/// A line that is not empty and no comment, cut into cells.
struct LookedAt {
  std::size_t line = 0;  ///< which of the sample
  std::vector<Look> looks;
  std::vector<std::string_view> texts;
  std::size_t filled = 0;  ///< cells up to the last one that is not empty
  std::size_t raw() const { return looks.size(); }
  Look at(std::size_t i) const { return i < looks.size() ? looks[i] : Look::empty; }
  bool has(Look look) const;
  /// No numbers, and a name at least.
  bool is_text() const;
};

/// Decimal signs that numbers have been seen with.
struct Evidence {
  std::size_t commas = 0, points = 0, ambiguous = 0;
};

/// As much of a text as a Sample of up to `most_bytes` looks at, a text in memory whole: whole lines, read to `buffer`
/// from a file.
std::string_view beginning_of(const TableText& text, std::size_t most_bytes, std::string& buffer);

class Sample {
 public:
  /// Up to `most_lines` lines and `most_bytes` bytes, but fifty lines at least.
  Sample(std::string_view text, std::size_t most_lines, std::size_t most_bytes);

  const std::vector<SampleLine>& lines() const { return lines_; }
  char declared_separator() const { return declared_; }  ///< of Excel's "sep=;", or 0

  /// The lines with cells, from `from` on, cut at `separator`. Lines whose quotes are faulty are left out.
  std::vector<LookedAt> look(char separator, const TableOptions& options, std::size_t from, Evidence& evidence) const;

 private:
  std::vector<SampleLine> lines_;
  char declared_ = 0;
};

}  // namespace thalweg::inline v0_1::reading
