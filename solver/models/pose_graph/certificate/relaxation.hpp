// The cost of a pose graph as a quadratic form of rotations and positions, whose constraints are the rotations' alone.
#pragma once

#include <cstdint>
#include <vector>

#include <thalweg/models/pose_graph.hpp>

#include "models/pose_graph/pose_algebra.hpp"

namespace thalweg::inline v0_1::graph {

/// F(Y) = ½ tr(Yᵀ M Y) + constant, of a matrix Y with d + 1 rows for each pose, Rᵢᵀ and tᵢᵀ, and one row for each
/// landmark. A graph in d dimensions has d columns, its relaxation more: then Rᵢᵀ has d orthonormal rows. M is
///
///     Σ τ u uᵀ with uᵀ Y = tⱼᵀ − tᵢᵀ − offsetᵀ Rᵢᵀ, and − ½ turn at (Rᵢ, Rⱼ), its transpose at (Rⱼ, Rᵢ)
///
/// (Rosen, Carlone, Bandeira & Leonard 2019, eq. 14, with any matrix in the place of κ R̃ᵢⱼ).
template <class Pose>
class Relaxation {
 public:
  static constexpr int d = Pose::space;
  using Rotation = typename Pose::Rotation;
  using Point = typename Pose::Point;
  using Matrix = Eigen::MatrixXd;
  struct Edge {
    std::int64_t from, to;  ///< first rows of the poses; of a landmark `to` is −1
    std::int64_t target;    ///< the row of tⱼ, or of the landmark
    double tau;
    Point offset;
    Rotation turn;
  };

  /// F ≤ the cost of the graph everywhere, and F = cost − slack() where the graph stands.
  explicit Relaxation(const PoseGraph& graph);

  std::int64_t poses() const { return poses_; }
  std::int64_t rows() const { return rows_; }
  static std::int64_t row_of(std::int64_t pose) { return pose * (d + 1); }
  const std::vector<Edge>& edges() const { return edges_; }
  /// Whether F is the graph's cost itself.
  bool is_equal() const { return equal_; }
  double slack() const { return slack_; }
  /// What the squares would sum to if the poses fitted nothing: the measure of F's rounding.
  double scale() const { return scale_; }
  /// Rows of positions that are kept at 0: one of each part that edges with translations connect.
  const std::vector<char>& is_held() const { return held_; }

  /// Where the graph stands, rows × d. Positions count from the one that is held.
  Matrix point(const PoseGraph& graph) const;
  double cost(const Matrix& Y) const;
  /// out = M Y, held rows 0. Y has 0 there.
  void multiply(const Matrix& Y, Matrix& out) const;
  /// Λᵢ = sym((M Y)ᵢ Yᵢᵀ), the Lagrange multipliers of Yᵢ Yᵢᵀ = I where Y is stationary.
  std::vector<Rotation> multipliers(const Matrix& Y) const;
  /// out = S Y, S = M − blkdiag(Λᵢ, 0).
  void multiply(const std::vector<Rotation>& multipliers, const Matrix& Y, Matrix& out) const;

 private:
  void hold_positions();

  std::int64_t poses_ = 0, rows_ = 0;
  std::vector<Edge> edges_;
  std::vector<char> held_;
  std::vector<std::int64_t> origin_;  // of each position's row the held one of its part
  double constant_ = 0.0, slack_ = 0.0, scale_ = 0.0;
  bool equal_ = true;
};

}  // namespace thalweg::inline v0_1::graph
