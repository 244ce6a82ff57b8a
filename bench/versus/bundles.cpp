#include "bundles.hpp"

#include <algorithm>
#include <chrono>
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
  double observations = 0.0;
  char end = 0;
  if (std::sscanf(name.c_str(), "town:%d,%ld,%lf%c", &options.cameras, &points, &observations, &end) != 3)
    throw std::runtime_error("'" + name + "' is no town; expected town:CAMERAS,POINTS,OBSERVATIONS-PER-POINT");
  options.points = points;
  options.observations_per_point = observations;
  return thalweg::generate_bundle(options);
}

Descent ours(const thalweg::Bundle& bundle, int threads, const DescentLimits& limits) {
  const thalweg::Problem problem = thalweg::build_problem(bundle);
  thalweg::Options options;
  options.threads = threads;
  options.max_iterations = limits.max_iterations;
  options.time_limit = limits.seconds;
  options.function_tolerance = options.gradient_tolerance = options.step_tolerance = 1e-16;
  options.callback = [&](const thalweg::IterationRecord& record) {
    return record.cost <= limits.cost ? thalweg::Action::stop : thalweg::Action::proceed;
  };
  const auto begin = std::chrono::steady_clock::now();
  thalweg::Solver solver(problem);
  const double made = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
  const thalweg::Result result = solver.solve(options);
  Descent descent;
  descent.solver = "Thalweg";
  descent.setting = result.linear_solver;
  descent.threads = threads;
  for (const thalweg::IterationRecord& record : result.trace)
    descent.course.push_back({made + record.seconds, record.cost});
  return descent;
}

constexpr const char* contenders[] = {"thalweg", "ceres-dense", "ceres-sparse", "ceres-iterative"};

}  // namespace

bool is_town(const std::string& name) { return name.starts_with("town:"); }

Descent bundle_descent(const Entry& entry) {
  const thalweg::Bundle bundle = bundle_of(entry.problem);
  begin_counting_memory(entry.limits);
  if (entry.contender == "thalweg") return ours(bundle, entry.threads, entry.limits);
  const CeresSchur kind = entry.contender == "ceres-dense"    ? CeresSchur::dense
                          : entry.contender == "ceres-sparse" ? CeresSchur::sparse
                                                              : CeresSchur::iterative;
  return ceres_bundle(bundle, kind, entry.threads, entry.limits);
}

std::vector<Race> run_bundles(const std::vector<std::string>& files, int threads, const DescentLimits& limits) {
  std::vector<Race> runs;
  for (const std::string& file : files) {
    Race& run = runs.emplace_back();
    run.problem = std::filesystem::path(file).filename().string();
    run.best_cost = known_cost(run.problem);
    const bool few_cameras = bundle_of(file).camera_count() <= most_cameras_for_dense;
    DescentLimits until = limits;
    if (std::isfinite(run.best_cost)) until.cost = run.best_cost * (1.0 + 0.5e-6);
    std::vector<int> counts = {1};
    if (threads > 1) counts.push_back(threads);
    for (const int n : counts)
      for (const std::string contender : contenders) {
        if (contender == "ceres-dense" && !few_cameras) continue;
        std::fprintf(stderr, "%s: %s, %d thread%s\n", run.problem.c_str(), contender.c_str(), n, n > 1 ? "s" : "");
        run.descents.push_back(in_own_process({contender, file, n, until}));
      }
    for (const Descent& d : run.descents)
      if (!d.course.empty()) run.best_cost = std::min(run.best_cost, d.final_cost());
  }
  return runs;
}

}  // namespace versus
