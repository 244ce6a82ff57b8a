// Exponential decays.
#include <thalweg/batch/models.hpp>

#include "batch/models/guess.hpp"
#include "batch/models/lane_exp.hpp"
#include "batch/models/tuned.hpp"

namespace thalweg::inline v0_1 {
namespace {

using batch::P;
using batch::Packs;

struct Exponential {
  static constexpr int parameters = 2, predictors = 1;
  explicit Exponential(const Packs<2>& p) : amplitude(p[0]), rate(p[1]) {}
  P operator()(const Packs<1>& x, Packs<2>& d) const {
    const P value = amplitude * (d[0] = batch::lane_exp(-rate * x[0]));
    d[1] = -x[0] * value;
    return value;
  }
  P amplitude, rate;
};

struct ExponentialOffset {
  static constexpr int parameters = 3, predictors = 1;
  explicit ExponentialOffset(const Packs<3>& p) : amplitude(p[0]), rate(p[1]), offset(p[2]) {}
  P operator()(const Packs<1>& x, Packs<3>& d) const {
    const P decay = amplitude * (d[0] = batch::lane_exp(-rate * x[0]));
    d[1] = -x[0] * decay;
    d[2] = P(1.0);
    return decay + offset;
  }
  P amplitude, rate, offset;
};

}  // namespace

std::unique_ptr<BatchModel> exponential_batch_model() {
  return std::make_unique<batch::TunedModel<Exponential>>(
      std::vector<std::string>{"amplitude", "rate"},
      [](std::span<const double* const> x, std::span<const double> y, double* p) {
        batch::guess_exponential({x[0], y.size()}, y, p[0], p[1]);
      });
}

std::unique_ptr<BatchModel> exponential_offset_batch_model() {
  return std::make_unique<batch::TunedModel<ExponentialOffset>>(
      std::vector<std::string>{"amplitude", "rate", "offset"},
      [](std::span<const double* const> x, std::span<const double> y, double* p) {
        batch::guess_decay({x[0], y.size()}, y, p[0], p[1], p[2]);
      });
}

}  // namespace thalweg::inline v0_1
