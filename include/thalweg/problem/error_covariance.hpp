// Errors that are not independent: their covariance, and the factor that makes them so.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include <thalweg/base/error.hpp>

namespace thalweg::inline v0_1 {

/// A covariance that is not positive definite.
class IndefiniteCovariance : public Error {
 public:
  IndefiniteCovariance(std::int64_t row, double pivot);
  std::int64_t row;  ///< counts from 0: the leading rows up to this one are not positive definite
  double pivot;      ///< what is left of its variance, given the rows before it
};

/// A symmetric matrix by the rows of its lower triangle: rows[i] ends at the diagonal and may leave out leading zeros.
using LowerRows = std::vector<std::vector<double>>;

/// The covariance C = LLᵀ of the errors of m measurements in their order. Whitening turns residuals r into L⁻¹r, whose
/// errors are independent with variance 1 (Aitken 1935). L is stored within the envelope of C, so banded and block
/// diagonal matrices cost what their envelope does (George & Liu 1981, chapter 4).
class ErrorCovariance {
 public:
  /// Throws IndefiniteCovariance where a pivot is not above m ε of its variance, and Error for a row that does not fit.
  /// Cost: Σ (length of a row)², for a dense matrix m³/3 flops, and m² numbers.
  explicit ErrorCovariance(LowerRows rows);
  /// Variances 1; row i and row i − 1 have the correlation with_previous[i], rows further apart the product of those
  /// between them (with_previous[0] is not read). Throws Error for one that is not inside (−1, 1). Cost: m.
  static ErrorCovariance autoregressive(std::vector<double> with_previous);

  std::int64_t size() const { return static_cast<std::int64_t>(deviations_.size()); }
  /// √Cᵢᵢ.
  const std::vector<double>& deviations() const { return deviations_; }
  /// C as it was given; empty of an autoregressive one.
  const LowerRows& rows() const { return rows_; }
  /// The covariance of some of the measurements, in ascending order.
  ErrorCovariance of_rows(std::span<const std::size_t> chosen) const;

  /// The row from which on values are needed to whiten `row`.
  std::int64_t first_needed(std::int64_t row) const { return restart_[static_cast<std::size_t>(row)]; }
  /// The most rows that one looks back.
  std::int64_t longest_look_back() const;
  /// Rows [begin, end) of L⁻¹v, in place: right from the row on that has first_needed() = begin. Cost: the envelope of
  /// those rows.
  void whiten(double* v, std::int64_t begin, std::int64_t end) const;
  /// v ← L⁻ᵀv of those rows, in place: where v is zero from `end` on, so is the result, and it is zero before `begin`.
  void whiten_transposed(double* v, std::int64_t begin, std::int64_t end) const;
  double log_determinant() const { return log_determinant_; }  ///< ln det C

 private:
  ErrorCovariance() = default;
  std::int64_t first(std::int64_t row) const;
  void factor();
  void find_restarts();

  LowerRows rows_, factor_;            // L by rows, within the same envelope; empty of an autoregressive one
  std::vector<double> with_previous_;  // of an autoregressive one
  std::vector<double> deviations_;
  std::vector<std::int64_t> restart_;
  double log_determinant_ = 0.0;
};

}  // namespace thalweg::inline v0_1
