// Sparse Cholesky, our own and CHOLMOD's, of matrices whose blocks are single numbers.
#include <algorithm>
#include <limits>
#include <string>
#include <vector>

#include <linear/direct/factorization.hpp>
#include <thalweg/base/error.hpp>
#include <thalweg/linear/sparse_cholesky.hpp>

namespace thalweg::inline v0_1::direct {
namespace {

/// The lower triangle. Without a diagonal entry somewhere A is not positive definite: no pattern.
BlockPattern lower_pattern(const SparseMatrix& A) {
  BlockPattern pattern;
  pattern.dimension.assign(static_cast<std::size_t>(A.columns), 1);
  pattern.column_start.push_back(0);
  for (std::int64_t c = 0; c < A.columns; ++c) {
    const auto first = A.row.begin() + A.column_start[static_cast<std::size_t>(c)],
               last = A.row.begin() + A.column_start[static_cast<std::size_t>(c) + 1];
    const auto diagonal = std::lower_bound(first, last, c);
    if (diagonal == last || *diagonal != c) return {};
    for (auto r = diagonal; r != last; ++r) pattern.row.push_back(static_cast<std::int32_t>(*r));
    pattern.column_start.push_back(pattern.blocks());
  }
  return pattern;
}

/// Calls set(k, value) for the entries of the lower triangle in the order of the pattern.
template <class Set>
void each_lower(const SparseMatrix& A, Set set) {
  std::int64_t k = 0;
  for (std::int64_t c = 0; c < A.columns; ++c)
    for (std::int64_t i = A.column_start[static_cast<std::size_t>(c)];
         i < A.column_start[static_cast<std::size_t>(c) + 1]; ++i)
      if (A.row[static_cast<std::size_t>(i)] >= c) set(k++, A.value[static_cast<std::size_t>(i)]);
}

template <class Cholesky>
class Definite final : public Symmetric {
 public:
  using Symmetric::Symmetric;
  Cholesky& factors() { return factors_; }

  Vector solve(const Vector& b) const override {
    Vector x(b.size());
    if (!usable(factors_.solve(b.data(), x.data()))) x.setConstant(std::numeric_limits<double>::quiet_NaN());
    return x;
  }
  std::int64_t nonzeros() const override { return factors_.facts().factor_nonzeros; }

 private:
  mutable Cholesky factors_;  // solves use its workspace
};

[[noreturn]] void out_of_memory() {
  throw MemoryError("a Cholesky factor does not fit into memory; expected more of it, or an iterative method: pcg");
}

}  // namespace

DefiniteOutcome sparse_cholesky(const SparseMatrix& A, double most_bytes, int threads) {
  const BlockPattern pattern = lower_pattern(A);
  if (pattern.dimension.size() != static_cast<std::size_t>(A.columns)) return {};
  auto definite = std::make_unique<Definite<BlockCholesky>>(A);
  BlockCholesky& factors = definite->factors();
  if (factors.analyze(pattern, {.threads = threads}) != LinearStatus::ok) out_of_memory();
  DefiniteOutcome outcome;
  outcome.facts = factors.facts();
  outcome.too_large = static_cast<double>(outcome.facts.bytes) > most_bytes;
  if (outcome.too_large) return outcome;
  each_lower(A, [&](std::int64_t k, double value) { *factors.block_slot(k).data = value; });
  const LinearStatus status = factors.factor();
  if (status == LinearStatus::fatal) out_of_memory();
  if (usable(status)) outcome.factors = std::move(definite);
  return outcome;
}

#if THALWEG_CHOLMOD
std::unique_ptr<Factorization> cholmod_cholesky(const SparseMatrix& A) {
  const BlockPattern pattern = lower_pattern(A);
  if (pattern.dimension.size() != static_cast<std::size_t>(A.columns)) return nullptr;
  auto definite = std::make_unique<Definite<SparseCholesky>>(A);
  SparseCholesky& factors = definite->factors();
  if (factors.analyze(pattern) != LinearStatus::ok) out_of_memory();
  each_lower(A, [&](std::int64_t k, double value) { factors.set_block(k, &value, 1); });
  const LinearStatus status = factors.factor();
  if (status == LinearStatus::fatal) out_of_memory();
  if (!usable(status)) return nullptr;
  return definite;
}
#else
std::unique_ptr<Factorization> cholmod_cholesky(const SparseMatrix&) {
  throw Error("this build has no CHOLMOD; expected cholesky, our own");
}
#endif

}  // namespace thalweg::inline v0_1::direct
