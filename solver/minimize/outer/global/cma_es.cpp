// CMA-ES: Hansen & Ostermeier, "Completely derandomized self-adaptation in evolution strategies", Evolutionary
// Computation 9 (2001) 159-195, in the form and with the constants of Hansen, "The CMA evolution strategy: a tutorial"
// (arXiv:1604.00772), whose equation numbers these are. Who restarts it with twice the population has IPOP (Auger &
// Hansen 2005).
#include "minimize/outer/global/evolution.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

#include <math/dense_decompositions.hpp>

namespace thalweg::inline v0_1 {
namespace {

using Vector = Eigen::VectorXd;
using Matrix = Eigen::MatrixXd;

constexpr double first_sigma = 0.3;       // of the unit cube (tutorial, appendix C)
constexpr double last_sigma = 1e-9;       // longest axis of the distribution at which a run ends
constexpr double worst_condition = 1e14;  // of C, beyond which rounding decides
constexpr int draws_per_member = 20;      // tries to land inside the box; the last is moved to its faces
constexpr std::size_t scouts_per_parameter = 5;

/// Weights and rates, table 1 of the tutorial.
struct Constants {
  Constants(std::size_t dimension, std::size_t lambda) : n(static_cast<double>(dimension)), mu(lambda / 2) {
    double squares = 0.0, sum = 0.0;
    for (std::size_t i = 0; i < mu; ++i) {
      weights.push_back(std::log(0.5 * (static_cast<double>(lambda) + 1.0)) - std::log(static_cast<double>(i) + 1.0));
      sum += weights.back();  // (49)
    }
    for (double& w : weights) {
      w /= sum;
      squares += w * w;
    }
    mu_eff = 1.0 / squares;
    c_sigma = (mu_eff + 2.0) / (n + mu_eff + 5.0);                                                       // (55)
    d_sigma = 1.0 + 2.0 * std::max(0.0, std::sqrt((mu_eff - 1.0) / (n + 1.0)) - 1.0) + c_sigma;          // (55)
    c_c = (4.0 + mu_eff / n) / (n + 4.0 + 2.0 * mu_eff / n);                                             // (56)
    c_1 = 2.0 / ((n + 1.3) * (n + 1.3) + mu_eff);                                                        // (57)
    c_mu = std::min(1.0 - c_1, 2.0 * (mu_eff - 2.0 + 1.0 / mu_eff) / ((n + 2.0) * (n + 2.0) + mu_eff));  // (58)
    expected_norm = std::sqrt(n) * (1.0 - 1.0 / (4.0 * n) + 1.0 / (21.0 * n * n));                       // of N(0, I)
  }
  double n;
  std::size_t mu;
  std::vector<double> weights;
  double mu_eff, c_sigma, d_sigma, c_c, c_1, c_mu, expected_norm;
};

class CmaEs final : public Evolution {
 public:
  CmaEs(std::size_t n, std::size_t population, Draws& draws)
      : draws_(draws),
        constants_(n, population),
        population_(population),
        C_(Matrix::Identity(size(n), size(n))),
        B_(C_),
        D_(Vector::Ones(size(n))),
        path_sigma_(Vector::Zero(size(n))),
        path_c_(Vector::Zero(size(n))) {
    // The first generation scouts the whole box; the distribution begins around its lowest point.
    const std::size_t scouts = std::max(population, scouts_per_parameter * n);
    for (std::size_t i = 0; i < scouts; ++i) points_.push_back(draws_.point(n));
  }

  const std::vector<Point>& ask() override {
    if (generation_ == 0) return points_;
    points_.resize(population_);
    for (Point& u : points_) u = sample();
    return points_;
  }

  void tell(const std::vector<double>& costs) override {
    members_.clear();
    for (std::size_t i = 0; i < points_.size(); ++i) members_.push_back({points_[i], costs[i]});
    std::stable_sort(members_.begin(), members_.end(),
                     [](const Member& a, const Member& b) { return a.cost < b.cost; });
    if (generation_ == 0)
      mean_ = vector_of(members_[0].u);
    else
      update();
    ++generation_;
    history_.push_back(members_[0].cost);
  }

  const std::vector<Member>& members() const override { return members_; }
  /// The distribution is not moved to where a descent ended: its covariance says nothing of that place.
  void adopt(std::size_t, const Member&) override {}

  /// The criteria of Auger & Hansen 2005: the distribution is a point, its costs have been equal for 10 + ⌈30 n/λ⌉
  /// generations, or C is beyond rounding.
  bool exhausted() const override {
    if (generation_ == 0) return false;
    if (sigma_ * D_.maxCoeff() < last_sigma) return true;
    if (D_.maxCoeff() * D_.maxCoeff() > worst_condition * D_.minCoeff() * D_.minCoeff()) return true;
    const auto window =
        static_cast<std::size_t>(10.0 + std::ceil(30.0 * constants_.n / static_cast<double>(population_)));
    if (history_.size() < window + 1) return false;
    const auto [least, most] =
        std::minmax_element(history_.end() - static_cast<std::ptrdiff_t>(window), history_.end());
    if (!std::isfinite(*most)) return !std::isfinite(*least);
    return *most - *least <= 1e-12 * std::abs(*most);
  }

 private:
  static Eigen::Index size(std::size_t n) { return static_cast<Eigen::Index>(n); }
  static Vector vector_of(const Point& u) { return Eigen::Map<const Vector>(u.data(), size(u.size())); }

  /// x = m + σ B D z, z ~ N(0, I)  (38)-(40), drawn anew while it is outside the box.
  Point sample() {
    Vector x, z(mean_.size());
    for (int k = 0; k < draws_per_member; ++k) {
      for (double& each : z) each = draws_.normal();
      x = mean_ + sigma_ * (B_ * D_.cwiseProduct(z));
      if (x.minCoeff() >= 0.0 && x.maxCoeff() <= 1.0) break;
    }
    x = x.cwiseMax(0.0).cwiseMin(1.0);
    return {x.data(), x.data() + x.size()};
  }

  void update() {
    const Constants& k = constants_;
    const Vector before = mean_;
    mean_.setZero();
    for (std::size_t i = 0; i < k.mu; ++i) mean_ += k.weights[i] * vector_of(members_[i].u);  // (42)
    const Vector y = (mean_ - before) / sigma_;                                               // (41)
    const Vector whitened = B_ * (B_.transpose() * y).cwiseQuotient(D_);                      // C^(−½) y
    path_sigma_ =
        (1.0 - k.c_sigma) * path_sigma_ + std::sqrt(k.c_sigma * (2.0 - k.c_sigma) * k.mu_eff) * whitened;  // (43)
    const double norm = path_sigma_.norm();
    const double settled = 1.0 - std::pow(1.0 - k.c_sigma, 2.0 * static_cast<double>(generation_));
    const bool short_path = norm / std::sqrt(settled) < (1.4 + 2.0 / (k.n + 1.0)) * k.expected_norm;  // h_σ
    path_c_ = (1.0 - k.c_c) * path_c_;
    if (short_path) path_c_ += std::sqrt(k.c_c * (2.0 - k.c_c) * k.mu_eff) * y;  // (45)
    const double lost = short_path ? 0.0 : k.c_c * (2.0 - k.c_c);
    C_ *= 1.0 + k.c_1 * lost - k.c_1 - k.c_mu;
    C_ += k.c_1 * path_c_ * path_c_.transpose();
    for (std::size_t i = 0; i < k.mu; ++i) {
      const Vector yi = (vector_of(members_[i].u) - before) / sigma_;
      C_ += k.c_mu * k.weights[i] * yi * yi.transpose();  // (47)
    }
    sigma_ = std::min(1.0, sigma_ * std::exp(k.c_sigma / k.d_sigma * (norm / k.expected_norm - 1.0)));  // (44)
    factor();
  }

  /// C = B D² Bᵀ.
  void factor() {
    C_ = 0.5 * (C_ + C_.transpose()).eval();
    const Eigen::SelfAdjointEigenSolver<Matrix> eigen(C_);
    B_ = eigen.eigenvectors();
    const double largest = std::max(eigen.eigenvalues().maxCoeff(), std::numeric_limits<double>::min());
    D_ = eigen.eigenvalues().cwiseMax(1e-20 * largest).cwiseSqrt();
  }

  Draws& draws_;
  Constants constants_;
  std::size_t population_;
  Matrix C_, B_;
  Vector D_, path_sigma_, path_c_, mean_;
  double sigma_ = first_sigma;
  std::int64_t generation_ = 0;
  std::vector<Point> points_;
  std::vector<Member> members_;
  std::vector<double> history_;  // lowest cost of each generation
};

}  // namespace

std::unique_ptr<Evolution> cma_es(std::size_t n, std::size_t population, Draws& draws) {
  return std::make_unique<CmaEs>(n, population, draws);
}

}  // namespace thalweg::inline v0_1
