// thalweg compare.
#include <algorithm>
#include <cstdio>
#include <deque>
#include <utility>

#include <fmt/format.h>

#include <thalweg/report/comparison.hpp>
#include <thalweg/report/html.hpp>

#include "cli/output_file.hpp"
#include "cli/progress.hpp"
#include "cli/usage.hpp"
#include "commands/candidate.hpp"
#include "commands/commands.hpp"

namespace thalweg::tool {
namespace {

/// Opened before the work begins.
struct Outputs {
  explicit Outputs(const Arguments& arguments) {
    const std::pair<const char*, std::string> wanted[] = {
        {"--json", arguments.solve.json}, {"--csv", arguments.compare.csv}, {"--report", arguments.solve.report}};
    for (const auto& [option, path] : wanted) {
      if (path.empty() || path == "-") continue;
      for (const std::string& input : arguments.compare.files)
        if (same_file(path, input))
          throw UsageError(fmt::format("{} '{}' is the input; expected another file", option, path));
      for (const auto& [other, other_path] : wanted)
        if (option != other && !other_path.empty() && same_file(path, other_path))
          throw UsageError(fmt::format("{} '{}' is the file of {}; expected another file", option, path, other));
    }
    if (!wanted[0].second.empty() && wanted[0].second != "-") json = OutputFile("--json", wanted[0].second);
    if (!wanted[1].second.empty()) csv = OutputFile("--csv", wanted[1].second);
    if (!wanted[2].second.empty()) page = OutputFile("--report", wanted[2].second);
  }
  OutputFile json, csv, page;
};

std::string line_of(const CompareProgress& at) {
  const std::string place = fmt::format("{:.0f} evaluations, cost {:.6g}", at.evaluations, at.cost);
  if (at.reference) return fmt::format("best cost of {}: {}, {}", at.problem, at.method, place);
  const std::string rate = std::isnan(at.rate) ? "" : fmt::format(", rate {:.2g}", at.rate);
  return fmt::format("run {} of {}: {}, {}, start {}{}, {}", at.done + 1, at.all, at.problem, at.method, at.start, rate,
                     place);
}

/// Whether each problem was solved by a method at least.
bool all_reached(const Comparison& comparison) {
  const auto reached = [](const ComparedMethod& method) {
    return std::any_of(method.runs.begin(), method.runs.end(), [](const ComparedRun& run) { return run.reached; });
  };
  return std::all_of(comparison.problems.begin(), comparison.problems.end(), [&](const ComparedProblem& problem) {
    return std::any_of(problem.methods.begin(), problem.methods.end(), reached);
  });
}

void print(const std::string& text) { std::fwrite(text.data(), 1, text.size(), stdout); }

}  // namespace

int compare_command(const Arguments& arguments) {
  const SolveArguments& solve = arguments.solve;
  std::deque<Candidate> candidates;
  for (const std::string& name : expand(arguments.compare.files)) candidates.push_back(candidate(name, arguments));
  std::vector<CompareCase> cases;
  for (const Candidate& each : candidates) cases.push_back(each.compared);
  Outputs outputs(arguments);
  const CatchInterrupt interrupt;
  Progress progress;
  CompareOptions options{
      .rule = arguments.compare.rule, .options = solve.options, .train = solve.train, .tune = arguments.compare.tune};
  options.interrupt = &interrupt.flag();
  if (!solve.quiet && Progress::possible())
    options.progress = [&](const CompareProgress& at) {
      if (progress.due()) progress.show(line_of(at));
    };
  const Comparison comparison = compare(cases, arguments.compare.methods, options);
  progress.erase();

  const std::string json = solve.json.empty() ? "" : to_json(comparison);
  if (outputs.json.wanted()) outputs.json.commit(json);
  if (outputs.csv.wanted()) outputs.csv.commit(to_csv(comparison));
  if (outputs.page.wanted()) outputs.page.commit(to_html(comparison, provenance_of(solve.command)));
  if (solve.json == "-")
    print(json);
  else if (!solve.quiet)
    print(to_text(comparison, solve.verbose));
  if (comparison.interrupted) return exit_interrupted;
  return all_reached(comparison) ? exit_converged : exit_stopped;
}

}  // namespace thalweg::tool
