// thalweg check: a look at a problem before it is solved.
#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <utility>

#include <fmt/format.h>

#include <thalweg/models/build.hpp>
#include <thalweg/report/json.hpp>
#include <thalweg/report/text.hpp>

#include "cli/output_file.hpp"
#include "cli/usage.hpp"
#include "commands/commands.hpp"

namespace thalweg::tool {
namespace {

void print(const std::string& text) { std::fwrite(text.data(), 1, text.size(), stdout); }

ProblemFacts facts_of(const CurveFit& fit) {
  ProblemFacts facts;
  facts.name = std::filesystem::path(fit.file).stem().string();
  facts.title = fit.title;
  facts.source = fit.file;
  facts.priors = std::count_if(fit.parameters.begin(), fit.parameters.end(),
                               [](const FitParameter& p) { return p.prior.has_value(); });
  return facts;
}

}  // namespace

int finish_check(CheckReport& report, const ProblemFacts& facts, std::size_t starts, const Arguments& arguments) {
  const SolveArguments& a = arguments.solve;
  OutputFile json_file;
  if (!a.json.empty() && a.json != "-") {
    if (same_file(a.json, arguments.file))
      throw UsageError(fmt::format("--json '{}' is the file of the input; expected another file", a.json));
    json_file = OutputFile("--json", a.json);
  }
  report.problem.name = facts.name;
  report.problem.title = facts.title;
  report.problem.source = facts.source;
  report.problem.kind = facts.kind;
  report.problem.priors = facts.priors;
  if (starts > 1)
    report.notes.push_back(fmt::format("this is start {} of {}; --start K looks at another", a.start, starts));
  if (json_file.wanted()) json_file.commit(to_json(report));
  if (a.json == "-")
    print(to_json(report));
  else if (!a.quiet)
    print(to_text(report));
  return report.clean() ? exit_converged : exit_findings;
}

int check_problem(const Problem& problem, const ProblemFacts& facts, std::size_t starts, const Arguments& arguments) {
  CheckReport report = check(problem, arguments.solve.options);
  return finish_check(report, facts, starts, arguments);
}

int check_command(const Arguments& arguments) {
  if (const auto name = catalogue_name(arguments.file)) return check_from_catalogue(*name, arguments);
  if (looks_like_pose_graph(arguments.file)) return check_pose_graph(read_pose_graph(arguments.file), arguments);
  if (looks_like_bal(arguments.file)) return check_bundle(read_bal(arguments.file), arguments);
  const CurveFit fit = read_curve_fit_file(arguments.file, "check looks at formulas");
  const CurveProblem built = build_problem(fit, arguments.solve.start);
  return check_problem(built.problem, facts_of(fit), fit.parameters[0].starts.size(), arguments);
}

}  // namespace thalweg::tool
