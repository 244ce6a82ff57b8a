#include <algorithm>
#include <cmath>

#include <minimize/strategy/strategies.hpp>

namespace thalweg::inline v0_1 {
namespace {

constexpr double exemption = 1e-8;
// After a step with a larger gain ratio, what an earlier point made of D may be forgotten, by so much. Without it D
// stays what a wild start made of it.
constexpr double good_gain = 0.5, relaxation = 0.95;
// A component that turns back by more than this part of the step before overshot: the cost bends more than J knows, as
// where residuals are large, and D must make up for it. (That signs alone may steer a scale is Riedmiller & Braun's
// idea: RPROP, 1993.)
constexpr double telling_reversal = 0.5, growth = 1.5;

double scaled_squares(std::span<const double> D, const double* v) {
  double squares = 0.0;
  for (std::size_t j = 0; j < D.size(); ++j) squares += D[j] * v[j] * D[j] * v[j];
  return squares;
}

}  // namespace

void Scale::start(std::span<const double> column_norms) {
  D_.assign(column_norms.size(), rule_ == Rule::identity ? 1.0 : 0.0);
  well_predicted_ = false;
  if (rule_ == Rule::monotone) {
    reversed_.assign(D_.size(), 0);
    last_step_.assign(D_.size(), 0.0);
  }
  proposed_.clear();
  update(column_norms);
}

void Scale::accepted(double gain) {
  well_predicted_ = gain > good_gain;
  if (proposed_.empty()) return;
  for (std::size_t j = 0; j < D_.size(); ++j)
    reversed_[j] = proposed_[j] * last_step_[j] < -telling_reversal * last_step_[j] * last_step_[j];
  std::swap(last_step_, proposed_);
}

void Scale::update(std::span<const double> column_norms) {
  for (std::size_t j = 0; j < D_.size(); ++j) {
    if (!exempt_.empty() && exempt_[j]) {
      D_[j] = column_norms[j] > 0.0 ? exemption * column_norms[j] : exemption;
    } else if (rule_ != Rule::identity) {
      const double previous = D_[j];
      D_[j] = rule_ == Rule::monotone ? grown(j, column_norms[j]) : column_norms[j];
      // A column that vanished (or never was) must not leave its parameter undamped.
      if (D_[j] == 0.0) D_[j] = previous > 0.0 ? previous : 1.0;
    }
  }
}

double Scale::grown(std::size_t j, double column_norm) const {
  if (reversed_[j]) return std::max(growth * D_[j], column_norm);
  return std::max(well_predicted_ ? relaxation * D_[j] : D_[j], column_norm);
}

double scaled_norm(std::span<const double> D, const double* v) { return std::sqrt(scaled_squares(D, v)); }

double scaled_norm(const DampedSystem& linear, std::span<const double> D, const double* v) {
  double squares = scaled_squares(D, v);
  linear.add_up({&squares, 1});
  return std::sqrt(squares);
}

Scale::Rule scale_rule(const Options& options) {
  if (options.method == Method::levenberg) return Scale::Rule::identity;
  return options.scaling == Scaling::current ? Scale::Rule::current : Scale::Rule::monotone;
}
}  // namespace thalweg::inline v0_1
