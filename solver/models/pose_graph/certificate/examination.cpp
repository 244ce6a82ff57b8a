#include "models/pose_graph/certificate/examination.hpp"

#include <algorithm>
#include <cmath>

#include <thalweg/base/cancellation.hpp>

#include <math/dense_decompositions.hpp>

namespace thalweg::inline v0_1::graph {
namespace {

constexpr double least_shift = 1e-13;  // beside the largest diagonal number: what rounding of the factor needs

}  // namespace

template <class Pose>
Examiner<Pose>::Examiner(const Relaxation<Pose>& relaxation, const CertificateOptions& options)
    : relaxation_(relaxation),
      options_(options),
      shifted_(relaxation, options.threads),
      positions_(relaxation, options.threads) {}

template <class Pose>
double Examiner<Pose>::tolerance(double cost) const {
  constexpr double rounding = 1e-11;
  return std::max(options_.relative_gap * cost, rounding * relaxation_.scale());
}

/// The first β of a sequence with a factor. The first is far above rounding: solves with the factor are to be accurate
/// beside the columns of Y, which S maps to 0.
template <class Pose>
void Examiner<Pose>::find_beta(Examination<Pose>& found) {
  constexpr double first = 1e-6, growth = 100.0;
  constexpr int most = 10;
  found.beta = first * largest_;
  for (int k = 0; k < most; ++k, found.beta *= growth) {
    CancellationProbe::poll();
    if (shifted_.factor(found.multipliers, found.beta)) return;
  }
  throw Error("a certificate's matrix has numbers that are not finite, or too far apart; expected finite information");
}

/// As little above −λ as a factor is found, and above what rounding needs.
template <class Pose>
void Examiner<Pose>::tighten_beta(Examination<Pose>& found) {
  constexpr double margin = 1e-2, growth = 5.0;
  double beta = (1.0 + margin) * std::max(0.0, -found.next.value);
  if (beta > 0.0) beta += 2.0 * found.next.error;
  for (beta = std::max(beta, least_shift * largest_); beta < found.beta; beta *= growth) {
    CancellationProbe::poll();
    if (!shifted_.factor(found.multipliers, beta)) continue;
    found.beta = beta;
    return;
  }
}

template <class Pose>
Examination<Pose> Examiner<Pose>::examine(Eigen::MatrixXd& Y) {
  constexpr int most_products = 150;
  constexpr double floor = 1e-9;  // of the eigenvalue's error, beside the largest diagonal number
  Examination<Pose> found;
  const double improvement = positions_.minimize_positions(Y);
  found.multipliers = relaxation_.multipliers(Y);
  largest_ = std::max(shifted_.largest_diagonal(found.multipliers), 1e-300);
  find_beta(found);
  Eigen::MatrixXd basis = rotation_basis(relaxation_, Y), product;
  multiply_by_complement(relaxation_, found.multipliers, positions_, basis, product);
  clear_positions(relaxation_, basis);
  const Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd> gauge(basis.transpose() * product);
  found.smallest = gauge.eigenvalues()[0];
  found.smallest_error = (product - found.smallest * basis).operator*(gauge.eigenvectors().col(0)).norm();
  // Far from a stationary point S does not map the columns of Y to 0: then the whole space is searched.
  constexpr double invariant = 1e-6;
  const Eigen::MatrixXd apart = product.norm() <= invariant * largest_ ? basis : basis.leftCols(0).eval();
  found.next = smallest_eigenpair(relaxation_, found.multipliers, shifted_, found.beta, positions_, apart,
                                  options_.eigenvalue_tolerance, floor * largest_, most_products);
  tighten_beta(found);
  if (found.next.vector.size() > 0 && (apart.cols() == 0 || found.next.value < found.smallest)) {
    found.smallest = found.next.value;
    found.smallest_error = found.next.error;
  }
  const double count = static_cast<double>(relaxation_.poses() * Pose::space);
  found.gap = std::max(0.0, improvement) + 0.5 * count * found.beta;
  Eigen::MatrixXd SY;
  relaxation_.multiply(found.multipliers, Y, SY);
  found.stationarity = SY.cwiseAbs().maxCoeff();
  return found;
}

template class Examiner<Pose2>;
template class Examiner<Pose3>;

}  // namespace thalweg::inline v0_1::graph
