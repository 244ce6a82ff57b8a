// The numbers of L, in double or single precision.
#pragma once

#include <cstdint>
#include <memory>

#include <linear/block_cholesky/plan.hpp>
#include <linear/block_cholesky/symbolic.hpp>
#include <thalweg/base/aligned.hpp>

namespace thalweg::inline v0_1::block_cholesky {

/// Threads that wait for subtrees.
class Crew;
template <class T>
struct Front;

template <class T>
class Numeric {
 public:
  Numeric(const Symbolic& symbolic, const Plan& plan);
  ~Numeric();

  /// Takes the memory that factor() and solve() of one right-hand side need. Throws std::bad_alloc.
  void allocate();
  /// The block column (in the order of elimination) where definiteness is lost, −1: nowhere.
  std::int32_t factor(const double* values);

  /// LLᵀx = b in place, in the order of elimination.
  void solve(T* x);
  /// `lanes` right-hand sides (`slab` of them), row by row: number i of the l-th is x[i · slab + l].
  void solve_many(T* x);
  double log_determinant() const;

  /// L(s): the diagonal part, width × width, and the rows below, in slabs.
  const T* panel(std::int32_t s) const { return L() + plan_.panel[s]; }

 private:
  const Symbolic& symbolic_;
  const Plan& plan_;
  AlignedArray factor_, inverse_, least_, stacks_, shared_, gathered_;  // numbers of T in the memory of doubles
  std::unique_ptr<Crew> crew_;

  T* L() { return reinterpret_cast<T*>(factor_.data()); }
  const T* L() const { return reinterpret_cast<const T*>(factor_.data()); }
  T* inverse() { return reinterpret_cast<T*>(inverse_.data()); }
  const T* inverse() const { return reinterpret_cast<const T*>(inverse_.data()); }
  T* least() { return reinterpret_cast<T*>(least_.data()); }
  T* stack(int thread);
  T* update(std::int32_t s, T* stack);

  template <class Loop>
  std::int32_t factor_front(std::int32_t s, const double* values, T* stack, Loop&& loop);
  void assemble(std::int32_t s, const double* values);
  void add_children(std::int32_t s, const Front<T>& front, std::int64_t begin, std::int64_t end, T* stack);
  std::int32_t walk(const Plan::Subtree& subtree, const double* values, T* stack);
  std::int32_t factor_together(const double* values);
};

extern template class Numeric<double>;
extern template class Numeric<float>;

}  // namespace thalweg::inline v0_1::block_cholesky
