#include <thalweg/models/matrix_market.hpp>

#include <limits>
#include <utility>

#include <fmt/format.h>
#include <base/memory.hpp>
#include <thalweg/base/words.hpp>
#include <thalweg/io/file_error.hpp>

#include "io/compressed_file.hpp"
#include "io/number_stream.hpp"
#include "io/text_numbers.hpp"

namespace thalweg::inline v0_1 {
namespace {

using reading::NumberStream;

constexpr std::string_view banner = "%%MatrixMarket";
constexpr const char* a_matrix = "a Matrix Market file: %%MatrixMarket matrix coordinate real general";
constexpr std::int64_t most_rows = std::numeric_limits<std::int32_t>::max();
constexpr double bytes_of_a_row = 48.0;  // starts of columns, in both orders, and vectors as long
constexpr std::int64_t most_entries = std::int64_t{1} << 40;

enum class Symmetry { general, symmetric, skew };

struct Header {
  bool coordinates = true;
  Symmetry symmetry = Symmetry::general;
};

/// The next word of the header, one of those that are known.
std::string header_word(NumberStream& in, const char* what, const std::vector<std::string>& known) {
  const int line = in.line();
  if (!in.next() || in.line() != line) in.fail(fmt::format("the first line ends before its {}", what), a_matrix);
  for (const std::string& each : known)
    if (same_word(in.word(), each)) return each;
  in.fail(fmt::format("the {} is '{}'{}", what, in.word(), did_you_mean(in.word(), known)),
          fmt::format("{} of a matrix", enumerated(known)));
}

Header read_header(NumberStream& in) {
  if (!in.next()) in.fail("the file is empty", a_matrix);
  if (!same_word(in.word(), banner))
    in.fail(fmt::format("the first word is '{}'", reading::shortened(in.word(), 40)), a_matrix);
  Header header;
  header_word(in, "object", {"matrix"});
  header.coordinates = header_word(in, "format", {"coordinate", "array"}) == "coordinate";
  const std::string field = header_word(in, "field", {"real", "integer", "double", "complex", "pattern"});
  if (field == "complex") in.fail("the matrix is complex", "a real one: its real and imaginary parts as blocks");
  if (field == "pattern") in.fail("the matrix is a pattern, which has no numbers", "field real or integer");
  const std::string symmetry = header_word(in, "symmetry", {"general", "symmetric", "skew-symmetric", "hermitian"});
  if (symmetry == "hermitian") in.fail("the matrix is hermitian, and real", "symmetry symmetric");
  header.symmetry = symmetry == "general"     ? Symmetry::general
                    : symmetry == "symmetric" ? Symmetry::symmetric
                                              : Symmetry::skew;
  return header;
}

/// Counts their lines.
std::int64_t skip_comments(NumberStream& in) {
  std::int64_t lines = 0;
  for (; in.peek() == '%'; ++lines) in.skip_line();
  return lines;
}

class Reader {
 public:
  Reader(NumberStream& in, std::string name) : in_(in), name_(std::move(name)) {}

  MatrixFile read() {
    const Header header = read_header(in_);
    symmetry_ = header.symmetry;
    file_.dense = !header.coordinates;
    file_.symmetry = symmetry_ == Symmetry::general     ? "general"
                     : symmetry_ == Symmetry::symmetric ? "symmetric"
                                                        : "skew-symmetric";
    file_.comment_lines = skip_comments(in_);
    rows_ = in_.whole("the number of rows", 1, most_rows);
    columns_ = in_.whole("the number of columns", 1, most_rows);
    const double bytes = bytes_of_a_row * static_cast<double>(rows_ + columns_), left = available_memory();
    if (bytes > left)
      throw MemoryError(
          fmt::format("{}: a matrix of {} rows and {} columns takes {} without its entries; expected at most {}", name_,
                      rows_, columns_, in_bytes(bytes), in_bytes(left)));
    if (symmetry_ != Symmetry::general && rows_ != columns_)
      in_.fail(fmt::format("a {} matrix has {} rows and {} columns", file_.symmetry, rows_, columns_),
               "as many rows as columns");
    if (header.coordinates)
      coordinates();
    else
      array();
    if (in_.next())
      in_.fail("something stands behind the last entry", fmt::format("the end of the file after {}", all_));
    const auto given = static_cast<std::int64_t>(entries_.size());
    file_.matrix = sparse_matrix(rows_, columns_, entries_);
    file_.repeated = given - file_.matrix.nonzeros();
    return std::move(file_);
  }

 private:
  void coordinates() {
    const std::int64_t count = in_.whole("the number of entries", 0, most_entries);
    all_ = count == 1 ? "1 entry" : fmt::format("{} entries", count);
    for (std::int64_t k = 0; k < count; ++k) {
      expect_more(k, count);
      in_.now_in("entry", k, count);
      const std::int64_t i = in_.whole("a row", 1, rows_) - 1;
      const int line = in_.line();
      const std::int64_t j = in_.whole("a column", 1, columns_) - 1;
      if (symmetry_ != Symmetry::general && i < j)
        in_.fail(fmt::format("entry ({}, {}) of a {} matrix lies above the diagonal", i + 1, j + 1, file_.symmetry),
                 "the lower triangle alone, whose mirror image is understood");
      if (symmetry_ == Symmetry::skew && i == j)
        in_.fail(fmt::format("entry ({0}, {0}) of a skew-symmetric matrix lies on the diagonal", i + 1),
                 "entries below it, for those on it are zero");
      const double value = in_.real("a value");
      if (in_.line() != line) in_.fail("an entry goes over two lines", "row, column and value on each line");
      add(i, j, value);
    }
  }

  /// Column by column; of a symmetric matrix from the diagonal on.
  void array() {
    const std::int64_t skipped = symmetry_ == Symmetry::skew ? 1 : 0;
    const std::int64_t count = symmetry_ == Symmetry::general     ? rows_ * columns_
                               : symmetry_ == Symmetry::symmetric ? rows_ * (rows_ + 1) / 2
                                                                  : rows_ * (rows_ - 1) / 2;
    all_ = fmt::format("{} numbers", count);
    std::int64_t k = 0;
    for (std::int64_t j = 0; j < columns_; ++j)
      for (std::int64_t i = symmetry_ == Symmetry::general ? 0 : j + skipped; i < rows_; ++i, ++k) {
        expect_more(k, count);
        in_.now_in("number", k, count);
        add(i, j, in_.real("a value"));
      }
  }

  void expect_more(std::int64_t k, std::int64_t count) {
    if (!in_.next())
      in_.fail(fmt::format("the file ends after {} of {}", k, all_), fmt::format("all {}, as its header says", count));
    in_.put_back();
  }

  void add(std::int64_t i, std::int64_t j, double value) {
    entries_.push_back({i, j, value});
    if (i != j && symmetry_ != Symmetry::general)
      entries_.push_back({j, i, symmetry_ == Symmetry::skew ? -value : value});
  }

  NumberStream& in_;
  std::string name_;
  Symmetry symmetry_ = Symmetry::general;
  std::int64_t rows_ = 0, columns_ = 0;
  std::string all_;
  std::vector<MatrixEntry> entries_;
  MatrixFile file_;
};

}  // namespace

MatrixFile read_matrix_market(const std::string& path) {
  NumberStream in(path, reading::open_bytes(path, a_matrix));
  return Reader(in, path).read();
}

MatrixFile parse_matrix_market(std::string_view text, const std::string& name) {
  NumberStream in = reading::numbers_of(text, name);
  return Reader(in, name).read();
}

std::vector<double> read_vector_market(const std::string& path) {
  const SparseMatrix A = read_matrix_market(path).matrix;
  if (A.columns != 1)
    throw FileError(path, 0, 0, fmt::format("the right-hand side has {} columns", A.columns), "one column");
  std::vector<double> b(static_cast<std::size_t>(A.rows), 0.0);
  for (std::size_t k = 0; k < A.row.size(); ++k) b[static_cast<std::size_t>(A.row[k])] = A.value[k];
  return b;
}

bool looks_like_matrix_market(const std::string& path) {
  const std::string first = reading::first_bytes(path, banner.size());
  return same_word(first, banner);
}

}  // namespace thalweg::inline v0_1
