// The bounds of a system's columns, and which columns are held.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <span>
#include <utility>
#include <vector>

#include <thalweg/base/aligned.hpp>
#include <thalweg/minimize/convergence.hpp>
#include <thalweg/problem/frozen_problem.hpp>

namespace thalweg::inline v0_1 {

class ColumnBounds {
 public:
  explicit ColumnBounds(const FrozenProblem& program) {
    const Problem& problem = program.problem();
    const auto finite = [](double v) { return std::isfinite(v); };
    if (std::none_of(problem.lower().begin(), problem.lower().end(), finite) &&
        std::none_of(problem.upper().begin(), problem.upper().end(), finite))
      return;
    lower_.reserve(static_cast<std::size_t>(program.columns()));
    upper_.reserve(lower_.capacity());
    for (std::int64_t j = 0; j < program.columns(); ++j) {
      const std::int64_t i = program.component_of(j);
      lower_.push_back(problem.lower()[static_cast<std::size_t>(i)]);
      upper_.push_back(problem.upper()[static_cast<std::size_t>(i)]);
      if (program.moves(i) && (std::isfinite(lower_.back()) || std::isfinite(upper_.back()))) columns_.push_back(j);
    }
  }

  bool any() const { return !columns_.empty(); }
  const std::vector<std::int64_t>& columns() const { return columns_; }  ///< those that have a bound and move
  /// Of every column; empty where no number of the problem has a bound.
  std::span<const double> lower() const { return lower_; }
  std::span<const double> upper() const { return upper_; }

  /// Columns held besides those at bounds, nonzero; empty: none.
  void hold(std::vector<char> columns) { extra_ = std::move(columns); }
  void release() {
    extra_.clear();
    held_.clear();
  }
  /// Whether any could be held.
  bool may_hold() const { return any() || !extra_.empty(); }
  /// A component on its bound that the gradient pushes outwards is held there.
  void update(std::span<const double> x, std::span<const double> gradient) {
    held_.clear();
    if (!may_hold()) return;
    held_.assign(x.size(), 0);
    for (const std::int64_t column : columns_) {
      const auto j = static_cast<std::size_t>(column);
      held_[j] = (x[j] <= lower_[j] && gradient[j] > 0.0) || (x[j] >= upper_[j] && gradient[j] < 0.0);
    }
    for (std::size_t j = 0; j < extra_.size(); ++j) held_[j] = held_[j] || extra_[j];
  }
  /// ‖Π(x − g) − x‖∞.
  double projected_gradient_norm(std::span<const double> x, std::span<const double> g) const {
    if (!lower_.empty()) return convergence::projected_gradient_norm(x, g, lower_, upper_);
    double norm = 0.0;
    for (const double v : g) norm = std::max(norm, std::abs(v));
    return norm;
  }
  const std::vector<char>& held() const { return held_; }  ///< nonzero; empty: none

 private:
  LargeVector<double> lower_, upper_;
  std::vector<std::int64_t> columns_;
  std::vector<char> held_, extra_;
};

}  // namespace thalweg::inline v0_1
