// What all lanes of a batch share, and how a fit's data come into a lane.
#pragma once

#include <cstdint>
#include <span>
#include <thalweg/base/aligned.hpp>
#include <thalweg/batch/fit_batch.hpp>
#include <vector>

#include "batch/lanes/lanes.hpp"

namespace thalweg::inline v0_1::batch {

/// One call of fit_batch.
struct Job {
  const BatchModel& model;
  const BatchEvaluator& evaluator;
  const BatchData& data;
  const BatchOptions& options;
  BatchResult& result;
  int free_parameters = 0;
  bool held = false;  ///< whether there are bounds or fixed parameters

  bool is_fixed(int j) const { return !options.fixed.empty() && options.fixed[static_cast<std::size_t>(j)] != 0; }
  double lower(int j) const;
  double upper(int j) const;
};

/// The data of the fits that are in the lanes. One for each thread.
class LaneData {
 public:
  explicit LaneData(const Job& job);

  /// Takes the fit's data into a lane, and its start, in bounds. What is returned other than converged is the fit's
  /// end: its data are no fit.
  BatchStatus load(std::int64_t fit, int lane, double* start);

  const double* const* x() const { return x_.data(); }
  const double* y() const { return y_.data(); }
  const double* weight() const { return weighted_ ? weight_.data() : nullptr; }  ///< 1/σ²
  /// Of a lane: Σ y²/σ², and the points that count.
  double squares(int lane) const { return squares_[lane]; }
  double counted(int lane) const { return counted_[lane]; }
  /// Memory for values and derivatives of a tile of points.
  double* tile() { return tile_.data(); }
  int tile_points() const { return tile_points_; }

 private:
  // Each returns converged, or what is wrong.
  BatchStatus load_weights(std::int64_t fit, int lane);
  BatchStatus load_values(std::int64_t fit, int lane);
  BatchStatus load_predictors(std::int64_t fit, int lane);
  BatchStatus start(std::int64_t fit, double* p);
  std::span<const double> guessed_from(std::int64_t fit);

  const Job& job_;
  int points_, tile_points_;
  bool weighted_;
  AlignedArray y_, weight_, tile_, x_storage_;
  std::vector<const double*> x_;
  std::vector<int> own_predictors_;  // those of which each fit has numbers of its own
  Lane squares_, counted_;
  std::vector<double> raised_;  // counts of a fit, as its guess sees them
};

}  // namespace thalweg::inline v0_1::batch
