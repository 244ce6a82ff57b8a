#include "inference/blocks/weak_subspace.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <random>

#include <fmt/format.h>

#include <math/dense_decompositions.hpp>
#include <thalweg/base/cancellation.hpp>
#include <thalweg/base/error.hpp>

namespace thalweg::inline v0_1 {
namespace {

using Matrix = Eigen::MatrixXd;

constexpr double least_damping = 1e-13, most_damping = 1e-7;
// Weak: σ² below this many dampings; the largest of the subspace is stronger by the second, so that each step brings
// the weak ones two digits nearer.
constexpr double most_of_weak = 100.0, apart = 100.0;
constexpr Eigen::Index vectors_at_first = 16, most_vectors = 512;
constexpr int most_steps = 30, most_refinements = 12;
constexpr double settled = 1e-7, roughly = 1e-2, refined = 1e-11;
constexpr double roundings = 100.0;  // of σ, as of dense problems

void orthonormalize(Vectors& V) {
  const Eigen::HouseholderQR<Matrix> qr{Matrix(V)};
  V = qr.householderQ() * Matrix::Identity(V.rows(), V.cols());
}

/// Random columns, zero where Ĵ is.
void widen(const WhitenedJacobian& J, Vectors& V, Eigen::Index columns, std::mt19937_64& random) {
  const Eigen::Index before = V.cols();
  V.conservativeResize(J.program().columns(), columns);
  std::normal_distribution<double> normal;
  for (Eigen::Index j = 0; j < V.rows(); ++j)
    for (Eigen::Index k = before; k < columns; ++k) V(j, k) = J.is_zero(j) ? 0.0 : normal(random);
}

/// The subspace in its Ritz vectors, weakest first.
void rotate(WeakSubspace& s, Vectors& G, const Matrix& R) {
  const Eigen::JacobiSVD<Matrix> svd(R, Eigen::ComputeFullV);
  const Matrix order = svd.matrixV().rowwise().reverse();
  s.sigma = svd.singularValues().reverse();
  s.V = s.V * order;
  G = G * order;
}

}  // namespace

DampedInverse::DampedInverse(WhitenedJacobian& J, SchurSolver& linear, int threads) : linear_(linear) {
  J.assemble(linear.equations(), threads);
  const std::vector<double> unit(linear.gradient().size(), 1.0);
  b_.resize(unit.size());
  x_.resize(unit.size());
  for (mu_ = least_damping; mu_ <= most_damping; mu_ *= 10.0)
    if (usable(linear_.solve(mu_, unit.data(), x_.data()))) return;
  throw Error("the normal equations could not be factored; expected residuals that determine the parameters better");
}

Vectors DampedInverse::operator()(const Vectors& B) {
  Vectors X(B.rows(), B.cols());
  for (Eigen::Index k = 0; k < B.cols(); ++k) {
    CancellationProbe::poll();
    Eigen::Map<Eigen::VectorXd>(b_.data(), B.rows()) = B.col(k);
    if (!usable(linear_.solve_again(b_.data(), x_.data())))
      throw Error("the normal equations could not be solved; expected residuals that determine the parameters better");
    X.col(k) = Eigen::Map<const Eigen::VectorXd>(x_.data(), B.rows());
  }
  return X;
}

WeakSubspace find_weak_subspace(WhitenedJacobian& J, DampedInverse& inverse, Eigen::Index further) {
  const Eigen::Index most = std::min<Eigen::Index>(J.rank(), most_vectors);
  const double below = most_of_weak * inverse.damping();
  const double zero = roundings * std::numeric_limits<double>::epsilon() *
                      std::sqrt(static_cast<double>(std::max<std::int64_t>(J.rows(), 1)));
  WeakSubspace s;
  std::mt19937_64 random(1);
  widen(J, s.V, std::min(vectors_at_first, most), random);
  Eigen::VectorXd before;
  for (int step = 0; step < most_steps && s.V.cols() > 0; ++step) {
    orthonormalize(s.V);
    Matrix R;
    Vectors G = J.product(s.V, &R);
    rotate(s, G, R);
    const Eigen::Index weakest = (s.sigma.array().square() <= below).count();
    const Eigen::Index null = (s.sigma.array() <= zero).count();
    const Eigen::Index count = std::max(weakest, std::min(null + further, s.V.cols()));
    const bool whole = s.V.cols() == J.rank();
    bool done = whole || (before.size() == s.sigma.size() && s.sigma.tail(1)[0] * s.sigma.tail(1)[0] > below);
    for (Eigen::Index i = 0; i < count && done && !whole; ++i)
      done = std::abs(s.sigma[i] - before[i]) <= (i < weakest ? settled : roughly) * s.sigma[i] + 0.1 * zero;
    if (done) {
      s.V = Vectors(s.V.leftCols(count));
      s.sigma.conservativeResize(count);
      s.null = null;
      return s;
    }
    before = s.sigma;
    s.V -= inverse(G);
    // One step tells whether the subspace is wide enough: its largest value falls fast to where it belongs.
    const double largest = s.sigma.tail(1)[0];
    if (step % 3 == 2 && largest * largest < apart * below && s.V.cols() < most)
      widen(J, s.V, std::min(2 * s.V.cols(), most), random);
  }
  if (s.V.cols() == 0) return s;
  throw Error(
      fmt::format("more than {} combinations of the parameters are hardly determined by the residuals; expected "
                  "residuals that determine them, or parameters held fixed",
                  (s.sigma.array().square() <= below).count()));
}

Vectors pseudo_inverse(WhitenedJacobian& J, DampedInverse& inverse, const WeakSubspace& weak, const Vectors& B) {
  const auto project = [&](Vectors& X) {
    if (weak.V.cols() > 0) X -= weak.V * (weak.V.transpose() * X);
  };
  Vectors left = B;
  project(left);
  Vectors X = Vectors::Zero(B.rows(), B.cols());
  for (int pass = 0; pass < most_refinements; ++pass) {
    Vectors correction = inverse(left);
    project(correction);
    X += correction;
    left = B - J.product(X);
    project(left);
    if (left.colwise().norm().maxCoeff() <= refined) break;
  }
  const Eigen::Index known = weak.V.cols() - weak.null;
  const auto V = weak.V.rightCols(known);
  const Eigen::VectorXd variance = weak.sigma.tail(known).array().square().inverse();
  X += V * (variance.asDiagonal() * (V.transpose() * B));
  return X;
}

}  // namespace thalweg::inline v0_1
