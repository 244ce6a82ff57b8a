// Random numbers of the batches.
#pragma once

#include <cmath>
#include <cstdint>
#include <numbers>
#include <random>

namespace versus {

/// The same numbers on every platform.
class Numbers {
 public:
  explicit Numbers(std::uint64_t seed) : bits_(seed) {}
  double uniform(double from, double to) { return from + (to - from) * static_cast<double>(bits_() >> 11) * 0x1p-53; }
  double normal() {
    const double radius = std::sqrt(-2.0 * std::log(uniform(0x1p-53, 1.0)));
    return radius * std::cos(2.0 * std::numbers::pi * uniform(0.0, 1.0));
  }

 private:
  std::mt19937_64 bits_;
};

}  // namespace versus
