#include <minimize/system/dense/polish.hpp>

#include <algorithm>
#include <cmath>
#include <limits>

namespace thalweg::inline v0_1 {
namespace {

constexpr int max_steps = 10;
constexpr double confirming_step = 1e-6;
// Gauss-Newton steps that shrink at least so fast need no second derivatives.
constexpr double fast_contraction = 0.02;
// A first step longer than this, relative to the point, says that the descent stopped too early.
constexpr double farthest_start = 0.03;
// The cost may rise by this part of itself, and by what rounding in r, of the order ε‖Dx‖, makes of it: where an
// almost exact fit leaves a small r, that is far more.
constexpr double tolerated_rise = 1e-11;
constexpr double rounding_in_residual = 4.0 * std::numeric_limits<double>::epsilon();
// Diagonal of R beside the norm of its column: below this a column depends on the others to rounding.
constexpr double rank_tolerance = 1e-12;
constexpr double rounding = std::numeric_limits<double>::epsilon();

/// Steps that became as short as this confirm the minimum; those that stopped shrinking before do not.
Polish::Outcome ending(double relative) {
  return relative <= confirming_step ? Polish::Outcome::confirmed : Polish::Outcome::rejected;
}

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
  step_.resize(n);
}

bool Polish::factor(const State& state, std::span<const char> held) {
  if (qr_.linearize(state.jacobian, state.residual.data(), held) != LinearStatus::ok) return false;
  const auto norms = qr_.column_norms();
  const auto free = qr_.free_columns();
  for (std::size_t j = 0; j < free.size(); ++j) {
    const auto i = static_cast<std::int64_t>(j);
    if (!(std::abs(qr_.factor()(i, i)) > rank_tolerance * norms[static_cast<std::size_t>(free[j])])) return false;
  }
  return !free.empty();
}

// Gauss-Newton, z = −Qᵀr, or with second derivatives M z = −Qᵀr. Held columns stay where they are.
bool Polish::compute_step() {
  const DenseMatrix& R = qr_.factor();
  const std::int64_t k = R.rows();
  z_.resize(static_cast<std::size_t>(k));
  for (std::int64_t i = 0; i < k; ++i) z_[static_cast<std::size_t>(i)] = -R(i, k);
  if ((curved_ && !bend()) || !solve_upper(R, k, z_.data())) return false;
  std::fill(step_.begin(), step_.end(), 0.0);
  const auto free = qr_.free_columns();
  for (std::size_t j = 0; j < free.size(); ++j) step_[static_cast<std::size_t>(free[j])] = z_[j];
  return true;
}

// M = I + R⁻ᵀ S R⁻¹ by k + k triangular solves.
bool Polish::bend() {
  const DenseMatrix& R = qr_.factor();
  const auto free = qr_.free_columns();
  const std::size_t k = free.size(), n = step_.size();
  M_.resize(k * k);
  for (std::size_t i = 0; i < k; ++i)
    for (std::size_t j = 0; j < k; ++j)
      M_[i * k + j] = S_[static_cast<std::size_t>(free[i]) * n + static_cast<std::size_t>(free[j])];
  const auto solve_rows = [&] {
    for (std::size_t i = 0; i < k; ++i)
      if (!solve_upper_transposed(R, static_cast<std::int64_t>(k), M_.data() + i * k)) return false;
    return true;
  };
  if (!solve_rows()) return false;  // rows of S are its columns: M = S R⁻¹
  for (std::size_t i = 0; i < k; ++i)
    for (std::size_t j = 0; j < i; ++j) std::swap(M_[i * k + j], M_[j * k + i]);
  if (!solve_rows()) return false;  // M = R⁻ᵀ S R⁻¹
  for (std::size_t i = 0; i < k; ++i) M_[i * k + i] += 1.0;
  return solve_positive_definite(M_, k, z_);
}

/// ‖Dx‖, the size of what the parameters contribute to r.
double Polish::model_size(const State& state) const {
  return std::sqrt(scaled_point(program_, state.x, qr_.column_norms()));
}

/// ‖Dδ‖ / ‖Dx‖.
double Polish::relative_length(const State& state) const {
  const auto D = qr_.column_norms();
  double squares = 0.0;
  for (std::size_t j = 0; j < step_.size(); ++j) squares += D[j] * D[j] * step_[j] * step_[j];
  const double size = model_size(state);
  return std::sqrt(squares) / (size > 0.0 ? size : residual_norm(program_, state));
}

Polish::Outcome Polish::run(State& state, State& trial, std::span<const char> held, int threads,
                            const std::function<bool(const Step&)>& observe) {
  curved_ = final_ = false;
  double allowed = farthest_start, last = std::numeric_limits<double>::infinity();
  for (int i = 0; i < max_steps; ++i) {
    if (!factor(state, held)) return i == 0 ? Outcome::impossible : ending(last);
    if (!compute_step()) return ending(last);
    double relative = relative_length(state);
    const bool slow = i == 0 ? !(relative < allowed) : relative > fast_contraction * last;
    if (slow && !curved_ && relative > rounding) {
      program_.curvature(state.x.data(), state.residual.data(), S_.data());
      curved_ = true;
      if (!compute_step()) return ending(last);
      relative = relative_length(state);
      // Where Gauss-Newton shrinks slowly its steps are too short; Newton's first one may well be longer.
      allowed = farthest_start;
    }
    if (!(relative < allowed)) return ending(last);

    retract(program_, state.x, step_.data(), trial.x);
    trial.cost = program_.evaluate(trial.x.data(), trial.residual.data(), trial.jacobian, threads);
    const double noise = rounding_in_residual * model_size(state);
    const bool level =
        trial.cost <= state.cost * (1.0 + tolerated_rise) + noise * (std::sqrt(2.0 * state.cost) + noise);
    if (level) std::swap(state, trial);
    last = relative;
    double squares = 0.0;
    for (const double d : step_) squares += d * d;
    final_ = !level || relative < rounding;
    if (!observe({std::sqrt(squares), level ? state.cost : trial.cost, level}) || final_) break;
    allowed = curved_ ? 0.5 * relative : relative;
  }
  return ending(last);
}

}  // namespace thalweg::inline v0_1
