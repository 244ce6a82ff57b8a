// Columns of some rows, for one thread. Private to the models.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include <thalweg/base/aligned.hpp>
#include <thalweg/formula/row_formula.hpp>

namespace thalweg::inline v0_1 {

class RowBuffers {
 public:
  RowBuffers() = default;
  RowBuffers(std::size_t columns, std::int64_t rows) { resize(columns, rows); }
  /// What was in them is lost; memory is taken only for more than there was.
  void resize(std::size_t columns, std::int64_t rows) {
    const std::int64_t stride = (rows + RowFormula::padding - 1) / RowFormula::padding * RowFormula::padding;
    const std::int64_t size = static_cast<std::int64_t>(columns) * stride;
    if (size > numbers_.size()) numbers_.resize(size);
    columns_.clear();
    for (std::size_t c = 0; c < columns; ++c)
      columns_.push_back(numbers_.data() + static_cast<std::int64_t>(c) * stride);
  }
  double* const* data() { return columns_.data(); }
  double* operator[](std::size_t column) { return columns_[column]; }

 private:
  AlignedArray numbers_;
  std::vector<double*> columns_;
};

}  // namespace thalweg::inline v0_1
