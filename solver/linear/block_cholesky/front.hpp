// The dense work on one front: assembly, the factor of its columns, the update matrix of what is left.
#pragma once

#include <algorithm>
#include <cstdint>

#if defined(__AVX512F__)
#include <immintrin.h>
#endif

#include <linear/block_cholesky/kernels.hpp>
#include <linear/block_cholesky/plan.hpp>

namespace thalweg::inline v0_1::block_cholesky {

/// Columns that a product runs over at once, and bytes of its left factor: half of the second-level cache.
inline constexpr std::int64_t deep = 128, left_bytes = 1 << 20;
/// Slabs of so many columns that make up the left factor.
inline std::int64_t tall(std::int64_t columns) { return std::max<std::int64_t>(12, left_bytes / (64 * columns)); }

template <class T>
struct Front {
  static constexpr int H = slab_rows<T>;
  T* panel;
  T* inverse;      ///< of L's diagonal
  const T* least;  ///< that a pivot must exceed
  std::int64_t width, height;
  T* update;

  std::int64_t diagonal_slabs() const { return slabs_of(width, H); }
  std::int64_t slabs() const { return diagonal_slabs() + slabs_of(height, H); }
  std::int64_t stride() const { return H * width; }
  T* slab(std::int64_t i) const { return panel + i * stride(); }
  UpdateShape<H> shape() const { return {slabs_of(height, H) * H}; }
};

/// target[lane] += source[lane] for the lanes in the mask. The whole line is loaded and stored: a load that meets
/// masked stores would wait for them to reach the cache.
[[gnu::always_inline]] inline void add_lanes(double* target, const double* source, std::uint32_t mask) {
#if defined(__AVX512F__)
  store(target, Vector<double>(load(target) + _mm512_maskz_loadu_pd(static_cast<__mmask8>(mask), source)));
#else
  for (int i = __builtin_ctz(mask); i < 8 && mask >> i; ++i) target[i] += source[i];
#endif
}
[[gnu::always_inline]] inline void add_lanes(float* target, const float* source, std::uint32_t mask) {
#if defined(__AVX512F__)
  store(target, Vector<float>(load(target) + _mm512_maskz_loadu_ps(static_cast<__mmask16>(mask), source)));
#else
  for (int i = __builtin_ctz(mask); i < 16 && mask >> i; ++i) target[i] += source[i];
#endif
}

/// Copies a block of A, column major, to lane `lane` of the slab at `to` and on; what is there must be zero.
template <class T>
[[gnu::always_inline]] inline void copy_block(T* to, std::int64_t slab_stride, int lane, const double* from, int rows,
                                              int columns) {
  constexpr int H = slab_rows<T>;
  for (int done = 0; done < rows;) {
    const int some = std::min(rows - done, H - lane);
    for (int c = 0; c < columns; ++c) {
      const double* const numbers = from + c * rows + done;
      if constexpr (sizeof(T) == sizeof(double)) {
        add_lanes(to + c * H, numbers - lane, ((1u << some) - 1u) << lane);
      } else {
        for (int i = 0; i < some; ++i) to[c * H + lane + i] = static_cast<T>(numbers[i]);
      }
    }
    done += some;
    to += slab_stride;
    lane = 0;
  }
}

/// Adds columns [begin, end) of a child's update matrix, all of one run, to the panel or, past its columns, to the
/// update matrix.
template <class T>
void add_update(const Front<T>& front, const T* child, const UpdateShape<slab_rows<T>>& child_shape,
                const Plan::Run& run, const Plan::Piece* piece, const Plan::Piece* pieces_end, std::int64_t begin,
                std::int64_t end) {
  constexpr int H = slab_rows<T>, together = 4;
  const bool to_panel = run.target < front.width;
  const std::int64_t first_slab = to_panel ? 0 : front.diagonal_slabs(), stride = to_panel ? front.stride() : H;
  const UpdateShape<H> shape = front.shape();
  for (std::int64_t j = begin; j < end; j += together)
    with_constant<together>(std::min<std::int64_t>(together, end - j), [&]<int N>() {
      T* target[N];
      const T* source[N];
      while (piece->last < j) ++piece;
      const Plan::Piece* common = piece;  // from here on all of the columns are met
      while (common->last < j + N - 1) ++common;
#pragma GCC unroll 4
      for (int n = 0; n < N; ++n) {
        const std::int64_t f = run.target + (j + n - run.column);
        target[n] =
            (to_panel ? front.panel + f * H : front.update + shape.column(f - front.width)) - first_slab * stride;
        source[n] = child + child_shape.column(j + n);
      }
      for (const Plan::Piece* p = piece; p != common; ++p)
        for (int n = 0; n <= p->last - j; ++n) add_lanes(target[n] + p->slab * stride, source[n] + p->source, p->mask);
      for (const Plan::Piece* p = common; p != pieces_end; ++p)
#pragma GCC unroll 4
        for (int n = 0; n < N; ++n) add_lanes(target[n] + p->slab * stride, source[n] + p->source, p->mask);
    });
}

/// Rows below the diagonal tile of block column c (W columns), from slab `first` to `end`: X ← (X − A Bᵀ) L⁻ᵀ with the
/// columns from k on; b is the block column's row of slabs at its lane.
template <class T, int W>
void solve_rows(const Front<T>& front, std::int64_t first, std::int64_t end, std::int64_t k, std::int64_t c,
                const T* b) {
  constexpr int H = slab_rows<T>;
  const std::int64_t stride = front.stride();
  each_group(first, end, [&]<int S>(std::int64_t i) {
    T* const rows = front.slab(i);
    Tile<T, S, W> x;
    x.load(rows + c * H, stride, H);
    x.subtract(rows + k * H, stride, b + k * H, c - k);
    x.solve(b + c * H, front.inverse + c);
    x.store(rows + c * H, stride, H);
  });
}

/// Block column c: the diagonal tile, then the slabs below it before slab `end`. Returns the columns factored.
template <class T, int W>
int factor_block_column(const Front<T>& front, std::int64_t k, std::int64_t c, std::int64_t end) {
  constexpr int H = slab_rows<T>;
  const std::int64_t own = c / H, lane = c % H;
  T* const slab = front.slab(own);
  Tile<T, 1, W> x;
  x.load(slab + c * H, front.stride(), H);
  x.subtract(slab + k * H, front.stride(), slab + k * H + lane, c - k);
  int done = 0;
  with_constant<H / most_columns>(lane / most_columns + 1, [&]<int O>() {
    done = x.template factor<(O - 1) * most_columns>(front.least + c, front.inverse + c);
  });
  if (done < W) return done;
  x.store(slab + c * H, front.stride(), H);
  solve_rows<T, W>(front, own + 1, end, k, c, slab + lane);
  return W;
}

/// The columns [k, end) of the panel, those before being subtracted already. Returns the columns factored.
template <class T, class Loop>
std::int64_t factor_columns(const Front<T>& front, std::int64_t k, std::int64_t end, Loop&& loop) {
  constexpr int H = slab_rows<T>;
  const std::int64_t first = slabs_of(end, H), slabs = front.slabs();  // below the diagonal of these columns
  for (std::int64_t c = k; c < end; c += most_columns) {
    const std::int64_t width = std::min<std::int64_t>(most_columns, end - c);
    int done = 0;
    with_constant<most_columns>(width, [&]<int W>() { done = factor_block_column<T, W>(front, k, c, first); });
    if (done < width) return c + done;
  }
  constexpr std::int64_t together = 2 * most_slabs * (most_slabs > 1 ? 1 : 3);
  loop((slabs - first + together - 1) / together, [&](std::int64_t part) {
    const std::int64_t begin = first + part * together, stop = std::min(slabs, begin + together);
    for (std::int64_t c = k; c < end; c += most_columns)
      with_constant<most_columns>(std::min<std::int64_t>(most_columns, end - c), [&]<int W>() {
        solve_rows<T, W>(front, begin, stop, k, c, front.slab(c / H) + c % H);
      });
  });
  return end;
}

/// Subtracts the columns [k, end) from the panel's columns to the right of them.
template <class T, class Loop>
void update_panel(const Front<T>& front, std::int64_t k, std::int64_t end, Loop&& loop) {
  constexpr int H = slab_rows<T>;
  const std::int64_t slabs = front.slabs(), first = end / H, part_slabs = tall(end - k);
  loop((slabs - first + part_slabs - 1) / part_slabs, [&](std::int64_t part) {
    const std::int64_t begin = first + part * part_slabs, stop = std::min(slabs, begin + part_slabs);
    for (std::int64_t c = end; c < front.width; c += most_columns) {
      const T* const b = front.slab(c / H) + c % H + k * H;
      with_constant<most_columns>(std::min<std::int64_t>(most_columns, front.width - c), [&]<int W>() {
        each_group(std::max(begin, c / H), stop, [&]<int S>(std::int64_t i) {
          Tile<T, S, W> x;
          x.load(front.slab(i) + c * H, front.stride(), H);
          x.subtract(front.slab(i) + k * H, front.stride(), b, end - k);
          x.store(front.slab(i) + c * H, front.stride(), H);
        });
      });
    }
  });
}

/// The update matrix: minus the product of the rows below, columns [k, end), with themselves; added to what is there
/// unless k is 0.
template <class T, class Loop>
void update_rest(const Front<T>& front, std::int64_t k, std::int64_t end, Loop&& loop) {
  constexpr int H = slab_rows<T>;
  const std::int64_t first = front.diagonal_slabs(), slabs = front.slabs() - first, part_slabs = tall(end - k);
  const UpdateShape<H> shape = front.shape();
  for (std::int64_t begin = 0; begin < slabs; begin += part_slabs) {
    const std::int64_t stop = std::min(slabs, begin + part_slabs), columns = std::min(front.height, stop * H);
    loop((columns + most_columns - 1) / most_columns, [&](std::int64_t part) {
      const std::int64_t c = part * most_columns, stride = shape.stride(c);
      const T* const b = front.slab(first + c / H) + c % H + k * H;
      T* const target = front.update + shape.column(c);
      with_constant<most_columns>(std::min<std::int64_t>(most_columns, front.height - c), [&]<int W>() {
        each_group(std::max(begin, c / H), stop, [&]<int S>(std::int64_t i) {
          Tile<T, S, W> x;
          if (k == 0) {
            x.clear();
          } else {
            x.load(target + i * H, H, stride);
          }
          x.subtract(front.slab(first + i) + k * H, front.stride(), b, end - k);
          x.store(target + i * H, H, stride);
        });
      });
    });
  }
}

/// Factors the panel and leaves the update matrix. Returns the columns factored.
template <class T, class Loop>
std::int64_t factor_dense(const Front<T>& front, Loop&& loop) {
  for (std::int64_t k = 0; k < front.width; k += deep) {
    const std::int64_t end = std::min(front.width, k + deep);
    const std::int64_t done = factor_columns(front, k, end, loop);
    if (done < end) return done;
    if (end < front.width) update_panel(front, k, end, loop);
    update_rest(front, k, end, loop);
  }
  return front.width;
}

}  // namespace thalweg::inline v0_1::block_cholesky
