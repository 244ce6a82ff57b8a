#include <minimize/system/dense/stationarity_meter.hpp>

#include <algorithm>
#include <cmath>
#include <limits>

#include <math/dense_decompositions.hpp>
#include <math/dense_kernels.hpp>
#include <minimize/verification/thresholds.hpp>

namespace thalweg::inline v0_1 {
namespace {

using Matrix = Eigen::MatrixXd;
constexpr double epsilon = std::numeric_limits<double>::epsilon();
// Damping of the measured step: directions with a singular value below its root, the columns of J having unit length,
// are left out.
constexpr double rounding_damping = 1e-25;
// So many times the noise in the residuals may hide a decrease; and residuals of no more than so many times it are
// nothing else.
constexpr double hiding = 10.0, nothing_else = 16.0, most_noise = 24.0;
// Points beside x at which the noise is measured.
constexpr int noise_probes = 4;
// Of the change there, what half a unit in the last place of each parameter brings.
constexpr double half_a_unit = 0.125;
// Of the change that J predicts there, what must be seen of it for J to mean anything.
constexpr double least_change = 1e-3;
// ρ that is granted to rounding, at most: a promise of a thousandth of the cost. Where parameters grow without bound
// because J is singular, rounding beside them hides a decrease that others would find.
constexpr double most_rounding = 0.03;
// A column that depends on others to this part of its length adds nothing to the rank.
constexpr double rank_tolerance = 1e-10, clear_rank = 1e-6;
// Second derivatives are computed for so many columns at most.
constexpr std::int64_t most_columns = 500;
// A scaled Hessian bends down when this much of the identity does not make it positive definite.
constexpr double flat = 1e-8;
// A Newton step is short when it moves no parameter by more than this part of itself.
constexpr double short_step = 1e-4;
// Farther along it, to this part of a parameter, nothing may be lower by more than so many times the rounding of the
// cost.
constexpr double far_along = 0.1, clearly_lower = 1e3;
// Costs below this are sums of squares that underflow.
constexpr double smallest_cost = 1e-280;

}  // namespace

bool squares_underflow(const Program& program, const State& state) {
  if (!(state.cost < smallest_cost)) return false;
  double residual = 0.0, size = 0.0;
  for (std::int64_t i = 0; i < program.rows(); ++i) residual = std::max(residual, std::abs(state.residual[i]));
  std::vector<double> sizes(static_cast<std::size_t>(program.columns()));
  program.coordinates(state.x.data(), sizes.data());
  for (std::size_t j = 0; j < sizes.size(); ++j)
    size = std::max(size, column_norm(state.jacobian, j) * std::abs(sizes[j]));
  return residual > rounding_terms * epsilon * size;
}

StationarityMeter::StationarityMeter(const Program& program) : program_(program) {
  const auto n = static_cast<std::size_t>(program.columns());
  for (auto* v : {&step_, &scale_, &size_, &beside_}) v->resize(n);
}

Stationarity StationarityMeter::measure(const State& state, std::span<const char> held, double allowed,
                                        DenseQr* known) {
  Stationarity found;
  found.allowed = allowed;
  if (state.cost == 0.0) return found;
  found.promised = std::numeric_limits<double>::infinity();
  DenseQr& qr = known ? *known : qr_;
  if (!known && qr.linearize(state.jacobian, state.residual.data(), held) != LinearStatus::ok) return found;
  const auto norms = qr.column_norms();
  program_.coordinates(state.x.data(), size_.data());
  double squares = 0.0;
  for (std::size_t j = 0; j < norms.size(); ++j) {
    scale_[j] = norms[j] > 0.0 ? norms[j] : 1.0;
    squares += norms[j] * size_[j] * norms[j] * size_[j];
  }
  found.rank = rank_of_factor(qr);
  found.columns = qr.factor().rows();
  if (qr.solve(rounding_damping, scale_.data(), step_.data()) == LinearStatus::ok)
    found.promised = 0.5 * qr.squared_product(step_.data()) / state.cost;
  const bool doubtful = !found.holds() || found.rank < found.columns;
  if (doubtful) allow_for_rounding(state, std::sqrt(std::max(squares, qr.squared_product(size_.data()))), found);
  if (!found.holds()) measure_by_curvature(state, qr.gradient(), held, found);
  return found;
}

/// What rounding makes of a doubtful claim, step_ being the step that was promised, `size` that of the terms of r.
void StationarityMeter::allow_for_rounding(const State& state, double size, Stationarity& found) {
  const double residual = residual_norm(program_, state), most = rounding_terms * epsilon * size;
  if (!(std::sqrt(found.promised) <= std::sqrt(found.allowed) + most / residual)) return;
  // A loss changes r from point to point: nothing can be measured.
  const double assumed = std::min(most / hiding, residual);
  const Noise noise = program_.has_loss() ? Noise{assumed, assumed, residual, residual} : noise_in(state);
  if (noise.meaningful) found.rounding = std::min(hiding * noise.norm / residual, most_rounding);
  const auto within = [&](double factor) { return residual <= most && noise.explains(factor); };
  found.only_rounding = within(nothing_else);
  // An almost exact fit: what is left of it is soon taken.
  if (!found.holds() && residual <= most && std::isfinite(found.promised)) {
    retract(program_, state.x, step_.data(), trial_x_);
    if (cost_at_trial() < state.cost) found.lower = trial_x_;
    found.only_rounding = within(most_noise);
  }
}

/// The exact Hessian, scaled to a unit diagonal; held rows are those of the identity. False when it is not finite.
bool StationarityMeter::scale_hessian(const State& state, std::span<const char> held) {
  const DenseMatrix& J = state.jacobian;
  const Eigen::Index n = J.columns();
  Matrix H(n, n);
  program_.curvature(state.x.data(), state.residual.data(), H.data());
  ++context_->result.evaluations.hessian;
  const auto is_held = [&](Eigen::Index j) { return !held.empty() && held[static_cast<std::size_t>(j)]; };
  for (Eigen::Index i = 0; i < n; ++i)
    for (Eigen::Index j = 0; j < n; ++j) {
      H(i, j) += kernels::dot(J.column(i), J.column(j), J.stride());
      if (is_held(i) || is_held(j)) H(i, j) = 0.0;
    }
  H_scale_.assign(static_cast<std::size_t>(n), 1.0);
  for (Eigen::Index i = 0; i < n; ++i)
    if (const double size = std::sqrt(std::abs(H(i, i))); size > 0.0) H_scale_[static_cast<std::size_t>(i)] = size;
  const Eigen::Map<const Eigen::VectorXd> scale(H_scale_.data(), n);
  H = (scale.cwiseInverse().asDiagonal() * H * scale.cwiseInverse().asDiagonal()).eval();
  if (!H.allFinite()) return false;
  for (Eigen::Index i = 0; i < n; ++i)
    if (is_held(i)) H(i, i) = 1.0;
  H_.assign(H.data(), H.data() + n * n);
  return true;
}

/// Of each row the largest |r(x′) − r(x) − J (x′ − x)| at points x′ a few units in the last place of each parameter
/// away: what rounding, of x and in the evaluation, makes of r. Points where r is not finite tell nothing.
StationarityMeter::Noise StationarityMeter::noise_in(const State& state) {
  const std::int64_t m = program_.rows();
  std::vector<double> expected(static_cast<std::size_t>(m)), noise(expected.size(), 0.0);
  double largest_change = 0.0, largest_expected = 0.0;
  program_.coordinates(state.x.data(), size_.data());
  for (int probe = 0; probe < noise_probes; ++probe) {
    for (std::size_t j = 0; j < beside_.size(); ++j) {
      const auto place = static_cast<int>(j) + 1;
      const int units = 2 + (place * (probe + 1)) % 3;
      beside_[j] = ((place >> (probe % 3)) % 2 == probe / 2 ? 1 : -1) * units * epsilon * size_[j];
    }
    retract(program_, state.x, beside_.data(), trial_x_);
    if (!std::isfinite(cost_at_trial())) continue;  // beyond the edge of a domain
    kernels::multiply(state.jacobian, beside_.data(), expected.data());
    for (std::size_t i = 0; i < noise.size(); ++i) {
      const auto row = static_cast<std::int64_t>(i);
      const double change = trial_residual_[row] - state.residual[row];
      noise[i] = std::max({noise[i], std::abs(change - expected[i]), half_a_unit * std::abs(expected[i])});
      largest_change = std::max(largest_change, std::abs(change));
      largest_expected = std::max(largest_expected, std::abs(expected[i]));
    }
  }
  const auto noisiest = std::max_element(noise.begin(), noise.end()) - noise.begin();
  double squares = 0.0, rest = 0.0, residual = 0.0, residual_rest = 0.0;
  for (std::size_t i = 0; i < noise.size(); ++i) {
    const double n = noise[i] * noise[i], r = std::pow(state.residual[static_cast<std::int64_t>(i)], 2);
    squares += n;
    residual += r;
    if (static_cast<std::ptrdiff_t>(i) == noisiest) continue;
    rest += n;
    residual_rest += r;
  }
  return {std::sqrt(squares), std::sqrt(rest), std::sqrt(residual), std::sqrt(residual_rest),
          largest_change >= least_change * largest_expected};
}

/// Whether H_ has no eigenvalue below `least`.
bool StationarityMeter::is_curved(double least) const {
  const std::int64_t n = program_.columns();
  const Matrix shifted = Eigen::Map<const Matrix>(H_.data(), n, n) - least * Matrix::Identity(n, n);
  return Eigen::LLT<Matrix>(shifted).info() == Eigen::Success;
}

/// A minimum that second derivatives determine: JᵀJ is singular there, and what Gauss-Newton promises means nothing.
void StationarityMeter::measure_by_curvature(const State& state, std::span<const double> g, std::span<const char> held,
                                             Stationarity& found) {
  const std::int64_t n = program_.columns();
  if (n > most_columns || !scale_hessian(state, held)) return;
  const Eigen::LLT<Matrix> factor{Eigen::Map<const Matrix>(H_.data(), n, n)};
  if (factor.info() != Eigen::Success || !is_curved(flat)) return;
  Eigen::VectorXd scaled(n);
  double squares = 0.0;
  for (Eigen::Index j = 0; j < n; ++j) {
    const auto at = static_cast<std::size_t>(j);
    scaled[j] = -g[at] / H_scale_[at];
    squares += std::pow(H_scale_[at] * size_[at], 2);
  }
  const Eigen::VectorXd newton = factor.solve(scaled);
  const double promised = 0.5 * scaled.dot(newton) / state.cost, length = std::sqrt(squares);
  double longest = 0.0;  // of the step, beside what is short
  for (Eigen::Index j = 0; j < n; ++j) {
    const auto at = static_cast<std::size_t>(j);
    const double own = std::max(H_scale_[at] * std::abs(size_[at]), short_step * length);
    if (newton[j] != 0.0) longest = std::max(longest, std::abs(newton[j]) / own);
    step_[at] = newton[j] / H_scale_[at];
  }
  if (!(longest <= short_step) || !(promised <= found.allowed)) return;
  if (falls_beyond(state, longest, found)) return;
  found.promised = promised;
  found.by_curvature = true;
}

/// Whether the cost is lower farther along the Newton step in step_, of which the longest component is `longest` beside
/// its parameter. At a minimum it rises there; where the curvature vanishes together with the gradient, as at a point
/// of inflection, it goes on falling, and the Newton step shows only half of the way to that point.
bool StationarityMeter::falls_beyond(const State& state, double longest, Stationarity& found) {
  const std::vector<double> newton = step_;
  double lowest = state.cost * (1.0 - clearly_lower * epsilon);
  for (double factor = 10.0; factor * longest <= far_along; factor *= 10.0) {
    for (std::size_t j = 0; j < step_.size(); ++j) step_[j] = factor * newton[j];
    retract(program_, state.x, step_.data(), trial_x_);
    if (trial_x_ == state.x) continue;
    const double cost = cost_at_trial();
    if (!(cost < lowest)) continue;
    lowest = cost;
    found.lower = trial_x_;
  }
  return !found.lower.empty();
}

/// By column pivoting (Golub & Van Loan, section 5.5.6) on the factor R, its columns scaled to unit length.
std::int64_t StationarityMeter::rank_of_factor(const DenseQr& of) {
  const DenseMatrix& R = of.factor();
  const Eigen::Index k = R.rows();
  if (k == 0 || k > most_columns) return k;
  // Without pivoting, diagonal entries of this size leave no doubt.
  const auto norms = of.column_norms();
  const auto free = of.free_columns();
  bool full = true;
  for (Eigen::Index j = 0; j < k && full; ++j)
    full = std::abs(R(j, j)) > clear_rank * norms[static_cast<std::size_t>(free[static_cast<std::size_t>(j)])];
  if (full) return k;
  Matrix scaled = Matrix::Zero(k, k);
  for (Eigen::Index j = 0; j < k; ++j) {
    double squares = 0.0;
    for (Eigen::Index i = 0; i <= j; ++i) squares += R(i, j) * R(i, j);
    const double inverse = squares > 0.0 ? 1.0 / std::sqrt(squares) : 0.0;
    for (Eigen::Index i = 0; i <= j; ++i) scaled(i, j) = R(i, j) * inverse;
  }
  Eigen::ColPivHouseholderQR<Matrix> qr(scaled);
  qr.setThreshold(rank_tolerance);
  return qr.rank();
}

std::int64_t StationarityMeter::rank(const State& state) {
  if (qr_.linearize(state.jacobian, state.residual.data(), {}) != LinearStatus::ok) return 0;
  return rank_of_factor(qr_);
}

bool StationarityMeter::curves_up(const State& state, std::span<const char> held) {
  const std::int64_t n = program_.columns();
  if (n > most_columns || !scale_hessian(state, held)) return false;
  return is_curved(flat);
}

bool StationarityMeter::bends_down(const State& state, std::span<const char> held) {
  const std::int64_t n = program_.columns();
  if (n > most_columns || !scale_hessian(state, held)) return false;
  return !is_curved(-flat);
}

double StationarityMeter::cost_at_trial() {
  if (trial_residual_.size() == 0) trial_residual_ = AlignedArray(program_.rows());
  ++context_->result.evaluations.cost;
  return program_.evaluate(trial_x_.data(), trial_residual_.data(), context_->options.threads);
}

}  // namespace thalweg::inline v0_1
