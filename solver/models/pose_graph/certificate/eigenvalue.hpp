// The smallest eigenvalue of a certificate's matrix.
#pragma once

#include <vector>

#include "models/pose_graph/certificate/relaxation.hpp"
#include "models/pose_graph/certificate/shifted_matrix.hpp"

namespace thalweg::inline v0_1::graph {

/// Of the Schur complement of the positions in S = M − blkdiag(Λᵢ, 0).
struct Eigenpair {
  double value = 0.0;
  double error = 0.0;      ///< ‖S v − λ v‖ / ‖v‖: an eigenvalue is that close
  Eigen::VectorXd vector;  ///< with the positions' rows −M_tt⁻¹ M_tR v; the rotations' have length 1
};

/// Sets the rows of positions to 0.
template <class Pose>
void clear_positions(const Relaxation<Pose>& relaxation, Eigen::MatrixXd& V);

/// The Schur complement times the rotations' rows of V, whose rows of positions are set to −M_tt⁻¹ M_tR V.
template <class Pose>
void multiply_by_complement(const Relaxation<Pose>& relaxation, const std::vector<typename Pose::Rotation>& multipliers,
                            PositionMatrix<Pose>& positions, Eigen::MatrixXd& V, Eigen::MatrixXd& product);

/// An orthonormal basis of the rotations' rows of Y, rows of positions 0: S maps it to 0 where Y is stationary.
template <class Pose>
Eigen::MatrixXd rotation_basis(const Relaxation<Pose>& relaxation, const Eigen::MatrixXd& Y);

/// The smallest on the orthogonal complement of `basis`, by Lanczos' iteration with (S + β I)⁻¹, whose factor `shifted`
/// has, all vectors kept orthogonal (Parlett 1998, chapter 13). Ends where the error is at most
/// tolerance · (|λ| + floor), or after `most` products.
template <class Pose>
Eigenpair smallest_eigenpair(const Relaxation<Pose>& relaxation,
                             const std::vector<typename Pose::Rotation>& multipliers, ShiftedMatrix<Pose>& shifted,
                             double beta, PositionMatrix<Pose>& positions, const Eigen::MatrixXd& basis,
                             double tolerance, double floor, int most);

}  // namespace thalweg::inline v0_1::graph
