// thalweg solve catalogue:NAME.
#include <cstdio>
#include <utility>

#include <fmt/format.h>

#include <thalweg/minimize/solve.hpp>
#include <thalweg/models/catalogue.hpp>
#include <thalweg/models/curve_fit.hpp>
#include <thalweg/report/text.hpp>

#include "cli/usage.hpp"
#include "cli/wording.hpp"
#include "commands/commands.hpp"
#include "commands/solve_run.hpp"

namespace thalweg::tool {
namespace {

std::vector<std::string> names() {
  std::vector<std::string> all;
  for (const CatalogueProblem& entry : catalogue()) all.push_back(entry.name);
  return all;
}

/// A name that is not there, with the one that is probably meant.
class NoSuchEntry : public FileError {
 public:
  explicit NoSuchEntry(const std::string& name)
      : FileError(catalogue_prefix + name, 0, 0, "no such problem", "one of 'thalweg list problems'") {
    const std::string meant = nearest(name, names());
    const std::string guess = meant.empty() ? "" : fmt::format("did you mean {}{}? ", catalogue_prefix, meant);
    text_ = fmt::format("{}{}: no such problem; {}'thalweg list problems' shows all", catalogue_prefix, printable(name),
                        guess);
  }
  const char* what() const noexcept override { return text_.c_str(); }

 private:
  std::string text_;
};

const std::vector<double>& start_of(const CatalogueProblem& entry, int k) {
  if (static_cast<std::size_t>(k) > entry.starts.size())
    throw UsageError(fmt::format("start {} of '{}{}' does not exist; expected 1 to {}", k, catalogue_prefix, entry.name,
                                 entry.starts.size()));
  return entry.starts[static_cast<std::size_t>(k) - 1];
}

/// What only problem files have.
void refuse_for_all(const SolveArguments& arguments) {
  if (!arguments.output.empty())
    throw UsageError(
        "--output writes problem files, and there is no file format for a problem of the catalogue; expected --json");
  if (arguments.detect_linear)
    throw UsageError("--detect-linear looks at formulas, and the catalogue has none; expected a problem file");
}

/// What only sums of squares have.
void refuse_for_objective(const CatalogueProblem& entry, const SolveArguments& a) {
  if (a.method_given && !is_first_order(a.method) && needs_residuals(a.options.method))
    throw UsageError(
        fmt::format("{} needs residuals, and {} has none; expected gradient-descent, nonlinear-cg, newton, "
                    "newton-cg, bfgs, lbfgs or a first-order method",
                    to_string(a.options.method), entry.name));
  const std::pair<bool, const char*> options[] = {{a.loss.has_value(), "--loss"},
                                                  {a.options.graduated, "--graduated"},
                                                  {a.starts > 1, "--starts"},
                                                  {a.profile, "--intervals profile"}};
  for (const auto& [given, option] : options)
    if (given)
      throw UsageError(
          fmt::format("{} needs residuals, and {} has none; expected a sum of squares, such as "
                      "catalogue:beale",
                      option, entry.name));
}

void name_report(const CatalogueProblem& entry, Report& report) {
  report.problem.name = entry.name;
  report.problem.title = entry.title;
  report.problem.source = entry.source;
  report.problem.kind = entry.residuals > 0 ? "test function" : "objective";
}

/// `value`: Σr², of an objective F.
void compare(const CatalogueProblem& entry, double value, Report& report) {
  const KnownMinimum* reached = reached_minimum(entry, value);
  const KnownMinimum& known = reached ? *reached : entry.minima.front();
  report.known_minimum = {known.value, known.global, reached != nullptr};
}

int solve_squares(const CatalogueProblem& entry, const SolveArguments& arguments) {
  Stopwatch watch;
  arguments.options.validate();
  const Problem problem = entry.problem(start_of(entry, arguments.start));
  if (arguments.loss)
    for (const auto& group : problem.groups()) group->set_loss(*arguments.loss);
  SolveRun run(catalogue_prefix + entry.name, arguments);
  Report report = begin_report(problem, arguments);
  name_report(entry, report);
  report.seconds.build = watch.lap();

  run.solve(problem, report);
  run.judge(problem, {}, report);
  // A loss has minima of its own.
  if (!arguments.loss || arguments.loss->is_trivial()) compare(entry, 2.0 * report.result.final_cost, report);
  return run.finish(report);
}

int minimize_objective(const CatalogueProblem& entry, SolveArguments arguments) {
  Stopwatch watch;
  refuse_for_objective(entry, arguments);
  if (!arguments.method_given) arguments.method = arguments.options.method = Method::newton;
  arguments.options.validate();
  const auto objective = entry.objective();
  const std::vector<double>& start = start_of(entry, arguments.start);
  SolveRun run(catalogue_prefix + entry.name, arguments);
  Report report;
  name_report(entry, report);
  report.problem.parameter_blocks = 1;
  report.problem.parameters = objective->dimension();
  name_method(arguments, report);
  report.seconds.build = watch.lap();

  run.solve(Subject{.objective = objective.get()}, start, report);
  compare(entry, report.result.final_cost, report);
  return run.finish(report);
}

}  // namespace

std::optional<std::string> catalogue_name(const std::string& file) {
  if (!file.starts_with(catalogue_prefix)) return std::nullopt;
  return file.substr(catalogue_prefix.size());
}

const CatalogueProblem& catalogue_entry(const std::string& name) {
  const CatalogueProblem* entry = find_in_catalogue(name);
  if (!entry) throw NoSuchEntry(name);
  return *entry;
}

int solve_from_catalogue(const std::string& name, const SolveArguments& arguments) {
  const CatalogueProblem& entry = catalogue_entry(name);
  refuse_for_all(arguments);
  return entry.residuals > 0 ? solve_squares(entry, arguments) : minimize_objective(entry, arguments);
}

int check_from_catalogue(const std::string& name, const Arguments& arguments) {
  const CatalogueProblem& entry = catalogue_entry(name);
  if (entry.residuals == 0)
    throw UsageError(
        fmt::format("check looks at residuals, and {} has none; expected a sum of squares, such as "
                    "catalogue:beale",
                    name));
  Report report;
  name_report(entry, report);
  return check_problem(entry.problem(start_of(entry, arguments.solve.start)), report.problem, entry.starts.size(),
                       arguments);
}

}  // namespace thalweg::tool
