// What losses make of the statistics of a fit. Private to the floor.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include <thalweg/problem/program.hpp>
#include "inference/rank.hpp"

namespace thalweg::inline v0_1 {

/// A fit with losses at its end, residuals and Jacobian without them.
class RobustFit {
 public:
  /// `jacobian` holds the free columns only. All must outlive this.
  RobustFit(const Program& program, const AlignedArray& residual, const DenseMatrix& jacobian);

  /// The Jacobian, each row times √ρ': the rows that count, as much as they count.
  DenseMatrix weighted_jacobian() const;
  /// s² = Σ w r² / (Σ w − rank), w = ρ' beside the loss's factor: the variance of the residuals that count. NaN where
  /// no more than `rank` are left.
  double variance(int rank) const;
  /// Replaces what `inverse` (of the weighted Jacobian) holds by the covariance of an M-estimator (Huber, Robust
  /// Statistics, 1981, section 6.3 and 7.6: the sandwich W⁻¹ M W⁻¹ times m/(m − rank)), with
  ///     W = Σ Jᵀ (ρ' I + 2ρ'' r rᵀ) J,   M = Σ ρ'² (Jᵀr)(Jᵀr)ᵀ.
  /// M measures the noise by the scatter of the scores ρ' Jᵀr, so neither the noise's distribution nor its size needs
  /// to be known. Groups without a loss, which may be as small as one prior, add `plain_variance` JᵀJ to it instead.
  /// False, and nothing is changed, when W is not positive definite: the loss bends down at too many residuals.
  bool make_sandwich(NormalInverse& inverse, int rank, double plain_variance) const;

  std::int64_t residuals() const { return residuals_; }        ///< of groups with a loss
  std::int64_t downweighted() const { return downweighted_; }  ///< of these, with w < ½

 private:
  struct Item {
    std::size_t group;
    std::int64_t index;
    double square;      ///< ‖r‖²
    Loss::Value value;  ///< of the loss there
    bool robust;        ///< the group has a loss
  };
  const Program& program_;
  const AlignedArray& residual_;
  const DenseMatrix& jacobian_;
  std::vector<Item> items_;
  std::int64_t residuals_ = 0, downweighted_ = 0;
};

/// "huber:1.5"; where the groups differ "first: huber:1.5, second: trivial"; empty without any.
std::string loss_in_words(const Problem& problem);

}  // namespace thalweg::inline v0_1
