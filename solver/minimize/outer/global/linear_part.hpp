// Parameters that enter linearly are no coordinates of a search: they have best values for the others.
#pragma once

#include <cstdint>
#include <vector>

#include <thalweg/linear/dense_qr.hpp>
#include <thalweg/problem/program.hpp>

namespace thalweg::inline v0_1 {

/// Variable projection (Golub & Pereyra 1973) for points far from any minimum, within bounds.
class LinearPart {
 public:
  /// What one thread computes in.
  struct Workspace {
    AlignedArray residual;
    DenseMatrix jacobian;
    DenseQr qr;
    std::vector<char> held;
    std::vector<double> step, units, before;
  };

  /// Eliminates the components that are marked linear and move, all or none: there are none where a group has a loss or
  /// a cost of its own. `program` must outlive it.
  explicit LinearPart(const Program& program);
  bool eliminates(std::size_t component) const { return !is_linear_.empty() && is_linear_[component] != 0; }
  bool empty() const { return is_linear_.empty(); }
  /// Of one that is eliminated, in the place of the problem's.
  void set_bounds(std::size_t component, double lower, double upper);

  Workspace workspace() const;
  /// Moves the eliminated components of x to the minimum of the cost within their bounds, and returns the cost there. A
  /// component that meets a bound on the way from x stays on it, so that the cost is at least the minimum's. Two
  /// evaluations, one of them with derivatives.
  double complete(std::vector<double>& x, Workspace& w) const;

 private:
  void hold(std::vector<double>& x, Workspace& w) const;

  const Program& program_;
  std::vector<char> is_linear_;          // of each component; empty: none is
  std::vector<std::int64_t> columns_;    // of the Jacobian, those that are eliminated
  std::vector<std::size_t> components_;  // theirs, of x
  std::vector<double> lower_, upper_;    // theirs
};

}  // namespace thalweg::inline v0_1
