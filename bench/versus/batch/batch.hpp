// Batches of small fits: fits per second of thalweg's batch engine beside loops over Ceres, TinySolver and MINPACK.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace versus {

/// Many fits of one model.
struct BatchFits {
  std::string name;
  int parameters = 0, points = 0;
  std::int64_t fits = 0;
  std::vector<std::vector<double>> x;  ///< of each predictor, shared by the fits
  std::vector<double> y, starts;       ///< fit after fit
  std::int64_t of_peers(std::int64_t most) const { return most < fits ? most : fits; }
};

/// One contender on one problem.
struct BatchRun {
  std::string problem, solver, setting;
  std::int64_t fits = 0;
  double seconds = 0.0;              ///< the least of the repeats
  double iterations = 0.0;           ///< mean of a fit, as the solver counts them
  std::vector<double> squares = {};  ///< Σr² of the first fits at the end
  double within = 0.0;               ///< share of these within 1e-6 of the least that any contender found
  double rate() const { return static_cast<double>(fits) / seconds; }
};

/// Relative decrease of the cost at which all contenders stop.
inline constexpr double batch_tolerance = 1e-10;
inline constexpr int batch_iterations = 100;

/// Names: exponential, gaussian-5x5, gaussian-12x12, nist; empty: all. Throws std::runtime_error for another.
std::vector<BatchRun> run_batches(const std::vector<std::string>& names, int threads, int repeat,
                                  const std::string& nist_folder);

/// The 27 problems of NIST, added up.
void run_nist_batches(const std::string& folder, int threads, int repeat, std::vector<BatchRun>& runs);

std::string batch_table(const std::vector<BatchRun>& runs);
std::string batch_json(const std::vector<BatchRun>& runs, int threads);

}  // namespace versus
