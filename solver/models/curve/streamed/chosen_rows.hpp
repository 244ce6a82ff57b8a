// The rows of a source that count: those that meet a condition and have all numbers that are read. Private to the
// models.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <thalweg/formula/row_formula.hpp>
#include <thalweg/table/table.hpp>

namespace thalweg::inline v0_1 {

/// Columns of a source by the names that formulas have for them (ColumnNames). Throws Error for one that is not there.
std::shared_ptr<const RowSource> columns_called(std::shared_ptr<const RowSource> source,
                                                const std::vector<std::string>& names);

/// What is made of each row, in ranges of rows.
class RowJudge {
 public:
  enum class Kind : char { kept, missing, excluded };
  /// `condition`: on columns; none: all rows meet it. `read`: columns of which a number that is not finite is missing.
  RowJudge(std::shared_ptr<const RowSource> source, const std::optional<std::string>& condition,
           const std::vector<std::string>& read);

  /// A number that is missing.
  struct Hole {
    std::int64_t row;
    std::string column;
    double value;
  };
  /// Of rows [begin, end); the first hole in a row that is not excluded to `hole`, where it is not null.
  std::vector<Kind> judge(std::int64_t begin, std::int64_t end, std::optional<Hole>* hole = nullptr) const;

 private:
  std::shared_ptr<const RowSource> source_;
  std::optional<RowFormula> condition_;
  std::vector<std::int64_t> wanted_;  // of the condition, then those that are read
  std::size_t in_condition_ = 0;
};

/// Rows that a judge keeps, found again at each pass: of 2,048 rows it is known how many are kept.
class ChosenRows final : public RowSource {
 public:
  static constexpr std::int64_t range = 2048;
  /// `kept`: of each range.
  ChosenRows(std::shared_ptr<const RowSource> source, RowJudge judge, std::vector<std::int32_t> kept);

  std::int64_t rows() const override { return before_.back(); }
  const std::vector<std::string>& columns() const override { return source_->columns(); }
  bool has_own_names() const override { return source_->has_own_names(); }
  void read(std::int64_t begin, std::int64_t end, const std::vector<std::int64_t>& wanted,
            double* const* to) const override;
  std::int64_t place(std::int64_t row) const override;

 private:
  /// The range that holds a kept row.
  std::size_t range_of(std::int64_t row) const;
  std::int64_t begin_of(std::size_t r) const { return static_cast<std::int64_t>(r) * range; }
  std::int64_t end_of(std::size_t r) const;
  /// Places of the kept rows of a range; empty where all are.
  std::vector<std::int64_t> places(std::size_t r) const;

  std::shared_ptr<const RowSource> source_;
  RowJudge judge_;
  std::vector<std::int64_t> before_;  // kept rows in the ranges before each, and in all
};

}  // namespace thalweg::inline v0_1
