// From a problem that is ready to be solved to the exit code: what files, tables and the catalogue share.
#pragma once

#include <chrono>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include <thalweg/problem/problem.hpp>
#include <thalweg/report/report.hpp>
#include <thalweg/studies/study.hpp>

#include "cli/arguments.hpp"
#include "cli/output_file.hpp"
#include "cli/progress.hpp"

namespace thalweg::tool {

class Stopwatch {
 public:
  /// Seconds since the last lap.
  double lap() {
    const auto now = std::chrono::steady_clock::now();
    const std::chrono::duration<double> passed = now - last_;
    last_ = now;
    return passed.count();
  }

  /// Seconds since the program began to work on the command.
  static double elapsed() {
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - command_began()).count();
  }
  /// The first call sets it.
  static std::chrono::steady_clock::time_point command_began() {
    static const auto began = std::chrono::steady_clock::now();
    return began;
  }

 private:
  std::chrono::steady_clock::time_point last_ = std::chrono::steady_clock::now();
};

/// While it lives, Ctrl-C ends a solve and not the program.
class SolveRun {
 public:
  /// Opens the files to be written. Throws UsageError, also when one of them is the input or another of them.
  SolveRun(std::string input, const SolveArguments& arguments);

  /// Fills the result, and the minima when there are several starts.
  void solve(const Study& study, Report& report);
  /// Fills the statistics, and the profiles if they are asked for.
  void judge(const Study& study, Report& report);
  void find_intervals(const Problem& problem, IntervalKind kind, Report& report);
  /// Gives a request what is left of the time, and Ctrl-C.
  void leave(Request& request) const;
  /// Writes and prints what was asked for. `solution`: the text for --output, called when that is wanted.
  int finish(Report& report, const std::function<std::string()>& solution);

 private:
  /// Tables of rows, and the figure of a fit.
  void write_rows(const Report& report);

  std::string input_;
  const SolveArguments& arguments_;
  CatchInterrupt interrupt_;
  OutputFile json_, trace_, solution_, page_, rows_, predictions_, figure_;
  Stopwatch watch_;
};

}  // namespace thalweg::tool
