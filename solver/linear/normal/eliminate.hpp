// Elimination of the landmarks and what follows from it: the reduced system, its products, back-substitution.
#pragma once

#include <cmath>

#include <linear/normal/elimination_kernels.hpp>
#include <linear/normal/tiled_equations.hpp>
#include <thalweg/base/parallel.hpp>

namespace thalweg::inline v0_1 {

/// V + λD² = LLᵀ of the landmarks [begin, end), eight at once. False when one is not positive definite.
template <int F, int E>
bool TiledEquations<F, E>::factor_range(std::int32_t begin, std::int32_t end, double lambda, const double* D) {
  if constexpr (!narrow) return factor_wide_range(begin, end, lambda, D);
  using tile::Raw;
  bool positive = true;
  for (std::int32_t first = begin; first < end; first += tile::lanes) {
    const int n = std::min<std::int32_t>(tile::lanes, end - first);
    double* const records = landmarks_.data() + std::int64_t{first} * landmark_size;
    Raw V[8], rest[8], damping[E] = {};
    for (int l = 0; l < tile::lanes; ++l) {
      const double* const record = records + std::min(l, n - 1) * landmark_size;
      V[l] = tile::load(record);
      rest[l] = tile::load(record + 8);
    }
    tile::transpose(V);
    tile::transpose(rest);
    for (int l = 0; l < n; ++l)
      for (int c = 0; c < E; ++c) damping[c][l] = landmark_damping(first + l, c, lambda, D);
    // Padding, and a column that no residual depends on, has a zero diagonal.
    const auto damped = [&](int diagonal, int c) {
      const Raw d = V[diagonal] + damping[c];
      return d == Raw{} ? tile::splat(1.0) : d;
    };
    const auto inverse_root = [](const Raw& d) { return tile::splat(1.0) / sqrt(Pack<8>(d)).v; };
    const Raw d0 = damped(0, 0), L0 = inverse_root(d0), L1 = V[1] * L0, L2 = V[2] * L0;
    const Raw d1 = damped(3, 1) - L1 * L1, L3 = inverse_root(d1), L4 = (V[4] - L2 * L1) * L3;
    const Raw d2 = damped(5, 2) - L2 * L2 - L4 * L4, L5 = inverse_root(d2);
    for (int l = 0; l < n; ++l) positive = positive && d0[l] > 0.0 && d1[l] > 0.0 && d2[l] > 0.0;
    Raw out[8] = {rest[0], L0, L1, L2, L3, L4, L5, Raw{}};
    tile::transpose(out);
    for (int l = 0; l < n; ++l) tile::store(records + l * landmark_size + 8, out[l]);
  }
  return positive;
}

/// The same of wider ones: eight factors side by side, column after column.
template <int F, int E>
bool TiledEquations<F, E>::factor_wide_range(std::int32_t begin, std::int32_t end, double lambda, const double* D) {
  using elimination::lower;
  using tile::Raw;
  bool positive = true;
  for (std::int32_t first = begin; first < end; first += tile::lanes) {
    const int n = std::min<std::int32_t>(tile::lanes, end - first);
    double* const records = landmarks_.data() + std::int64_t{first} * landmark_size;
    Raw L[triangle];
    for (int q = 0; q < triangle; ++q)
      for (int l = 0; l < tile::lanes; ++l) L[q][l] = records[std::min(l, n - 1) * landmark_size + q];
    for (int c = 0; c < E; ++c) {
      Raw& diagonal = L[lower<E>(c, c)];
      for (int l = 0; l < tile::lanes; ++l) diagonal[l] += landmark_damping(first + std::min(l, n - 1), c, lambda, D);
      // Padding, and a column that no residual depends on, has a zero diagonal.
      diagonal = diagonal == Raw{} ? tile::splat(1.0) : diagonal;
    }
    for (int c = 0; c < E; ++c) {
      Raw& diagonal = L[lower<E>(c, c)];
      for (int k = 0; k < c; ++k) diagonal -= L[lower<E>(c, k)] * L[lower<E>(c, k)];
      for (int l = 0; l < n; ++l) positive = positive && diagonal[l] > 0.0;
      diagonal = tile::splat(1.0) / sqrt(Pack<8>(diagonal)).v;
      for (int i = c + 1; i < E; ++i) {
        Raw& entry = L[lower<E>(i, c)];
        for (int k = 0; k < c; ++k) entry -= L[lower<E>(i, k)] * L[lower<E>(c, k)];
        entry *= diagonal;
      }
    }
    for (int l = 0; l < n; ++l)
      for (int q = 0; q < triangle; ++q) records[l * landmark_size + landmark_factor + q] = L[q][l];
  }
  return positive;
}

/// Z of the landmarks [begin, end), one coupling after the other, and Z L⁻¹ b added to y.
template <int F, int E>
void TiledEquations<F, E>::scale_couplings(std::int32_t begin, std::int32_t end, const double* b, double* Z,
                                           double* y) const {
  const NormalLayout& layout = *layout_;
  for (std::int32_t e = begin; e < end; ++e) {
    const double* const L = landmarks_.data() + std::int64_t{e} * landmark_size + landmark_factor;
    const auto i = static_cast<std::size_t>(e);
    double own[E];
    gather(b, e, own);
    elimination::solve_lower<E>(L, own);
    for (std::int64_t k = layout.coupling_start[i]; k < layout.coupling_start[i + 1]; ++k, Z += Coupling::size) {
      tile::fetch_ahead<false>(W_.data() + (k + couplings_ahead) * Coupling::size, Coupling::size);
      elimination::times_inverse<Coupling, F, E>(W_.data() + k * Coupling::size, L, Z);
      elimination::add_product<Coupling, F, E>(
          Z, own, y + std::int64_t{layout.coupling_tile[static_cast<std::size_t>(k)]} * vector_size);
    }
  }
}

/// Adds the products of one stretch to S, with the Z of its couplings.
template <int F, int E>
void TiledEquations<F, E>::add_products(const ProductSchedule::Part& part, std::size_t stretch, const double* Z,
                                        double* S) const {
  const ProductSchedule::Pair* pair = part.pairs.data() + part.stretches[stretch].pair;
  for (std::int64_t r = part.stretches[stretch].run; r < part.stretches[stretch + 1].run; ++r) {
    const ProductSchedule::Run& run = part.runs[static_cast<std::size_t>(r)];
    elimination::add_outer_products<Square, Coupling, F, E>(pair, pair + run.pairs, Z, run.first,
                                                            S + std::int64_t{run.block} * Square::size);
    pair += run.pairs;
  }
}

template <int F, int E>
bool TiledEquations<F, E>::eliminate_part(int part, double lambda, const double* D, const double* b) {
  const auto p = static_cast<std::size_t>(part);
  double* const S = reduced_.data() + part * reduced_stride();
  double* const y = vectors_.data() + part * vectors_stride();
  double* const scratch = scratch_[static_cast<std::size_t>(current_thread())].data();
  std::fill_n(y, vectors_stride(), 0.0);
  bool positive = true;
  const ProductSchedule::Part& products = layout_->products.parts[p];
  for (std::size_t stretch = 0; stretch + 1 < products.stretches.size(); ++stretch) {
    const std::int32_t first = products.stretches[stretch].landmark, last = products.stretches[stretch + 1].landmark;
    positive = factor_range(first, last, lambda, D) && positive;
    if constexpr (narrow)
      if (rank_two_) {
        halve_rank_two(first, last, b, scratch);
        add_rank_two_products(products, stretch, scratch, S, y);
        continue;
      }
    scale_couplings(first, last, b, scratch, y);
    add_products(products, stretch, scratch, S);
  }
  return positive;
}

/// λD² of the kept columns, and 1 where neither damping nor any residual gives a diagonal.
template <int F, int E>
void TiledEquations<F, E>::damp(double lambda, const double* D) {
  for (std::int32_t t = 0; t < layout_->tiles; ++t)
    for (int c = 0; c < F; ++c) {
      const std::int64_t i = std::int64_t{t} * F + c, column = layout_->tile_column[static_cast<std::size_t>(i)];
      damping_[i] = column < 0 ? 0.0 : lambda * D[column] * D[column];
      if (squared_norm(t, c) + damping_[i] == 0.0) damping_[i] = 1.0;
    }
}

template <int F, int E>
LinearStatus TiledEquations<F, E>::eliminate(double lambda, const double* D, const double* b, double* reduced,
                                             int threads) {
  if (layout_->landmarks == 0) {
    damp(lambda, D);
    kept_of(b, reduced);
    return LinearStatus::ok;
  }
  // Blocks that no landmark of a part meets stay zero.
  if (reduced_.size() == 0) reduced_.resize(layout_->parts * reduced_stride());
  scratch_.resize(static_cast<std::size_t>(resolve_threads(threads)));
  for (AlignedArray& own : scratch_)
    if (own.size() == 0) own.resize(layout_->products.longest * (rank_two_ ? rank_two::half : Coupling::size));
  damp(lambda, D);
  std::atomic<bool> positive = true;
  parallel_chunks(layout_->parts, 1, threads, [&](std::int64_t part, std::int64_t, std::int64_t) {
    if (!eliminate_part(static_cast<int>(part), lambda, D, b)) positive = false;
  });
  subtract_parts(b, reduced);
  return positive ? LinearStatus::ok : LinearStatus::retry;
}

template <int F, int E>
LinearStatus TiledEquations<F, E>::factor_landmarks(double lambda, const double* D, int threads) {
  damp(lambda, D);
  std::atomic<bool> positive = true;
  parallel_chunks(layout_->parts, 1, threads, [&](std::int64_t part, std::int64_t, std::int64_t) {
    const auto p = static_cast<std::size_t>(part);
    if (!factor_range(layout_->part_landmark[p], layout_->part_landmark[p + 1], lambda, D)) positive = false;
  });
  return positive ? LinearStatus::ok : LinearStatus::retry;
}

/// Of a column of a tile, undamped.
template <int F, int E>
double TiledEquations<F, E>::squared_norm(std::int32_t t, int c) const {
  const double* const record = kept_.data() + std::int64_t{t} * kept_size;
  return record[Square::index(c, c)] + record[Square::size + vector_size + c];
}

/// A tile's block of U, without what is in records, damped, both triangles.
template <int F, int E>
void TiledEquations<F, E>::own_block(std::int32_t t, double* to) const {
  const double* const from = kept_.data() + std::int64_t{t} * kept_size;
  for (int j = 0; j < F; ++j)
    for (int i = j; i < F; ++i) to[i + j * F] = to[j + i * F] = from[Square::index(i, j)];
  for (int j = 0; j < F; ++j) to[j * (F + 1)] += damping_[std::int64_t{t} * F + j];
}

template <int F, int E>
void TiledEquations<F, E>::reduced_block(std::int64_t k, double* to, std::int64_t row_step,
                                         std::int64_t column_step) const {
  alignas(64) double sum[Square::size] = {};
  if (const std::int32_t source = layout_->source[static_cast<std::size_t>(k)]; source >= 0) {
    const double* off = kept_.data() + std::int64_t{layout_->tiles} * kept_size + std::int64_t{source} * Square::size;
    std::copy_n(off, Square::size, sum);
  } else if (source < -1) {
    double block[F * F];
    own_block(-2 - source, block);
    for (int j = 0; j < F; ++j)
      for (int i = 0; i < F; ++i) sum[Square::index(i, j)] = block[i + j * F];
  }
  const int parts = layout_->landmarks > 0 ? layout_->parts : 0;
  for (int part = 0; part < parts; ++part) {
    const double* S = reduced_.data() + part * reduced_stride() + k * Square::size;
    for (int v = 0; v < Square::size; v += 8) tile::store(sum + v, tile::load(sum + v) - tile::load(S + v));
  }
  for (int j = 0; j < F; ++j)
    for (int i = 0; i < F; ++i) to[i * row_step + j * column_step] = sum[Square::index(i, j)];
}

template <int F, int E>
void TiledEquations<F, E>::reduced_diagonal(double* to, int threads) {
  sum_diagonals(to, threads, [&](int part, double* S) {
    if constexpr (narrow)
      if (rank_two_) return subtract_rank_two_diagonals(part, true, S);
    const NormalLayout& layout = *layout_;
    alignas(64) double Z[Coupling::size] = {};
    for (std::int32_t e = layout.part_landmark[static_cast<std::size_t>(part)];
         e < layout.part_landmark[static_cast<std::size_t>(part) + 1]; ++e) {
      const double* const L = landmarks_.data() + std::int64_t{e} * landmark_size + landmark_factor;
      const auto i = static_cast<std::size_t>(e);
      for (std::int64_t k = layout.coupling_start[i]; k < layout.coupling_start[i + 1]; ++k) {
        elimination::times_inverse<Coupling, F, E>(W_.data() + k * Coupling::size, L, Z);
        elimination::add_outer<Square, Coupling, F, E>(
            Z, Z, S + std::int64_t{layout.coupling_tile[static_cast<std::size_t>(k)]} * Square::size);
      }
    }
  });
}

template <int F, int E>
void TiledEquations<F, E>::kept_diagonal(double* to, int threads) {
  sum_diagonals(to, threads, [&]([[maybe_unused]] int part, [[maybe_unused]] double* S) {
    if constexpr (narrow)
      if (rank_two_) subtract_rank_two_diagonals(part, false, S);
  });
}

/// Own blocks of the tiles, less what sum(part, S) adds to blocks that begin at zero.
template <int F, int E>
template <class Sum>
void TiledEquations<F, E>::sum_diagonals(double* to, int threads, Sum sum) {
  const NormalLayout& layout = *layout_;
  const std::int64_t stride = std::int64_t{layout.tiles} * Square::size;
  diagonals_.resize_unset(layout.parts * stride);
  parallel_chunks(layout.parts, 1, threads, [&](std::int64_t part, std::int64_t, std::int64_t) {
    double* const S = diagonals_.data() + part * stride;
    std::fill_n(S, stride, 0.0);
    sum(static_cast<int>(part), S);
  });
  for (std::int32_t t = 0; t < layout.tiles; ++t) {
    double* const block = to + std::int64_t{t} * F * F;
    own_block(t, block);
    for (int part = 0; part < layout.parts; ++part) {
      const double* const S = diagonals_.data() + part * stride + std::int64_t{t} * Square::size;
      for (int j = 0; j < F; ++j)
        for (int i = 0; i < F; ++i) block[i + j * F] -= S[Square::index(i, j)];
    }
  }
}

template <int F, int E>
void TiledEquations<F, E>::gather(const double* b, std::int32_t e, double* own) const {
  for (int c = 0; c < E; ++c) {
    const std::int64_t column = layout_->landmark_column[static_cast<std::size_t>(e) * E + static_cast<std::size_t>(c)];
    own[c] = column < 0 ? 0.0 : b[column];
  }
}

/// The kept columns of b, as a tile vector.
template <int F, int E>
void TiledEquations<F, E>::kept_of(const double* b, double* reduced) const {
  for (std::int64_t i = 0; i < std::int64_t{layout_->tiles} * F; ++i) {
    const std::int64_t column = layout_->tile_column[static_cast<std::size_t>(i)];
    reduced[i] = column < 0 ? 0.0 : b[column];
  }
}

/// The same, less what the parts have summed.
template <int F, int E>
void TiledEquations<F, E>::subtract_parts(const double* b, double* reduced) const {
  for (std::int64_t i = 0; i < std::int64_t{layout_->tiles} * F; ++i) {
    const std::int64_t column = layout_->tile_column[static_cast<std::size_t>(i)];
    double s = column < 0 ? 0.0 : b[column];
    for (int part = 0; part < layout_->parts && column >= 0; ++part)
      s -= vectors_[part * vectors_stride() + i / F * vector_size + i % F];
    reduced[i] = s;
  }
}

template <int F, int E>
void TiledEquations<F, E>::reduce(const double* b, double* reduced, int threads) {
  const NormalLayout& layout = *layout_;
  if (layout.landmarks == 0) return kept_of(b, reduced);
  parallel_chunks(layout.parts, 1, threads, [&](std::int64_t part, std::int64_t, std::int64_t) {
    double* const y = vectors_.data() + part * vectors_stride();
    std::fill_n(y, vectors_stride(), 0.0);
    const auto p = static_cast<std::size_t>(part);
    for (std::int32_t e = layout.part_landmark[p]; e < layout.part_landmark[p + 1]; ++e) {
      const double* const L = landmarks_.data() + std::int64_t{e} * landmark_size + landmark_factor;
      double own[E];
      gather(b, e, own);
      elimination::solve_lower<E>(L, own);
      elimination::solve_upper<E>(L, own);
      add_couplings(e, own, y);
    }
  });
  subtract_parts(b, reduced);
}

/// y += W own, of the landmark's couplings.
template <int F, int E>
void TiledEquations<F, E>::add_couplings(std::int32_t e, const double* own, double* y) const {
  if constexpr (narrow)
    if (rank_two_) return add_rank_two_couplings<false>(e, own, nullptr, y);
  const auto i = static_cast<std::size_t>(e);
  for (std::int64_t k = layout_->coupling_start[i]; k < layout_->coupling_start[i + 1]; ++k)
    elimination::add_product<Coupling, F, E>(
        W_.data() + k * Coupling::size, own,
        y + std::int64_t{layout_->coupling_tile[static_cast<std::size_t>(k)]} * vector_size);
}

/// Wᵀx of the landmark, x a padded tile vector.
template <int F, int E>
void TiledEquations<F, E>::transposed_product(std::int32_t e, const double* x, double* own) const {
  if constexpr (narrow)
    if (rank_two_) return rank_two_transposed_product(e, x, own);
  const auto i = static_cast<std::size_t>(e);
  tile::Raw body[E] = {};
  double rest[E] = {};
  for (std::int64_t k = layout_->coupling_start[i]; k < layout_->coupling_start[i + 1]; ++k)
    elimination::add_transposed<Coupling, F, E>(
        W_.data() + k * Coupling::size,
        x + std::int64_t{layout_->coupling_tile[static_cast<std::size_t>(k)]} * vector_size, body, rest);
  for (int c = 0; c < E; ++c) own[c] = tile::sum(body[c]) + rest[c];
}

template <int F, int E>
void TiledEquations<F, E>::place(const double* kept, double* padded_kept) const {
  for (std::int32_t t = 0; t < layout_->tiles; ++t)
    for (int c = 0; c < F; ++c) padded_kept[std::int64_t{t} * vector_size + c] = kept[std::int64_t{t} * F + c];
}

template <int F, int E>
void TiledEquations<F, E>::substitute(const double* b, const double* kept, double* x, int threads) const {
  const NormalLayout& layout = *layout_;
  place(kept, padded_kept_.data());
  parallel_chunks(layout.parts, 1, threads, [&](std::int64_t part, std::int64_t, std::int64_t) {
    const auto p = static_cast<std::size_t>(part);
    for (std::int32_t e = layout.part_landmark[p]; e < layout.part_landmark[p + 1]; ++e) {
      double own[E], coupled[E];
      gather(b, e, own);
      transposed_product(e, padded_kept_.data(), coupled);
      for (int c = 0; c < E; ++c) own[c] -= coupled[c];
      const double* const L = landmarks_.data() + std::int64_t{e} * landmark_size + landmark_factor;
      elimination::solve_lower<E>(L, own);
      elimination::solve_upper<E>(L, own);
      for (int c = 0; c < E; ++c)
        if (const std::int64_t column =
                layout.landmark_column[static_cast<std::size_t>(e) * E + static_cast<std::size_t>(c)];
            column >= 0)
          x[column] = own[c];
    }
  });
  for (std::int64_t i = 0; i < std::int64_t{layout.tiles} * F; ++i)
    if (const std::int64_t column = layout.tile_column[static_cast<std::size_t>(i)]; column >= 0) x[column] = kept[i];
}

}  // namespace thalweg::inline v0_1
