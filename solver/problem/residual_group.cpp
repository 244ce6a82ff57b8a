#include <thalweg/problem/residual_group.hpp>

#include <algorithm>
#include <cmath>
#include <limits>

#include <fmt/format.h>
#include <thalweg/math/error.hpp>
#include <thalweg/math/manifold.hpp>

namespace thalweg {

/// A group of another's items in another order, evaluated one by one.
class ReorderedGroup final : public ResidualGroup {
 public:
  ReorderedGroup(const ResidualGroup& group, std::span<const std::int64_t> order)
      : ResidualGroup(group.name(), group.dimension(), static_cast<std::int64_t>(order.size()),
                      group.permuted_slots(order)),
        group_(group),
        order_(order.begin(), order.end()) {}
  bool has_cost() const override { return group_.has_cost(); }
  bool differenced() const override { return group_.differenced(); }
  std::int64_t table_size() const override { return group_.table_size(); }
  void fill_table(const double* x, double* table) const override { group_.fill_table(x, table); }
  std::string explain_non_finite(const double* x, std::int64_t item) const override {
    return group_.explain_non_finite(x, order_[static_cast<std::size_t>(item)]);
  }

 protected:
  void compute(const double* x, const ResidualOutput& out) const override {
    std::vector<double*> residual(static_cast<std::size_t>(dimension()));
    std::vector<double*> jacobian(out.jacobian ? static_cast<std::size_t>(dimension() * columns()) : 0);
    for (std::int64_t i = out.begin; i < out.end; ++i) {
      const std::int64_t at = i - out.begin, item = order_[static_cast<std::size_t>(i)];
      for (std::size_t k = 0; k < residual.size(); ++k) residual[k] = out.residual[k] + at;
      for (std::size_t c = 0; c < jacobian.size(); ++c) jacobian[c] = out.jacobian[c] ? out.jacobian[c] + at : nullptr;
      group_.compute(x, {item, item + 1, residual.data(), out.jacobian ? jacobian.data() : nullptr,
                         out.cost ? out.cost + at : nullptr, out.table});
    }
  }

 private:
  const ResidualGroup& group_;
  std::vector<std::int64_t> order_;
};

std::unique_ptr<ResidualGroup> ResidualGroup::permuted(std::span<const std::int64_t> order) const {
  return std::make_unique<ReorderedGroup>(*this, order);
}

std::unique_ptr<ResidualGroup> ResidualGroup::reordered(std::span<const std::int64_t> order) const {
  std::unique_ptr<ResidualGroup> result = permuted(order);
  result->loss_ = loss_;
  for (const std::int64_t i : order)
    if (has_sigma()) result->inverse_sigma_.push_back(inverse_sigma_[static_cast<std::size_t>(i)]);
  return result;
}

std::vector<Slot> ResidualGroup::permuted_slots(std::span<const std::int64_t> order) const {
  std::vector<Slot> result;
  for (const Slot& slot : slots_) {
    Slot& to = result.emplace_back(Slot{slot.dimension, slot.shared_offset, {}, slot.ambient, slot.manifold});
    if (slot.offsets.empty()) continue;
    to.offsets.reserve(order.size());
    for (const std::int64_t i : order) to.offsets.push_back(slot.offsets[static_cast<std::size_t>(i)]);
  }
  return result;
}

ResidualGroup::ResidualGroup(std::string name, int dimension, std::int64_t items, std::vector<Slot> slots)
    : name_(std::move(name)), dimension_(dimension), items_(items), slots_(std::move(slots)), columns_(0) {
  for (const Slot& slot : slots_) columns_ += slot.dimension;
}

bool ResidualGroup::shares_blocks() const {
  return std::all_of(slots_.begin(), slots_.end(), [](const Slot& s) { return s.offsets.empty(); });
}

std::string ResidualGroup::residual_name(std::int64_t item, int component) const {
  return dimension_ == 1 ? fmt::format("{}[{}]", name_, item)
                         : fmt::format("{}[{}], component {}", name_, item, component);
}

void ResidualGroup::set_loss(Loss loss) {
  if (has_cost() && !loss.is_trivial())
    throw Error(fmt::format("residual group '{}' has a cost of its own and cannot take the loss {}; expected none",
                            name_, to_string(loss)));
  loss_ = std::move(loss);
}

void ResidualGroup::set_sigma(const std::vector<double>& sigma) {
  if (has_cost())
    throw Error(fmt::format("residual group '{}' has a cost of its own, which standard deviations mean nothing to; "
                            "expected none",
                            name_));
  if (static_cast<std::int64_t>(sigma.size()) != items_)
    throw Error(fmt::format("residual group '{}' has {} residuals but {} standard deviations; expected one each", name_,
                            items_, sigma.size()));
  for (std::size_t i = 0; i < sigma.size(); ++i)
    if (!(sigma[i] > 0.0) || !std::isfinite(sigma[i]))
      throw Error(fmt::format("standard deviation {} of residual group '{}' is {}; expected a positive number", i,
                              name_, sigma[i]));
  inverse_sigma_.resize(sigma.size());
  std::transform(sigma.begin(), sigma.end(), inverse_sigma_.begin(), [](double s) { return 1.0 / s; });
}

void ResidualGroup::evaluate(const double* x, const ResidualOutput& out) const {
  if (table_size() > 0 && !out.table) {
    std::vector<double> table(static_cast<std::size_t>(table_size()));
    fill_table(x, table.data());
    ResidualOutput with_table = out;
    with_table.table = table.data();
    compute(x, with_table);
  } else {
    compute(x, out);
  }
  if (inverse_sigma_.empty()) return;
  const double* w = inverse_sigma_.data() + out.begin;
  const std::int64_t n = out.end - out.begin;
  const auto divide = [&](double* column) {
    for (std::int64_t i = 0; i < n; ++i) column[i] *= w[i];
  };
  for (int k = 0; k < dimension_; ++k) divide(out.residual[k]);
  if (!out.jacobian) return;
  for (int c = 0; c < dimension_ * columns_; ++c)
    if (out.jacobian[c]) divide(out.jacobian[c]);
}

void ResidualGroup::add_curvature(const double* x, std::int64_t begin, std::int64_t end, const double* const* weight,
                                  double* S) const {
  if (inverse_sigma_.empty()) return compute_curvature(x, begin, end, weight, S);
  const std::int64_t n = end - begin;
  std::vector<double> scaled(static_cast<std::size_t>(dimension_ * n));
  std::vector<const double*> pointers;
  for (int k = 0; k < dimension_; ++k) {
    double* column = scaled.data() + k * n;
    for (std::int64_t i = 0; i < n; ++i) column[i] = weight[k][i] * inverse_sigma_[static_cast<std::size_t>(begin + i)];
    pointers.push_back(column);
  }
  compute_curvature(x, begin, end, pointers.data(), S);
}

std::string ResidualGroup::explain_non_finite(const double*, std::int64_t) const { return {}; }

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

  /// ∛ε relative to the parameter.
  double step() const {
    double size = from_[static_cast<std::size_t>(component_)];
    if (slot_.manifold) {
      std::vector<double> sizes(step_.size());
      slot_.manifold->sizes(from_.data(), sizes.data());
      size = sizes[static_cast<std::size_t>(component_)];
    }
    return std::cbrt(std::numeric_limits<double>::epsilon()) * (size != 0.0 ? std::abs(size) : 1.0);
  }
  void by(double h) {
    step_[static_cast<std::size_t>(component_)] = h;
    if (slot_.manifold)
      slot_.manifold->plus(from_.data(), step_.data(), block_);
    else
      block_[component_] = from_[static_cast<std::size_t>(component_)] + h;
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

}  // namespace

// Column j of Σ w ∇²r is the derivative of Jᵀw along eⱼ, and column j of ∇²Σℓ that of J̃ᵀr̃: central differences, step
// ∛ε relative to the parameter. On a manifold the gradient at the moved point is one in that point's own coordinates.
void ResidualGroup::compute_curvature(const double* x, std::int64_t begin, std::int64_t end,
                                      const double* const* weight, double* S) const {
  const std::int64_t n = end - begin;
  std::int64_t extent = 0;
  for (const Slot& slot : slots_) extent = std::max(extent, slot.offset(begin) + slot.numbers());
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
  const auto same_block = [begin](const Direction& a, const Direction& b) {
    return a.slot->offset(begin) == b.slot->offset(begin);
  };
  std::vector<double> sum(static_cast<std::size_t>(columns_ * columns_)), gradient(all.size());
  const auto accumulate = [&](std::size_t j, double factor, const std::vector<double>& T) {
    compute(moved.data(), {begin, end, residual.data(), jacobian.data()});
    std::fill(gradient.begin(), gradient.end(), 0.0);
    for (int k = 0; k < dimension_; ++k) {
      const double* w = has_cost() ? residual[static_cast<std::size_t>(k)] : weight[k];
      for (int c = 0; c < columns_; ++c) gradient[static_cast<std::size_t>(c)] += dot(w, column(k, c));
    }
    for (const Direction& other : all)
      if (!T.empty() && other.component == 0 && same_block(other, all[j])) carry(T, gradient.data() + other.first);
    for (std::size_t c = 0; c < all.size(); ++c) sum[j * all.size() + c] += factor * gradient[c];
  };
  for (std::size_t j = 0; j < all.size(); ++j) {
    Move move(moved, begin, all[j]);
    const double h = move.step();
    // A block that stands in several slots moves in all of them at once: each then counts for its part.
    const auto readings = static_cast<double>(std::count_if(all.begin(), all.end(), [&](const Direction& other) {
      return other.component == all[j].component && same_block(other, all[j]);
    }));
    for (const double sign : {1.0, -1.0}) {
      move.by(sign * h);
      accumulate(j, sign * 0.5 / (h * readings), move.transition());
    }
    move.back();
  }
  if (has_cost()) compute(x, {begin, end, residual.data(), jacobian.data()});
  for (int a = 0; a < columns_; ++a)
    for (int b = 0; b < columns_; ++b) {
      double& entry = S[a * columns_ + b];
      entry +=
          0.5 * (sum[static_cast<std::size_t>(a * columns_ + b)] + sum[static_cast<std::size_t>(b * columns_ + a)]);
      for (int k = 0; has_cost() && k < dimension_; ++k) entry -= dot(column(k, a), column(k, b));
    }
}

}  // namespace thalweg
