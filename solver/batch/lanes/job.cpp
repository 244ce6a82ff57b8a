#include "batch/lanes/job.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace thalweg::inline v0_1::batch {
namespace {

/// Of Σ (y/σ)²: below it the squares of residuals that are a part of y lose their digits, and vanish.
constexpr double least_squares = 1e-250;

/// Values and derivatives of a tile stay in half of the first-level cache.
int points_of_tile(int points, int parameters) {
  constexpr int lines = 16 * 1024 / 64;
  return std::min(points, std::max(8, lines / (parameters + 1)));
}

/// Σ yᵢ², not finite where an yᵢ is not.
double sum_of_squares(const double* y, int points) {
  P sums(0.0);
  int i = 0;
  for (; i + native_lanes <= points; i += native_lanes) {
    const P v = P::load(y + i);
    sums += v * v;
  }
  double sum = 0.0;
  for (int lane = 0; lane < native_lanes; ++lane) sum += sums[lane];
  for (; i < points; ++i) sum += y[i] * y[i];
  return sum;
}

}  // namespace

double Job::lower(int j) const {
  return options.lower.empty() ? -std::numeric_limits<double>::infinity() : options.lower[static_cast<std::size_t>(j)];
}
double Job::upper(int j) const {
  return options.upper.empty() ? std::numeric_limits<double>::infinity() : options.upper[static_cast<std::size_t>(j)];
}

LaneData::LaneData(const Job& job)
    : job_(job),
      points_(job.data.points),
      tile_points_(points_of_tile(points_, job.model.parameters())),
      weighted_(!job.data.sigma.empty()) {
  const std::int64_t lanes = std::int64_t{points_} * batch_lanes;
  y_.resize(lanes);
  if (weighted_) weight_.resize(lanes);
  // One line more per array: arrays a power of two apart would share the sets of the cache.
  tile_.resize(std::int64_t{tile_points_ + 1} * batch_lanes * (job.model.parameters() + 1));
  x_storage_.resize(lanes * job.model.predictors());
  for (int k = 0; k < job.model.predictors(); ++k) {
    double* const to = x_storage_.data() + k * lanes;
    x_.push_back(to);
    // Lanes that no fit has reached yet are evaluated too: they hold numbers of the first.
    const auto& x = job.data.x[static_cast<std::size_t>(k)];
    for (int i = 0; i < points_; ++i) std::fill_n(to + i * batch_lanes, batch_lanes, x[static_cast<std::size_t>(i)]);
    if (x.size() != static_cast<std::size_t>(points_) || job.data.fits == 1) own_predictors_.push_back(k);
  }
}

BatchStatus LaneData::load(std::int64_t fit, int lane, double* p) {
  using enum BatchStatus;
  counted_[lane] = points_;
  if (const BatchStatus status = load_predictors(fit, lane); status != converged) return status;
  if (const BatchStatus status = load_weights(fit, lane); status != converged) return status;
  if (const BatchStatus status = load_values(fit, lane); status != converged) return status;
  if (const BatchStatus status = start(fit, p); status != converged) return status;
  return counted_[lane] < job_.free_parameters ? too_few_points : converged;
}

BatchStatus LaneData::load_predictors(std::int64_t fit, int lane) {
  for (const int k : own_predictors_) {
    const double* const from = job_.data.x[static_cast<std::size_t>(k)].data() + fit * points_;
    double* const to = x_storage_.data() + std::int64_t{k} * points_ * batch_lanes + lane;
    for (int i = 0; i < points_; ++i) {
      if (!std::isfinite(from[i])) return BatchStatus::non_finite_data;
      to[i * batch_lanes] = from[i];
    }
  }
  return BatchStatus::converged;
}

BatchStatus LaneData::load_weights(std::int64_t fit, int lane) {
  if (!weighted_) return BatchStatus::converged;
  const auto& sigma = job_.data.sigma;
  const bool shared = sigma.size() == static_cast<std::size_t>(points_);
  const double* const from = sigma.data() + (shared ? 0 : fit * points_);
  for (int i = 0; i < points_; ++i) {
    if (!(from[i] > 0.0)) return BatchStatus::wrong_sigma;
    const double weight = 1.0 / (from[i] * from[i]);
    if (!std::isfinite(weight)) return BatchStatus::beyond_range;
    weight_[std::int64_t{i} * batch_lanes + lane] = weight;
    if (weight == 0.0) counted_[lane] -= 1.0;
  }
  return BatchStatus::converged;
}

BatchStatus LaneData::load_values(std::int64_t fit, int lane) {
  const double* const from = job_.data.y.data() + fit * points_;
  double* const to = y_.data() + lane;
  const bool counts = job_.options.cost == BatchCost::poisson;
  const auto counts_at = [&](int i) { return !weighted_ || weight_[std::int64_t{i} * batch_lanes + lane] != 0.0; };
  double squares = 0.0;
  if (weighted_) {
    for (int i = 0; i < points_; ++i) {
      const double weight = weight_[std::int64_t{i} * batch_lanes + lane], y = counts_at(i) ? from[i] : 0.0;
      to[i * batch_lanes] = y;
      squares += weight * y * y;
    }
  } else {
    for (int i = 0; i < points_; ++i) to[i * batch_lanes] = from[i];
    squares = sum_of_squares(from, points_);
  }
  squares_[lane] = squares;
  if (std::isfinite(squares) && squares >= least_squares && !counts) return BatchStatus::converged;
  // Which of the points it is.
  bool zero = true;
  for (int i = 0; i < points_; ++i) {
    if (!counts_at(i)) continue;
    if (!std::isfinite(from[i])) return BatchStatus::non_finite_data;
    if (counts && from[i] < 0.0) return BatchStatus::negative_count;
    zero = zero && from[i] == 0.0;
  }
  return std::isfinite(squares) && (zero || squares >= least_squares) ? BatchStatus::converged
                                                                      : BatchStatus::beyond_range;
}

/// The data of a fit as a guess sees them. The mean of counts must be above zero at the start: they are raised by one.
std::span<const double> LaneData::guessed_from(std::int64_t fit) {
  const auto n = static_cast<std::size_t>(points_);
  const auto y = job_.data.y.subspan(static_cast<std::size_t>(fit) * n, n);
  if (job_.options.cost != BatchCost::poisson) return y;
  raised_.assign(y.begin(), y.end());
  for (double& count : raised_) count += 1.0;
  return raised_;
}

BatchStatus LaneData::start(std::int64_t fit, double* p) {
  const int n = job_.model.parameters();
  const auto& starts = job_.data.starts;
  if (starts.empty()) {
    std::vector<const double*> x;
    for (const auto& column : job_.data.x)
      x.push_back(column.data() + (column.size() == static_cast<std::size_t>(points_) ? 0 : fit * points_));
    job_.model.guess(x, guessed_from(fit), p);
  } else {
    const double* const from = starts.data() + (starts.size() == static_cast<std::size_t>(n) ? 0 : fit * n);
    for (int j = 0; j < n; ++j) p[j] = from[j];
  }
  double check = 0.0;  // not zero where a number is not finite
  for (int j = 0; j < n; ++j) check += 0.0 * p[j];
  if (check != 0.0) return BatchStatus::no_start;
  for (int j = 0; job_.held && j < n; ++j)
    if (!job_.is_fixed(j)) p[j] = std::clamp(p[j], job_.lower(j), job_.upper(j));
  return BatchStatus::converged;
}

}  // namespace thalweg::inline v0_1::batch
