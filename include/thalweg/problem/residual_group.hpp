// A residual group: many residuals of one type, evaluated with one virtual call.
//
// Layout is structure-of-arrays, so that SIMD runs across residuals: component k of item i is residual[k][i], and its
// derivative by local column c is jacobian[k * columns() + c][i]. For a curve fit, where every item reads the same
// parameter blocks, those arrays are the columns of the dense Jacobian itself.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include <thalweg/base/aligned.hpp>
#include <thalweg/math/loss.hpp>
#include <thalweg/problem/data_columns.hpp>

namespace thalweg::inline v0_1 {

class Manifold;

/// One parameter argument of a residual: where item i's block begins in the vector x of all parameters.
struct Slot {
  int dimension = 0;                   ///< tangent dimension, the local columns that this slot takes
  std::int64_t shared_offset = 0;      ///< offset in x of the block, when all items read the same one
  LargeVector<std::int64_t> offsets;   ///< one per item when they differ, else empty
  int ambient = 0;                     ///< numbers of a block; 0: as many as dimension
  const Manifold* manifold = nullptr;  ///< of the blocks; null: Euclidean

  int numbers() const { return ambient > 0 ? ambient : dimension; }

  std::int64_t offset(std::int64_t item) const {
    return offsets.empty() ? shared_offset : offsets[static_cast<std::size_t>(item)];
  }
};

/// Where to write the items [begin, end) of a group. Item i goes to index i - begin of each array.
struct ResidualOutput {
  std::int64_t begin = 0, end = 0;
  double* const* residual = nullptr;  ///< dimension() arrays
  double* const* jacobian = nullptr;  ///< dimension() * columns() arrays, or null: residuals only; an entry may be
                                      ///< null too: that column is constant and not wanted
  double* cost = nullptr;             ///< ℓ of each item, where the group has_cost(), or null; others leave it alone
  const double* table = nullptr;      ///< what fill_table() made of x; null: evaluate() makes it itself
};

/// Base of all groups. Threads may evaluate disjoint ranges of items at once: evaluation is const, and results depend
/// on no state.
class ResidualGroup {
 public:
  ResidualGroup(std::string name, int dimension, std::int64_t items, std::vector<Slot> slots);
  virtual ~ResidualGroup() = default;

  const std::string& name() const { return name_; }
  int dimension() const { return dimension_; }   ///< components of one residual
  std::int64_t items() const { return items_; }  ///< residuals in the group
  int columns() const { return columns_; }       ///< local columns: the slots' tangent dimensions, summed
  const std::vector<Slot>& slots() const { return slots_; }
  bool shares_blocks() const;  ///< every item reads the same parameter blocks
  /// "misra1a[3]"; of a residual with several components "pose[3], component 1".
  std::string residual_name(std::int64_t item, int component) const;

  /// Gives the items other data, a contiguous range for each data column of add_residuals, of a formula's residuals for
  /// each of Symbols::columns, in their order, with as many elements of the same type as before. They are copied;
  /// nothing is allocated, but by a formula's first call, which makes a model of its own. A Solver that was made before
  /// solves with the new data. Not while another thread evaluates. Throws Error, and keeps the data, where number, type
  /// or size of a column differ, and for groups that hold no data columns.
  template <class... Ranges>
  void set_data(const Ranges&... columns) {
    const std::array<DataColumn, sizeof...(Ranges)> all{data_column(columns)...};
    take_data(all);
    ++data_revision_;
  }
  /// Changes with the data, and with σ where there was one before.
  std::uint32_t data_revision() const { return data_revision_; }

  /// Standard deviation of each item's error; residual and Jacobian rows are divided by it. Empty: 1.
  /// Throws Error unless there is one finite positive number per item, and for a group with a cost of its own.
  void set_sigma(const std::vector<double>& sigma);
  bool has_sigma() const { return !inverse_sigma_.empty(); }
  const std::vector<double>& inverse_sigma() const { return inverse_sigma_; }  ///< 1 / sigma of each item, or empty

  /// What the cost makes of ‖r‖², r divided by sigma: ½ Σ ρ(‖rᵢ‖²) over the items. evaluate() knows nothing of it.
  /// Throws Error for a loss that is not trivial on a group with a cost of its own.
  void set_loss(Loss loss);
  const Loss& loss() const { return loss_; }
  /// Says that the residuals are what was known before, not data: resampling leaves them, and their σ is not relative
  /// where that of the data is.
  void mark_prior() { prior_ = true; }
  bool is_prior() const { return prior_; }
  /// Changes with the loss, and where σ is given that was not there before.
  std::int64_t revision() const { return revision_; }

  /// Whether an item counts with a cost ℓ(f(x)) of its own, convex in the outputs f of some model, in place of ½‖r‖²:
  /// minus a log likelihood, say. The group then hands out r̃ and rows J̃ with J̃ᵀr̃ = ∇ℓ and J̃ᵀJ̃ = (∂f)ᵀ ∇²ℓ (∂f),
  /// the generalised Gauss-Newton Hessian (Schraudolph 2002; Martens 2010), and ℓ to ResidualOutput::cost.
  virtual bool has_cost() const { return false; }
  /// What a perfect fit costs, minus its log likelihood, where the cost leaves that out: Σℓ is then half the deviance,
  /// and Pearson's χ² of the residuals has the χ² distribution where the counts are not few. Null: nothing is left
  /// out, and χ² tells nothing (0/1 labels).
  virtual std::optional<double> saturated_cost() const { return std::nullopt; }

  /// Whether the residual of an item depends on the data of the items before it, so that a range of items costs what
  /// all before it cost. Dense evaluation then takes all items at once.
  virtual bool couples_items() const { return false; }
  /// Turns values, one per item, into what residuals of that size would be: divided by σ, or by a factor of their
  /// errors' covariance. The first k results depend on the first k values alone.
  virtual void standardize(double* values) const;
  /// ln det of the covariance of the items' errors in one component: Σ ln σᵢ².
  virtual double log_determinant() const;

  /// Numbers that items share, such as the rotation matrix of each camera, worked out once for each x: how many there
  /// are, and what they are at x. Several threads may then evaluate with one table.
  virtual std::int64_t table_size() const { return 0; }
  virtual void fill_table(const double* /*x*/, double* /*table*/) const {}

  /// The same residuals in another order: item i of the result is item order[i] of this group.
  std::unique_ptr<ResidualGroup> reordered(std::span<const std::int64_t> order) const;

  /// Takes the data and σ of the group that this one is a reordering of, in the same order, after they changed;
  /// allocates nothing.
  void refresh(const ResidualGroup& original, std::span<const std::int64_t> order);

  /// Residuals r(x) and, if wanted, J = ∂r(x ⊞ δ)/∂δ at δ = 0, where ⊞ is each slot's retraction (x + δ of ordinary
  /// blocks), divided by sigma.
  void evaluate(const double* x, const ResidualOutput& out) const;

  /// Adds Σᵢ Σₖ wₖᵢ ∇²rₖᵢ, the derivatives those of r(x ⊞ δ) by δ at 0, over the items [begin, end), which must share
  /// their blocks, to the columns() × columns() row-major matrix S. weight[k][i - begin] belongs to the residual
  /// divided by sigma. A group with a cost of its own adds ∇²Σℓ − J̃ᵀJ̃, that is Σᵢ Σₖ ∂ℓᵢ/∂fₖ ∇²fₖᵢ, whatever the
  /// weights.
  void add_curvature(const double* x, std::int64_t begin, std::int64_t end, const double* const* weight,
                     double* S) const;

  /// Which part of item's residual first becomes non-finite at x, in words ("data, row 3: 'log(b1 - x)' is nan"); empty
  /// when all is finite or unknown.
  virtual std::string explain_non_finite(const double* x, std::int64_t item) const;

  /// Whether derivatives are differences of residuals, with about 10 right digits, where others are exact to rounding.
  virtual bool differenced() const { return false; }

 protected:
  /// As reordered, sigma and loss left out. The default keeps this group and evaluates its items one by one, so this
  /// group must outlive the result.
  virtual std::unique_ptr<ResidualGroup> permuted(std::span<const std::int64_t> order) const;
  /// The slots of the items order[0], order[1], ...
  std::vector<Slot> permuted_slots(std::span<const std::int64_t> order) const;

  /// As evaluate, not yet divided by sigma; where table_size() is not 0 the output has a table.
  virtual void compute(const double* x, const ResidualOutput& out) const = 0;
  /// As add_curvature, the weights already divided by sigma. The default differences the Jacobian, or with a cost of
  /// its own the gradient.
  virtual void compute_curvature(const double* x, std::int64_t begin, std::int64_t end, const double* const* weight,
                                 double* S) const;

  /// What set_data() and refresh() hand on. The defaults refuse data of one's own, and keep what reads the original's.
  virtual void take_data(std::span<const DataColumn> columns);
  virtual void take_data_of(const ResidualGroup& original, std::span<const std::int64_t> order);

 private:
  friend class ReorderedGroup;
  void compute_with_table(const double* x, const ResidualOutput& out) const;
  void add_curvature_of_values(std::vector<double>& x, std::int64_t begin, std::int64_t end,
                               const double* const* weight, double* S) const;

  std::string name_;
  int dimension_;
  std::int64_t items_;
  std::vector<Slot> slots_;
  int columns_ = 0;
  std::vector<double> inverse_sigma_;
  Loss loss_;
  bool prior_ = false;
  std::uint32_t data_revision_ = 0;
  std::int64_t revision_ = 0;
};

}  // namespace thalweg::inline v0_1
