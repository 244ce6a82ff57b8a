#include <minimize/strategy/strategies.hpp>

namespace thalweg::inline v0_1 {

ProposedStep damped_step(DampedSystem& linear, double lambda, std::span<const double> D, double* step) {
  ProposedStep proposed;
  proposed.status = linear.solve(lambda, D.data(), step);
  if (proposed.status == LinearStatus::ok || proposed.status == LinearStatus::inexact) {
    proposed.scaled_norm = scaled_norm(linear, D, step);
    proposed.predicted = 0.5 * linear.squared_step(lambda, proposed.scaled_norm, step) +
                         lambda * proposed.scaled_norm * proposed.scaled_norm;
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

}  // namespace thalweg::inline v0_1
