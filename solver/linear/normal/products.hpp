// Opening and closing the sums, and the products of H and of the reduced system with a vector.
#pragma once

#include <algorithm>
#include <cmath>
#include <limits>

#include <linear/normal/eliminate.hpp>
#include <linear/normal/rank_two_coupling.hpp>
#include <linear/normal/tiled_equations.hpp>

namespace thalweg::inline v0_1 {

template <int F, int E>
TiledEquations<F, E>::TiledEquations(std::shared_ptr<NormalLayout> layout, Precision rows)
    : NormalEquations(std::move(layout)) {
  const NormalLayout& l = *layout_;
  rank_two_ = narrow && l.rank_two();
  if (rank_two_)
    records_.resize(l.couplings(), rows == Precision::single_precision);
  else
    W_.resize_unset(l.couplings() * Coupling::size);
  landmarks_.resize(std::int64_t{l.landmarks} * landmark_size);
  kept_sums_.resize(l.parts * kept_stride());
  kept_.resize(kept_stride());
  damping_.resize(std::int64_t{l.tiles} * F);
  vectors_.resize(l.parts * vectors_stride());
  padded_kept_.resize(std::int64_t{l.tiles} * vector_size);
  gradient_.resize(static_cast<std::size_t>(l.columns));
  column_norms_.resize(static_cast<std::size_t>(l.columns));
}

template <int F, int E>
double TiledEquations<F, E>::bytes() const {
  return records_.bytes() + 8.0 * static_cast<double>(W_.size() + landmarks_.size() + kept_sums_.size() + kept_.size() +
                                                      reduced_.size() + vectors_.size());
}

template <int F, int E>
bool TiledEquations<F, E>::outgrows_rows() const {
  if (!records_.single()) return false;
  double shortest = std::numeric_limits<double>::infinity(), longest = 0.0;
#pragma omp simd reduction(min : shortest) reduction(max : longest)
  for (std::size_t j = 0; j < column_norms_.size(); ++j) {
    const double norm = column_norms_[j];
    longest = std::max(longest, norm);
    shortest = std::min(shortest, norm > 0.0 ? norm : shortest);
  }
  return longest > rank_two::Records::longest || shortest < rank_two::Records::shortest;
}

template <int F, int E>
void TiledEquations<F, E>::keep_rows_exactly() {
  if (records_.single()) records_.resize(records_.couplings(), false);
}

template <int F, int E>
void TiledEquations<F, E>::open(int part) {
  const auto p = static_cast<std::size_t>(part);
  const std::int64_t first = layout_->part_landmark[p], last = layout_->part_landmark[p + 1];
  std::fill_n(kept_sums(part), kept_stride(), 0.0);
  if (!layout_->landmarks_once)
    std::fill(landmarks_.data() + first * landmark_size, landmarks_.data() + last * landmark_size, 0.0);
  if (layout_->couplings_once) return;
  const auto coupling = [&](std::int64_t e) {
    return layout_->coupling_start[static_cast<std::size_t>(e)] * Coupling::size;
  };
  std::fill(W_.data() + coupling(first), W_.data() + coupling(last), 0.0);
}

template <int F, int E>
void TiledEquations<F, E>::close(int threads) {
  const NormalLayout& layout = *layout_;
  constexpr std::int64_t grain = 4096;
  parallel_chunks(kept_stride(), grain, threads, [&](std::int64_t, std::int64_t begin, std::int64_t end) {
    std::copy(kept_sums(0) + begin, kept_sums(0) + end, kept_.data() + begin);
    for (int part = 1; part < layout.parts; ++part) {
      const double* from = kept_sums(part);
      for (std::int64_t i = begin; i < end; ++i) kept_[i] += from[i];
    }
  });
  for (std::int32_t t = 0; t < layout.tiles; ++t) {
    const double* const record = kept_.data() + std::int64_t{t} * kept_size;
    for (int c = 0; c < F; ++c)
      if (const std::int64_t column = layout.tile_column[static_cast<std::size_t>(t * F + c)]; column >= 0) {
        gradient_[static_cast<std::size_t>(column)] = record[Square::size + c];
        column_norms_[static_cast<std::size_t>(column)] = std::sqrt(squared_norm(t, c));
      }
  }
  parallel_chunks(layout.landmarks, grain, threads, [&](std::int64_t, std::int64_t begin, std::int64_t end) {
    for (std::int64_t e = begin; e < end; ++e) {
      const double* const record = landmarks_.data() + e * landmark_size;
      for (int c = 0; c < E; ++c)
        if (const std::int64_t column = layout.landmark_column[static_cast<std::size_t>(e * E + c)]; column >= 0) {
          gradient_[static_cast<std::size_t>(column)] = record[landmark_gradient + c];
          column_norms_[static_cast<std::size_t>(column)] = std::sqrt(record[elimination::lower<E>(c, c)]);
        }
    }
  });
}

/// y += U x over padded tile vectors, undamped.
template <int F, int E>
void TiledEquations<F, E>::add_kept_product(const double* x, double* y) const {
  for (std::int32_t t = 0; t < layout_->tiles; ++t) {
    const double* const u = kept_.data() + std::int64_t{t} * kept_size;
    const double* const from = x + std::int64_t{t} * vector_size;
    double* const to = y + std::int64_t{t} * vector_size;
    for (int j = 0; j < F; ++j) {
      to[j] += u[Square::index(j, j)] * from[j];
      for (int i = j + 1; i < F; ++i) {
        to[i] += u[Square::index(i, j)] * from[j];
        to[j] += u[Square::index(i, j)] * from[i];
      }
    }
  }
  const double* const off = kept_.data() + std::int64_t{layout_->tiles} * kept_size;
  for (std::size_t k = 0; k < layout_->off_row.size(); ++k) {
    const double* const u = off + static_cast<std::int64_t>(k) * Square::size;
    const std::int64_t row = std::int64_t{layout_->off_row[k]} * vector_size,
                       column = std::int64_t{layout_->off_column[k]} * vector_size;
    for (int j = 0; j < F; ++j)
      for (int i = 0; i < F; ++i) {
        y[row + i] += u[Square::index(i, j)] * x[column + j];
        y[column + j] += u[Square::index(i, j)] * x[row + i];
      }
  }
}

/// Sums W·sum over the landmarks of each part, sum being what body(e, sum) makes of Wᵀx, x padded; and Ux where
/// the records hold it.
template <int F, int E>
template <class Body>
void TiledEquations<F, E>::for_landmarks(const double* x, int threads, Body body) const {
  const NormalLayout& layout = *layout_;
  parallel_chunks(layout.parts, 1, threads, [&](std::int64_t part, std::int64_t, std::int64_t) {
    double* const y = vectors_.data() + part * vectors_stride();
    std::fill_n(y, vectors_stride(), 0.0);
    const auto p = static_cast<std::size_t>(part);
    for (std::int32_t e = layout.part_landmark[p]; e < layout.part_landmark[p + 1]; ++e) {
      double sum[E];
      transposed_product(e, x, sum);
      body(e, sum);
      if constexpr (narrow)
        if (rank_two_) {
          add_rank_two_couplings<true>(e, sum, x, y);
          continue;
        }
      add_couplings(e, sum, y);
    }
  });
}

template <int F, int E>
void TiledEquations<F, E>::reduced_product(const double* x, double* y, int threads) const {
  const NormalLayout& layout = *layout_;
  place(x, padded_kept_.data());
  for_landmarks(padded_kept_.data(), threads, [&](std::int32_t e, double* sum) {
    const double* const L = landmarks_.data() + std::int64_t{e} * landmark_size + landmark_factor;
    elimination::solve_lower<E>(L, sum);
    elimination::solve_upper<E>(L, sum);
    for (int c = 0; c < E; ++c) sum[c] = -sum[c];
  });
  add_kept_product(padded_kept_.data(), vectors_.data());
  for (std::int64_t i = 0; i < std::int64_t{layout.tiles} * F; ++i) {
    double s = damping_[i] * x[i];
    for (int part = 0; part < layout.parts; ++part)
      s += vectors_[part * vectors_stride() + i / F * vector_size + i % F];
    y[i] = s;
  }
}

template <int F, int E>
void TiledEquations<F, E>::product(const double* v, double* Hv, int threads) const {
  const NormalLayout& layout = *layout_;
  for (std::int64_t i = 0; i < std::int64_t{layout.tiles} * F; ++i) {
    const std::int64_t column = layout.tile_column[static_cast<std::size_t>(i)];
    padded_kept_[i / F * vector_size + i % F] = column < 0 ? 0.0 : v[column];
  }
  for_landmarks(padded_kept_.data(), threads, [&](std::int32_t e, double* sum) {
    const double* const V = landmarks_.data() + std::int64_t{e} * landmark_size;
    double own[E];
    gather(v, e, own);
    double coupled[E];
    for (int c = 0; c < E; ++c) {
      coupled[c] = sum[c];
      for (int k = 0; k < E; ++k) coupled[c] += V[elimination::lower<E>(std::max(c, k), std::min(c, k))] * own[k];
    }
    for (int c = 0; c < E; ++c) {
      const std::int64_t column = layout.landmark_column[static_cast<std::size_t>(e) * E + static_cast<std::size_t>(c)];
      if (column >= 0) Hv[column] = coupled[c];
      sum[c] = own[c];
    }
  });
  add_kept_product(padded_kept_.data(), vectors_.data());
  for (std::int64_t i = 0; i < std::int64_t{layout.tiles} * F; ++i) {
    const std::int64_t column = layout.tile_column[static_cast<std::size_t>(i)];
    if (column < 0) continue;
    double s = 0.0;
    for (int part = 0; part < layout.parts; ++part)
      s += vectors_[part * vectors_stride() + i / F * vector_size + i % F];
    Hv[column] = s;
  }
}

}  // namespace thalweg::inline v0_1
