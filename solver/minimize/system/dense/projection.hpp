// Variable projection: parameters that enter linearly always have their best values for the others.
#pragma once

#include <span>
#include <string>
#include <vector>

#include <minimize/system/dense/state.hpp>
#include <thalweg/linear/dense_qr.hpp>
#include <thalweg/minimize/options.hpp>

namespace thalweg::inline v0_1 {

/// Golub & Pereyra 1973, with Kaufman's Jacobian (1975): a Gauss-Newton or damped step of all parameters, its linear
/// ones undamped, is exactly her step of the others; what is left to do is to bring the linear ones to their minimum at
/// each trial.
class Projection {
 public:
  explicit Projection(const Program& program);

  /// Which columns are eliminated under these options: those marked linear, without bounds, for methods whose step it
  /// fits.
  void choose(const Options& options);
  bool active() const { return !columns_.empty(); }
  std::span<const char> columns() const { return columns_; }  ///< nonzero: eliminated; empty: none is
  std::string names() const;

  /// Moves the linear components c to the minimum of ‖r + Φ(c' − c)‖, Φ their columns of J: r is affine in them, so it
  /// is exact. False, and the state as it was, where Φ is singular or nothing is gained. The Jacobian is left behind.
  bool apply(State& state);

 private:
  const Program& program_;
  DenseQr qr_;
  std::vector<char> columns_, others_;
  std::vector<double> step_, x_;
  AlignedArray residual_;
};

}  // namespace thalweg::inline v0_1
