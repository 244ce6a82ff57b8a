// What is kept of many fits while they come.
#pragma once

#include <cstdint>
#include <vector>

#include <thalweg/batch/model.hpp>
#include <thalweg/studies/batch.hpp>

#include "studies/batch/batch_source.hpp"

namespace thalweg::inline v0_1::studies {

class BatchTally {
 public:
  /// Counts in `summary`, which must outlive it, as must the others.
  BatchTally(const BatchModel& model, const BatchSource& source, int worst, BatchSummary& summary);
  /// The fits [begin, begin + result.fits).
  void add(std::int64_t begin, const BatchPiece& piece, const BatchResult& result);
  /// Medians and distributions of what was kept.
  void conclude();

 private:
  void keep_worst(std::int64_t fit, std::int64_t at, const BatchPiece& piece, const BatchResult& result);
  std::vector<double> curve(const std::vector<std::vector<double>>& x, const std::vector<double>& parameters) const;

  const BatchModel& model_;
  const BatchSource& source_;
  std::size_t worst_;
  BatchSummary& summary_;
  std::int64_t stride_;                      // every stride-th fit is sampled
  std::vector<std::vector<double>> values_;  // of each parameter, of converged fits
  std::vector<std::vector<double>> errors_;
};

}  // namespace thalweg::inline v0_1::studies
