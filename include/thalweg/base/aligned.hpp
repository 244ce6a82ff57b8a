// Arrays of doubles on cache-line boundaries, and the dense matrix that engines work on.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <new>
#include <vector>

namespace thalweg::inline v0_1 {

/// Rows are padded to whole cache lines, so that every column begins on one.
inline constexpr std::int64_t row_padding = 8;
inline std::int64_t padded(std::int64_t n) { return (n + row_padding - 1) / row_padding * row_padding; }

namespace detail {
/// Bytes on a cache line's boundary; large arrays in large pages where the system has them, those of less than half a
/// page together, for touching 20 MB page by page takes longer than filling them. Throws std::bad_alloc.
double* allocate_numbers(std::size_t bytes);
void free_numbers(double* numbers) noexcept;
/// Asks for large pages where memory that was allocated otherwise has not been touched yet; without them all works the
/// same.
void advise_large_pages(void* memory, std::size_t bytes) noexcept;
}  // namespace detail

/// An allocator that takes large arrays from large pages: of vectors that hold a number or more for each residual.
template <class T>
struct LargePages {
  using value_type = T;
  LargePages() = default;
  template <class U>
  LargePages(const LargePages<U>&) {}
  T* allocate(std::size_t n) { return reinterpret_cast<T*>(detail::allocate_numbers(n * sizeof(T))); }
  void deallocate(T* p, std::size_t) { detail::free_numbers(reinterpret_cast<double*>(p)); }
  friend bool operator==(LargePages, LargePages) { return true; }
};
template <class T>
using LargeVector = std::vector<T, LargePages<T>>;

/// A zero-initialised array of doubles on a 64-byte boundary. Growing it loses the contents.
class AlignedArray {
 public:
  AlignedArray() = default;
  explicit AlignedArray(std::int64_t size) { resize(size); }

  void resize(std::int64_t size) {
    resize_unset(size);
    std::fill_n(data_.get(), padded(size), 0.0);
  }
  /// The same without the zeros: what is there is whatever was.
  void resize_unset(std::int64_t size) {
    if (size > capacity_) {
      const auto bytes = static_cast<std::size_t>(padded(size)) * sizeof(double);
      data_.reset();
      capacity_ = 0;
      data_.reset(detail::allocate_numbers(bytes));
      capacity_ = padded(size);
    }
    size_ = size;
  }
  std::int64_t size() const { return size_; }
  double* data() { return data_.get(); }
  const double* data() const { return data_.get(); }
  double& operator[](std::int64_t i) { return data_.get()[i]; }
  double operator[](std::int64_t i) const { return data_.get()[i]; }

 private:
  struct Free {
    void operator()(double* p) const { detail::free_numbers(p); }
  };
  std::unique_ptr<double[], Free> data_;
  std::int64_t size_ = 0, capacity_ = 0;
};

/// A dense column-major matrix; the rows between rows() and stride() are padding and stay zero.
class DenseMatrix {
 public:
  DenseMatrix() = default;
  DenseMatrix(std::int64_t rows, std::int64_t columns) { resize(rows, columns); }

  void resize(std::int64_t rows, std::int64_t columns) {
    rows_ = rows;
    columns_ = columns;
    values_.resize(padded(rows) * columns);
  }
  std::int64_t rows() const { return rows_; }
  std::int64_t columns() const { return columns_; }
  std::int64_t stride() const { return padded(rows_); }
  double* column(std::int64_t j) { return values_.data() + j * stride(); }
  const double* column(std::int64_t j) const { return values_.data() + j * stride(); }
  double& operator()(std::int64_t i, std::int64_t j) { return values_[i + j * stride()]; }
  double operator()(std::int64_t i, std::int64_t j) const { return values_[i + j * stride()]; }

 private:
  std::int64_t rows_ = 0, columns_ = 0;
  AlignedArray values_;
};

}  // namespace thalweg::inline v0_1
