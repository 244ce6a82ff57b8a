#include <thalweg/inference/block_covariance.hpp>
#include <thalweg/minimize/solve.hpp>
#include <thalweg/problem/problem.hpp>

#include <algorithm>
#include <cmath>
#include <limits>
#include <span>

#include <fmt/format.h>
#include <Eigen/Core>
#include <base/memory.hpp>

#include <inference/blocks/columns_at_bounds.hpp>
#include <inference/blocks/weak_subspace.hpp>
#include <inference/blocks/whitened_jacobian.hpp>
#include <inference/rank.hpp>
#include <minimize/system/blocks/block_system.hpp>
#include <thalweg/base/error.hpp>

namespace thalweg::inline v0_1 {
namespace {

// Columns of the inverse that are made together: what an evaluation of J is shared by.
constexpr Eigen::Index columns_at_once = 64;
constexpr double iterative_tolerance = 1e-10;
// A block's part of a null vector below this, in units of its own standard deviations, is rounding.
constexpr double negligible = 1e-6;
constexpr std::size_t named_blocks = 3;

std::size_t at(std::int64_t i) { return static_cast<std::size_t>(i); }

/// The directions that all residuals together leave free, as combinations of as few blocks as may be.
class FreeDirections {
 public:
  FreeDirections(const WhitenedJacobian& J, const WeakSubspace& weak)
      : J_(J), basis_(weak.V.leftCols(weak.null).transpose()) {
    if (basis_.rows() > 0) make_sparse(basis_);
    for (Eigen::Index k = 0; k < basis_.rows(); ++k) basis_.row(k).normalize();
    blocks_.resize(at(basis_.rows()));
    for (Eigen::Index k = 0; k < basis_.rows(); ++k)
      for (std::int64_t b = 0; b < J.program().structure().blocks(); ++b)
        if (part(k, b).norm() > negligible) blocks_[at(k)].push_back(b);
  }

  /// How many standard deviations, of the block by its own residuals, unit null vectors move component i of block b.
  double motion(std::int64_t b, int i) const {
    const auto T = J_.units(b);
    double most = 0.0;
    for (Eigen::Index k = 0; k < basis_.rows(); ++k)
      most = std::max(most, std::abs(part(k, b).dot(T.row(i).transpose())));
    return most > 0.0 ? most / T.row(i).norm() : 0.0;
  }

  std::string sentence(std::int64_t b) const {
    Eigen::Index largest = 0;
    for (Eigen::Index k = 1; k < basis_.rows(); ++k)
      if (part(k, b).norm() > part(largest, b).norm()) largest = k;
    std::string names;
    std::size_t others = 0;
    for (const std::int64_t other : blocks_[at(largest)]) {
      if (other == b) continue;
      if (others++ < named_blocks) names += (names.empty() ? "" : ", ") + J_.program().block_name(other);
    }
    const std::string block = J_.program().block_name(b);
    if (others == 0) return fmt::format("the residuals leave a change of {} free", block);
    return fmt::format("the residuals leave a common change of {} and {} other block{} free ({}{})", block, others,
                       others == 1 ? "" : "s", names, others > named_blocks ? " and more" : "");
  }

 private:
  Eigen::VectorXd part(Eigen::Index k, std::int64_t b) const {
    const BlockStructure& structure = J_.program().structure();
    return basis_.row(k).segment(structure.first[at(b)], structure.dimension[at(b)]).transpose();
  }

  const WhitenedJacobian& J_;
  Eigen::MatrixXd basis_;                          // one null vector of Ĵ a row
  std::vector<std::vector<std::int64_t>> blocks_;  // that each moves
};

/// From the block of (ĴᵀĴ)⁺ to that of σ² (JᵀJ)⁻¹, with what is held and what is free.
void complete(std::int64_t b, const Eigen::MatrixXd& inverse, const WhitenedJacobian& J, const FreeDirections& free,
              double variance, BlockCovariance& out) {
  const int n = static_cast<int>(inverse.rows());
  const std::int64_t first = J.program().structure().first[at(b)];
  const auto T = J.units(b);
  const Eigen::MatrixXd product = variance * T * inverse * T.transpose();
  Eigen::Map<Eigen::MatrixXd> matrix(out.matrix.data(), n, n);
  matrix = 0.5 * (product + product.transpose());
  bool alone = false;
  for (int i = 0; i < n; ++i) {
    if (J.is_held(first + i)) continue;
    const bool unseen = J.is_unseen(first + i);
    if (!unseen && !(free.motion(b, i) > negligible)) continue;
    alone = alone || unseen;
    out.free_components.push_back(J.program().column_name(first + i));
    matrix.row(i).setConstant(std::numeric_limits<double>::quiet_NaN());
    matrix.col(i).setConstant(std::numeric_limits<double>::quiet_NaN());
  }
  out.determined = out.free_components.empty();
  for (int i = 0; i < n; ++i)
    if (J.is_held(first + i)) {
      matrix.row(i).setZero();
      matrix.col(i).setZero();
    }
  if (out.determined) return;
  out.reason =
      alone ? fmt::format("the residuals that read {} do not determine it alone", out.block) : free.sentence(b);
}

double unit_variance(const Problem& problem, std::int64_t rank, double cost) {
  if (problem.noise() == Noise::known) return 1.0;
  return 2.0 * cost / static_cast<double>(std::max<std::int64_t>(1, problem.residual_count() - rank));
}

/// The diagonal blocks of (ĴᵀĴ)⁺ of these blocks.
std::vector<Eigen::MatrixXd> inverse_blocks(WhitenedJacobian& J, DampedInverse& damped, const WeakSubspace& weak,
                                            std::span<const std::int64_t> blocks) {
  const BlockStructure& structure = J.program().structure();
  std::vector<Eigen::MatrixXd> inverses;
  for (std::size_t from = 0, to = 0; from < blocks.size(); from = to) {
    Eigen::Index columns = 0;
    do columns += structure.dimension[at(blocks[to++])];
    while (to < blocks.size() && columns < columns_at_once);
    Vectors unit = Vectors::Zero(structure.columns(), columns);
    Eigen::Index column = 0;
    for (std::size_t k = from; k < to; ++k)
      for (std::int64_t j = structure.first[at(blocks[k])]; j < structure.first[at(blocks[k] + 1)]; ++j)
        unit(j, column++) = J.is_zero(j) ? 0.0 : 1.0;
    const Vectors X = pseudo_inverse(J, damped, weak, unit);
    column = 0;
    for (std::size_t k = from; k < to; ++k) {
      const int d = structure.dimension[at(blocks[k])];
      inverses.emplace_back(X.block(structure.first[at(blocks[k])], column, d, d));
      column += d;
    }
  }
  return inverses;
}

std::vector<BlockCovariance> compute(const Problem& problem, const std::vector<double>& x,
                                     const std::vector<std::int64_t>& offsets, const CovarianceOptions& options) {
  if (x.size() != problem.start().size())
    throw Error(fmt::format("a point of {} numbers; expected {}", x.size(), problem.start().size()));
  if (options.linear_solver != LinearSolverKind::automatic && !is_sparse(options.linear_solver))
    throw Error(fmt::format("covariances of blocks by {}; expected auto or a sparse linear solver",
                            to_string(options.linear_solver)));
  BlockSystem system(problem);
  const BlockProgram& program = system.program();
  std::vector<std::int64_t> moving;
  for (const std::int64_t offset : offsets)
    if (const std::int32_t block = program.block_at(offset); block >= 0) moving.push_back(block);
  SchurSolver* const linear = system.equations_at(x, options.linear_solver, options.memory_limit, options.threads);
  if (!linear) throw Error("a residual or derivative is not finite where covariances are asked for");
  linear->set_tolerance(iterative_tolerance);

  const std::vector<char> held = columns_at_bounds(program, x);
  WhitenedJacobian J(program, x.data(), held);
  DampedInverse damped(J, *linear, options.threads);
  const WeakSubspace weak = find_weak_subspace(J, damped);
  const FreeDirections free(J, weak);
  const std::vector<Eigen::MatrixXd> inverses = inverse_blocks(J, damped, weak, moving);
  const double variance = unit_variance(problem, J.rank() - weak.null, system.cost(x, options.threads));

  std::vector<BlockCovariance> result;
  std::size_t next = 0;
  for (const std::int64_t offset : offsets) {
    BlockCovariance& out = result.emplace_back();
    out.block = program.block_name_at(offset);
    out.dimension = problem.set_of(offset).tangent;
    out.matrix.assign(at(out.dimension) * at(out.dimension), 0.0);
    if (program.block_at(offset) < 0) continue;
    complete(moving[next], inverses[next], J, free, variance, out);
    ++next;
  }
  return result;
}

}  // namespace

std::vector<BlockCovariance> block_covariances(const Problem& problem, const std::vector<double>& x,
                                               const std::vector<std::int64_t>& offsets,
                                               const CovarianceOptions& options) {
  return within_memory([&] { return compute(problem, x, offsets, options); });
}

}  // namespace thalweg::inline v0_1
