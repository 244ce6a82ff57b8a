#include "studies/facts.hpp"

#include <algorithm>

#include <fmt/format.h>

#include <thalweg/minimize/solve_plan.hpp>

namespace thalweg::inline v0_1::studies {
namespace {

// Methods and linear solvers that work on the whole Jacobian may take this much.
constexpr double most_dense_bytes = 2e9;

constexpr Refusal of_blocks[] = {{"--acceleration", "the sparse linear solvers have no geodesic acceleration"}};

}  // namespace

void count(const Problem& problem, Report& report) {
  ProblemFacts& facts = report.problem;
  facts.parameter_blocks = problem.block_count();
  facts.parameters = static_cast<std::int64_t>(problem.start().size());
  facts.residual_blocks = problem.residual_block_count();
  facts.residuals = problem.residual_count();
  const auto& groups = problem.groups();
  const bool sigma_given =
      std::any_of(groups.begin(), groups.end(), [](const auto& group) { return group->has_sigma(); });
  report.sigma = sigma_given ? Sigma::given : Sigma::none;
}

std::vector<ParameterStatistics> named_values(const Problem& problem, const std::vector<double>& x) {
  std::vector<ParameterStatistics> list(x.size());
  for (std::size_t i = 0; i < x.size(); ++i) {
    list[i].name = problem.parameter_name(static_cast<std::int64_t>(i));
    list[i].value = x[i];
  }
  return list;
}

void refuse(const Request& request, std::span<const Refusal> refusals, const std::string& file, const char* kind) {
  for (const Refusal& r : refusals)
    if (request.was_given(r.option))
      throw Error(fmt::format("{} does not go with '{}', a {}: {}", r.option, file, kind, r.why));
}

void refuse_too_dense(const Problem& problem, const Request& request, const std::string& file, const char* kind) {
  const Options& options = request.options;
  const bool first_order = is_first_order(request.method);
  if (!first_order && solves_by_blocks(problem, options)) return refuse(request, of_blocks, file, kind);
  const double rows = static_cast<double>(problem.residual_count()),
               columns = static_cast<double>(problem.start().size());
  const double bytes = first_order ? 8.0 * rows * columns : plan_solve(problem, options).bytes;
  if (bytes <= most_dense_bytes) return;
  throw Error(
      fmt::format("{} works on the whole Jacobian of '{}', {} numbers by {}, and would take {:.3g} GB; expected "
                  "levenberg-marquardt, "
                  "levenberg, gauss-newton, dogleg or subspace-dogleg with a sparse linear solver",
                  first_order || !needs_residuals(options.method) ? std::string(to_string(request.method))
                                                                  : std::string(to_string(options.linear_solver)),
                  file, problem.residual_count(), problem.start().size(), 1e-9 * bytes));
}

}  // namespace thalweg::inline v0_1::studies
