#include <minimize/outer/constrained/constraint_state.hpp>

#include <algorithm>
#include <cmath>
#include <limits>

namespace thalweg::inline v0_1 {

void ConstraintState::measure(const std::vector<double>& x) {
  values_.clear();
  for (const auto& group : constraints_->groups()) values_.push_back(values_at(*group, x));
  sizes_.resize(values_.size());
  for (std::size_t g = 0; g < values_.size(); ++g) {
    sizes_[g].resize(count(g), 0.0);
    for (std::size_t k = 0; k < count(g); ++k) {
      for (const double size : {values_[g].size[k], std::abs(value(g, k))})
        if (std::isfinite(size)) sizes_[g][k] = std::max(sizes_[g][k], size);
      if (!(sizes_[g][k] > 0.0)) sizes_[g][k] = values_[g].slope[k] > 0.0 ? values_[g].slope[k] : 1.0;
    }
  }
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
