#include <array>
#include <cmath>
#include <cstdio>
#include <thalweg/extend/system.hpp>
#include <vector>

/// y = a exp(−b t) at a million times, whose rows are made again at every evaluation: what is kept is JᵀJ and Jᵀr.
class Decay final : public thalweg::System, public thalweg::DampedSystem {
 public:
  std::optional<thalweg::Verdict> begin(std::vector<double> x, thalweg::SolveContext&) override {
    x_ = std::move(x);
    evaluate(std::array{0.0, 0.0}.data(), true);
    if (!accept()) return thalweg::Verdict{thalweg::Status::non_finite_start, "the start is not finite"};
    linearize();
    return std::nullopt;
  }
  std::int64_t columns() const override { return 2; }
  const std::vector<double>& x() const override { return x_; }
  double cost() const override { return here_.cost; }
  double gradient_norm() const override { return std::max(std::abs(here_.g[0]), std::abs(here_.g[1])); }
  std::span<const double> sizes() const override { return x_; }
  thalweg::DampedSystem& steps() override { return *this; }
  double evaluate(const double* step, bool) override {
    trial_ = {x_[0] + step[0], x_[1] + step[1]};
    next_ = sums_at(trial_);
    return next_.cost;
  }
  double cost_beside(const double* step) override { return sums_at({x_[0] + step[0], x_[1] + step[1]}).cost; }
  bool accept() override {
    if (!std::isfinite(next_.A[0]) || !std::isfinite(next_.A[2])) return false;
    x_ = trial_;
    here_ = next_;
    return true;
  }
  void linearize() override { norms_ = {std::sqrt(here_.A[0]), std::sqrt(here_.A[2])}; }

  std::string_view name() const override { return "2 × 2"; }
  std::span<const double> gradient() const override { return here_.g; }
  std::span<const double> column_norms() const override { return norms_; }
  thalweg::LinearStatus solve(double lambda, const double* D, double* step) override {
    damped_ = {here_.A[0] + lambda * D[0] * D[0], here_.A[1], here_.A[2] + lambda * D[1] * D[1]};
    return solve_again(std::array{-here_.g[0], -here_.g[1]}.data(), step);
  }
  thalweg::LinearStatus solve_again(const double* b, double* z) override {
    const auto [p, q, s] = damped_;
    const double determinant = p * s - q * q;
    if (!(determinant > 1e-14 * p * s)) return thalweg::LinearStatus::retry;
    z[0] = (s * b[0] - q * b[1]) / determinant;
    z[1] = (p * b[1] - q * b[0]) / determinant;
    return thalweg::LinearStatus::ok;
  }
  double squared_product(const double* v) const override {
    return here_.A[0] * v[0] * v[0] + 2.0 * here_.A[1] * v[0] * v[1] + here_.A[2] * v[1] * v[1];
  }

 private:
  struct Sums {
    double cost = 0.0;
    std::array<double, 2> g{};
    std::array<double, 3> A{};
  };
  static Sums sums_at(const std::vector<double>& x) {
    Sums s;
    for (int i = 0; i < 1'000'000; ++i) {
      const double t = 1e-5 * i, e = std::exp(-x[1] * t), r = x[0] * e - 3.0 / (1.0 + t);
      const std::array J = {e, -t * x[0] * e};
      s.cost += 0.5 * r * r;
      for (int j = 0; j < 2; ++j) s.g[j] += J[j] * r;
      s.A = {s.A[0] + J[0] * J[0], s.A[1] + J[0] * J[1], s.A[2] + J[1] * J[1]};
    }
    return s;
  }

  std::vector<double> x_, trial_;
  Sums here_, next_;
  std::array<double, 2> norms_{};
  std::array<double, 3> damped_{};
};

int main() {
  Decay decay;
  const thalweg::Result result = thalweg::minimize(decay, {1.0, 1.0});
  std::printf("a = %.6f, b = %.6f: %s\n", result.x[0], result.x[1], result.reason.c_str());
  return result.converged() ? 0 : 1;
}
