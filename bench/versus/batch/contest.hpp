// One problem, all contenders, one after the other.
#pragma once

#include <algorithm>
#include <chrono>
#include <cmath>
#include <limits>
#include <memory>
#include <vector>

#include <thalweg/base/parallel.hpp>
#include <thalweg/batch/fit_batch.hpp>

#include "batch/batch.hpp"
#include "batch/peer_loops.hpp"

namespace versus {

/// Σr² of the first fits at these parameters, by the same code for all.
inline std::vector<double> squares_at(const BatchFits& all, const PeerFunction& f, std::span<const double> parameters,
                                      std::int64_t fits) {
  std::vector<double> r(static_cast<std::size_t>(all.points)), squares;
  for (std::int64_t fit = 0; fit < fits; ++fit) {
    f.residuals(fit, parameters.data() + fit * all.parameters, r.data());
    double sum = 0.0;
    for (const double v : r) sum += v * v;
    squares.push_back(sum);
  }
  return squares;
}

template <class Body>
double least_seconds(int repeat, const Body& body) {
  double least = std::numeric_limits<double>::infinity();
  for (int k = 0; k < repeat; ++k) {
    const auto begin = std::chrono::steady_clock::now();
    body();
    least = std::min(least, std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count());
  }
  return least;
}

/// Fits that are judged.
inline constexpr std::int64_t judged_fits = 2000;

inline BatchRun run_ours(const BatchFits& all, const PeerFunction& f, const thalweg::BatchModel& model,
                         const std::string& setting, int threads, int repeat) {
  const thalweg::BatchData data{all.fits, all.points, all.y, {all.x.begin(), all.x.end()}, {}, all.starts};
  const thalweg::BatchOptions options{
      .tolerance = batch_tolerance, .max_iterations = batch_iterations, .threads = threads};
  thalweg::BatchResult result;
  BatchRun run{all.name, "thalweg", setting, all.fits};
  run.seconds = least_seconds(repeat + 1, [&] { thalweg::fit_batch(model, data, options, result); });
  for (const std::int32_t n : result.iterations) run.iterations += n;
  run.iterations /= static_cast<double>(all.fits);
  run.squares = squares_at(all, f, result.parameters, std::min(all.fits, judged_fits));
  return run;
}

/// Fits of a peer, each thread a solver of its own.
template <class Loop>
BatchRun run_peer(const BatchFits& all, const PeerFunction& f, std::int64_t fits, const Loop& make,
                  const std::string& solver, const std::string& setting, int threads, int repeat) {
  BatchRun run{all.name, solver, setting, all.of_peers(fits)};
  std::vector<double> x(static_cast<std::size_t>(run.fits * all.parameters));
  std::vector<double> iterations(static_cast<std::size_t>(threads));
  run.seconds = least_seconds(repeat, [&] {
    std::copy_n(all.starts.begin(), x.size(), x.begin());
    std::fill(iterations.begin(), iterations.end(), 0.0);
    const std::int64_t grain = std::max<std::int64_t>(1, run.fits / (4 * threads));
    thalweg::parallel_chunks(run.fits, grain, threads, [&](std::int64_t, std::int64_t begin, std::int64_t end) {
      auto loop = make(f);
      double sum = 0.0;
      for (std::int64_t fit = begin; fit < end; ++fit) sum += loop->solve(fit, x.data() + fit * all.parameters);
      iterations[static_cast<std::size_t>(thalweg::current_thread())] += sum;
    });
  });
  for (const double n : iterations) run.iterations += n / static_cast<double>(run.fits);
  run.squares = squares_at(all, f, x, std::min(run.fits, judged_fits));
  return run;
}

/// `ours`: a model and its setting each, the first of which the ratios refer to.
template <int n, int m>
void contest(const BatchFits& all, const PeerFunction& f,
             const std::vector<std::pair<const thalweg::BatchModel*, std::string>>& ours, std::int64_t peer_fits,
             int threads, int repeat, std::vector<BatchRun>& runs) {
  const std::size_t first = runs.size();
  for (const auto& [model, setting] : ours) runs.push_back(run_ours(all, f, *model, setting, threads, repeat));
  std::vector<double> costs = runs[first].squares;
  std::nth_element(costs.begin(), costs.begin() + static_cast<std::ptrdiff_t>(costs.size() / 2), costs.end());
  const double typical = costs[costs.size() / 2];
  const auto tiny = [typical](const PeerFunction& g) { return std::make_unique<TinyLoop<n, m>>(g, typical); };
  const auto ceres = [](const PeerFunction& g) { return std::make_unique<CeresLoop<n>>(g); };
  const auto lmder = [](const PeerFunction& g) { return std::make_unique<MinpackLoop<n>>(g); };
  runs.push_back(run_peer(all, f, peer_fits, ceres, "Ceres", "Solve in a loop", threads, repeat));
  runs.push_back(run_peer(all, f, 10 * peer_fits, tiny, "TinySolver", "in a loop", threads, repeat));
  runs.push_back(run_peer(all, f, 10 * peer_fits, lmder, "MINPACK", "lmder in a loop", threads, repeat));
  std::size_t judged = judged_fits;
  for (std::size_t r = first; r < runs.size(); ++r) judged = std::min(judged, runs[r].squares.size());
  for (std::size_t r = first; r < runs.size(); ++r) {
    std::size_t reached = 0;
    for (std::size_t fit = 0; fit < judged; ++fit) {
      double least = std::numeric_limits<double>::infinity();
      for (std::size_t other = first; other < runs.size(); ++other) least = std::fmin(least, runs[other].squares[fit]);
      reached += runs[r].squares[fit] <= least * (1.0 + 1e-6) + 1e-20;
    }
    runs[r].within = static_cast<double>(reached) / static_cast<double>(judged);
  }
}

}  // namespace versus
