// Fits of one model to the many data sets of a file, read, fitted and written piece by piece.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <functional>
#include <limits>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <thalweg/batch/fit_batch.hpp>
#include <thalweg/batch/model.hpp>
#include <thalweg/report/picture.hpp>
#include <thalweg/table/table.hpp>

namespace thalweg::inline v0_1 {

/// What is to be fitted to what.
struct BatchRequest {
  std::string file;  ///< .npy, .csv, .tsv or .txt, or raw numbers, whose shape and type are given
  /// A built-in model ("gaussian-2d", "polynomial:3"), or an equation "y = a*exp(-b*x)" whose names are the parameters
  /// that have starts, and predictors. A built-in one may name its response, too: "counts = gaussian".
  std::string model;
  std::vector<std::pair<std::string, double>> starts, lower, upper;
  std::vector<std::string> fixed;
  /// .npy, fits × parameters; or what run_batch() wrote, .npy or .csv, whose parameters are found by their names, and
  /// of a long table the fits of a .csv, too. Empty: none
  std::string starts_file;
  std::string x;      ///< .npy, or "FIRST:STEP"; empty: 0, 1, ... along the points, of two predictors along rows and
                      ///< columns of a picture
  std::string sigma;  ///< .npy, a number, or of a table a column; empty: none
  std::string group;  ///< of a long table: the column that tells the fits apart
  bool wide = false;  ///< of a table: a fit in each row, whose columns are the points
  bool skip_missing = false;        ///< of a table: points without a number do not count; else the first one is refused
  std::vector<std::int64_t> shape;  ///< of raw numbers, the last changing fastest
  std::string type = "f8";          ///< of raw numbers
  TableOptions table;
  std::string output;   ///< .npy or .csv; empty: none
  bool resume = false;  ///< goes on behind the fits that the output has
  int worst = 6;        ///< fits that the summary keeps with their data
  BatchOptions options;
  const std::atomic<bool>* interrupt = nullptr;
  std::function<void(std::int64_t done, std::int64_t fits)> progress;
};

/// A distribution of numbers by equal classes; what lies outside counts in the first and the last.
struct BatchHistogram {
  double first = 0.0, last = 0.0;  ///< ends of the classes
  std::vector<std::int64_t> counts;
};

struct BatchParameter {
  static constexpr double missing = std::numeric_limits<double>::quiet_NaN();
  std::string name;
  double median = missing, lower_quartile = missing,
         upper_quartile = missing;  ///< of converged fits, of those looked at
  double median_error = missing;
  BatchHistogram histogram;
};

/// One fit with its data, to be drawn.
struct BatchExample {
  std::int64_t fit = 0;
  std::string name;  ///< of its group; empty: none
  BatchStatus status = BatchStatus::converged;
  double cost = 0.0;
  std::vector<double> x, y, curve, parameters;  ///< x of the first predictor, or the index of the point
};

/// What became of all fits.
struct BatchSummary {
  std::string file, model;
  std::int64_t fits = 0, done = 0, resumed = 0;  ///< done: those of this run; resumed: those that the output had before
  int points = 0;
  std::vector<std::int64_t> grid;  ///< dimensions over which the fits lie: two where they form a picture
  std::array<std::int64_t, batch_statuses> status{};  ///< how many ended so, by BatchStatus
  std::vector<std::int64_t> iterations;               ///< how many fits took so many
  std::int64_t handed_over = 0;
  std::vector<BatchParameter> parameters;
  std::int64_t sampled = 0;         ///< fits that distributions are of: every k-th
  std::vector<BatchExample> worst;  ///< highest costs among those that did not converge, then among all
  /// Of a picture of at most a million fits: values of each parameter, NaN where the fit did not converge.
  std::vector<std::vector<double>> maps;
  double seconds = 0.0, seconds_fitting = 0.0;
  bool interrupted = false;
  std::vector<std::string> notes;
};

/// Reads, fits and writes. Memory does not depend on the number of fits of an .npy or raw file; a table is held. The
/// output has a row for each fit, in order: parameters, their standard errors (NAME_error), cost, iterations and
/// status. A run that ends early leaves what it has done, an .npy file then being shorter than its header says, and may
/// be resumed. Throws FileError for the files, Error for the rest.
BatchSummary run_batch(const BatchRequest& request);

/// The built-in models by name: "exponential", ... ; "polynomial:N".
std::vector<std::string> batch_model_names();

/// "998 of 1000 fits converged, 1.2 million fits per second".
std::string answer_of(const BatchSummary& summary);
std::string to_text(const BatchSummary& summary);
std::string to_json(const BatchSummary& summary);
/// A page as that of one solve (report/html.hpp): statuses, iterations, the distribution of each parameter, its map
/// where the fits form a picture, and the worst fits. Below 3 MB, with the maps.
std::string to_html(const BatchSummary& summary, const Provenance& provenance);

}  // namespace thalweg::inline v0_1
