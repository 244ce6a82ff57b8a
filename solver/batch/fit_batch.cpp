#include <algorithm>
#include <iterator>
#include <thalweg/base/parallel.hpp>
#include <thalweg/batch/fit_batch.hpp>

#include "batch/check.hpp"
#include "batch/hand_over.hpp"
#include "batch/lanes/run.hpp"

namespace thalweg::inline v0_1 {
namespace {

/// Fits that a thread takes at a time: enough that lanes which run dry at the end of a chunk are few, and not so many
/// that a thread waits for another.
std::int64_t fits_per_chunk(std::int64_t fits, int threads) {
  constexpr std::int64_t most = 4096, least = 16 * batch_lanes;
  return std::clamp(fits / (8 * std::int64_t{threads}), least, most);
}

SharedPoints shared_points(const BatchData& data) {
  SharedPoints shared{data.points, {}};
  for (const auto& x : data.x)
    shared.x.push_back(x.size() == static_cast<std::size_t>(data.points) ? x : std::span<const double>());
  return shared;
}

void resize(BatchResult& result, const BatchModel& model, const BatchData& data, const BatchOptions& options) {
  const auto fits = static_cast<std::size_t>(data.fits), numbers = fits * static_cast<std::size_t>(model.parameters());
  result.fits = data.fits;
  result.parameter_count = model.parameters();
  result.parameters.resize(numbers);
  result.standard_errors.resize(options.standard_errors ? numbers : 0);
  result.cost.resize(fits);
  result.iterations.resize(fits);
  result.status.resize(fits);
  result.handed_over.clear();
}

}  // namespace

std::string_view to_string(BatchStatus status) {
  static constexpr std::string_view names[] = {"converged",       "iteration_limit",  "stalled",        "singular",
                                               "non_finite_data", "non_finite_start", "too_few_points", "wrong_sigma",
                                               "negative_count",  "beyond_range",     "no_start"};
  static_assert(std::size(names) == batch_statuses);
  return names[static_cast<std::size_t>(status)];
}

std::int64_t BatchResult::count(BatchStatus which) const { return std::count(status.begin(), status.end(), which); }

void fit_batch(const BatchModel& model, const BatchData& data, const BatchOptions& options, BatchResult& result) {
  batch::check(model, data, options);
  resize(result, model, data, options);
  if (data.fits == 0) return;
  const auto evaluator = model.bind(shared_points(data));
  batch::Job job{model, *evaluator, data, options, result};
  job.free_parameters = batch::free_parameters(model, options);
  job.held = !options.lower.empty() || !options.upper.empty() || !options.fixed.empty();
  const int threads = resolve_threads(options.threads);
  std::vector<std::vector<batch::LaneData>> lanes(static_cast<std::size_t>(threads));
  parallel_chunks(data.fits, fits_per_chunk(data.fits, threads), threads,
                  [&](std::int64_t, std::int64_t begin, std::int64_t end) {
                    auto& own = lanes[static_cast<std::size_t>(current_thread())];
                    while (std::ssize(own) < batch::lane_groups(model.parameters())) own.emplace_back(job);
                    batch::run(job, own, begin, end);
                  });
  if (options.hand_over) batch::hand_over(job);
}

BatchResult fit_batch(const BatchModel& model, const BatchData& data, const BatchOptions& options) {
  BatchResult result;
  fit_batch(model, data, options, result);
  return result;
}

}  // namespace thalweg::inline v0_1
