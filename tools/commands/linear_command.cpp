// thalweg linear, and compare of a matrix: a system of linear equations, or linear least squares.
#include <algorithm>
#include <cmath>
#include <cstdio>
#include <limits>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include <thalweg/linear/bounded_least_squares.hpp>
#include <thalweg/minimize/stopwatch.hpp>
#include <thalweg/models/matrix_market.hpp>
#include <thalweg/report/linear_report.hpp>

#include "cli/output_file.hpp"
#include "cli/usage.hpp"
#include "commands/commands.hpp"

namespace thalweg::tool {
namespace {

constexpr const char* all_ones = "A · 1, for none was given";

void print(const std::string& text) { std::fwrite(text.data(), 1, text.size(), stdout); }

struct LinearSystem {
  SparseMatrix A;
  std::vector<double> b;
  LinearSystemFacts facts;
};

/// The matrix, and the right-hand side or what stands in its place.
LinearSystem read_system(const std::vector<std::string>& files) {
  MatrixFile file = read_matrix_market(files[0]);
  LinearSystem system{std::move(file.matrix), {}, {}};
  const SparseMatrix& A = system.A;
  system.facts = {files[0], all_ones, A.rows, A.columns, A.nonzeros(), A.is_symmetric(), {}};
  if (file.repeated > 0)
    system.facts.notes.push_back(fmt::format(
        "{} of the file's entries name a place that another one names, too: they were added", file.repeated));
  system.b.resize(static_cast<std::size_t>(A.rows));
  if (files.size() > 1) {
    system.facts.right_hand_side = files[1];
    system.b = read_vector_market(files[1]);
  } else {
    A.multiply(std::vector<double>(static_cast<std::size_t>(A.columns), 1.0).data(), system.b.data());
    if (!std::all_of(system.b.begin(), system.b.end(), [](double v) { return std::isfinite(v); }))
      throw Error(fmt::format("no right-hand side was given, and A · 1 of '{}' overflows; expected one", files[0]));
  }
  return system;
}

/// The files of an option may not be those of the input.
OutputFile output(const char* option, const std::string& path, const std::vector<std::string>& inputs) {
  if (path.empty() || path == "-") return {};
  for (const std::string& input : inputs)
    if (same_file(path, input))
      throw UsageError(fmt::format("{} '{}' is a file of the input; expected another file", option, path));
  return {option, path};
}

/// The answer of an active-set method, told as that of a linear system.
LinearSolution within_bounds(const LinearSystem& system, const LinearArguments& a) {
  constexpr double infinity = std::numeric_limits<double>::infinity();
  const auto n = static_cast<std::size_t>(system.A.columns);
  const Stopwatch watch;
  BoundedSolution found = bounded_least_squares(system.A, system.b, std::vector<double>(n, a.lower.value_or(-infinity)),
                                                std::vector<double>(n, a.upper.value_or(infinity)));
  LinearSolution s;
  const auto held = n - static_cast<std::size_t>(std::count(found.at_bound.begin(), found.at_bound.end(), 0));
  s.method = LinearMethod::qr;
  s.form = "dense, within bounds";
  s.reason = "bounds were given: active sets, each of them solved by QR";
  s.ending = std::move(found.ending);
  s.notes.push_back(fmt::format("{} of {} numbers of x are at a bound", held, n));
  s.x = std::move(found.x);
  s.solved = found.solved;
  s.residual_norm = found.residual_norm;
  s.iterations = found.iterations;
  s.seconds.solve = s.seconds.total = watch.elapsed();
  return s;
}

}  // namespace

int linear_command(const LinearArguments& a) {
  const Stopwatch watch;
  const LinearSystem system = read_system(a.files);
  LinearReport report;
  report.system = system.facts;
  report.seconds_read = watch.elapsed();
  OutputFile json_file = output("--json", a.json, a.files), x_file = output("--output", a.output, a.files);
  if (json_file.wanted() && x_file.wanted() && same_file(a.json, a.output))
    throw UsageError("--json and --output are one file; expected two");
  report.solution = a.lower || a.upper ? within_bounds(system, a) : solve_linear(system.A, system.b, a.options);
  const std::vector<double>& x = report.solution.x;
  const bool finite = std::all_of(x.begin(), x.end(), [](double v) { return std::isfinite(v); });
  if (x_file.wanted() && finite) x_file.commit(to_matrix_market(report.solution.x));
  if (json_file.wanted()) json_file.commit(to_json(report));
  if (a.json == "-")
    print(to_json(report));
  else if (!a.quiet)
    print(to_text(report));
  return report.solution.solved ? exit_converged : exit_stopped;
}

int compare_linear_command(const Arguments& arguments) {
  const SolveArguments& a = arguments.solve;
  const std::vector<std::string>& files = arguments.compare.files;
  const LinearSystem system = read_system(files);
  OutputFile json_file = output("--json", a.json, files), page = output("--report", a.report, files);
  if (json_file.wanted() && page.wanted() && same_file(a.json, a.report))
    throw UsageError("--json and --report are one file; expected two");
  LinearComparisonOptions options;
  options.methods = arguments.compare.linear_methods;
  options.time_limit = arguments.compare.rule.seconds;
  options.options.threads = a.was_given("--threads") ? a.options.threads : 1;
  LinearComparisonReport report{system.facts, compare_linear(system.A, system.b, options),
                                options.options.iterations.tolerance};
  if (json_file.wanted()) json_file.commit(to_json(report));
  if (page.wanted()) page.commit(to_html(report, provenance_of(a.command)));
  if (a.json == "-")
    print(to_json(report));
  else if (!a.quiet)
    print(to_text(report));
  const auto solved = [](const LinearRun& run) { return run.solution.solved; };
  return std::any_of(report.comparison.runs.begin(), report.comparison.runs.end(), solved) ? exit_converged
                                                                                           : exit_stopped;
}

}  // namespace thalweg::tool
