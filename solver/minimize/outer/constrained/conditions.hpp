// How far a point is from the conditions of Karush, Kuhn and Tucker.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include <thalweg/problem/problem.hpp>

namespace thalweg::inline v0_1 {

/// The components of one group of constraints at x, that of item i at [k · items + i].
struct GroupValues {
  std::vector<double> value;     ///< c
  std::vector<double> jacobian;  ///< ∂c by the group's local column j, [(k · columns + j) · items + i]
  std::vector<double> size;      ///< Σⱼ |∂c/∂xⱼ xⱼ|
  std::vector<double> slope;     ///< Σⱼ |∂c/∂xⱼ|
};
GroupValues values_at(const ResidualGroup& group, const std::vector<double>& x);

/// ∇ of a problem's cost at x by its moving components, in the order of x; 0 for those that do not move. Not for blocks
/// on manifolds.
std::vector<double> gradient_at(const Problem& problem, std::span<const std::int64_t> pinned,
                                const std::vector<double>& x);

/// Adds Σᵢ |wᵢ ∂vᵢ/∂xⱼ| over the values v of a group at x, w = v where none is given: the terms that a gradient is the
/// sum of. In the order of x.
void add_terms(const ResidualGroup& group, const std::vector<double>* weight, const std::vector<double>& x,
               std::vector<double>& terms);

/// ‖Π(x − g) − x‖∞ with the projection on the problem's bounds.
double projected_norm(const Problem& problem, const std::vector<double>& x, const std::vector<double>& g);

}  // namespace thalweg::inline v0_1
