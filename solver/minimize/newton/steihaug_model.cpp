#include <algorithm>
#include <cmath>
#include <vector>

#include <minimize/newton/model_solver.hpp>
#include <thalweg/base/cancellation.hpp>
#include <thalweg/minimize/solve.hpp>

namespace thalweg::inline v0_1 {
namespace {

using Vector = std::vector<double>;

double dot(std::span<const double> a, std::span<const double> b) {
  double sum = 0.0;
  for (std::size_t i = 0; i < a.size(); ++i) sum += a[i] * b[i];
  return sum;
}
void axpy(double a, std::span<const double> x, std::span<double> y) {
  for (std::size_t i = 0; i < y.size(); ++i) y[i] += a * x[i];
}

class SteihaugModel final : public ModelSolver {
 public:
  explicit SteihaugModel(Result::Evaluations& evaluations) : evaluations_(evaluations) {}
  std::string_view name() const override { return "conjugate-gradients"; }

  bool linearize(const Objective& f, std::span<const double> x) override {
    f_ = &f;
    x_.assign(x.begin(), x.end());
    scale_.assign(x.size(), 1.0);
    f.scale(scale_);
    fresh_ = true;
    return true;
  }
  void diagonal(std::span<double> D) const override { std::copy(scale_.begin(), scale_.end(), D.begin()); }

  void product(std::span<const double> v, std::span<double> Hv) override {
    f_->hessian_product(x_, v, Hv);
    ++evaluations_.hessian_products;
  }

  // Nocedal & Wright 2006, algorithm 7.2, in the variables p = Dδ.
  bool minimize(std::span<const double> g, std::span<const char> fixed, std::span<const double> D, double radius,
                std::span<double> step) override {
    const std::size_t n = g.size();
    Vector p(n, 0.0), r(n), d(n), Hd(n), v(n);
    const auto masked = [&](std::size_t i) { return !fixed.empty() && fixed[i]; };
    for (std::size_t i = 0; i < n; ++i) r[i] = masked(i) ? 0.0 : g[i] / D[i];
    for (std::size_t i = 0; i < n; ++i) d[i] = -r[i];
    double squares = dot(r, r);
    const double wanted = forcing(std::sqrt(squares)) * std::sqrt(squares);
    bool inside = true;
    const std::size_t most = 2 * n + 20;  // rounding makes exact termination after n wishful
    for (std::size_t k = 0; k < most && std::sqrt(squares) > wanted; ++k) {
      for (std::size_t i = 0; i < n; ++i) v[i] = d[i] / D[i];
      CancellationProbe::poll();
      product(v, Hd);
      for (std::size_t i = 0; i < n; ++i) Hd[i] = masked(i) ? 0.0 : Hd[i] / D[i];
      const double bend = dot(d, Hd);
      if (!(bend > 0.0)) {  // negative curvature, or not finite: along d to the boundary
        axpy(to_boundary(p, d, radius), d, p);
        inside = false;
        break;
      }
      const double alpha = squares / bend;
      Vector next = p;
      axpy(alpha, d, next);
      if (std::sqrt(dot(next, next)) >= radius) {
        axpy(to_boundary(p, d, radius), d, p);
        inside = false;
        break;
      }
      p = std::move(next);
      axpy(alpha, Hd, r);
      const double before = squares;
      squares = dot(r, r);
      for (std::size_t i = 0; i < n; ++i) d[i] = squares / before * d[i] - r[i];
    }
    for (std::size_t i = 0; i < n; ++i) step[i] = p[i] / D[i];
    return inside;
  }

 private:
  /// τ ≥ 0 with ‖p + τd‖ = Δ.
  static double to_boundary(const Vector& p, const Vector& d, double radius) {
    const double a = dot(d, d), b = dot(p, d), c = dot(p, p) - radius * radius;
    if (!(a > 0.0)) return 0.0;
    const double root = std::sqrt(std::max(0.0, b * b - a * c));
    return b > 0.0 ? -c / (b + root) : (root - b) / a;
  }

  /// η = 0.9 (‖g‖/‖g⁻‖)², not far below the last one, between 1e-10 and ½, and at most √(‖g‖/‖g₀‖): where the gradient
  /// falls slowly from step to step the solves still become exact (Dembo & Steihaug 1983). A rejected step keeps it.
  double forcing(double norm) {
    if (!fresh_) return eta_;
    fresh_ = false;
    if (last_norm_ > 0.0) {
      const double ratio = norm / last_norm_, floor = 0.9 * eta_ * eta_;
      eta_ = 0.9 * ratio * ratio;
      if (floor > 0.1) eta_ = std::max(eta_, floor);
      eta_ = std::clamp(std::min(eta_, std::sqrt(norm / first_norm_)), 1e-10, 0.5);
    } else {
      first_norm_ = norm;
    }
    last_norm_ = norm;
    return eta_;
  }

  Result::Evaluations& evaluations_;
  const Objective* f_ = nullptr;
  Vector x_, scale_;
  bool fresh_ = false;  // no step was asked for at this point yet
  double eta_ = 0.5, last_norm_ = 0.0, first_norm_ = 0.0;
};

}  // namespace

std::unique_ptr<ModelSolver> make_steihaug_model(Result::Evaluations& evaluations) {
  return std::make_unique<SteihaugModel>(evaluations);
}

}  // namespace thalweg::inline v0_1
