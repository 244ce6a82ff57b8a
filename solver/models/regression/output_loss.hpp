// What one sample costs, given the model's outputs. Tiles are column-major, one column per output, `stride` apart, a
// multiple of every pack's width; SIMD runs over the samples. Private to the floor.
#pragma once

#include <cstdint>

#include <thalweg/base/aligned.hpp>

namespace thalweg::inline v0_1::regression {

/// Samples evaluated at once, a multiple of every pack's width.
inline constexpr std::int64_t tile_rows = 256;
/// Between the columns of a tile of m samples: whole cache lines, and no power of two, whose columns would share sets
/// of the cache.
inline std::int64_t stride_of(std::int64_t m) {
  const std::int64_t whole = padded(m);
  return whole % 64 == 0 ? whole + row_padding : whole;
}
inline constexpr std::int64_t largest_stride = tile_rows + row_padding;

class OutputLoss {
 public:
  enum class Kind { squares, logistic, softmax, hinge };
  /// softmax: with a reference class there are classes − 1 outputs, and the score of class 0 is 0.
  OutputLoss(Kind kind, int classes, bool reference, double smoothing)
      : kind_(kind), classes_(classes), reference_(reference ? 1 : 0), smoothing_(smoothing) {}

  Kind kind() const { return kind_; }
  int classes() const { return classes_; }
  int outputs() const { return kind_ == Kind::squares || kind_ == Kind::logistic ? 1 : classes_ - reference_; }
  bool has_cost() const { return kind_ != Kind::squares; }  ///< not ½‖r‖²
  int residuals() const { return kind_ == Kind::softmax ? classes_ : 1; }

  /// Σℓ over m samples with the scores S, which become the state T: probabilities of logistic and softmax, else the
  /// scores themselves.
  double evaluate(double* S, std::int64_t stride, const double* y, std::int64_t m) const;
  /// ∂ℓ/∂f of each sample to G, whose columns are `apart`, given the state. Zero from m to the next cache line.
  void slope(const double* T, std::int64_t stride, const double* y, std::int64_t m, double* G,
             std::int64_t apart) const;
  /// ∇²ℓ · V to HV, both `apart`; zero likewise.
  void curvature(const double* T, std::int64_t stride, const double* V, std::int64_t m, double* HV,
                 std::int64_t apart) const;
  /// The entry (k, l) of ∇²ℓ of each sample to w; zero likewise.
  void weights(const double* T, std::int64_t stride, int k, int l, std::int64_t m, double* w) const;
  /// An upper bound of any diagonal entry of ∇²ℓ (softmax: Böhning 1992).
  double largest_weight() const;

  /// r̃ to residual[k][i] and ℓ to cost, if not null, from the scores S, which become the state. S has room for one
  /// more column, which takes the probability of a reference class.
  void residual(double* S, std::int64_t stride, const double* y, std::int64_t m, double* const* r, double* cost) const;
  /// Row k of the factor, from the state of residual(): J̃ₖ = Σⱼ Uⱼ ∂fⱼ.
  void seed(const double* T, std::int64_t stride, std::int64_t m, int k, double* U) const;

 private:
  double softmax(double* S, std::int64_t stride, const double* y, std::int64_t m, double* cost,
                 double* reference) const;
  const double* probability(const double* T, std::int64_t stride, int k) const;
  double logistic_sum(double* S, const double* y, std::int64_t m) const;
  double logistic(double* S, const double* y, std::int64_t m, double* cost) const;
  double hinge(const double* S, std::int64_t stride, const double* y, std::int64_t m) const;
  void hinge_slope(const double* S, std::int64_t stride, const double* y, std::int64_t m, double* G,
                   std::int64_t apart) const;

  Kind kind_;
  int classes_, reference_;
  double smoothing_;
};

}  // namespace thalweg::inline v0_1::regression
