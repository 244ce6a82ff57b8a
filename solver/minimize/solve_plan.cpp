#include <thalweg/minimize/solve_plan.hpp>
#include <thalweg/problem/problem.hpp>

#include <utility>

#include <linear/normal/elimination_choice.hpp>
#include <minimize/plan.hpp>
#include <minimize/sparse/sparse_engine.hpp>

namespace thalweg {
namespace {

SolvePlan plan_blocks(const Problem& problem, const Options& options) {
  BlockProgram program(problem);
  std::vector<std::int32_t> rank(program.named_for_elimination().size(), -1);
  if (!keeps_all_blocks(options.linear_solver)) {
    const EliminationChoice choice = choose_eliminated(program.structure(), program.named_for_elimination());
    EvaluationOrder order = evaluation_order(program.structure(), choice.eliminated);
    program.reorder(order.items);
    rank = std::move(order.rank);
  }
  NormalLayout layout(program.structure(), rank);
  const SparsePlan plan = plan_sparse(layout, options.linear_solver, options.memory_limit);
  return {true, std::string(to_string(plan.kind)), plan.reason, plan.bytes};
}

}  // namespace

bool solves_by_blocks(const Problem& problem, const Options& options) {
  if (!needs_residuals(options.method)) return false;
  if (options.linear_solver == LinearSolverKind::automatic) return looks_sparse(problem);
  return is_sparse(options.linear_solver);
}

SolvePlan plan_solve(const Problem& problem, const Options& options) {
  if (nothing_moves(problem, {})) return {false, "none", "every parameter is fixed", 0};
  if (solves_by_blocks(problem, options)) return plan_blocks(problem, options);
  const Program program(problem);
  SolvePlan plan{false, "", "", memory_of_solve(options, program.rows(), program.columns())};
  if (!needs_residuals(options.method)) return plan;
  LinearChoice choice = choose_linear_solver(options.linear_solver, program.columns());
  plan.linear_solver = to_string(choice.kind);
  plan.reason = std::move(choice.reason);
  return plan;
}

}  // namespace thalweg
