// What became of many fits, made up: a picture, no picture, failures.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include <thalweg/studies/batch.hpp>

namespace test_support {

constexpr double no_value = std::numeric_limits<double>::quiet_NaN();

inline void add_parameter(thalweg::BatchSummary& s, const std::string& name, double median, double spread) {
  thalweg::BatchParameter p;
  p.name = name;
  p.median = median;
  p.lower_quartile = median - 0.6 * spread;
  p.upper_quartile = median + 0.8 * spread;
  p.median_error = 0.05 * spread;
  p.histogram = {median - 2.0 * spread, median + 4.0 * spread, {}};
  for (int k = 0; k < 40; ++k) {
    const double u = (k - 13.0) / 7.0;
    p.histogram.counts.push_back(static_cast<std::int64_t>(1e4 * std::exp(-0.5 * u * u)) + (k == 39 ? 700 : 0));
  }
  s.parameters.push_back(p);
}

/// A peak that the curve misses by `off`.
inline thalweg::BatchExample peak(std::int64_t fit, thalweg::BatchStatus status, double off, int points) {
  thalweg::BatchExample e;
  e.fit = fit;
  e.status = status;
  e.cost = 12.5 * off * off;
  e.parameters = {1.0 + off, 0.3, 4.0};
  for (int i = 0; i < points; ++i) {
    const double u = (i - 0.4 * points) / (0.1 * points);
    e.x.push_back(i);
    e.y.push_back(std::exp(-0.5 * u * u) + 0.05 * std::sin(7.3 * i));
    e.curve.push_back((1.0 + off) * std::exp(-0.5 * (u - off) * (u - off)));
  }
  return e;
}

/// Fits of peaks over a picture, whose upper left corner and single fits elsewhere did not converge.
inline thalweg::BatchSummary picture_of_fits(std::int64_t rows, std::int64_t columns) {
  using enum thalweg::BatchStatus;
  thalweg::BatchSummary s;
  s.file = "spectra.npy";
  s.model = "gaussian";
  s.grid = {rows, columns};
  s.fits = s.done = rows * columns;
  s.points = 40;
  add_parameter(s, "amplitude", 1200.0, 250.0);
  add_parameter(s, "center", 0.0213, 0.0008);
  add_parameter(s, "<b>width</b>", 3.7e-9, 2e-10);
  s.maps.assign(3, std::vector<double>(static_cast<std::size_t>(s.fits), no_value));
  for (std::int64_t i = 0; i < s.fits; ++i) {
    const double y = static_cast<double>(i / columns) / static_cast<double>(rows);
    const double x = static_cast<double>(i % columns) / static_cast<double>(columns);
    if (x + y < 0.2 || i % 997 == 3) continue;
    const auto at = static_cast<std::size_t>(i);
    s.maps[0][at] = 1200.0 + 250.0 * std::sin(9.0 * x) * std::cos(7.0 * y) + (i % 313 == 0 ? 1e6 : 0.0);
    s.maps[1][at] = 0.0213 + 0.0008 * (x - y);
    s.maps[2][at] = 3.7e-9 + 2e-10 * std::sin(40.0 * std::hypot(x - 0.5, y - 0.5));
    ++s.status[static_cast<std::size_t>(converged)];
  }
  const std::int64_t failed = s.fits - s.status[0];
  s.status[static_cast<std::size_t>(stalled)] = failed / 10;
  s.status[static_cast<std::size_t>(singular)] = failed - failed / 10;
  s.sampled = std::min<std::int64_t>(s.status[0], 200'000);
  s.iterations.assign(401, 0);
  for (std::int64_t k = 3; k < 30; ++k)
    s.iterations[static_cast<std::size_t>(k)] = s.fits / 8 / (1 + (k - 7) * (k - 7));
  s.iterations[400] = 3;
  s.handed_over = failed;
  s.seconds = 1.75;
  s.seconds_fitting = 1.25;
  s.notes = {"σ is taken as 1"};
  for (int k = 0; k < 6; ++k) s.worst.push_back(peak(1017 * k + 3, k < 2 ? stalled : converged, 1.0 - 0.15 * k, 40));
  return s;
}

/// Groups of a table with hostile names, one of few points; part of them was there before, and the rest is left.
inline thalweg::BatchSummary interrupted_fits() {
  using enum thalweg::BatchStatus;
  thalweg::BatchSummary s;
  s.file = "runs <b>of</b> a long experiment & others, which has a name that takes more than one line.csv";
  s.model = "y = a*exp(-b*x) + c*exp(-d*x)";
  s.fits = 2000;
  s.done = 700;
  s.resumed = 300;
  s.points = 8;
  s.interrupted = true;
  s.status = {300, 100, 100, 50, 50, 50, 50};
  s.iterations = {150, 0, 20, 200, 250, 50, 30};
  s.handed_over = 250;
  s.sampled = 300;
  for (int j = 0; j < 12; ++j)
    add_parameter(s, "amplitude_of_peak_" + std::to_string(j + 1), 1234.5678 * std::pow(10.0, j - 6),
                  std::pow(10.0, j - 6));
  s.parameters[11].histogram = {5.0, 5.0, {300}};
  s.seconds = 0.31;
  s.seconds_fitting = 0.02;
  s.worst = {peak(17, iteration_limit, 30.0, 8), peak(18, non_finite_start, 1.0, 1), peak(19, converged, 0.3, 8)};
  s.worst[0].name = "<b>group</b> of a long name with (units), measured twice on a cold day in autumn";
  s.worst[1].name = "b";
  s.worst[1].curve[0] = no_value;
  s.worst[2].curve[3] = 1e300;
  for (auto& e : s.worst) e.parameters.assign(12, 1.25e-7);
  return s;
}

/// One parameter, one iteration, no failure.
inline thalweg::BatchSummary converged_fits() {
  thalweg::BatchSummary s;
  s.file = "lines.npy";
  s.model = "y = a*x";
  s.fits = s.done = 1'000'000;
  s.points = 1;
  s.status[0] = s.fits;
  s.iterations = {0, 0, s.fits};
  s.sampled = 200'000;
  add_parameter(s, "a", 2.0, 0.1);
  s.seconds = s.seconds_fitting = 0.02;
  s.worst = {peak(4, thalweg::BatchStatus::converged, 0.1, 2000)};
  return s;
}

/// No fit converged.
inline thalweg::BatchSummary failed_fits() {
  thalweg::BatchSummary s;
  s.file = "noise.npy";
  s.model = "exponential";
  s.fits = s.done = 12;
  s.grid = {3, 4};
  s.points = 5;
  s.status[static_cast<std::size_t>(thalweg::BatchStatus::non_finite_data)] = 12;
  s.iterations = {12};
  s.parameters.resize(2);
  s.parameters[0].name = "a";
  s.parameters[1].name = "b";
  s.maps.assign(2, std::vector<double>(12, no_value));
  return s;
}

inline thalweg::BatchSummary no_fits() {
  thalweg::BatchSummary s;
  s.file = "none.npy";
  s.model = "gaussian";
  return s;
}

}  // namespace test_support
