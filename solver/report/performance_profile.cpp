#include "report/performance_profile.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace thalweg::inline v0_1 {
namespace {

constexpr double shortest_seconds = 1e-6;

double effort_of(const ComparedRun& run, Effort effort) {
  const double spent =
      effort == Effort::evaluations ? std::max(1.0, run.evaluations) : std::max(shortest_seconds, run.seconds);
  return run.reached && std::isfinite(spent) ? spent : std::numeric_limits<double>::infinity();
}

}  // namespace

PerformanceProfile performance_profile(const Comparison& comparison, Effort effort) {
  PerformanceProfile profile;
  profile.ratios.resize(comparison.methods.size());
  for (const ComparedProblem& problem : comparison.problems) {
    for (std::size_t start = 0; start < problem.initial_costs.size(); ++start) {
      ++profile.cases;
      std::vector<double> efforts(profile.ratios.size(), std::numeric_limits<double>::infinity());
      double best = std::numeric_limits<double>::infinity();
      for (std::size_t m = 0; m < std::min(efforts.size(), problem.methods.size()); ++m) {
        for (const ComparedRun& run : problem.methods[m].runs)
          if (run.start == static_cast<int>(start) + 1) efforts[m] = effort_of(run, effort);
        best = std::min(best, efforts[m]);
      }
      for (std::size_t m = 0; m < efforts.size(); ++m)
        if (std::isfinite(efforts[m])) profile.ratios[m].push_back(efforts[m] / best);
    }
  }
  for (std::vector<double>& ratios : profile.ratios) std::sort(ratios.begin(), ratios.end());
  return profile;
}

}  // namespace thalweg::inline v0_1
