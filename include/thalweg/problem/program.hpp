// The frozen form of a Problem that engines run on: which component of x is which column, which residual which row,
// and the evaluation of cost, residuals, Jacobian and curvature.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include <thalweg/base/aligned.hpp>
#include <thalweg/problem/frozen_problem.hpp>

namespace thalweg::inline v0_1 {

/// The first number at x that is not finite, and where it arose.
struct NonFiniteEntry {
  std::string residual;   ///< "misra1a[3]"
  std::string parameter;  ///< column of the Jacobian's entry; empty when the residual itself is not finite
  double value = 0.0;
  std::string explanation;  ///< the operation that made it, when known
  std::string blocks =
      {};  ///< the parameter blocks that the residual reads, where each item reads others: "a[3] and b[5]"
};
/// "data, row 3: 'log(b1 - x)' is nan", "the derivative of residual data[3] by b1 is inf".
std::string in_words(const NonFiniteEntry&);

/// Rows are ordered by group, then component, then item, each component padded to whole cache lines; padding rows are
/// zero. Columns are the tangent components that are free to move, in the order of their numbers (see Problem): of
/// ordinary blocks the components of x. The Problem must outlive the Program, and must not
/// gain groups or parameters, nor change what is fixed or a loss.
///
/// Where a group has a loss, engines are handed corrected residuals r̃ and rows J̃ (Triggs, McLauchlan, Hartley &
/// Fitzgibbon 1999, section 4.3): J̃ᵀr̃ is the gradient of the cost, J̃ᵀJ̃ models its Hessian. But ½‖r̃‖² is not the
/// cost, and J̃ is not the derivative of r̃. The same holds for groups with a cost of their own
/// (ResidualGroup::has_cost), whose r̃ and J̃ are theirs.
class Program : public FrozenProblem {
 public:
  /// `pinned`: numbers of tangent components that do not move, besides those that the problem fixes. Throws Error for a
  /// problem without residuals, and for one with constraints, which a Program does not know.
  explicit Program(const Problem& problem, std::span<const std::int64_t> pinned = {});

  std::int64_t rows() const { return rows_; }  ///< with padding
  /// The column of a tangent component, called by its number; −1: it does not move.
  std::int64_t column_of(std::int64_t number) const { return column_of_[static_cast<std::size_t>(number)]; }

  /// Whether directions are held in one of them, by Problem::fix or by its manifold (not Manifold::closed): what can be
  /// reached from a point in one step is not what can be reached in several.
  bool is_partly_held() const;
  /// Whether such blocks differ in any number by more than this.
  bool held_parts_differ(const double* y, const double* x, double more) const;
  /// A step (columns()) such that x moved by it is y, as far as free components can.
  void difference(const double* y, const double* x, double* step) const;
  /// Carries derivatives by step (columns()), taken around x moved by `step`, to derivatives around x. No block may be
  /// partly held.
  void pull_back(const double* x, const double* step, const double* moved, double* gradient) const;
  /// First row of component k of a group; item i is i rows further.
  std::int64_t row_of(std::size_t group, int k) const;

  /// r(x), corrected for the losses, to residual[rows()]; returns the cost ½ Σ ρ(‖r‖²), without losses ½‖r‖². Not
  /// finite when any residual is not.
  double evaluate(const double* x, double* residual, int threads) const;
  /// Also J = ∂r/∂x of the free columns (of manifolds ∂r(x ⊞ δ)/∂δ), corrected too, rows() × columns().
  double evaluate(const double* x, double* residual, DenseMatrix& jacobian, int threads) const;
  /// The same as if no group had a loss: returns ½‖r‖². Groups with a cost of their own count with ½‖r̃‖², of a log
  /// likelihood half of Pearson's χ².
  double evaluate_without_loss(const double* x, double* residual, DenseMatrix& jacobian, int threads) const;
  /// S, columns() × columns(), row-major, overwritten, such that JᵀJ + S is the exact Hessian of the cost at x, with
  /// the Jacobian and the residual that evaluate() makes there. S = Σ rᵢ∇²rᵢ over the rows of groups without a loss;
  /// for those with one it is evaluated anew, and holds what the correction left out of the Hessian, too.
  void curvature(const double* x, const double* residual, double* S) const;

  /// Evaluation by ranges of rows, for who never holds all of them. A task is a range of items of one group, the same
  /// ones whatever the number of threads; task_rows(): its rows, each component's padded.
  std::int64_t tasks() const { return static_cast<std::int64_t>(tasks_.size()); }
  std::int64_t task_rows(std::int64_t task) const;
  enum class Losses { applied, ignored };
  /// The rows of one task to residual[task_rows()]; returns its part of the cost.
  double evaluate_task(std::int64_t task, const double* x, double* residual, Losses losses = Losses::applied) const;
  /// The same to residual[first ...] and, of the leading columns() columns of `jacobian`, to its rows from `first` on,
  /// which begin a cache line. Rows of padding become zero.
  double evaluate_task(std::int64_t task, const double* x, std::int64_t first, double* residual, DenseMatrix& jacobian,
                       Losses losses = Losses::applied) const;

  /// Adds the gradient of the cost of one item by the free columns to g (columns()), and returns that cost.
  double add_item_gradient(std::size_t group, std::int64_t item, const double* x, double* g) const;

  /// Whether any group has a cost of its own.
  bool has_own_cost() const;

  /// What is wrong at x; empty when every residual and every derivative is finite.
  std::optional<NonFiniteEntry> find_non_finite(const double* x) const;

 private:
  struct Task {
    std::size_t group;
    std::int64_t begin, end;
  };
  /// Where the rows of a task begin, and how far apart its components are.
  struct Place {
    std::int64_t first, stride;
    std::int64_t row(int k) const { return first + k * stride; }
  };
  Place place_of(const Task& task) const;
  void clear(const Task& task, const Place& place, std::int64_t from_item, double* column) const;
  double run(const double* x, double* residual, DenseMatrix* jacobian, int threads,
             Losses losses = Losses::applied) const;
  double run_task(const Task& task, const Place& place, const double* x, double* residual, DenseMatrix* jacobian,
                  Losses losses) const;
  double scatter(const Task& task, const Place& place, const double* x, double* const* residual, DenseMatrix& jacobian,
                 const Loss* loss, double* cost) const;
  std::optional<NonFiniteEntry> find_non_finite(const Task& task, const double* x) const;

  std::vector<std::int64_t> column_of_;  // of each tangent component, by number
  std::vector<std::int64_t> first_row_;  // of each group
  std::vector<char> direct_;             // of each group: its columns are columns of the dense Jacobian, each once
  std::vector<Task> tasks_;
  std::int64_t rows_ = 0;
};

}  // namespace thalweg::inline v0_1
