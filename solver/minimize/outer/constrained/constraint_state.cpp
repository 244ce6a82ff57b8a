#include <minimize/outer/constrained/constraint_state.hpp>

#include <algorithm>
#include <cmath>
#include <limits>

namespace thalweg::inline v0_1 {
namespace {

constexpr double least = 1e-3;  // of the size at the first point

}  // namespace

void ConstraintState::measure(const std::vector<double>& x) {
  values_.clear();
  for (const auto& group : constraints_->groups()) values_.push_back(values_at(*group, x));
  sizes_.assign(values_.size(), {});
  for (std::size_t g = 0; g < values_.size(); ++g)
    for (std::size_t k = 0; k < count(g); ++k) {
      double size = 0.0;
      for (const double each : {values_[g].size[k], std::abs(value(g, k))})
        if (std::isfinite(each)) size = std::max(size, each);
      if (!(size > 0.0)) size = values_[g].slope[k] > 0.0 ? values_[g].slope[k] : 1.0;
      sizes_[g].push_back(size);
    }
  if (first_.empty()) first_ = sizes_;
  for (std::size_t g = 0; g < sizes_.size(); ++g)
    for (std::size_t k = 0; k < sizes_[g].size(); ++k) sizes_[g][k] = std::max(sizes_[g][k], least * first_[g][k]);
}

double ConstraintState::violation(std::size_t g, std::size_t k) const {
  return is_equality(g) ? std::abs(value(g, k)) : std::max(value(g, k), 0.0);
}

double ConstraintState::worst_violation() const {
  double most = 0.0;
  for (std::size_t g = 0; g < groups(); ++g)
    for (std::size_t k = 0; k < count(g); ++k) most = std::max(most, violation(g, k) / allowed(g, k));
  return most;
}

double ConstraintState::worst(const std::vector<Multipliers>& multipliers) const {
  double most = 0.0;
  for (std::size_t g = 0; g < groups(); ++g)
    for (std::size_t k = 0; k < count(g); ++k) {
      const double off =
          is_equality(g) ? value(g, k) : std::max(value(g, k), -multipliers[g].lambda[k] / multipliers[g].penalty[k]);
      const double beside = std::abs(off) / allowed(g, k);
      most = std::isfinite(beside) ? std::max(most, beside) : std::numeric_limits<double>::infinity();
    }
  return most;
}

}  // namespace thalweg::inline v0_1
