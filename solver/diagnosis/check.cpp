#include <thalweg/diagnosis/check.hpp>
#include <thalweg/problem/problem.hpp>

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include <thalweg/minimize/solve_plan.hpp>
#include <thalweg/problem/same_group.hpp>

#include <thalweg/base/words.hpp>
#include "diagnosis/examination.hpp"

namespace thalweg::inline v0_1 {
namespace {

constexpr int points_nearby = 8;
// A Jacobian of more bytes is not made just to look at it.
constexpr double most_bytes = 4e9;
// Rank is not looked at beyond so many columns, and so much work of a QR: it would take minutes.
constexpr double most_columns = 400, most_work = 2e9;

/// The start as a solve begins it.
std::vector<double> start_inside(const Problem& problem) {
  std::vector<double> x = problem.start();
  for (std::size_t i = 0; i < x.size(); ++i) x[i] = std::clamp(x[i], problem.lower()[i], problem.upper()[i]);
  return x;
}

CheckReport facts_of(const Problem& problem, const Options& options) {
  CheckReport report;
  report.problem.kind = "problem";
  report.problem.parameter_blocks = problem.block_count();
  report.problem.parameters = static_cast<std::int64_t>(problem.start().size());
  report.problem.residual_blocks = problem.residual_block_count();
  report.problem.residuals = problem.residual_count();
  for (std::size_t i = 0; i < problem.start().size(); ++i)
    report.free_parameters += !problem.fixed()[i] && problem.lower()[i] < problem.upper()[i];
  report.residual_groups = static_cast<std::int64_t>(problem.groups().size());
  SolvePlan plan = plan_solve(problem, options);
  report.plan = {options.method, std::move(plan.linear_solver), std::move(plan.reason), plan.bytes};
  return report;
}

}  // namespace

void look_at_bounds(const Problem& problem, CheckReport& report) {
  std::vector<std::string> outside, meeting;
  std::string first;
  for (std::size_t i = 0; i < problem.start().size(); ++i) {
    const double x = problem.start()[i], lower = problem.lower()[i], upper = problem.upper()[i];
    const std::string name = problem.parameter_name(static_cast<std::int64_t>(i));
    if (lower == upper) {
      meeting.push_back(name);
    } else if (x < lower || x > upper) {
      outside.push_back(name);
      if (first.empty())
        first = fmt::format("'{}' starts at {}, outside its bounds {} and {}: a solve would begin at {}", name, x,
                            lower, upper, x < lower ? lower : upper);
    }
  }
  if (!meeting.empty()) report.notes.push_back(words::quoted(meeting) + ": fixed, since lower = upper");
  if (outside.empty()) return;
  if (outside.size() > 1) first += fmt::format(" ({} more start outside theirs)", outside.size() - 1);
  report.findings.push_back({Finding::Kind::start_out_of_bounds, first + ".",
                             "Move the start, or the bound if that is what is wrong.", outside});
}

/// In how many directions the parameters may move: on manifolds fewer than they have numbers.
std::int64_t free_directions(const Problem& problem, std::int64_t free_numbers) {
  for (const Problem::BlockSet& set : problem.sets())
    for (std::int64_t i = set.offset; set.manifold && i < set.end(); i += set.dimension)
      if (!problem.fixed()[static_cast<std::size_t>(i)]) free_numbers -= set.dimension - set.tangent;
  return free_numbers;
}

void look_at_counts(const Problem& problem, CheckReport& report) {
  const std::int64_t directions = free_directions(problem, report.free_parameters);
  if (report.free_parameters == 0)
    report.findings.push_back({Finding::Kind::nothing_free,
                               "Every parameter is fixed: there is nothing to solve.",
                               "Let at least one of them move.",
                               {}});
  if (report.problem.residuals < directions)
    report.findings.push_back({Finding::Kind::too_few_residuals,
                               fmt::format("{} parameters are to be found from {}: many answers fit equally well.",
                                           directions, counted(report.problem.residuals, "residual")),
                               "Bring more data, fix some parameters, or give them priors.",
                               {}});
}

/// The residuals and, as rows beside them, the equalities.
Problem with_equalities(const Problem& problem) {
  std::vector<std::unique_ptr<ResidualGroup>> groups = same_groups(problem);
  const Constraints& constraints = problem.constraints();
  for (std::size_t g = 0; g < constraints.groups().size(); ++g)
    if (constraints.kinds()[g] == Constraints::Kind::equality)
      groups.push_back(std::make_unique<SameGroup>(*constraints.groups()[g]));
  Problem rows = problem.with_groups(std::move(groups));
  rows.clear_constraints();
  return rows;
}

CheckReport check(const Problem& problem, const Options& options, std::span<const FreeDirection> expected_free) {
  options.validate();
  if (!problem.constraints().empty()) {
    CheckReport report = check(with_equalities(problem), options, expected_free);
    report.notes.emplace_back(
        "the equalities of the constraints count as residuals here, and the inequalities are not looked at");
    return report;
  }
  const Program program(problem);
  CheckReport report = facts_of(problem, options);
  look_at_bounds(problem, report);
  look_at_counts(problem, report);
  if (program.columns() == 0) return report;
  if (solves_by_blocks(problem, options)) {
    look_at_blocks(problem, start_inside(problem), options, expected_free, report);
    return report;
  }
  const double bytes = 8.0 * static_cast<double>(program.rows()) * static_cast<double>(program.columns());
  if (bytes > most_bytes) {
    report.notes.push_back(fmt::format("the Jacobian would take {:.3g} GB: it was not looked at", 1e-9 * bytes));
    return report;
  }
  const bool ranked = static_cast<double>(program.columns()) <= most_columns &&
                      bytes / 8.0 * static_cast<double>(program.columns()) <= most_work;
  const Prober::Want want = ranked ? Prober::Want::spectrum : Prober::Want::influence;
  if (!ranked)
    report.notes.push_back(fmt::format(
        "whether the {} parameters can be told apart was not looked at: it would take long", program.columns()));
  Prober prober(program, options.threads);
  Examination e{program, options, prober, prober.look(start_inside(problem), want), {}, std::mt19937_64(options.seed)};
  for (int i = 0; i < points_nearby; ++i)
    e.nearby.push_back(prober.look(point_nearby(program, e.start.x, e.random), want));
  report.cost = e.start.cost;
  look_for_non_finite(e, report);
  look_for_underflow(e, report);
  look_at_derivatives(e, report);
  look_at_slope(e, report);
  look_at_influence(e, report);
  look_at_dependence(e, report);
  look_at_losses(e, report);
  return report;
}

namespace words {

std::string listed(const std::vector<std::string>& items) {
  std::string out;
  for (std::size_t i = 0; i < items.size(); ++i)
    out += (i == 0 ? "" : i + 1 == items.size() ? " and " : ", ") + items[i];
  return out;
}

std::string quoted(const std::vector<std::string>& names) {
  constexpr std::size_t most = 6;
  std::vector<std::string> shown;
  for (std::size_t i = 0; i < std::min(names.size(), most); ++i) shown.push_back("'" + names[i] + "'");
  if (names.size() > most) shown.push_back(fmt::format("{} more", names.size() - most));
  return listed(shown);
}

std::string number(std::int64_t n) {
  constexpr const char* small[] = {"no", "one", "two", "three", "four", "five", "six"};
  return n >= 0 && n <= 6 ? small[n] : std::to_string(n);
}

std::string brief(double v) { return fmt::format("{:.4g}", v); }

}  // namespace words

}  // namespace thalweg::inline v0_1
