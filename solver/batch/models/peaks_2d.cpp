// Gaussian peaks in the plane.
#include <algorithm>
#include <cmath>
#include <thalweg/batch/models.hpp>

#include "batch/models/grid.hpp"
#include "batch/models/guess.hpp"
#include "batch/models/lane_exp.hpp"
#include "batch/models/tuned.hpp"

namespace thalweg::inline v0_1 {
namespace {

using batch::P;
using batch::Packs;

struct Round {
  static constexpr int parameters = 5, predictors = 2;
  explicit Round(const Packs<5>& p)
      : amplitude(p[0]), x0(p[1]), y0(p[2]), offset(p[4]), inverse(1.0 / p[3]), precision(inverse * inverse) {}
  P operator()(const Packs<2>& x, Packs<5>& d) const {
    const P dx = x[0] - x0, dy = x[1] - y0, squares = (dx * dx + dy * dy) * precision;
    const P value = amplitude * (d[0] = batch::lane_exp(-0.5 * squares)), scaled = value * precision;
    d[1] = scaled * dx;
    d[2] = scaled * dy;
    d[3] = value * inverse * squares;
    d[4] = P(1.0);
    return value + offset;
  }
  P amplitude, x0, y0, offset, inverse, precision;
};

class RoundModel final : public batch::TunedModel<Round> {
 public:
  using TunedModel::TunedModel;
  std::unique_ptr<BatchEvaluator> bind(const SharedPoints& shared) const override {
    if (auto grid = batch::find_grid(shared)) return std::make_unique<batch::GridEvaluator<Round>>(std::move(*grid));
    return TunedModel::bind(shared);
  }
};

struct Elliptic {
  static constexpr int parameters = 6, predictors = 2;
  explicit Elliptic(const Packs<6>& p)
      : amplitude(p[0]), x0(p[1]), y0(p[2]), offset(p[5]), inverse{1.0 / p[3], 1.0 / p[4]} {}
  P operator()(const Packs<2>& x, Packs<6>& d) const {
    const P u = (x[0] - x0) * inverse[0], v = (x[1] - y0) * inverse[1];
    const P value = amplitude * (d[0] = batch::lane_exp(-0.5 * (u * u + v * v)));
    d[1] = value * u * inverse[0];
    d[2] = value * v * inverse[1];
    d[3] = d[1] * u;
    d[4] = d[2] * v;
    d[5] = P(1.0);
    return value + offset;
  }
  P amplitude, x0, y0, offset;
  Packs<2> inverse;
};

struct Rotated {
  static constexpr int parameters = 7, predictors = 2;
  explicit Rotated(const Packs<7>& p)
      : amplitude(p[0]),
        x0(p[1]),
        y0(p[2]),
        offset(p[6]),
        inverse{1.0 / p[3], 1.0 / p[4]},
        ratio{p[3] * inverse[1], p[4] * inverse[0]},
        c(cos(p[5])),
        s(sin(p[5])) {}
  // Along the axes, over their σ: u' = v σy/σx and v' = −u σx/σy by the angle.
  P operator()(const Packs<2>& x, Packs<7>& d) const {
    const P dx = x[0] - x0, dy = x[1] - y0;
    const P u = (c * dx + s * dy) * inverse[0], v = (c * dy - s * dx) * inverse[1];
    const P value = amplitude * (d[0] = batch::lane_exp(-0.5 * (u * u + v * v)));
    const P along = value * u * inverse[0], across = value * v * inverse[1];
    d[1] = c * along - s * across;
    d[2] = s * along + c * across;
    d[3] = along * u;
    d[4] = across * v;
    d[5] = value * (u * v) * (ratio[0] - ratio[1]);
    d[6] = P(1.0);
    return value + offset;
  }
  P amplitude, x0, y0, offset;
  Packs<2> inverse, ratio;
  P c, s;
};

/// The area beyond half the height is that of an ellipse, π · 2 ln 2 · σx σy; a pixel has the area of the field over
/// the number of points.
double guessed_sigma(const batch::PeakGuess& peak, double points) {
  constexpr double area_over_squared_sigma = 4.3551721806072040;  // 2π ln 2
  const double side = std::max(1.0, std::sqrt(points) - 1.0);
  const double pixel = peak.range[0] * peak.range[1] / (side * side);
  const double sigma = std::sqrt(peak.points * pixel / area_over_squared_sigma);
  return sigma > 0.0 ? sigma : 1.0;
}

/// The uniform ellipse beyond half the height has the variance σ² · 2 ln 2 / 4 along an axis, a pixel that of its
/// width.
double axis_sigma(double variance, double pixel) {
  const double sigma = std::sqrt((std::max(variance, 0.0) + pixel * pixel / 12.0) / 0.34657359027997265);  // ½ ln 2
  return sigma > 0.0 ? sigma : 1.0;
}

double pixel_of(const batch::PeakGuess& peak, int k, std::size_t points) {
  return peak.range[k] / std::max(1.0, std::sqrt(static_cast<double>(points)) - 1.0);
}

batch::PeakGuess place(std::span<const double* const> x, std::span<const double> y, double* p, double& offset) {
  const batch::PeakGuess peak = batch::guess_peak(x, y);
  p[0] = peak.height;
  p[1] = peak.mean[0];
  p[2] = peak.mean[1];
  offset = peak.level;
  return peak;
}

void guess_rotated(std::span<const double* const> x, std::span<const double> y, double* p) {
  const batch::PeakGuess peak = place(x, y, p, p[6]);
  const double half = 0.5 * (peak.variance[0] - peak.variance[1]), middle = 0.5 * (peak.variance[0] + peak.variance[1]);
  const double apart = std::hypot(half, peak.covariance), pixel = pixel_of(peak, 0, y.size());
  p[3] = axis_sigma(middle + apart, pixel);
  p[4] = axis_sigma(middle - apart, pixel);
  // Where both are the same the angle is lost: the start keeps them a little apart.
  if (p[3] < 1.05 * p[4]) p[3] = 1.05 * p[4];
  p[5] = apart > 0.0 ? 0.5 * std::atan2(peak.covariance, half) : 0.0;
}

}  // namespace

std::unique_ptr<BatchModel> gaussian_2d_batch_model() {
  return std::make_unique<RoundModel>(std::vector<std::string>{"amplitude", "x0", "y0", "sigma", "offset"},
                                      [](std::span<const double* const> x, std::span<const double> y, double* p) {
                                        p[3] = guessed_sigma(place(x, y, p, p[4]), static_cast<double>(y.size()));
                                      });
}

std::unique_ptr<BatchModel> elliptic_gaussian_2d_batch_model() {
  return std::make_unique<batch::TunedModel<Elliptic>>(
      std::vector<std::string>{"amplitude", "x0", "y0", "sigma_x", "sigma_y", "offset"},
      [](std::span<const double* const> x, std::span<const double> y, double* p) {
        const batch::PeakGuess peak = place(x, y, p, p[5]);
        for (int k = 0; k < 2; ++k) p[3 + k] = axis_sigma(peak.variance[k], pixel_of(peak, k, y.size()));
      });
}

std::unique_ptr<BatchModel> rotated_gaussian_2d_batch_model() {
  return std::make_unique<batch::TunedModel<Rotated>>(
      std::vector<std::string>{"amplitude", "x0", "y0", "sigma_x", "sigma_y", "angle", "offset"}, guess_rotated);
}

}  // namespace thalweg::inline v0_1
