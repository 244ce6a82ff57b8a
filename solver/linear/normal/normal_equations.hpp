// The numeric half of the normal equations: H = JᵀJ in blocks and g = Jᵀr, and what is made of them.
#pragma once

#include <memory>
#include <span>
#include <vector>

#include <linear/normal/layout.hpp>
#include <thalweg/base/aligned.hpp>
#include <thalweg/linear/damped_system.hpp>

namespace thalweg::inline v0_1 {

/// Of the rows of J that are kept: exact, or rounded to half as many bytes, with a consistent H of the rounded rows.
enum class Precision { exact, single_precision };
/// For steps: rounded where exact rows, 192 bytes a coupling, no longer stay in the cache, so that reading them is what
/// steps wait for; rounded ones are read in half of the time, and cost a conversion each.
inline Precision precision_of_steps(const NormalLayout& layout) {
  constexpr std::int64_t couplings_in_cache = 50'000;
  return layout.couplings() > couplings_in_cache ? Precision::single_precision : Precision::exact;
}

/// H and g are assembled straight from strips of residuals; J is never stored. Then, for any damping λD², landmarks are
/// eliminated: with V + λD² = LLᵀ and Z = W L⁻ᵀ the reduced system is (U + λD² − ZZᵀ) x = b_kept − Z L⁻¹ b_landmark
/// (Brown 1958; Triggs et al. 1999, section 6). Undamped sums stay, so another damping needs no residuals.
class NormalEquations {
 public:
  /// Kernels for the layout's tile width.
  static std::unique_ptr<NormalEquations> make(std::shared_ptr<NormalLayout> layout, Precision rows = Precision::exact);
  virtual ~NormalEquations() = default;
  const NormalLayout& layout() const { return *layout_; }

  // Assembly: open and fill every part, parts in any order or side by side, then close.
  virtual void open(int part) = 0;
  /// Items of one group that belong to the part.
  virtual void add(int part, std::size_t group, const ResidualStrip& strip) = 0;
  virtual void close(int threads) = 0;
  std::span<const double> gradient() const { return gradient_; }
  std::span<const double> column_norms() const { return column_norms_; }

  /// Hv = JᵀJ v.
  virtual void product(const double* v, double* Hv, int threads) const = 0;

  /// Forms the reduced system for this damping, and the reduced right-hand side of b (a vector of the system);
  /// layout().reduce() must have been called. `ok`, or `retry` where a landmark's block is not positive definite. Tile
  /// vectors have `width` numbers a tile, zero in padding.
  virtual LinearStatus eliminate(double lambda, const double* D, const double* b, double* reduced, int threads) = 0;
  /// The same without forming it: only the landmarks' factors, for reduced_product().
  virtual LinearStatus factor_landmarks(double lambda, const double* D, int threads) = 0;
  /// Block k of layout().reduced to `to`, entry (i, j) at i · row_step + j · column_step; of a diagonal block both
  /// triangles.
  virtual void reduced_block(std::int64_t k, double* to, std::int64_t row_step, std::int64_t column_step) const = 0;
  /// The diagonal blocks of the reduced system alone, tiles × width × width, without forming the rest.
  virtual void reduced_diagonal(double* to, int threads) = 0;
  /// y = (U + λD² − ZZᵀ) x over tile vectors, matrix-free.
  virtual void reduced_product(const double* x, double* y, int threads) const = 0;
  /// The same of U, damped.
  virtual void kept_diagonal(double* to, int threads) = 0;
  /// The reduced right-hand side of another b, with the damping of the last elimination.
  virtual void reduce(const double* b, double* reduced, int threads) = 0;
  /// Completes x: from the kept columns, a tile vector, to all of them, landmarks by back-substitution of b.
  virtual void substitute(const double* b, const double* kept, double* x, int threads) const = 0;

  virtual double bytes() const = 0;  ///< that the sums take

  /// After close(): whether rows are kept in single precision, and are too long or too short for it. The remedy, after
  /// which everything is to be assembled again.
  virtual bool outgrows_rows() const = 0;
  virtual void keep_rows_exactly() = 0;

 protected:
  explicit NormalEquations(std::shared_ptr<NormalLayout> layout) : layout_(std::move(layout)) {}
  std::shared_ptr<NormalLayout> layout_;
  LargeVector<double> gradient_, column_norms_;
};

}  // namespace thalweg::inline v0_1
