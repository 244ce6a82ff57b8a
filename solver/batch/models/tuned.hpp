// Models with derivatives by hand, whose sums over the points stay in registers.
#pragma once

#include <array>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "batch/lanes/lanes.hpp"

namespace thalweg::inline v0_1::batch {

/// Kernel: made of the parameters of the lanes, with what depends on them alone;
///     static constexpr int parameters, predictors;
///     P operator()(const std::array<P, predictors>& x, Packs<parameters>& derivative) const   returns the value.
template <class Kernel>
class TunedEvaluator : public BatchEvaluator {
 protected:
  static constexpr int n = Kernel::parameters;
  using Predictors = Packs<Kernel::predictors>;

 public:
  void evaluate(const LanePoints& points) const override {
    for_packs([&](int first) {
      const Kernel kernel(parameters(points.parameters, first));
      Packs<n> d;
      for (int i = 0; i < points.count; ++i) {
        const int at = i * batch_lanes + first;
        kernel(predictors(points.x, at), d).store(points.value + at);
        for (int j = 0; points.derivative != nullptr && j < n; ++j)
          d[static_cast<std::size_t>(j)].store(points.derivative + j * points.stride * batch_lanes + at);
      }
    });
  }

  bool accumulate(const LaneSums& sums) const override {
    if constexpr (n > 5) return false;  // more sums than registers
    for_packs([&](int first) { add(sums, first); });
    return true;
  }

 private:
  static Packs<n> parameters(const double* p, int first) {
    Packs<n> result;
    for (int j = 0; j < n; ++j) result[static_cast<std::size_t>(j)] = P::load(p + j * batch_lanes + first);
    return result;
  }
  static Predictors predictors(const double* const* x, int at) {
    Predictors result;
    for (std::size_t k = 0; k < result.size(); ++k) result[k] = P::load(x[k] + at);
    return result;
  }

  static void add(const LaneSums& sums, int first) {
    const Kernel kernel(parameters(sums.parameters, first));
    P cost(0.0);
    Packs<n> g, d;
    Packs<triangle(n)> h;
    for (int i = 0; i < sums.count; ++i) {
      const int at = i * batch_lanes + first;
      const P r = kernel(predictors(sums.x, at), d) - P::load(sums.y + at);
      cost += r * r;
#pragma GCC unroll 5
      for (int j = 0; j < n; ++j) {
        const auto c = static_cast<std::size_t>(j);
        g[c] += r * d[c];
#pragma GCC unroll 5
        for (int k = 0; k <= j; ++k) h[static_cast<std::size_t>(entry(j, k))] += d[c] * d[static_cast<std::size_t>(k)];
      }
    }
    (0.5 * cost).store(sums.cost + first);
    for (int j = 0; j < n; ++j) g[static_cast<std::size_t>(j)].store(sums.gradient + j * batch_lanes + first);
    for (int e = 0; e < triangle(n); ++e) h[static_cast<std::size_t>(e)].store(sums.hessian + e * batch_lanes + first);
  }
};

/// Where the guess of a start is a function (x, y, parameters).
using Guess = void (*)(std::span<const double* const> x, std::span<const double> y, double* parameters);

template <class Kernel>
class TunedModel : public BatchModel {
 public:
  TunedModel(std::vector<std::string> names, Guess start)
      : BatchModel(std::move(names), Kernel::predictors), guess_(start) {}
  std::unique_ptr<BatchEvaluator> bind(const SharedPoints&) const override {
    return std::make_unique<TunedEvaluator<Kernel>>();
  }
  bool guesses() const override { return true; }
  void guess(std::span<const double* const> x, std::span<const double> y, double* parameters) const override {
    guess_(x, y, parameters);
  }

 private:
  Guess guess_;
};

}  // namespace thalweg::inline v0_1::batch
