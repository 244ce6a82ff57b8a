// A problem seen at one point, and the points around a start. Private to the floor.
#pragma once

#include <cstdint>
#include <optional>
#include <random>
#include <vector>

#include <thalweg/problem/program.hpp>
#include "inference/rank.hpp"

namespace thalweg::inline v0_1 {

struct Probe {
  std::vector<double> x;                   ///< all components
  double cost = 0.0;                       ///< with the losses
  bool finite = false;                     ///< cost, residuals and derivatives
  double residual = 0.0;                   ///< ‖r‖, without losses
  std::vector<double> influence;           ///< ‖Jⱼ‖ of each column, without losses
  std::vector<char> moves;                 ///< of each group: whether any free parameter changes it
  std::optional<ScaledSpectrum> spectrum;  ///< of J without losses; when asked for, and finite
};

/// Evaluates at points; keeps its buffers. The program must outlive it.
class Prober {
 public:
  Prober(const Program& program, int threads);
  enum class Want { influence, spectrum };
  Probe look(std::vector<double> x, Want want);
  /// Of the entries of the Jacobian, generously; 0: rounding.
  double derivative_error() const { return derivative_error_; }

 private:
  const Program& program_;
  int threads_;
  std::int64_t residuals_;
  double derivative_error_;
  AlignedArray residual_;
  DenseMatrix jacobian_;
};

/// Each free number times 1 ± 0.1 to 0.5, or ± 0.1 to 0.5 where it is zero; within the bounds. A block on a manifold is
/// moved by a step that would do so to its sizes.
std::vector<double> point_nearby(const Program& program, std::vector<double> x, std::mt19937_64& random);
/// Each free number times ± 10^(−2 to 2), 1 in place of 0, within the bounds where that leaves a choice.
std::vector<double> point_far_away(const Program& program, std::vector<double> x, std::mt19937_64& random);

}  // namespace thalweg::inline v0_1
