#include <linear/block_cholesky/selected_inverse.hpp>

#include <algorithm>

#include <Eigen/Dense>

#include <linear/block_cholesky/kernels.hpp>

namespace thalweg::inline v0_1::block_cholesky {
namespace {

using Matrix = Eigen::Map<Eigen::MatrixXd>;

/// `rows` × `columns` numbers from slabs.
template <class T>
Eigen::MatrixXd from_slabs(const T* slabs, std::int64_t rows, std::int64_t columns) {
  constexpr std::int64_t H = slab_rows<T>;
  Eigen::MatrixXd M(rows, columns);
  for (std::int64_t c = 0; c < columns; ++c)
    for (std::int64_t r = 0; r < rows; ++r) M(r, c) = static_cast<double>(slabs[r / H * H * columns + c * H + r % H]);
  return M;
}

}  // namespace

/// The inverse where the rows below a supernode meet: they are all in the fronts of its ancestors.
void SelectedInverse::gather(const Symbolic& L, std::int32_t s) {
  const std::int64_t h = L.height[s], end = L.row_start[s + 1];
  below_.resize(static_cast<std::size_t>(h * h));
  std::int64_t column = 0;
  for (std::int64_t j = L.row_start[s]; j < end; ++j) {
    const std::int32_t b = L.row[j], t = supernode_[b];
    const std::int64_t tall = L.width[t] + L.height[t], begin = L.first[L.column[t]];
    const double* const from = values_.data() + start_[t] + (L.first[b] - begin) * tall;
    std::int64_t row = column, k = L.row_start[t], below = L.width[t];
    for (std::int64_t i = j; i < end; ++i) {
      const std::int32_t a = L.row[i];
      std::int64_t at = L.first[a] - begin;
      if (a >= L.column[t + 1]) {
        for (; L.row[k] != a; ++k) below += L.dimension[L.row[k]];
        at = below;
      }
      for (int c = 0; c < L.dimension[b]; ++c)
        for (int r = 0; r < L.dimension[a]; ++r) {
          const double value = from[c * tall + at + r];
          below_[(column + c) * h + row + r] = value;
          below_[(row + r) * h + column + c] = value;
        }
      row += L.dimension[a];
    }
    column += L.dimension[b];
  }
}

template <class T>
void SelectedInverse::compute(const Symbolic& L, const Plan& plan, const Numeric<T>& factor) {
  const std::int32_t n = L.supernodes();
  start_.assign(1, 0);
  supernode_.resize(L.order.size());
  for (std::int32_t s = 0; s < n; ++s) {
    start_.push_back(start_.back() + (L.width[s] + L.height[s]) * L.width[s]);
    std::fill(supernode_.begin() + L.column[s], supernode_.begin() + L.column[s + 1], s);
  }
  values_.resize(static_cast<std::size_t>(start_.back()));
  for (std::int32_t s = n - 1; s >= 0; --s) {
    const std::int64_t w = L.width[s], h = L.height[s];
    const Eigen::MatrixXd diagonal = from_slabs(factor.panel(s), w, w);
    const auto lower = diagonal.triangularView<Eigen::Lower>();
    Matrix Z(values_.data() + start_[s], w + h, w);
    Eigen::MatrixXd inverse = Eigen::MatrixXd::Identity(w, w);
    lower.solveInPlace(inverse);
    Z.topRows(w).noalias() = inverse.transpose() * inverse;
    if (h == 0) continue;
    const Eigen::MatrixXd Y = from_slabs(factor.panel(s) + slabs_of(w, plan.slab) * plan.slab * w, h, w) * inverse;
    gather(L, s);
    Z.bottomRows(h).noalias() = -Matrix(below_.data(), h, h) * Y;
    Z.topRows(w).noalias() -= Y.transpose() * Z.bottomRows(h);
  }
}

bool SelectedInverse::block(const Symbolic& L, std::int32_t a, std::int32_t b, double* out,
                            int leading_dimension) const {
  const std::int32_t low = std::max(a, b), left = std::min(a, b), t = supernode_[left];
  const std::int64_t tall = L.width[t] + L.height[t], begin = L.first[L.column[t]];
  std::int64_t at = L.first[low] - begin;
  if (low >= L.column[t + 1]) {
    at = L.width[t];
    std::int64_t k = L.row_start[t];
    for (; k < L.row_start[t + 1] && L.row[k] < low; ++k) at += L.dimension[L.row[k]];
    if (k == L.row_start[t + 1] || L.row[k] != low) return false;
  }
  const double* const from = values_.data() + start_[t] + (L.first[left] - begin) * tall + at;
  for (int c = 0; c < L.dimension[b]; ++c)
    for (int r = 0; r < L.dimension[a]; ++r)
      out[c * leading_dimension + r] = a >= b ? from[c * tall + r] : from[r * tall + c];
  return true;
}

template void SelectedInverse::compute(const Symbolic&, const Plan&, const Numeric<double>&);
template void SelectedInverse::compute(const Symbolic&, const Plan&, const Numeric<float>&);

}  // namespace thalweg::inline v0_1::block_cholesky
