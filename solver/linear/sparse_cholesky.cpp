#include <thalweg/linear/sparse_cholesky.hpp>

#include <algorithm>
#include <cmath>
#include <limits>
#include <new>
#include <numeric>
#include <stdexcept>
#include <string>
#include <vector>

#include <linear/cholmod_objects.hpp>
#include <linear/one_thread.hpp>
#include <linear/scalar_pattern.hpp>
#include <thalweg/base/error.hpp>

namespace thalweg::inline v0_1 {
namespace {

using namespace cholmod;

/// METIS is tried from this many flops per block of A on: one factorisation then takes about as long as METIS and
/// another analysis do (1.5 µs per block of A; same machine). It saves a tenth of the time on torus3D, a third on 3-D
/// grids, nothing on 2-D ones, and loses on random and camera-like graphs, where the comparison of flops keeps AMD.
constexpr double heavy_flops_per_block = 50000.0;

/// Right-hand sides solved at a time: enough for matrix products, few enough that workspaces stay small.
constexpr std::int64_t solved_together = 32;

bool all_finite(const std::vector<double>& values) {
  double sum = 0.0;  // a non-finite value times zero is NaN, and stays
#pragma omp simd reduction(+ : sum)
  for (std::size_t i = 0; i < values.size(); ++i) sum += 0.0 * values[i];
  return sum == 0.0;
}

}  // namespace

struct SparseCholesky::Implementation {
  Common common;
  Factor L{common};
  Dense X{common}, Y{common}, E{common};  // workspaces of solves, kept between them

  Facts facts;
  bool analyzed = false, factored = false;

  // A in the order of elimination: CHOLMOD would otherwise permute and transpose it at every factorisation. Values
  // arrive in the order of `scalar_pattern`: entry e of that goes to values[target[e]].
  Columns A;
  std::vector<double> values;
  std::vector<Index> target;
  std::vector<Index> diagonal;           // where the diagonal is in `values`, in the order of elimination
  std::vector<Index> eliminated;         // the scalar that is eliminated j-th
  std::vector<double> right_hand_sides;  // permuted

  // Where the blocks begin in the order of `scalar_pattern`.
  struct Block {
    std::int64_t first_column;  // scalar
    std::int64_t within;        // rows of the block column above this block
    int rows, columns;
    bool on_diagonal;
  };
  std::vector<Block> blocks;
  std::vector<Index> natural_start;

  std::int64_t peak = 0;

  LinearStatus analyze(const BlockPattern& pattern, Ordering ordering);
  std::vector<Index> order_blocks(const BlockPattern& pattern, Ordering ordering);
  LinearStatus analyze_ordered(const BlockPattern& pattern, Columns& natural, Ordering ordering, Factor& into);
  void place_values(const Columns& natural);
  void place_blocks(const BlockPattern& pattern);
  std::int64_t own_bytes() const;
  std::int64_t foreseen_bytes() const;
  LinearStatus factor();
  bool pivots_are_sound() const;
  template <class Visit>
  void each_root(Visit&& visit) const;
  template <class Fill>
  LinearStatus solve_each(std::int64_t columns, double* x, Fill fill);
  LinearStatus solve_permuted(std::int64_t columns, double* x);
};

/// The block columns in the order of their elimination; empty when CHOLMOD failed.
std::vector<Index> SparseCholesky::Implementation::order_blocks(const BlockPattern& pattern, Ordering ordering) {
  std::vector<Index> order(pattern.dimension.size());
  std::iota(order.begin(), order.end(), Index{0});
  if (ordering == Ordering::natural) return order;
  Columns graph = block_graph(pattern);
  cholmod_sparse view = graph.view(lower, nullptr);
  view.sorted = 1;
  const int done = ordering == Ordering::metis ? library().metis(&view, nullptr, 0, 0, order.data(), &common)
                                               : library().amd(&view, nullptr, 0, order.data(), &common);
  if (!done || common.status != CHOLMOD_OK) order.clear();
  return order;
}

LinearStatus SparseCholesky::Implementation::analyze_ordered(const BlockPattern& pattern, Columns& natural,
                                                             Ordering ordering, Factor& into) {
  const std::vector<Index> order = order_blocks(pattern, ordering);
  if (order.empty()) return LinearStatus::fatal;
  std::vector<Index> scalars = expand(order, pattern);
  cholmod_sparse view = natural.view(lower, nullptr);
  view.sorted = 1;
  common.method[0].ordering = CHOLMOD_GIVEN;
  into.reset(library().analyze_p(&view, scalars.data(), nullptr, 0, &common));
  if (!into) return LinearStatus::fatal;
  facts.ordering = ordering;
  facts.factor_nonzeros = static_cast<std::int64_t>(common.lnz);
  facts.flops = common.fl;
  facts.supernodal = into->is_super != 0;
  return common.outcome();
}

LinearStatus SparseCholesky::Implementation::analyze(const BlockPattern& pattern, Ordering ordering) {
  analyzed = factored = false;
  L.reset(nullptr);
  facts = {.order = pattern.order(), .entries = pattern.entries()};
  if (facts.order > 0) {
    Columns natural = scalar_pattern(pattern);
    const bool choose = ordering == Ordering::automatic;
    LinearStatus status = analyze_ordered(pattern, natural, choose ? Ordering::amd : ordering, L);
    if (status != LinearStatus::ok) return status;
    if (choose && facts.flops >= heavy_flops_per_block * static_cast<double>(pattern.blocks())) {
      const Facts of_amd = facts;
      Factor other(common);
      if (analyze_ordered(pattern, natural, Ordering::metis, other) == LinearStatus::ok && facts.flops < of_amd.flops)
        L.swap(other);
      else
        facts = of_amd;
    }
    place_values(natural);
    L->ordering = CHOLMOD_NATURAL;  // of A as it is stored here
  }
  place_blocks(pattern);
  facts.bytes = foreseen_bytes();
  analyzed = true;
  return LinearStatus::ok;
}

/// Lays out A in the order of elimination: the lower triangle for the supernodal method, the upper for the simplicial.
void SparseCholesky::Implementation::place_values(const Columns& natural) {
  const auto n = static_cast<std::size_t>(facts.order);
  const auto* order = static_cast<const Index*>(L->Perm);
  eliminated.assign(order, order + n);
  std::vector<Index> position(n);
  for (std::size_t k = 0; k < n; ++k) position[static_cast<std::size_t>(eliminated[k])] = static_cast<Index>(k);

  const auto each_entry = [&](auto&& visit) {
    for (std::size_t j = 0; j < n; ++j)
      for (auto e = static_cast<std::size_t>(natural.start[j]); e < static_cast<std::size_t>(natural.start[j + 1]);
           ++e) {
        const auto [low, high] = std::minmax(position[j], position[static_cast<std::size_t>(natural.row[e])]);
        facts.supernodal ? visit(e, static_cast<std::size_t>(low), high)
                         : visit(e, static_cast<std::size_t>(high), low);
      }
  };
  A.start.assign(n + 1, 0);
  each_entry([&](std::size_t, std::size_t column, Index) { ++A.start[column + 1]; });
  for (std::size_t j = 0; j < n; ++j) A.start[j + 1] += A.start[j];
  A.row.resize(natural.row.size());
  target.resize(natural.row.size());
  diagonal.resize(n);
  std::vector<Index> next(A.start.begin(), A.start.end() - 1);
  each_entry([&](std::size_t e, std::size_t column, Index row) {
    const Index place = next[column]++;
    A.row[static_cast<std::size_t>(place)] = row;
    target[e] = place;
    if (row == static_cast<Index>(column)) diagonal[column] = place;
  });
  values.assign(natural.row.size(), 0.0);
  natural_start = natural.start;
}

void SparseCholesky::Implementation::place_blocks(const BlockPattern& pattern) {
  const std::vector<std::int64_t> offset = pattern.offsets();
  blocks.clear();
  blocks.reserve(pattern.row.size());
  for (std::size_t c = 0; c < pattern.dimension.size(); ++c) {
    std::int64_t within = 0;
    for (std::int64_t k = pattern.column_start[c]; k < pattern.column_start[c + 1]; ++k) {
      const auto r = static_cast<std::size_t>(pattern.row[static_cast<std::size_t>(k)]);
      blocks.push_back({offset[c], within, pattern.dimension[r], pattern.dimension[c], r == c});
      within += pattern.dimension[r];
    }
  }
}

std::int64_t SparseCholesky::Implementation::own_bytes() const {
  const auto bytes = [](const auto& v) { return static_cast<std::int64_t>(v.size() * sizeof(v[0])); };
  return bytes(A.start) + bytes(A.row) + bytes(values) + bytes(target) + bytes(diagonal) + bytes(eliminated) +
         bytes(blocks) + bytes(natural_start);
}

/// What CHOLMOD holds after the analysis, and what it adds for numbers: L and its workspaces.
std::int64_t SparseCholesky::Implementation::foreseen_bytes() const {
  const std::size_t word = sizeof(Index);
  std::size_t more = 0;
  if (L) {
    const std::size_t n = L->n, index_work = 2 * n + 5 * L->nsuper;
    more += L->is_super ? sizeof(double) * (L->xsize + L->maxcsize)
                        : (sizeof(double) + word) * static_cast<std::size_t>(facts.factor_nonzeros) +
                              word * (4 * n + 5) + sizeof(double) * n;
    if (index_work > common.iworksize) more += word * (index_work - common.iworksize);
  }
  return own_bytes() + static_cast<std::int64_t>(common.memory_inuse + more);
}

bool SparseCholesky::Implementation::pivots_are_sound() const {
  // What rounding leaves of a pivot that should be zero grows like a random walk: on grid Laplacians of order 25 to
  // 40,000 (four seeds each) at most 2.4√n ε of the diagonal entry was measured.
  const double negligible = 4.0 * std::sqrt(static_cast<double>(L->n)) * std::numeric_limits<double>::epsilon();
  const auto sound = [&](std::size_t column, double root) {
    const double began_as = values[static_cast<std::size_t>(diagonal[column])];
    return std::isfinite(root) && root * root > negligible * began_as;
  };
  bool all = true;
  each_root([&](std::size_t column, double root) { all = all && sound(column, root); });
  return all;
}

/// Calls visit(column, root) for the diagonal of L.
template <class Visit>
void SparseCholesky::Implementation::each_root(Visit&& visit) const {
  const auto* x = static_cast<const double*>(L->x);
  if (!L->is_super) {
    const auto* start = static_cast<const Index*>(L->p);
    for (std::size_t j = 0; j < L->n; ++j) visit(j, x[start[j]]);
    return;
  }
  const auto *first = static_cast<const Index*>(L->super), *rows = static_cast<const Index*>(L->pi),
             *start = static_cast<const Index*>(L->px);
  for (std::size_t s = 0; s < L->nsuper; ++s)
    for (Index j = first[s]; j < first[s + 1]; ++j)
      visit(static_cast<std::size_t>(j), x[start[s] + (j - first[s]) * (rows[s + 1] - rows[s] + 1)]);
}

LinearStatus SparseCholesky::Implementation::factor() {
  factored = false;
  if (!all_finite(values)) return LinearStatus::fatal;
  if (L) {
    const OneThread one_thread;
    cholmod_sparse view = A.view(facts.supernodal ? lower : upper, values.data());
    common.memory_usage = common.memory_inuse;
    library().factorize(&view, L.get(), &common);
    peak = own_bytes() + static_cast<std::int64_t>(common.memory_usage);
    const LinearStatus status = common.outcome();
    if (status != LinearStatus::ok) return status;
    if (L->minor < L->n || !pivots_are_sound()) return LinearStatus::retry;
  }
  factored = true;
  return LinearStatus::ok;
}

/// Solves for the right-hand sides in `right_hand_sides`, in the order of elimination.
LinearStatus SparseCholesky::Implementation::solve_permuted(std::int64_t columns, double* x) {
  const auto n = static_cast<std::size_t>(facts.order);
  cholmod_dense B{};
  B.nrow = B.d = n;
  B.ncol = static_cast<std::size_t>(columns);
  B.nzmax = n * B.ncol;
  B.x = right_hand_sides.data();
  B.xtype = CHOLMOD_REAL;
  B.dtype = CHOLMOD_DOUBLE;
  {
    const OneThread one_thread;
    const int done =
        library().solve2(CHOLMOD_LDLt, L.get(), &B, nullptr, X.address(), nullptr, Y.address(), E.address(), &common);
    if (!done || common.status != CHOLMOD_OK) return LinearStatus::fatal;
  }
  const auto* solution = static_cast<const double*>((*X.address())->x);
  double sum = 0.0;
  for (std::size_t c = 0; c < B.ncol; ++c)
    for (std::size_t k = 0; k < n; ++k) {
      const double value = solution[c * n + k];
      x[c * n + static_cast<std::size_t>(eliminated[k])] = value;
      sum += 0.0 * value;
    }
  return sum == 0.0 ? LinearStatus::ok : LinearStatus::retry;
}

/// Right-hand sides a few at a time: fill(c, b) writes the c-th in the order of elimination.
template <class Fill>
LinearStatus SparseCholesky::Implementation::solve_each(std::int64_t columns, double* x, Fill fill) {
  const std::int64_t n = facts.order;
  if (n == 0) return LinearStatus::ok;
  LinearStatus worst = LinearStatus::ok;
  for (std::int64_t c = 0; c < columns; c += solved_together) {
    const std::int64_t some = std::min(solved_together, columns - c);
    right_hand_sides.resize(static_cast<std::size_t>(n * some));
    for (std::int64_t s = 0; s < some; ++s) fill(c + s, right_hand_sides.data() + s * n);
    worst = std::max(worst, solve_permuted(some, x + c * n));
    if (worst == LinearStatus::fatal) break;
  }
  return worst;
}

SparseCholesky::SparseCholesky() : self_(std::make_unique<Implementation>()) {}
SparseCholesky::~SparseCholesky() = default;
SparseCholesky::SparseCholesky(SparseCholesky&&) noexcept = default;
SparseCholesky& SparseCholesky::operator=(SparseCholesky&&) noexcept = default;

LinearStatus SparseCholesky::analyze(const BlockPattern& pattern, Ordering ordering, Method method) {
  pattern.validate();
  self_->common.supernodal = method == Method::automatic    ? CHOLMOD_AUTO
                             : method == Method::simplicial ? CHOLMOD_SIMPLICIAL
                                                            : CHOLMOD_SUPERNODAL;
  try {
    return self_->analyze(pattern, ordering);
  } catch (const std::bad_alloc&) {
    return LinearStatus::fatal;
  } catch (const std::length_error&) {
    return LinearStatus::fatal;
  }
}

const SparseCholesky::Facts& SparseCholesky::facts() const { return self_->facts; }
std::int64_t SparseCholesky::peak_bytes() const { return self_->peak; }

void SparseCholesky::set_block(std::int64_t k, const double* column_major, int leading_dimension) {
  Implementation& self = *self_;
  if (!self.analyzed || k < 0 || k >= static_cast<std::int64_t>(self.blocks.size()))
    throw Error("sparse Cholesky: there is no block " + std::to_string(k) + "; expected one of the " +
                std::to_string(self.analyzed ? self.blocks.size() : 0) + " that were analyzed");
  const auto& block = self.blocks[static_cast<std::size_t>(k)];
  if (leading_dimension < block.rows)
    throw Error("sparse Cholesky: block " + std::to_string(k) + " has " + std::to_string(block.rows) +
                " rows, but a leading dimension of " + std::to_string(leading_dimension) +
                "; expected at least its rows");
  for (int c = 0; c < block.columns; ++c) {
    // Of this scalar column, `scalar_pattern` begins at the diagonal: c rows of the diagonal block are not there.
    const std::int64_t above = block.on_diagonal ? 0 : block.within;
    const Index* target =
        self.target.data() + self.natural_start[static_cast<std::size_t>(block.first_column + c)] + above - c;
    const double* column = column_major + static_cast<std::int64_t>(c) * leading_dimension;
    for (int r = block.on_diagonal ? c : 0; r < block.rows; ++r)
      self.values[static_cast<std::size_t>(target[r])] = column[r];
  }
}

LinearStatus SparseCholesky::factor() {
  if (!self_->analyzed) throw Error("sparse Cholesky: nothing to factor; expected an analysis that was ok first");
  return self_->factor();
}

LinearStatus SparseCholesky::solve(const double* b, double* x, std::int64_t columns) {
  Implementation& self = *self_;
  if (!self.factored)
    throw Error("sparse Cholesky: there is no factor to solve with; expected factor() to be ok first");
  const std::int64_t n = self.facts.order;
  try {
    return self.solve_each(columns, x, [&](std::int64_t c, double* permuted) {
      for (std::int64_t k = 0; k < n; ++k) permuted[k] = b[c * n + self.eliminated[static_cast<std::size_t>(k)]];
    });
  } catch (const std::bad_alloc&) {
    return LinearStatus::fatal;
  }
}

double SparseCholesky::log_determinant() const {
  if (!self_->factored)
    throw Error("sparse Cholesky: there is no factor to take a determinant of; expected factor() to be ok first");
  double sum = 0.0;
  if (self_->L) self_->each_root([&](std::size_t, double root) { sum += std::log(root); });
  return 2.0 * sum;
}

LinearStatus SparseCholesky::inverse_columns(std::span<const std::int64_t> columns, double* x) {
  Implementation& self = *self_;
  if (!self.factored) throw Error("sparse Cholesky: there is no factor to invert; expected factor() to be ok first");
  const std::int64_t n = self.facts.order;
  for (const std::int64_t c : columns)
    if (c < 0 || c >= n)
      throw Error("sparse Cholesky: there is no column " + std::to_string(c) + "; expected 0 to " +
                  std::to_string(n - 1));
  try {
    return self.solve_each(static_cast<std::int64_t>(columns.size()), x, [&](std::int64_t c, double* permuted) {
      for (std::int64_t k = 0; k < n; ++k)
        permuted[k] = self.eliminated[static_cast<std::size_t>(k)] == columns[static_cast<std::size_t>(c)] ? 1.0 : 0.0;
    });
  } catch (const std::bad_alloc&) {
    return LinearStatus::fatal;
  }
}

}  // namespace thalweg::inline v0_1
