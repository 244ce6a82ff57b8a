// thalweg linear: a system of linear equations, or linear least squares.
#include <cstdio>
#include <vector>

#include <fmt/format.h>

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

/// The files of an option may not be those of the input.
OutputFile output(const char* option, const std::string& path, const std::vector<std::string>& inputs) {
  if (path.empty() || path == "-") return {};
  for (const std::string& input : inputs)
    if (same_file(path, input))
      throw UsageError(fmt::format("{} '{}' is a file of the input; expected another file", option, path));
  return {option, path};
}

void note_about(const MatrixFile& file, LinearReport& report) {
  if (file.repeated > 0)
    report.system.notes.push_back(fmt::format(
        "{} of the file's entries name a place that another one names, too: they were added", file.repeated));
}

}  // namespace

int linear_command(const LinearArguments& a) {
  const Stopwatch watch;
  const MatrixFile file = read_matrix_market(a.files[0]);
  const SparseMatrix& A = file.matrix;
  LinearReport report;
  report.system = {a.files[0], all_ones, A.rows, A.columns, A.nonzeros(), A.is_symmetric(), {}};
  note_about(file, report);
  std::vector<double> b(static_cast<std::size_t>(A.rows));
  if (a.files.size() > 1) {
    report.system.right_hand_side = a.files[1];
    b = read_vector_market(a.files[1]);
  } else {
    A.multiply(std::vector<double>(static_cast<std::size_t>(A.columns), 1.0).data(), b.data());
  }
  report.seconds_read = watch.elapsed();
  OutputFile json_file = output("--json", a.json, a.files), x_file = output("--output", a.output, a.files);
  if (!a.json.empty() && a.json != "-" && !a.output.empty() && same_file(a.json, a.output))
    throw UsageError("--json and --output are one file; expected two");
  report.solution = solve_linear(A, b, a.options);
  if (x_file.wanted()) x_file.commit(to_matrix_market(report.solution.x));
  if (json_file.wanted()) json_file.commit(to_json(report));
  if (a.json == "-")
    print(to_json(report));
  else if (!a.quiet)
    print(to_text(report));
  return report.solution.solved ? exit_converged : exit_stopped;
}

}  // namespace thalweg::tool
