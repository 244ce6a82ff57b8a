#include "report/performance_profile.hpp"

#include <doctest/doctest.h>

#include <vector>

#include "support/invented_comparison.hpp"

using thalweg::Effort;
using thalweg::performance_profile;

TEST_CASE("ratios to the best on each case; what no method solved is a case too") {
  thalweg::Comparison comparison = invented_comparison();
  // A second problem that newton leaves unsolved from one start, and adam solves from both, sooner on one.
  comparison.problems.push_back(comparison.problems[0]);
  auto& methods = comparison.problems[1].methods;
  methods[0].runs = {invented_run(1, true, 1.0, 40, 10), invented_run(2, false, 1.0, 0, 0)};
  methods[1].runs = {invented_run(1, true, 4.0, 10, 10), invented_run(2, true, 1.0, 8, 8)};
  comparison.problems.push_back(comparison.problems[1]);
  for (auto& method : comparison.problems[2].methods)
    for (auto& run : method.runs) run.reached = false;

  const auto by_evaluations = performance_profile(comparison, Effort::evaluations);
  CHECK(by_evaluations.cases == 6);
  CHECK(by_evaluations.ratios[0] == std::vector<double>{1.0, 1.0, 4.0});
  CHECK(by_evaluations.ratios[1] == std::vector<double>{1.0, 1.0, 1001.0 / 9.0});
  CHECK(by_evaluations.ratios[2].empty());
  const auto by_time = performance_profile(comparison, Effort::seconds);
  CHECK(by_time.ratios[0] == std::vector<double>{1.0, 1.0, 1.0});
  CHECK(by_time.ratios[1] == std::vector<double>{1.0, 4.0, 250.0});
}

TEST_CASE("runs are matched by their start, and no effort is below what can be told apart") {
  thalweg::Comparison comparison = invented_comparison();
  auto& methods = comparison.problems[0].methods;
  methods[0].runs = {invented_run(2, true, 0.0, 0, 0)};
  methods[1].runs = {invented_run(2, true, 2e-6, 3, 3), invented_run(1, true, 1.0, 5, 5)};
  const auto profile = performance_profile(comparison, Effort::evaluations);
  CHECK(profile.cases == 2);
  CHECK(profile.ratios[0] == std::vector<double>{1.0});
  CHECK(profile.ratios[1] == std::vector<double>{1.0, 3.0});
  CHECK(performance_profile(comparison, Effort::seconds).ratios[1] == std::vector<double>{1.0, 2.0});
  CHECK(performance_profile(thalweg::Comparison{}, Effort::seconds).cases == 0);
}
