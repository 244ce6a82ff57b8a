// Linear regression in closed form.
#include <algorithm>
#include <cmath>
#include <limits>

#include <fmt/format.h>
#include <math/dense_decompositions.hpp>
#include <thalweg/base/error.hpp>

#include "io/text_numbers.hpp"
#include "models/regression/exact_residual.hpp"
#include "models/regression/model.hpp"

namespace thalweg::inline v0_1 {
namespace {

using Eigen::MatrixXd, Eigen::VectorXd;
using QR = Eigen::ColPivHouseholderQR<MatrixXd>;

constexpr double epsilon = std::numeric_limits<double>::epsilon();

std::string shown(const std::string& name) { return name == "intercept" ? "the intercept" : "'" + name + "'"; }

[[noreturn]] void refuse_dependence(const QR& qr, const std::vector<std::string>& names, std::int64_t rows) {
  if (rows < static_cast<std::int64_t>(names.size()))
    throw Error(
        fmt::format("{} samples for {} coefficients; expected as many at least, or l2 > 0", rows, names.size()));
  const Eigen::Index rank = qr.rank();
  const VectorXd c = qr.matrixR()
                         .topLeftCorner(rank, rank)
                         .triangularView<Eigen::Upper>()
                         .solve(qr.matrixR().topRightCorner(rank, qr.cols() - rank).col(0));
  const auto& order = qr.colsPermutation().indices();
  std::vector<std::string> others;
  for (Eigen::Index i = 0; i < rank; ++i)
    if (std::abs(c[i]) > 1e-8 * c.cwiseAbs().maxCoeff())
      others.push_back(shown(names[static_cast<std::size_t>(order[i])]));
  std::string which = shown(names[static_cast<std::size_t>(order[rank])]);
  if (which.front() == '\'') which = "input " + which;
  if (others.empty()) throw Error(which + " is zero in every row; expected one that varies, or l2 > 0");
  throw Error(fmt::format("{} depends linearly on {}; expected independent inputs, or l2 > 0", which,
                          reading::list(others, " and ")));
}

/// min ‖b − A x‖ by the augmented system [I A; Aᵀ 0] [r; x] = [b; 0], refined with exact residuals (Björck 1967; Golub
/// & Van Loan 2013, section 5.3.8): accurate to rounding even where ‖r‖ is large.
VectorXd least_squares(const MatrixXd& A, const VectorXd& b, const QR& qr) {
  const Eigen::Index m = A.rows(), n = A.cols();
  const auto R = qr.matrixR().topLeftCorner(n, n).triangularView<Eigen::Upper>();
  const regression::PlainMatrix plain{A.data(), m, n, m};
  VectorXd x = VectorXd::Zero(n), r = VectorXd::Zero(m), f(m), g(n);
  double last = std::numeric_limits<double>::infinity();
  for (int step = 0; step < 10; ++step) {
    regression::exact_residual(plain, b.data(), r.data(), x.data(), f.data());
    regression::exact_transposed(plain, r.data(), g.data());
    VectorXd d = qr.householderQ().adjoint() * f;
    const VectorXd permuted = qr.colsPermutation().transpose() * g;
    const VectorXd h = R.transpose().solve(permuted);
    const VectorXd z = R.solve(d.head(n) - h);
    const VectorXd dx = qr.colsPermutation() * z;
    d.head(n) = h;
    d = qr.householderQ() * d;
    const double size = dx.norm();
    if (!(size < 0.5 * last) && step > 1) break;  // no longer converging: rounding is reached
    x += dx;
    r += d;
    last = size;
    if (size <= 0.5 * epsilon * x.norm()) break;
  }
  return x;
}

}  // namespace

std::vector<double> solve_linear(const RegressionModel& model) {
  if (model.options().kind != RegressionKind::linear)
    throw Error(fmt::format("{} regression has no closed form; expected linear", to_string(model.options().kind)));
  if (model.penalty() != nullptr)
    throw Error("a linear model with l1 or max_norm has no closed form; expected neither, or a proximal method");
  const regression::Parts& parts = *model.impl().parts;
  const DenseMatrix& X = parts.design.columns();
  const std::int64_t m = X.rows(), n = X.columns();
  const auto rows = parts.ridge.rows();
  const auto extra = parts.ridge.lambda() > 0.0 ? static_cast<Eigen::Index>(rows.size()) : 0;
  MatrixXd A = MatrixXd::Zero(m + extra, n);
  VectorXd b = VectorXd::Zero(m + extra), scale(n);
  b.head(m) = Eigen::Map<const VectorXd>(parts.design.y(), m);
  for (Eigen::Index j = 0; j < n; ++j) A.col(j).head(m) = Eigen::Map<const VectorXd>(X.column(j), m);
  for (Eigen::Index i = 0; i < extra; ++i)
    for (const auto& [parameter, coefficient] : rows[static_cast<std::size_t>(i)]) A(m + i, parameter) = coefficient;
  // Powers of two: columns of even size, and nothing is rounded.
  for (Eigen::Index j = 0; j < n; ++j) {
    const double norm = A.col(j).stableNorm();
    scale[j] = norm > 0.0 ? std::exp2(-std::round(std::log2(norm))) : 1.0;
    A.col(j) *= scale[j];
  }
  QR qr(A);
  if (qr.rank() < n) refuse_dependence(qr, parts.names, m + extra);
  const VectorXd x = least_squares(A, b, qr).cwiseProduct(scale);
  return {x.data(), x.data() + n};
}

}  // namespace thalweg::inline v0_1
