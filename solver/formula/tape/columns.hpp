// The data that a formula reads, and what has been computed from them alone.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <new>
#include <span>
#include <unordered_map>
#include <vector>

#include "formula/graph/graph.hpp"

namespace thalweg::inline v0_1::formula {

/// Numbers that begin on a cache line, for a pack that straddles two costs twice.
template <class T>
struct AlignedAllocator {
  using value_type = T;
  static constexpr std::align_val_t alignment{64};
  AlignedAllocator() = default;
  template <class U>
  explicit AlignedAllocator(const AlignedAllocator<U>&) {}
  T* allocate(std::size_t n) { return static_cast<T*>(::operator new(n * sizeof(T), alignment)); }
  void deallocate(T* p, std::size_t) { ::operator delete(p, alignment); }
  bool operator==(const AlignedAllocator&) const { return true; }
};
using AlignedVector = std::vector<double, AlignedAllocator<double>>;

/// The data, and what has been computed from them alone. Each array is padded with copies of its
/// last row, so that whole packs can be read from any row on.
class Columns {
 public:
  Columns(const std::vector<std::vector<double>>& data, std::int64_t rows);
  ~Columns();
  Columns(Columns&&) noexcept;
  Columns& operator=(Columns&&) noexcept;

  std::int64_t rows() const { return rows_; }
  int count() const { return static_cast<int>(data_.size()); }
  const double* data(int index) const { return data_[static_cast<std::size_t>(index)].data(); }
  /// The values of a node of rank column, or null when not computed yet.
  const double* find(const Graph& graph, Id id) const;
  /// From now on nothing is computed in advance: the data only stand for others.
  void hold_nothing() { holds_nothing_ = true; }
  /// Replaces the data by as many columns of as many rows, and computes again what was computed from them, in place:
  /// the tapes that read them go on.
  void refill(std::span<const double* const> data);
  /// Computes the nodes of rank column among `ids` that are not there yet: all, or as many as memory is granted for,
  /// those first that would take longest to compute again.
  void compute(Graph& graph, const std::vector<Id>& ids);

 private:
  /// One call of compute(): what it ran, and where the results are.
  struct Computation;

  std::int64_t rows_;
  std::vector<AlignedVector> data_;
  std::vector<std::unique_ptr<Computation>> computations_;  // in their order: later ones read earlier ones' results
  std::unordered_map<Id, AlignedVector> computed_;
  bool holds_nothing_ = false;

  std::size_t most_computed() const;
  void fill(const Computation& made) const;
};

}  // namespace thalweg::inline v0_1::formula
