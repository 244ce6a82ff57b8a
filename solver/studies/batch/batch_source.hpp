// Where the data of many fits come from.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include <thalweg/batch/fit_batch.hpp>
#include <thalweg/studies/batch.hpp>

namespace thalweg::inline v0_1::studies {

/// The data of some fits.
struct BatchPiece {
  std::vector<double> y, sigma;        ///< fits × points; sigma empty where all fits share it, or there is none
  std::vector<std::vector<double>> x;  ///< one per predictor, empty where all fits share it
  std::vector<double> starts;          ///< fits × parameters, empty where all share them
};

class BatchSource {
 public:
  virtual ~BatchSource() = default;
  std::int64_t fits = 0;
  int points = 0;
  std::vector<std::int64_t> grid;             ///< dimensions over which the fits lie
  std::vector<std::vector<double>> shared_x;  ///< one per predictor; empty where each fit has its own
  std::vector<double> shared_sigma;           ///< `points`; empty: none, or each fit has its own
  std::vector<std::string> notes;

  /// The data of the fits [begin, end). Throws FileError.
  virtual void read(std::int64_t begin, std::int64_t end, BatchPiece& piece) const = 0;
  /// What a fit is called; empty: by its number alone.
  virtual std::string name(std::int64_t) const { return {}; }
};

/// Names of the equation, as a table's columns are to be found by.
struct BatchNames {
  std::string response;
  std::vector<std::string> predictors;
};

/// Of the file's kind. Throws FileError for what is wrong with it, Error for options that do not go with it.
std::unique_ptr<BatchSource> open_batch_source(const BatchRequest& request, const BatchNames& names);
/// A long table, and a wide one.
std::unique_ptr<BatchSource> long_table_source(const BatchRequest& request, const BatchNames& names);
std::unique_ptr<BatchSource> wide_table_source(const BatchRequest& request, const BatchNames& names);

/// 0, 1, ... times `step` from `first`.
std::vector<double> ramp(std::int64_t count, double first = 0.0, double step = 1.0);

}  // namespace thalweg::inline v0_1::studies
