// Whole problems, raced: Thalweg beside its peers, each contender in a process of its own.
#pragma once

#include <string>
#include <vector>

#include "descent.hpp"

namespace versus {

struct Race {
  std::string problem;
  double best_cost = 0.0;  ///< the lowest known, or that any descent came to
  std::vector<Descent> descents;
};

/// A line for each descent, then Thalweg beside the best setting of its peers.
std::string race_table(const std::vector<Race>& races);
std::string race_json(const std::vector<Race>& races, const std::string& suite, int threads);

}  // namespace versus
