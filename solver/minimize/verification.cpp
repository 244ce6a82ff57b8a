#include <minimize/verification.hpp>

#include <algorithm>
#include <cmath>
#include <limits>

#include <Eigen/Cholesky>
#include <Eigen/QR>

#include <math/dense_kernels.hpp>

namespace thalweg {
namespace {

using Matrix = Eigen::MatrixXd;
constexpr double epsilon = std::numeric_limits<double>::epsilon();
constexpr double least_allowed = 1e-8, allowed_tolerances = 100.0;
// Damping of the measured step: directions with a singular value below its root, the columns of J having unit length,
// are left out.
constexpr double rounding_damping = 1e-25;
// Rounding in r beside ε‖Dx‖: a residual is a sum of terms, each with its own errors.
constexpr double rounding_terms = 1000.0;
// A parameter is lost when moving it by its own size changes the residual by less than this part of what it could.
constexpr double collapse = 1e-12;
constexpr double vanished_cost = 1e-28, vanished_size = 1e-6;
// ρ that is granted to rounding, at most: a promise of a thousandth of the cost. Where parameters grow without bound because
// J is singular, rounding beside them hides a decrease that others would find.
constexpr double most_rounding = 0.03;
// A column that depends on others to this part of its length adds nothing to the rank.
constexpr double rank_tolerance = 1e-10, clear_rank = 1e-6;
// Second derivatives are computed for so many columns at most.
constexpr std::int64_t most_columns = 500;
// A scaled Hessian bends down when this much of the identity does not make it positive definite.
constexpr double flat = 1e-8;
// A Newton step is short when it moves no parameter by more than this part of itself.
constexpr double short_step = 1e-4;
// The derivative along a column is contradicted at steps that should lower the cost by so many times its rounding.
constexpr double visible = 1e3;
// Of the parameter, the longest step that is looked at for a kink.
constexpr double longest_part = 1e-3;
// Steps, each a tenth of the one before, that must contradict it: a strong curvature explains the first ones.
constexpr int enough_contradictions = 3;
// Beside a kink the cost rises in proportion to the step; where curvature makes it rise, a step of a tenth rises at a tenth of
// the rate.
constexpr double linear_rise = 0.3;

}  // namespace

double believable_promise(const Options& options) {
  return std::max(least_allowed, allowed_tolerances * options.function_tolerance);
}

void Influence::reset(std::size_t columns) {
  largest_norms_.assign(columns, 0.0);
  largest_sizes_.assign(columns, 0.0);
  largest_cost_ = 0.0;
}

bool Influence::vanished(double cost) const {
  if (!(cost <= vanished_cost * largest_cost_)) return false;
  for (std::size_t j = 0; j < sizes_.size(); ++j)
    if (std::abs(sizes_[j]) > vanished_size * largest_sizes_[j]) return false;
  return true;
}

void Influence::see(std::span<const double> column_norms, std::span<const double> sizes, double cost) {
  largest_cost_ = std::max(largest_cost_, cost);
  sizes_.assign(sizes.begin(), sizes.end());
  for (std::size_t j = 0; j < sizes.size(); ++j) {
    largest_norms_[j] = std::max(largest_norms_[j], column_norms[j]);
    largest_sizes_[j] = std::max(largest_sizes_[j], std::abs(sizes[j]));
  }
}

Influence::Lost Influence::lost(const Program& program, std::span<const double> column_norms,
                                std::span<const char> held, double residual_norm) const {
  const auto is_held = [&](std::size_t j) { return !held.empty() && held[j]; };
  double strongest = 0.0;
  bool any_free = false, all_zero = true;
  for (std::size_t j = 0; j < column_norms.size(); ++j) {
    strongest = std::max(strongest, column_norms[j] * std::abs(sizes_[j]));
    any_free = any_free || !is_held(j);
    all_zero = all_zero && column_norms[j] == 0.0;
  }
  if (!any_free) return {};
  if (all_zero) return {"any parameter", true, {}};
  Lost found;
  const double threshold = collapse * std::max(strongest, residual_norm);
  for (std::size_t j = 0; j < column_norms.size(); ++j) {
    // A parameter on its way to zero keeps its influence while its column does.
    const double influence = column_norms[j] * size(j);
    const bool collapsed = column_norms[j] <= collapse * largest_norms_[j] && influence <= threshold;
    if (is_held(j) || !collapsed || !(largest_norms_[j] * size(j) > threshold)) continue;
    found.names += (found.names.empty() ? "" : ", ") + program.column_name(static_cast<std::int64_t>(j));
    found.columns.push_back(static_cast<std::int64_t>(j));
  }
  return found;
}

Verifier::Verifier(const Program& program) : program_(program) {
  const auto n = static_cast<std::size_t>(program.columns());
  for (auto* v : {&step_, &scale_, &size_}) v->resize(n);
}

Stationarity Verifier::measure(const State& state, std::span<const char> held, const Options& options, Result& counts,
                               DenseQr* known) {
  Stationarity found;
  found.allowed = believable_promise(options);
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
  const double residual = residual_norm(program_, state), size = std::sqrt(squares);
  const double explained = std::sqrt(qr.squared_product(size_.data()));
  found.rounding = std::min(rounding_terms * epsilon * size / residual, most_rounding);
  found.only_rounding = residual <= rounding_terms * epsilon * explained;
  found.rank = rank_of_factor(qr);
  found.columns = qr.factor().rows();
  if (qr.solve(rounding_damping, scale_.data(), step_.data()) == LinearStatus::ok)
    found.promised = 0.5 * qr.squared_product(step_.data()) / state.cost;
  if (!found.holds()) measure_by_curvature(state, qr.gradient(), held, counts, found);
  return found;
}

/// Cholesky of the exact Hessian, scaled to a unit diagonal; held rows are those of the identity. False when it is not
/// positive definite or not finite.
bool Verifier::factor_hessian(const State& state, std::span<const char> held, Result& counts) {
  const DenseMatrix& J = state.jacobian;
  const Eigen::Index n = J.columns();
  Matrix H(n, n);
  program_.curvature(state.x.data(), state.residual.data(), H.data());
  ++counts.evaluations.hessian;
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

/// A minimum that second derivatives determine: JᵀJ is singular there, and what Gauss-Newton promises means nothing.
void Verifier::measure_by_curvature(const State& state, std::span<const double> g, std::span<const char> held,
                                    Result& counts, Stationarity& found) {
  const std::int64_t n = program_.columns();
  if (n > most_columns || !factor_hessian(state, held, counts)) return;
  const Eigen::LLT<Matrix> factor{Eigen::Map<const Matrix>(H_.data(), n, n)};
  if (factor.info() != Eigen::Success) return;
  Eigen::VectorXd scaled(n);
  for (Eigen::Index j = 0; j < n; ++j) {
    const auto at = static_cast<std::size_t>(j);
    scaled[j] = -g[at] / H_scale_[at];
  }
  const Eigen::VectorXd newton = factor.solve(scaled);
  const double promised = 0.5 * scaled.dot(newton) / state.cost;
  const double length = std::sqrt([&] {
    double squares = 0.0;
    for (std::size_t j = 0; j < size_.size(); ++j) squares += std::pow(H_scale_[j] * size_[j], 2);
    return squares;
  }());
  bool is_short = std::isfinite(promised);
  for (Eigen::Index j = 0; j < n; ++j) {
    const auto at = static_cast<std::size_t>(j);
    const double moved = std::abs(newton[j]), own = H_scale_[at] * std::abs(size_[at]);
    is_short = is_short && (moved <= short_step * own || moved <= short_step * short_step * length);
  }
  if (!is_short || !(promised <= found.allowed)) return;
  found.promised = promised;
  found.by_curvature = true;
}

/// By column pivoting (Golub & Van Loan, section 5.5.6) on the factor R, its columns scaled to unit length.
std::int64_t Verifier::rank_of_factor(const DenseQr& of) {
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

std::int64_t Verifier::rank(const State& state) {
  if (qr_.linearize(state.jacobian, state.residual.data(), {}) != LinearStatus::ok) return 0;
  return rank_of_factor(qr_);
}

bool Verifier::curves_up(const State& state, std::span<const char> held, Result& counts) {
  const std::int64_t n = program_.columns();
  if (n > most_columns || !factor_hessian(state, held, counts)) return false;
  const Matrix shifted = Eigen::Map<const Matrix>(H_.data(), n, n) - flat * Matrix::Identity(n, n);
  return Eigen::LLT<Matrix>(shifted).info() == Eigen::Success;
}

bool Verifier::bends_down(const State& state, std::span<const char> held, Result& counts) {
  const std::int64_t n = program_.columns();
  if (n > most_columns || !factor_hessian(state, held, counts)) return false;
  const Matrix shifted = Eigen::Map<const Matrix>(H_.data(), n, n) + flat * Matrix::Identity(n, n);
  return Eigen::LLT<Matrix>(shifted).info() != Eigen::Success;
}

std::vector<std::int64_t> Verifier::kinks(const State& state, std::span<const char> held, const Options& options,
                                          Result& counts) {
  std::vector<std::int64_t> found;
  const DenseMatrix& J = state.jacobian;
  for (std::int64_t j = 0; j < J.columns(); ++j) {
    if (!held.empty() && held[static_cast<std::size_t>(j)]) continue;
    const double slope = kernels::dot(J.column(j), state.residual.data(), J.stride());
    const double squares = kernels::dot(J.column(j), J.column(j), J.stride());
    if (slope == 0.0 || !(squares > 0.0)) continue;
    // The Gauss-Newton step along the column alone.
    const double reach = std::abs(slope) / squares;
    if (!falls_along(state, j, slope > 0.0 ? -1.0 : 1.0, reach, std::abs(slope), options, counts)) found.push_back(j);
  }
  return found;
}

bool Verifier::falls_beside(const State& state, std::int64_t column, const Options& options, Result& counts) {
  const double* Jj = state.jacobian.column(column);
  const double slope = std::abs(kernels::dot(Jj, state.residual.data(), state.jacobian.stride()));
  const double squares = kernels::dot(Jj, Jj, state.jacobian.stride());
  if (slope == 0.0 || !(squares > 0.0)) return false;
  for (const double direction : {-1.0, 1.0})
    if (falls_along(state, column, direction, slope / squares, slope, options, counts)) return true;
  return false;
}

std::string Verifier::undetermined(const State& state, std::span<const char> held, const Influence::Lost& lost,
                                   const Options& options, Result& counts) {
  if (lost.all || lost.columns.empty()) return {};
  for (const std::int64_t j : lost.columns)
    if (moves_residuals(state, j, options, counts)) return {};
  return measure(state, held, options, counts).holds() ? lost.names : std::string();
}

double Verifier::cost_at_trial(const Options& options, Result& counts) {
  if (trial_residual_.size() == 0) trial_residual_ = AlignedArray(program_.rows());
  ++counts.evaluations.cost;
  return program_.evaluate(trial_x_.data(), trial_residual_.data(), options.threads);
}

bool Verifier::vanishes_at_zero(const State& state, const Options& options, Result& counts) {
  program_.coordinates(state.x.data(), step_.data());
  for (double& v : step_) v = -v;
  retract(program_, state.x, step_.data(), trial_x_);
  return cost_at_trial(options, counts) <= 1e-6 * state.cost;
}

bool Verifier::moves_residuals(const State& state, std::int64_t column, const Options& options, Result& counts) {
  program_.coordinates(state.x.data(), size_.data());
  const double own = size_[static_cast<std::size_t>(column)];
  const double allowed = collapse * residual_norm(program_, state);
  std::fill(step_.begin(), step_.end(), 0.0);
  for (const double factor : {0.0, 0.01, 0.1, 0.5, 0.9, 1.1, 2.0, 10.0, 100.0, -1.0}) {
    step_[static_cast<std::size_t>(column)] = own != 0.0 ? (factor - 1.0) * own : factor;
    retract(program_, state.x, step_.data(), trial_x_);
    const double cost = cost_at_trial(options, counts);
    if (!std::isfinite(cost)) return true;
    for (std::int64_t i = 0; i < program_.rows(); ++i)
      if (!(std::abs(trial_residual_[i] - state.residual[i]) <= allowed)) return true;
  }
  return false;
}

/// Whether the cost falls along the column by a hundredth, at least, of what its derivative says, at some step between a
/// tenth of `reach` and the shortest whose decrease rounding does not hide. True, too, where too few steps are visible to
/// contradict the derivative.
bool Verifier::falls_along(const State& state, std::int64_t column, double direction, double reach, double slope,
                           const Options& options, Result& counts) {
  std::fill(step_.begin(), step_.end(), 0.0);
  int contradictions = 0;
  double rise = 0.0, before = 0.0;  // of the cost per length, at the last two steps
  // A kink is local: a derivative that vanishes within a long step, as in the tail of an exponential, is none.
  program_.coordinates(state.x.data(), size_.data());
  const double own = std::abs(size_[static_cast<std::size_t>(column)]);
  const double longest = own > 0.0 ? std::min(0.1 * reach, longest_part * own) : 0.1 * reach;
  for (double length = longest; length * slope > visible * epsilon * state.cost; length *= 0.1) {
    step_[static_cast<std::size_t>(column)] = direction * length;
    retract(program_, state.x, step_.data(), trial_x_);
    if (trial_x_ == state.x) break;
    const double cost = cost_at_trial(options, counts);
    if (state.cost - cost > 0.01 * length * slope) return true;
    ++contradictions;
    before = rise;
    rise = (cost - state.cost) / length;
  }
  return contradictions < enough_contradictions || !(rise > 0.0 && rise >= linear_rise * before);
}

}  // namespace thalweg
