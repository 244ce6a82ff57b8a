#include "studies/batch/batch_tally.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace thalweg::inline v0_1::studies {
namespace {

constexpr std::int64_t most_sampled = 200'000;
constexpr std::int64_t most_mapped = 1'000'000;
constexpr std::size_t classes = 40;
constexpr double tail = 0.005;  // of a distribution, beyond the classes on either side
constexpr double nan = std::numeric_limits<double>::quiet_NaN();

/// Of sorted values; NaN of none.
double quantile(const std::vector<double>& sorted, double p) {
  if (sorted.empty()) return nan;
  const double at = p * static_cast<double>(sorted.size() - 1);
  const auto low = static_cast<std::size_t>(at);
  const std::size_t high = std::min(low + 1, sorted.size() - 1);
  return std::lerp(sorted[low], sorted[high], at - static_cast<double>(low));
}

BatchHistogram histogram_of(const std::vector<double>& sorted) {
  BatchHistogram h{quantile(sorted, tail), quantile(sorted, 1.0 - tail), {}};
  if (sorted.empty()) return h;
  if (!(h.last > h.first)) h = {sorted.front(), sorted.back(), {}};
  h.counts.assign(classes, 0);
  const double width = (h.last - h.first) / static_cast<double>(classes);
  for (const double v : sorted) {
    const double at = width > 0.0 ? (v - h.first) / width : 0.0;
    ++h.counts[static_cast<std::size_t>(std::clamp(at, 0.0, static_cast<double>(classes - 1)))];
  }
  return h;
}

/// Those that did not converge are worse than all that did.
bool is_worse(const BatchExample& a, const BatchExample& b) {
  const bool a_failed = a.status != BatchStatus::converged, b_failed = b.status != BatchStatus::converged;
  return a_failed != b_failed ? a_failed : a.cost != b.cost ? a.cost > b.cost : a.fit < b.fit;
}

}  // namespace

BatchTally::BatchTally(const BatchModel& model, const BatchSource& source, int worst, BatchSummary& summary)
    : model_(model),
      source_(source),
      worst_(static_cast<std::size_t>(std::max(0, worst))),
      summary_(summary),
      stride_((source.fits + most_sampled - 1) / most_sampled) {
  const auto n = static_cast<std::size_t>(model.parameters());
  values_.resize(n);
  errors_.resize(n);
  if (source.grid.size() == 2 && source.fits <= most_mapped)
    summary.maps.assign(n, std::vector<double>(static_cast<std::size_t>(source.fits), nan));
}

void BatchTally::add(std::int64_t begin, const BatchPiece& piece, const BatchResult& result) {
  summary_.done += result.fits;
  summary_.handed_over += static_cast<std::int64_t>(result.handed_over.size());
  for (std::int64_t at = 0; at < result.fits; ++at) {
    const auto i = static_cast<std::size_t>(at);
    const std::int64_t fit = begin + at;
    ++summary_.status[static_cast<std::size_t>(result.status[i])];
    const auto iterations = static_cast<std::size_t>(std::max(0, result.iterations[i]));
    if (summary_.iterations.size() <= iterations) summary_.iterations.resize(iterations + 1, 0);
    ++summary_.iterations[iterations];
    keep_worst(fit, at, piece, result);
    if (result.status[i] != BatchStatus::converged) continue;
    const auto parameters = result.parameters_of(at);
    for (std::size_t j = 0; j < summary_.maps.size(); ++j)
      summary_.maps[j][static_cast<std::size_t>(fit)] = parameters[j];
    if (fit % stride_ != 0) continue;
    ++summary_.sampled;
    for (std::size_t j = 0; j < parameters.size(); ++j) {
      values_[j].push_back(parameters[j]);
      if (const double e = result.standard_errors_of(at)[j]; std::isfinite(e)) errors_[j].push_back(e);
    }
  }
}

void BatchTally::keep_worst(std::int64_t fit, std::int64_t at, const BatchPiece& piece, const BatchResult& result) {
  const auto i = static_cast<std::size_t>(at);
  if (worst_ == 0 || !std::isfinite(result.cost[i])) return;
  BatchExample example;
  example.fit = fit;
  example.status = result.status[i];
  example.cost = result.cost[i];
  auto& worst = summary_.worst;
  if (worst.size() == worst_ && !is_worse(example, worst.back())) return;
  example.name = source_.name(fit);
  const auto parameters = result.parameters_of(at);
  example.parameters.assign(parameters.begin(), parameters.end());
  const auto points = static_cast<std::ptrdiff_t>(source_.points);
  const auto part = [&](const std::vector<double>& all) {
    return std::vector<double>(all.begin() + at * points, all.begin() + (at + 1) * points);
  };
  example.y = part(piece.y);
  std::vector<std::vector<double>> x;
  for (std::size_t k = 0; k < source_.shared_x.size(); ++k)
    x.push_back(source_.shared_x[k].empty() ? part(piece.x[k]) : source_.shared_x[k]);
  example.curve = curve(x, example.parameters);
  example.x = x.size() == 1 ? x[0] : ramp(source_.points);
  // Points that do not count, because they only fill a fit up or have no value, are none of its own.
  if (!piece.sigma.empty()) {
    const std::vector<double> sigma = part(piece.sigma);
    for (auto* v : {&example.x, &example.y, &example.curve}) {
      std::size_t kept = 0;
      for (std::size_t k = 0; k < sigma.size(); ++k)
        if (!std::isinf(sigma[k])) (*v)[kept++] = (*v)[k];
      v->resize(kept);
    }
  }
  worst.insert(std::upper_bound(worst.begin(), worst.end(), example, is_worse), std::move(example));
  if (worst.size() > worst_) worst.pop_back();
}

std::vector<double> BatchTally::curve(const std::vector<std::vector<double>>& x,
                                      const std::vector<double>& parameters) const {
  const auto points = static_cast<std::size_t>(source_.points), lanes = static_cast<std::size_t>(batch_lanes);
  const auto spread = [&](const std::vector<double>& numbers) {
    AlignedArray all(static_cast<std::int64_t>(numbers.size() * lanes));
    for (std::size_t i = 0; i < numbers.size(); ++i) std::fill_n(all.data() + i * lanes, lanes, numbers[i]);
    return all;
  };
  const AlignedArray p = spread(parameters);
  std::vector<AlignedArray> columns;
  std::vector<const double*> pointers;
  for (const auto& each : x) columns.push_back(spread(each));
  for (const AlignedArray& each : columns) pointers.push_back(each.data());
  AlignedArray value(static_cast<std::int64_t>(points * lanes));
  // Points that all fits share are those that the evaluator was bound to.
  SharedPoints none{static_cast<int>(points), std::vector<std::span<const double>>(x.size())};
  LanePoints at;
  at.parameters = p.data();
  at.x = pointers.data();
  at.count = static_cast<int>(points);
  at.value = value.data();
  at.stride = static_cast<int>(points);
  model_.bind(none)->evaluate(at);
  std::vector<double> curve;
  for (std::size_t i = 0; i < points; ++i) curve.push_back(value[static_cast<std::int64_t>(i * lanes)]);
  return curve;
}

void BatchTally::conclude() {
  for (std::size_t j = 0; j < values_.size(); ++j) {
    BatchParameter p;
    p.name = model_.parameter_names()[j];
    std::sort(values_[j].begin(), values_[j].end());
    std::sort(errors_[j].begin(), errors_[j].end());
    p.median = quantile(values_[j], 0.5);
    p.lower_quartile = quantile(values_[j], 0.25);
    p.upper_quartile = quantile(values_[j], 0.75);
    p.median_error = quantile(errors_[j], 0.5);
    p.histogram = histogram_of(values_[j]);
    summary_.parameters.push_back(std::move(p));
  }
}

}  // namespace thalweg::inline v0_1::studies
