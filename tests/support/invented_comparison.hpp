// A comparison of three methods on one problem with numbers that are easily recognised.
#pragma once

#include <thalweg/methods/compare.hpp>

inline thalweg::ComparedRun invented_run(int start, bool reached, double seconds, double evaluations,
                                         double iterations) {
  thalweg::ComparedRun run;
  run.start = start;
  run.reached = reached;
  if (reached) {
    run.seconds = seconds;
    run.evaluations = evaluations;
    run.iterations = iterations;
  }
  run.result.status = reached ? thalweg::Status::interrupted : thalweg::Status::time_limit;
  run.result.seconds.total = 2.0 * seconds;
  run.result.initial_cost = 100.0;
  run.result.x = {1.0, 2.0};
  return run;
}

inline thalweg::Comparison invented_comparison() {
  thalweg::ComparedMethod newton{
      "newton", "", {invented_run(1, true, 0.002, 9, 4), invented_run(2, true, 0.003, 12, 6)}, {}, 0, 0};
  for (auto& run : newton.runs) {
    run.result.evaluations = {5, 4, 1, 2, 0};
    run.result.final_cost = 0.5;
    run.digits = 10.56;
  }
  thalweg::ComparedMethod adam{"adam", "", {invented_run(1, true, 0.5, 1001, 1000), invented_run(2, false, 1.0, 0, 0)},
                               {},     0,  0};
  for (auto& run : adam.runs) {
    run.result.evaluations = {2, 1000, 0, 0, 61728};
    run.result.final_cost = 7.0;
    run.digits = 0.25;
    run.rate = 0.01;
  }
  adam.tuning = {{0.1, 0, 3.0, 2000.0}, {0.01, 1, -2.0, 2321.0}};
  adam.tuning_evaluations = 4321.0;
  adam.tuning_seconds = 1.5;

  thalweg::ComparedProblem problem;
  problem.name = "two";
  problem.title = "Two valleys";
  problem.source = "two.toml";
  problem.parameters = 2;
  problem.residuals = 3;
  problem.best_known = 0.5;
  problem.best_known_from = "certified";
  problem.initial_costs = {100.0, 100.0};
  problem.methods = {newton, adam, {"lm", "it needs residuals", {}, {}, 0, 0}};

  thalweg::Comparison comparison;
  comparison.methods = {"newton", "adam", "lm"};
  comparison.problems = {problem};
  comparison.tuned = true;
  return comparison;
}
