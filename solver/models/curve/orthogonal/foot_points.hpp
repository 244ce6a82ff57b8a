// The foot points of a range of rows, found side by side. Private.
#pragma once

#include <array>
#include <vector>

#include <thalweg/models/orthogonal_residuals.hpp>

#include "models/curve/orthogonal/foot_point.hpp"
#include "models/curve/orthogonal/newton_rows.hpp"

namespace thalweg::inline v0_1::orthogonal {

inline constexpr std::size_t chunk = 256;  // rows found side by side: their numbers stay in the first cache

/// Memory of one thread, used again.
template <int K>
class FootPoints {
 public:
  static constexpr int entries = K * (K + 1) / 2;  // of a symmetric matrix
  using Matrix = Eigen::Matrix<double, K, K>;

  FootPoints() : feet_(chunk), g_(chunk), local_(chunk) {
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
    for (std::size_t a = 0; a < K; ++a) {
      for (std::size_t i = 0; i < n; ++i) z_[a][i] = measured(a, i);
      std::fill_n(z_[a].begin() + static_cast<std::ptrdiff_t>(n), FormulaModel::padding, z_[a][n - 1]);
    }
    std::fill_n(wanted_.begin(), n, true);
    if constexpr (K == 1)
      if (!errors.residual_sigma.empty()) take_full_steps(model, p, n);
    descend(model, p, n);
  }

  /// The numbers of the range but for local(), K + 2 for each of `chunk` rows; and their rows again.
  void keep(double* numbers) const {
    for (const auto& z : z_) numbers = std::copy_n(z.begin(), chunk, numbers);
    numbers = std::copy_n(normal_.begin(), chunk, numbers);
    std::copy_n(distance_.begin(), chunk, numbers);
  }
  void recall(const InputErrors& errors, std::int64_t begin, std::int64_t end, const double* numbers) {
    errors_ = &errors;
    begin_ = begin;
    for (auto& z : z_) {
      std::copy_n(numbers, chunk, z.begin());
      const auto n = static_cast<std::ptrdiff_t>(end - begin);
      std::fill_n(z.begin() + n, FormulaModel::padding, z[static_cast<std::size_t>(n) - 1]);
      numbers += chunk;
    }
    std::copy_n(numbers, chunk, normal_.begin());
    std::copy_n(numbers + chunk, chunk, distance_.begin());
  }

  /// Of row i of the range: FootPoint::distance(), normal(), local() and variance().
  const std::array<double, chunk>& distances() const { return distance_; }
  const std::array<double, chunk>& normals() const { return normal_; }
  double distance(std::size_t i) const { return distance_[i]; }
  double normal(std::size_t i) const { return normal_[i]; }
  const Local<K>& local(std::size_t i) const { return local_[i]; }
  double variance(std::size_t i) const {
    return errors_->residual_sigma.empty() ? 0.0
                                           : square(errors_->residual_sigma[static_cast<std::size_t>(begin_) + i]);
  }
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

  static double square(double v) { return v * v; }
  /// How many standard deviations its inputs are, at most.
  double size(std::size_t i) const {
    double most = 0.0;
    for (std::size_t a = 0; a < K; ++a)
      most = std::max(most, std::abs(measured(a, i)) /
                                errors_->factor[(a + 1) * (a + 2) / 2 - 1][static_cast<std::size_t>(begin_) + i]);
    return most;
  }

  /// Finds the foot points that Newton's full steps find; the others stay wanted.
  void take_full_steps(const FormulaModel& model, const double* p, std::size_t n) requires(K == 1) {
    for (std::size_t i = 0; i < n; ++i) {
      newton_.measured[i] = measured(0, i);
      newton_.scale[i] = errors_->factor[0][static_cast<std::size_t>(begin_) + i];
      newton_.variance[i] = variance(i);
      newton_.rounding[i] = FootPoint<K>::rounding(size(i));
    }
    newton_.start(n);
    double* const slope = newton_.slope.data();
    double* const second = newton_.second.data();
    const double* const z = newton_.z.data();
    const auto last = begin_ + static_cast<std::int64_t>(n);
    do {
      model.evaluate_varying(p, begin_, last, newton_.value.data(), &slope, &second, &z);
    } while (newton_.take());
    newton_.finish();
    std::copy_n(newton_.z.begin(), n, z_[0].begin());
    std::copy_n(newton_.normal.begin(), n, normal_.begin());
    std::copy_n(newton_.distance.begin(), n, distance_.begin());
    for (std::size_t i = 0; i < n; ++i) {
      wanted_[i] = !newton_.is_found(i);
      local_[i].g = newton_.g[i];
      local_[i].a[0] = newton_.a[i];
      local_[i].H(0, 0) = newton_.H[i];
    }
  }

  /// Finds the foot points that are wanted, row by row.
  void descend(const FormulaModel& model, const double* p, std::size_t n) {
    for (std::size_t i = 0; i < n; ++i) {
      if (!wanted_[i]) continue;
      feet_[i] = FootPoint<K>(variance(i), size(i));
      place(i);
    }
    std::size_t first = 0, last = n;
    while (true) {
      while (first < last && !wanted_[first]) ++first;
      while (first < last && !wanted_[last - 1]) --last;
      if (first == last) return;
      evaluate(model, p, first, last);
      for (std::size_t i = first; i < last; ++i) {
        if (!wanted_[i]) continue;
        wanted_[i] = feet_[i].take(evaluated(i));
        place(i);
        if (!wanted_[i]) store(i);
      }
    }
  }

  void store(std::size_t i) {
    distance_[i] = feet_[i].distance();
    normal_[i] = feet_[i].normal();
    local_[i] = feet_[i].local();
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
  Local<K> evaluated(std::size_t i) const {
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
  NewtonRows<K == 1 ? chunk : 0, FormulaModel::padding> newton_;
  std::vector<double> g_;
  std::array<double, chunk> distance_{}, normal_{};
  std::vector<Local<K>> local_;
  std::array<std::vector<double>, K> z_, slope_;
  std::array<std::vector<double>, entries> second_;
};

}  // namespace thalweg::inline v0_1::orthogonal
