// Triangular solves with the supernodes of L.
#include <algorithm>
#include <cstring>

#include <linear/block_cholesky/kernels.hpp>
#include <linear/block_cholesky/numeric.hpp>

namespace thalweg::inline v0_1::block_cholesky {
namespace {

/// y ← y − A x for one slab of A with `columns` columns.
template <class T>
void subtract_slab(const T* a, const T* x, std::int64_t columns, T* y) {
  constexpr int H = slab_rows<T>, V = parts<T>;
  // Two sums: a chain of multiply-adds takes four cycles a link.
  Vector<T> even[V], odd[V];
  for (int i = 0; i < V; ++i) {
    even[i] = load(y + i * lanes<T>);
    odd[i] = Vector<T>{};
  }
  std::int64_t p = 0;
  for (; p + 2 <= columns; p += 2) {
    const Vector<T> x0 = splat(x[p]), x1 = splat(x[p + 1]);
    for (int i = 0; i < V; ++i) {
      even[i] -= load(a + p * H + i * lanes<T>) * x0;
      odd[i] -= load(a + (p + 1) * H + i * lanes<T>) * x1;
    }
  }
  if (p < columns)
    for (int i = 0; i < V; ++i) even[i] -= load(a + p * H + i * lanes<T>) * splat(x[p]);
  for (int i = 0; i < V; ++i) store(y + i * lanes<T>, Vector<T>(even[i] + odd[i]));
}

template <class T>
T sum(const Vector<T>& v) {
  T s = 0;
  for (int i = 0; i < lanes<T>; ++i) s += v[i];
  return s;
}

/// x ← x − Aᵀ y: N columns of `slabs` slabs of A.
template <class T, int N>
void subtract_transposed(const T* a, std::int64_t stride, std::int64_t slabs, const T* y, T* x) {
  constexpr int H = slab_rows<T>, V = parts<T>;
  Vector<T> total[N];
  for (int n = 0; n < N; ++n) total[n] = Vector<T>{};
  for (std::int64_t s = 0; s < slabs; ++s)
    for (int i = 0; i < V; ++i) {
      const Vector<T> part = load(y + s * H + i * lanes<T>);
#pragma GCC unroll 8
      for (int n = 0; n < N; ++n) total[n] += load(a + s * stride + n * H + i * lanes<T>) * part;
    }
  for (int n = 0; n < N; ++n) x[n] -= sum<T>(total[n]);
}

}  // namespace

template <class T>
void Numeric<T>::solve(T* x) {
  constexpr std::int64_t H = slab_rows<T>;
  T* const y = reinterpret_cast<T*>(gathered_.data());
  for (std::int32_t s = 0; s < symbolic_.supernodes(); ++s) {
    const std::int64_t w = symbolic_.width[s], h = symbolic_.height[s], stride = H * w, begin = plan_.inverse_start[s];
    const T* const diagonal = panel(s);
    T* const own = x + begin;
    const T* const inverse_of = inverse() + begin;
    for (std::int64_t c = 0; c < w; c += H) {
      const std::int64_t some = std::min(H, w - c);
      const T* const slab = diagonal + c / H * stride;
      std::memcpy(y, own + c, static_cast<std::size_t>(some) * sizeof(T));
      std::memset(y + some, 0, static_cast<std::size_t>(H - some) * sizeof(T));
      subtract_slab(slab, own, c, y);
      for (std::int64_t j = 0; j < some; ++j) {
        own[c + j] = y[j] * inverse_of[c + j];
        for (std::int64_t i = j + 1; i < some; ++i) y[i] -= slab[(c + j) * H + i] * own[c + j];
      }
    }
    const T* const below = diagonal + slabs_of(w, plan_.slab) * stride;
    const std::int32_t* const row = plan_.scalar_row.data() + plan_.row_start[s];
    for (std::int64_t r = 0; r < h; r += H) {
      std::memset(y, 0, static_cast<std::size_t>(H) * sizeof(T));
      subtract_slab(below + r / H * stride, own, w, y);
      for (std::int64_t i = 0, some = std::min(H, h - r); i < some; ++i) x[row[r + i]] += y[i];
    }
  }
  for (std::int32_t s = symbolic_.supernodes() - 1; s >= 0; --s) {
    const std::int64_t w = symbolic_.width[s], h = symbolic_.height[s], stride = H * w, begin = plan_.inverse_start[s];
    const T* const diagonal = panel(s);
    const T* const below = diagonal + slabs_of(w, plan_.slab) * stride;
    T* const own = x + begin;
    const T* const inverse_of = inverse() + begin;
    const std::int32_t* const row = plan_.scalar_row.data() + plan_.row_start[s];
    for (std::int64_t i = 0; i < h; ++i) y[i] = x[row[i]];
    std::memset(y + h, 0, static_cast<std::size_t>(slabs_of(h, plan_.slab) * H - h) * sizeof(T));
    for (std::int64_t c = 0; c < w; c += 8)
      with_constant<8>(std::min<std::int64_t>(8, w - c), [&]<int N>() {
        subtract_transposed<T, N>(below + c * H, stride, slabs_of(h, plan_.slab), y, own + c);
      });
    for (std::int64_t c = w - 1; c >= 0; --c) {
      own[c] *= inverse_of[c];
      const T* const slab = diagonal + c / H * stride + c % H;  // row c of L
      for (std::int64_t j = 0; j < c; ++j) own[j] -= slab[j * H] * own[c];
    }
  }
}

template <class T>
void Numeric<T>::solve_many(T* x) {
  constexpr std::int64_t H = slab_rows<T>;
  constexpr int V = parts<T>;
  // Right-hand sides in the lanes: y ← y − l x.
  const auto subtract = [](T* to, T l, const T* from) {
    for (int i = 0; i < V; ++i)
      store(to + i * lanes<T>, Vector<T>(load(to + i * lanes<T>) - splat(l) * load(from + i * lanes<T>)));
  };
  const auto scale = [](T* to, T s) {
    for (int i = 0; i < V; ++i) store(to + i * lanes<T>, Vector<T>(load(to + i * lanes<T>) * splat(s)));
  };
  for (std::int32_t s = 0; s < symbolic_.supernodes(); ++s) {
    const std::int64_t w = symbolic_.width[s], h = symbolic_.height[s], stride = H * w, begin = plan_.inverse_start[s];
    const T* const diagonal = panel(s);
    const T* const below = diagonal + slabs_of(w, plan_.slab) * stride;
    T* const own = x + begin * H;
    const std::int32_t* const row = plan_.scalar_row.data() + plan_.row_start[s];
    for (std::int64_t c = 0; c < w; ++c) {
      const T* const l = diagonal + c / H * stride + c % H;
      for (std::int64_t j = 0; j < c; ++j) subtract(own + c * H, l[j * H], own + j * H);
      scale(own + c * H, inverse()[begin + c]);
    }
    for (std::int64_t r = 0; r < h; ++r) {
      const T* const l = below + r / H * stride + r % H;
      T* const to = x + static_cast<std::int64_t>(row[r]) * H;
      for (std::int64_t j = 0; j < w; ++j) subtract(to, l[j * H], own + j * H);
    }
  }
  for (std::int32_t s = symbolic_.supernodes() - 1; s >= 0; --s) {
    const std::int64_t w = symbolic_.width[s], h = symbolic_.height[s], stride = H * w, begin = plan_.inverse_start[s];
    const T* const diagonal = panel(s);
    const T* const below = diagonal + slabs_of(w, plan_.slab) * stride;
    T* const own = x + begin * H;
    const std::int32_t* const row = plan_.scalar_row.data() + plan_.row_start[s];
    for (std::int64_t r = 0; r < h; ++r) {
      const T* const l = below + r / H * stride + r % H;
      const T* const from = x + static_cast<std::int64_t>(row[r]) * H;
      for (std::int64_t j = 0; j < w; ++j) subtract(own + j * H, l[j * H], from);
    }
    for (std::int64_t c = w - 1; c >= 0; --c) {
      scale(own + c * H, inverse()[begin + c]);
      const T* const l = diagonal + c / H * stride + c % H;
      for (std::int64_t j = 0; j < c; ++j) subtract(own + j * H, l[j * H], own + c * H);
    }
  }
}

template void Numeric<double>::solve(double*);
template void Numeric<float>::solve(float*);
template void Numeric<double>::solve_many(double*);
template void Numeric<float>::solve_many(float*);

}  // namespace thalweg::inline v0_1::block_cholesky
