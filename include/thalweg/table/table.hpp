// Tables of numbers as instruments and spreadsheets write them, and which of their rows and columns a fit reads.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <thalweg/io/file_error.hpp>

namespace thalweg::inline v0_1 {

/// A table with named columns.
struct Table {
  std::vector<std::string> columns;
  std::vector<std::vector<double>> values;  ///< one array per column
  bool header = false;                      ///< the names come from the file; without a header they are c1, c2, ...
  std::vector<std::string> notes;           ///< what was decided about its form; sentences
};

enum class Decimal { automatic, point, comma };
/// What 5.1% is: refused, 5.1, or 0.051.
enum class Percent { refuse, number, fraction };

/// How a table is read.
struct TableOptions {
  std::vector<std::string> columns;      ///< names of all columns, in place of the header's; empty: those of the header
  Decimal decimal = Decimal::automatic;  ///< automatic: by the numbers, where they leave no doubt
  Percent percent = Percent::refuse;
  bool named_by_keys =
      false;        ///< messages name keys of a problem file, decimal = "comma", not options, --decimal comma
  int threads = 0;  ///< at most; 0: all. The result is the same
};

/// What the columns of a table may be called in a formula: by their name, quoted in backticks unless it is a name of
/// the formula language; by c1, c2, ... from the left; by the word before a unit, `Time` for `Time (s)`. The exact name
/// goes before the others. A micro sign is a Greek mu, and an ohm sign an omega.
class ColumnNames {
 public:
  explicit ColumnNames(std::vector<std::string> names);
  struct Found {
    std::optional<std::size_t> column;
    std::vector<std::size_t> several;  ///< those that a name means which means more than one
    bool exact = false;                ///< by the column's own name
  };
  /// Cost: a look-up in a hash table.
  Found find(std::string_view name) const;
  /// For messages: what a formula calls each column: "x", "c2 or `U (V)`".
  std::vector<std::string> spellings() const;

 private:
  struct Index;
  std::vector<std::string> names_;
  std::shared_ptr<const Index> index_;
};

/// Rows of numbers that are read when they are asked for.
class RowSource {
 public:
  virtual ~RowSource() = default;
  virtual std::int64_t rows() const = 0;
  virtual const std::vector<std::string>& columns() const = 0;
  /// Whether the columns have names, other than by their position.
  virtual bool has_own_names() const { return true; }
  /// Rows [begin, end) of the wanted columns to to[k][row − begin]. Called by several threads at once.
  virtual void read(std::int64_t begin, std::int64_t end, const std::vector<std::int64_t>& wanted,
                    double* const* to) const = 0;
  /// Where a row is in the file, from 0: another place where rows are left out.
  virtual std::int64_t place(std::int64_t row) const { return row; }
};

/// The rows of an array: its columns are called c1, c2, ..., or by the fields of a structure, or as said. Throws
/// FileError as NpyFile does, for more than two dimensions and for another number of names.
std::shared_ptr<const RowSource> npy_rows(const std::string& path, std::vector<std::string> names = {});

/// A table as it was read. A cell that holds no number is complained about only when a fit reads it.
class DataTable {
 public:
  /// Throws FileError. `name` stands for the file in messages. Time goes with the size of the file, memory with the
  /// number of cells: 8 bytes each, and the text only of a file below 1 MB, of a pipe and of a text that is not UTF-8.
  /// Of other files the rows are read again for messages and for texts of cells, so they have to stay as they are as
  /// long as the table does.
  static DataTable read(const std::string& path, const TableOptions& options = {});
  ///
  /// An array of NumPy (.npy; NpyFile) is read, too: one or two dimensions, rows and columns, of which those without
  /// fields are called c1, c2, ...; what is not finite is missing. An archive of them (.npz) is refused.
  static DataTable parse(std::string text, const std::string& name, const TableOptions& options = {});
  /// At most so many of the rows, evenly spaced, as they are.
  static DataTable sample(std::shared_ptr<const RowSource> rows, std::int64_t most, const std::string& name,
                          const TableOptions& options = {});

  struct Contents;
  const Table& table() const;
  const std::string& name() const;
  /// Whether the columns have names, other than by their position or from a comment, which may be prose.
  bool has_own_names() const;
  /// What is written in each row of a column, without quotes and blanks around it. Throws FileError where the file has
  /// changed since it was read.
  std::vector<std::string> texts(std::size_t column) const;
  const Contents& contents() const { return *contents_; }
  Contents& contents() { return *contents_; }
  std::shared_ptr<const Contents> shared_contents() const { return contents_; }

 private:
  std::shared_ptr<Contents> contents_;
};

/// Reads a table in which every cell is a number (DataTable reads the others). Its separator, decimal sign
/// and header are found from the text. Throws FileError.
Table read_table(const std::string& path);
Table parse_table(std::string_view text, const std::string& name);

/// Whether a column's name says that it holds standard deviations: sigma, err, dy, y_err, std, ...
bool is_named_as_error(std::string_view column);

}  // namespace thalweg::inline v0_1
