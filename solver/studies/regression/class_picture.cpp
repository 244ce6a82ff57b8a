#include "studies/regression/class_picture.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <utility>

namespace thalweg::inline v0_1::studies {
namespace {

constexpr std::size_t most_classes = 10, most_inputs = 12;
constexpr int columns = 97, rows = 73, line_points = 241;
constexpr double air = 0.06;  // of the extent of the data, on each side

using Scores = std::vector<std::vector<double>>;  // an array per class

/// One score per class: the reference class, which has none, has 0.
Scores class_scores(const RegressionModel& model, const std::vector<double>& x, const RegressionData& data) {
  Scores scores = model.scores(x, data);
  if (scores.size() < data.classes.size()) scores.insert(scores.begin(), std::vector<double>(data.y.size(), 0.0));
  return scores;
}

/// The first of the largest.
std::vector<int> predicted(const Scores& scores) {
  std::vector<int> best(scores[0].size(), 0);
  for (std::size_t i = 0; i < best.size(); ++i)
    for (std::size_t k = 1; k < scores.size(); ++k)
      if (scores[k][i] > scores[static_cast<std::size_t>(best[i])][i]) best[i] = static_cast<int>(k);
  return best;
}

/// The same table with other inputs than those held at their means.
RegressionData in_plane(const RegressionData& data, std::size_t a, std::size_t b) {
  RegressionData plane = data;
  for (std::size_t j = 0; j < data.x.size(); ++j) {
    if (j == a || j == b) continue;
    const double mean = std::accumulate(data.x[j].begin(), data.x[j].end(), 0.0) / static_cast<double>(data.y.size());
    plane.x[j].assign(data.y.size(), mean);
  }
  return plane;
}

/// The two inputs in whose plane most samples are predicted as `whole` has them.
std::pair<std::size_t, std::size_t> most_telling(const RegressionModel& model, const std::vector<double>& x,
                                                 const RegressionData& data, const std::vector<int>& whole) {
  std::pair<std::size_t, std::size_t> best = {0, 1};
  if (data.x.size() == 2) return best;
  std::int64_t most = -1;
  for (std::size_t a = 0; a < data.x.size(); ++a)
    for (std::size_t b = a + 1; b < data.x.size(); ++b) {
      const std::vector<int> there = predicted(class_scores(model, x, in_plane(data, a, b)));
      std::int64_t same = 0;
      for (std::size_t i = 0; i < whole.size(); ++i) same += there[i] == whole[i];
      if (same > most) {
        most = same;
        best = {a, b};
      }
    }
  return best;
}

std::pair<double, double> extent(const std::vector<double>& values) {
  const auto [low, high] = std::minmax_element(values.begin(), values.end());
  const double margin = *high > *low ? air * (*high - *low) : 1.0;
  return {*low - margin, *high + margin};
}

double node(std::pair<double, double> range, int i, int n) {
  return range.first + (range.second - range.first) * i / (n - 1);
}

/// Score of each class less the largest of the others, on a grid over the plane.
void draw_regions(const RegressionModel& model, const std::vector<double>& x, const RegressionData& data,
                  ClassPicture& picture, std::size_t a, std::size_t b) {
  const std::pair<double, double> across = extent(data.x[a]), up = extent(data.x[b]);
  picture.lower = {across.first, up.first};
  picture.upper = {across.second, up.second};
  picture.columns = columns;
  picture.rows = rows;
  RegressionData grid = in_plane(data, a, b);
  const std::size_t n = static_cast<std::size_t>(columns) * rows;
  for (std::vector<double>& column : grid.x) {
    const double mean = column.front();
    column.assign(n, mean);
  }
  grid.y.assign(n, 0.0);
  for (std::size_t i = 0; i < n; ++i) {
    grid.x[a][i] = node(across, static_cast<int>(i) % columns, columns);
    grid.x[b][i] = node(up, static_cast<int>(i) / columns, rows);
  }
  const Scores scores = class_scores(model, x, grid);
  picture.margin.assign(scores.size(), std::vector<double>(n));
  for (std::size_t k = 0; k < scores.size(); ++k)
    for (std::size_t i = 0; i < n; ++i) {
      double other = -std::numeric_limits<double>::infinity();
      for (std::size_t j = 0; j < scores.size(); ++j)
        if (j != k) other = std::max(other, scores[j][i]);
      picture.margin[k][i] = scores[k][i] - other;
    }
}

/// Whether scores are logarithms of probabilities, up to a constant.
bool has_probabilities(const RegressionOptions& o) {
  return o.kind == RegressionKind::logistic || o.kind == RegressionKind::softmax || o.kind == RegressionKind::network;
}

double logistic(double f) { return f >= 0.0 ? 1.0 / (1.0 + std::exp(-f)) : std::exp(f) / (1.0 + std::exp(f)); }

/// The pointwise confidence band of the second class's probability: that of the score f = a + b x, σ²(f) = Caa + 2x Cab
/// + x² Cbb, carried through the logistic function, which keeps it between 0 and 1.
void draw_band(const FitStatistics& s, const std::vector<double>& score, ClassPicture& picture) {
  if (!s.available() || s.free.size() != 2 || s.covariance.size() != 4 || !std::isfinite(s.quantile)) return;
  for (std::size_t i = 0; i < picture.grid.size(); ++i) {
    const double g = picture.grid[i];
    const double variance = s.covariance[0] + 2.0 * g * s.covariance[1] + g * g * s.covariance[3];
    if (!(variance >= 0.0)) {
      picture.band_lower.clear();
      picture.band_upper.clear();
      return;
    }
    const double half = s.quantile * std::sqrt(variance);
    picture.band_lower.push_back(logistic(score[i] - half));
    picture.band_upper.push_back(logistic(score[i] + half));
  }
  picture.level = s.level;
}

void draw_probabilities(const RegressionModel& model, const std::vector<double>& x, const RegressionData& data,
                        const FitStatistics& statistics, ClassPicture& picture) {
  const std::pair<double, double> range = extent(data.x[0]);
  for (int i = 0; i < line_points; ++i) picture.grid.push_back(node(range, i, line_points));
  RegressionData grid = data;
  grid.x = {picture.grid};
  grid.y.assign(picture.grid.size(), 0.0);
  const Scores scores = class_scores(model, x, grid);
  picture.probability.assign(scores.size(), std::vector<double>(picture.grid.size()));
  for (std::size_t i = 0; i < picture.grid.size(); ++i)
    for (std::size_t k = 0; k < scores.size(); ++k) {
      double others = 0.0;
      for (const std::vector<double>& score : scores) others += std::exp(score[i] - scores[k][i]);
      picture.probability[k][i] = 1.0 / others;
    }
  const RegressionOptions& o = model.options();
  if (o.kind == RegressionKind::logistic && o.intercept) draw_band(statistics, scores[1], picture);
}

}  // namespace

std::optional<ClassPicture> class_picture(const Regression& regression, const std::vector<double>& x,
                                          const FitStatistics& statistics) {
  const RegressionModel& model = regression.model();
  const RegressionData& data = regression.training();
  const bool one = data.inputs.size() == 1;
  if (!model.options().classifies() || data.classes.size() > most_classes || data.inputs.size() > most_inputs ||
      data.inputs.empty() || x.empty() || (one && !has_probabilities(model.options())))
    return std::nullopt;
  ClassPicture picture;
  picture.predicted = predicted(class_scores(model, x, data));
  picture.classes = data.classes;
  for (const double y : data.y) picture.truth.push_back(static_cast<int>(y));
  if (one) {
    picture.inputs = data.inputs;
    picture.x = data.x[0];
    draw_probabilities(model, x, data, statistics, picture);
    return picture;
  }
  const auto [a, b] = most_telling(model, x, data, picture.predicted);
  picture.inputs = {data.inputs[a], data.inputs[b]};
  for (std::size_t j = 0; j < data.inputs.size(); ++j)
    if (j != a && j != b) picture.held.push_back(data.inputs[j]);
  picture.x = data.x[a];
  picture.y = data.x[b];
  draw_regions(model, x, data, picture, a, b);
  return picture;
}

}  // namespace thalweg::inline v0_1::studies
