#include "problems/regression/layers.hpp"

#include <algorithm>

#include <thalweg/math/aligned.hpp>
#include <thalweg/math/pack.hpp>

#include "problems/regression/output_loss.hpp"
#include "problems/regression/random.hpp"

namespace thalweg::regression {
namespace {

using P = NativePack;

std::vector<double> columns(std::int64_t n) { return std::vector<double>(static_cast<std::size_t>(n * largest_stride)); }

/// Views of the arrays of one workspace.
struct View {
  std::int64_t stride, rows;
  Matrix operator()(std::vector<double>& values, std::int64_t columns, std::int64_t first = 0) const {
    return {values.data() + first * stride, rows, columns, Eigen::OuterStride<>(stride)};
  }
  ConstMatrix operator()(const std::vector<double>& values, std::int64_t columns, std::int64_t first = 0) const {
    return {values.data() + first * stride, rows, columns, Eigen::OuterStride<>(stride)};
  }
};
/// B of a layer, or its rows without the bias.
ConstMatrix weights(const double* theta, const Layers::Layer& layer, std::int64_t first = 0) {
  return {theta + layer.offset + first, layer.inputs - first, layer.outputs, Eigen::OuterStride<>(layer.inputs)};
}

struct Activated {
  P value, slope, bend;
};

Activated activated(Activation activation, const P& z) {
  const P one(1.0), zero(0.0);
  switch (activation) {
    case Activation::tanh: {
      const P a = tanh(z), slope = (one - a) * (one + a);
      return {a, slope, P(-2.0) * a * slope};
    }
    case Activation::relu:
      return {max(z, zero), select(z > zero, one, zero), zero};
    case Activation::sigmoid:
    case Activation::softplus: {
      const P e = exp(-abs(z)), s = select(z < zero, e, one) / (one + e), rest = select(z < zero, one, e) / (one + e);
      if (activation == Activation::softplus) return {max(z, zero) + log1p(e), s, s * rest};
      return {s, s * rest, s * rest * (rest - s)};
    }
    case Activation::identity:
      break;
  }
  return {z, one, zero};
}

/// Z of a hidden layer becomes A, and its slopes and bends are kept.
void activate(Activation activation, const View& view, std::int64_t outputs, Workspace::Layer& w, bool bends) {
  std::fill_n(w.activation.data(), view.rows, 1.0);
  for (std::int64_t j = 0; j < outputs; ++j) {
    double* a = w.activation.data() + (1 + j) * view.stride;
    for (std::int64_t i = 0; i < view.rows; i += native_lanes) {
      const Activated at = activated(activation, P::load(a + i));
      at.value.store(a + i);
      at.slope.store(w.slope.data() + j * view.stride + i);
      if (bends) at.bend.store(w.bend.data() + j * view.stride + i);
    }
  }
}

void drop(const Dropout& dropout, std::uint64_t layer, const View& view, std::int64_t outputs, Workspace::Layer& w) {
  const double factor = 1.0 / (1.0 - dropout.probability);
  const std::uint64_t stream = mixed(mixed(dropout.seed ^ mixed(dropout.draw)) + layer);
  for (std::int64_t j = 0; j < outputs; ++j)
    for (std::int64_t i = 0; i < view.rows; ++i) {
      const std::uint64_t which = mixed(stream + static_cast<std::uint64_t>((dropout.first + i) * outputs + j));
      const double keep = unit(which) < dropout.probability ? 0.0 : factor;
      w.activation[static_cast<std::size_t>((1 + j) * view.stride + i)] *= keep;
      w.slope[static_cast<std::size_t>(j * view.stride + i)] *= keep;
    }
}

}  // namespace

Layers::Layers(std::int64_t inputs, const std::vector<int>& hidden, int outputs, Activation activation)
    : activation_(activation) {
  std::int64_t offset = 0;
  for (std::size_t l = 0; l <= hidden.size(); ++l) {
    const bool last = l == hidden.size();
    layers_.push_back({offset, inputs, last ? outputs : hidden[l], last});
    offset += layers_.back().size();
    inputs = 1 + layers_.back().outputs;
  }
}

Workspace Layers::workspace() const {
  Workspace w;
  for (const Layer& layer : layers_) {
    Workspace::Layer& at = w.layers.emplace_back();
    at.delta = columns(layer.outputs);
    at.moved = columns(layer.outputs);
    at.moved_delta = columns(layer.outputs);
    if (layer.last) continue;
    at.activation = columns(1 + layer.outputs);
    at.moved_activation = columns(1 + layer.outputs);
    at.slope = columns(layer.outputs);
    at.bend = columns(layer.outputs);
  }
  w.scores = columns(layers_.back().outputs + 1);
  return w;
}

ConstMatrix Layers::input_of(std::size_t l, const Tile& tile, const Workspace& w) const {
  if (l == 0) return {tile.data, tile.rows, layers_[0].inputs, Eigen::OuterStride<>(tile.stride)};
  return View{w.stride, tile.rows}(w.layers[l - 1].activation, layers_[l].inputs);
}

ConstMatrix Layers::delta_of(std::size_t l, const Tile& tile, const Workspace& w) const {
  return View{w.stride, tile.rows}(w.layers[l].delta, layers_[l].outputs);
}

void Layers::forward(const double* theta, const Tile& tile, Workspace& w, const Dropout* dropout, bool bends) const {
  w.stride = stride_of(tile.rows);
  const View view{w.stride, tile.rows};
  for (std::size_t l = 0; l < layers_.size(); ++l) {
    const Layer& layer = layers_[l];
    Matrix Z = layer.last ? view(w.scores, layer.outputs) : view(w.layers[l].activation, layer.outputs, 1);
    Z.noalias() = input_of(l, tile, w) * weights(theta, layer);
    if (layer.last) break;
    activate(activation_, view, layer.outputs, w.layers[l], bends);
    if (dropout) drop(*dropout, l, view, layer.outputs, w.layers[l]);
  }
}

void Layers::propagate(const double* theta, const Tile& tile, Workspace& w) const {
  const View view{w.stride, tile.rows};
  for (std::size_t l = layers_.size() - 1; l > 0; --l) {
    const Layer &layer = layers_[l], &below = layers_[l - 1];
    Matrix delta = view(w.layers[l - 1].delta, below.outputs);
    delta.noalias() = delta_of(l, tile, w) * weights(theta, layer, 1).transpose();
    delta.array() *= view(w.layers[l - 1].slope, below.outputs).array();
  }
}

void Layers::add_gradient(const Tile& tile, const Workspace& w, double* g) const {
  for (std::size_t l = 0; l < layers_.size(); ++l) {
    const Layer& layer = layers_[l];
    Matrix block(g + layer.offset, layer.inputs, layer.outputs, Eigen::OuterStride<>(layer.inputs));
    block.noalias() += input_of(l, tile, w).transpose() * delta_of(l, tile, w);
  }
}

void Layers::forward_along(const double* theta, const double* v, const Tile& tile, Workspace& w) const {
  const View view{w.stride, tile.rows};
  for (std::size_t l = 0; l < layers_.size(); ++l) {
    const Layer& layer = layers_[l];
    Matrix moved = view(w.layers[l].moved, layer.outputs);
    moved.noalias() = input_of(l, tile, w) * weights(v, layer);
    if (l > 0)
      moved.noalias() += view(w.layers[l - 1].moved_activation, layer.inputs) * weights(theta, layer);
    if (layer.last) break;
    std::fill_n(w.layers[l].moved_activation.data(), tile.rows, 0.0);  // of the ones
    view(w.layers[l].moved_activation, layer.outputs, 1).array() =
        view(w.layers[l].slope, layer.outputs).array() * moved.array();
  }
}

void Layers::add_product(const double* theta, const double* v, const Tile& tile, Workspace& w, double* Hv) const {
  const View view{w.stride, tile.rows};
  for (std::size_t l = layers_.size(); l-- > 0;) {
    const Layer& layer = layers_[l];
    const Matrix moved_delta = view(w.layers[l].moved_delta, layer.outputs);
    Matrix block(Hv + layer.offset, layer.inputs, layer.outputs, Eigen::OuterStride<>(layer.inputs));
    block.noalias() += input_of(l, tile, w).transpose() * moved_delta;
    if (l == 0) break;
    block.noalias() += view(w.layers[l - 1].moved_activation, layer.inputs).transpose() * delta_of(l, tile, w);
    // δ' below = (δ Wᵀ) φ', each of its factors moved in turn.
    Workspace::Layer& below = w.layers[l - 1];
    const std::int64_t units = layers_[l - 1].outputs;
    Matrix target = view(below.moved_delta, units);
    target.noalias() = delta_of(l, tile, w) * weights(theta, layer, 1).transpose();
    target.array() *= view(below.bend, units).array() * view(below.moved, units).array();
    Eigen::MatrixXd through = moved_delta * weights(theta, layer, 1).transpose();
    through.noalias() += delta_of(l, tile, w) * weights(v, layer, 1).transpose();
    target.array() += through.array() * view(below.slope, units).array();
  }
}

}  // namespace thalweg::regression
