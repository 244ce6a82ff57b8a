// Ctrl-C in the middle of a solve.
#include <doctest/doctest.h>

#include <chrono>
#include <csignal>
#include <string>
#include <thread>

#include <fcntl.h>
#include <nlohmann/json.hpp>

#include "run.hpp"

using command_test::Folder;
using command_test::start;

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
