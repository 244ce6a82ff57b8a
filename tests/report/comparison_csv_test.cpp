#include <thalweg/report/comparison.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <sstream>
#include <string>
#include <vector>

#include "support/invented_comparison.hpp"

namespace {

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream in(text);
  for (std::string line; std::getline(in, line);) lines.push_back(line);
  return lines;
}

}  // namespace

TEST_CASE("a row per run, and one per refused method, all of one width") {
  const std::vector<std::string> lines = lines_of(to_csv(invented_comparison()));
  REQUIRE(lines.size() == 6);
  for (const std::string& line : lines) CHECK(std::count(line.begin(), line.end(), ',') == 27);
  CHECK(lines[0].starts_with("problem,parameters,residuals,best_known,"));
  CHECK(lines[1] == "two,2,3,0.5,certified,newton,,1,1,0.002,9,4,100,0.5,10.56,,interrupted,,0.004,0,0,5,4,1,2,0,,0");
  CHECK(lines[4].starts_with("two,2,3,0.5,certified,adam,,2,0,,,,100,7,0.25,0.01,time_limit,"));
  CHECK(lines[5] == "two,2,3,0.5,certified,lm,it needs residuals,,,,,,,,,,,,,,,,,,,,,");
}

TEST_CASE("a row names the lowest cost met, and a run that diverged") {
  thalweg::Comparison comparison = invented_comparison();
  comparison.problems[0].methods[1].runs[1].lowest_cost = 6.5;
  comparison.problems[0].methods[1].runs[1].diverged = true;
  const std::vector<std::string> lines = lines_of(to_csv(comparison));
  CHECK(lines[0].ends_with(",lowest_cost,diverged"));
  CHECK(lines[3].ends_with(",,0"));
  CHECK(lines[4].ends_with(",6.5,1"));
}

TEST_CASE("what would break a row is quoted") {
  thalweg::Comparison comparison = invented_comparison();
  comparison.problems[0].name = "a,\"b\"\nc";
  CHECK(to_csv(comparison).find("\n\"a,\"\"b\"\"\nc\",2,3") != std::string::npos);
}
