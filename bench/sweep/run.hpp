// The sweep: every method on every problem, every end judged.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include <thalweg/minimize/options.hpp>

#include "judge.hpp"

namespace sweep {

struct Contender {
  std::string name;
  thalweg::Options options;
};
/// All second-order methods with their usual names, two more variants, and gradient descent.
std::vector<Contender> contenders(const std::string& names, int max_iterations, double time_limit);

struct Outcome {
  bool converged = false, rises = false, reaches = false;
  std::string status, reason;
  std::vector<double> x;
  double start_cost = 0.0;
  Judgement judgement;
  int evaluations = 0;
  double seconds = 0.0;
};

struct ProblemRecord {
  std::uint64_t index = 0;
  std::string name;
  std::vector<Outcome> outcomes;  ///< one per contender
  Real best_cost = 0.0L;
  std::string error;  ///< an exception, which is a fault of its own
};

/// `all_ends`: those not called converged are judged as fully as claims.
ProblemRecord run_problem(const SweepProblem& problem, std::uint64_t index, const std::vector<Contender>& contenders,
                          bool all_ends);

/// One row per contender.
std::string table(const std::vector<Contender>& contenders, const std::vector<ProblemRecord>& records);
/// The first claims of each contender that are false, or worse.
std::string faults(const std::vector<Contender>& contenders, const std::vector<ProblemRecord>& records, int most);
std::string to_json(const std::vector<Contender>& contenders, const std::vector<ProblemRecord>& records);
/// Everything about one problem.
std::string details(const SweepProblem& problem, const std::vector<Contender>& contenders, const ProblemRecord& record);

}  // namespace sweep
