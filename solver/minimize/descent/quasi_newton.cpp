// Directions from what the gradients' changes tell of the Hessian: BFGS and L-BFGS.
#include <algorithm>
#include <cmath>
#include <deque>
#include <limits>

#include <math/dense_decompositions.hpp>
#include <minimize/descent/direction.hpp>

namespace thalweg::inline v0_1 {
namespace {

using Vector = Eigen::VectorXd;
using Matrix = Eigen::MatrixXd;

// A pair is used when sᵀy is at least this part of ‖s‖‖y‖ in the scaled variables: below it is rounding.
constexpr double least_curvature = 1e-10;
// Powell's damping leaves sᵀŷ at least this part of sᵀBs (Powell 1978; Nocedal & Wright 2006, procedure 18.2).
constexpr double damped_curvature = 0.2;

struct Pair {
  Vector s, y;
  double sy = 0.0;
};

/// Keeps the curvature of a pair positive, by the caller's choice; false: leave the pair out. Bs = B s, B the model.
template <class ProductB>
bool guard(Pair& pair, UpdateGuard how, const Vector& D, Result& counts, ProductB B) {
  pair.sy = pair.s.dot(pair.y);
  const double lengths = pair.s.cwiseProduct(D).norm() * pair.y.cwiseQuotient(D).norm();
  const bool positive = pair.sy > least_curvature * lengths;
  if (how == UpdateGuard::damp) {
    const Vector Bs = B(pair.s);
    const double sBs = pair.s.dot(Bs);
    if (pair.sy < damped_curvature * sBs) {
      const double theta = (1.0 - damped_curvature) * sBs / (sBs - pair.sy);
      pair.y = theta * pair.y + (1.0 - theta) * Bs;
      pair.sy = pair.s.dot(pair.y);
      ++counts.damped_updates;
    }
    if (pair.sy > 0.0 && std::isfinite(pair.sy)) return true;
  } else if (positive && std::isfinite(lengths)) {
    return true;
  }
  ++counts.skipped_updates;
  return false;
}

/// γ of H₀ = γD⁻² such that H₀y is as long as s (Nocedal & Wright 2006, equations 6.20 and 7.20).
double fitted_scale(const Pair& pair, const Vector& D) { return pair.sy / pair.y.cwiseQuotient(D).squaredNorm(); }

class Bfgs final : public Direction {
 public:
  Bfgs(const Options& options, Result& counts) : guard_(options.update_guard), counts_(counts) {}

  void propose(const Objective&, const DescentPoint& at, Vector& d) override {
    if (H_.size() == 0) {
      D_ = at.D;
      H_ = D_.cwiseAbs2().cwiseInverse().asDiagonal();
      learnt_ = false;
    }
    d.noalias() = -(H_ * at.g);
    if (std::any_of(at.held.begin(), at.held.end(), [](char h) { return h != 0; })) confine(at, d);
  }

  void moved(const Vector& s, const Vector& y) override {
    Pair pair{s, y, 0.0};
    const auto B = [this](const Vector& v) -> Vector { return H_.llt().solve(v); };
    if (!guard(pair, guard_, D_, counts_, B)) return;
    if (!learnt_) H_ *= fitted_scale(pair, D_);
    learnt_ = true;
    // (I − syᵀ/sᵀy) H (I − ysᵀ/sᵀy) + ssᵀ/sᵀy (Nocedal & Wright 2006, equation 6.17), multiplied out.
    const Vector Hy = H_ * pair.y;
    const double factor = (1.0 + pair.y.dot(Hy) / pair.sy) / pair.sy;
    H_.noalias() -= (pair.s * Hy.transpose() + Hy * pair.s.transpose()) / pair.sy;
    H_.noalias() += factor * pair.s * pair.s.transpose();
  }
  void reset() override { H_.resize(0, 0); }
  bool has_length() const override { return true; }

 private:
  /// −(B_FF)⁻¹g_F on the free components F: the Schur complement H_FF − H_FA H_AA⁻¹ H_AF.
  void confine(const DescentPoint& at, Vector& d) const {
    std::vector<Eigen::Index> free, held;
    for (std::size_t j = 0; j < at.held.size(); ++j) (at.held[j] ? held : free).push_back(static_cast<Eigen::Index>(j));
    const Vector g = at.g(free), coupled = H_(held, free) * g;
    const Vector inner = -(H_(free, free) * g) + H_(free, held) * H_(held, held).llt().solve(coupled);
    d.setZero();
    d(free) = inner;
  }

  UpdateGuard guard_;
  Result& counts_;
  Matrix H_;
  Vector D_;
  bool learnt_ = false;
};

class Lbfgs final : public Direction {
 public:
  Lbfgs(const Options& options, Result& counts)
      : memory_(options.memory), guard_(options.update_guard), counts_(counts) {}

  void propose(const Objective&, const DescentPoint& at, Vector& d) override {
    // With all pairs kept it is BFGS, whose H₀ stays as it was.
    if (memory_ > 0 || D_.size() == 0) D_ = at.D;
    d = -at.g;
    mask(at.held, d);
    multiply(at.held, d);
  }

  void moved(const Vector& s, const Vector& y) override {
    Pair pair{s, y, 0.0};
    const auto B = [this](const Vector& v) -> Vector { return model(v); };
    if (!guard(pair, guard_, D_, counts_, B)) return;
    if (memory_ > 0 || pairs_.empty()) gamma_ = fitted_scale(pair, D_);
    pairs_.push_back(std::move(pair));
    if (memory_ > 0 && static_cast<int>(pairs_.size()) > memory_) pairs_.pop_front();
  }
  void reset() override {
    pairs_.clear();
    gamma_ = 1.0;
    D_.resize(0);
  }
  bool has_length() const override { return true; }

 private:
  static void mask(std::span<const char> held, Vector& v) {
    for (std::size_t j = 0; j < held.size(); ++j)
      if (held[j]) v[static_cast<Eigen::Index>(j)] = 0.0;
  }

  /// v ← Hv by the two-loop recursion (Nocedal 1980; Nocedal & Wright 2006, algorithm 7.4). On the free components
  /// alone each pair is restricted to them, and left out where that spoils its curvature.
  void multiply(std::span<const char> held, Vector& v) {
    const bool all_free = std::none_of(held.begin(), held.end(), [](char h) { return h != 0; });
    std::vector<double> alpha(pairs_.size(), 0.0), rho(pairs_.size(), 0.0);
    for (std::size_t i = pairs_.size(); i-- > 0;) {
      const Pair& p = pairs_[i];
      rho[i] = all_free ? 1.0 / p.sy : inverse_curvature(p, held);
      alpha[i] = rho[i] * p.s.dot(v);  // v is zero where held
      v -= alpha[i] * p.y;
      if (!all_free) mask(held, v);
    }
    v = gamma_ * v.cwiseQuotient(D_.cwiseAbs2());
    for (std::size_t i = 0; i < pairs_.size(); ++i) {
      v += (alpha[i] - rho[i] * pairs_[i].y.dot(v)) * pairs_[i].s;
      if (!all_free) mask(held, v);
    }
  }

  double inverse_curvature(const Pair& p, std::span<const char> held) const {
    double sy = 0.0, ss = 0.0, yy = 0.0;
    for (Eigen::Index j = 0; j < p.s.size(); ++j) {
      if (held[static_cast<std::size_t>(j)]) continue;
      sy += p.s[j] * p.y[j];
      ss += p.s[j] * p.s[j] * D_[j] * D_[j];
      yy += p.y[j] * p.y[j] / (D_[j] * D_[j]);
    }
    return sy > least_curvature * std::sqrt(ss * yy) && sy > 0.0 ? 1.0 / sy : 0.0;
  }

  /// Bv by one update after another from B₀ = D²/γ: B ← B − Bs sᵀB/sᵀBs + yyᵀ/sᵀy. Costs the square of the memory.
  Vector model(const Vector& v) const {
    const Vector B0 = D_.cwiseAbs2() / gamma_;
    std::vector<Vector> Bs;
    const auto apply = [&](const Vector& w, std::size_t count) {
      Vector Bw = B0.cwiseProduct(w);
      for (std::size_t i = 0; i < count; ++i)
        Bw += pairs_[i].y * (pairs_[i].y.dot(w) / pairs_[i].sy) - Bs[i] * (Bs[i].dot(w) / Bs[i].dot(pairs_[i].s));
      return Bw;
    };
    for (std::size_t i = 0; i < pairs_.size(); ++i) Bs.push_back(apply(pairs_[i].s, i));
    return apply(v, pairs_.size());
  }

  int memory_;
  UpdateGuard guard_;
  Result& counts_;
  std::deque<Pair> pairs_;  ///< oldest first
  Vector D_;
  double gamma_ = 1.0;
};

}  // namespace

std::unique_ptr<Direction> make_bfgs_direction(const Options& options, Result& counts) {
  return std::make_unique<Bfgs>(options, counts);
}
std::unique_ptr<Direction> make_lbfgs_direction(const Options& options, Result& counts) {
  return std::make_unique<Lbfgs>(options, counts);
}

}  // namespace thalweg::inline v0_1
