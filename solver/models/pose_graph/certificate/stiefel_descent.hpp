// Descent of a pose graph's relaxation over matrices whose poses have orthonormal rows.
#pragma once

#include "models/pose_graph/certificate/relaxation.hpp"
#include "models/pose_graph/certificate/shifted_matrix.hpp"

namespace thalweg::inline v0_1::graph {

struct DescentReport {
  double cost = 0.0;
  int products = 0;         ///< with the Hessian
  bool stationary = false;  ///< the predicted decrease of a further step is at most the threshold
};

/// Minimises F over Y with Yᵢ Yᵢᵀ = I for every pose, positions free: a trust region with truncated conjugate gradients
/// (Absil, Baker & Gallivan 2007, algorithms 1 and 2) on the product of Stiefel manifolds, retraction by the Cholesky
/// factor of Yᵢ Yᵢᵀ. The preconditioner is the factor of M plus the blocks that make it a connection Laplacian, which
/// the Hessian equals where all edges fit. It ends where ½ gᵀ P g, the decrease that the preconditioner's model
/// predicts, is at most `threshold`.
template <class Pose>
class StiefelDescent {
 public:
  using Matrix = Eigen::MatrixXd;
  using Rotation = typename Pose::Rotation;
  StiefelDescent(const Relaxation<Pose>& relaxation, int threads);

  /// From Y, in place.
  DescentReport run(Matrix& Y, double threshold);
  /// Makes the rows of each pose orthonormal again.
  void retract(Matrix& Y) const;

 private:
  static constexpr int d = Pose::space;
  struct Step {
    Matrix value;
    double predicted = 0.0;  // decrease of the quadratic model
    bool at_boundary = false;
  };
  void linearize(const Matrix& Y);
  Matrix projected(const Matrix& Y, const Matrix& V) const;
  Matrix preconditioned(const Matrix& Y, const Matrix& V);
  Matrix hessian(const Matrix& Y, const Matrix& V);
  Step truncated_step(const Matrix& Y, double radius);

  const Relaxation<Pose>& relaxation_;
  ShiftedMatrix<Pose> preconditioner_;
  std::vector<Rotation> multipliers_;
  Matrix gradient_, scaled_gradient_;
  double square_ = 0.0;  // gᵀ P g
  int products_ = 0;
};

}  // namespace thalweg::inline v0_1::graph
