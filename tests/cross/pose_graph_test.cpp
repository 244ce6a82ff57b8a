// Pose graphs to their global minima, by default options; and beside Ceres on the same residual.
#include <algorithm>
#include <cmath>
#include <filesystem>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include <ceres/ceres.h>
#include <doctest/doctest.h>
#include <fmt/format.h>
#include <support/capture.hpp>
#include <thalweg/minimize/solve.hpp>
#include <thalweg/models/pose_graph.hpp>
#include <thalweg/models/relative_pose.hpp>

#include "models/pose_graph/information.hpp"

using namespace thalweg;
using doctest::Approx;

namespace {

std::optional<PoseGraph> shared_graph(const std::string& name) {
  const std::string path = THALWEG_SHARED_DATA "/g2o/" + name;
  if (std::filesystem::exists(path)) return read_pose_graph(path);
  MESSAGE("skipped: " << path << " is not there");
  return std::nullopt;
}

struct Solved {
  InitializationReport start;
  Result result;
};

Solved solve_from(PoseGraph graph, Initialization how, Options options = {.initial_damping = 1e-8}) {
  Solved s;
  s.start = initialize(graph, how);
  s.result = solve(build_problem(graph), options);
  return s;
}

struct CeresError {
  SpaceEdge edge;
  template <class T>
  bool operator()(const T* a, const T* b, T* r) const {
    Eigen::Map<Eigen::Matrix<T, 6, 1>>(r, 6) = RelativePoseSpace{}(a, b, edge);
    return true;
  }
};

/// Where Ceres ends, from the same start on the same residual.
double ceres_cost(PoseGraph g) {
  ceres::Problem problem;
  const auto pose = [&](std::int32_t i) { return g.poses.data() + 7 * i; };
  for (std::int32_t i = 0; i < g.pose_count(); ++i)
    problem.AddParameterBlock(
        pose(i), 7, new ceres::ProductManifold<ceres::EuclideanManifold<3>, ceres::EigenQuaternionManifold>());
  for (std::size_t e = 0; e < g.edges.from.size(); ++e) {
    SpaceEdge edge;
    std::copy_n(g.edges.measurement.data() + 7 * e, 7, edge.measurement.data());
    REQUIRE(graph::square_root(6, g.edges.information.data() + 21 * e, edge.root.data()));
    problem.AddResidualBlock(new ceres::AutoDiffCostFunction<CeresError, 6, 7, 7>(new CeresError{edge}), nullptr,
                             pose(g.edges.from[e]), pose(g.edges.to[e]));
  }
  problem.SetParameterBlockConstant(pose(0));
  ceres::Solver::Options options;
  options.linear_solver_type = ceres::SPARSE_NORMAL_CHOLESKY;
  options.function_tolerance = options.gradient_tolerance = options.parameter_tolerance = 1e-14;
  options.max_num_iterations = 200;
  options.logging_type = ceres::SILENT;
  ceres::Solver::Summary summary;
  ceres::Solve(options, &problem, &summary);
  return summary.final_cost;
}

}  // namespace

TEST_CASE("pose graphs: default options reach the global minimum of the field's graphs") {
  struct Known {
    const char* name;
    double cost;
  };
  // sphere2500's as g2o reports it, halved; the others by this program, confirmed by restarts and by Ceres below.
  for (const auto& [name, cost] :
       {Known{"tinyGrid3D.g2o", 3.363940809}, Known{"smallGrid3D.g2o", 229.0768922}, Known{"intel.g2o", 22.50234791},
        Known{"manhattan.g2o", 1774.518398}, Known{"sphere2500.g2o", 363.5748336}, Known{"torus3D.g2o", 7287.373219}}) {
    CAPTURE_BINDING(name);
    const auto graph = shared_graph(name);
    if (!graph) continue;
    const Solved solved = solve_from(*graph, Initialization::automatic);
    // The file of intel is near its minimum already.
    const bool near = std::string(name) == "intel.g2o";
    CHECK(solved.start.used == (near ? Initialization::file : Initialization::chordal));
    CHECK(solved.result.converged());
    CHECK(solved.result.final_cost == Approx(cost).epsilon(1e-8));
    CHECK(solved.result.iterations <= 12);
    // What a report says is what the written file has.
    CHECK(pose_graph_cost(with_solution(*graph, solved.result.x)) == Approx(solved.result.final_cost).epsilon(1e-10));
  }
}

TEST_CASE("pose graphs: the same minimum from the file and from the tree, where they lead there") {
  for (const char* name : {"tinyGrid3D.g2o", "intel.g2o"}) {
    const auto graph = shared_graph(name);
    if (!graph) continue;
    CAPTURE(name);
    const double best = solve_from(*graph, Initialization::chordal).result.final_cost;
    for (const Initialization how : {Initialization::file, Initialization::tree})
      CHECK(solve_from(*graph, how, {}).result.final_cost == Approx(best).epsilon(1e-6));
  }
}

TEST_CASE("pose graphs: no scattered start of the small ones ends lower than the chordal one") {
  std::mt19937 random(12);
  std::normal_distribution<double> normal;
  for (const char* name : {"tinyGrid3D.g2o", "smallGrid3D.g2o"}) {
    const auto graph = shared_graph(name);
    if (!graph) continue;
    CAPTURE(name);
    const Result from_chordal = solve_from(*graph, Initialization::chordal).result;
    double lowest = INFINITY;
    for (int k = 0; k < 50; ++k) {
      // Near the solution and farther off in turn: from random rotations few descents arrive anywhere.
      PoseGraph g = with_solution(*graph, from_chordal.x);
      const double spread = 0.1 * (k % 5 + 1);
      for (std::size_t i = 7; i < g.poses.size(); ++i) g.poses[i] += spread * normal(random);
      for (std::size_t i = 10; i < g.poses.size(); i += 7) Eigen::Map<Eigen::Vector4d>(g.poses.data() + i).normalize();
      lowest = std::min(lowest, solve(build_problem(g), {.max_iterations = 50}).final_cost);
    }
    CHECK(lowest == Approx(from_chordal.final_cost).epsilon(1e-6));
  }
}

TEST_CASE("pose graphs: Gauss-Newton and Levenberg-Marquardt, one thread and two, end alike") {
  PoseGraph g = generate_pose_graph({.kind = PoseGraphOptions::Kind::garage, .poses = 5000});
  initialize(g, Initialization::chordal);
  const Problem problem = build_problem(g);
  REQUIRE(problem.residual_count() > 20000);  // smaller ones take one thread
  const Result one = solve(problem, {.initial_damping = 1e-8, .threads = 1});
  const Result two = solve(problem, {.initial_damping = 1e-8, .threads = 2});
  const Result newton = solve(problem, {.method = Method::gauss_newton});
  CHECK(one.converged());
  CHECK(one.x == two.x);
  CHECK(newton.final_cost == Approx(one.final_cost).epsilon(1e-9));
  // The first pose is where it was.
  CHECK(std::equal(g.poses.begin(), g.poses.begin() + 7, one.x.begin()));
}

TEST_CASE("pose graphs: a robust loss sees through false loop closures") {
  struct Trial {
    std::int64_t poses;
    Loss loss;
    bool graduated;
  };
  for (const Trial& trial : {Trial{400, Loss::huber(1.0), false}, Trial{90, Loss::geman_mcclure(3.0), true},
                             Trial{1000, Loss::geman_mcclure(3.0), true}}) {
    CAPTURE(to_string(trial.loss));
    PoseGraphOptions options{.kind = PoseGraphOptions::Kind::city, .poses = trial.poses, .seed = 3};
    options.translation_noise = 0.02;
    options.rotation_noise = 0.005;
    options.false_closures = 0.1;
    PoseGraph g = generate_pose_graph(options), plain = g;
    options.translation_noise = options.rotation_noise = options.false_closures = 0.0;
    const std::vector<double> truth = generate_pose_graph(options).poses;
    const auto error = [&](const std::vector<double>& x) {
      double squares = 0.0;
      for (std::size_t i = 0; i < truth.size(); i += 3)
        squares += std::pow(x[i] - truth[i], 2) + std::pow(x[i + 1] - truth[i + 1], 2);
      return std::sqrt(squares / static_cast<double>(truth.size() / 3));
    };
    initialize(plain, Initialization::automatic);
    const Result squares = solve(build_problem(plain), {.initial_damping = 1e-8});
    initialize(g, Initialization::automatic, trial.loss);
    const Result robust = solve(build_problem(g, trial.loss), {.graduated = trial.graduated});
    CHECK(error(robust.x) < 0.3);
    CHECK(error(squares.x) > 4.0 * error(robust.x));
  }
}

TEST_CASE("pose graphs: Ceres ends at the same cost, of the same residual") {
  for (const char* name : {"tinyGrid3D.g2o", "smallGrid3D.g2o"}) {
    auto graph = shared_graph(name);
    if (!graph) continue;
    CAPTURE(name);
    initialize(*graph, Initialization::chordal);
    const Result ours = solve(build_problem(*graph), {.initial_damping = 1e-8});
    CHECK(ours.final_cost == Approx(ceres_cost(*graph)).epsilon(1e-8));
  }
}

TEST_CASE("pose graphs: landmarks of the plane and of space are found with the poses") {
  for (const bool plane : {true, false}) {
    CAPTURE(plane);
    PoseGraph g = generate_pose_graph({.kind = plane ? PoseGraphOptions::Kind::city : PoseGraphOptions::Kind::garage,
                                       .poses = 600,
                                       .translation_noise = 0.0,
                                       .rotation_noise = 0.0});
    const std::vector<double> truth = g.poses;
    std::string text = plane ? "" : "PARAMS_SE3OFFSET 0 0.1 0.2 0.3 0.5 0.5 0.5 0.5\n";
    for (std::int64_t i = 0; i < 600; i += 3) {
      const double* const p = g.poses.data() + i * g.pose_size();
      const double world[3] = {i % 2 == 0 ? 7.0 : -7.0, i % 4 < 2 ? 3.0 : -4.0, 2.0};
      const std::int64_t id = 100000 + (i % 2 == 0 ? 0 : 1) + (i % 4 < 2 ? 0 : 2);
      if (plane) {
        const Eigen::Vector2d z =
            Eigen::Rotation2Dd(p[2]).inverse() * Eigen::Vector2d(world[0] - p[0], world[1] - p[1]);
        text += fmt::format("EDGE_SE2_XY {} {} {} {} 4 1 5\n", i, id, z[0], z[1]);
      } else {
        const Eigen::Isometry3d X = Eigen::Translation3d(p[0], p[1], p[2]) * Eigen::Quaterniond(p[6], p[3], p[4], p[5]);
        const Eigen::Isometry3d S = Eigen::Translation3d(0.1, 0.2, 0.3) * Eigen::Quaterniond(0.5, 0.5, 0.5, 0.5);
        const Eigen::Vector3d z = (X * S).inverse() * Eigen::Vector3d(world[0], world[1], world[2]);
        text += fmt::format("EDGE_SE3_TRACKXYZ {} {} 0 {} {} {} 4 1 0 5 0 6\n", i, id, z[0], z[1], z[2]);
      }
    }
    PoseGraph seen = parse_pose_graph(write_g2o(g) + text, "seen");
    CHECK(seen.landmark_count() == 4);
    for (double& v : seen.edges.measurement) v += 1e-5;  // so that there is something to solve
    if (!plane)
      for (std::size_t e = 0; e < seen.edges.from.size(); ++e)
        Eigen::Map<Eigen::Vector4d>(seen.edges.measurement.data() + 7 * e + 3).normalize();
    const double before = pose_graph_cost(seen);
    const Solved solved = solve_from(seen, Initialization::automatic);
    CHECK(solved.result.converged());
    CHECK(solved.result.final_cost < (std::isfinite(before) ? before : 1e9));
    const std::size_t first = truth.size();
    CHECK(solved.result.x[first] == Approx(7.0).epsilon(0.05));
  }
}
