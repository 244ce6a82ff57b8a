#include <cmath>
#include <limits>
#include <vector>

#include <math/dense_decompositions.hpp>
#include <minimize/newton/model_solver.hpp>
#include <thalweg/base/cancellation.hpp>
#include <thalweg/minimize/solve.hpp>

namespace thalweg::inline v0_1 {
namespace {

using Matrix = Eigen::MatrixXd;
using Vector = Eigen::VectorXd;
constexpr double epsilon = std::numeric_limits<double>::epsilon();
// The boundary is met to this part of the radius.
constexpr double boundary_tolerance = 1e-8;

/// min gᵀp + ½ pᵀHp over ‖p‖ ≤ Δ from the eigenvalues λ (ascending) and a = Vᵀg: p = −V (Λ + μ)⁻¹ a, μ ≥ max(0, −λ₁)
/// such that μ(‖p‖ − Δ) = 0.
class SecularEquation {
 public:
  SecularEquation(const Vector& eigenvalues, const Vector& a, double radius)
      : lambda_(eigenvalues), a_(a), radius_(radius) {}

  Vector solve() const {
    const double smallest = lambda_[0];
    const double lowest = std::max(0.0, -smallest);
    const double size = std::max(std::abs(smallest), std::abs(lambda_[lambda_.size() - 1]));
    if (a_.norm() == 0.0 && smallest >= 0.0) return Vector::Zero(a_.size());
    Vector p = at(lowest, 1e3 * epsilon * size);
    if (const bool flat = has_flat(lowest, 1e3 * epsilon * size); flat && p.norm() < radius_) {
      // The hard case: the gradient says nothing of the direction of least curvature; go along it to the boundary.
      if (smallest < 0.0) p[0] = (a_[0] > 0.0 ? -1.0 : 1.0) * std::sqrt(radius_ * radius_ - p.squaredNorm());
      return p;
    }
    return on_boundary(lowest, std::max(lowest, a_.norm() / radius_ - smallest));
  }

 private:
  /// p(μ), leaving out the directions whose curvature λ + μ is zero and whose gradient is as well.
  Vector at(double mu, double zero) const {
    Vector p(a_.size());
    for (Eigen::Index i = 0; i < p.size(); ++i)
      p[i] = lambda_[i] + mu <= zero && negligible(i) ? 0.0 : -a_[i] / (lambda_[i] + mu);
    return p;
  }
  bool negligible(Eigen::Index i) const { return std::abs(a_[i]) <= 1e2 * epsilon * a_.norm(); }
  /// Every direction without curvature at μ is one without gradient, and there is one.
  bool has_flat(double mu, double zero) const {
    bool any = false;
    for (Eigen::Index i = 0; i < a_.size(); ++i) {
      if (lambda_[i] + mu > zero) continue;
      if (!negligible(i)) return false;
      any = true;
    }
    return any || mu == 0.0;
  }

  /// Newton's iteration on 1/Δ − 1/‖p(μ)‖, nearly linear in μ (Hebden 1973), kept within its bracket.
  Vector on_boundary(double lower, double upper) const {
    double mu = upper;
    Vector p = at(mu, 0.0);
    for (int i = 0; i < 200; ++i) {
      p = at(mu, 0.0);
      const double norm = p.norm();
      if (std::isfinite(norm) && std::abs(norm - radius_) <= boundary_tolerance * radius_) break;
      (norm > radius_ || !std::isfinite(norm) ? lower : upper) = mu;
      double slope = 0.0;  // pᵀ(Λ + μ)⁻¹p
      for (Eigen::Index k = 0; k < p.size(); ++k)
        if (p[k] != 0.0) slope += p[k] * p[k] / (lambda_[k] + mu);
      const double next = mu + norm * norm / slope * (norm - radius_) / radius_;
      const double middle = lower > 0.0 ? std::sqrt(lower * upper) : 0.5 * upper;
      mu = next > lower && next < upper ? next : middle;
      if (!(upper - lower > epsilon * upper)) break;
    }
    return p.allFinite() ? p : Vector(-a_ * (radius_ / a_.norm()));
  }

  const Vector& lambda_;
  const Vector& a_;
  double radius_;
};

class FactoredModel final : public ModelSolver {
 public:
  explicit FactoredModel(Result::Evaluations& evaluations) : evaluations_(evaluations) {}
  std::string_view name() const override { return "dense-cholesky"; }

  bool linearize(const Objective& f, std::span<const double> x) override {
    const auto n = static_cast<Eigen::Index>(x.size());
    H_.resize(n, n);
    CancellationProbe::poll();
    f.hessian(x, {H_.data(), static_cast<std::size_t>(n * n)});
    ++evaluations_.hessian;
    known_scale_.resize(n);
    has_scale_ = f.scale({known_scale_.data(), x.size()});
    factored_.clear();
    return H_.allFinite();
  }

  void diagonal(std::span<double> D) const override {
    for (std::size_t j = 0; j < D.size(); ++j) {
      const auto i = static_cast<Eigen::Index>(j);
      D[j] = has_scale_ ? known_scale_[i] : std::sqrt(std::abs(H_(i, i)));
    }
  }

  void product(std::span<const double> v, std::span<double> Hv) override {
    const auto n = H_.rows();
    Eigen::Map<Vector>(Hv.data(), n).noalias() = H_ * Eigen::Map<const Vector>(v.data(), n);
  }

  bool convex(std::span<const char> fixed, std::span<const double> D) override {
    reduce(fixed, D);
    if (definite_ || free_.empty()) return true;
    decompose();
    return !bends_down();
  }

  bool minimize(std::span<const double> g, std::span<const char> fixed, std::span<const double> D, double radius,
                std::span<double> step) override {
    reduce(fixed, D);
    const auto k = static_cast<Eigen::Index>(free_.size());
    std::fill(step.begin(), step.end(), 0.0);
    if (k == 0) return false;
    Vector scaled_gradient(k);
    for (Eigen::Index i = 0; i < k; ++i) scaled_gradient[i] = g[at(i)] / D[at(i)];
    Vector p;
    bool inside = false;
    if (definite_) {
      p = -cholesky_.solve(scaled_gradient);
      inside = p.norm() <= radius;
    }
    if (!inside) {
      decompose();
      const Vector a = eigen_.eigenvectors().transpose() * scaled_gradient;
      p = eigen_.eigenvectors() * SecularEquation(eigen_.eigenvalues(), a, radius).solve();
      inside = !bends_down() && p.norm() <= (1.0 - 1e-6) * radius;
    }
    for (Eigen::Index i = 0; i < k; ++i) step[at(i)] = p[i] / D[at(i)];
    return inside;
  }

 private:
  std::size_t at(Eigen::Index i) const { return free_[static_cast<std::size_t>(i)]; }

  void decompose() {
    if (!decomposed_) eigen_.compute(scaled_);
    decomposed_ = true;
  }
  /// An eigenvalue is negative beyond rounding.
  bool bends_down() const {
    const Vector& lambda = eigen_.eigenvalues();
    return lambda[0] < -1e-10 * std::max(std::abs(lambda[0]), std::abs(lambda[lambda.size() - 1]));
  }

  /// D⁻¹HD⁻¹ of the free components, factored once for every radius.
  void reduce(std::span<const char> fixed, std::span<const double> D) {
    std::vector<char> wanted(fixed.begin(), fixed.end());
    wanted.resize(D.size());
    if (wanted == factored_ && std::equal(D.begin(), D.end(), D_.begin(), D_.end())) return;
    factored_ = wanted;
    D_.assign(D.begin(), D.end());
    free_.clear();
    for (std::size_t j = 0; j < D.size(); ++j)
      if (!wanted[j]) free_.push_back(j);
    const auto k = static_cast<Eigen::Index>(free_.size());
    scaled_.resize(k, k);
    for (Eigen::Index i = 0; i < k; ++i)
      for (Eigen::Index j = 0; j < k; ++j)
        scaled_(i, j) = H_(static_cast<Eigen::Index>(at(i)), static_cast<Eigen::Index>(at(j))) / (D[at(i)] * D[at(j)]);
    cholesky_.compute(scaled_);
    // Nearly singular is as good as indefinite: the step would be rounding.
    definite_ = cholesky_.info() == Eigen::Success && cholesky_.rcond() > 1e2 * epsilon;
    decomposed_ = false;
  }

  Result::Evaluations& evaluations_;
  Matrix H_, scaled_;
  Vector known_scale_;
  bool has_scale_ = false;
  std::vector<std::size_t> free_;
  std::vector<char> factored_;  // the mask that the factors below belong to
  std::vector<double> D_;
  Eigen::LLT<Matrix> cholesky_;
  Eigen::SelfAdjointEigenSolver<Matrix> eigen_;
  bool definite_ = false, decomposed_ = false;
};

}  // namespace

std::unique_ptr<ModelSolver> make_factored_model(Result::Evaluations& evaluations) {
  return std::make_unique<FactoredModel>(evaluations);
}

}  // namespace thalweg::inline v0_1
