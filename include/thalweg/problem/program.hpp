// The frozen form of a Problem that engines run on: which component of x is which column, which residual which row,
// and the evaluation of cost, residuals, Jacobian and curvature.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include <thalweg/math/aligned.hpp>
#include <thalweg/problem/problem.hpp>

namespace thalweg {

/// The first number at x that is not finite, and where it arose.
struct NonFiniteEntry {
  std::string residual;   ///< "misra1a[3]"
  std::string parameter;  ///< column of the Jacobian's entry; empty when the residual itself is not finite
  double value = 0.0;
  std::string explanation;  ///< the operation that made it, when known
};

/// Rows are ordered by group, then component, then item, each component padded to whole cache lines; padding rows are
/// zero. Columns are the components of x that are free to move. The Problem must outlive the Program, and must not
/// gain groups or parameters, nor change what is fixed.
class Program {
 public:
  /// `pinned`: components of x that do not move, besides those that the problem fixes. Throws Error for a problem
  /// without residuals.
  explicit Program(const Problem& problem, std::span<const std::int64_t> pinned = {});

  const Problem& problem() const { return *problem_; }
  std::int64_t size() const { return static_cast<std::int64_t>(column_of_.size()); }        ///< components of x
  std::int64_t columns() const { return static_cast<std::int64_t>(component_of_.size()); }  ///< free ones
  std::int64_t rows() const { return rows_; }                                               ///< with padding
  std::int64_t column_of(std::int64_t component) const { return column_of_[static_cast<std::size_t>(component)]; }
  std::int64_t component_of(std::int64_t column) const { return component_of_[static_cast<std::size_t>(column)]; }
  /// First row of component k of a group; item i is i rows further.
  std::int64_t row_of(std::size_t group, int k) const;

  /// r(x) to residual[rows()]; returns the cost ½‖r‖². Not finite when any residual is not.
  double evaluate(const double* x, double* residual, int threads) const;
  /// Also J = ∂r/∂x of the free columns, rows() × columns().
  double evaluate(const double* x, double* residual, DenseMatrix& jacobian, int threads) const;
  /// S = Σ weightᵢ ∇²rᵢ over all rows: columns() × columns(), row-major, overwritten.
  void curvature(const double* x, const double* weight, double* S) const;
  /// What is wrong at x; empty when every residual and every derivative is finite.
  std::optional<NonFiniteEntry> find_non_finite(const double* x) const;

 private:
  struct Task {
    std::size_t group;
    std::int64_t begin, end;
  };
  double run(const double* x, double* residual, DenseMatrix* jacobian, int threads) const;
  double run_task(const Task& task, const double* x, double* residual, DenseMatrix* jacobian) const;
  void scatter(const Task& task, const double* x, double* const* residual, DenseMatrix& jacobian) const;

  const Problem* problem_;
  std::vector<std::int64_t> column_of_, component_of_;
  std::vector<std::int64_t> first_row_;  // of each group
  std::vector<char> direct_;             // of each group: its columns are columns of the dense Jacobian, each once
  std::vector<Task> tasks_;
  std::int64_t rows_ = 0;
};

}  // namespace thalweg
