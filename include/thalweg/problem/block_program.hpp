// The frozen form of a Problem whose residuals each read a few of many blocks: what sparse engines run on.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include <thalweg/base/aligned.hpp>
#include <thalweg/math/block_structure.hpp>
#include <thalweg/problem/frozen_problem.hpp>
#include <thalweg/problem/program.hpp>

namespace thalweg::inline v0_1 {

/// Columns are the tangent components of the blocks that may move, in the order of the problem; a fixed component of a
/// block that moves keeps its column, whose derivatives are zero. The Problem must outlive the BlockProgram, and must
/// not gain groups or parameters, nor change what is fixed or a loss.
///
/// Residuals and rows of J are corrected for losses as Program's are.
class BlockProgram : public FrozenProblem {
 public:
  /// `pinned`: components that are held, too. Throws Error for a problem without residuals or without a block that may
  /// move.
  explicit BlockProgram(const Problem& problem, std::span<const std::int64_t> pinned = {});

  const BlockStructure& structure() const { return structure_; }
  /// Nonzero where the user named the block for elimination.
  const std::vector<char>& named_for_elimination() const { return named_; }

  /// Evaluates the items of each group in this order from now on: item i is the user's item order[g][i]. An empty order
  /// leaves a group as it is.
  void reorder(const std::vector<LargeVector<std::int64_t>>& order);

  /// Takes the data and σ of groups in another order again that changed since (ResidualGroup::data_revision).
  void refresh_data();

  /// Arrays in which one thread evaluates.
  class Scratch {
   public:
    explicit Scratch(const BlockProgram&);

   private:
    friend class BlockProgram;
    AlignedArray values_;
    std::vector<double*> pointers_;
    std::vector<double> own_cost_;
  };
  /// Whether rows of J of convex losses are corrected by the loss's curvature, rather than reweighted alone. The first
  /// is near a minimum what an undamped step needs; far from one most residuals are where a loss like Huber's has next
  /// to none, and steps are much too long.
  void set_bent(bool bent) { bent_ = bent; }
  bool is_bent() const { return bent_; }

  /// Items that fit a scratch.
  static constexpr std::int64_t strip_items = 64;

  /// Works out what items share at x; before cost_of() and linearize() at that x.
  void fill_tables(const double* x);
  /// Twice the cost of at most strip_items items of a group.
  double cost_of(std::size_t group, std::int64_t begin, std::int64_t end, const double* x, Scratch& scratch) const;
  /// The same, with residuals and Jacobian in `strip`, which lives in the scratch.
  double linearize(std::size_t group, std::int64_t begin, std::int64_t end, const double* x, Scratch& scratch,
                   ResidualStrip& strip) const;
  /// The cost ½ Σ ρ(‖r‖²) at x, the same bits for any number of threads.
  double cost(const double* x, int threads);

  /// x moved by a step of columns(), by each block's retraction, fixed components left alone.
  void retract(const double* x, const double* step, double* moved) const;
  /// Which block of the system begins at this number of x: −1: one that does not move. Throws Error where none begins.
  std::int32_t block_at(std::int64_t offset) const;
  /// Whether a column is that of a fixed component of a block that moves.
  bool holds(std::int64_t column) const { return !held_.empty() && held_[static_cast<std::size_t>(column)]; }
  /// The block of the system that a column belongs to, by its name: "point[17]".
  std::string block_name(std::int64_t block) const;
  /// Of the block, fixed or not, that begins at this number of x.
  std::string block_name_at(std::int64_t offset) const;

  /// What is wrong at x; empty when every residual and every derivative is finite.
  std::optional<NonFiniteEntry> find_non_finite(const double* x);

 private:
  double evaluate(std::size_t group, std::int64_t begin, std::int64_t end, const double* x, Scratch& scratch,
                  bool with_jacobian) const;
  void hold_fixed(std::size_t group, std::int64_t begin, std::int64_t end, double* const* jacobian) const;
  std::string blocks_read(const ResidualGroup& group, std::int64_t item) const;

  struct CostTask {
    std::size_t group;
    std::int64_t begin, end;
  };
  BlockStructure structure_;
  std::vector<const ResidualGroup*> groups_;
  std::vector<std::unique_ptr<ResidualGroup>> reordered_;
  std::vector<LargeVector<std::int64_t>> order_;
  std::vector<std::uint32_t> data_revision_;  // of each group, as reordered_ has it
  std::vector<AlignedArray> tables_;
  std::vector<std::int64_t> block_offset_;             // of each free block: where it begins in x
  std::vector<std::vector<std::int32_t>> free_block_;  // of each set of the problem, of each of its blocks, −1: fixed
  std::vector<char> named_;
  std::vector<char> held_;  // of each column; empty: none is held
  bool bent_ = true;
  std::vector<CostTask> cost_tasks_;
  std::vector<double> partial_costs_;
  std::vector<Scratch> cost_scratch_;
};

}  // namespace thalweg::inline v0_1
