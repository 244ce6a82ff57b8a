// J and r of a block-sparse problem, stored: what LSQR, LSMR and MINRES multiply by.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include <thalweg/base/aligned.hpp>
#include <thalweg/math/block_structure.hpp>

namespace thalweg::inline v0_1 {

/// Rows in the order of the groups and their items; the local columns of a row are contiguous. Products are summed in
/// the same order for any number of threads. A product reads J once, 8 bytes for two flops.
class JacobianRows {
 public:
  /// The structure must outlive it, and its items be evaluated in its order.
  explicit JacobianRows(const BlockStructure& structure);

  /// Stores the items of a strip; strips of other items may be stored side by side.
  void store(std::size_t group, const ResidualStrip& strip);
  /// g = Jᵀr and the column norms, once every item is stored.
  void close(int threads);

  std::int64_t rows() const { return rows_; }
  std::int64_t columns() const { return structure_.columns(); }
  std::span<const double> residual() const { return residual_; }
  std::span<const double> gradient() const { return gradient_; }
  std::span<const double> column_norms() const { return column_norms_; }

  /// y = J x, x: columns, y: rows.
  void multiply(const double* x, double* y, int threads) const;
  /// y = Jᵀ x, x: rows, y: columns.
  void multiply_transposed(const double* x, double* y, int threads) const;

 private:
  /// Slots of items that read one block.
  struct Reading {
    std::int32_t group;
    std::int32_t column;  // the slot's first local column
    std::int64_t item;
  };
  struct Group {
    const ResidualPattern* pattern;
    int columns;                    // of a row
    std::int64_t first_row;         // of item 0
    std::int64_t first_value;       // of its first row
    std::vector<int> first_column;  // of each slot, among the local ones
  };
  /// Calls visit(row, values) for the rows of a reading, its local columns of each.
  template <class Visit>
  void visit(const Reading& reading, const Visit& visit) const;
  void index_readings();

  const BlockStructure& structure_;
  std::vector<Group> groups_;
  std::int64_t rows_ = 0;
  LargeVector<double> values_, residual_, gradient_, column_norms_;
  LargeVector<std::int64_t> reading_start_;  // of each block, one more than there are blocks
  LargeVector<Reading> readings_;
};

}  // namespace thalweg::inline v0_1
