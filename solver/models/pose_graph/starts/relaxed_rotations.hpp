// Rotations of poses by linear least squares on the entries of their matrices, each then replaced by the nearest one.
#pragma once

#include <algorithm>
#include <vector>

#include "models/pose_graph/pose_algebra.hpp"
#include "models/pose_graph/starts/block_system.hpp"
#include "models/pose_graph/starts/edge_weights.hpp"
#include "models/pose_graph/starts/nearest_rotation.hpp"
#include "models/pose_graph/starts/vertex_numbers.hpp"

namespace thalweg::inline v0_1::graph {

/// The sensor's point of view in the frame of the pose.
template <class Pose>
typename Pose::Point sighted_point(const PoseGraph& g, std::size_t e) {
  typename Pose::Point z = Eigen::Map<const typename Pose::Point>(g.sightings.measurement.data() + e * Pose::space);
  if constexpr (Pose::space == 3) z = Pose3::load(g.sensors.data() + 7 * g.sensor_of[e]) * z;
  return z;
}

template <class Pose>
Pose measured_pose(const PoseGraph& g, std::size_t e) {
  return Pose::load(g.edges.measurement.data() + e * static_cast<std::size_t>(Pose::size));
}

template <class Pose>
const double* edge_information(const PoseGraph& g, std::size_t e) {
  return g.edges.information.data() + e * static_cast<std::size_t>(triangle(Pose::tangent));
}

/// Unknowns that several right-hand sides share one matrix for: number (v, row) of right-hand side c.
class SharedUnknowns {
 public:
  SharedUnknowns(std::int32_t vertices, int width, int sides)
      : vertices_(static_cast<std::size_t>(vertices)),
        width_(static_cast<std::size_t>(width)),
        values_(vertices_ * width_ * static_cast<std::size_t>(sides), 0.0) {}
  double& operator()(std::int32_t v, int row, int c) {
    return values_[(static_cast<std::size_t>(c) * vertices_ + static_cast<std::size_t>(v)) * width_ +
                   static_cast<std::size_t>(row)];
  }
  template <class Matrix>
  void add(std::int32_t v, const Matrix& M) {
    for (int c = 0; c < M.cols(); ++c)
      for (int r = 0; r < M.rows(); ++r) (*this)(v, r, c) += M(r, c);
  }
  double* data() { return values_.data(); }

 private:
  std::size_t vertices_, width_;
  std::vector<double> values_;
};

/// From the edges alone. With Yᵥ = Rᵥᵀ an edge says Yⱼ = Zᵀ Yᵢ, and the d columns of Y share one matrix: blocks W at
/// (j, j), Z W Zᵀ at (i, i) and −W Zᵀ at (j, i). `system` is d wide, over the poses. False where it is singular.
template <class Pose>
bool relax_rotations(const PoseGraph& g, const VertexNumbers& number, BlockSystem& system,
                     std::vector<typename Pose::Rotation>& rotations) {
  constexpr int d = Pose::space;
  using Rotation = typename Pose::Rotation;
  SharedUnknowns Y(number.poses, d, d);
  const double* last = nullptr;
  Rotation W;
  for (std::size_t e = 0; e < g.edges.from.size(); ++e) {
    const auto [i, j] = number.ends(g.edges, e, false);
    if (i < 0 && j < 0) continue;
    const double* const omega = edge_information<Pose>(g, e);
    if (!last || !std::equal(omega, omega + triangle(Pose::tangent), last)) W = rotation_weight<Pose>(omega);
    last = omega;
    const Rotation Z = measured_pose<Pose>(g, e).rotation(), WZ = W * Z.transpose();
    if (j >= 0) system.add(j, j, W.data());
    if (i >= 0) {
      const Rotation ZWZ = Z * WZ;
      system.add(i, i, ZWZ.data());
    }
    if (i >= 0 && j >= 0) {
      const Rotation off = -WZ;
      system.add(j, i, off.data());
    } else if (j >= 0) {
      Y.add(j, WZ * rotations[static_cast<std::size_t>(g.edges.from[e])].transpose());
    } else {
      Y.add(i, WZ.transpose() * rotations[static_cast<std::size_t>(g.edges.to[e])].transpose());
    }
  }
  if (!system.solve(Y.data(), d)) return false;
  for (std::size_t v = 0; v < rotations.size(); ++v) {
    if (number.held[v]) continue;
    Rotation R;
    for (int r = 0; r < d; ++r)
      for (int c = 0; c < d; ++c) R(c, r) = Y(number.pose[v], r, c);
    rotations[v] = nearest_rotation(R);
  }
  return true;
}

/// From edges and sightings together, the positions relaxed with the rotations: where loops close through landmarks
/// alone, the edges' rotations close none. Row k of (R t) is an unknown x of d + 1 numbers, the same matrix for every
/// k: an edge says xⱼ = Hᵀ xᵢ with H = (Z z; 0 1), a sighting of z λ = (z; 1)ᵀ xᵢ, with λ coordinate k of the landmark.
/// Information of translations and sightings counts by its mean over the directions. Positions are from `origin`. False
/// where it is singular.
template <class Pose>
bool relax_jointly(const PoseGraph& g, const VertexNumbers& number, const typename Pose::Point& origin,
                   const std::vector<typename Pose::Point>& positions,
                   std::vector<typename Pose::Rotation>& rotations) {
  constexpr int d = Pose::space, width = d + 1;
  using Block = Eigen::Matrix<double, width, width>;
  using Column = Eigen::Matrix<double, width, 1>;
  using Known = Eigen::Matrix<double, width, d>;
  BlockSystem system(width, number.count(), number.pairs(g, true));
  SharedUnknowns X(number.count(), width, d);
  const auto known = [&](std::int32_t pose) {
    Known rows;
    rows.template topRows<d>() = rotations[static_cast<std::size_t>(pose)].transpose();
    rows.row(d) = positions[static_cast<std::size_t>(pose)].transpose();
    return rows;
  };
  for (std::size_t e = 0; e < g.edges.from.size(); ++e) {
    const auto [i, j] = number.ends(g.edges, e, false);
    if (i < 0 && j < 0) continue;
    const double* const omega = edge_information<Pose>(g, e);
    Block W = Block::Zero(), H = Block::Identity();
    W.template topLeftCorner<d, d>() = rotation_weight<Pose>(omega);
    for (int k = 0; k < d; ++k) W(d, d) += omega[place(Pose::tangent, k, k)] / d;
    const Pose Z = measured_pose<Pose>(g, e);
    H.template topLeftCorner<d, d>() = Z.rotation();
    H.template topRightCorner<d, 1>() = Z.t;
    const Block WH = W * H.transpose(), HWH = H * WH, off = -WH;
    if (j >= 0) system.add(j, j, W.data());
    if (i >= 0) system.add(i, i, HWH.data());
    if (i >= 0 && j >= 0)
      system.add(j, i, off.data());
    else if (j >= 0)
      X.add(j, WH * known(g.edges.from[e]));
    else
      X.add(i, WH.transpose() * known(g.edges.to[e]));
  }
  for (std::size_t e = 0; e < g.sightings.from.size(); ++e) {
    const auto [i, l] = number.ends(g.sightings, e, true);
    const double* const omega = g.sightings.information.data() + e * static_cast<std::size_t>(triangle(d));
    double w = 0.0;
    for (int k = 0; k < d; ++k) w += omega[place(d, k, k)] / d;
    Column h;
    h << sighted_point<Pose>(g, e), 1.0;
    Block own = Block::Zero(), off = Block::Zero();
    own(d, d) = w;
    off.row(d) = -w * h.transpose();
    const Block seen = w * h * h.transpose();
    if (l >= 0) system.add(l, l, own.data());
    if (i >= 0) system.add(i, i, seen.data());
    if (i >= 0 && l >= 0) {
      system.add(l, i, off.data());
    } else if (l >= 0) {
      X.add(l, -off * known(g.sightings.from[e]));
    } else if (i >= 0) {
      const typename Pose::Point at =
          Eigen::Map<const typename Pose::Point>(g.landmarks.data() + g.sightings.to[e] * d) - origin;
      X.add(i, w * h * at.transpose());
    }
  }
  // A landmark is one number of each right-hand side; the others of its block are nothing.
  Block unused = Block::Identity();
  unused(d, d) = 0.0;
  for (const std::int32_t l : number.landmark)
    if (l >= 0) system.add(l, l, unused.data());
  if (!system.solve(X.data(), d)) return false;
  for (std::size_t v = 0; v < rotations.size(); ++v) {
    if (number.held[v]) continue;
    typename Pose::Rotation R;
    for (int k = 0; k < d; ++k)
      for (int c = 0; c < d; ++c) R(k, c) = X(number.pose[v], c, k);
    rotations[v] = nearest_rotation(R);
  }
  return true;
}

}  // namespace thalweg::inline v0_1::graph
