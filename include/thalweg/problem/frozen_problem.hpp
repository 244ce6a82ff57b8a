// What the frozen forms of a Problem have in common: columns, blocks on manifolds, losses.
#pragma once

#include <algorithm>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include <thalweg/math/loss.hpp>
#include <thalweg/problem/problem.hpp>

namespace thalweg::inline v0_1 {

/// Which tangent component of a problem is which column of a step. The Problem must outlive it, and must not gain
/// groups or parameters, nor change what is fixed or a loss.
class FrozenProblem {
 public:
  const Problem& problem() const { return *problem_; }
  std::int64_t size() const { return static_cast<std::int64_t>(problem_->start().size()); }  ///< numbers in x
  std::int64_t columns() const { return static_cast<std::int64_t>(component_of_.size()); }
  /// The number of a column's tangent component.
  std::int64_t component_of(std::int64_t column) const { return component_of_[static_cast<std::size_t>(column)]; }
  /// "b1", "point[17][2]", "pose[17].rotation[2]".
  std::string column_name(std::int64_t column) const { return problem_->tangent_name(component_of(column)); }

  /// Whether a tangent component is held neither by the problem nor here.
  bool moves(std::int64_t number) const {
    return problem_->moves(number) && std::find(pinned_.begin(), pinned_.end(), number) == pinned_.end();
  }

  /// Whether a block on a manifold moves: x + δ is no step then.
  bool is_curved() const { return !curved_.empty(); }
  /// The blocks of `moved` on manifolds are those of x moved by a step (columns()); other blocks are left alone.
  void retract_curved(const double* x, const double* step, double* moved) const;
  /// A number for each column that says how large x is there: a component of x, or of a manifold what Manifold::sizes
  /// gives.
  void coordinates(const double* x, double* values) const;

  /// The loss of a group, its scale multiplied by loss_scale().
  const Loss& loss(std::size_t group) const { return losses_[group]; }
  /// From now on every loss has m times its scale; ∞: the cost is that of least squares.
  void set_loss_scale(double m);
  double loss_scale() const { return loss_scale_; }
  /// Whether any group has a loss or a cost of its own: the cost is not ½‖r̃‖² then.
  bool has_loss() const { return has_loss_; }
  /// σ² of a residual component where the cost is F: 2F / (m − n), m components and n columns; 1 where the problem's
  /// noise is known, NaN where there are no more components than columns.
  double variance(double cost) const;

 protected:
  /// `pinned`: tangent components that are held besides those that the problem holds. Throws Error for a problem
  /// without residuals or with constraints, and for components that it does not have.
  explicit FrozenProblem(const Problem& problem, std::span<const std::int64_t> pinned);

  struct CurvedBlock {
    const Manifold* manifold;
    std::int64_t offset;  ///< where it begins in x
    std::size_t first;    ///< its tangent components in curved_columns()
    std::int64_t column;  ///< its first column, the others following; −1: they do not
    bool partly_held;     ///< not every direction can be reached in a step
  };
  /// The block at `offset` moves; columns: of its tangent components, −1: one that does not move. After the columns.
  void add_curved(const Manifold& manifold, std::int64_t offset, std::span<const std::int64_t> columns);
  /// After all columns and curved blocks, whose offsets rise.
  void find_flat_runs();
  std::int64_t curved_column(const CurvedBlock& block, std::size_t d) const { return curved_columns_[block.first + d]; }

  std::vector<std::int64_t> component_of_;  // of each column
  std::vector<CurvedBlock> curved_;         // those with a column
  struct Run {
    std::int64_t column, component, count;
  };
  std::vector<Run> flat_;   // columns of other blocks whose components follow each other in x
  std::size_t widest_ = 0;  // most numbers of one of them

 private:
  const Problem* problem_;
  std::vector<std::int64_t> pinned_;
  std::vector<std::int64_t> curved_columns_;
  std::vector<Loss> losses_;  // of each group
  double loss_scale_ = 1.0;
  bool has_loss_ = false;
};

}  // namespace thalweg::inline v0_1
