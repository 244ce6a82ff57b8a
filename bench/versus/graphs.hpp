// Pose graphs from files: Thalweg beside Ceres.
#pragma once

#include <string>
#include <vector>

#include "descent.hpp"
#include "races.hpp"

namespace versus {

/// Whether a problem is named as a generated pose graph, "city:10000" or "garage:8000": kind and poses.
bool is_generated_graph(const std::string& name);

/// Whether a name is that of a pose graph: generated, or a file that begins as one.
bool is_graph(const std::string& name);

/// What a contender does in its own process.
Descent graph_descent(const Entry& entry);

/// Two races for every graph: all from where the file begins; then each from its own best start, which for Thalweg is
/// the one that it works out, the seconds of that included, and for Ceres the file's, or Thalweg's for nothing.
std::vector<Race> run_graphs(const std::vector<std::string>& names, int threads, const DescentLimits& limits);

}  // namespace versus
