// The sparse matrices of a certificate, factored.
#pragma once

#include <cstdint>
#include <vector>

#include <thalweg/linear/block_cholesky.hpp>
#include <thalweg/linear/block_matrix.hpp>

#include "models/pose_graph/certificate/relaxation.hpp"

namespace thalweg::inline v0_1::graph {

/// M − blkdiag(Λᵢ, 0) + β blkdiag(I, 0), rows of held positions replaced by those of the identity. It is positive
/// definite exactly where the Schur complement of the positions, plus β I, is.
template <class Pose>
class ShiftedMatrix {
 public:
  using Rotation = typename Pose::Rotation;
  /// Throws Error where the factor is larger than memory.
  ShiftedMatrix(const Relaxation<Pose>& relaxation, int threads);

  /// Whether it is positive definite, to rounding.
  bool factor(const std::vector<Rotation>& multipliers, double beta);
  /// The same with blocks of one's own in the place of −Λᵢ + β I.
  bool factor(const std::vector<Rotation>& diagonal);
  /// In place, after a factor() that succeeded. Held rows of B are to be 0.
  void solve(Eigen::MatrixXd& B);
  /// The largest diagonal number of M − Λ in the rows of rotations.
  double largest_diagonal(const std::vector<Rotation>& multipliers) const;

 private:
  static constexpr int d = Pose::space;
  struct Places {
    std::int64_t from, to, across;  // blocks (i, i), (j, j) and that of both; −1: none
    bool swapped;                   // the last is (i, j)
  };
  const Relaxation<Pose>& relaxation_;
  BlockPattern pattern_;
  std::vector<Places> places_;
  std::vector<std::int64_t> diagonal_;  // block of each vertex
  BlockCholesky cholesky_;
};

/// The positions' part of M, with one number for each pose and landmark.
template <class Pose>
class PositionMatrix {
 public:
  PositionMatrix(const Relaxation<Pose>& relaxation, int threads);
  /// Replaces the rows of positions of Y by those that minimise F for the rotations: M_tt t = −M_tR R. Returns by how
  /// much F falls.
  double minimize_positions(Eigen::MatrixXd& Y);

 private:
  static constexpr int d = Pose::space;
  const Relaxation<Pose>& relaxation_;
  BlockCholesky cholesky_;
  Eigen::MatrixXd product_, right_;
};

}  // namespace thalweg::inline v0_1::graph
