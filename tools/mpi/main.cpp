// The thalweg-mpi command.
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <memory>
#include <new>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include <thalweg/distributed/bundle_part.hpp>
#include <thalweg/distributed/communicator.hpp>
#include <thalweg/io/file_error.hpp>
#include <thalweg/report/text.hpp>
#include <thalweg/version.hpp>

#include "cli/cleanup.hpp"
#include "mpi/job.hpp"

namespace {

using namespace thalweg::tool;

void say(const char* message) {
  std::string text = "thalweg-mpi: error: ";
  for (std::string_view rest = message; !rest.empty();) {
    const std::size_t end = std::min(rest.find('\n'), rest.size());
    text += thalweg::printable(rest.substr(0, end)) + '\n';
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  std::fputs(text.c_str(), stderr);
}

/// Ends all processes for an error that this one met. Where others meet it, too, as an error inside PETSc, the first
/// says it: the others leave it a second, and each other some time.
[[noreturn]] void end_all(const thalweg::Communicator& world, const char* message, int code) {
  if (world.rank() > 0)
    std::this_thread::sleep_for(std::chrono::milliseconds(1000 + std::min(200 * world.rank(), 3000)));
  const std::string who = world.size() > 1 ? "process " + std::to_string(world.rank()) + ": " : "";
  say((who + message).c_str());
  world.abort(code);
  std::_Exit(code);
}

int run(const thalweg::MpiSession& session, MpiArguments& arguments) {
  const thalweg::Communicator& world = session.world();
  if (arguments.verb == MpiArguments::Verb::solve) return run_job(session, arguments);
  const thalweg::CutFacts cut = thalweg::write_parts(world, arguments.file, arguments.parts, arguments.folder);
  if (world.rank() == 0)
    std::printf(
        "%s: parts for %d processes; copies of cameras: %lld, at most %lld in a part, which shares cameras with "
        "at most %lld others\n",
        arguments.folder.c_str(), arguments.parts, static_cast<long long>(cut.copies),
        static_cast<long long>(cut.most_copies), static_cast<long long>(cut.most_neighbours));
  return exit_converged;
}

/// Every process meets the same error here, and process 0 says it; an error of one process alone ends all.
int run_and_report(const thalweg::MpiSession& session, MpiArguments& arguments) {
  const thalweg::Communicator& world = session.world();
  try {
    const int code = run(session, arguments);
    if (std::fflush(stdout) == 0 && !std::ferror(stdout)) return code;
    end_all(world, "standard output cannot be written", exit_usage);
  } catch (const thalweg::CollectiveError& error) {
    if (world.rank() == 0) say(error.what());
    return error.is_of_file() ? exit_bad_file : exit_usage;
  } catch (const thalweg::Error& error) {
    end_all(world, error.what(), exit_usage);
  } catch (const std::bad_alloc&) {
    end_all(world, "the memory gave out; expected more processes, or machines with more", exit_failed);
  } catch (const std::exception& error) {
    end_all(world, error.what(), exit_failed);
  }
  return exit_failed;
}

}  // namespace

int main(int argc, char** argv) {
  setenv("OPENBLAS_NUM_THREADS", "1", 0);
  MpiArguments arguments;
  std::string mistake;
  try {
    arguments = parse_mpi_arguments({argv + 1, argv + argc});
  } catch (const std::exception& error) {
    mistake = error.what();
  }
  try {
    const thalweg::MpiSession session(mistake.empty() ? arguments.petsc : std::vector<std::string>{});
    const bool first = session.world().rank() == 0;
    if (!mistake.empty()) {
      if (first) say(mistake.c_str());
      return exit_usage;
    }
    switch (arguments.verb) {
      case MpiArguments::Verb::help:
        if (first) std::fputs(mpi_help, stdout);
        return exit_converged;
      case MpiArguments::Verb::version:
        if (first)
          std::printf("thalweg-mpi %d.%d.%d\n", THALWEG_VERSION_MAJOR, THALWEG_VERSION_MINOR, THALWEG_VERSION_PATCH);
        return exit_converged;
      default:
        return run_and_report(session, arguments);
    }
  } catch (const std::exception& error) {
    say(error.what());
    return exit_failed;
  }
}
