#include <thalweg/problem/block_program.hpp>

#include <algorithm>
#include <cmath>
#include <numeric>

#include <fmt/format.h>

#include <problem/loss_correction.hpp>
#include <thalweg/base/cancellation.hpp>
#include <thalweg/base/parallel.hpp>

namespace thalweg::inline v0_1 {
namespace {

// Items whose cost is summed as one task, the same whatever the number of threads.
constexpr std::int64_t task_items = 4096;
constexpr long items_between_polls = 100000;  // some milliseconds

std::size_t at(std::int64_t i) { return static_cast<std::size_t>(i); }

}  // namespace

BlockProgram::BlockProgram(const Problem& problem, std::span<const std::int64_t> pinned)
    : FrozenProblem(problem, pinned) {
  structure_.first.push_back(0);
  std::vector<std::int64_t> columns;  // of one block
  for (const Problem::BlockSet& set : problem.sets()) {
    std::vector<std::int32_t>& free = free_block_.emplace_back(at(set.count), -1);
    for (int i = 0; i < set.count; ++i) {
      const std::int64_t offset = set.offset + std::int64_t{i} * set.dimension;
      bool any_free = false, any_fixed = false;
      for (std::int64_t c = offset; c < offset + set.tangent; ++c) (moves(c) ? any_free : any_fixed) = true;
      if (!any_free) continue;
      free[at(i)] = static_cast<std::int32_t>(structure_.blocks());
      structure_.dimension.push_back(set.tangent);
      block_offset_.push_back(offset);
      named_.push_back(set.eliminated);
      columns.clear();
      for (std::int64_t c = offset; c < offset + set.tangent; ++c) {
        columns.push_back(moves(c) ? static_cast<std::int64_t>(component_of_.size()) : -1);
        component_of_.push_back(c);
      }
      if (set.manifold) add_curved(*set.manifold, offset, columns);
      structure_.first.push_back(static_cast<std::int64_t>(component_of_.size()));
      if (!any_fixed) continue;
      held_.resize(component_of_.size(), 0);
      for (int d = 0; d < set.tangent; ++d) held_[component_of_.size() - at(set.tangent) + at(d)] = !moves(offset + d);
    }
  }
  if (component_of_.empty()) throw Error("every parameter is fixed; expected at least one that may move");
  if (!held_.empty()) held_.resize(component_of_.size(), 0);
  find_flat_runs();

  for (const auto& group : problem.groups()) {
    groups_.push_back(group.get());
    ResidualPattern& pattern = structure_.groups.emplace_back();
    pattern.dimension = group->dimension();
    pattern.items = group->items();
    for (const Slot& slot : group->slots()) {
      ResidualPattern::Slot& to = pattern.slots.emplace_back();
      to.dimension = slot.dimension;
      PollEvery poll(items_between_polls);
      to.block.resize(at(group->items()));
      const Problem::BlockSet* set = nullptr;
      const std::vector<std::int32_t>* free = nullptr;
      for (std::int64_t i = 0; i < group->items(); ++i) {
        poll();
        const std::int64_t offset = slot.offset(i);
        if (!set || offset < set->offset || offset >= set->offset + std::int64_t{set->dimension} * set->count) {
          const auto found = std::upper_bound(problem.sets().begin(), problem.sets().end(), offset,
                                              [](std::int64_t o, const Problem::BlockSet& s) { return o < s.offset; });
          set = &*(found - 1);
          free = &free_block_[at(found - 1 - problem.sets().begin())];
          if (set->tangent != slot.dimension)
            throw Error(fmt::format("residual group '{}' reads {} of the {} components of '{}'; expected all",
                                    group->name(), slot.dimension, set->tangent, set->name));
        }
        to.block[at(i)] = (*free)[at((offset - set->offset) / set->dimension)];
      }
    }
    tables_.emplace_back(group->table_size());
    for (std::int64_t i = 0; i < group->items(); i += task_items)
      cost_tasks_.push_back({groups_.size() - 1, i, std::min(group->items(), i + task_items)});
  }
  order_.resize(groups_.size());
  reordered_.resize(groups_.size());
  data_revision_.resize(groups_.size());
  partial_costs_.resize(cost_tasks_.size());
  for (int t = 0; t < resolve_threads(0); ++t) cost_scratch_.emplace_back(*this);
}

void BlockProgram::reorder(const std::vector<LargeVector<std::int64_t>>& order) {
  for (std::size_t g = 0; g < groups_.size(); ++g) {
    if (order[g].empty()) continue;
    // Of the user's items, whatever the order before: a copy of a copy would read what is gone.
    LargeVector<std::int64_t> items = order[g];
    if (!order_[g].empty())
      for (std::int64_t& i : items) i = order_[g][at(i)];
    const ResidualGroup& original = *problem().groups()[g];
    reordered_[g] = original.reordered(items);
    groups_[g] = reordered_[g].get();
    data_revision_[g] = original.data_revision();
    order_[g] = std::move(items);
    for (ResidualPattern::Slot& slot : structure_.groups[g].slots) {
      LargeVector<std::int32_t> block;
      block.reserve(order[g].size());
      for (const std::int64_t i : order[g]) block.push_back(slot.block[at(i)]);
      slot.block = std::move(block);
    }
  }
}

void BlockProgram::refresh_data() {
  for (std::size_t g = 0; g < groups_.size(); ++g) {
    const ResidualGroup& original = *problem().groups()[g];
    if (!reordered_[g] || original.data_revision() == data_revision_[g]) continue;
    reordered_[g]->refresh(original, order_[g]);
    data_revision_[g] = original.data_revision();
  }
}

BlockProgram::Scratch::Scratch(const BlockProgram& program) {
  std::int64_t arrays = 0;
  for (const ResidualGroup* group : program.groups_)
    arrays = std::max(arrays, std::int64_t{group->dimension()} * (1 + group->columns()));
  values_.resize(arrays * strip_items);
  for (std::int64_t a = 0; a < arrays; ++a) pointers_.push_back(values_.data() + a * strip_items);
  own_cost_.resize(at(strip_items));
}

void BlockProgram::fill_tables(const double* x) {
  for (std::size_t g = 0; g < groups_.size(); ++g)
    if (tables_[g].size() > 0) groups_[g]->fill_table(x, tables_[g].data());
}

double BlockProgram::evaluate(std::size_t g, std::int64_t begin, std::int64_t end, const double* x, Scratch& scratch,
                              bool with_jacobian) const {
  const ResidualGroup& group = *groups_[g];
  const int dimension = group.dimension();
  double* const* const r = scratch.pointers_.data();
  double* const* const J = with_jacobian ? r + dimension : nullptr;
  double* const own_cost = group.has_cost() ? scratch.own_cost_.data() : nullptr;
  group.evaluate(x, {begin, end, r, J, own_cost, tables_[g].size() > 0 ? tables_[g].data() : nullptr});
  const std::int64_t n = end - begin;
  double squares = 0.0;
  if (!loss(g).is_trivial()) {
    squares = apply_loss(loss(g), n, dimension, with_jacobian ? group.columns() : 0, r, J,
                         bent_ && loss(g).is_convex() ? bent : reweighted);
  } else if (own_cost) {
    squares = 2.0 * std::accumulate(own_cost, own_cost + n, 0.0);
  } else {
    for (int k = 0; k < dimension; ++k) {
      double s = 0.0;
#pragma omp simd reduction(+ : s)
      for (std::int64_t i = 0; i < n; ++i) s += r[k][i] * r[k][i];
      squares += s;
    }
  }
  if (with_jacobian && !held_.empty()) hold_fixed(g, begin, end, J);
  return squares;
}

/// Clears the derivatives by the fixed components of blocks that move.
void BlockProgram::hold_fixed(std::size_t g, std::int64_t begin, std::int64_t end, double* const* jacobian) const {
  const ResidualPattern& pattern = structure_.groups[g];
  const int columns = pattern.columns();
  int local = 0;
  for (const ResidualPattern::Slot& slot : pattern.slots) {
    for (std::int64_t i = begin; i < end; ++i) {
      const std::int32_t block = slot.block[at(i)];
      for (int d = 0; block >= 0 && d < slot.dimension; ++d)
        if (held_[at(structure_.first[at(block)] + d)])
          for (int k = 0; k < pattern.dimension; ++k) jacobian[k * columns + local + d][i - begin] = 0.0;
    }
    local += slot.dimension;
  }
}

double BlockProgram::cost_of(std::size_t group, std::int64_t begin, std::int64_t end, const double* x,
                             Scratch& scratch) const {
  return evaluate(group, begin, end, x, scratch, false);
}

double BlockProgram::linearize(std::size_t group, std::int64_t begin, std::int64_t end, const double* x,
                               Scratch& scratch, ResidualStrip& strip) const {
  const double squares = evaluate(group, begin, end, x, scratch, true);
  strip = {begin, end, scratch.pointers_.data(), scratch.pointers_.data() + groups_[group]->dimension()};
  return squares;
}

double BlockProgram::cost(const double* x, int threads) {
  fill_tables(x);
  parallel_chunks(static_cast<std::int64_t>(cost_tasks_.size()), 1, threads,
                  [&](std::int64_t t, std::int64_t, std::int64_t) {
                    const CostTask& task = cost_tasks_[at(t)];
                    Scratch& scratch = cost_scratch_[at(current_thread())];
                    double squares = 0.0;
                    for (std::int64_t i = task.begin; i < task.end; i += strip_items)
                      squares += cost_of(task.group, i, std::min(task.end, i + strip_items), x, scratch);
                    partial_costs_[at(t)] = squares;
                  });
  return 0.5 * std::accumulate(partial_costs_.begin(), partial_costs_.end(), 0.0);
}

void BlockProgram::retract(const double* x, const double* step, double* moved) const {
  std::copy(x, x + size(), moved);
  for (const Run& run : flat_)
    for (std::int64_t i = 0; i < run.count; ++i) moved[run.component + i] += step[run.column + i];
  retract_curved(x, step, moved);
}

std::int32_t BlockProgram::block_at(std::int64_t offset) const {
  const auto& sets = problem().sets();
  for (std::size_t s = 0; s < sets.size(); ++s)
    if (offset >= sets[s].offset && offset < sets[s].end() && (offset - sets[s].offset) % sets[s].dimension == 0)
      return free_block_[s][at((offset - sets[s].offset) / sets[s].dimension)];
  throw Error(fmt::format("no parameter block begins at number {} of x", offset));
}

std::string BlockProgram::block_name(std::int64_t block) const { return block_name_at(block_offset_[at(block)]); }

std::string BlockProgram::block_name_at(std::int64_t offset) const {
  for (const Problem::BlockSet& set : problem().sets())
    if (offset < set.offset + std::int64_t{set.dimension} * set.count)
      return set.count == 1 ? set.name : fmt::format("{}[{}]", set.name, (offset - set.offset) / set.dimension);
  return {};
}

/// "camera[3] and point[5]".
std::string BlockProgram::blocks_read(const ResidualGroup& group, std::int64_t item) const {
  if (group.shares_blocks()) return {};
  std::string names;
  const std::size_t count = group.slots().size();
  for (std::size_t i = 0; i < count; ++i)
    names += (i == 0 ? "" : i + 1 == count ? " and " : ", ") + block_name_at(group.slots()[i].offset(item));
  return names;
}

std::optional<NonFiniteEntry> BlockProgram::find_non_finite(const double* x) {
  Scratch scratch(*this);
  fill_tables(x);
  for (std::size_t g = 0; g < groups_.size(); ++g) {
    const ResidualGroup& group = *problem().groups()[g];
    const auto user_item = [&](std::int64_t i) { return order_[g].empty() ? i : order_[g][at(i)]; };
    for (std::int64_t begin = 0; begin < group.items(); begin += strip_items) {
      const std::int64_t end = std::min(group.items(), begin + strip_items);
      ResidualStrip strip;
      linearize(g, begin, end, x, scratch, strip);
      for (std::int64_t i = begin; i < end; ++i)
        for (int k = 0; k < group.dimension(); ++k) {
          const std::int64_t item = user_item(i);
          if (const double r = strip.residual[k][i - begin]; !std::isfinite(r))
            return NonFiniteEntry{group.residual_name(item, k), "", r, group.explain_non_finite(x, item),
                                  blocks_read(group, item)};
          int c = 0;
          for (const Slot& slot : group.slots())
            for (int d = 0; d < slot.dimension; ++d, ++c)
              if (const double v = strip.jacobian[k * group.columns() + c][i - begin]; !std::isfinite(v))
                return NonFiniteEntry{group.residual_name(item, k), problem().tangent_name(slot.offset(item) + d), v,
                                      "", blocks_read(group, item)};
        }
    }
  }
  return std::nullopt;
}

}  // namespace thalweg::inline v0_1
