// Splits, folds, cross-validation, and the question whether an optimum is there at all.
#include <algorithm>
#include <cmath>
#include <numeric>

#include <fmt/format.h>
#include <math/dense_decompositions.hpp>
#include <thalweg/base/error.hpp>

#include "math/random.hpp"
#include "models/regression/model.hpp"

namespace thalweg::inline v0_1 {
namespace {

/// The rows in a random order; with classes, those of each class by themselves, one class after the other.
std::vector<std::vector<std::int64_t>> shuffled(const RegressionData& data, std::uint64_t seed) {
  std::vector<std::vector<std::int64_t>> strata(std::max<std::size_t>(data.classes.size(), 1));
  for (std::int64_t i = 0; i < data.samples(); ++i) {
    const double label = data.classes.empty() ? 0.0 : data.y[static_cast<std::size_t>(i)];
    if (!(label >= 0.0 && label < static_cast<double>(strata.size())))
      throw Error(fmt::format("label {} in row {}; expected 0 to {}", label, i + 1, strata.size() - 1));
    strata[static_cast<std::size_t>(label)].push_back(i);
  }
  regression::Random random(seed);
  for (auto& rows : strata) random.shuffle(rows);
  return strata;
}

}  // namespace

RegressionModel thinned(const RegressionOptions& options, const RegressionData& data, std::int64_t stride,
                        int threads) {
  RegressionOptions part = options;
  part.l2 /= static_cast<double>(stride);
  part.l1 /= static_cast<double>(stride);
  std::vector<std::int64_t> which;
  for (std::int64_t i = 0; i < data.samples(); i += stride) which.push_back(i);
  return RegressionModel(part, data.rows(which), threads);
}

RowSplit split_rows(const RegressionData& data, double validation, std::uint64_t seed) {
  if (!(validation > 0.0) || !(validation < 1.0))
    throw Error(fmt::format("a validation part of {}; expected a number between 0 and 1", validation));
  RowSplit split;
  for (const auto& rows : shuffled(data, seed)) {
    const auto taken = static_cast<std::size_t>(std::llround(validation * static_cast<double>(rows.size())));
    for (std::size_t i = 0; i < rows.size(); ++i) (i < taken ? split.validation : split.training).push_back(rows[i]);
  }
  for (auto* rows : {&split.training, &split.validation}) std::sort(rows->begin(), rows->end());
  if (split.training.empty() || split.validation.empty())
    throw Error(fmt::format("a validation part of {} of {} samples leaves one part empty; expected more samples",
                            validation, data.samples()));
  return split;
}

std::vector<RowSplit> make_folds(const RegressionData& data, int folds, std::uint64_t seed) {
  if (folds < 2 || folds > data.samples())
    throw Error(fmt::format("{} folds; expected 2 to {}, the samples", folds, data.samples()));
  std::vector<int> fold_of(static_cast<std::size_t>(data.samples()));
  int next = 0;  // dealt out like cards, on and on, so that folds differ by one sample at most
  for (const auto& rows : shuffled(data, seed))
    for (const std::int64_t row : rows) {
      fold_of[static_cast<std::size_t>(row)] = next;
      next = (next + 1) % folds;
    }
  std::vector<RowSplit> all(static_cast<std::size_t>(folds));
  for (std::size_t k = 0; k < all.size(); ++k)
    for (std::size_t i = 0; i < fold_of.size(); ++i)
      (fold_of[i] == static_cast<int>(k) ? all[k].validation : all[k].training).push_back(static_cast<std::int64_t>(i));
  return all;
}

CrossValidation cross_validate(const RegressionData& data, const std::vector<RegressionOptions>& candidates, int folds,
                               std::uint64_t seed,
                               const std::function<std::vector<double>(const RegressionModel&)>& fit, int threads) {
  if (candidates.empty()) throw Error("there are no candidates to choose from; expected at least one");
  CrossValidation result;
  const std::vector<RowSplit> splits = make_folds(data, folds, seed);
  for (const RegressionOptions& candidate : candidates) {
    std::vector<double> losses;
    double sum = 0.0;
    for (const RowSplit& split : splits) {
      const RegressionModel model(candidate, data.rows(split.training), threads);
      const RegressionMeasures measures = model.measure(fit(model), data.rows(split.validation));
      losses.push_back(measures.mean_loss);
      sum += measures.mean_loss * static_cast<double>(measures.samples);
    }
    const auto k = static_cast<double>(losses.size());
    const double mean = std::accumulate(losses.begin(), losses.end(), 0.0) / k;
    double squares = 0.0;
    for (const double loss : losses) squares += (loss - mean) * (loss - mean);
    result.candidates.push_back(
        {sum / static_cast<double>(data.samples()), std::sqrt(squares / (k - 1.0) / k), losses});
  }
  const auto less = [](const auto& a, const auto& b) { return a.mean_loss < b.mean_loss; };
  result.best = static_cast<std::size_t>(std::min_element(result.candidates.begin(), result.candidates.end(), less) -
                                         result.candidates.begin());
  return result;
}

namespace {

/// Calls body(tile, first row, workspace with the scores) for every tile.
template <class Body>
void for_each_tile(const regression::Parts& parts, std::span<const double> x, Body body) {
  regression::Workspace w = parts.layers.workspace();
  for (std::int64_t at = 0; at < parts.design.samples(); at += regression::tile_rows) {
    const auto tile = parts.design.tile(at, std::min(regression::tile_rows, parts.design.samples() - at));
    parts.layers.forward(x.data(), tile, w);
    body(tile.rows, at, w);
  }
}

// If every sample is on its right side, so it is for any multiple of x, and the cost falls along it towards 0.
bool all_right(const RegressionModel& model, std::span<const double> x) {
  const regression::Parts& parts = *model.impl().parts;
  const bool reference = model.options().kind == RegressionKind::softmax;
  const int classes = reference ? parts.loss.classes() : 2;
  bool right = true;
  for_each_tile(parts, x, [&](std::int64_t rows, std::int64_t at, const regression::Workspace& w) {
    const double* y = parts.design.y() + at;
    for (std::int64_t i = 0; i < rows && right; ++i) {
      const auto score = [&](int k) {
        const int unit = reference ? k - 1 : 0;
        return k == 0 ? 0.0 : w.scores[static_cast<std::size_t>(unit * w.stride + i)];
      };
      for (int k = 0; k < classes; ++k)
        if (static_cast<double>(k) != y[i] && !(score(static_cast<int>(y[i])) > score(k))) right = false;
    }
  });
  return right;
}

/// The largest score that x gives to a sample, or takes from it.
double largest_score(const RegressionModel& model, std::span<const double> x) {
  const regression::Parts& parts = *model.impl().parts;
  double largest = 0.0;
  for_each_tile(parts, x, [&](std::int64_t rows, std::int64_t, const regression::Workspace& w) {
    for (int unit = 0; unit < parts.loss.outputs(); ++unit)
      for (std::int64_t i = 0; i < rows; ++i)
        largest = std::max(largest, std::abs(w.scores[static_cast<std::size_t>(unit * w.stride + i)]));
  });
  return largest;
}

// On its way to infinity Newton's method raises the scores of the samples that are separated by about 1 per step, and
// could go on so; beside a minimum its steps move no score, and far from one the cost would soon rise.
bool runs_away(const RegressionModel& model, std::span<const double> x) {
  constexpr std::int64_t most_parameters = 500;
  constexpr double moved = 1e-3, far = 20.0;       // of scores
  constexpr double promised = 1e-4, risen = 1e-6;  // of the cost: by how much Newton's step would lower it; relatively
  const auto n = static_cast<Eigen::Index>(model.parameters());
  if (n > most_parameters) return false;
  Eigen::VectorXd g(n);
  Eigen::MatrixXd H(n, n);
  const auto size = static_cast<std::size_t>(n);
  const double cost = model.objective().gradient(x, {g.data(), size});
  model.objective().hessian(x, {H.data(), size * size});
  const Eigen::VectorXd scale = H.diagonal().cwiseMax(1e-300).cwiseSqrt().cwiseInverse();
  const Eigen::MatrixXd scaled = scale.asDiagonal() * H * scale.asDiagonal();
  Eigen::VectorXd step = -(scale.asDiagonal() * scaled.ldlt().solve(scale.cwiseProduct(g)));
  if (!step.allFinite() || -0.5 * g.dot(step) > promised * (1.0 + cost)) return false;  // x is not where a fit ends
  const double reach = largest_score(model, {step.data(), size});
  if (!(reach > moved)) return false;
  const Eigen::VectorXd end = Eigen::Map<const Eigen::VectorXd>(x.data(), n) + far / reach * step;
  return model.objective().value({end.data(), size}) <= cost * (1.0 + risen);
}

}  // namespace

std::string separation(const RegressionModel& model, std::span<const double> x) {
  const RegressionOptions& options = model.options();
  const bool affine = options.kind == RegressionKind::logistic || options.kind == RegressionKind::softmax;
  if (!affine || options.l2 > 0.0 || options.l1 > 0.0 || std::isfinite(options.max_norm) ||
      options.label_smoothing > 0.0)
    return {};
  if (all_right(model, x))
    return "the classes are separable: the optimum is at infinity, and the coefficients are only on the way there; add "
           "l2 > 0";
  if (runs_away(model, x))
    return "some of the classes are separable: the cost falls without end as coefficients grow, and those are only on "
           "the way to infinity; add l2 > 0";
  return {};
}

}  // namespace thalweg::inline v0_1
