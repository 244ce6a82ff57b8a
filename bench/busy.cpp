// busy: one thread and several on a bundle adjustment, alternately, on this machine as it is and beside processes that
// keep the processors busy.
#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <exception>
#include <string>
#include <vector>

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>
#if defined(__linux__)
#include <sys/prctl.h>
#endif

#include <CLI/CLI.hpp>
#include <thalweg/minimize/solve.hpp>
#include <thalweg/models/bundle.hpp>

namespace {

/// Processes that compute until the object ends, at most so many seconds.
class BusyProcesses {
 public:
  BusyProcesses(int count, unsigned seconds) {
    for (int i = 0; i < count; ++i) {
      const pid_t child = fork();
      if (child == 0) keep_busy(seconds);
      if (child > 0) children_.push_back(child);
    }
  }
  ~BusyProcesses() {
    for (const pid_t child : children_) kill(child, SIGKILL);
    for (const pid_t child : children_) waitpid(child, nullptr, 0);
  }
  BusyProcesses(const BusyProcesses&) = delete;
  BusyProcesses& operator=(const BusyProcesses&) = delete;

 private:
  [[noreturn]] static void keep_busy(unsigned seconds) {
#if defined(__linux__)
    prctl(PR_SET_PDEATHSIG, SIGKILL);
#endif
    alarm(seconds);
    for (volatile double x = 1.0;;) x = x * 1.0000001;
  }
  std::vector<pid_t> children_;
};

double median(std::vector<double> values) {
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  return *middle;
}

double milliseconds_an_iteration(thalweg::Solver& solver, int threads, int iterations) {
  thalweg::Options options;
  options.threads = threads;
  options.max_iterations = iterations;
  options.function_tolerance = options.gradient_tolerance = options.step_tolerance = 1e-16;
  const thalweg::Result result = solver.solve(options);
  return 1e3 * (result.trace.back().seconds - result.trace.front().seconds) /
         static_cast<double>(std::max<std::int64_t>(1, result.iterations));
}

void measure(const char* where, thalweg::Solver& one, thalweg::Solver& several, int threads, int repeat,
             int iterations) {
  std::vector<double> alone, together, ratios;
  for (int i = 0; i < repeat; ++i) {
    alone.push_back(milliseconds_an_iteration(one, 1, iterations));
    together.push_back(milliseconds_an_iteration(several, threads, iterations));
    ratios.push_back(together.back() / alone.back());
  }
  std::printf("%-24s %8.2f ms %8.2f ms   ratio %.2f (medians of %d; of the pairs' ratios %.2f)\n", where, median(alone),
              median(together), median(together) / median(alone), repeat, median(ratios));
}

int run(int argc, char** argv) {
  CLI::App app{
      "One thread and several on a bundle adjustment, alternately: milliseconds an iteration, first on the machine as "
      "it "
      "is, then beside processes that keep the processors busy.\nExample: busy problem-49-7776-pre.txt.bz2 --processes "
      "4",
      "busy"};
  std::string file;
  int processes = 4, threads = 2, repeat = 11, iterations = 20;
  app.add_option("file", file, "Bundle adjustment (BAL)")->required()->check(CLI::ExistingFile);
  app.add_option("--processes", processes, "Busy processes")->check(CLI::Range(1, 256))->capture_default_str();
  app.add_option("--threads", threads, "Threads beside one")->check(CLI::Range(2, 256))->capture_default_str();
  app.add_option("--repeat", repeat, "Solves of each")->check(CLI::PositiveNumber)->capture_default_str();
  app.add_option("--iterations", iterations, "Iterations a solve")->check(CLI::PositiveNumber)->capture_default_str();
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    if (error.get_exit_code() == 0) return app.exit(error);
    std::fprintf(stderr, "busy: %s\n\n%s", error.what(), app.help().c_str());
    return 2;
  }
  const thalweg::Problem problem = thalweg::build_problem(thalweg::read_bal(file));
  thalweg::Solver one(problem), several(problem);
  milliseconds_an_iteration(one, 1, 2);  // memory for the first time
  milliseconds_an_iteration(several, threads, 2);
  std::printf("%-24s %11s %9d\n", "", "1 thread", threads);
  measure("the machine as it is", one, several, threads, repeat, iterations);
  constexpr unsigned longest_seconds = 600;
  const BusyProcesses busy(processes, longest_seconds);
  measure((std::to_string(processes) + " busy processes more").c_str(), one, several, threads, repeat, iterations);
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  try {
    return run(argc, argv);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "busy: %s\n", error.what());
    return 1;
  }
}
