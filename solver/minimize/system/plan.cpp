#include <minimize/system/plan.hpp>

#include <algorithm>
#include <cmath>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <base/memory.hpp>
#include <linear/normal/elimination_choice.hpp>
#include <minimize/system/blocks/block_plan.hpp>
#include <minimize/system/tall/tall_system.hpp>
#include <thalweg/base/parallel.hpp>
#include <thalweg/minimize/solve_plan.hpp>
#include <thalweg/problem/block_program.hpp>
#include <thalweg/problem/program.hpp>

namespace thalweg::inline v0_1 {
namespace {

// Fewer columns than this are a small dense problem, whatever their structure.
constexpr std::int64_t least_sparse_columns = 200;
// A residual that reads more than this part of all parameters leaves no sparsity to use.
constexpr double most_coupled = 0.25;
// Bytes: less is not worth finding out what there is.
constexpr double always_there = 64e6;

bool keeps_a_matrix(const Options& options) {
  return options.method == Method::newton || options.method == Method::bfgs;
}

/// The rows of one range for each thread, beneath a triangle.
double memory_of_reduction(const Program& program) {
  std::int64_t most = 0;
  for (std::int64_t t = 0; t < program.tasks(); ++t) most = std::max(most, program.task_rows(t));
  return 8.0 * resolve_threads(0) * static_cast<double>(most + program.columns()) *
         static_cast<double>(program.columns() + 1);
}

SolvePlan plan_by_blocks(const Problem& problem, const Options& options) {
  BlockProgram program(problem);
  std::vector<std::int32_t> rank(program.named_for_elimination().size(), -1);
  if (!keeps_all_blocks(options.linear_solver)) {
    const EliminationChoice choice = choose_eliminated(program.structure(), program.named_for_elimination(),
                                                       least_eliminated(options.linear_solver));
    EvaluationOrder order = evaluation_order(program.structure(), choice.eliminated, options.threads);
    program.reorder(order.items);
    rank = std::move(order.rank);
  }
  NormalLayout layout(program.structure(), rank, options.threads);
  const BlockPlan plan = plan_blocks(layout, options.linear_solver, options.memory_limit, options.threads);
  return {true, std::string(to_string(plan.kind)), plan.reason, plan.bytes};
}

}  // namespace

bool nothing_moves(const Problem& problem, std::span<const std::int64_t> pinned) {
  for (std::int64_t i = 0; i < static_cast<std::int64_t>(problem.start().size()); ++i)
    if (problem.moves(i) && std::find(pinned.begin(), pinned.end(), i) == pinned.end()) return false;
  return true;
}

SystemKind shape_of(const Problem& problem) {
  if (looks_tall(problem)) return SystemKind::tall;
  const auto size = static_cast<double>(problem.start().size());
  const bool coupled = std::any_of(problem.groups().begin(), problem.groups().end(), [size](const auto& group) {
    return static_cast<double>(group->columns()) > most_coupled * size;
  });
  return size >= least_sparse_columns && !coupled ? SystemKind::blocks : SystemKind::dense;
}

SystemKind choose_system(SystemKind shape, bool own, const Options& options) {
  const LinearSolverKind solver = options.linear_solver;
  if (own || !needs_residuals(options.method)) return SystemKind::dense;
  if (is_sparse(solver)) return SystemKind::blocks;
  if (shape == SystemKind::tall && solver != LinearSolverKind::dense_cholesky && !options.graduated) return shape;
  return shape == SystemKind::blocks && solver == LinearSolverKind::automatic ? shape : SystemKind::dense;
}

LinearChoice choose_linear_solver(LinearSolverKind requested, std::int64_t columns) {
  if (requested != LinearSolverKind::automatic) return {requested, "as requested"};
  return {LinearSolverKind::dense_qr,
          fmt::format("{} parameter{}: a dense factor is small, and QR keeps the most digits", columns,
                      columns == 1 ? "" : "s")};
}

double memory_of_solve(const Options& options, std::int64_t rows, std::int64_t columns) {
  const auto m = static_cast<double>(rows), n = static_cast<double>(columns);
  const double point = m * (n + 1.0);  // a Jacobian and a residual
  double numbers = point;
  if (needs_residuals(options.method)) {
    const bool qr = choose_linear_solver(options.linear_solver, columns).kind == LinearSolverKind::dense_qr;
    const double factored = point + 3.0 * n * n;            // of one QR: [J r], R, and R above the damping
    numbers += point + 3.0 * m;                             // the trial point, and residuals to work in
    numbers += qr ? factored : 2.0 * n * n;                 // or else JᵀJ and its factor
    if (options.polish) numbers += factored + 2.0 * n * n;  // a QR of its own, the curvature and Newton's matrix
  } else if (keeps_a_matrix(options)) {
    numbers += 3.0 * n * n;  // the Hessian or its inverse, its factor, and one to work in
  } else {
    numbers += 2.0 * n * options.memory;  // the pairs of lbfgs; little for the others
  }
  return 8.0 * numbers;
}

void refuse_beyond_memory(const Problem& problem) {
  const std::int64_t rows = problem.residual_count();
  std::int64_t columns = 0;
  for (std::size_t i = 0; i < problem.start().size(); ++i) columns += problem.moves(static_cast<std::int64_t>(i));
  const double bytes = memory_of_solve(Options{}, rows, columns);
  if (bytes <= always_there) return;
  if (const double available = available_memory(); bytes > available)
    throw MemoryError(fmt::format(
        "a dense Jacobian of {} residuals and {} parameters needs {} of memory with its copies, and {} are available; "
        "expected a machine with more memory, fewer residuals or parameters, or a problem of many blocks, which the "
        "sparse linear solvers take",
        rows, columns, in_bytes(bytes), in_bytes(available)));
}

bool solves_by_blocks(const Problem& problem, const Options& options) {
  return choose_system(shape_of(problem), false, options) == SystemKind::blocks;
}

SolvePlan plan_solve(const Problem& problem, const Options& options) {
  if (nothing_moves(problem, {})) return {false, "none", "every parameter is fixed", 0};
  if (solves_by_blocks(problem, options)) return plan_by_blocks(problem, options);
  const Program program(problem);
  if (choose_system(shape_of(problem), false, options) == SystemKind::tall)
    return {false, std::string(to_string(LinearSolverKind::dense_qr)),
            TallSystem::reason(program.rows(), program.columns()), memory_of_reduction(program)};
  SolvePlan plan{false, "", "", memory_of_solve(options, program.rows(), program.columns())};
  if (!needs_residuals(options.method)) return plan;
  LinearChoice choice = choose_linear_solver(options.linear_solver, program.columns());
  plan.linear_solver = to_string(choice.kind);
  plan.reason = std::move(choice.reason);
  return plan;
}

}  // namespace thalweg::inline v0_1
