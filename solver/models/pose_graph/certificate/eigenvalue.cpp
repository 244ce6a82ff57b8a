#include "models/pose_graph/certificate/eigenvalue.hpp"

#include <algorithm>
#include <cmath>

#include <thalweg/base/cancellation.hpp>

#include <math/dense_decompositions.hpp>
#include <math/random.hpp>

namespace thalweg::inline v0_1::graph {
namespace {

using Eigen::MatrixXd;
using Eigen::VectorXd;

/// v less its parts along the columns, twice, for rounding.
void remove(const Eigen::Ref<const MatrixXd>& columns, Eigen::Ref<VectorXd> v) {
  for (int round = 0; round < 2 && columns.cols() > 0; ++round) v -= columns * (columns.transpose() * v);
}

}  // namespace

template <class Pose>
void clear_positions(const Relaxation<Pose>& relaxation, MatrixXd& V) {
  constexpr int d = Pose::space;
  for (std::int64_t i = 0; i < relaxation.poses(); ++i) V.row(relaxation.row_of(i) + d).setZero();
  V.bottomRows(relaxation.rows() - relaxation.poses() * (d + 1)).setZero();
}

template <class Pose>
void multiply_by_complement(const Relaxation<Pose>& relaxation, const std::vector<typename Pose::Rotation>& multipliers,
                            PositionMatrix<Pose>& positions, MatrixXd& V, MatrixXd& product) {
  clear_positions(relaxation, V);
  positions.minimize_positions(V);
  relaxation.multiply(multipliers, V, product);
  clear_positions(relaxation, product);
}

template <class Pose>
MatrixXd rotation_basis(const Relaxation<Pose>& relaxation, const MatrixXd& Y) {
  constexpr double dependent = 1e-6;
  MatrixXd all = Y;
  clear_positions(relaxation, all);
  MatrixXd basis(Y.rows(), Y.cols());
  Eigen::Index found = 0;
  const double size = std::sqrt(static_cast<double>(relaxation.poses()));
  for (Eigen::Index c = 0; c < all.cols(); ++c) {
    VectorXd v = all.col(c);
    remove(basis.leftCols(found), v);
    const double length = v.norm();
    if (length > dependent * size) basis.col(found++) = v / length;
  }
  return basis.leftCols(found);
}

template <class Pose>
Eigenpair smallest_eigenpair(const Relaxation<Pose>& relaxation,
                             const std::vector<typename Pose::Rotation>& multipliers, ShiftedMatrix<Pose>& shifted,
                             double beta, PositionMatrix<Pose>& positions, const MatrixXd& basis, double tolerance,
                             double floor, int most) {
  constexpr int test_every = 5;
  const Eigen::Index rows = relaxation.rows();
  const auto free = static_cast<int>(std::min<std::int64_t>(most, relaxation.poses() * Pose::space - basis.cols()));
  // The basis first: removed one after the other, each set of columns would bring back rounding errors of the other.
  const Eigen::Index kept = basis.cols();
  MatrixXd Q(rows, kept + free + 1), w(rows, 1), product;
  Q.leftCols(kept) = basis;
  VectorXd alpha(free), off(free);
  regression::Random random(1);
  for (Eigen::Index i = 0; i < rows; ++i) w(i, 0) = random.uniform() - 0.5;
  clear_positions(relaxation, w);
  remove(basis, w.col(0));
  Q.col(kept) = w.col(0).normalized();
  Eigenpair pair;
  pair.error = std::numeric_limits<double>::infinity();
  for (int k = 0; k < free; ++k) {
    CancellationProbe::poll();
    w.col(0) = Q.col(kept + k);
    shifted.solve(w);
    clear_positions(relaxation, w);
    alpha[k] = Q.col(kept + k).dot(w.col(0));
    remove(Q.leftCols(kept + k + 1), w.col(0));
    off[k] = w.col(0).norm();
    const bool exhausted = !(off[k] > 1e-13 * std::abs(alpha[0])) || k + 1 == free;
    if (!exhausted) Q.col(kept + k + 1) = w.col(0) / off[k];
    if (!exhausted && (k + 1) % test_every != 0) continue;
    MatrixXd T = MatrixXd::Zero(k + 1, k + 1);
    for (int i = 0; i <= k; ++i) {
      T(i, i) = alpha[i];
      if (i < k) T(i, i + 1) = T(i + 1, i) = off[i];
    }
    const Eigen::SelfAdjointEigenSolver<MatrixXd> eigen(T);
    const double mu = eigen.eigenvalues()[k];
    const double value = 1.0 / mu - beta;
    // The residual of the inverse, divided by μ: that of S to first order.
    const double estimate = off[k] * std::abs(eigen.eigenvectors()(k, k)) / mu * std::abs(1.0 / mu);
    if (!exhausted && estimate > 0.3 * tolerance * (std::abs(value) + floor)) continue;
    MatrixXd v = Q.middleCols(kept, k + 1) * eigen.eigenvectors().col(k);
    remove(basis, v.col(0));
    v /= v.norm();
    multiply_by_complement(relaxation, multipliers, positions, v, product);
    VectorXd rotations = v.col(0);
    MatrixXd only = v;
    clear_positions(relaxation, only);
    pair.value = only.col(0).dot(product.col(0));
    pair.error = (product.col(0) - pair.value * only.col(0)).norm();
    pair.vector = std::move(rotations);
    if (exhausted || pair.error <= tolerance * (std::abs(pair.value) + floor)) break;
  }
  return pair;
}

#define THALWEG_INSTANTIATE(Pose)                                                                                   \
  template void clear_positions<Pose>(const Relaxation<Pose>&, MatrixXd&);                                          \
  template void multiply_by_complement<Pose>(const Relaxation<Pose>&, const std::vector<Pose::Rotation>&,           \
                                             PositionMatrix<Pose>&, MatrixXd&, MatrixXd&);                          \
  template MatrixXd rotation_basis<Pose>(const Relaxation<Pose>&, const MatrixXd&);                                 \
  template Eigenpair smallest_eigenpair<Pose>(const Relaxation<Pose>&, const std::vector<Pose::Rotation>&,          \
                                              ShiftedMatrix<Pose>&, double, PositionMatrix<Pose>&, const MatrixXd&, \
                                              double, double, int);
THALWEG_INSTANTIATE(Pose2)
THALWEG_INSTANTIATE(Pose3)
#undef THALWEG_INSTANTIATE

}  // namespace thalweg::inline v0_1::graph
