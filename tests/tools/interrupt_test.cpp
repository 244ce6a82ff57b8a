// Ctrl-C in the middle of a solve.
#include <doctest/doctest.h>

#include <chrono>
#include <csignal>
#include <string>
#include <thread>

#include <fcntl.h>
#include <spawn.h>
#include <nlohmann/json.hpp>

#include "run.hpp"

using command_test::Folder;

namespace {

// MGH10 of NIST, whose valley takes thousands of iterations, with its rows repeated until each
// iteration takes a while.
std::string long_fit() {
  const char* y[] = {"34780", "28610", "23650", "19630", "16370", "13720", "11540", "9744",
                     "8261",  "7030",  "6005",  "5147",  "4427",  "3820",  "3307",  "2872"};
  std::string rows;
  for (int i = 0; i < 16; ++i) rows += std::to_string(50 + 5 * i) + "," + y[i] + "\n";
  std::string csv = "x,y\n";
  for (int i = 0; i < 4000; ++i) csv += rows;
  return csv;
}

/// Starts the command with Ctrl-C at its default, whatever this program was started with.
pid_t start(const std::vector<std::string>& arguments) {
  std::vector<char*> argv;
  for (const std::string& a : arguments) argv.push_back(const_cast<char*>(a.c_str()));
  argv.push_back(nullptr);
  posix_spawnattr_t attributes;
  posix_spawnattr_init(&attributes);
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGINT);
  posix_spawnattr_setsigdefault(&attributes, &signals);
  posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGDEF);
  pid_t child = 0;
  REQUIRE(posix_spawn(&child, THALWEG_COMMAND, nullptr, &attributes, argv.data(), environ) == 0);
  posix_spawnattr_destroy(&attributes);
  return child;
}

}  // namespace

TEST_CASE("Ctrl-C ends the iteration, reports the best point and returns 130") {
  const Folder folder;
  const std::string data = folder.write("d.csv", long_fit());
  const std::string report = (folder.path() / "report.json").string();
  const pid_t child = start({"thalweg", "fit", data, "--model", "y = b1*exp(b2/(x+b3))", "--start",
                             "b1=2,b2=400000,b3=25000", "--quiet", "--json", report});
  // The file beside the report appears when the solve is about to begin, the handler in place.
  int status = 0;
  while (folder.count() < 2 && waitpid(child, &status, WNOHANG) == 0)
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  REQUIRE(folder.count() == 2);
  CHECK(kill(child, SIGINT) == 0);
  REQUIRE(waitpid(child, &status, 0) == child);
  REQUIRE(WIFEXITED(status));
  CHECK(WEXITSTATUS(status) == 130);
  const auto j = nlohmann::json::parse(command_test::read(report));
  CHECK(j["status"] == "interrupted");
  CHECK(j["reason"] == "on request");
  CHECK(j["parameters"].size() == 3);
  CHECK(j["parameters"][0]["value"].is_number());
  CHECK(folder.count() == 2);  // no temporary file is left
}
