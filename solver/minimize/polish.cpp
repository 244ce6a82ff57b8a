#include <minimize/polish.hpp>

#include <algorithm>
#include <cmath>
#include <limits>

namespace thalweg {
namespace {

constexpr int max_steps = 8;
// A first step longer than this, relative to the point, says that the descent stopped too early.
constexpr double farthest_start = 0.03;
// The cost may rise by rounding alone.
constexpr double tolerated_rise = 1e-11;
// Diagonal of R beside the norm of its column: below this a column depends on the others to rounding.
constexpr double rank_tolerance = 1e-12;

/// In-place Cholesky solve of the symmetric M (n × n, row-major) z = b; false when M is not positive definite.
bool solve_positive_definite(std::vector<double>& M, std::size_t n, std::vector<double>& z) {
  for (std::size_t i = 0; i < n; ++i)
    for (std::size_t j = 0; j <= i; ++j) {
      double s = M[i * n + j];
      for (std::size_t k = 0; k < j; ++k) s -= M[i * n + k] * M[j * n + k];
      if (i == j && !(s > 0.0)) return false;
      M[i * n + j] = i == j ? std::sqrt(s) : s / M[j * n + j];
    }
  for (std::size_t i = 0; i < n; ++i) {
    for (std::size_t k = 0; k < i; ++k) z[i] -= M[i * n + k] * z[k];
    z[i] /= M[i * n + i];
  }
  for (std::size_t i = n; i-- > 0;) {
    for (std::size_t k = i + 1; k < n; ++k) z[i] -= M[k * n + i] * z[k];
    z[i] /= M[i * n + i];
  }
  return true;
}

}  // namespace

Polish::Polish(const Program& program) : program_(program) {
  const auto n = static_cast<std::size_t>(program.columns());
  S_.resize(n * n);
  M_.resize(n * n);
  z_.resize(n);
  step_.resize(n);
}

bool Polish::factor(const State& state, std::span<const char> held) {
  if (qr_.linearize(state.jacobian, state.residual.data(), held) != LinearStatus::ok) return false;
  // Undamped, so that the solver's factor is R itself with held columns made harmless.
  const auto norms = qr_.column_norms();
  for (std::int64_t j = 0; j < program_.columns(); ++j) {
    const bool is_held = !held.empty() && held[static_cast<std::size_t>(j)];
    if (!is_held && !(std::abs(qr_.factor()(j, j)) > rank_tolerance * norms[static_cast<std::size_t>(j)])) return false;
  }
  return true;
}

// M = I + R⁻ᵀ S R⁻¹ by n + n triangular solves; then z, then δ.
bool Polish::newton_step() {
  const auto n = static_cast<std::size_t>(program_.columns());
  const DenseMatrix& R = qr_.factor();
  M_ = S_;
  const auto solve_rows = [&] {
    for (std::size_t i = 0; i < n; ++i)
      if (!solve_upper_transposed(R, static_cast<std::int64_t>(n), M_.data() + i * n)) return false;
    return true;
  };
  if (!solve_rows()) return false;  // rows of S are its columns: M = S R⁻¹
  for (std::size_t i = 0; i < n; ++i)
    for (std::size_t j = 0; j < i; ++j) std::swap(M_[i * n + j], M_[j * n + i]);
  if (!solve_rows()) return false;  // M = R⁻ᵀ S R⁻¹
  for (std::size_t i = 0; i < n; ++i) {
    M_[i * n + i] += 1.0;
    z_[i] = -qr_.rotated_residual()[i];
  }
  if (!solve_positive_definite(M_, n, z_)) return false;
  step_ = z_;
  return solve_upper(R, static_cast<std::int64_t>(n), step_.data());
}

Polish::Outcome Polish::run(State& state, State& trial, std::span<const char> held, int threads,
                            const std::function<void(const Step&)>& observe) {
  bool any_held = false;
  for (const char h : held) any_held = any_held || h;
  double previous = farthest_start;
  for (int i = 0; i < max_steps; ++i) {
    if (!factor(state, held)) return i == 0 ? Outcome::impossible : Outcome::confirmed;
    if (i == 0) {
      program_.curvature(state.x.data(), state.residual.data(), S_.data());
    }
    if (!newton_step()) return i == 0 ? Outcome::rejected : Outcome::confirmed;

    const auto D = qr_.column_norms();
    double scaled = 0.0, norm = 0.0;
    for (std::size_t j = 0; j < step_.size(); ++j) {
      scaled += D[j] * D[j] * step_[j] * step_[j];
      norm += step_[j] * step_[j];
    }
    const double point = std::sqrt(scaled_point(program_, state.x, D));
    const double relative = std::sqrt(scaled) / (point > 0.0 ? point : std::sqrt(2.0 * state.cost));
    if (!(relative < previous)) return i == 0 ? Outcome::rejected : Outcome::confirmed;

    retract(program_, state.x, step_.data(), trial.x);
    trial.cost = program_.evaluate(trial.x.data(), trial.residual.data(), trial.jacobian, threads);
    const bool level = trial.cost <= state.cost * (1.0 + tolerated_rise);
    observe({relative, std::sqrt(norm), trial.cost, level});
    if (!level) return i == 0 && relative > 1e-8 ? Outcome::rejected : Outcome::confirmed;
    std::swap(state, trial);
    if (relative < std::numeric_limits<double>::epsilon()) break;
    previous = 0.5 * relative;
  }
  return Outcome::confirmed;
}

}  // namespace thalweg
