// Bundle adjustments from files: Thalweg beside Ceres.
#pragma once

#include <string>
#include <vector>

#include "peers/ceres_bundle.hpp"
#include "races.hpp"

namespace versus {

/// Whether a problem is named as a generated one, "town:178,99400,5": cameras, points, observations per point.
bool is_town(const std::string& name);

/// What a contender does in its own process.
Descent bundle_descent(const Entry& entry);

/// Every contender on every file or town, with one thread and with `threads`.
std::vector<Race> run_bundles(const std::vector<std::string>& files, int threads, const DescentLimits& limits);

}  // namespace versus
