#pragma once

#include <cmath>
#include <vector>

#include <math/dense_kernels.hpp>
#include <minimize/system/box_step.hpp>
#include <thalweg/base/aligned.hpp>
#include <thalweg/problem/program.hpp>

namespace thalweg::inline v0_1 {

/// A point, its residual, its Jacobian and its cost. Two of them are swapped, never copied.
struct State {
  explicit State(const Program& program)
      : x(static_cast<std::size_t>(program.size())),
        residual(program.rows()),
        jacobian(program.rows(), program.columns()) {}
  std::vector<double> x;  ///< all components, fixed ones included
  AlignedArray residual;  ///< rows()
  DenseMatrix jacobian;   ///< rows() × columns()
  double cost = 0.0;      ///< ½‖residual‖², but not where a group has a loss
};

/// ‖residual‖.
inline double residual_norm(const Program& program, const State& state) {
  if (!program.has_loss()) return std::sqrt(2.0 * state.cost);
  return std::sqrt(kernels::dot(state.residual.data(), state.residual.data(), program.rows()));
}

/// ‖Jⱼ‖.
inline double column_norm(const DenseMatrix& J, std::size_t column) {
  const double* Jj = J.column(static_cast<std::int64_t>(column));
  return std::sqrt(kernels::dot(Jj, Jj, J.stride()));
}

/// The free components of x, moved by `step` (columns()) and projected on the bounds, or along the retraction of their
/// manifold; the rest as in `from`.
inline void retract(const Program& program, const std::vector<double>& from, const double* step,
                    std::vector<double>& to) {
  to = from;
  const auto& lower = program.problem().lower();
  const auto& upper = program.problem().upper();
  for (std::int64_t j = 0; j < program.columns(); ++j) {
    const auto i = static_cast<std::size_t>(program.component_of(j));
    to[i] = stepped(from[i], step[j], lower[i], upper[i]);
  }
  if (program.is_curved()) program.retract_curved(from.data(), step, to.data());
}

/// Squared ‖Dx‖ over the free components; of manifolds the sizes count.
inline double scaled_point(const Program& program, const std::vector<double>& x, std::span<const double> D) {
  double squares = 0.0;
  if (program.is_curved()) {
    std::vector<double> size(D.size());
    program.coordinates(x.data(), size.data());
    for (std::size_t j = 0; j < D.size(); ++j) squares += D[j] * size[j] * D[j] * size[j];
    return squares;
  }
  for (std::size_t j = 0; j < D.size(); ++j) {
    const double v = D[j] * x[static_cast<std::size_t>(program.component_of(static_cast<std::int64_t>(j)))];
    squares += v * v;
  }
  return squares;
}

}  // namespace thalweg::inline v0_1
