#include <linear/direct/bunch_kaufman.hpp>

#include <cmath>
#include <numeric>
#include <utility>

namespace thalweg::inline v0_1::direct {
namespace {

using Eigen::Index;

const double alpha = (1.0 + std::sqrt(17.0)) / 8.0;  // bounds the growth of elements alike for blocks of 1 and of 2

}  // namespace

BunchKaufman::BunchKaufman(Eigen::MatrixXd A)
    : L_(std::move(A)), position_(static_cast<std::size_t>(L_.rows())), wide_(position_.size(), 0) {
  std::iota(position_.begin(), position_.end(), Index{0});
  const Index n = L_.rows();
  for (Index k = 0; k < n;) {
    // λ: the largest entry below the diagonal, in row r; σ: the largest beside the diagonal in row r of what is left.
    Index r = k;
    const double lambda = k + 1 < n ? L_.col(k).tail(n - k - 1).cwiseAbs().maxCoeff(&r) : 0.0;
    r += k + 1 < n ? k + 1 : 0;
    const double pivot = std::abs(L_(k, k));
    if (std::max(pivot, lambda) == 0.0) {
      singular_ = true;
      ++k;
      continue;
    }
    bool wide = false;
    if (pivot < alpha * lambda) {
      double sigma = L_.row(r).segment(k, r - k).cwiseAbs().maxCoeff();
      if (r + 1 < n) sigma = std::max(sigma, L_.col(r).tail(n - r - 1).cwiseAbs().maxCoeff());
      if (pivot * sigma < alpha * lambda * lambda) {
        wide = std::abs(L_(r, r)) < alpha * sigma;
        exchange(wide ? k + 1 : k, r);
      }
    }
    wide_[static_cast<std::size_t>(k)] = wide;
    if (wide)
      eliminate_two(k);
    else
      eliminate_one(k);
    k += wide ? 2 : 1;
  }
}

/// Rows and columns k < p change places in what is left, and rows of L.
void BunchKaufman::exchange(Index k, Index p) {
  if (k == p) return;
  const Index n = L_.rows();
  std::swap(position_[static_cast<std::size_t>(k)], position_[static_cast<std::size_t>(p)]);
  L_.row(k).head(k).swap(L_.row(p).head(k));
  std::swap(L_(k, k), L_(p, p));
  for (Index i = k + 1; i < p; ++i) std::swap(L_(i, k), L_(p, i));
  L_.col(k).tail(n - p - 1).swap(L_.col(p).tail(n - p - 1));
}

void BunchKaufman::eliminate_one(Index k) {
  const Index left = L_.rows() - k - 1;
  const double d = L_(k, k);
  if (d == 0.0) singular_ = true;
  if (d < 0.0) ++negative_;
  if (d == 0.0 || left == 0) return;
  const Eigen::VectorXd column = L_.col(k).tail(left);
  L_.bottomRightCorner(left, left).selfadjointView<Eigen::Lower>().rankUpdate(column, -1.0 / d);
  L_.col(k).tail(left) /= d;
}

void BunchKaufman::eliminate_two(Index k) {
  const Index left = L_.rows() - k - 2;
  const double a = L_(k, k), b = L_(k + 1, k), c = L_(k + 1, k + 1);
  // |b| is the largest: scaled by it the determinant neither overflows nor vanishes.
  const double determinant = (a / b) * (c / b) - 1.0;  // of D, by b²; below zero by the choice of the pivot
  ++negative_;
  if (left == 0) return;
  const Eigen::MatrixXd columns = L_.block(k + 2, k, left, 2);
  Eigen::MatrixXd multiples(left, 2);
  multiples.col(0) = ((c / b) * columns.col(0) - columns.col(1)) / (b * determinant);
  multiples.col(1) = ((a / b) * columns.col(1) - columns.col(0)) / (b * determinant);
  for (Index j = 0; j < left; ++j)
    L_.col(k + 2 + j).tail(left - j) -= multiples.bottomRows(left - j) * columns.row(j).transpose();
  L_.block(k + 2, k, left, 2) = multiples;
}

Eigen::VectorXd BunchKaufman::solve(const Eigen::VectorXd& b) const {
  const Index n = L_.rows();
  const auto is_wide = [&](Index k) { return wide_[static_cast<std::size_t>(k)] != 0; };
  Eigen::VectorXd y(n);
  for (Index i = 0; i < n; ++i) y(i) = b(position_[static_cast<std::size_t>(i)]);
  for (Index k = 0; k < n; k += is_wide(k) ? 2 : 1) {
    const Index width = is_wide(k) ? 2 : 1, left = n - k - width;
    y.tail(left) -= L_.block(k + width, k, left, width) * y.segment(k, width);
  }
  for (Index k = 0; k < n; k += is_wide(k) ? 2 : 1) {
    if (!is_wide(k)) {
      y(k) /= L_(k, k);
      continue;
    }
    const double a = L_(k, k), off = L_(k + 1, k), c = L_(k + 1, k + 1);
    const double determinant = off * ((a / off) * (c / off) - 1.0), first = y(k) / off, second = y(k + 1) / off;
    y(k) = (c * first - off * second) / determinant;
    y(k + 1) = (a * second - off * first) / determinant;
  }
  for (Index k = n - 1; k >= 0; --k) {
    const bool second = k > 0 && is_wide(k - 1);
    const Index width = second ? 2 : 1, first = second ? k - 1 : k, left = n - k - 1;
    y.segment(first, width) -= L_.block(k + 1, first, left, width).transpose() * y.tail(left);
    k = first;
  }
  Eigen::VectorXd x(n);
  for (Index i = 0; i < n; ++i) x(position_[static_cast<std::size_t>(i)]) = y(i);
  return x;
}

}  // namespace thalweg::inline v0_1::direct
