#include "inference/solution_rows.hpp"

#include <algorithm>
#include <cmath>
#include <utility>
#include <vector>

#include <minimize/system/tall/tall_system.hpp>

#include "inference/fit_quality.hpp"

namespace thalweg::inline v0_1 {
namespace {

/// Residuals in the order of groups, then items, then components: without the program's padding.
std::vector<double> in_order(const Program& program, const AlignedArray& padded_residual) {
  std::vector<double> r;
  const auto& groups = program.problem().groups();
  for (std::size_t g = 0; g < groups.size(); ++g)
    for (std::int64_t i = 0; i < groups[g]->items(); ++i)
      for (int k = 0; k < groups[g]->dimension(); ++k) r.push_back(padded_residual[program.row_of(g, k) + i]);
  return r;
}

/// Whether all residuals belong to the response, or none.
bool covers(const Problem& problem, std::span<const double> response) {
  return response.empty() || static_cast<std::int64_t>(response.size()) == problem.residual_count();
}

}  // namespace

SolutionRows::SolutionRows(const Program& program, const Result& result, std::span<const double> response)
    : reduced(looks_tall(program.problem()) && !program.has_loss() && covers(program.problem(), response)) {
  if (reduced) {
    ReducedRows all = RowReduction(program).reduce(result.x.data(), result.threads, Program::Losses::ignored);
    J = std::move(all.R);
    residual = std::move(all.c);
    cost = all.cost;
    size = left = std::sqrt(2.0 * cost);
    return;
  }
  residual.resize(program.rows());
  J.resize(program.rows(), program.columns());
  cost = program.evaluate_without_loss(result.x.data(), residual.data(), J, result.threads);
  if (!std::isfinite(cost)) return;
  const std::vector<double> r = in_order(program, residual);
  size = norm(r);
  left = norm(std::span(r).first(std::min(r.size(), response.size())));
}

}  // namespace thalweg::inline v0_1
