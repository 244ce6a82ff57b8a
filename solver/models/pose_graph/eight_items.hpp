// Residual groups whose items are evaluated eight at once: poses and measurements as records of eights of doubles,
// which are loaded whole and transposed, a lane for each item.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <span>
#include <utility>
#include <vector>

#include <math/transpose.hpp>
#include <thalweg/base/aligned.hpp>
#include <thalweg/math/pack.hpp>
#include <thalweg/problem/residual_group.hpp>

namespace thalweg::inline v0_1::graph {

inline constexpr int lanes = 8;
using Real = Pack<lanes>;
using Raw = Lanes<lanes>::Real;

/// Record k of eight lies at from[k]; number d of all of them comes to to[d].
template <int vectors>
[[gnu::always_inline]] inline void load_records(const double* const* from, Real* to) {
  Raw raw[vectors * lanes];
  for (int l = 0; l < lanes; ++l)
    for (int v = 0; v < vectors; ++v) raw[v * lanes + l] = Real::load(from[l] + v * lanes).v;
  for (int v = 0; v < vectors; ++v) transpose(raw + v * lanes);
  for (int d = 0; d < vectors * lanes; ++d) to[d] = Real(raw[d]);
}

/// The first `numbers` numbers that lie at from[k].
template <int numbers>
[[gnu::always_inline]] inline void load_numbers(const double* const* from, Real* to) {
  for (int d = 0; d < numbers; ++d)
    to[d] = Real(Raw{from[0][d], from[1][d], from[2][d], from[3][d], from[4][d], from[5][d], from[6][d], from[7][d]});
}

/// Arrays of eight items, or of the n that are left, to where they are wanted.
inline void put(const Real* values, int count, double* const* to, std::int64_t at, int n) {
  for (int c = 0; c < count; ++c) {
    if (!to[c]) continue;
    if (n == lanes) {
      values[c].store(to[c] + at);
    } else {
      for (int l = 0; l < n; ++l) to[c][at + l] = values[c][l];
    }
  }
}

/// r = U e and U's columns of derivatives, U upper triangular by rows in `root`. Rows of D below `height` are zero.
template <int N, int height>
[[gnu::always_inline]] inline void weigh(const Real* root, const Real* column, Real* to, int stride) {
  for (int i = 0; i < N; ++i) {
    Real s(0.0);
    for (int j = i; j < height; ++j) s += root[i * N - i * (i - 1) / 2 + j - i] * column[j];
    to[i * stride] = s;
  }
}

/// Model: what differs between the kinds of residuals.
///   pose_size, pose_record, second_is_pose, second_size (where it is no pose), tangent, second_tangent, dimension,
///   data (numbers of an item's record, a multiple of 8), fill(pose, record), and template <bool with_jacobian>
///   run(const Real* pose, const Real* second, const Real* data, Real* r, Real* J)
template <class Model>
class EightItems final : public ResidualGroup {
 public:
  EightItems(std::string name, std::vector<Slot> slots, std::vector<double> data)
      : ResidualGroup(std::move(name), Model::dimension, static_cast<std::int64_t>(data.size()) / Model::data,
                      std::move(slots)),
        data_(std::move(data)) {
    std::int64_t last = 0;
    first_ = this->slots()[0].offsets.empty() ? 0 : this->slots()[0].offsets[0];
    for (std::size_t s = 0; s < (Model::second_is_pose ? 2 : 1); ++s)
      for (const std::int64_t offset : this->slots()[s].offsets) {
        first_ = std::min(first_, offset);
        last = std::max(last, offset);
      }
    count_ = items() == 0 ? 0 : (last - first_) / Model::pose_size + 1;
  }

  std::int64_t table_size() const override { return count_ * lanes; }
  void fill_table(const double* x, double* table) const override {
    for (std::int64_t c = 0; c < count_; ++c) Model::fill(x + first_ + c * Model::pose_size, table + c * lanes);
  }

 protected:
  std::unique_ptr<ResidualGroup> permuted(std::span<const std::int64_t> order) const override {
    std::vector<double> data;
    data.reserve(order.size() * Model::data);
    for (const std::int64_t i : order)
      data.insert(data.end(), data_.begin() + i * Model::data, data_.begin() + (i + 1) * Model::data);
    return std::make_unique<EightItems>(name(), permuted_slots(order), std::move(data));
  }

  void compute(const double* x, const ResidualOutput& out) const override {
    for (std::int64_t i = out.begin; i < out.end; i += lanes) {
      if (out.jacobian)
        eight<true>(x, out, i);
      else
        eight<false>(x, out, i);
    }
  }

 private:
  template <bool with_jacobian>
  void eight(const double* x, const ResidualOutput& out, std::int64_t i) const {
    constexpr int columns = Model::tangent + Model::second_tangent;
    const int n = static_cast<int>(std::min<std::int64_t>(lanes, out.end - i));
    const double *pose_at[lanes], *second_at[lanes], *data_at[lanes];
    double own[2 * lanes][lanes];      // records where there is no table: when the base class differences a few items
    for (int l = 0; l < lanes; ++l) {  // lanes past the end repeat the last item
      const std::int64_t m = i + std::min(l, n - 1);
      const auto record = [&](std::int64_t offset, double* without) -> const double* {
        if (out.table) return out.table + (offset - first_) / Model::pose_size * lanes;
        Model::fill(x + offset, without);
        return without;
      };
      const std::int64_t second = slots()[1].offsets[static_cast<std::size_t>(m)];
      pose_at[l] = record(slots()[0].offsets[static_cast<std::size_t>(m)], own[2 * l]);
      second_at[l] = Model::second_is_pose ? record(second, own[2 * l + 1]) : x + second;
      data_at[l] = data_.data() + m * Model::data;
    }
    Real pose[lanes], second[lanes], data[Model::data], r[Model::dimension];
    load_records<1>(pose_at, pose);
    if constexpr (Model::second_is_pose)
      load_records<1>(second_at, second);
    else
      load_numbers<Model::second_size>(second_at, second);
    load_records<Model::data / lanes>(data_at, data);
    if constexpr (with_jacobian) {
      Real J[Model::dimension * columns];
      Model::template run<true>(pose, second, data, r, J);
      put(J, Model::dimension * columns, out.jacobian, i - out.begin, n);
    } else {
      Model::template run<false>(pose, second, data, r, nullptr);
    }
    put(r, Model::dimension, out.residual, i - out.begin, n);
  }

  std::vector<double> data_;
  std::int64_t first_ = 0, count_ = 0;  // of the poses' numbers in x
};

}  // namespace thalweg::inline v0_1::graph
