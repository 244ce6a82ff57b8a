// Solves by several processes beside solves by one.
#include <thalweg/distributed/solve.hpp>

#include <doctest/doctest.h>

#include <cmath>
#include <limits>
#include <numbers>
#include <tuple>

#include <thalweg/distributed/bundle_part.hpp>
#include <thalweg/distributed/pose_graph_part.hpp>
#include <thalweg/minimize/solve.hpp>

#include "distributed/world.hpp"

using namespace thalweg;
using test_support::world;

namespace {

Bundle town() {
  BundleOptions options;
  options.cameras = 12;
  options.points = 900;
  options.seed = 5;
  return generate_bundle(options);
}

BundlePart my_part(const Bundle& whole) { return part_of(world(), whole); }

Options one_thread() {
  Options options;
  options.threads = 1;
  return options;
}

}  // namespace

TEST_CASE("A bundle comes to the cost of one process, by either linear solver, with a loss or without") {
  const Bundle whole = town();
  const BundlePart part = my_part(whole);
  for (const Loss& loss : {Loss(), Loss::huber(1.0), Loss::cauchy(2.0)}) {
    const Result alone = solve(build_problem(whole, loss), one_thread());
    for (const auto solver : {DistributedSolver::implicit_schur, DistributedSolver::mumps}) {
      const DistributedResult found =
          solve_distributed(world(), share_of(part, loss), one_thread(), {.solver = solver});
      CAPTURE(to_string(solver));
      CHECK(found.result.converged());
      CHECK(found.result.initial_cost == doctest::Approx(alone.initial_cost).epsilon(1e-12));
      CHECK(found.result.final_cost == doctest::Approx(alone.final_cost).epsilon(1e-6));
    }
  }
}

TEST_CASE("Cameras that are fixed stay, in every process") {
  const Bundle whole = town();
  const BundlePart part = my_part(whole);
  Problem problem = build_problem(whole);
  const Parameters<9> cameras(0, 9, static_cast<int>(whole.camera_count()));
  problem.fix(cameras[3]);
  problem.fix(cameras[0]);
  const Result alone = solve(problem, one_thread());
  Share share = share_of(part);
  const Parameters<9> here(0, 9, static_cast<int>(part.cameras.size()));
  for (std::size_t c = 0; c < part.cameras.size(); ++c)
    if (part.cameras[c] == 0 || part.cameras[c] == 3) share.problem.fix(here[static_cast<int>(c)]);
  const DistributedResult found = solve_distributed(world(), share, one_thread());
  CHECK(found.result.final_cost == doctest::Approx(alone.final_cost).epsilon(1e-6));
  for (std::size_t c = 0; c < part.cameras.size(); ++c)
    if (part.cameras[c] == 0 || part.cameras[c] == 3)
      for (std::size_t k = 0; k < 9; ++k) CHECK(found.result.x[9 * c + k] == part.local.cameras[9 * c + k]);
}

TEST_CASE("Where all cameras or all points are fixed, the others come to the cost of one process") {
  const Bundle whole = town();
  const BundlePart part = my_part(whole);
  const auto fix = [](Problem& problem, const std::string& blocks) {
    for (const Problem::BlockSet& set : problem.sets())
      for (std::int64_t i = set.offset; set.name == blocks && i < set.end(); ++i)
        problem.fix(Parameters<Dynamic>(i, 1, 1));
  };
  for (const char* blocks : {"camera", "point"}) {
    Problem problem = build_problem(whole);
    fix(problem, blocks);
    const Result alone = solve(problem, one_thread());
    for (const auto solver : {DistributedSolver::implicit_schur, DistributedSolver::mumps}) {
      Share share = share_of(part);
      fix(share.problem, blocks);
      const DistributedResult found = solve_distributed(world(), share, one_thread(), {.solver = solver});
      CHECK(found.result.converged());
      CHECK(found.result.final_cost == doctest::Approx(alone.final_cost).epsilon(1e-6));
    }
  }
}

TEST_CASE("Priors of cameras and points count once, and come to the cost of one process") {
  const Bundle whole = town();
  BundlePriors priors;
  for (const std::int32_t c : {0, 4, 9}) {
    std::array<double, 3> place = centre_of(whole, c);
    place[0] += 0.2 * c - 1.0;
    priors.cameras.push_back({c, place, {0.1, 0.1, 0.1}});
  }
  priors.points.push_back({17, {1.0, 2.0, 3.0}, {2.0, 2.0, 2.0}});
  const BundlePart part = my_part(whole);
  for (const Loss& loss : {Loss(), Loss::cauchy(2.0)}) {
    const Result alone = solve(build_problem(whole, {}, priors, loss), one_thread());
    const Share share = share_of(part, loss, {}, local_priors(world(), part, priors));
    for (const auto solver : {DistributedSolver::implicit_schur, DistributedSolver::mumps}) {
      const DistributedResult found = solve_distributed(world(), share, one_thread(), {.solver = solver});
      CHECK(found.result.converged());
      CHECK(found.result.initial_cost == doctest::Approx(alone.initial_cost).epsilon(1e-12));
      CHECK(found.result.final_cost == doctest::Approx(alone.final_cost).epsilon(1e-6));
    }
  }
}

TEST_CASE("Copies of a camera are the same in every process") {
  const Bundle whole = town();
  const BundlePart part = my_part(whole);
  const DistributedResult found = solve_distributed(world(), share_of(part), one_thread());
  std::vector<double> largest(9 * static_cast<std::size_t>(whole.camera_count()), -1e300), least = largest;
  for (std::size_t c = 0; c < part.cameras.size(); ++c)
    for (std::size_t k = 0; k < 9; ++k) {
      const std::size_t to = 9 * static_cast<std::size_t>(part.cameras[c]) + k;
      largest[to] = found.result.x[9 * c + k];
      least[to] = -found.result.x[9 * c + k];
    }
  world().max(std::span<double>(largest));
  world().max(std::span<double>(least));
  for (std::size_t i = 0; i < largest.size(); ++i) CHECK(largest[i] == -least[i]);
}

TEST_CASE("What a distributed solve does not have is refused by all") {
  const BundlePart part = my_part(town());
  Share bounded = share_of(part);
  bounded.problem.set_bounds(Parameters<9>(0, 9, static_cast<int>(part.cameras.size())), 6, 1.0, 1e6);
  CHECK_THROWS_AS(solve_distributed(world(), bounded, one_thread()), CollectiveError);
  Options dogleg = one_thread();
  dogleg.method = Method::dogleg;
  CHECK_THROWS_AS(solve_distributed(world(), share_of(part), dogleg), CollectiveError);
  Share strange = share_of(part);
  strange.shared.pop_back();
  CHECK_THROWS_AS(solve_distributed(world(), strange, one_thread()), CollectiveError);
}

TEST_CASE("A start that is not finite in one process ends the solve in all") {
  BundlePart part = my_part(town());
  const int last = world().size() - 1;
  if (world().rank() == last) part.local.points[0] = std::numeric_limits<double>::quiet_NaN();
  const DistributedResult found = solve_distributed(world(), share_of(part), one_thread());
  CHECK(found.result.status == Status::non_finite_start);
  CHECK(found.result.reason.find("process " + std::to_string(last)) == 0);
}

TEST_CASE("An iteration limit and a time limit end the solve in all processes at once") {
  const BundlePart part = my_part(town());
  Options options = one_thread();
  options.max_iterations = 2;
  CHECK(solve_distributed(world(), share_of(part), options).result.status == Status::iteration_limit);
  options.max_iterations = 1000;
  options.time_limit = 1e-9;
  CHECK(solve_distributed(world(), share_of(part), options).result.status == Status::time_limit);
}

TEST_CASE("Pose graphs in the plane and in space come to the cost of one process") {
  for (const auto kind : {PoseGraphOptions::Kind::city, PoseGraphOptions::Kind::sphere}) {
    PoseGraphOptions options;
    options.kind = kind;
    options.poses = 400;
    PoseGraph graph = generate_pose_graph(options);
    initialize(graph, Initialization::chordal);
    const Result alone = solve(build_problem(graph), one_thread());
    const PoseGraphPart part = part_of(world(), graph);
    CHECK(world().sum(part.local.edges.count()) == graph.edges.count());
    for (const auto solver : {DistributedSolver::implicit_schur, DistributedSolver::mumps}) {
      const DistributedResult found = solve_distributed(world(), share_of(part), one_thread(), {.solver = solver});
      CHECK(found.result.converged());
      CHECK(found.result.final_cost == doctest::Approx(alone.final_cost).epsilon(1e-6));
    }
  }
}

TEST_CASE("Priors, bearings and offsets of pose graphs come to the cost of one process") {
  PoseGraphOptions options;
  options.kind = PoseGraphOptions::Kind::city;
  options.poses = 200;
  std::string text = write_g2o(generate_pose_graph(options));
  const PoseGraph plain = parse_pose_graph(text, "plain");
  const auto line = [&](const std::string& words) { text += words + '\n'; };
  line("PARAMS_SE2OFFSET 7 0.2 0.1 0.3");
  for (const int pose : {0, 60, 199}) {
    const double* const x = plain.poses.data() + 3 * pose;
    line("EDGE_PRIOR_SE2_XY " + std::to_string(pose) + " " + std::to_string(x[0] + 0.2) + " " + std::to_string(x[1]) +
         " 4 0 2");
  }
  line("EDGE_PRIOR_SE2 120 " + std::to_string(plain.poses[360]) + " " + std::to_string(plain.poses[361]) + " " +
       std::to_string(plain.poses[362] + 0.1) + " 5 0 0 5 0 9");
  line("EDGE_SE2_OFFSET 10 150 7 7 1 2 0.5 0.01 0 0 0.01 0 0.01");
  // Landmarks known by bearings and their places alone, one of them by a sighting through a sensor too.
  const auto bearing = [&](int pose, int id, double x, double y) {
    const double* const p = plain.poses.data() + 3 * pose;
    line("EDGE_BEARING_SE2_XY " + std::to_string(pose) + " " + std::to_string(id) + " " +
         std::to_string(std::remainder(std::atan2(y - p[1], x - p[0]) - p[2] + 0.02, 2 * std::numbers::pi)) + " 20");
  };
  for (const auto& [id, x, y] : {std::tuple{5000, 3.0, 4.0}, std::tuple{5001, -2.0, 6.0}}) {
    const std::string place = std::to_string(id) + " " + std::to_string(x) + " " + std::to_string(y);
    line("VERTEX_XY " + place);
    line("EDGE_PRIOR_XY " + place + " 1 0 1");
    bearing(30, id, x, y);
    bearing(180, id, x, y);
  }
  line("EDGE_SE2_POINTXY_OFFSET 90 5001 7 1.5 0.5 0.1 0 0.1");
  PoseGraph graph = parse_pose_graph(text, "further");
  REQUIRE(graph.further.size() == 12);
  initialize(graph, Initialization::file);
  const Result alone = solve(build_problem(graph), one_thread());
  const PoseGraphPart part = part_of(world(), graph);
  CHECK(world().sum(static_cast<std::int64_t>(part.local.further.size())) == 12);
  for (const auto solver : {DistributedSolver::implicit_schur, DistributedSolver::mumps}) {
    const DistributedResult found = solve_distributed(world(), share_of(part), one_thread(), {.solver = solver});
    CHECK(found.result.converged());
    CHECK(found.result.initial_cost == doctest::Approx(alone.initial_cost).epsilon(1e-12));
    CHECK(found.result.final_cost == doctest::Approx(alone.final_cost).epsilon(1e-6));
  }
  PoseGraph joined = graph;
  joined.further.push_back({PoseGraph::Measurement::Kind::landmark_edge, 0, 1});
  CHECK_THROWS_AS(part_of(world(), joined), CollectiveError);
}
