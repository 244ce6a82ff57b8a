// Fully connected layers on tiles of samples: forward, backward, and both along a direction. Private to the floor.
//
// θ holds of each layer a matrix B, (1 + in) × out, column-major: of each unit its bias, then the weights of its
// inputs. Activations carry a column of ones in front, [1 A], so that a layer is one product, Z = [1 A] B, and ∂B = [1
// A]ᵀ δ. A model without intercept has no such column in its only layer.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include <thalweg/models/regression.hpp>

#include "models/regression/kernels.hpp"

namespace thalweg::inline v0_1::regression {

/// What one evaluation needs for itself. Reused from tile to tile, of whatever size.
struct Workspace {
  std::int64_t stride = 0;  ///< between the columns of every array, set by forward
  struct Layer {
    std::vector<double> activation;                            ///< [1 A], of hidden layers
    std::vector<double> slope, bend;                           ///< φ'(z) (with dropout's factor), φ''(z)
    std::vector<double> delta;                                 ///< ∂F/∂z
    std::vector<double> moved, moved_activation, moved_delta;  ///< derivatives of z, [1 A] and δ along a direction
    std::vector<double> through;                               ///< for add_product alone
  };
  std::vector<Layer> layers;
  std::vector<double> scores;          ///< Z of the last layer, and room for one more column
  std::vector<double> inputs, labels;  ///< of a minibatch
};

/// Masks of inverted dropout, the same for the same seed and draw.
struct Dropout {
  double probability;
  std::uint64_t seed, draw;
  std::int64_t first;  ///< position in the minibatch of the tile's first sample
};

class Layers {
 public:
  struct Layer {
    std::int64_t offset;           ///< of B in θ
    std::int64_t inputs, outputs;  ///< B is inputs × outputs, the column of ones among the inputs
    bool last;
    std::int64_t size() const { return inputs * outputs; }
  };
  /// inputs: columns of a tile, the ones among them where there is an intercept.
  Layers(std::int64_t inputs, const std::vector<int>& hidden, int outputs, Activation activation);

  const std::vector<Layer>& all() const { return layers_; }
  std::int64_t size() const { return layers_.back().offset + layers_.back().size(); }
  Activation activation() const { return activation_; }
  Workspace workspace() const;

  /// Scores of the tile to w.scores; the rest of w serves backward. `bends`: φ'' is wanted, too.
  void forward(const double* theta, const Columns& tile, Workspace& w, const Dropout* dropout = nullptr,
               bool bends = false) const;
  /// Given ∂F/∂scores in the last layer's delta: δ of all layers.
  void propagate(const double* theta, const Columns& tile, Workspace& w) const;
  /// Adds [1 A]ᵀδ of all layers to g, after propagate. The scores' δ is zero from the last sample to the next cache
  /// line.
  void add_gradient(const Columns& tile, const Workspace& w, double* g) const;

  /// After forward with bends: the derivative of the scores along v, to the last layer's `moved`.
  void forward_along(const double* theta, const double* v, const Columns& tile, Workspace& w) const;
  /// After propagate and forward_along, with the derivative of ∂F/∂scores in the last layer's moved_delta: adds the
  /// derivative of the gradient along v to Hv (Pearlmutter 1994).
  void add_product(const double* theta, const double* v, const Columns& tile, Workspace& w, double* Hv) const;

  /// [1 A] that enters layer l.
  Columns input_of(std::size_t l, const Columns& tile, const Workspace& w) const;
  /// δ of layer l.
  Columns delta_of(std::size_t l, const Columns& tile, const Workspace& w) const;

 private:
  std::vector<Layer> layers_;
  Activation activation_;
};

}  // namespace thalweg::inline v0_1::regression
