// Second derivatives of residual groups that do not give them, by differences.
#include <thalweg/problem/residual_group.hpp>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include <thalweg/math/manifold.hpp>

namespace thalweg::inline v0_1 {
namespace {

/// One local column of an item: which tangent component of which slot.
struct Direction {
  const Slot* slot;
  int component, first;  ///< first: the slot's first local column
};

std::vector<Direction> directions(const std::vector<Slot>& slots) {
  std::vector<Direction> all;
  for (const Slot& slot : slots) {
    const int first = static_cast<int>(all.size());
    for (int d = 0; d < slot.dimension; ++d) all.push_back({&slot, d, first});
  }
  return all;
}

/// g ← Tᵀg of as many entries as T (column-major) has columns.
void carry(const std::vector<double>& T, double* g) {
  const auto n = static_cast<std::size_t>(std::lround(std::sqrt(static_cast<double>(T.size()))));
  const std::vector<double> there(g, g + n);
  for (std::size_t c = 0; c < n; ++c) {
    g[c] = 0.0;
    for (std::size_t d = 0; d < n; ++d) g[c] += T[c * n + d] * there[d];
  }
}

/// x moved by h along one column, and back.
class Move {
 public:
  Move(std::vector<double>& x, std::int64_t begin, const Direction& direction)
      : slot_(*direction.slot),
        component_(direction.component),
        block_(x.data() + slot_.offset(begin)),
        from_(block_, block_ + slot_.numbers()),
        step_(static_cast<std::size_t>(slot_.dimension)) {}

  /// What a step is to be measured by: the parameter, 1 where it is zero.
  double size() const {
    double size = from_[static_cast<std::size_t>(component_)];
    if (slot_.manifold) {
      std::vector<double> sizes(step_.size());
      slot_.manifold->sizes(from_.data(), sizes.data());
      size = sizes[static_cast<std::size_t>(component_)];
    }
    return size != 0.0 ? std::abs(size) : 1.0;
  }
  void by(double h) { by(h, component_, 0.0); }
  /// Along another component of the same block as well.
  void by(double h, int other, double other_h) {
    std::fill(step_.begin(), step_.end(), 0.0);
    step_[static_cast<std::size_t>(component_)] += h;
    step_[static_cast<std::size_t>(other)] += other_h;
    if (slot_.manifold)
      slot_.manifold->plus(from_.data(), step_.data(), block_);
    else
      for (std::size_t d = 0; d < step_.size(); ++d) block_[d] = from_[d] + step_[d];
  }
  void back() { std::copy(from_.begin(), from_.end(), block_); }
  /// What carries derivatives taken at the moved point to coordinates around the point it came from; empty: nothing
  /// need be done.
  std::vector<double> transition() const {
    if (!slot_.manifold) return {};
    std::vector<double> T(step_.size() * step_.size());
    slot_.manifold->transition(from_.data(), step_.data(), block_, T.data());
    return T;
  }

 private:
  const Slot& slot_;
  int component_;
  double* block_;
  std::vector<double> from_, step_;
};

bool same_block(const Direction& a, const Direction& b, std::int64_t item) {
  return a.slot->offset(item) == b.slot->offset(item);
}

/// In how many slots the block of column j stands: it moves in all of them at once, and each then counts for its part.
double readings(const std::vector<Direction>& all, std::size_t j, std::int64_t item) {
  return static_cast<double>(std::count_if(all.begin(), all.end(), [&](const Direction& other) {
    return other.component == all[j].component && same_block(other, all[j], item);
  }));
}

}  // namespace

/// Σ w ∇²r, or ∇²Σℓ, from values alone: where directions are held, derivatives at a moved point are not all known.
/// Central differences, step ∜ε relative to the parameter.
void ResidualGroup::add_curvature_of_values(std::vector<double>& x, std::int64_t begin, std::int64_t end,
                                            const double* const* weight, double* S) const {
  const auto n = static_cast<std::size_t>(end - begin);
  const std::vector<Direction> all = directions(slots_);
  std::vector<double> storage(static_cast<std::size_t>(dimension_) * n), cost(has_cost() ? n : 0);
  std::vector<double*> residual;
  for (int k = 0; k < dimension_; ++k) residual.push_back(storage.data() + static_cast<std::size_t>(k) * n);
  const auto value = [&] {
    compute_with_table(x.data(), {begin, end, residual.data(), nullptr, has_cost() ? cost.data() : nullptr});
    double sum = std::accumulate(cost.begin(), cost.end(), 0.0);
    for (int k = 0; k < dimension_ && !has_cost(); ++k)
      sum = std::inner_product(weight[k], weight[k] + n, residual[static_cast<std::size_t>(k)], sum);
    return sum;
  };
  const double root = std::sqrt(std::sqrt(std::numeric_limits<double>::epsilon()));
  for (std::size_t a = 0; a < all.size(); ++a)
    for (std::size_t b = 0; b <= a; ++b) {
      const bool together = same_block(all[a], all[b], begin);
      Move first(x, begin, all[a]), second(x, begin, all[b]);
      const double ha = root * first.size(), hb = root * second.size();
      const auto at = [&](double sign_a, double sign_b) {
        if (together) {
          first.by(sign_a * ha, all[b].component, sign_b * hb);
        } else {
          first.by(sign_a * ha);
          second.by(sign_b * hb);
        }
        const double v = value();
        first.back();
        second.back();
        return v;
      };
      const double entry = (at(1.0, 1.0) - at(1.0, -1.0) - at(-1.0, 1.0) + at(-1.0, -1.0)) / (4.0 * ha * hb) /
                           (readings(all, a, begin) * readings(all, b, begin));
      S[a * all.size() + b] += entry;
      if (a != b) S[b * all.size() + a] += entry;
    }
}

// Column j of Σ w ∇²r is the derivative of Jᵀw along eⱼ, and column j of ∇²Σℓ that of J̃ᵀr̃: central differences, step
// ∛ε relative to the parameter. On a manifold the gradient at the moved point is one in that point's own coordinates.
void ResidualGroup::compute_curvature(const double* x, std::int64_t begin, std::int64_t end,
                                      const double* const* weight, double* S) const {
  const std::int64_t n = end - begin;
  std::int64_t extent = 0;  // of what is read: a table is made of the blocks of all items
  for (const Slot& slot : slots_) {
    extent = std::max(extent, slot.offset(begin) + slot.numbers());
    if (table_size() == 0) continue;
    for (const std::int64_t offset : slot.offsets) extent = std::max(extent, offset + slot.numbers());
  }
  std::vector<double> moved(x, x + extent);
  std::vector<double> storage(static_cast<std::size_t>(dimension_ * (1 + columns_) * n));
  std::vector<double*> residual, jacobian;
  for (int k = 0; k < dimension_; ++k) residual.push_back(storage.data() + k * n);
  for (int c = 0; c < dimension_ * columns_; ++c) jacobian.push_back(storage.data() + (dimension_ + c) * n);
  const auto dot = [n](const double* a, const double* b) {
    double sum = 0.0;
    for (std::int64_t i = 0; i < n; ++i) sum += a[i] * b[i];
    return sum;
  };
  const auto column = [&](int k, int c) { return jacobian[static_cast<std::size_t>(k * columns_ + c)]; };

  const std::vector<Direction> all = directions(slots_);
  std::vector<double> sum(all.size() * all.size()), gradient(all.size());
  const auto accumulate = [&](std::size_t j, double factor, const std::vector<double>& T) {
    compute_with_table(moved.data(), {begin, end, residual.data(), jacobian.data()});
    std::fill(gradient.begin(), gradient.end(), 0.0);
    for (int k = 0; k < dimension_; ++k) {
      const double* w = has_cost() ? residual[static_cast<std::size_t>(k)] : weight[k];
      for (int c = 0; c < columns_; ++c) gradient[static_cast<std::size_t>(c)] += dot(w, column(k, c));
    }
    for (const Direction& other : all)
      if (!T.empty() && other.component == 0 && same_block(other, all[j], begin))
        carry(T, gradient.data() + other.first);
    for (std::size_t c = 0; c < all.size(); ++c) sum[j * all.size() + c] += factor * gradient[c];
  };
  const bool closed = std::all_of(slots_.begin(), slots_.end(),
                                  [](const Slot& slot) { return !slot.manifold || slot.manifold->closed(); });
  if (!closed) add_curvature_of_values(moved, begin, end, weight, S);
  for (std::size_t j = 0; closed && j < all.size(); ++j) {
    Move move(moved, begin, all[j]);
    const double h = std::cbrt(std::numeric_limits<double>::epsilon()) * move.size();
    for (const double sign : {1.0, -1.0}) {
      move.by(sign * h);
      accumulate(j, sign * 0.5 / (h * readings(all, j, begin)), move.transition());
    }
    move.back();
  }
  if (has_cost()) compute_with_table(x, {begin, end, residual.data(), jacobian.data()});
  for (int a = 0; a < columns_; ++a)
    for (int b = 0; b < columns_; ++b) {
      double& entry = S[a * columns_ + b];
      entry +=
          0.5 * (sum[static_cast<std::size_t>(a * columns_ + b)] + sum[static_cast<std::size_t>(b * columns_ + a)]);
      for (int k = 0; has_cost() && k < dimension_; ++k) entry -= dot(column(k, a), column(k, b));
    }
}

}  // namespace thalweg::inline v0_1
