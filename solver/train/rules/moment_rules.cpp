// The Adam family.
#include <thalweg/train/rules.hpp>

#include <algorithm>
#include <cmath>

namespace thalweg::inline v0_1::rules {

void Moments::observe(Gradient g) {
  ++steps;
  for (std::size_t i = 0; i < g.size(); ++i) {
    m[i] = beta1 * m[i] + (1.0 - beta1) * g[i];
    v[i] = beta2 * v[i] + (1.0 - beta2) * g[i] * g[i];
  }
}

double Moments::correction1() const { return 1.0 - std::pow(beta1, static_cast<double>(steps)); }
double Moments::correction2() const { return 1.0 - std::pow(beta2, static_cast<double>(steps)); }

void Adam::step(Point theta, Gradient g) {
  observe(g);
  const double c1 = correction1(), c2 = correction2();
  for (std::size_t i = 0; i < theta.size(); ++i) theta[i] -= rate * (m[i] / c1) / (std::sqrt(v[i] / c2) + epsilon);
}

void AdamUncorrected::step(Point theta, Gradient g) {
  observe(g);
  for (std::size_t i = 0; i < theta.size(); ++i) theta[i] -= rate * m[i] / (std::sqrt(v[i]) + epsilon);
}

void AdamW::step(Point theta, Gradient g) {
  observe(g);
  const double c1 = correction1(), c2 = correction2();
  for (std::size_t i = 0; i < theta.size(); ++i)
    theta[i] -= rate * ((m[i] / c1) / (std::sqrt(v[i] / c2) + epsilon) + weight_decay * theta[i]);
}

void AdaMax::step(Point theta, Gradient g) {
  ++steps;
  const double c1 = 1.0 - std::pow(beta1, static_cast<double>(steps));
  for (std::size_t i = 0; i < theta.size(); ++i) {
    m[i] = beta1 * m[i] + (1.0 - beta1) * g[i];
    u[i] = std::max(beta2 * u[i], std::abs(g[i]));
    if (u[i] != 0.0) theta[i] -= rate / c1 * m[i] / u[i];
  }
}

void Nadam::step(Point theta, Gradient g) {
  observe(g);
  const double c1 = correction1(), c2 = correction2();
  const double next = 1.0 - std::pow(beta1, static_cast<double>(steps + 1));
  for (std::size_t i = 0; i < theta.size(); ++i) {
    const double mean = beta1 * m[i] / next + (1.0 - beta1) * g[i] / c1;
    theta[i] -= rate * mean / (std::sqrt(v[i] / c2) + epsilon);
  }
}

void AmsGrad::step(Point theta, Gradient g) {
  observe(g);
  for (std::size_t i = 0; i < theta.size(); ++i) {
    highest[i] = std::max(highest[i], v[i]);
    theta[i] -= rate * m[i] / (std::sqrt(highest[i]) + epsilon);
  }
}

}  // namespace thalweg::inline v0_1::rules
