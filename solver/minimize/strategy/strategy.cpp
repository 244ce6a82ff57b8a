#include <algorithm>
#include <cmath>

#include <minimize/strategy/strategies.hpp>

namespace thalweg {

double scaled_norm(std::span<const double> D, const double* v) {
  double squares = 0.0;
  for (std::size_t j = 0; j < D.size(); ++j) squares += D[j] * v[j] * D[j] * v[j];
  return std::sqrt(squares);
}

Scale::Rule scale_rule(const Options& options) {
  if (options.method == Method::levenberg) return Scale::Rule::identity;
  return options.scaling == Scaling::monotone ? Scale::Rule::monotone : Scale::Rule::current;
}

ProposedStep damped_step(LinearSolver& linear, double lambda, std::span<const double> D, double* step) {
  ProposedStep proposed;
  proposed.status = linear.solve(lambda, D.data(), step);
  if (proposed.status == LinearStatus::ok || proposed.status == LinearStatus::inexact) {
    proposed.scaled_norm = scaled_norm(D, step);
    proposed.predicted = 0.5 * linear.squared_product(step) + lambda * proposed.scaled_norm * proposed.scaled_norm;
  }
  return proposed;
}

std::unique_ptr<Strategy> make_strategy(const Options& options) {
  switch (options.method) {
    case Method::gauss_newton:
      return make_gauss_newton_strategy(options);
    case Method::dogleg:
    case Method::subspace_dogleg:
      return make_dogleg_strategy(options);
    default:
      return options.damping == Damping::radius ? make_radius_strategy(options) : make_damped_strategy(options);
  }
}

}  // namespace thalweg
