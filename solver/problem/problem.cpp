#include <thalweg/problem/problem.hpp>

#include <algorithm>
#include <cmath>
#include <limits>

#include <fmt/format.h>

namespace thalweg::inline v0_1 {
namespace {

/// A slot reads whole blocks of the manifold that it says, or numbers of ordinary blocks.
void expect_manifolds(const Problem& problem, const ResidualGroup& group, const Slot& slot) {
  const Problem::BlockSet* set = nullptr;
  const auto expect = [&](std::int64_t offset) {
    if (!set || offset < set->offset || offset >= set->end()) set = &problem.set_of(offset);
    if (set->manifold == slot.manifold && (!set->manifold || (offset - set->offset) % set->dimension == 0)) return;
    throw Error(
        fmt::format("residual group '{}' does not read '{}' as a block of {} numbers with {} tangent components; "
                    "expected slots as slot_for makes them",
                    group.name(), set->name, set->dimension, set->tangent));
  };
  if (slot.offsets.empty()) expect(slot.shared_offset);
  for (const std::int64_t offset : slot.offsets) expect(offset);
}

}  // namespace

std::int64_t Problem::add_blocks(std::string name, std::span<const double> start, int count, const Manifold* manifold) {
  ++revision_;
  if (start.empty() || count < 1)
    throw Error(fmt::format("parameter '{}' has no numbers; expected at least one block of at least one", name));
  if (std::any_of(sets_.begin(), sets_.end(), [&](const BlockSet& s) { return s.name == name; }))
    throw Error(fmt::format("two parameters are named '{}'; expected distinct names", name));
  const auto offset = static_cast<std::int64_t>(start_.size());
  const int dimension = static_cast<int>(start.size());
  BlockSet set{std::move(name), offset, dimension, count, false, dimension, manifold};
  std::vector<double> block(start.begin(), start.end());
  if (manifold) {
    set.tangent = manifold->tangent_dimension();
    settle_block(set, offset, block.data());
    curved_ = true;
  }
  for (int i = 0; i < count; ++i) start_.insert(start_.end(), block.begin(), block.end());
  lower_.resize(start_.size(), -std::numeric_limits<double>::infinity());
  upper_.resize(start_.size(), std::numeric_limits<double>::infinity());
  fixed_.resize(start_.size(), 0);
  linear_.resize(start_.size(), 0);
  for (std::size_t i = beyond_tangent_.size(); i < start_.size(); ++i)
    beyond_tangent_.push_back((static_cast<std::int64_t>(i) - offset) % dimension >= set.tangent);
  sets_.push_back(std::move(set));
  block_count_ += count;
  return offset;
}

void Problem::expect_readable(const ResidualGroup& group) const {
  if (group.items() < 1)
    throw Error(
        fmt::format("residual group '{}' has no residuals; expected at least one element of data", group.name()));
  for (const Slot& slot : group.slots()) {
    const auto last =
        slot.offsets.empty() ? slot.shared_offset : *std::max_element(slot.offsets.begin(), slot.offsets.end());
    if (last + slot.numbers() > static_cast<std::int64_t>(start_.size()))
      throw Error(fmt::format("residual group '{}' reads parameters that this problem does not have", group.name()));
    if (curved_ || slot.manifold) expect_manifolds(*this, group, slot);
  }
}

ResidualGroup& Problem::add_group(std::unique_ptr<ResidualGroup> group) {
  expect_readable(*group);
  ++revision_;
  groups_.push_back(std::move(group));
  return *groups_.back();
}

void Problem::add_constraint(std::unique_ptr<ResidualGroup> group, Constraints::Kind kind) {
  expect_readable(*group);
  constraints_.add(std::move(group), kind);
  ++revision_;
}

void Problem::clear_constraints() {
  constraints_ = {};
  ++revision_;
}

Problem Problem::with_groups(std::vector<std::unique_ptr<ResidualGroup>> groups) const {
  Problem other;
  other.sets_ = sets_;
  other.start_ = start_;
  other.lower_ = lower_;
  other.upper_ = upper_;
  other.fixed_ = fixed_;
  other.linear_ = linear_;
  other.beyond_tangent_ = beyond_tangent_;
  other.curved_ = curved_;
  other.component_names_ = component_names_;
  other.block_count_ = block_count_;
  other.noise_ = noise_;
  other.constraints_ = constraints_;
  for (auto& group : groups) other.add_group(std::move(group));
  return other;
}

std::int64_t Problem::revision() const {
  std::int64_t sum = revision_;
  for (const auto& group : groups_) sum += group->revision();
  return sum;
}

void Problem::set_names(std::int64_t offset, int dimension, const std::vector<std::string>& names) {
  if (static_cast<int>(names.size()) != dimension)
    throw Error(
        fmt::format("parameter '{}' has {} components but {} names", parameter_name(offset), dimension, names.size()));
  const bool behind = component_names_.empty() || component_names_.back().first < offset;
  for (int d = 0; d < dimension; ++d) component_names_.emplace_back(offset + d, names[static_cast<std::size_t>(d)]);
  if (!behind) std::sort(component_names_.begin(), component_names_.end());
}

void Problem::set_fixed(std::int64_t offset, int dimension, int count, int component) {
  ++revision_;
  if (const BlockSet& set = set_of(offset); component >= set.tangent)
    throw Error(fmt::format("parameter '{}' has {} {}components, no component {}",
                            set.manifold ? set.name : parameter_name(offset), set.tangent,
                            set.manifold ? "tangent " : "", component));
  for (std::int64_t i = 0; i < std::int64_t{count} * dimension; ++i)
    if (component < 0 || i % dimension == component) fixed_[static_cast<std::size_t>(offset + i)] = 1;
}

void Problem::set_starts_at(std::int64_t offset, std::int64_t size, std::span<const double> values) {
  if (static_cast<std::int64_t>(values.size()) != size)
    throw Error(fmt::format("{} starts were given for the {} numbers of '{}' and its like; expected as many",
                            values.size(), size, parameter_name(offset)));
  const BlockSet& set = set_of(offset);
  if (!set.manifold) {
    std::copy(values.begin(), values.end(), start_.begin() + offset);
    return;
  }
  std::vector<double> settled(values.begin(), values.end());
  for (std::int64_t i = 0; i < size; i += set.dimension) settle_block(set, offset + i, settled.data() + i);
  std::copy(settled.begin(), settled.end(), start_.begin() + offset);
}

void Problem::settle_block(const BlockSet& set, std::int64_t offset, double* block) const {
  const std::string wrong = set.manifold->settle(block);
  if (wrong.empty()) return;
  const std::string which =
      set.count == 1 ? set.name : fmt::format("{}[{}]", set.name, (offset - set.offset) / set.dimension);
  throw Error(fmt::format("the start of '{}' is not on its manifold: {}", which, wrong));
}

void Problem::settle(std::vector<double>& x) const {
  for (const BlockSet& set : sets_)
    for (std::int64_t offset = set.offset; set.manifold && offset < set.end(); offset += set.dimension)
      settle_block(set, offset, x.data() + offset);
}

std::vector<double> Problem::sizes(std::vector<double> x) const {
  std::vector<double> block;
  for (const BlockSet& set : sets_)
    for (std::int64_t offset = set.offset; set.manifold && offset < set.end(); offset += set.dimension) {
      block.assign(x.begin() + offset, x.begin() + offset + set.dimension);
      set.manifold->sizes(block.data(), x.data() + offset);
    }
  return x;
}

void Problem::retract_curved(const std::vector<double>& step, std::vector<double>& x) const {
  for (const BlockSet& set : sets_)
    for (std::int64_t offset = set.offset; set.manifold && offset < set.end(); offset += set.dimension)
      set.manifold->plus(x.data() + offset, step.data() + offset, x.data() + offset);
}

void Problem::expect_flat(std::int64_t offset, const char* what) const {
  if (const BlockSet& set = set_of(offset); set.manifold)
    throw Error(
        fmt::format("'{}' is on a manifold, whose numbers cannot move one by one, and cannot {}; expected an "
                    "ordinary block",
                    set.name, what));
}

void Problem::set_eliminated(std::int64_t offset) {
  ++revision_;
  for (BlockSet& set : sets_)
    if (offset >= set.offset && offset < set.offset + std::int64_t{set.dimension} * set.count) set.eliminated = true;
}

void Problem::set_linear(std::int64_t offset, int dimension, int count, int component) {
  ++revision_;
  expect_flat(offset, "be marked linear");
  if (component < 0 || component >= dimension)
    throw Error(
        fmt::format("parameter '{}' has {} components, no component {}", parameter_name(offset), dimension, component));
  for (int i = 0; i < count; ++i)
    linear_[static_cast<std::size_t>(offset + std::int64_t{i} * dimension + component)] = 1;
}

void Problem::set_bounds_at(std::int64_t offset, int dimension, int count, int component, double lower, double upper) {
  ++revision_;
  expect_flat(offset, "have bounds");
  if (component < 0 || component >= dimension)
    throw Error(
        fmt::format("parameter '{}' has {} components, no component {}", parameter_name(offset), dimension, component));
  if (!(lower <= upper))
    throw Error(fmt::format("bounds of '{}' are {} and {}; expected lower <= upper", parameter_name(offset + component),
                            lower, upper));
  for (int i = 0; i < count; ++i) {
    const auto at = static_cast<std::size_t>(offset + std::int64_t{i} * dimension + component);
    lower_[at] = lower;
    upper_[at] = upper;
  }
}

std::int64_t Problem::residual_block_count() const {
  std::int64_t n = 0;
  for (const auto& group : groups_) n += group->items();
  return n;
}

std::int64_t Problem::residual_count() const {
  std::int64_t n = 0;
  for (const auto& group : groups_) n += group->items() * group->dimension();
  return n;
}

std::string Problem::parameter_name(std::int64_t component) const {
  const auto named = std::lower_bound(component_names_.begin(), component_names_.end(), component,
                                      [](const auto& entry, std::int64_t c) { return entry.first < c; });
  if (named != component_names_.end() && named->first == component) return named->second;
  const BlockSet& set = set_of(component);
  const std::int64_t within = component - set.offset;
  std::string name = set.name;
  if (set.count > 1) name += fmt::format("[{}]", within / set.dimension);
  if (set.dimension > 1) name += fmt::format("[{}]", within % set.dimension);
  return name;
}

std::string Problem::tangent_name(std::int64_t number) const {
  const BlockSet& set = set_of(number);
  if (!set.manifold) return parameter_name(number);
  const std::int64_t within = number - set.offset;
  const std::string own = set.manifold->tangent_name(static_cast<int>(within % set.dimension));
  const std::string block = set.count > 1 ? fmt::format("{}[{}]", set.name, within / set.dimension) : set.name;
  return own.starts_with('[') ? block + own : block + "." + own;
}

const Problem::BlockSet& Problem::set_of(std::int64_t component) const {
  const auto after = std::upper_bound(sets_.begin(), sets_.end(), component,
                                      [](std::int64_t c, const BlockSet& set) { return c < set.offset; });
  return *(after - 1);
}

namespace detail {

void agree_on_items(const std::string& group, std::int64_t& items, std::int64_t size) {
  if (items >= 0 && size != items)
    throw Error(fmt::format("residual group '{}' was given columns of {} and of {} elements; expected one length",
                            group, items, size));
  items = size;
}

Slot make_slot(const std::string& group, std::int64_t offset, int dimension, int count, const std::vector<int>* index) {
  Slot slot{dimension, offset, {}};
  if (!index) {
    if (count != 1)
      throw Error(fmt::format("residual group '{}' was given {} parameter blocks; expected one, or blocks[index]",
                              group, count));
    return slot;
  }
  slot.offsets.reserve(index->size());
  for (const int i : *index) {
    if (i < 0 || i >= count)
      throw Error(fmt::format("residual group '{}' reads parameter block {}; expected 0 to {}", group, i, count - 1));
    slot.offsets.push_back(offset + std::int64_t{i} * dimension);
  }
  return slot;
}

}  // namespace detail

}  // namespace thalweg::inline v0_1
