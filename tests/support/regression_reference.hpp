// The costs of regression models written down once more, plainly and for any scalar, and tables to try them on.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <string>
#include <vector>

#include <thalweg/math/dual.hpp>
#include <thalweg/models/regression.hpp>

namespace test_support {

/// Numbers between −1 and 1 without a pattern, the same everywhere.
inline double scattered(std::uint64_t i) {
  i = (i + 1) * 0x9e3779b97f4a7c15ULL;
  i ^= i >> 29;
  i *= 0xbf58476d1ce4e5b9ULL;
  i ^= i >> 32;
  return static_cast<double>(i >> 11) * 0x1p-52 - 1.0;
}

inline thalweg::RegressionData table(std::int64_t n, int inputs, int classes) {
  thalweg::RegressionData data;
  for (int j = 0; j < inputs; ++j) {
    data.inputs.push_back("x" + std::to_string(j + 1));
    std::vector<double>& column = data.x.emplace_back();
    for (std::int64_t i = 0; i < n; ++i)
      column.push_back((1 + j) * scattered(static_cast<std::uint64_t>(1000 * j + 7 * i)) + 0.3 * j);
  }
  for (int k = 0; k < classes; ++k) data.classes.push_back("c" + std::to_string(k));
  for (std::int64_t i = 0; i < n; ++i) {
    const double noise = scattered(static_cast<std::uint64_t>(99991 + 13 * i));
    const double score = data.x[0][static_cast<std::size_t>(i)] + noise;
    if (classes == 0)
      data.y.push_back(2.0 + score);
    else
      data.y.push_back(i < classes ? static_cast<double>(i)
                                   : std::clamp(std::floor(classes * (0.5 + 0.4 * score)), 0.0, classes - 1.0));
  }
  return data;
}

inline thalweg::RegressionOptions options_of(thalweg::RegressionKind kind) {
  thalweg::RegressionOptions options;
  options.kind = kind;
  return options;
}

template <class T>
T activated(thalweg::Activation activation, const T& z) {
  using std::exp, std::tanh, std::log1p;
  switch (activation) {
    case thalweg::Activation::tanh:
      return tanh(z);
    case thalweg::Activation::relu:
      return z > 0.0 ? z : T(0.0);
    case thalweg::Activation::softplus:
      return log1p(exp(z));
    case thalweg::Activation::sigmoid:
      return 1.0 / (1.0 + exp(-z));
    default:
      return z;
  }
}

/// The scores of one sample.
template <class T>
std::vector<T> reference_scores(const thalweg::RegressionOptions& options, const std::vector<int>& layers,
                                const std::vector<T>& theta, std::vector<T> a) {
  std::size_t at = 0;
  for (std::size_t l = 0; l < layers.size(); ++l) {
    std::vector<T> z;
    for (int j = 0; j < layers[l]; ++j) {
      T sum(0.0);
      if (options.intercept) sum = sum + theta[at++];
      for (const T& input : a) sum = sum + theta[at++] * input;
      z.push_back(l + 1 < layers.size() ? activated(options.network.activation, sum) : sum);
    }
    a = std::move(z);
  }
  return a;
}

/// ℓ of the scores, as its definition has it.
template <class T>
T reference_loss(const thalweg::RegressionOptions& options, std::size_t classes, std::vector<T> f, double y) {
  using std::exp, std::log;
  using thalweg::RegressionKind;
  const double smoothing = options.label_smoothing;
  if (!options.classifies()) return 0.5 * (f[0] - y) * (f[0] - y);
  if (options.kind == RegressionKind::hinge) {
    T sum(0.0);
    for (std::size_t k = 0; k < classes; ++k) {
      const T margin = f[k] - f[static_cast<std::size_t>(y)] + 1.0;
      if (static_cast<double>(k) != y && margin > 0.0) sum = sum + margin;
    }
    return sum;
  }
  if (options.kind == RegressionKind::logistic)
    return log(1.0 + exp(f[0])) - ((1.0 - smoothing) * y + 0.5 * smoothing) * f[0];
  if (options.kind == RegressionKind::softmax) f.insert(f.begin(), T(0.0));
  T sum(0.0), aligned(0.0);
  for (std::size_t k = 0; k < classes; ++k) {
    sum = sum + exp(f[k]);
    const double share = smoothing / static_cast<double>(classes);
    aligned = aligned + (share + (static_cast<double>(k) == y ? 1.0 - smoothing : 0.0)) * f[k];
  }
  return log(sum) - aligned;
}

/// F without λ₁.
struct ReferenceCost {
  thalweg::RegressionOptions options;
  thalweg::RegressionData data;

  std::vector<int> layers() const {
    std::vector<int> all;
    if (options.kind == thalweg::RegressionKind::network) all = options.network.layers;
    const int classes = static_cast<int>(data.classes.size());
    const bool one = !options.classifies() || options.kind == thalweg::RegressionKind::logistic;
    all.push_back(one ? 1 : options.kind == thalweg::RegressionKind::softmax ? classes - 1 : classes);
    return all;
  }

  template <class X>
  auto operator()(const X& x) const {
    using T = std::remove_cvref_t<decltype(x[0])>;
    const std::vector<T> theta(x.begin(), x.end());
    T sum(0.0);
    for (std::size_t i = 0; i < data.y.size(); ++i) {
      std::vector<T> a;
      for (const std::vector<double>& column : data.x) a.emplace_back(column[i]);
      sum = sum + reference_loss(options, data.classes.size(), reference_scores(options, layers(), theta, std::move(a)),
                                 data.y[i]);
    }
    return sum + penalty(theta);
  }

 private:
  template <class T>
  T penalty(const std::vector<T>& theta) const {
    T sum(0.0);
    std::size_t at = 0, inputs = data.x.size();
    const bool reference = options.kind == thalweg::RegressionKind::softmax;
    const std::size_t unit = inputs + (options.intercept ? 1 : 0);
    for (const int units : layers()) {
      for (int j = 0; j < units; ++j) {
        at += options.intercept ? 1 : 0;
        for (std::size_t m = 0; m < inputs; ++m, ++at) {
          T w = theta[at];
          if (reference) {  // Σₖ ‖wₖ − w̄‖² = Σₖ wₖ (wₖ − w̄)
            T mean(0.0);
            for (int k = 0; k < units; ++k) mean = mean + theta[static_cast<std::size_t>(k) * unit + at % unit];
            sum = sum + w * (w - mean / (units + 1.0));
          } else {
            sum = sum + w * w;
          }
        }
      }
      inputs = static_cast<std::size_t>(units);
    }
    return 0.5 * options.l2 * sum;
  }
};

}  // namespace test_support
