#include <thalweg/inference/block_covariance.hpp>
#include <thalweg/minimize/solve.hpp>
#include <thalweg/problem/problem.hpp>

#include <cmath>

#include <fmt/format.h>
#include <Eigen/Core>
#include <base/memory.hpp>

#include <minimize/system/blocks/block_system.hpp>
#include <thalweg/base/error.hpp>

namespace thalweg::inline v0_1 {
namespace {

constexpr double damping = 1e-12, second_damping = 10.0 * damping;
// A determined variance hardly depends on the damping, a free one is inverse to it.
constexpr double most_fall = 1.1;
constexpr double iterative_tolerance = 1e-13;

/// The columns of one block, and its part of (JᵀJ + μD²)⁻¹ for both dampings.
struct Asked {
  std::int32_t block = -1;
  std::int64_t first = 0;
  Eigen::MatrixXd inverse[2];
};

class Inverses {
 public:
  Inverses(SchurSolver& linear, const BlockProgram& program)
      : linear_(linear), D_(linear.column_norms().begin(), linear.column_norms().end()) {
    for (std::size_t j = 0; j < D_.size(); ++j)
      if (D_[j] == 0.0 || program.holds(static_cast<std::int64_t>(j))) D_[j] = 1.0;
    unit_.resize(D_.size());
    column_.resize(D_.size());
  }

  void solve(double mu, std::vector<Asked>& asked, int which) {
    check(linear_.solve(mu, D_.data(), column_.data()));
    for (Asked& a : asked) {
      if (a.block < 0) continue;
      Eigen::MatrixXd& inverse = a.inverse[which];
      for (Eigen::Index j = 0; j < inverse.cols(); ++j) {
        unit_[static_cast<std::size_t>(a.first + j)] = 1.0;
        check(linear_.solve_again(unit_.data(), column_.data()));
        unit_[static_cast<std::size_t>(a.first + j)] = 0.0;
        for (Eigen::Index i = 0; i < inverse.rows(); ++i)
          inverse(i, j) = column_[static_cast<std::size_t>(a.first + i)];
      }
    }
  }

 private:
  static void check(LinearStatus status) {
    if (status != LinearStatus::ok && status != LinearStatus::inexact)
      throw Error(
          "the normal equations could not be factored; expected residuals that determine the parameters better");
  }
  SchurSolver& linear_;
  std::vector<double> D_, unit_, column_;
};

/// Without damping, by extrapolation; the components that the damping alone holds are named.
void complete(const Asked& a, const BlockProgram& program, std::span<const double> norms, double variance,
              BlockCovariance& out) {
  const Eigen::Index n = a.inverse[0].rows();
  const Eigen::MatrixXd extrapolated = variance / 9.0 * (10.0 * a.inverse[0] - a.inverse[1]);
  out.dimension = static_cast<int>(n);
  out.matrix.resize(static_cast<std::size_t>(n * n));
  Eigen::Map<Eigen::MatrixXd> matrix(out.matrix.data(), n, n);
  matrix = 0.5 * (extrapolated + extrapolated.transpose());
  for (Eigen::Index i = 0; i < n; ++i) {
    const std::int64_t column = a.first + i;
    if (program.holds(column)) {
      matrix.row(i).setZero();
      matrix.col(i).setZero();
    } else if (norms[static_cast<std::size_t>(column)] == 0.0 ||
               !(a.inverse[0](i, i) <= most_fall * a.inverse[1](i, i))) {
      out.free_components.push_back(program.column_name(column));
    }
  }
  out.determined = out.free_components.empty();
  if (!out.determined) out.matrix.clear();
}

double unit_variance(const Problem& problem, const BlockProgram& program, double cost) {
  if (problem.noise() == Noise::known) return 1.0;
  std::int64_t freedom = problem.residual_count();
  for (std::int64_t j = 0; j < program.columns(); ++j) freedom -= program.holds(j) ? 0 : 1;
  return 2.0 * cost / static_cast<double>(std::max<std::int64_t>(1, freedom));
}

}  // namespace

namespace {

/// A parameter at its bound has no symmetric error.
void refuse_bounds(const Problem& problem) {
  for (std::size_t i = 0; i < problem.start().size(); ++i) {
    const double lower = problem.lower()[i], upper = problem.upper()[i];
    if (lower != upper && (std::isfinite(lower) || std::isfinite(upper)))
      throw Error(fmt::format("parameter '{}' has bounds, which covariances of blocks do not know; expected none",
                              problem.parameter_name(static_cast<std::int64_t>(i))));
  }
}

std::vector<BlockCovariance> compute(const Problem& problem, const std::vector<double>& x,
                                     const std::vector<std::int64_t>& offsets, const CovarianceOptions& options) {
  if (x.size() != problem.start().size())
    throw Error(fmt::format("a point of {} numbers; expected {}", x.size(), problem.start().size()));
  if (options.linear_solver != LinearSolverKind::automatic && !is_sparse(options.linear_solver))
    throw Error(fmt::format("covariances of blocks by {}; expected auto or a sparse linear solver",
                            to_string(options.linear_solver)));
  refuse_bounds(problem);
  BlockSystem system(problem);
  const BlockProgram& program = system.program();
  std::vector<Asked> asked;
  for (const std::int64_t offset : offsets) {
    Asked& a = asked.emplace_back();
    a.block = program.block_at(offset);
    if (a.block < 0) continue;
    const auto block = static_cast<std::size_t>(a.block);
    a.first = program.structure().first[block];
    for (Eigen::MatrixXd& inverse : a.inverse)
      inverse.resize(program.structure().dimension[block], program.structure().dimension[block]);
  }
  SchurSolver* const linear = system.equations_at(x, options.linear_solver, options.memory_limit, options.threads);
  if (!linear) throw Error("a residual or derivative is not finite where covariances are asked for");
  linear->set_tolerance(iterative_tolerance);
  Inverses inverses(*linear, program);
  inverses.solve(damping, asked, 0);
  inverses.solve(second_damping, asked, 1);

  const double variance = unit_variance(problem, program, system.cost(x, options.threads));
  std::vector<BlockCovariance> result;
  for (std::size_t k = 0; k < asked.size(); ++k) {
    BlockCovariance& out = result.emplace_back();
    out.block = program.block_name_at(offsets[k]);
    if (asked[k].block >= 0) {
      complete(asked[k], program, linear->column_norms(), variance, out);
    } else {
      out.dimension = problem.set_of(offsets[k]).tangent;
      out.matrix.assign(static_cast<std::size_t>(out.dimension) * static_cast<std::size_t>(out.dimension), 0.0);
    }
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
