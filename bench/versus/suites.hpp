// The suites: which fits are run, timed and judged.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "cases.hpp"
#include "contenders.hpp"

namespace versus {

struct Settings {
  int threads = 1;
  int repeat = 0;  ///< 0: the suite's default
  std::uint64_t seed = 1;
  std::vector<int> factors = {1, 10, 100};  ///< of mgh
};

/// One fit of one contender.
struct Run {
  std::size_t contender = 0;
  std::string problem = {};
  int start = 1;   ///< counts from 1
  int draw = 0;    ///< of the perturbation; 0: the start itself
  int factor = 1;  ///< that the start was multiplied by
  Verdict verdict = {};
  double squares = 0.0;  ///< Σr² at the end
  Outcome outcome = {};
  double us = 0.0;  ///< microseconds of solve(), least of the repeats

  bool success() const { return verdict.minimum == Verdict::Minimum::global; }
};

struct Suite {
  std::string name;
  Settings settings;
  std::vector<Contender> contenders;
  std::vector<Run> runs;
};

/// The 54 NIST starts.
Suite run_nist(const std::vector<Case>& cases, Settings settings);

/// 20 draws around each of the 54: every coordinate × exp(0.3 · N(0, 1)).
Suite run_perturbed(const std::vector<Case>& cases, Settings settings);

/// Moré, Garbow & Hillstrom's problems from each factor × the standard start; where that is all zeros, from all
/// components at the factor, as MINPACK's test driver has it, but for the factor 1.
Suite run_mgh(const std::vector<Case>& cases, Settings settings);

}  // namespace versus
