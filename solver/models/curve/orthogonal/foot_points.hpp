// The foot points of a range of rows, found side by side. Private.
#pragma once

#include <array>
#include <vector>

#include <thalweg/models/orthogonal_residuals.hpp>

#include "models/curve/orthogonal/foot_point.hpp"

namespace thalweg::inline v0_1::orthogonal {

inline constexpr std::int64_t chunk = 256;  // rows found side by side: their numbers stay in the first cache

/// Memory of one thread, used again.
template <int K>
class FootPoints {
 public:
  static constexpr int entries = K * (K + 1) / 2;  // of a symmetric matrix
  using Matrix = Eigen::Matrix<double, K, K>;

  FootPoints() : feet_(chunk), g_(chunk) {
    for (auto& z : z_) z.resize(chunk + FormulaModel::padding);
    for (auto& slope : slope_) slope.resize(chunk);
    for (auto& second : second_) second.resize(chunk);
  }

  /// Rows [begin, end), at most `chunk` of them.
  void find(const FormulaModel& model, const InputErrors& errors, const double* p, std::int64_t begin,
            std::int64_t end) {
    errors_ = &errors;
    begin_ = begin;
    const auto n = static_cast<std::size_t>(end - begin);
    for (std::size_t i = 0; i < n; ++i) {
      start(i);
      wanted_[i] = true;
    }
    for (auto& z : z_) std::fill_n(z.begin() + static_cast<std::ptrdiff_t>(n), FormulaModel::padding, z[n - 1]);
    std::size_t first = 0, last = n;
    while (true) {
      while (first < last && !wanted_[first]) ++first;
      while (first < last && !wanted_[last - 1]) --last;
      if (first == last) return;
      evaluate(model, p, first, last);
      for (std::size_t i = first; i < last; ++i) {
        if (!wanted_[i]) continue;
        wanted_[i] = feet_[i].take(local(i));
        place(i);
      }
    }
  }

  const FootPoint<K>& operator[](std::size_t i) const { return feet_[i]; }
  /// The true inputs, as FormulaModel takes varying parameters.
  std::array<const double*, K> inputs() const {
    std::array<const double*, K> pointers;
    for (std::size_t a = 0; a < K; ++a) pointers[a] = z_[a].data();
    return pointers;
  }
  /// L of row i of the range.
  Matrix factor(std::size_t i) const {
    Matrix L = Matrix::Zero();
    const auto row = static_cast<std::size_t>(begin_) + i;
    for (int a = 0, at = 0; a < K; ++a)
      for (int b = 0; b <= a; ++b, ++at) L(a, b) = errors_->factor[static_cast<std::size_t>(at)][row];
    return L;
  }

 private:
  double measured(std::size_t a, std::size_t i) const {
    return errors_->measured[a][static_cast<std::size_t>(begin_) + i];
  }

  void start(std::size_t i) {
    const auto row = static_cast<std::size_t>(begin_) + i;
    const double sigma = errors_->residual_sigma.empty() ? 0.0 : errors_->residual_sigma[row];
    double size = 0.0;
    for (std::size_t a = 0; a < K; ++a) {
      z_[a][i] = measured(a, i);
      size = std::max(size, std::abs(z_[a][i]) / errors_->factor[(a + 1) * (a + 2) / 2 - 1][row]);
    }
    feet_[i] = FootPoint<K>(sigma * sigma, size);
  }

  void place(std::size_t i) {
    const Eigen::Matrix<double, K, 1> shift = factor(i) * feet_[i].trial();
    for (std::size_t a = 0; a < K; ++a) z_[a][i] = measured(a, i) + shift[static_cast<Eigen::Index>(a)];
  }

  void evaluate(const FormulaModel& model, const double* p, std::size_t first, std::size_t last) {
    std::array<const double*, K> z;
    std::array<double*, K> slope;
    std::array<double*, entries> second;
    for (std::size_t a = 0; a < K; ++a) {
      z[a] = z_[a].data() + first;
      slope[a] = slope_[a].data() + first;
    }
    for (std::size_t e = 0; e < entries; ++e) second[e] = second_[e].data() + first;
    model.evaluate_varying(p, begin_ + static_cast<std::int64_t>(first), begin_ + static_cast<std::int64_t>(last),
                           g_.data() + first, slope.data(), second.data(), z.data());
  }

  /// By u, of which z is measured + Lu.
  Local<K> local(std::size_t i) const {
    Local<K> at;
    at.g = g_[i];
    for (int a = 0, e = 0; a < K; ++a) {
      at.a[a] = slope_[static_cast<std::size_t>(a)][i];
      for (int b = 0; b <= a; ++b, ++e) at.H(a, b) = at.H(b, a) = second_[static_cast<std::size_t>(e)][i];
    }
    const Matrix L = factor(i);
    at.a = (L.transpose() * at.a).eval();
    at.H = (L.transpose() * at.H * L).eval();
    return at;
  }

  const InputErrors* errors_ = nullptr;
  std::int64_t begin_ = 0;
  std::vector<FootPoint<K>> feet_;
  std::array<bool, chunk> wanted_{};
  std::vector<double> g_;
  std::array<std::vector<double>, K> z_, slope_;
  std::array<std::vector<double>, entries> second_;
};

}  // namespace thalweg::inline v0_1::orthogonal
