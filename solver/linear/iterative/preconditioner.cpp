#include <thalweg/linear/preconditioner.hpp>

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include <Eigen/IterativeLinearSolvers>
#include <linear/direct/eigen_sparse.hpp>
#include <linear/iterative/recorder.hpp>
#include <math/dense_decompositions.hpp>
#include <thalweg/base/error.hpp>
#include <thalweg/base/words.hpp>

namespace thalweg::inline v0_1 {
namespace {

using namespace iterative;

constexpr std::pair<std::string_view, PreconditionerKind> names[] = {
    {"auto", PreconditionerKind::automatic},
    {"none", PreconditionerKind::none},
    {"jacobi", PreconditionerKind::jacobi},
    {"block-jacobi", PreconditionerKind::block_jacobi},
    {"incomplete-cholesky", PreconditionerKind::incomplete_cholesky},
    {"ic", PreconditionerKind::incomplete_cholesky},
    {"incomplete-lu", PreconditionerKind::incomplete_lu},
    {"ilu", PreconditionerKind::incomplete_lu}};

constexpr std::int64_t block_size = 8;

class Jacobi final : public Preconditioner {
 public:
  explicit Jacobi(const SparseMatrix& A) : inverse_(A.rows) {
    const std::vector<double> d = A.diagonal();
    for (std::int64_t i = 0; i < A.rows; ++i) {
      const double entry = d[static_cast<std::size_t>(i)];
      if (entry == 0.0)
        throw Error("the preconditioner jacobi divides by the diagonal, and entry (" + std::to_string(i + 1) + ", " +
                    std::to_string(i + 1) + ") is zero; expected a diagonal without zeros");
      inverse_(i) = 1.0 / entry;
    }
  }
  void apply(const double* r, double* z) const override {
    View(z, inverse_.size()) = ConstView(r, inverse_.size()).cwiseProduct(inverse_);
  }

 private:
  Vector inverse_;
};

class BlockJacobi final : public Preconditioner {
 public:
  explicit BlockJacobi(const SparseMatrix& A) : n_(A.rows) {
    for (std::int64_t first = 0; first < n_; first += block_size) {
      const std::int64_t size = std::min(block_size, n_ - first);
      Eigen::MatrixXd block = Eigen::MatrixXd::Zero(size, size);
      for (std::int64_t c = first; c < first + size; ++c)
        for (std::int64_t k = A.column_start[static_cast<std::size_t>(c)];
             k < A.column_start[static_cast<std::size_t>(c) + 1]; ++k) {
          const std::int64_t r = A.row[static_cast<std::size_t>(k)];
          if (r >= first && r < first + size) block(r - first, c - first) = A.value[static_cast<std::size_t>(k)];
        }
      blocks_.emplace_back(block);
      if (blocks_.back().matrixLU().diagonal().cwiseAbs().minCoeff() == 0.0)
        throw Error("the preconditioner block-jacobi inverts blocks of the diagonal, and that of rows " +
                    std::to_string(first + 1) + " to " + std::to_string(first + size) +
                    " is singular; expected another preconditioner");
    }
  }
  void apply(const double* r, double* z) const override {
    for (std::size_t i = 0; i < blocks_.size(); ++i) {
      const std::int64_t first = static_cast<std::int64_t>(i) * block_size, size = std::min(block_size, n_ - first);
      View(z + first, size) = blocks_[i].solve(ConstView(r + first, size));
    }
  }

 private:
  std::int64_t n_;
  std::vector<Eigen::PartialPivLU<Eigen::MatrixXd>> blocks_;
};

/// One of Eigen's incomplete factorisations.
template <class Factor>
class Incomplete final : public Preconditioner {
 public:
  Incomplete(const SparseMatrix& A, const char* failure) : n_(A.rows) {
    const EigenSparse matrix = eigen_sparse(A);
    factor_.compute(matrix);
    if (factor_.info() != Eigen::Success) throw Error(failure);
  }
  void apply(const double* r, double* z) const override { View(z, n_) = factor_.solve(ConstView(r, n_)); }

 private:
  std::int64_t n_;
  Factor factor_;
};

// In the order of the file: orders that keep a complete factor sparse spoil an incomplete one.
using IncompleteCholesky = Eigen::IncompleteCholesky<double, Eigen::Lower, Eigen::NaturalOrdering<int>>;
using IncompleteLu = Eigen::IncompleteLUT<double, int>;

std::unique_ptr<Preconditioner> incomplete_cholesky(const SparseMatrix& A) {
  if (suitable_preconditioner(A) != PreconditionerKind::incomplete_cholesky)
    throw Error(
        "the preconditioner incomplete-cholesky needs a symmetric matrix with a positive diagonal; expected "
        "incomplete-lu for others");
  return std::make_unique<Incomplete<IncompleteCholesky>>(
      A, "no incomplete Cholesky factor was found; expected a matrix that is positive definite");
}

}  // namespace

std::string_view to_string(PreconditionerKind kind) {
  return std::find_if(std::begin(names), std::end(names), [&](const auto& name) { return name.second == kind; })->first;
}

PreconditionerKind parse_preconditioner(std::string_view text) {
  for (const auto& [name, kind] : names)
    if (same_word(name, text)) return kind;
  throw Error("unknown preconditioner '" + std::string(text) +
              "'; expected one of auto, none, jacobi, block-jacobi, incomplete-cholesky, incomplete-lu");
}

PreconditionerKind suitable_preconditioner(const SparseMatrix& A) {
  const std::vector<double> d = A.diagonal();
  const bool positive = std::all_of(d.begin(), d.end(), [](double entry) { return entry > 0.0; });
  return positive && A.is_symmetric() ? PreconditionerKind::incomplete_cholesky : PreconditionerKind::incomplete_lu;
}

std::unique_ptr<Preconditioner> make_preconditioner(const SparseMatrix& A, PreconditionerKind kind) {
  expect_square(A.rows, A.columns, "a preconditioner");
  switch (kind) {
    case PreconditionerKind::none:
      return nullptr;
    case PreconditionerKind::jacobi:
      return std::make_unique<Jacobi>(A);
    case PreconditionerKind::block_jacobi:
      return std::make_unique<BlockJacobi>(A);
    case PreconditionerKind::incomplete_cholesky:
      return incomplete_cholesky(A);
    case PreconditionerKind::automatic:
      return make_preconditioner(A, suitable_preconditioner(A));
    case PreconditionerKind::incomplete_lu:
      break;
  }
  return std::make_unique<Incomplete<IncompleteLu>>(
      A, "no incomplete LU factor was found; expected a matrix without zero rows");
}

}  // namespace thalweg::inline v0_1
