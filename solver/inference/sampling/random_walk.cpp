#include <algorithm>
#include <cmath>
#include <limits>

#include <math/dense_decompositions.hpp>

#include "inference/sampling/chains.hpp"

namespace thalweg::inline v0_1 {
namespace {

constexpr int between_questions = 64;  // steps
constexpr double scatter = 1.0;        // of the first points, in standard deviations

Eigen::VectorXd normal(regression::Random& random, Eigen::Index n) {
  Eigen::VectorXd z(n);
  for (double& v : z) v = random.normal();
  return z;
}

/// Where the density is not zero.
Eigen::VectorXd first_point(LogDensity& density, regression::Random& random, double& log_density) {
  for (double spread = scatter; spread > 1e-6; spread *= 0.8) {
    Eigen::VectorXd z = spread * normal(random, density.size());
    log_density = density(z);
    if (std::isfinite(log_density)) return z;
  }
  log_density = density(Eigen::VectorXd::Zero(density.size()));
  return Eigen::VectorXd::Zero(density.size());
}

/// Mean and covariance of what was visited (Welford 1962).
class Moments {
 public:
  explicit Moments(Eigen::Index n) : mean_(Eigen::VectorXd::Zero(n)), sums_(Eigen::MatrixXd::Zero(n, n)) {}
  void add(const Eigen::VectorXd& z) {
    count_ += 1.0;
    const Eigen::VectorXd before = z - mean_;
    mean_ += before / count_;
    sums_ += before * (z - mean_).transpose();
  }
  double count() const { return count_; }
  Eigen::MatrixXd covariance() const { return sums_ / std::max(1.0, count_ - 1.0); }

 private:
  double count_ = 0.0;
  Eigen::VectorXd mean_;
  Eigen::MatrixXd sums_;
};

}  // namespace

Chain random_walk(LogDensity& density, regression::Random& random, int before, int steps, const GoOn& go_on) {
  const Eigen::Index n = density.size();
  double here = 0.0;
  Eigen::VectorXd z = first_point(density, random, here);
  Eigen::MatrixXd shape = Eigen::MatrixXd::Identity(n, n);
  double length = 2.38 / std::sqrt(static_cast<double>(n));
  const double wanted = n == 1 ? 0.44 : 0.234;  // of the proposals: the best part (Roberts & Rosenthal 2001)
  Moments visited(n);
  Chain chain;
  chain.walkers.emplace_back(n, steps);
  for (int step = -before; step < steps; ++step) {
    if (step % between_questions == 0 && !go_on()) return {};
    const Eigen::VectorXd trial = z + length * (shape * normal(random, n));
    const double there = density(trial);
    const double chance = std::exp(std::min(0.0, there - here));
    const bool taken = random.uniform() < chance;
    if (taken) {
      z = trial;
      here = there;
    }
    if (step >= 0) {
      chain.walkers[0].col(step) = z;
      chain.proposed += 1.0;
      chain.accepted += taken;
      continue;
    }
    visited.add(z);
    length *= std::exp((chance - wanted) / std::sqrt(visited.count()));
    // In the last quarter the shape is that of what the two quarters before it visited.
    if (step == -before / 4) {
      const Eigen::LLT<Eigen::MatrixXd> factor(visited.covariance());
      if (factor.info() == Eigen::Success) {
        shape = factor.matrixL();
        length = 2.38 / std::sqrt(static_cast<double>(n));
      }
    }
    if (step == -before * 3 / 4 || step == -before / 4) visited = Moments(n);
  }
  return chain;
}

Chain stretch_moves(LogDensity& density, regression::Random& random, int walkers, int before, int steps,
                    const GoOn& go_on) {
  constexpr double a = 2.0;
  const Eigen::Index n = density.size();
  const auto count = static_cast<std::size_t>(walkers), half = count / 2;
  std::vector<Eigen::VectorXd> z;
  std::vector<double> here(count);
  for (double& log_density : here) z.push_back(first_point(density, random, log_density));
  Chain chain;
  chain.walkers.assign(count, Eigen::MatrixXd(n, steps));
  for (int step = -before; step < steps; ++step) {
    if (step % between_questions == 0 && !go_on()) return {};
    for (std::size_t k = 0; k < count; ++k) {
      const std::size_t other = (k < half ? half : 0) + random.below(k < half ? count - half : half);
      const double root = (std::sqrt(a) - 1.0 / std::sqrt(a)) * random.uniform() + 1.0 / std::sqrt(a);
      const double stretch = root * root;  // of density ∝ 1/√stretch in [1/a, a]
      const Eigen::VectorXd trial = z[other] + stretch * (z[k] - z[other]);
      const double there = density(trial);
      const double chance = static_cast<double>(n - 1) * std::log(stretch) + there - here[k];
      const bool taken = std::log(1.0 - random.uniform()) < chance;
      if (taken) {
        z[k] = trial;
        here[k] = there;
      }
      if (step < 0) continue;
      chain.walkers[k].col(step) = z[k];
      chain.proposed += 1.0;
      chain.accepted += taken;
    }
  }
  return chain;
}

}  // namespace thalweg::inline v0_1
