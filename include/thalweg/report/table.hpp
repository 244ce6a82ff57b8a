// A table of a report, printed as text or as HTML.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace thalweg::inline v0_1::text {

enum class Align { left, right };

/// Rows of cells below their headings, printable; columns that are empty throughout are left out.
class Table {
 public:
  void add_column(std::string heading, Align align);
  void add_row(std::vector<std::string> cells);
  bool empty() const { return rows_.empty(); }
  /// Each line begins with the indent and ends with a newline, without trailing blanks.
  std::string print(std::string_view indent) const;
  /// A <table>; the first cell of a row is its heading.
  std::string html() const;

 private:
  std::vector<std::size_t> widths() const;  // of the cells of each column, without its heading

  std::vector<std::string> headings_;
  std::vector<Align> align_;
  std::vector<std::vector<std::string>> rows_;
};

}  // namespace thalweg::inline v0_1::text
