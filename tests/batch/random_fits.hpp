// Batches of random data for tests.
#pragma once

#include <cmath>
#include <cstdint>
#include <numeric>
#include <random>
#include <vector>

#include <thalweg/batch/fit_batch.hpp>

namespace thalweg_tests {

/// Numbers in [from, to), the same on every platform.
class Random {
 public:
  explicit Random(std::uint64_t seed) : bits_(seed) {}
  double uniform(double from, double to) { return from + (to - from) * static_cast<double>(bits_() >> 11) * 0x1p-53; }
  /// Mean 0, variance 1: the sum of twelve uniform numbers is near enough to normal.
  double normal() {
    double sum = -6.0;
    for (int i = 0; i < 12; ++i) sum += uniform(0.0, 1.0);
    return sum;
  }

 private:
  std::mt19937_64 bits_;
};

/// Data of amplitude · exp(−rate x) + offset with noise, x shared.
struct DecayFits {
  explicit DecayFits(std::int64_t fits, int points = 12, double noise = 0.05) {
    Random random(17);
    for (int i = 0; i < points; ++i) x.push_back(0.4 * i);
    for (std::int64_t f = 0; f < fits; ++f) {
      const double a = random.uniform(1.0, 5.0), b = random.uniform(0.3, 1.5), c = random.uniform(-1.0, 1.0);
      for (const double v : x) y.push_back(a * std::exp(-b * v) + c + noise * random.normal());
      for (const double p : {a, b, c}) starts.push_back(p * random.uniform(0.6, 1.4));
    }
    data = {fits, points, y, {x}, {}, starts};
  }
  std::vector<double> x, y, starts;
  thalweg::BatchData data;
};

/// The same numbers as the bits of each.
inline bool same_bits(double a, double b) { return a == b || (std::isnan(a) && std::isnan(b)); }

}  // namespace thalweg_tests
