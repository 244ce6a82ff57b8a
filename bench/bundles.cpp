#include "bundles.hpp"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <filesystem>
#include <limits>
#include <stdexcept>

#include <fmt/format.h>

#include <thalweg/minimize/solve.hpp>

namespace versus {
namespace {

constexpr int most_cameras_for_dense = 400;

/// Best known costs, ½ Σ ‖r‖².
double known_cost(const std::string& name) {
  if (name.starts_with("problem-49-7776")) return 13344.2406;
  if (name.starts_with("problem-16-22106")) return 18033.903478;
  return std::numeric_limits<double>::infinity();
}

/// A file, or "town:CAMERAS,POINTS,OBSERVATIONS": a generated one with so many observations per point.
thalweg::Bundle bundle_of(const std::string& name) {
  if (!is_town(name)) return thalweg::read_bal(name);
  thalweg::BundleOptions options;
  long points = 0;
  char end = 0;
  if (std::sscanf(name.c_str(), "town:%d,%ld,%lf%c", &options.cameras, &points, &options.observations_per_point,
                  &end) != 3)
    throw std::runtime_error("'" + name + "' is no town; expected town:CAMERAS,POINTS,OBSERVATIONS-PER-POINT");
  options.points = points;
  return thalweg::generate_bundle(options);
}

Descent ours(const thalweg::Problem& problem, int threads, const DescentLimits& limits) {
  thalweg::Options options;
  options.threads = threads;
  options.max_iterations = limits.max_iterations;
  options.time_limit = limits.seconds;
  options.function_tolerance = options.gradient_tolerance = options.step_tolerance = 1e-16;
  options.callback = [&](const thalweg::IterationRecord& record) {
    return record.cost <= limits.cost ? thalweg::Action::stop : thalweg::Action::proceed;
  };
  const thalweg::Result result = thalweg::solve(problem, options);
  Descent descent;
  descent.solver = "Thalweg";
  descent.setting = result.linear_solver;
  descent.threads = threads;
  for (const thalweg::IterationRecord& record : result.trace) descent.course.push_back({record.seconds, record.cost});
  return descent;
}

}  // namespace

bool is_town(const std::string& name) { return name.starts_with("town:"); }

std::vector<Race> run_bundles(const std::vector<std::string>& files, int threads, const DescentLimits& limits) {
  std::vector<Race> runs;
  for (const std::string& file : files) {
    const thalweg::Bundle bundle = bundle_of(file);
    const thalweg::Problem problem = thalweg::build_problem(bundle);
    Race& run = runs.emplace_back();
    run.problem = std::filesystem::path(file).filename().string();
    run.best_cost = known_cost(run.problem);
    DescentLimits until = limits;
    if (std::isfinite(run.best_cost)) until.cost = run.best_cost * (1.0 + 0.5e-6);
    std::vector<int> counts = {1};
    if (threads > 1) counts.push_back(threads);
    for (const int n : counts) {
      std::fprintf(stderr, "%s: thalweg, %d thread%s\n", run.problem.c_str(), n, n > 1 ? "s" : "");
      run.descents.push_back(in_own_process([&] { return ours(problem, n, until); }));
      for (const CeresSchur kind : {CeresSchur::dense, CeresSchur::sparse, CeresSchur::iterative}) {
        if (kind == CeresSchur::dense && bundle.camera_count() > most_cameras_for_dense) continue;
        std::fprintf(stderr, "%s: Ceres, setting %d, %d thread%s\n", run.problem.c_str(), static_cast<int>(kind) + 1, n,
                     n > 1 ? "s" : "");
        run.descents.push_back(in_own_process([&] { return ceres_bundle(bundle, kind, n, until); }));
      }
    }
    for (const Descent& d : run.descents)
      if (!d.course.empty()) run.best_cost = std::min(run.best_cost, d.final_cost());
  }
  return runs;
}

}  // namespace versus
