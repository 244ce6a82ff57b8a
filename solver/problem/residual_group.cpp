#include <thalweg/problem/residual_group.hpp>

#include <algorithm>
#include <cmath>

#include <fmt/format.h>
#include <thalweg/base/error.hpp>

namespace thalweg::inline v0_1 {

/// A group of another's items in another order, evaluated one by one.
class ReorderedGroup final : public ResidualGroup {
 public:
  ReorderedGroup(const ResidualGroup& group, std::span<const std::int64_t> order)
      : ResidualGroup(group.name(), group.dimension(), static_cast<std::int64_t>(order.size()),
                      group.permuted_slots(order)),
        group_(group),
        order_(order.begin(), order.end()) {}
  bool has_cost() const override { return group_.has_cost(); }
  std::optional<double> saturated_cost() const override { return group_.saturated_cost(); }
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
  result->prior_ = prior_;
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
    : name_(std::move(name)), dimension_(dimension), items_(items), slots_(std::move(slots)) {
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
  ++revision_;
  if (has_cost() && !loss.is_trivial())
    throw Error(fmt::format("residual group '{}' has a cost of its own and cannot take the loss {}; expected none",
                            name_, to_string(loss)));
  loss_ = std::move(loss);
}

void expect_same_shape(const std::string& group, std::span<const DataColumn> held, std::span<const DataColumn> given) {
  if (given.size() != held.size())
    throw Error(fmt::format("residual group '{}' has {} data columns, but {} are given; expected as many", group,
                            held.size(), given.size()));
  for (std::size_t c = 0; c < held.size(); ++c) {
    if (*given[c].type != *held[c].type)
      throw Error(
          fmt::format("data column {} of residual group '{}' is given with elements of another type; expected "
                      "the type that it has",
                      c, group));
    if (given[c].size != held[c].size)
      throw Error(
          fmt::format("data column {} of residual group '{}' is given with {} elements; expected {}, as many as "
                      "it has",
                      c, group, given[c].size, held[c].size));
  }
}

void ResidualGroup::take_data(std::span<const DataColumn>) {
  throw Error(
      fmt::format("residual group '{}' has no data columns that could be replaced; expected a group of "
                  "add_residuals or of a formula",
                  name_));
}

void ResidualGroup::take_data_of(const ResidualGroup&, std::span<const std::int64_t>) {}

void ResidualGroup::refresh(const ResidualGroup& original, std::span<const std::int64_t> order) {
  take_data_of(original, order);
  for (std::size_t i = 0; i < inverse_sigma_.size(); ++i)
    inverse_sigma_[i] = original.inverse_sigma_[static_cast<std::size_t>(order[i])];
}

void ResidualGroup::set_sigma(const std::vector<double>& sigma) {
  if (has_sigma()) {
    ++data_revision_;
  } else {
    ++revision_;
  }
  if (has_cost())
    throw Error(
        fmt::format("residual group '{}' has a cost of its own, which standard deviations mean nothing to; "
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

void ResidualGroup::standardize(double* values) const {
  for (std::size_t i = 0; i < inverse_sigma_.size(); ++i) values[i] *= inverse_sigma_[i];
}

double ResidualGroup::log_determinant() const {
  double sum = 0.0;
  for (const double v : inverse_sigma_) sum -= 2.0 * std::log(v);
  return sum;
}

void ResidualGroup::compute_with_table(const double* x, const ResidualOutput& out) const {
  if (table_size() == 0 || out.table) {
    compute(x, out);
    return;
  }
  std::vector<double> table(static_cast<std::size_t>(table_size()));
  fill_table(x, table.data());
  ResidualOutput with_table = out;
  with_table.table = table.data();
  compute(x, with_table);
}

void ResidualGroup::evaluate(const double* x, const ResidualOutput& out) const {
  compute_with_table(x, out);
  if (inverse_sigma_.empty()) return;
  const double* w = inverse_sigma_.data() + out.begin;
  const std::int64_t n = out.end - out.begin;
  const auto divide = [&](double* column) {
#pragma omp simd
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

}  // namespace thalweg::inline v0_1
