#include <linear/complete_orthogonal.hpp>
#include <math/dense_decompositions.hpp>

namespace thalweg::inline v0_1 {

void minimum_norm_solution(const DenseMatrix& R, const double* D, double tolerance, double* step) {
  const Eigen::Index n = R.rows();
  Eigen::MatrixXd unit = Eigen::MatrixXd::Zero(n, n);
  Eigen::VectorXd size(n), c(n);
  for (Eigen::Index j = 0; j < n; ++j) {
    const Eigen::Map<const Eigen::VectorXd> column(R.column(j), j + 1);
    size[j] = column.stableNorm();
    if (size[j] > 0.0) unit.col(j).head(j + 1) = column / size[j];
    c[j] = -R(j, n);
  }
  // With z = size·δ, permuted: S z = c in the leading rows S that the rank leaves, and z = W p for p = Dδ.
  Eigen::ColPivHouseholderQR<Eigen::MatrixXd> qr(unit);
  qr.setThreshold(tolerance);
  const Eigen::Index rank = qr.rank();
  c.applyOnTheLeft(qr.householderQ().adjoint());
  const Eigen::VectorXd W =
      qr.colsPermutation().transpose() * size.cwiseQuotient(Eigen::Map<const Eigen::VectorXd>(D, n));
  Eigen::MatrixXd rows = qr.matrixR().topRows(rank).triangularView<Eigen::Upper>();
  rows *= W.asDiagonal();
  // The least p with (S W) p = c lies in the range of (S W)ᵀ = Q L.
  const Eigen::HouseholderQR<Eigen::MatrixXd> range(rows.transpose());
  Eigen::VectorXd p = Eigen::VectorXd::Zero(n);
  p.head(rank) = range.matrixQR().topRows(rank).triangularView<Eigen::Upper>().adjoint().solve(c.head(rank));
  p.applyOnTheLeft(range.householderQ());
  p = qr.colsPermutation() * p;
  for (Eigen::Index j = 0; j < n; ++j) step[j] = p[j] / D[j];
}

}  // namespace thalweg::inline v0_1
