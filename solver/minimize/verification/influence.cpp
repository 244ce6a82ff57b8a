#include <minimize/verification/influence.hpp>

#include <algorithm>
#include <cmath>

#include <fmt/format.h>
#include <thalweg/minimize/system.hpp>

namespace thalweg::inline v0_1 {
namespace {

constexpr double vanished_cost = 1e-32, vanished_size = 1e-6;
constexpr std::size_t most_names = 20;

}  // namespace

void Influence::reset(std::size_t columns) {
  largest_norms_.assign(columns, 0.0);
  largest_sizes_.assign(columns, 0.0);
  largest_cost_ = 0.0;
}

bool Influence::vanished(System& system) const {
  if (!(system.cost() <= vanished_cost * largest_cost_)) return false;
  const auto sizes = system.sizes();
  double any_left = 0.0;
  for (std::size_t j = 0; j < sizes.size(); ++j)
    if (std::abs(sizes[j]) > vanished_size * largest_sizes_[j]) any_left = 1.0;
  system.steps().find_largest({&any_left, 1});
  return any_left == 0.0;
}

void Influence::see(System& system) {
  const auto norms = system.steps().column_norms(), sizes = system.sizes();
  largest_cost_ = std::max(largest_cost_, system.cost());
  for (std::size_t j = 0; j < sizes.size(); ++j) {
    largest_norms_[j] = std::max(largest_norms_[j], norms[j]);
    largest_sizes_[j] = std::max(largest_sizes_[j], std::abs(sizes[j]));
  }
}

Influence::Lost Influence::lost(System& system) const {
  const auto column_norms = system.steps().column_norms(), sizes = system.sizes();
  const auto held = system.held();
  const auto is_held = [&](std::size_t j) { return !held.empty() && held[j]; };
  double strongest = 0.0, any_free = 0.0, any_nonzero = 0.0;
  for (std::size_t j = 0; j < column_norms.size(); ++j) {
    strongest = std::max(strongest, column_norms[j] * std::abs(sizes[j]));
    if (!is_held(j)) any_free = 1.0;
    if (column_norms[j] != 0.0) any_nonzero = 1.0;
  }
  double seen[] = {strongest, any_free, any_nonzero};
  system.steps().find_largest(seen);
  strongest = seen[0];
  if (seen[1] == 0.0) return {};
  if (seen[2] == 0.0) return {"any parameter", true, {}};
  Lost found;
  const double threshold = collapse * std::max(strongest, system.residual_norm());
  for (std::size_t j = 0; j < column_norms.size(); ++j) {
    // A parameter on its way to zero keeps its influence while its column does.
    const double influence = column_norms[j] * size(j);
    const bool collapsed = column_norms[j] <= collapse * largest_norms_[j] && influence <= threshold;
    if (is_held(j) || !collapsed || !(largest_norms_[j] * size(j) > threshold)) continue;
    found.columns.push_back(static_cast<std::int64_t>(j));
  }
  for (std::size_t k = 0; k < std::min(found.columns.size(), most_names); ++k)
    found.names += (found.names.empty() ? "" : ", ") + system.column_name(found.columns[k]);
  if (found.columns.size() > most_names) found.names += fmt::format(" and {} more", found.columns.size() - most_names);
  double any_found = found.columns.empty() ? 0.0 : 1.0;
  system.steps().find_largest({&any_found, 1});
  if (any_found > 0.0 && found.names.empty()) found.names = "parameters of other processes";
  return found;
}

}  // namespace thalweg::inline v0_1
