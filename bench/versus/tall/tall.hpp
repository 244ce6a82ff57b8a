// One fit to very many rows: seconds and peak memory of thalweg beside Ceres.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace versus {

struct TallRun {
  std::string problem, solver, setting;
  std::int64_t rows = 0;
  double seconds = 0.0;
  std::int64_t iterations = 0;
  double cost = 0.0;
  double bytes = 0.0;       ///< peak resident memory beyond what the process had before it made its data
  double file_seconds = 0;  ///< of a streamed fit: reading the file once
  std::int64_t passes = 0;  ///< over the rows, of thalweg
};

/// Names: tall-1e5 to tall-1e8, of rows y = a exp(−b t) + c t + d with noise; empty: tall-1e5, tall-1e6, tall-1e7. Rows
/// are held by thalweg and Ceres, and by thalweg also read again from an .npy file beside `folder`; of tall-1e8 that
/// alone. Throws std::runtime_error for another name.
std::vector<TallRun> run_tall(const std::vector<std::string>& names, int threads, const std::string& folder);

std::string tall_table(const std::vector<TallRun>& runs);
std::string tall_json(const std::vector<TallRun>& runs, int threads);

}  // namespace versus
