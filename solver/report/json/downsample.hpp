// Which of many points to keep, where a picture or a file cannot use them all.
#pragma once

#include <cstddef>
#include <vector>

namespace thalweg::inline v0_1 {

inline constexpr std::size_t most_points = 2000;  ///< of a series, in a page or in JSON

/// Indices below n, ascending: all when there are no more than `most` (≥ 4), else the first, the last, and about `most`
/// in between, half of them evenly over the index, half evenly over its logarithm. So the series keeps its shape on a
/// linear axis and on a logarithmic one.
std::vector<std::size_t> downsample(std::size_t n, std::size_t most = most_points);

/// Indices below n, ascending and evenly spaced, the first and the last among them: at most `most` (≥ 2).
std::vector<std::size_t> downsample_evenly(std::size_t n, std::size_t most = most_points);

/// The same of n rows, with the 50 largest residuals in place of as many others: the eye looks for them. `residual` has
/// a number for each row, or is empty.
std::vector<std::size_t> downsample_rows(std::size_t n, const std::vector<double>& residual,
                                         std::size_t most = most_points);

}  // namespace thalweg::inline v0_1
