// The plain gradient and the rules with a velocity alone.
#include <thalweg/train/rules.hpp>

namespace thalweg::inline v0_1::rules {

void Descent::step(Point theta, Gradient g) {
  ++steps;
  for (std::size_t i = 0; i < theta.size(); ++i) theta[i] -= rate * g[i];
}

void Momentum::step(Point theta, Gradient g) {
  ++steps;
  for (std::size_t i = 0; i < theta.size(); ++i) {
    velocity[i] = momentum * velocity[i] - rate * g[i];
    theta[i] += velocity[i];
  }
}

void Nesterov::ahead(std::span<const double> theta, Point point) const {
  for (std::size_t i = 0; i < theta.size(); ++i) point[i] = theta[i] + momentum * velocity[i];
}

void NesterovShifted::step(Point phi, Gradient g) {
  ++steps;
  for (std::size_t i = 0; i < phi.size(); ++i) {
    velocity[i] = momentum * velocity[i] - rate * g[i];
    phi[i] += momentum * velocity[i] - rate * g[i];
  }
}

}  // namespace thalweg::inline v0_1::rules
