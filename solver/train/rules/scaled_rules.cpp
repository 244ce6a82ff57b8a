// Rules that divide by the root of gathered squares of the gradient.
#include <thalweg/train/rules.hpp>

#include <cmath>

namespace thalweg::inline v0_1::rules {
namespace {

/// Exponential forgetting: what `memory` gathered takes in `news`.
void remember(double& memory, double decay, double news) { memory = decay * memory + (1.0 - decay) * news; }

}  // namespace

void AdaGrad::step(Point theta, Gradient g) {
  ++steps;
  for (std::size_t i = 0; i < theta.size(); ++i) {
    squares[i] += g[i] * g[i];
    theta[i] -= rate * g[i] / (std::sqrt(squares[i]) + epsilon);
  }
}

void AdaDelta::step(Point theta, Gradient g) {
  ++steps;
  for (std::size_t i = 0; i < theta.size(); ++i) {
    remember(squares[i], decay, g[i] * g[i]);
    const double delta = -std::sqrt(step_squares[i] + epsilon) / std::sqrt(squares[i] + epsilon) * g[i];
    remember(step_squares[i], decay, delta * delta);
    theta[i] += rate * delta;
  }
}

void RmsProp::step(Point theta, Gradient g) {
  ++steps;
  for (std::size_t i = 0; i < theta.size(); ++i) {
    remember(squares[i], decay, g[i] * g[i]);
    theta[i] -= rate * g[i] / (std::sqrt(squares[i]) + epsilon);
  }
}

void RmsPropMomentum::step(Point theta, Gradient g) {
  ++steps;
  for (std::size_t i = 0; i < theta.size(); ++i) {
    remember(squares[i], decay, g[i] * g[i]);
    velocity[i] = momentum * velocity[i] - rate * g[i] / (std::sqrt(squares[i]) + epsilon);
    theta[i] += velocity[i];
  }
}

void RmsPropNesterov::ahead(std::span<const double> theta, Point point) const {
  for (std::size_t i = 0; i < theta.size(); ++i) point[i] = theta[i] + momentum * velocity[i];
}

}  // namespace thalweg::inline v0_1::rules
