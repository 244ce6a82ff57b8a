// Products with a tile of inputs that a model of one output spends its time in. Private to the floor.
#pragma once

#include <cstdint>

#include "problems/regression/layers.hpp"

namespace thalweg::regression {

/// s = X w. The rows from tile.rows to the next cache line must be there and zero; so do they for the two below.
void multiply(const Tile& X, std::int64_t columns, const double* w, double* s);
/// g += Xᵀ d.
void add_transposed(const Tile& X, std::int64_t columns, const double* d, double* g);
/// H += Xᵀ diag(w) X: the lower triangle of a columns × columns matrix whose rows are `stride` apart.
void add_weighted_square(const Tile& X, std::int64_t columns, const double* w, double* H, std::int64_t stride);

}  // namespace thalweg::regression
