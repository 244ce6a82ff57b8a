// Where each of many fits begins, from a file.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace thalweg::inline v0_1::studies {

class BatchStarts {
 public:
  virtual ~BatchStarts() = default;
  /// Of the fits [begin, end), those of a fit beside each other. Throws FileError.
  virtual void read(std::int64_t begin, std::int64_t end, double* to) const = 0;
};

/// A plain array (.npy), fits × parameters in the model's order; or what run_batch() wrote, .npy or .csv, whose
/// parameters are found by their names. `name`: of a fit, by which it is found in a .csv; empty for fits in order.
/// Throws FileError for another number of fits or parameters, and where a parameter or a fit is not there.
std::unique_ptr<BatchStarts> open_batch_starts(const std::string& path, const std::vector<std::string>& parameters,
                                               std::int64_t fits, const std::function<std::string(std::int64_t)>& name);

}  // namespace thalweg::inline v0_1::studies
