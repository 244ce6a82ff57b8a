// Bundle adjustments from files: Thalweg beside Ceres.
#pragma once

#include <string>
#include <vector>

#include "descent.hpp"
#include "peers/ceres_bundle.hpp"

namespace versus {

struct BundleRun {
  std::string problem;
  double best_cost = 0.0;  ///< the lowest known, or that any descent came to
  std::vector<Descent> descents;
};

/// Whether a problem is named as a generated one, "town:178,99400,5": cameras, points, observations per point.
bool is_town(const std::string& name);

/// Every contender on every file or town, with one thread and with `threads`.
std::vector<BundleRun> run_bundles(const std::vector<std::string>& files, int threads, const DescentLimits& limits);

std::string bundle_table(const std::vector<BundleRun>& runs);
std::string bundle_json(const std::vector<BundleRun>& runs, int threads);

}  // namespace versus
