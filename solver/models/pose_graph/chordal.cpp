#include <algorithm>
#include <cmath>
#include <optional>
#include <span>
#include <utility>

#include <Eigen/Eigenvalues>

#include "models/pose_graph/block_system.hpp"
#include "models/pose_graph/information.hpp"
#include "models/pose_graph/nearest_rotation.hpp"
#include "models/pose_graph/pose_algebra.hpp"
#include "models/pose_graph/starts.hpp"

namespace thalweg::graph {
namespace {

std::size_t at(std::int64_t i) { return static_cast<std::size_t>(i); }

template <class Pose>
class Chordal {
  static constexpr int d = Pose::space, turns = Pose::tangent - Pose::space;
  using Rotation = typename Pose::Rotation;  // d × d
  using Point = typename Pose::Point;
  using Full = Eigen::Matrix<double, Pose::tangent, Pose::tangent>;

 public:
  explicit Chordal(const PoseGraph& g) : g_(g), held_(held_poses(g)), number_(held_.size(), -1) {
    for (std::size_t v = 0; v < held_.size(); ++v)
      if (!held_[v]) number_[v] = free_++;
    for (std::size_t e = 0; e < g.edges.from.size(); ++e)
      if (const auto [a, b] = ends(e); a >= 0 && b >= 0) pairs_.emplace_back(a, b);
    rotations_.resize(held_.size());
    positions_.resize(held_.size());
    for (std::size_t v = 0; v < held_.size(); ++v)
      if (held_[v]) {
        const Pose pose = Pose::load(g.poses.data() + v * Pose::size);
        rotations_[v] = pose.rotation();
        positions_[v] = pose.t;
      }
  }

  Start run() {
    Start start{g_.poses, {}};
    if (free_ == 0) return start;
    if (!solve_rotations() || !solve_positions()) return {{}, "its linear system is singular"};
    for (std::size_t v = 0; v < held_.size(); ++v) {
      if (held_[v]) continue;
      Pose pose;
      pose.set_rotation(rotations_[v]);
      pose.t = positions_[v];
      pose.store(start.poses.data() + v * Pose::size);
    }
    return start;
  }

 private:
  std::pair<std::int32_t, std::int32_t> ends(std::size_t e) const {
    return {number_[at(g_.edges.from[e])], number_[at(g_.edges.to[e])]};
  }
  BlockSystem& system_for(int width) {
    if (system_ && system_->width() == width)
      system_->clear();
    else
      system_.emplace(width, free_, pairs_);
    return *system_;
  }
  Pose measured(std::size_t e) const { return Pose::load(g_.edges.measurement.data() + e * at(Pose::size)); }
  const double* information(std::size_t e) const {
    return g_.edges.information.data() + e * at(triangle(Pose::tangent));
  }
  static Full full(const double* omega) {
    Full result;
    for (int i = 0; i < Pose::tangent; ++i)
      for (int j = i; j < Pose::tangent; ++j) result(i, j) = result(j, i) = omega[place(Pose::tangent, i, j)];
    return result;
  }

  /// What ‖(Rⱼ − Rᵢ Z) M‖² must have for M Mᵀ = W. Near a rotation Rⱼ = Rᵢ Z exp(ξ) it is ξᵀ (tr(W) I − W) ξ, which is
  /// to be ξᵀ Ω ξ, Ω the information of the rotation alone: in space W = ½ tr(Ω) I − Ω, made positive definite. In the
  /// plane it is tr(W) ξ².
  Rotation weight(const double* omega) const {
    const Full O = full(omega);
    const Eigen::Matrix<double, turns, turns> turning =
        O.template bottomRightCorner<turns, turns>() - O.template bottomLeftCorner<turns, d>() *
                                                           O.template topLeftCorner<d, d>().inverse() *
                                                           O.template topRightCorner<d, turns>();
    if constexpr (d == 2) {
      return 0.5 * turning(0, 0) * Rotation::Identity();
    } else {
      constexpr double least = 0.05;  // of the largest eigenvalue
      const Eigen::Matrix3d W = 0.5 * turning.trace() * Rotation::Identity() - turning;
      const Eigen::SelfAdjointEigenSolver<Eigen::Matrix3d> eigen(0.5 * (W + W.transpose()));
      const Eigen::Vector3d values = eigen.eigenvalues().cwiseMax(least * eigen.eigenvalues()[2]);
      return eigen.eigenvectors() * values.asDiagonal() * eigen.eigenvectors().transpose();
    }
  }

  // With Yᵥ = Rᵥᵀ an edge says Yⱼ = Zᵀ Yᵢ, and the d columns of Y share one matrix: blocks W at (j, j), Z W Zᵀ at (i,
  // i) and −W Zᵀ at (j, i).
  bool solve_rotations() {
    BlockSystem& system = system_for(d);
    std::vector<double> Y(at(free_) * d * d, 0.0);
    const auto entry = [&](std::int32_t v, int row, int column) -> double& {
      return Y[at(column) * at(free_) * d + at(v) * d + at(row)];
    };
    const auto add_right = [&](std::int32_t v, const Rotation& M) {
      for (int c = 0; c < d; ++c)
        for (int r = 0; r < d; ++r) entry(v, r, c) += M(r, c);
    };
    const double* last = nullptr;
    Rotation W;
    for (std::size_t e = 0; e < g_.edges.from.size(); ++e) {
      const auto [i, j] = ends(e);
      if (i < 0 && j < 0) continue;
      const double* const omega = information(e);
      if (!last || !std::equal(omega, omega + triangle(Pose::tangent), last)) W = weight(omega);
      last = omega;
      const Rotation Z = measured(e).rotation(), WZ = W * Z.transpose();
      if (j >= 0) system.add(j, j, W.data());
      if (i >= 0) {
        const Rotation ZWZ = Z * WZ;
        system.add(i, i, ZWZ.data());
      }
      if (i >= 0 && j >= 0) {
        const Rotation off = -WZ;
        system.add(j, i, off.data());
      } else if (j >= 0) {
        add_right(j, WZ * rotations_[at(g_.edges.from[e])].transpose());
      } else {
        add_right(i, WZ.transpose() * rotations_[at(g_.edges.to[e])].transpose());
      }
    }
    if (!system.solve(Y.data(), d)) return false;
    for (std::size_t v = 0; v < held_.size(); ++v) {
      if (held_[v]) continue;
      Rotation R;
      for (int r = 0; r < d; ++r)
        for (int c = 0; c < d; ++c) R(c, r) = entry(number_[v], r, c);
      rotations_[v] = nearest_rotation(R);
    }
    return true;
  }

  /// Information of a translation alone, when the rotation is known.
  auto place_information(std::size_t e) const { return full(information(e)).template topLeftCorner<d, d>().eval(); }

  bool isotropic() const {
    constexpr double tolerance = 1e-6;
    for (std::size_t e = 0; e < g_.edges.from.size(); ++e) {
      const double* const omega = information(e);
      for (int i = 0; i < d; ++i)
        for (int j = i; j < d; ++j)
          if (std::abs(omega[place(Pose::tangent, i, j)] - (i == j ? omega[0] : 0.0)) > tolerance * omega[0])
            return false;
    }
    return true;
  }

  /// ½ Σ ‖tⱼ − tᵢ − Rᵢ z‖², weighted by the information turned into the world. Where that is the same in all
  /// directions, the d coordinates share one scalar matrix.
  bool solve_positions() {
    const bool scalar = d == 3 && isotropic();  // in the plane the analysis of the rotations serves again
    const int width = scalar ? 1 : d;
    BlockSystem& system = system_for(width);
    std::vector<double> t(at(free_) * d, 0.0);
    const auto entry = [&](std::int32_t v, int k) -> double& {
      return scalar ? t[at(k) * at(free_) + at(v)] : t[at(v) * d + at(k)];
    };
    for (std::size_t e = 0; e < g_.edges.from.size(); ++e) {
      const auto [i, j] = ends(e);
      if (i < 0 && j < 0) continue;
      const std::size_t from = at(g_.edges.from[e]), to = at(g_.edges.to[e]);
      const Pose Z = measured(e);
      const Point offset = rotations_[from] * Z.t;
      Rotation A = Rotation::Identity();
      if (scalar) {
        A *= information(e)[0];
      } else {
        const Rotation turn = rotations_[from] * Z.rotation();
        A = turn * place_information(e) * turn.transpose();
      }
      const Rotation minus = -A;
      if (j >= 0) system.add(j, j, A.data());
      if (i >= 0) system.add(i, i, A.data());
      if (i >= 0 && j >= 0) system.add(j, i, minus.data());
      const Point right_j = A * (i >= 0 ? offset : Point(offset + positions_[from]));
      const Point right_i = A * (j >= 0 ? Point(-offset) : Point(positions_[to] - offset));
      for (int k = 0; k < d; ++k) {
        if (j >= 0) entry(j, k) += right_j[k];
        if (i >= 0) entry(i, k) += right_i[k];
      }
    }
    if (!system.solve(t.data(), scalar ? d : 1)) return false;
    for (std::size_t v = 0; v < held_.size(); ++v)
      for (int k = 0; k < d && !held_[v]; ++k) positions_[v][k] = entry(number_[v], k);
    return true;
  }

  const PoseGraph& g_;
  std::vector<char> held_;
  std::vector<std::int32_t> number_;  // of each pose its block column; −1: held
  std::int32_t free_ = 0;
  std::vector<std::pair<std::int32_t, std::int32_t>> pairs_;
  std::optional<BlockSystem> system_;
  std::vector<Rotation> rotations_;
  std::vector<Point> positions_;
};

}  // namespace

Start chordal_start(const PoseGraph& g) {
  return g.kind == PoseGraph::Kind::se2 ? Chordal<Pose2>(g).run() : Chordal<Pose3>(g).run();
}

}  // namespace thalweg::graph
