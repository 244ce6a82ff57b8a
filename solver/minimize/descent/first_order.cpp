// Directions from the gradient alone: steepest descent and conjugate gradients.
#include <cmath>

#include <minimize/descent/direction.hpp>

namespace thalweg::inline v0_1 {
namespace {

using Vector = Eigen::VectorXd;

void mask(std::span<const char> held, Vector& v) {
  for (std::size_t j = 0; j < held.size(); ++j)
    if (held[j]) v[static_cast<Eigen::Index>(j)] = 0.0;
}

class Steepest final : public Direction {
 public:
  void propose(const Objective&, const DescentPoint& at, Vector& d) override {
    d = -at.g;
    mask(at.held, d);
  }
  void moved(const Vector&, const Vector&) override {}
  void reset() override {}
  bool has_length() const override { return false; }
};

/// Nocedal & Wright (2006), section 5.2; Hager & Zhang (2005), SIAM J. Optim. 16(1), equations 1.3 to 1.6.
class Conjugate final : public Direction {
 public:
  explicit Conjugate(ConjugateGradient formula) : formula_(formula) {}

  void propose(const Objective&, const DescentPoint& at, Vector& d) override {
    g_ = at.g;
    mask(at.held, g_);
    const bool other_face = !std::equal(at.held.begin(), at.held.end(), held_.begin(), held_.end());
    if (since_restart_ == 0 || other_face) restart(at);
    z_ = g_.cwiseQuotient(D2_);
    const double gz = g_.dot(z_);
    const double beta = since_restart_ > 0 ? this->beta(gz) : 0.0;
    d = beta != 0.0 ? Vector(beta * d_ - z_) : Vector(-z_);
    // Rounding or a poor step has turned it: begin anew.
    if (beta != 0.0 && !(g_.dot(d) <= -least_cosine * std::sqrt(gz) * scaled_norm(d))) {
      restart(at);
      z_ = g_.cwiseQuotient(D2_);
      d = -z_;
    }
    d_ = d;
    previous_g_ = g_;
    previous_gz_ = g_.dot(z_);
    if (++since_restart_ > restart_period * static_cast<int>(d.size())) since_restart_ = 0;
  }
  void moved(const Vector&, const Vector&) override {}
  void reset() override { since_restart_ = 0; }
  bool has_length() const override { return false; }

 private:
  static constexpr double least_cosine = 1e-6;
  // After this many times n steps the first conjugate directions have nothing to do with the function here.
  static constexpr int restart_period = 6;

  void restart(const DescentPoint& at) {
    D2_ = at.D.cwiseAbs2();
    held_.assign(at.held.begin(), at.held.end());
    since_restart_ = 0;
  }
  double scaled_norm(const Vector& v) const { return std::sqrt(v.cwiseAbs2().dot(D2_)); }

  double beta(double gz) const {
    if (formula_ == ConjugateGradient::fletcher_reeves) return gz / previous_gz_;
    const Vector y = g_ - previous_g_;
    const double zy = z_.dot(y), dy = d_.dot(y);
    if (formula_ == ConjugateGradient::polak_ribiere) return std::max(0.0, zy / previous_gz_);
    if (!(dy > 0.0)) return 0.0;
    if (formula_ == ConjugateGradient::hestenes_stiefel) return std::max(0.0, zy / dy);
    const double beta = (zy - 2.0 * y.cwiseAbs2().cwiseQuotient(D2_).sum() * d_.dot(g_) / dy) / dy;
    // The lower bound that makes it converge on any smooth function: 0.4 dᵀg/‖d‖² of CG_DESCENT 6.
    return std::max(beta, 0.4 * d_.dot(previous_g_) / d_.cwiseAbs2().dot(D2_));
  }

  ConjugateGradient formula_;
  Vector g_, z_, d_, D2_, previous_g_;
  std::vector<char> held_;
  double previous_gz_ = 0.0;
  int since_restart_ = 0;
};

}  // namespace

std::unique_ptr<Direction> make_steepest_direction() { return std::make_unique<Steepest>(); }
std::unique_ptr<Direction> make_conjugate_direction(ConjugateGradient formula) {
  return std::make_unique<Conjugate>(formula);
}

}  // namespace thalweg::inline v0_1
