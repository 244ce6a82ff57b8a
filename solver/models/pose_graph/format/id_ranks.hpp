// From the ids of a graph's vertices to their ranks, which number them.
#pragma once

#include <algorithm>
#include <cstdint>
#include <limits>
#include <stdexcept>
#include <utility>
#include <vector>

namespace thalweg::inline v0_1::graph {

/// Of ids, each of which may be given often.
class IdRanks {
 public:
  explicit IdRanks(std::vector<std::int64_t> ids) : ids_(std::move(ids)) {
    if (!std::is_sorted(ids_.begin(), ids_.end())) std::sort(ids_.begin(), ids_.end());
    ids_.erase(std::unique(ids_.begin(), ids_.end()), ids_.end());
    const auto count = static_cast<std::int64_t>(ids_.size());
    if (count > std::numeric_limits<std::int32_t>::max()) throw std::length_error("more than 2^31 vertices");
    if (count > 0) {
      const auto span = static_cast<std::uint64_t>(ids_.back()) - static_cast<std::uint64_t>(ids_.front());
      consecutive_ = span == static_cast<std::uint64_t>(count - 1);
    }
  }
  /// −1: there is none.
  std::int32_t find(std::int64_t id) const {
    if (ids_.empty() || id < ids_.front() || id > ids_.back()) return -1;
    if (consecutive_) return static_cast<std::int32_t>(id - ids_.front());
    const auto found = std::lower_bound(ids_.begin(), ids_.end(), id);
    return *found == id ? static_cast<std::int32_t>(found - ids_.begin()) : -1;
  }
  std::vector<std::int64_t> take() { return std::move(ids_); }
  std::int64_t count() const { return static_cast<std::int64_t>(ids_.size()); }

 private:
  std::vector<std::int64_t> ids_;
  bool consecutive_ = false;
};

}  // namespace thalweg::inline v0_1::graph
