#include <algorithm>
#include <cmath>
#include <optional>

#include <fmt/format.h>
#include <thalweg/base/error.hpp>
#include <thalweg/problem/problem.hpp>

#include "math/random.hpp"
#include "models/regression/checks.hpp"
#include "models/regression/model.hpp"
#include "models/regression/residuals.hpp"

namespace thalweg::inline v0_1 {
namespace regression {
namespace {

OutputLoss loss_of(const RegressionOptions& options, std::size_t classes, double smoothing) {
  using Kind = OutputLoss::Kind;
  const auto k = static_cast<int>(classes);
  switch (options.kind) {
    case RegressionKind::linear:
      break;
    case RegressionKind::logistic:
      return {Kind::logistic, k, false, smoothing};
    case RegressionKind::softmax:
      return {Kind::softmax, k, true, smoothing};
    case RegressionKind::hinge:
      return {Kind::hinge, k, false, 0.0};
    case RegressionKind::network:
      if (options.classifies()) return {Kind::softmax, k, false, smoothing};
  }
  return {Kind::squares, 1, false, 0.0};
}

std::vector<std::string> names_of(const RegressionOptions& options, const RegressionData& data, const Layers& layers) {
  std::vector<std::string> names;
  const bool affine = options.kind != RegressionKind::network;
  const bool several = options.kind == RegressionKind::softmax || options.kind == RegressionKind::hinge;
  const std::size_t reference = options.kind == RegressionKind::softmax ? 1 : 0;
  for (std::size_t l = 0; l < layers.all().size(); ++l)
    for (std::int64_t j = 0; j < layers.all()[l].outputs; ++j)
      for (std::int64_t m = 0; m < layers.all()[l].inputs; ++m) {
        const std::int64_t input = m - (options.intercept ? 1 : 0);
        if (!affine)
          names.push_back(input < 0 ? fmt::format("bias{}[{}]", l + 1, j)
                                    : fmt::format("layer{}[{}][{}]", l + 1, j, input));
        else
          names.push_back((input < 0 ? "intercept" : data.inputs[static_cast<std::size_t>(input)]) +
                          (several ? "[" + data.classes[static_cast<std::size_t>(j) + reference] + "]" : ""));
      }
  return names;
}

/// The weights of every output and unit.
std::vector<Weights> units_of(const RegressionOptions& options, const Layers& layers) {
  std::vector<Weights> units;
  for (const Layers::Layer& layer : layers.all())
    for (std::int64_t j = 0; j < layer.outputs; ++j) {
      const std::int64_t begin = layer.offset + j * layer.inputs;
      units.push_back({begin + (options.intercept ? 1 : 0), begin + layer.inputs});
    }
  return units;
}

Layers layers_of(const RegressionOptions& options, std::int64_t inputs, int outputs) {
  const bool network = options.kind == RegressionKind::network;
  return {inputs, network ? options.network.layers : std::vector<int>{}, outputs,
          network ? options.network.activation : Activation::identity};
}

}  // namespace

std::shared_ptr<const Parts> make_parts(const RegressionOptions& options, const RegressionData& data,
                                        const std::optional<Standardisation>& standard, int threads) {
  Design design(data, standard ? &*standard : nullptr, options.intercept);
  const OutputLoss loss = loss_of(options, data.classes.size(), options.label_smoothing);
  Layers layers = layers_of(options, design.inputs(), loss.outputs());
  Ridge ridge(options.l2, units_of(options, layers), options.kind == RegressionKind::softmax);
  auto names = names_of(options, data, layers);
  return std::make_shared<const Parts>(
      Parts{options, std::move(design), std::move(layers), loss, std::move(ridge), std::move(names), threads});
}

}  // namespace regression

using namespace regression;

RegressionModel::RegressionModel(const RegressionOptions& options, const RegressionData& data, int threads) {
  check(options, data);
  auto impl = std::make_shared<Impl>();
  if (options.standardize) impl->standard = standardisation_of(data);
  impl->parts = make_parts(options, data, impl->standard, threads);
  impl->objective = std::make_unique<RegressionObjective>(impl->parts);
  impl->penalty = make_penalty(options.l1, options.max_norm, units_of(options, impl->parts->layers));
  impl->inputs = data.inputs;
  impl->classes = data.classes;
  impl_ = std::move(impl);
}

const RegressionModel::Impl& RegressionModel::impl() const { return *impl_; }
const RegressionOptions& RegressionModel::options() const { return impl_->parts->options; }
std::int64_t RegressionModel::parameters() const { return impl_->parts->layers.size(); }
std::int64_t RegressionModel::samples() const { return impl_->parts->design.samples(); }
std::string RegressionModel::name(std::int64_t i) const { return impl_->parts->names.at(static_cast<std::size_t>(i)); }
const LayeredObjective& RegressionModel::objective() const { return *impl_->objective; }
const Proximable* RegressionModel::penalty() const { return impl_->penalty.get(); }
bool RegressionModel::has_residuals() const { return options().kind != RegressionKind::hinge; }
int RegressionModel::outputs() const { return impl_->parts->loss.outputs(); }

bool RegressionModel::smooth() const {
  return options().kind != RegressionKind::hinge &&
         !(options().kind == RegressionKind::network && options().network.activation == Activation::relu);
}

std::vector<double> RegressionModel::start() const {
  std::vector<double> x(static_cast<std::size_t>(parameters()));
  if (options().kind != RegressionKind::network) return x;
  const NetworkOptions& network = options().network;
  const bool rectified = network.activation == Activation::relu || network.activation == Activation::softplus;
  const bool he =
      network.init == NetworkOptions::Init::he || (network.init == NetworkOptions::Init::automatic && rectified);
  Random random(network.seed);
  for (const Layers::Layer& layer : impl_->parts->layers.all()) {
    const auto in = static_cast<double>(layer.inputs - 1), out = static_cast<double>(layer.outputs);
    const double deviation = std::sqrt(2.0 / (he ? in : in + out));
    for (std::int64_t j = 0; j < layer.outputs; ++j)
      for (std::int64_t m = 1; m < layer.inputs; ++m)
        x[static_cast<std::size_t>(layer.offset + j * layer.inputs + m)] = deviation * random.normal();
  }
  return x;
}

Problem RegressionModel::problem(std::span<const double> start) const {
  if (!has_residuals()) throw Error("hinge regression has no residuals; expected another method, or another kind");
  if (static_cast<std::int64_t>(start.size()) != parameters())
    throw Error(fmt::format("a start of {} numbers; expected {}", start.size(), parameters()));
  Problem problem;
  const auto x = problem.add_parameters("parameters", std::vector<double>(start.begin(), start.end()));
  problem.name_components(x, impl_->parts->names);
  problem.add_group(std::make_unique<ModelResiduals>(impl_->parts));
  if (impl_->parts->ridge.lambda() > 0.0)
    problem.add_group(std::make_unique<RidgeResiduals>(impl_->parts->ridge, parameters()));
  if (options().classifies()) problem.set_noise(Noise::known);
  return problem;
}

std::vector<double> RegressionModel::in_users_units(std::span<const double> x) const {
  std::vector<double> result(x.begin(), x.end());
  if (!impl_->standard) return result;
  const Layers::Layer& layer = impl_->parts->layers.all()[0];
  for (std::int64_t j = 0; j < layer.outputs; ++j) {
    double* const unit = result.data() + layer.offset + j * layer.inputs;
    for (std::int64_t m = 1; m < layer.inputs; ++m) {
      const auto input = static_cast<std::size_t>(m - 1);
      unit[m] /= impl_->standard->deviation[input];
      unit[0] -= unit[m] * impl_->standard->mean[input];
    }
  }
  return result;
}

namespace {

/// Calls body(first, tile, y, workspace) with the scores of every tile of a table in the workspace.
template <class Body>
void sweep(const RegressionModel::Impl& impl, std::span<const double> x, const RegressionData& data, Body body) {
  if (data.x.size() != impl.inputs.size())
    throw Error(fmt::format("a table of {} inputs; expected {}", data.x.size(), impl.inputs.size()));
  if (data.y.empty()) return;
  const Parts& parts = *impl.parts;
  const Design design(data, impl.standard ? &*impl.standard : nullptr, parts.options.intercept);
  Workspace w = parts.layers.workspace();
  for (std::int64_t at = 0; at < design.samples(); at += tile_rows) {
    const Columns tile = design.tile(at, std::min(tile_rows, design.samples() - at));
    parts.layers.forward(x.data(), tile, w);
    body(at, tile.rows, design.y() + at, w);
  }
}

/// The class with the largest score, of the first ones when several are equal.
std::int64_t predicted(const OutputLoss& loss, const Workspace& w, std::int64_t i) {
  const auto score = [&](std::int64_t k) { return w.scores[static_cast<std::size_t>(k * w.stride + i)]; };
  if (loss.kind() == OutputLoss::Kind::logistic) return score(0) > 0.0 ? 1 : 0;
  const std::int64_t reference = loss.classes() - loss.outputs();
  std::int64_t best = 0;
  double largest = reference > 0 ? 0.0 : score(0);
  for (std::int64_t k = 1; k < loss.classes(); ++k)
    if (score(k - reference) > largest) {
      best = k;
      largest = score(k - reference);
    }
  return best;
}

}  // namespace

std::vector<std::vector<double>> RegressionModel::scores(std::span<const double> x, const RegressionData& data) const {
  std::vector<std::vector<double>> result(static_cast<std::size_t>(outputs()), std::vector<double>(data.y.size()));
  sweep(*impl_, x, data, [&](std::int64_t first, std::int64_t m, const double*, const Workspace& w) {
    for (std::size_t k = 0; k < result.size(); ++k)
      std::copy_n(w.scores.data() + static_cast<std::int64_t>(k) * w.stride, m, result[k].data() + first);
  });
  return result;
}

RegressionMeasures RegressionModel::measure(std::span<const double> x, const RegressionData& data) const {
  RegressionMeasures measures;
  measures.samples = data.samples();
  if (measures.samples == 0) throw Error("there are no samples to measure on; expected at least one");
  const bool classes = options().classifies();
  const auto k = static_cast<std::int64_t>(impl_->classes.size());
  for (std::size_t i = 0; classes && i < data.y.size(); ++i)
    if (const auto wrong = wrong_label(data.y[i], i, impl_->classes.size()))
      throw Error(wrong->problem + "; expected " + wrong->expected);
  const OutputLoss loss = loss_of(options(), impl_->classes.size(), 0.0);
  if (classes) measures.confusion.assign(static_cast<std::size_t>(k * k), 0);
  double sum = 0.0, right = 0.0, mean = 0.0;
  sweep(*impl_, x, data, [&](std::int64_t, std::int64_t m, const double* y, Workspace& w) {
    for (std::int64_t i = 0; i < m; ++i) {
      mean += y[i];
      if (!classes) continue;
      const std::int64_t guess = predicted(loss, w, i), truth = static_cast<std::int64_t>(y[i]);
      ++measures.confusion[static_cast<std::size_t>(truth * k + guess)];
      right += guess == truth;
    }
    sum += loss.evaluate(w.scores.data(), w.stride, y, m);
  });
  const auto n = static_cast<double>(measures.samples);
  measures.mean_loss = sum / n;
  if (classes) {
    measures.accuracy = right / n;
  } else {
    double squares = 0.0;
    for (const double y : data.y) squares += (y - mean / n) * (y - mean / n);
    if (squares > 0.0) measures.r_squared = 1.0 - 2.0 * sum / squares;
  }
  return measures;
}

}  // namespace thalweg::inline v0_1
