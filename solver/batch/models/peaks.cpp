// Peaks on a line.
#include <algorithm>
#include <cmath>
#include <thalweg/batch/models.hpp>

#include "batch/models/guess.hpp"
#include "batch/models/lane_exp.hpp"
#include "batch/models/tuned.hpp"

namespace thalweg::inline v0_1 {
namespace {

using batch::P;
using batch::Packs;

struct Gaussian {
  static constexpr int parameters = 4, predictors = 1;
  explicit Gaussian(const Packs<4>& p)
      : amplitude(p[0]), center(p[1]), offset(p[3]), inverse(1.0 / p[2]), precision(inverse * inverse) {}
  P operator()(const Packs<1>& x, Packs<4>& d) const {
    const P dx = x[0] - center, scaled = dx * precision;
    const P value = amplitude * (d[0] = batch::lane_exp(-0.5 * (dx * scaled)));
    d[1] = value * scaled;
    d[2] = d[1] * (dx * inverse);
    d[3] = P(1.0);
    return value + offset;
  }
  P amplitude, center, offset, inverse, precision;
};

struct Lorentzian {
  static constexpr int parameters = 4, predictors = 1;
  explicit Lorentzian(const Packs<4>& p) : amplitude(p[0]), center(p[1]), offset(p[3]), inverse(1.0 / p[2]) {}
  P operator()(const Packs<1>& x, Packs<4>& d) const {
    const P u = (x[0] - center) * inverse, shape = 1.0 / (u * u + 1.0);
    const P value = amplitude * shape;
    d[0] = shape;
    d[1] = 2.0 * (value * shape) * (u * inverse);
    d[2] = d[1] * u;
    d[3] = P(1.0);
    return value + offset;
  }
  P amplitude, center, offset, inverse;
};

/// Points beyond half the height cover the full width there.
void guess(std::span<const double* const> x, std::span<const double> y, double width_over_full, double* p) {
  const batch::PeakGuess peak = batch::guess_peak(x, y);
  const double full = peak.points * peak.range[0] / std::max(1.0, static_cast<double>(y.size()) - 1.0);
  p[0] = peak.height;
  p[1] = peak.mean[0];
  p[2] = full > 0.0 ? full * width_over_full : 1.0;
  p[3] = peak.level;
}

}  // namespace

std::unique_ptr<BatchModel> gaussian_batch_model() {
  return std::make_unique<batch::TunedModel<Gaussian>>(
      std::vector<std::string>{"amplitude", "center", "sigma", "offset"},
      [](std::span<const double* const> x, std::span<const double> y, double* p) {
        guess(x, y, 0.42466090014400953, p);  // 1/√(8 ln 2)
      });
}

std::unique_ptr<BatchModel> lorentzian_batch_model() {
  return std::make_unique<batch::TunedModel<Lorentzian>>(
      std::vector<std::string>{"amplitude", "center", "width", "offset"},
      [](std::span<const double* const> x, std::span<const double> y, double* p) { guess(x, y, 0.5, p); });
}

}  // namespace thalweg::inline v0_1
