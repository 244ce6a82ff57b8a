// What the multipliers of a point of the relaxation prove.
#pragma once

#include <vector>

#include <thalweg/models/certificate.hpp>

#include "models/pose_graph/certificate/eigenvalue.hpp"

namespace thalweg::inline v0_1::graph {

/// Of one point Y: the relaxation's minimum, over any number of columns, is at least F(Y) − gap.
template <class Pose>
struct Examination {
  std::vector<typename Pose::Rotation> multipliers;
  double gap = 0.0;
  double beta = 0.0;      ///< S + β I is positive definite
  double smallest = 0.0;  ///< λ, the smaller of `next` and those on the columns of Y
  double smallest_error = 0.0;
  Eigenpair next;  ///< beside the columns of Y
  double stationarity = 0.0;
};

/// Examines points of one relaxation.
template <class Pose>
class Examiner {
 public:
  Examiner(const Relaxation<Pose>& relaxation, const CertificateOptions& options);
  double tolerance(double cost) const;
  /// Replaces the positions of Y by the best ones for its rotations.
  Examination<Pose> examine(Eigen::MatrixXd& Y);

  const Relaxation<Pose>& relaxation() const { return relaxation_; }
  ShiftedMatrix<Pose>& shifted() { return shifted_; }
  PositionMatrix<Pose>& positions() { return positions_; }

 private:
  void find_beta(Examination<Pose>& found);
  void tighten_beta(Examination<Pose>& found);

  const Relaxation<Pose>& relaxation_;
  CertificateOptions options_;
  ShiftedMatrix<Pose> shifted_;
  PositionMatrix<Pose> positions_;
  double largest_ = 0.0;  // diagonal number of S, which what is small is small beside
};

}  // namespace thalweg::inline v0_1::graph
