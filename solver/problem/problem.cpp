#include <thalweg/problem/problem.hpp>

#include <algorithm>
#include <cmath>
#include <limits>

#include <fmt/format.h>

namespace thalweg {

std::int64_t Problem::add_blocks(std::string name, std::span<const double> start, int count) {
  if (start.empty() || count < 1)
    throw Error(fmt::format("parameter '{}' has no numbers; expected at least one block of at least one", name));
  if (std::any_of(sets_.begin(), sets_.end(), [&](const BlockSet& s) { return s.name == name; }))
    throw Error(fmt::format("two parameters are named '{}'; expected distinct names", name));
  const auto offset = static_cast<std::int64_t>(start_.size());
  for (int i = 0; i < count; ++i) start_.insert(start_.end(), start.begin(), start.end());
  lower_.resize(start_.size(), -std::numeric_limits<double>::infinity());
  upper_.resize(start_.size(), std::numeric_limits<double>::infinity());
  fixed_.resize(start_.size(), 0);
  linear_.resize(start_.size(), 0);
  sets_.push_back({std::move(name), offset, static_cast<int>(start.size()), count, false});
  block_count_ += count;
  return offset;
}

ResidualGroup& Problem::add_group(std::unique_ptr<ResidualGroup> group) {
  if (group->items() < 1)
    throw Error(fmt::format("residual group '{}' has no residuals; expected at least one element of data", group->name()));
  for (const Slot& slot : group->slots()) {
    const auto last =
        slot.offsets.empty() ? slot.shared_offset : *std::max_element(slot.offsets.begin(), slot.offsets.end());
    if (last + slot.dimension > static_cast<std::int64_t>(start_.size()))
      throw Error(fmt::format("residual group '{}' reads parameters that this problem does not have", group->name()));
  }
  groups_.push_back(std::move(group));
  return *groups_.back();
}

void Problem::set_names(std::int64_t offset, int dimension, const std::vector<std::string>& names) {
  if (static_cast<int>(names.size()) != dimension)
    throw Error(
        fmt::format("parameter '{}' has {} components but {} names", parameter_name(offset), dimension, names.size()));
  for (int d = 0; d < dimension; ++d) component_names_.emplace_back(offset + d, names[static_cast<std::size_t>(d)]);
  std::sort(component_names_.begin(), component_names_.end());
}

void Problem::set_fixed(std::int64_t offset, int dimension, int count, int component) {
  if (component >= dimension)
    throw Error(
        fmt::format("parameter '{}' has {} components, no component {}", parameter_name(offset), dimension, component));
  for (std::int64_t i = 0; i < std::int64_t{count} * dimension; ++i)
    if (component < 0 || i % dimension == component) fixed_[static_cast<std::size_t>(offset + i)] = 1;
}

void Problem::set_starts_at(std::int64_t offset, std::int64_t size, const std::vector<double>& values) {
  if (static_cast<std::int64_t>(values.size()) != size)
    throw Error(fmt::format("{} starts were given for the {} numbers of '{}' and its like; expected as many", values.size(),
                            size, parameter_name(offset)));
  std::copy(values.begin(), values.end(), start_.begin() + offset);
}

void Problem::set_eliminated(std::int64_t offset) {
  for (BlockSet& set : sets_)
    if (offset >= set.offset && offset < set.offset + std::int64_t{set.dimension} * set.count) set.eliminated = true;
}

void Problem::set_linear(std::int64_t offset, int dimension, int count, int component) {
  if (component < 0 || component >= dimension)
    throw Error(
        fmt::format("parameter '{}' has {} components, no component {}", parameter_name(offset), dimension, component));
  for (int i = 0; i < count; ++i) linear_[static_cast<std::size_t>(offset + std::int64_t{i} * dimension + component)] = 1;
}

void Problem::set_bounds_at(std::int64_t offset, int dimension, int count, int component, double lower, double upper) {
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
  const auto set = std::find_if(sets_.begin(), sets_.end(), [&](const BlockSet& s) {
    return component < s.offset + std::int64_t{s.dimension} * s.count;
  });
  const std::int64_t within = component - set->offset;
  std::string name = set->name;
  if (set->count > 1) name += fmt::format("[{}]", within / set->dimension);
  if (set->dimension > 1) name += fmt::format("[{}]", within % set->dimension);
  return name;
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

}  // namespace thalweg
