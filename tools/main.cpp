// The thalweg command.
#include <cstdio>
#include <exception>
#include <new>

#include <thalweg/math/error.hpp>
#include <thalweg/problems/curve_fit.hpp>

#include "commands.hpp"
#include "usage.hpp"

namespace {

using namespace thalweg::tool;

int run(int argc, const char* const* argv) {
  const Arguments arguments = parse_arguments(argc, argv);
  switch (arguments.verb) {
    case Verb::solve:
      return solve_command(arguments);
    case Verb::fit:
      return fit_command(arguments);
    case Verb::compare:
      return compare_command(arguments);
    case Verb::check:
      return check_command(arguments);
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
  std::fprintf(stderr, "thalweg: error: %s\n", message);
  return code;
}

}  // namespace

int main(int argc, char** argv) {
  try {
    const int code = run(argc, argv);
    if (std::fflush(stdout) == 0 && !std::ferror(stdout)) return code;
    return report_error("standard output cannot be written", exit_usage);
  } catch (const UsageError& error) {
    return report_error(error.what(), exit_usage);
  } catch (const thalweg::FileError& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return exit_bad_file;
  } catch (const thalweg::Error& error) {
    return report_error(error.what(), exit_usage);
  } catch (const std::bad_alloc&) {
    return report_error("out of memory", exit_failed);
  } catch (const std::exception& error) {
    return report_error(error.what(), exit_failed);
  }
}
