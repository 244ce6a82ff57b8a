// J in units in which every block alone is determined as well as every other.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include <Eigen/Core>

#include <linear/normal/normal_equations.hpp>
#include <thalweg/problem/block_program.hpp>

namespace thalweg::inline v0_1 {

/// Vectors of the system side by side, one row for each column of J.
using Vectors = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

/// Ĵ = J T, T of one d × d matrix for each block b so that the columns Jᵦ Tᵦ are orthonormal: x = T y. Tᵦ comes from
/// the QR of Jᵦ, never from JᵦᵀJᵦ, so that a point whose depth is known 1e-8 times as well as the rest keeps all of it
/// (van der Sluis 1969: no block scaling makes the condition of JᵀJ much better). What the rows of a block alone leave
/// undetermined has columns of zeros.
///
/// J is not stored: every product evaluates it again, on one thread.
class WhitenedJacobian {
 public:
  /// At x, for which the program's tables are filled; both must outlive it. `held`: columns that do not move, nonzero;
  /// empty: those of fixed components alone.
  WhitenedJacobian(const BlockProgram& program, const double* x, std::span<const char> held);

  const BlockProgram& program() const { return program_; }
  std::int64_t rows() const { return rows_; }  ///< of J
  std::int64_t rank() const { return rank_; }  ///< columns of Ĵ that are not zero
  bool is_zero(std::int64_t column) const { return zero_[static_cast<std::size_t>(column)] != 0; }  ///< of Ĵ
  /// Tᵦ.
  Eigen::Map<const Eigen::MatrixXd> units(std::int64_t block) const;
  /// Whether a component of x that is not held is moved by what the rows of its block leave undetermined.
  bool is_unseen(std::int64_t column) const { return unseen_[static_cast<std::size_t>(column)] != 0; }
  bool is_held(std::int64_t column) const;

  /// ĴᵀĴ, summed as J's own would be.
  void assemble(NormalEquations& equations, int threads);
  /// ĴᵀĴ V; to R, where wanted, the triangular factor of the QR of ĴV (RᵀR = Vᵀ ĴᵀĴ V, never formed).
  Vectors product(const Vectors& V, Eigen::MatrixXd* R = nullptr);

 private:
  void triangularize();
  void invert(std::int64_t block);
  ResidualStrip strip(std::size_t group, std::int64_t begin, std::int64_t end);
  ResidualStrip whitened(std::size_t group, std::int64_t begin, std::int64_t end);
  template <class F>
  void each_strip(F&& f);

  const BlockProgram& program_;
  const double* x_;
  std::span<const char> held_;
  BlockProgram::Scratch scratch_;
  std::vector<double> whitened_;
  std::vector<const double*> pointers_;
  std::vector<std::int64_t> first_;  // of each block: where its d × d numbers begin in units_
  std::vector<double> units_;        // R of each block at first, then T
  std::vector<char> zero_, unseen_;
  std::int64_t rows_ = 0, rank_ = 0;
};

}  // namespace thalweg::inline v0_1
