#include <minimize/system/dense/projection.hpp>

#include <algorithm>
#include <cmath>

#include <math/dense_kernels.hpp>

namespace thalweg::inline v0_1 {

Projection::Projection(const Program& program)
    : program_(program), step_(static_cast<std::size_t>(program.columns())), residual_(program.rows()) {}

void Projection::choose(const Options& options) {
  columns_.clear();
  const bool fits = options.method == Method::levenberg || options.method == Method::levenberg_marquardt ||
                    options.method == Method::gauss_newton;
  if (!options.variable_projection || !fits || program_.has_loss()) return;
  const Problem& problem = program_.problem();
  std::vector<char> linear(step_.size());
  others_.resize(step_.size());
  for (std::size_t j = 0; j < linear.size(); ++j) {
    const auto i = static_cast<std::size_t>(program_.component_of(static_cast<std::int64_t>(j)));
    linear[j] = problem.linear()[i] && std::isinf(problem.lower()[i]) && std::isinf(problem.upper()[i]);
    others_[j] = !linear[j];
  }
  if (std::any_of(linear.begin(), linear.end(), [](char c) { return c != 0; })) columns_ = std::move(linear);
}

std::string Projection::names() const {
  std::string all;
  for (std::size_t j = 0; j < columns_.size(); ++j)
    if (columns_[j]) all += (all.empty() ? "" : ", ") + program_.column_name(static_cast<std::int64_t>(j));
  return all;
}

bool Projection::apply(State& state) {
  if (!std::isfinite(state.cost)) return false;
  if (qr_.linearize(state.jacobian, state.residual.data(), others_) != LinearStatus::ok) return false;
  if (qr_.solve(0.0, nullptr, step_.data()) != LinearStatus::ok) return false;
  kernels::multiply(state.jacobian, step_.data(), residual_.data());
  for (std::int64_t i = 0; i < program_.rows(); ++i) residual_[i] += state.residual[i];
  const double cost = 0.5 * kernels::dot(residual_.data(), residual_.data(), program_.rows());
  if (!(cost <= state.cost)) return false;
  retract(program_, state.x, step_.data(), x_);
  std::swap(state.x, x_);
  std::swap(state.residual, residual_);
  state.cost = cost;
  return true;
}

}  // namespace thalweg::inline v0_1
