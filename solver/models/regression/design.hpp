// The table of a model as its evaluations read it. Private to the floor.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include <thalweg/base/aligned.hpp>
#include <thalweg/models/regression.hpp>

#include "models/regression/layers.hpp"

namespace thalweg::inline v0_1::regression {

/// Shift and scale of each input: x ↦ (x − mean) / deviation.
struct Standardisation {
  std::vector<double> mean, deviation;
};
/// Of the table's own columns. Throws Error for a constant one.
Standardisation standardisation_of(const RegressionData& data);

/// Inputs, with a column of ones in front where there is an intercept, and the response. Kept twice: by columns for
/// whole passes, by rows for minibatches.
class Design {
 public:
  Design(const RegressionData& data, const Standardisation* standard, bool ones);

  std::int64_t samples() const { return columns_.rows(); }
  std::int64_t inputs() const { return columns_.columns(); }
  const DenseMatrix& columns() const { return columns_; }
  const std::vector<double>& squares() const { return squares_; }  ///< ‖column‖²
  const double* y() const { return y_.data(); }                    ///< padded with zeros
  /// Samples [begin, begin + m); begin is a multiple of row_padding.
  Columns tile(std::int64_t begin, std::int64_t m) const {
    return {columns_.column(0) + begin, columns_.stride(), m, inputs()};
  }
  /// The same from any sample on, in storage where they do not begin at a cache line.
  Columns any_tile(std::int64_t begin, std::int64_t m, std::vector<double>& storage) const;
  /// The samples named, to storage and y, which are zero up to the next cache line.
  Columns gather(std::span<const std::int64_t> batch, std::vector<double>& storage, std::vector<double>& y) const;

 private:
  DenseMatrix columns_;
  std::vector<double> rows_, squares_;
  AlignedArray y_;
};

}  // namespace thalweg::inline v0_1::regression
