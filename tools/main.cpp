// The thalweg command.
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <limits>
#include <new>
#include <string>
#include <string_view>

#include <malloc.h>

#include <thalweg/base/cancellation.hpp>
#include <thalweg/base/error.hpp>
#include <thalweg/models/curve_fit.hpp>

#include <thalweg/report/text.hpp>

#include "cli/cleanup.hpp"
#include "cli/usage.hpp"
#include "commands/commands.hpp"
#include "commands/solve_run.hpp"

namespace {

using namespace thalweg::tool;

constexpr double infinite_seconds = std::numeric_limits<double>::infinity();

/// Freed arrays are kept for the next ones: pages given back would have to be cleared again.
void keep_freed_memory() {
  constexpr int most = 32 << 20, growth = 1 << 20;  // bytes; the C library allows no higher threshold
  mallopt(M_MMAP_THRESHOLD, most);
  mallopt(M_TRIM_THRESHOLD, 16 * most);
  mallopt(M_TOP_PAD, growth);
}

int run(int argc, const char* const* argv) {
  keep_freed_memory();
  const Arguments arguments = parse_arguments(argc, argv);
  // The limit is of the whole command: reading, set-up, statistics and profiles with the solve. compare's is of each
  // run.
  static_cast<void>(Stopwatch::command_began());
  const bool whole = arguments.verb == Verb::solve || arguments.verb == Verb::fit || arguments.verb == Verb::check ||
                     arguments.verb == Verb::linear;
  const thalweg::CancellationScope limit(whole ? arguments.solve.options.time_limit : infinite_seconds);
  switch (arguments.verb) {
    case Verb::solve:
      return solve_command(arguments);
    case Verb::fit:
      return fit_command(arguments);
    case Verb::compare:
      return arguments.compare.is_linear ? compare_linear_command(arguments) : compare_command(arguments);
    case Verb::check:
      return check_command(arguments);
    case Verb::batch:
      return batch_command(arguments);
    case Verb::linear:
      return linear_command(arguments.linear);
    case Verb::list:
      return list_command(arguments);
    case Verb::generate:
      return generate_command(arguments.generate);
    case Verb::version:
      return version_command();
    case Verb::help:
      break;
  }
  std::fputs(arguments.help.c_str(), stdout);
  return exit_converged;
}

int report_error(const char* message, ExitCode code) {
  // A message may have several lines, such as a formula with a caret below.
  std::string text = "thalweg: error: ";
  for (std::string_view rest = message; !rest.empty();) {
    const std::size_t end = std::min(rest.find('\n'), rest.size());
    text += thalweg::printable(rest.substr(0, end)) + '\n';
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  std::fputs(text.c_str(), stderr);
  return code;
}

}  // namespace

int main(int argc, char** argv) {
  clean_up_at_signals();
  // Every factorisation runs on one thread; OpenBLAS, where it is loaded, would start and keep more.
  setenv("OPENBLAS_NUM_THREADS", "1", 0);
  try {
    const int code = run(argc, argv);
    if (std::fflush(stdout) == 0 && !std::ferror(stdout)) return code;
    return report_error("standard output cannot be written", exit_usage);
  } catch (const UsageError& error) {
    return report_error(error.what(), exit_usage);
  } catch (const thalweg::FileError& error) {
    std::fprintf(stderr, "%s\n", thalweg::printable(error.what()).c_str());
    return exit_bad_file;
  } catch (const thalweg::MemoryError& error) {
    return report_error(error.what(), exit_failed);
  } catch (const thalweg::Error& error) {
    return report_error(error.what(), exit_usage);
  } catch (const thalweg::Cancelled& cancelled) {
    if (cancelled.on_request()) return report_error("interrupted before there was a result", exit_interrupted);
    return report_error("the time limit was reached before there was a result; expected more time", exit_stopped);
  } catch (const std::bad_alloc&) {
    return report_error("the memory gave out; expected a machine with more, or a smaller problem", exit_failed);
  } catch (const std::exception& error) {
    return report_error(error.what(), exit_failed);
  }
}
