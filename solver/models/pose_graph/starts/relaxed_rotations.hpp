// Rotations of poses by linear least squares on the entries of their matrices, each then replaced by the nearest one.
#pragma once

#include <algorithm>
#include <functional>
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
  double& operator()(std::int32_t v, int row, int c) { return values_[place_of(v, row, c)]; }
  double operator()(std::int32_t v, int row, int c) const { return values_[place_of(v, row, c)]; }
  template <class Matrix>
  void add(std::int32_t v, const Matrix& M) {
    for (int c = 0; c < M.cols(); ++c)
      for (int r = 0; r < M.rows(); ++r) (*this)(v, r, c) += M(r, c);
  }
  void add(const SharedUnknowns& step) {
    std::transform(values_.begin(), values_.end(), step.values_.begin(), values_.begin(), std::plus<>());
  }
  double* data() { return values_.data(); }

 private:
  std::size_t place_of(std::int32_t v, int row, int c) const {
    return (static_cast<std::size_t>(c) * vertices_ + static_cast<std::size_t>(v)) * width_ +
           static_cast<std::size_t>(row);
  }

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

/// Edges and sightings as relations of one kind, the positions relaxed with the rotations: where loops close through
/// landmarks alone, the edges' rotations close none. Row k of (R t) is an unknown x of d + 1 numbers, the same matrix
/// for every k: an edge says xⱼ = Hᵀ xᵢ with H = (Z z; 0 1), a sighting of z λ = (z; 1)ᵀ xᵢ, with λ coordinate k of the
/// landmark, the last number of an unknown of its own. Information of translations and sightings counts by its mean
/// over the directions.
template <class Pose>
class JointRelaxation {
  static constexpr int d = Pose::space, width = d + 1;
  using Block = Eigen::Matrix<double, width, width>;
  using Rows = Eigen::Matrix<double, width, d>;  // x of every k
  using Point = typename Pose::Point;
  using Rotation = typename Pose::Rotation;

 public:
  /// Of poses that are held, and positions from `origin`.
  JointRelaxation(const PoseGraph& g, const VertexNumbers& number, const Point& origin,
                  const std::vector<Point>& positions, std::vector<Rotation>& rotations)
      : g_(g),
        number_(number),
        origin_(origin),
        positions_(positions),
        rotations_(rotations),
        system_(width, number.count(), number.pairs(g, true)),
        X_(number.count(), width, d) {}

  /// False where the system is singular. The second round mends what rounding left of the first, whose arms are long.
  bool run() {
    for_each_relation([&](std::int32_t i, std::int32_t j, const Rows&, const Rows&, const Block& A, const Block& W) {
      const Block AW = A * W, AWA = AW * A.transpose(), off = -AW.transpose();
      if (j >= 0) system_.add(j, j, W.data());
      if (i >= 0) system_.add(i, i, AWA.data());
      if (i >= 0 && j >= 0) system_.add(j, i, off.data());
    });
    Block unused = Block::Identity();  // of a landmark's block
    unused(d, d) = 0.0;
    for (const std::int32_t l : number_.landmark)
      if (l >= 0) system_.add(l, l, unused.data());
    if (!system_.factor() || !correct() || !correct()) return false;
    for (std::size_t v = 0; v < rotations_.size(); ++v)
      if (!number_.held[v])
        rotations_[v] = nearest_rotation(Rotation(value(number_.pose[v]).template topRows<d>().transpose()));
    return true;
  }

 private:
  /// visit(i, j, xᵢ, xⱼ, A, W) of every relation ‖xⱼ − Aᵀ xᵢ‖² weighted by W; i, j < 0: it does not move.
  template <class Visit>
  void for_each_relation(const Visit& visit) const {
    const double* last = nullptr;
    Block W = Block::Zero();
    for (std::size_t e = 0; e < g_.edges.from.size(); ++e) {
      const auto [i, j] = number_.ends(g_.edges, e, false);
      if (i < 0 && j < 0) continue;
      const double* const omega = edge_information<Pose>(g_, e);
      if (!last || !std::equal(omega, omega + triangle(Pose::tangent), last)) {
        W.template topLeftCorner<d, d>() = rotation_weight<Pose>(omega);
        W(d, d) = mean(omega, Pose::tangent);
      }
      last = omega;
      const Pose Z = measured_pose<Pose>(g_, e);
      Block H = Block::Identity();
      H.template topLeftCorner<d, d>() = Z.rotation();
      H.template topRightCorner<d, 1>() = Z.t;
      visit(i, j, pose_rows(g_.edges.from[e]), pose_rows(g_.edges.to[e]), H, W);
    }
    for (std::size_t e = 0; e < g_.sightings.from.size(); ++e) {
      const auto [i, l] = number_.ends(g_.sightings, e, true);
      if (i < 0 && l < 0) continue;
      Block A = Block::Zero(), w = Block::Zero();
      A.template topRightCorner<d, 1>() = sighted_point<Pose>(g_, e);
      A(d, d) = 1.0;
      w(d, d) = mean(g_.sightings.information.data() + e * static_cast<std::size_t>(triangle(d)), d);
      visit(i, l, pose_rows(g_.sightings.from[e]), landmark_rows(g_.sightings.to[e]), A, w);
    }
  }
  /// Of the first d diagonal entries.
  static double mean(const double* omega, int n) {
    double sum = 0.0;
    for (int k = 0; k < d; ++k) sum += omega[place(n, k, k)] / d;
    return sum;
  }
  Rows value(std::int32_t v) const {
    Rows x;
    for (int k = 0; k < d; ++k)
      for (int c = 0; c < width; ++c) x(c, k) = X_(v, c, k);
    return x;
  }
  Rows pose_rows(std::int32_t pose) const {
    const auto v = static_cast<std::size_t>(pose);
    if (number_.pose[v] >= 0) return value(number_.pose[v]);
    Rows x;
    x << rotations_[v].transpose(), positions_[v].transpose();
    return x;
  }
  Rows landmark_rows(std::int32_t landmark) const {
    const auto l = static_cast<std::size_t>(landmark);
    if (number_.landmark[l] >= 0) return value(number_.landmark[l]);
    Rows x = Rows::Zero();
    x.row(d) = (Eigen::Map<const Point>(g_.landmarks.data() + landmark * d) - origin_).transpose();
    return x;
  }
  /// X moves to the minimum, from wherever it is.
  bool correct() {
    SharedUnknowns step(number_.count(), width, d);
    for_each_relation(
        [&](std::int32_t i, std::int32_t j, const Rows& xi, const Rows& xj, const Block& A, const Block& W) {
          const Rows pull = W * (xj - A.transpose() * xi);
          if (j >= 0) step.add(j, Rows(-pull));
          if (i >= 0) step.add(i, Rows(A * pull));
        });
    if (!system_.solve_factored(step.data(), d)) return false;
    X_.add(step);
    return true;
  }

  const PoseGraph& g_;
  const VertexNumbers& number_;
  const Point& origin_;
  const std::vector<Point>& positions_;
  std::vector<Rotation>& rotations_;
  BlockSystem system_;
  SharedUnknowns X_;
};

}  // namespace thalweg::inline v0_1::graph
