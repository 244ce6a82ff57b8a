#include "inference/robust.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include <math/dense_decompositions.hpp>
#include <thalweg/base/cancellation.hpp>
#include <thalweg/problem/problem.hpp>

namespace thalweg::inline v0_1 {
namespace {

using Matrix = Eigen::MatrixXd;

double nan() { return std::numeric_limits<double>::quiet_NaN(); }

/// The covariance C as what NormalInverse holds; what is not determined stays so.
void store(const Matrix& C, NormalInverse& inverse) {
  const Eigen::Index n = C.rows();
  const auto at = [n](Eigen::Index i, Eigen::Index j) { return static_cast<std::size_t>(i * n + j); };
  for (Eigen::Index i = 0; i < n; ++i) {
    const bool determined = inverse.determined[static_cast<std::size_t>(i)] != 0;
    inverse.deviation[static_cast<std::size_t>(i)] = determined ? std::sqrt(std::max(0.0, C(i, i))) : nan();
    for (Eigen::Index j = 0; j < n; ++j) {
      if (std::isnan(inverse.covariance[at(i, j)])) continue;
      inverse.covariance[at(i, j)] = C(i, j);
      const double correlation = C(i, j) / std::sqrt(C(i, i)) / std::sqrt(C(j, j));
      inverse.correlation[at(i, j)] = i == j ? 1.0 : std::clamp(correlation, -1.0, 1.0);
    }
  }
}

}  // namespace

RobustFit::RobustFit(const Program& program, const AlignedArray& residual, const DenseMatrix& jacobian)
    : program_(program), residual_(residual), jacobian_(jacobian) {
  const auto& groups = program.problem().groups();
  for (std::size_t g = 0; g < groups.size(); ++g) {
    CancellationProbe::poll();
    const Loss& loss = program.loss(g);
    const bool robust = !loss.is_trivial();
    for (std::int64_t i = 0; i < groups[g]->items(); ++i) {
      double s = 0.0;
      for (int k = 0; k < groups[g]->dimension(); ++k) {
        const double r = residual[program.row_of(g, k) + i];
        s += r * r;
      }
      items_.push_back({g, i, s, loss(s), robust});
      residuals_ += robust;
      downweighted_ += robust && items_.back().value.first < 0.5 * loss.factor();
    }
  }
}

DenseMatrix RobustFit::weighted_jacobian() const {
  DenseMatrix J(jacobian_.rows(), jacobian_.columns());
  for (const Item& item : items_) {
    const double root = std::sqrt(item.value.first);
    for (int k = 0; k < program_.problem().groups()[item.group]->dimension(); ++k) {
      const std::int64_t row = program_.row_of(item.group, k) + item.index;
      for (std::int64_t j = 0; j < J.columns(); ++j) J(row, j) = root * jacobian_(row, j);
    }
  }
  return J;
}

double RobustFit::variance(int rank) const {
  double squares = 0.0, count = 0.0;
  for (const Item& item : items_) {
    const double w = item.value.first / program_.loss(item.group).factor();
    squares += w * item.square;
    count += w * program_.problem().groups()[item.group]->dimension();
  }
  return count > rank ? squares / (count - rank) : nan();
}

// In coordinates where the weighted JᵀJ is the identity, x = root z: exact where parameters differ in size by many
// orders, and free of the directions that are not determined.
bool RobustFit::make_sandwich(NormalInverse& inverse, int rank, double plain_variance) const {
  if (rank == 0) return true;
  const auto n = static_cast<Eigen::Index>(inverse.determined.size());
  const Eigen::Map<const Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>> root(
      inverse.root.data(), n, static_cast<Eigen::Index>(rank));
  Matrix W = Matrix::Identity(rank, rank), M = Matrix::Zero(rank, rank);
  Eigen::VectorXd row(n), score(n), u(rank);
  std::int64_t m = 0;
  PollEvery poll(1000000);  // multiplications: some milliseconds
  for (const Item& item : items_) {
    poll(static_cast<long>(n) * rank);
    const int dimension = program_.problem().groups()[item.group]->dimension();
    m += dimension;
    score.setZero();
    for (int k = 0; k < dimension; ++k) {
      const std::int64_t at = program_.row_of(item.group, k) + item.index;
      for (Eigen::Index j = 0; j < n; ++j) row[j] = jacobian_(at, j);
      if (item.robust) {
        score += residual_[at] * row;
      } else {
        u = root.transpose() * row;
        M += plain_variance * (u * u.transpose());
      }
    }
    if (!item.robust) continue;
    u = root.transpose() * score;
    W += 2.0 * item.value.second * (u * u.transpose());
    M += item.value.first * item.value.first * (u * u.transpose());
  }
  const Eigen::LLT<Matrix> factor(W);
  if (factor.info() != Eigen::Success || m <= rank || !M.allFinite()) return false;
  const Matrix half = root * factor.solve(Matrix::Identity(rank, rank));
  store(static_cast<double>(m) / static_cast<double>(m - rank) * (half * M * half.transpose()), inverse);
  return true;
}

std::string loss_in_words(const Problem& problem) {
  const auto& groups = problem.groups();
  const auto text = [&](std::size_t g) { return to_string(groups[g]->loss()); };
  std::string all;
  bool any = false, same = true;
  for (std::size_t g = 0; g < groups.size(); ++g) {
    any = any || !groups[g]->loss().is_trivial();
    same = same && text(g) == text(0);
    all += (g > 0 ? ", " : "") + groups[g]->name() + ": " + text(g);
  }
  return !any ? "" : same ? text(0) : all;
}

}  // namespace thalweg::inline v0_1
