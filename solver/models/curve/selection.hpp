// Which rows and columns of a data set a fit reads. Private to the readers.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "models/curve/draft.hpp"

namespace thalweg::inline v0_1::reading {

/// Finds the columns of one data set by the names that formulas use, and then leaves out rows and columns.
///
/// A column is renamed to what the formula calls it, so that nothing else need know of the other names; one that is
/// called two names is there twice.
class ColumnSelection {
 public:
  /// Columns of a table that share a name are renamed to their position.
  ColumnSelection(DataSet& data, DataPlaces& places);

  /// The column that is called exactly `name`.
  bool has(std::string_view name) const;
  /// Where the column is in the table that this name means, if it means one; it is not noted as read.
  std::optional<std::size_t> find(std::string_view name) const;
  /// Notes that a column is read, under this name; false when there is none. `file` and `place` for the complaint that
  /// a name means several columns.
  bool use(const std::string& name, const std::string& file, Place place);
  /// Whether the column of this name has it from its position, not from its table.
  bool is_position(std::string_view name) const;
  /// Renames an unused column to its position.
  void set_aside(const std::string& name);

  /// Leaves out rows as places.rows says, then columns that are not read and hold something other than numbers.
  /// Throws FileError for a cell that is read and holds no number.
  void apply(const std::string& file);

  /// Leaves out all rows but these of those that apply() kept.
  void leave_out_all_but(const std::vector<std::size_t>& rows);

  bool is_used(std::size_t column) const { return used_[column]; }
  /// After apply(): which rows are kept, of how many.
  std::vector<std::size_t> kept() const;
  std::size_t rows_kept() const { return all_kept_ ? rows_ : kept_.size(); }
  std::size_t rows() const { return rows_; }
  const ColumnNames& names() const { return names_; }
  /// What a person should know of the columns that are read: dates.
  const std::vector<std::string>& notes() const { return notes_; }

 private:
  std::optional<std::size_t> position(std::string_view name) const;
  std::vector<char> by_condition(const std::string& file, std::vector<char>& missing);
  void choose_rows(const std::string& file);
  [[noreturn]] void refuse(std::size_t row, std::size_t column) const;
  bool may_be_left_out(std::size_t row, std::size_t column) const;
  void keep_values(const std::vector<std::size_t>& rows);
  void drop_unread();

  DataSet& data_;
  DataPlaces& places_;
  ColumnNames names_;
  std::vector<std::size_t> source_;  // of each column: where it is in the table
  std::vector<char> used_;
  std::vector<std::size_t> kept_;  // empty where all rows are: then nothing is copied
  bool all_kept_ = true;
  std::size_t rows_ = 0;
  std::vector<std::string> notes_;
};

/// Lets messages about the data name places in the table that it comes from.
void place_in_table(DataPlaces& places, const DataTable& table, const RowSelection& rows);

}  // namespace thalweg::inline v0_1::reading
