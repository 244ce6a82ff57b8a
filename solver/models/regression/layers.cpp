#include "models/regression/layers.hpp"

#include <algorithm>

#include <thalweg/base/aligned.hpp>
#include <thalweg/math/pack.hpp>

#include "math/random.hpp"
#include "models/regression/output_loss.hpp"

namespace thalweg::inline v0_1::regression {
namespace {

using P = NativePack;

std::vector<double> columns(std::int64_t n) {
  return std::vector<double>(static_cast<std::size_t>(n * largest_stride));
}

/// B of a layer.
WeightMatrix weights(const double* theta, const Layers::Layer& layer) {
  return {theta + layer.offset, 1, layer.inputs, layer.outputs};
}
/// Its transpose without the biases.
WeightMatrix transposed(const double* theta, const Layers::Layer& layer) {
  return {theta + layer.offset + 1, layer.inputs, 1, layer.inputs - 1};
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
void activate(Activation activation, std::int64_t rows, std::int64_t outputs, std::int64_t stride, Workspace::Layer& w,
              bool bends) {
  std::fill_n(w.activation.data(), padded(rows), 1.0);
  for (std::int64_t j = 0; j < outputs; ++j) {
    double* const a = w.activation.data() + (1 + j) * stride;
    for (std::int64_t i = 0; i < padded(rows); i += native_lanes) {
      const Activated at = activated(activation, P::load(a + i));
      at.value.store(a + i);
      at.slope.store(w.slope.data() + j * stride + i);
      if (bends) at.bend.store(w.bend.data() + j * stride + i);
    }
  }
}

void drop(const Dropout& dropout, std::uint64_t layer, std::int64_t rows, std::int64_t outputs, std::int64_t stride,
          Workspace::Layer& w) {
  const double factor = 1.0 / (1.0 - dropout.probability);
  const std::uint64_t stream = mixed(mixed(dropout.seed ^ mixed(dropout.draw)) + layer);
  for (std::int64_t j = 0; j < outputs; ++j)
    for (std::int64_t i = 0; i < rows; ++i) {
      const std::uint64_t which = mixed(stream + static_cast<std::uint64_t>((dropout.first + i) * outputs + j));
      const double keep = unit(which) < dropout.probability ? 0.0 : factor;
      w.activation[static_cast<std::size_t>((1 + j) * stride + i)] *= keep;
      w.slope[static_cast<std::size_t>(j * stride + i)] *= keep;
    }
}

/// a ← a ∘ b over columns of a tile.
void scale(std::vector<double>& a, const std::vector<double>& b, std::int64_t columns, const Workspace& w,
           std::int64_t rows) {
  for (std::int64_t at = 0; at < columns * w.stride; at += w.stride)
    for (std::int64_t i = at; i < at + padded(rows); i += native_lanes)
      (P::load(a.data() + i) * P::load(b.data() + i)).store(a.data() + i);
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
    at.through = columns(layer.outputs);
    at.slope = columns(layer.outputs);
    at.bend = columns(layer.outputs);
  }
  w.scores = columns(layers_.back().outputs + 1);
  return w;
}

Columns Layers::input_of(std::size_t l, const Columns& tile, const Workspace& w) const {
  if (l == 0) return tile;
  return {w.layers[l - 1].activation.data(), w.stride, tile.rows, layers_[l].inputs};
}

Columns Layers::delta_of(std::size_t l, const Columns& tile, const Workspace& w) const {
  return {w.layers[l].delta.data(), w.stride, tile.rows, layers_[l].outputs};
}

void Layers::forward(const double* theta, const Columns& tile, Workspace& w, const Dropout* dropout, bool bends) const {
  w.stride = stride_of(tile.rows);
  for (std::size_t l = 0; l < layers_.size(); ++l) {
    const Layer& layer = layers_[l];
    double* const Z = layer.last ? w.scores.data() : w.layers[l].activation.data() + w.stride;
    multiply(input_of(l, tile, w), weights(theta, layer), Z, w.stride);
    if (layer.last) break;
    activate(activation_, tile.rows, layer.outputs, w.stride, w.layers[l], bends);
    if (dropout) drop(*dropout, l, tile.rows, layer.outputs, w.stride, w.layers[l]);
  }
}

void Layers::propagate(const double* theta, const Columns& tile, Workspace& w) const {
  for (std::size_t l = layers_.size() - 1; l > 0; --l) {
    Workspace::Layer& below = w.layers[l - 1];
    multiply(delta_of(l, tile, w), transposed(theta, layers_[l]), below.delta.data(), w.stride);
    scale(below.delta, below.slope, layers_[l - 1].outputs, w, tile.rows);
  }
}

void Layers::add_gradient(const Columns& tile, const Workspace& w, double* g) const {
  for (std::size_t l = 0; l < layers_.size(); ++l)
    add_transposed(input_of(l, tile, w), delta_of(l, tile, w), g + layers_[l].offset);
}

void Layers::forward_along(const double* theta, const double* v, const Columns& tile, Workspace& w) const {
  for (std::size_t l = 0; l < layers_.size(); ++l) {
    const Layer& layer = layers_[l];
    Workspace::Layer& at = w.layers[l];
    multiply(input_of(l, tile, w), weights(v, layer), at.moved.data(), w.stride);
    if (l > 0)
      multiply({w.layers[l - 1].moved_activation.data(), w.stride, tile.rows, layer.inputs}, weights(theta, layer),
               at.moved.data(), w.stride, true);
    if (layer.last) break;
    std::fill_n(at.moved_activation.data(), padded(tile.rows), 0.0);  // the ones do not move
    for (std::int64_t j = 0; j < layer.outputs; ++j) {
      const std::int64_t column = j * w.stride;
      double* const to = at.moved_activation.data() + column + w.stride;
      for (std::int64_t i = 0; i < padded(tile.rows); i += native_lanes)
        (P::load(at.slope.data() + column + i) * P::load(at.moved.data() + column + i)).store(to + i);
    }
  }
}

void Layers::add_product(const double* theta, const double* v, const Columns& tile, Workspace& w, double* Hv) const {
  for (std::size_t l = layers_.size(); l-- > 0;) {
    const Layer& layer = layers_[l];
    const Columns delta = delta_of(l, tile, w);
    const Columns moved_delta = {w.layers[l].moved_delta.data(), w.stride, tile.rows, layer.outputs};
    add_transposed(input_of(l, tile, w), moved_delta, Hv + layer.offset);
    if (l == 0) break;
    // δ below = (δ Wᵀ) φ', each of its factors moved in turn.
    Workspace::Layer& below = w.layers[l - 1];
    add_transposed({below.moved_activation.data(), w.stride, tile.rows, layer.inputs}, delta, Hv + layer.offset);
    const std::int64_t units = layers_[l - 1].outputs;
    multiply(delta, transposed(theta, layer), below.through.data(), w.stride);
    scale(below.through, below.bend, units, w, tile.rows);
    scale(below.through, below.moved, units, w, tile.rows);
    multiply(moved_delta, transposed(theta, layer), below.moved_delta.data(), w.stride);
    multiply(delta, transposed(v, layer), below.moved_delta.data(), w.stride, true);
    scale(below.moved_delta, below.slope, units, w, tile.rows);
    for (std::int64_t i = 0; i < units * w.stride; ++i)
      below.moved_delta[static_cast<std::size_t>(i)] += below.through[static_cast<std::size_t>(i)];
  }
}

}  // namespace thalweg::inline v0_1::regression
