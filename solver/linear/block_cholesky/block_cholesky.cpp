#include <thalweg/linear/block_cholesky.hpp>

#include <algorithm>
#include <cmath>
#include <limits>
#include <new>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include <linear/block_cholesky/kernels.hpp>
#include <linear/block_cholesky/numeric.hpp>
#include <linear/block_cholesky/ordering.hpp>
#include <linear/block_cholesky/refinement.hpp>
#include <linear/block_cholesky/selected_inverse.hpp>
#include <thalweg/base/cancellation.hpp>
#include <thalweg/base/error.hpp>
#include <thalweg/base/parallel.hpp>

namespace thalweg::inline v0_1 {
namespace {

using namespace block_cholesky;

/// Larger ones are beyond the 32 bits that number scalar rows, and far beyond memory.
bool countable(const BlockPattern& pattern) {
  double order = 0.0, numbers = 0.0;
  for (std::size_t c = 0; c < pattern.dimension.size(); ++c) {
    order += pattern.dimension[c];
    for (std::int64_t k = pattern.column_start[c]; k < pattern.column_start[c + 1]; ++k)
      numbers += static_cast<double>(pattern.dimension[c]) * pattern.dimension[pattern.row[k]];
  }
  return order < 2e9 && numbers < 1e18;
}

bool all_finite(const AlignedArray& values) {
  double sum = 0.0;  // a non-finite value times zero is NaN, and stays
  for (std::int64_t i = 0; i < values.size(); ++i) sum += 0.0 * values[i];
  return sum == 0.0;
}

template <class T>
T* numbers(AlignedArray& array) {
  return reinterpret_cast<T*>(array.data());
}

}  // namespace

struct BlockCholesky::Implementation {
  BlockPattern pattern;
  Facts facts;
  bool analyzed = false, factored = false, inverted = false;
  std::int32_t indefinite = -1;

  std::optional<Symbolic> symbolic;
  std::optional<Plan> plan;
  std::optional<Numeric<double>> in_double;
  std::optional<Numeric<float>> in_single;
  AlignedArray values;
  AlignedArray permuted;  // right-hand sides in the order of elimination
  std::optional<Refinement> refinement;
  SelectedInverse inverse;

  LinearStatus analyze(const BlockPattern& given, const BlockCholeskyOptions& options);
  Order choose_order(const BlockCholeskyOptions& options);
  LinearStatus factor();
  template <class T>
  void solve_one(Numeric<T>& numeric, const double* b, double* x);
  template <class T>
  void solve_some(Numeric<T>& numeric, std::int64_t columns, const double* b, double* x);
  LinearStatus solve(const double* b, double* x, std::int64_t columns);
};

Order BlockCholesky::Implementation::choose_order(const BlockCholeskyOptions& options) {
  facts.ordering = options.ordering == Ordering::automatic ? Ordering::amd : options.ordering;
  if (options.ordering == Ordering::natural) return order_natural(pattern);
  if (options.ordering == Ordering::metis) return order_metis(pattern);
  Order order = order_amd(pattern);
  if (options.ordering == Ordering::amd || order.empty() || !sparse_cholesky_available()) return order;
  // METIS takes about 1.5 µs per block of A. A fifth of the flops saved, at some 50 in a nanosecond, is worth that once
  // flops times repetitions are 4·10⁵ per block; eight times as many make it a small stake. Less than a fifth is not
  // worth taking: supernodes of a nested dissection run that much slower (torus3D: 19 % fewer flops, the same time).
  constexpr double flops_per_block = 50000.0, flops_to_win_back = 3e6, worth_taking = 0.8;
  const double flops = flops_of(pattern, order), blocks = static_cast<double>(pattern.blocks());
  if (flops < flops_per_block * blocks || flops * options.repetitions < flops_to_win_back * blocks) return order;
  Order other = order_metis(pattern);
  if (other.empty() || flops_of(pattern, other) > worth_taking * flops) return order;
  facts.ordering = Ordering::metis;
  return other;
}

LinearStatus BlockCholesky::Implementation::analyze(const BlockPattern& given, const BlockCholeskyOptions& options) {
  analyzed = factored = inverted = false;
  indefinite = -1;
  in_double.reset();
  in_single.reset();
  plan.reset();
  refinement.reset();
  facts = {};
  if (!countable(given)) return LinearStatus::fatal;
  pattern = given;
  const Order order = choose_order(options);
  if (order.size() != pattern.dimension.size()) return LinearStatus::fatal;
  CancellationProbe::poll();
  symbolic = block_cholesky::analyze(pattern, order);
  CancellationProbe::poll();
  const bool single = options.single_precision || symbolic->flops >= options.single_precision_from;
  const int number = single ? sizeof(float) : sizeof(double);
  plan.emplace(*symbolic, pattern, 64 / number, resolve_threads(options.threads));
  if (single) {
    in_single.emplace(*symbolic, *plan);
    refinement.emplace(pattern, options.accuracy);
  } else {
    in_double.emplace(*symbolic, *plan);
  }
  facts.single_precision = single;
  facts.order = pattern.order();
  facts.entries = pattern.entries();
  facts.factor_nonzeros = symbolic->factor_nonzeros;
  facts.flops = symbolic->flops;
  facts.stored = plan->panel.back();
  facts.executed = plan->executed;
  facts.supernodes = symbolic->supernodes();
  facts.widest = plan->widest;
  facts.tallest = plan->tallest;
  facts.bytes = plan->bytes(number);
  values.resize(plan->values);
  std::fill_n(values.data(), values.size(), 0.0);
  analyzed = true;
  return LinearStatus::ok;
}

LinearStatus BlockCholesky::Implementation::factor() {
  factored = inverted = false;
  indefinite = -1;
  if (in_single) in_single->allocate();
  if (in_double) in_double->allocate();
  const std::int32_t lost = in_single ? in_single->factor(values.data()) : in_double->factor(values.data());
  if (lost >= 0) {
    if (!all_finite(values)) return LinearStatus::fatal;
    indefinite = symbolic->order[lost];
    return LinearStatus::retry;
  }
  factored = true;
  return LinearStatus::ok;
}

/// In the order of elimination, and back.
template <class T>
void BlockCholesky::Implementation::solve_one(Numeric<T>& numeric, const double* b, double* x) {
  permuted.resize_unset(facts.order);
  T* const y = numbers<T>(permuted);
  const auto each = [&](auto&& visit) {
    std::int64_t from = 0;
    for (std::size_t k = 0; k < symbolic->place.size(); ++k)
      for (std::int64_t to = symbolic->first[symbolic->place[k]], end = symbolic->first[symbolic->place[k] + 1];
           to < end; ++to)
        visit(from++, to);
  };
  each([&](std::int64_t from, std::int64_t to) { y[to] = static_cast<T>(b[from]); });
  numeric.solve(y);
  each([&](std::int64_t from, std::int64_t to) { x[from] = static_cast<double>(y[to]); });
}

/// At most as many as a slab has rows.
template <class T>
void BlockCholesky::Implementation::solve_some(Numeric<T>& numeric, std::int64_t columns, const double* b, double* x) {
  constexpr std::int64_t H = slab_rows<T>;
  permuted.resize_unset(facts.order * 8);
  T* const y = numbers<T>(permuted);
  const auto each = [&](auto&& visit) {
    std::int64_t from = 0;
    for (std::size_t k = 0; k < symbolic->place.size(); ++k)
      for (std::int64_t to = symbolic->first[symbolic->place[k]], end = symbolic->first[symbolic->place[k] + 1];
           to < end; ++to)
        visit(from++, to);
  };
  each([&](std::int64_t from, std::int64_t to) {
    for (std::int64_t c = 0; c < H; ++c) y[to * H + c] = c < columns ? static_cast<T>(b[c * facts.order + from]) : T(0);
  });
  numeric.solve_many(y);
  each([&](std::int64_t from, std::int64_t to) {
    for (std::int64_t c = 0; c < columns; ++c) x[c * facts.order + from] = static_cast<double>(y[to * H + c]);
  });
}

LinearStatus BlockCholesky::Implementation::solve(const double* b, double* x, std::int64_t columns) {
  LinearStatus worst = LinearStatus::ok;
  if (facts.order == 0) return worst;
  if (in_single) {
    for (std::int64_t c = 0; c < columns; ++c)
      worst = std::max(worst, refinement->solve(values.data(), *plan, b + c * facts.order, x + c * facts.order,
                                                [&](const double* r, double* d) { solve_one(*in_single, r, d); }));
    return worst;
  }
  // From three on, lanes that are right-hand sides beat lanes that are rows.
  constexpr std::int64_t together = slab_rows<double>, least = 3;
  for (std::int64_t c = 0; c < columns;) {
    const std::int64_t some = columns - c >= least ? std::min(together, columns - c) : 1;
    if (some == 1) {
      solve_one(*in_double, b + c * facts.order, x + c * facts.order);
    } else {
      solve_some(*in_double, some, b + c * facts.order, x + c * facts.order);
    }
    c += some;
  }
  double sum = 0.0;
  for (std::int64_t i = 0; i < columns * facts.order; ++i) sum += 0.0 * x[i];
  return sum == 0.0 ? LinearStatus::ok : LinearStatus::retry;
}

BlockCholesky::BlockCholesky() : self_(std::make_unique<Implementation>()) {}
BlockCholesky::~BlockCholesky() = default;
BlockCholesky::BlockCholesky(BlockCholesky&&) noexcept = default;
BlockCholesky& BlockCholesky::operator=(BlockCholesky&&) noexcept = default;

LinearStatus BlockCholesky::analyze(const BlockPattern& pattern, const BlockCholeskyOptions& options) {
  pattern.validate();
  try {
    return self_->analyze(pattern, options);
  } catch (const std::bad_alloc&) {
    return LinearStatus::fatal;
  } catch (const std::length_error&) {
    return LinearStatus::fatal;
  }
}

const BlockCholesky::Facts& BlockCholesky::facts() const { return self_->facts; }
std::int32_t BlockCholesky::indefinite_block() const { return self_->indefinite; }

BlockCholesky::Slot BlockCholesky::block_slot(std::int64_t k) {
  const Plan& plan = *self_->plan;
  return {self_->values.data() + plan.block[k], plan.row_step[k], plan.column_step[k]};
}

void BlockCholesky::set_block(std::int64_t k, const double* column_major, int leading_dimension) {
  Implementation& self = *self_;
  if (!self.analyzed || k < 0 || k >= self.pattern.blocks())
    throw Error("block Cholesky: there is no block " + std::to_string(k) + "; expected one of the " +
                std::to_string(self.analyzed ? self.pattern.blocks() : 0) + " that were analyzed");
  const Slot slot = block_slot(k);
  const int rows = self.pattern.dimension[self.pattern.row[k]];
  if (leading_dimension < rows)
    throw Error("block Cholesky: block " + std::to_string(k) + " has " + std::to_string(rows) +
                " rows, but a leading dimension of " + std::to_string(leading_dimension) +
                "; expected at least its rows");
  const auto& start = self.pattern.column_start;
  const auto column = std::upper_bound(start.begin(), start.end(), k) - start.begin() - 1;
  const bool diagonal = self.pattern.row[k] == column;
  for (int c = 0; c < self.pattern.dimension[column]; ++c)
    for (int r = diagonal ? c : 0; r < rows; ++r)
      slot.data[c * slot.column_step + r * slot.row_step] =
          column_major[static_cast<std::int64_t>(c) * leading_dimension + r];
}

LinearStatus BlockCholesky::factor() {
  if (!self_->analyzed) throw Error("block Cholesky: nothing to factor; expected an analysis that was ok first");
  try {
    return self_->factor();
  } catch (const std::bad_alloc&) {
    return LinearStatus::fatal;
  }
}

LinearStatus BlockCholesky::solve(const double* b, double* x, std::int64_t columns) {
  if (!self_->factored)
    throw Error("block Cholesky: there is no factor to solve with; expected factor() to be ok first");
  try {
    return self_->solve(b, x, columns);
  } catch (const std::bad_alloc&) {
    return LinearStatus::fatal;
  }
}

double BlockCholesky::log_determinant() const {
  if (!self_->factored)
    throw Error("block Cholesky: there is no factor to take a determinant of; expected factor() to be ok first");
  return self_->in_single ? self_->in_single->log_determinant() : self_->in_double->log_determinant();
}

LinearStatus BlockCholesky::inverse_columns(std::span<const std::int64_t> columns, double* x) {
  Implementation& self = *self_;
  if (!self.factored) throw Error("block Cholesky: there is no factor to invert; expected factor() to be ok first");
  const std::int64_t n = self.facts.order, count = static_cast<std::int64_t>(columns.size());
  for (const std::int64_t c : columns)
    if (c < 0 || c >= n)
      throw Error("block Cholesky: there is no column " + std::to_string(c) + "; expected 0 to " +
                  std::to_string(n - 1));
  std::fill_n(x, n * count, 0.0);
  for (std::int64_t c = 0; c < count; ++c) x[c * n + columns[c]] = 1.0;
  return solve(x, x, count);
}

LinearStatus BlockCholesky::invert() {
  Implementation& self = *self_;
  if (!self.factored) throw Error("block Cholesky: there is no factor to invert; expected factor() to be ok first");
  try {
    if (self.in_single)
      self.inverse.compute(*self.symbolic, *self.plan, *self.in_single);
    else
      self.inverse.compute(*self.symbolic, *self.plan, *self.in_double);
  } catch (const std::bad_alloc&) {
    return LinearStatus::fatal;
  }
  self.inverted = true;
  return LinearStatus::ok;
}

bool BlockCholesky::inverse_block(std::int32_t i, std::int32_t j, double* column_major, int leading_dimension) const {
  const Implementation& self = *self_;
  if (!self.inverted) throw Error("block Cholesky: there is no inverse to look into; expected invert() to be ok first");
  const std::int32_t n = self.pattern.block_columns();
  if (i < 0 || j < 0 || i >= n || j >= n)
    throw Error("block Cholesky: there is no block (" + std::to_string(i) + ", " + std::to_string(j) +
                "); expected 0 to " + std::to_string(n - 1));
  return self.inverse.block(*self.symbolic, self.symbolic->place[i], self.symbolic->place[j], column_major,
                            leading_dimension);
}

}  // namespace thalweg::inline v0_1
