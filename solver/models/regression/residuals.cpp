#include "models/regression/residuals.hpp"

#include <algorithm>

namespace thalweg::inline v0_1::regression {

ModelResiduals::ModelResiduals(std::shared_ptr<const Parts> parts)
    : ResidualGroup("data", parts->loss.residuals(), parts->design.samples(),
                    {{static_cast<int>(parts->layers.size()), 0, {}}}),
      parts_(std::move(parts)),
      pool_(parts_->layers) {}

void ModelResiduals::compute(const double* x, const ResidualOutput& out) const {
  const Layers& layers = parts_->layers;
  WorkspacePool::Lease w(pool_);
  std::vector<double*> r(static_cast<std::size_t>(dimension()));
  for (std::int64_t begin = out.begin; begin < out.end; begin += tile_rows) {
    const Columns tile = parts_->design.any_tile(begin, std::min(tile_rows, out.end - begin), w->inputs);
    const std::int64_t first = begin - out.begin;
    layers.forward(x, tile, *w);
    for (int k = 0; k < dimension(); ++k) r[static_cast<std::size_t>(k)] = out.residual[k] + first;
    parts_->loss.residual(w->scores.data(), w->stride, parts_->design.y() + begin, tile.rows, r.data(),
                          out.cost ? out.cost + first : nullptr);
    if (!out.jacobian) continue;
    for (int k = 0; k < dimension(); ++k) {
      parts_->loss.seed(w->scores.data(), w->stride, tile.rows, k, w->layers.back().delta.data());
      layers.propagate(x, tile, *w);
      write_jacobian(tile, *w, first, out.jacobian + k * columns());
    }
  }
}

void ModelResiduals::write_jacobian(const Columns& tile, const Workspace& w, std::int64_t first,
                                    double* const* column) const {
  for (std::size_t l = 0; l < parts_->layers.all().size(); ++l) {
    const Columns input = parts_->layers.input_of(l, tile, w), delta = parts_->layers.delta_of(l, tile, w);
    for (std::int64_t j = 0; j < delta.count; ++j)
      for (std::int64_t m = 0; m < input.count; ++m, ++column) {
        const double *a = input.data + m * input.stride, *d = delta.data + j * delta.stride;
        for (std::int64_t i = 0; *column && i < tile.rows; ++i) (*column)[first + i] = d[i] * a[i];
      }
  }
}

// Pearlmutter's products with the unit vectors, the output's own curvature left out.
void ModelResiduals::compute_curvature(const double* x, std::int64_t begin, std::int64_t end,
                                       const double* const* weight, double* S) const {
  if (parts_->affine()) return;
  const Layers& layers = parts_->layers;
  const OutputLoss& loss = parts_->loss;
  const std::int64_t n = columns();
  WorkspacePool::Lease w(pool_);
  std::vector<double> direction(static_cast<std::size_t>(n));
  for (std::int64_t at = begin; at < end; at += tile_rows) {
    const Columns tile = parts_->design.any_tile(at, std::min(tile_rows, end - at), w->inputs);
    layers.forward(x, tile, *w, nullptr, true);
    Workspace::Layer& last = w->layers.back();
    if (has_cost()) {
      loss.evaluate(w->scores.data(), w->stride, parts_->design.y() + at, tile.rows);
      loss.slope(w->scores.data(), w->stride, parts_->design.y() + at, tile.rows, last.delta.data(), w->stride);
    } else {
      std::copy_n(weight[0] + (at - begin), tile.rows, last.delta.data());
    }
    layers.propagate(x, tile, *w);
    std::fill(last.moved_delta.begin(), last.moved_delta.end(), 0.0);
    for (std::int64_t c = 0; c < n; ++c) {
      direction[static_cast<std::size_t>(c)] = 1.0;
      layers.forward_along(x, direction.data(), tile, *w);
      layers.add_product(x, direction.data(), tile, *w, S + c * n);
      direction[static_cast<std::size_t>(c)] = 0.0;
    }
  }
}

}  // namespace thalweg::inline v0_1::regression
