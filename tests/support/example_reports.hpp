// Reports and comparisons with everything that a page can show, made by real solves.
#pragma once

#include <algorithm>
#include <cmath>
#include <memory>
#include <string>
#include <vector>

#include <thalweg/methods/compare.hpp>
#include <thalweg/minimize/solve.hpp>
#include <thalweg/models/build.hpp>
#include <thalweg/models/bundle.hpp>
#include <thalweg/models/catalogue.hpp>
#include <thalweg/models/pose_graph.hpp>
#include <thalweg/report/report.hpp>
#include <thalweg/studies/bundle_section.hpp>
#include <thalweg/studies/pose_graph_section.hpp>

namespace example_reports {

/// The data sets of a fit at its solution, with a curve on a grid and a band where there is one input.
inline thalweg::FitPicture picture_of(const thalweg::CurveFit& fit, const thalweg::Result& result,
                                      const thalweg::FitStatistics& statistics) {
  const thalweg::CurveProblem built = thalweg::build_problem(fit);
  thalweg::FitPicture picture;
  for (std::size_t d = 0; d < fit.data.size(); ++d) {
    const thalweg::DataSet& data = fit.data[d];
    thalweg::FitPanel panel;
    panel.name = data.name;
    panel.response = data.equation.substr(0, data.equation.find(' '));
    panel.y = built.models[d]->response();
    panel.fitted.resize(panel.y.size());
    built.models[d]->predict(result.x.data(), 0, built.models[d]->rows(), panel.fitted.data());
    int input = -1;
    for (std::size_t c = 0; c < data.columns.size(); ++c) {
      if (data.columns[c] == data.sigma)
        panel.sigma = data.values[c];
      else if (data.columns[c] != panel.response)
        input = static_cast<int>(c);
    }
    for (std::size_t i = 0; i < panel.y.size(); ++i)
      panel.residual.push_back((panel.fitted[i] - panel.y[i]) / (panel.sigma.empty() ? 1.0 : panel.sigma[i]));
    if (input >= 0) {
      const auto column = static_cast<std::size_t>(input);
      panel.input = data.columns[column];
      panel.x = data.values[column];
      thalweg::CurveFit on_grid = fit;
      on_grid.data = {data};
      const auto [low, high] = std::minmax_element(panel.x.begin(), panel.x.end());
      for (int i = 0; i <= 200; ++i) panel.grid.push_back(*low + (*high - *low) * i / 200.0);
      for (auto& values : on_grid.data[0].values) values.assign(panel.grid.size(), 1.0);
      on_grid.data[0].values[column] = panel.grid;
      const thalweg::CurveProblem grid = thalweg::build_problem(on_grid);
      const std::size_t n = panel.grid.size(), p = result.x.size(), k = statistics.free.size();
      panel.curve.resize(n);
      grid.models[0]->predict(result.x.data(), 0, static_cast<std::int64_t>(n), panel.curve.data());
      std::vector<std::vector<double>> columns(p, std::vector<double>(n));
      std::vector<double*> jacobian;
      for (auto& values : columns) jacobian.push_back(values.data());
      std::vector<double> unused(n);
      grid.models[0]->evaluate(result.x.data(), 0, static_cast<std::int64_t>(n), unused.data(), jacobian.data());
      for (std::size_t i = 0; i < n && !statistics.covariance.empty(); ++i) {
        double variance = 0.0;
        for (std::size_t a = 0; a < k; ++a)
          for (std::size_t b = 0; b < k; ++b)
            variance += columns[static_cast<std::size_t>(statistics.free[a])][i] * statistics.covariance[a * k + b] *
                        columns[static_cast<std::size_t>(statistics.free[b])][i];
        panel.lower.push_back(panel.curve[i] - 2.0 * std::sqrt(variance));
        panel.upper.push_back(panel.curve[i] + 2.0 * std::sqrt(variance));
      }
    }
    picture.panels.push_back(std::move(panel));
  }
  return picture;
}

/// A problem file, solved from its start number `start`, with its picture.
inline thalweg::Report solved(const std::string& file, int start = 1, thalweg::Options options = {}) {
  const thalweg::CurveFit fit = thalweg::read_curve_fit(file);
  const thalweg::CurveProblem built = thalweg::build_problem(fit, start);
  thalweg::Report report;
  report.result = thalweg::solve(built.problem, options);
  report.statistics = thalweg::statistics(built.problem, report.result);
  report.method = options.method;
  report.problem = {file.substr(file.rfind('/') + 1),
                    fit.title,
                    fit.source,
                    "curve fit",
                    1,
                    static_cast<std::int64_t>(fit.parameters.size()),
                    built.problem.residual_block_count(),
                    built.problem.residual_count(),
                    0};
  for (const auto& p : fit.parameters) report.labels.push_back({p.unit, p.description});
  report.picture = picture_of(fit, report.result, report.statistics);
  if (!fit.data[0].sigma.empty()) report.sigma = thalweg::Sigma::given;
  return report;
}

/// The rule's formula, for test runs.
inline double target_of(const thalweg::StoppingRule& rule, double best, double initial) {
  return best + rule.distance * std::max(std::abs(best), rule.distance * (initial - best));
}

inline thalweg::ComparedRun run_of(const thalweg::CatalogueProblem& entry, thalweg::Method method, int start,
                                   const std::vector<double>& x, double best, const thalweg::StoppingRule& rule) {
  thalweg::ComparedRun run;
  run.start = start;
  const thalweg::Options options{.method = method, .max_iterations = 3000, .record_points = true};
  if (entry.residuals > 0)
    run.result = thalweg::solve(entry.problem(x), options);
  else
    run.result = thalweg::minimize(*entry.objective(), x, options);
  const double target = target_of(rule, best, run.result.initial_cost);
  for (const thalweg::IterationRecord& record : run.result.trace) {
    if (!(record.cost <= target)) continue;
    run.reached = true;
    run.seconds = record.seconds;
    run.evaluations = record.evaluations;
    run.iterations = static_cast<double>(record.iteration);
    break;
  }
  return run;
}

inline thalweg::ComparedProblem compared(const std::string& name, const std::vector<thalweg::Method>& methods,
                                         const std::vector<std::vector<double>>& starts,
                                         const thalweg::StoppingRule& rule) {
  const thalweg::CatalogueProblem& entry = *thalweg::find_in_catalogue(name);
  thalweg::ComparedProblem problem;
  problem.name = entry.name;
  problem.title = entry.title;
  problem.source = entry.source;
  problem.parameters = entry.parameters;
  problem.residuals = entry.residuals;
  problem.best_known = entry.residuals > 0 ? 0.5 * entry.minima.at(0).value : entry.minima.at(0).value;
  problem.best_known_from = "catalogue";
  for (const thalweg::Method method : methods) {
    thalweg::ComparedMethod one;
    one.name = to_string(method);
    if (entry.residuals == 0 && needs_residuals(method)) {
      one.refused = "it needs residuals, and this is an objective; take newton or bfgs";
    } else {
      for (std::size_t k = 0; k < starts.size(); ++k)
        one.runs.push_back(run_of(entry, method, static_cast<int>(k) + 1, starts[k], problem.best_known, rule));
      problem.initial_costs.clear();
      for (const auto& run : one.runs) problem.initial_costs.push_back(run.result.initial_cost);
    }
    problem.methods.push_back(std::move(one));
  }
  return problem;
}

inline thalweg::Landscape landscape_of(const thalweg::CatalogueProblem& entry, double x0, double x1, double y0,
                                       double y1) {
  thalweg::Landscape l;
  l.names[0] = "x1";
  l.names[1] = "x2";
  l.lower[0] = x0;
  l.upper[0] = x1;
  l.lower[1] = y0;
  l.upper[1] = y1;
  l.columns = 121;
  l.rows = 81;
  const std::unique_ptr<thalweg::Objective> objective = entry.objective ? entry.objective() : nullptr;
  for (int r = 0; r < l.rows; ++r)
    for (int c = 0; c < l.columns; ++c) {
      const std::vector<double> x = {x0 + (x1 - x0) * c / (l.columns - 1), y0 + (y1 - y0) * r / (l.rows - 1)};
      l.cost.push_back(objective ? objective->value(x)
                                 : thalweg::solve(entry.problem(x), {.max_iterations = 1}).initial_cost);
    }
  for (const auto& m : entry.minima) l.minima.push_back(m.x);
  return l;
}

inline std::vector<std::string> names_of(const std::vector<thalweg::Method>& methods) {
  std::vector<std::string> names;
  for (const thalweg::Method m : methods) names.emplace_back(to_string(m));
  return names;
}

/// A curved valley of two parameters, four methods from two starts.
inline thalweg::Comparison valley() {
  using enum thalweg::Method;
  const std::vector<thalweg::Method> methods = {gradient_descent, bfgs, newton, levenberg_marquardt};
  thalweg::Comparison comparison;
  comparison.methods = names_of(methods);
  comparison.problems.push_back(compared("rosenbrock", methods, {{-1.2, 1.0}, {1.5, -0.6}}, comparison.rule));
  comparison.problems[0].landscape = landscape_of(*thalweg::find_in_catalogue("rosenbrock"), -1.9, 1.9, -0.9, 1.7);
  return comparison;
}

/// Five methods on several problems; one of the problems refuses two of them.
inline thalweg::Comparison several_problems() {
  using enum thalweg::Method;
  const std::vector<thalweg::Method> methods = {gradient_descent, nonlinear_cg,        bfgs,
                                                newton,           levenberg_marquardt, dogleg};
  thalweg::Comparison comparison;
  comparison.methods = names_of(methods);
  for (const char* name : {"rosenbrock", "beale", "powell-badly-scaled", "brown-badly-scaled", "helical-valley", "wood",
                           "box-3d", "three-hump-camel"}) {
    const thalweg::CatalogueProblem* entry = thalweg::find_in_catalogue(name);
    if (entry == nullptr) continue;
    std::vector<std::vector<double>> starts = {entry->starts.at(0), entry->starts.at(0), entry->starts.at(0)};
    for (double& v : starts[1]) v = 1.5 * v + 0.2;
    for (double& v : starts[2]) v = -2.0 * v - 0.4;
    comparison.problems.push_back(compared(name, methods, starts, comparison.rule));
  }
  return comparison;
}

/// A small generated bundle adjustment, solved, with its picture.
inline thalweg::Report bundle(int cameras = 40, int points = 600) {
  const thalweg::Bundle start =
      thalweg::generate_bundle({.cameras = cameras, .points = points, .observations_per_point = 4.0});
  const thalweg::Problem problem = thalweg::build_problem(start);
  thalweg::Report report;
  report.problem.name = "town.txt";
  report.problem.title = "Bundle adjustment";
  report.problem.source = "town.txt";
  report.problem.kind = "bundle adjustment";
  report.problem.parameters = static_cast<std::int64_t>(problem.start().size());
  report.problem.residuals = problem.residual_count();
  report.result = thalweg::solve(problem);
  const auto errors = [&](const std::vector<double>& x) {
    std::vector<double> u(start.u.size()), v(start.u.size());
    double* const residual[] = {u.data(), v.data()};
    problem.groups()[0]->evaluate(x.data(), {0, start.observation_count(), residual});
    for (std::size_t i = 0; i < u.size(); ++i) u[i] = std::hypot(u[i], v[i]);
    return u;
  };
  thalweg::BundlePicture picture;
  picture.before = errors(problem.start());
  picture.after = errors(report.result.x);
  picture.camera_of = start.camera_of;
  picture.point_of = start.point_of;
  const thalweg::Bundle solved = thalweg::with_solution(start, report.result.x);
  picture.start = thalweg::view_from_above(start, solved);
  picture.solution = thalweg::view_from_above(solved);
  const thalweg::BundleSummary summary{cameras,
                                       points,
                                       start.observation_count(),
                                       thalweg::reprojection_errors(picture.before),
                                       thalweg::reprojection_errors(picture.after),
                                       picture};
  report.sections.push_back(thalweg::section_of(summary));
  report.parameter_list = thalweg::ParameterList::on_request;
  return report;
}

/// A small generated pose graph, solved, with its picture.
inline thalweg::Report pose_graph(std::int64_t poses = 400) {
  thalweg::PoseGraph graph =
      thalweg::generate_pose_graph({.kind = thalweg::PoseGraphOptions::Kind::garage, .poses = poses});
  const thalweg::PoseGraph file = graph;
  const thalweg::InitializationReport start = thalweg::initialize(graph, thalweg::Initialization::automatic);
  const thalweg::Problem problem = thalweg::build_problem(graph);
  thalweg::Report report;
  report.problem.name = "garage.g2o";
  report.problem.title = "Pose graph";
  report.problem.source = "garage.g2o";
  report.problem.kind = "pose graph";
  report.problem.parameters = static_cast<std::int64_t>(problem.start().size());
  report.problem.residuals = problem.residual_count();
  report.result = thalweg::solve(problem, {.initial_damping = 1e-8});
  const thalweg::PoseGraph solved = thalweg::with_solution(graph, report.result.x);
  thalweg::PoseGraphSummary s;
  s.plane = false;
  s.poses = poses;
  s.edges = graph.edges.count();
  s.held = "pose 0, since the file fixes nothing";
  s.initialization = thalweg::to_string(start.used);
  s.initialization_reason = start.reason;
  s.degrees_of_freedom = 6 * (graph.edges.count() - poses + 1);
  s.picture =
      thalweg::PoseGraphPicture{"longest extent", "next extent", graph.pose_ids, {}, graph.edges.from, graph.edges.to};
  const auto stage = [&](const char* key, const char* title, const thalweg::PoseGraph& g) {
    const thalweg::PoseGraphView view = thalweg::view_of(g, solved);
    s.picture->stages.push_back({key, title, &g == &graph, thalweg::pose_graph_cost(g), view.x, view.y});
  };
  stage("file", "The file's start", file);
  stage("chordal", "The chordal start", graph);
  stage("solution", "The solution", solved);
  report.sections.push_back(thalweg::section_of(s, report.result, false));
  report.parameter_list = thalweg::ParameterList::on_request;
  return report;
}

}  // namespace example_reports
