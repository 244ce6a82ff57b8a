#include <cstdio>
#include <fstream>

#include <thalweg/models/bundle.hpp>
#include <thalweg/models/pose_graph.hpp>
#include <thalweg/models/relative_pose.hpp>
#include <thalweg/models/reprojection.hpp>

#include "containers.hpp"

namespace containers {
namespace {

using namespace thalweg;

void bundles() {
  Bundle bundle = generate_bundle({.cameras = 8, .points = 60, .observations_per_point = 3.0});
  check(bundle.camera_count() == 8 && bundle.observation_count() > 100, "a bundle");
  const std::string plain = write_bal(bundle), packed = write_bal(bundle, compression_of("a.bz2"));
  check(parse_bal(plain, "town.txt").points == bundle.points && packed.size() < plain.size(), "a bundle as text");
  { std::ofstream("container_test.bal.gz", std::ios::binary) << write_bal(bundle, Compression::gzip); }
  check(looks_like_bal("container_test.bal.gz") && read_bal("container_test.bal.gz").u == bundle.u, "a bundle's file");
  std::remove("container_test.bal.gz");
  const BundleConnectivity counted = connectivity(bundle);
  check(in_words(counted).size() <= 4 && gauge_directions(bundle).size() == 7, "a bundle's census");
  BundleView view = view_from_above(bundle);
  view.point_x.resize(1000);
  check(view.camera_x.size() == 8, "a bundle from above");
  Problem problem = build_problem(bundle, Loss::huber(2.0));
  const Result result = solve(problem, {.max_iterations = 5});
  bundle = with_solution(std::move(bundle), result.x);
  check(bundle.cameras.size() == 72 && !result.linear_solver_reason.empty(), "a bundle's solution");

  Problem own;
  const auto cameras = own.add_parameters("camera", Vec<double, 9>::Zero().eval(), 8);
  const auto points =
      own.add_parameters("point", Vec<double, 3>::Zero().eval(), static_cast<int>(bundle.point_count()));
  own.set_starts(cameras, bundle.cameras);
  own.set_starts(points, bundle.points);
  std::vector<std::int64_t> camera, point;
  for (const std::int32_t c : bundle.camera_of) camera.push_back(cameras.offset() + 9 * c);
  for (const std::int32_t p : bundle.point_of) point.push_back(points.offset() + 3 * p);
  own.add_group(reprojection_group("seen", camera, point, bundle.u, bundle.v));
  own.add_residuals("again", Reprojection{}, cameras[bundle.camera_of], points[bundle.point_of], bundle.u, bundle.v);
  check(solve(own, {.max_iterations = 3}).x.size() == own.start().size(), "residuals of cameras");
}

void graphs() {
  for (const auto kind : {PoseGraphOptions::Kind::city, PoseGraphOptions::Kind::garage}) {
    PoseGraph graph = generate_pose_graph({.kind = kind, .poses = 60});
    check(parse_pose_graph_kind(to_string(kind)) == kind, "kinds by name");
    const std::string text = write_g2o(graph);
    { std::ofstream("container_test.g2o") << text; }
    check(looks_like_pose_graph("container_test.g2o") && read_pose_graph("container_test.g2o").pose_count() == 60 &&
              parse_pose_graph(text, "graph").edges.count() == graph.edges.count(),
          "a pose graph's file");
    std::remove("container_test.g2o");
    for (const auto how : {Initialization::tree, Initialization::chordal, Initialization::automatic}) {
      const InitializationReport report = initialize(graph, how);
      check(!report.reason.empty() || how != Initialization::automatic, "a start");
      check(parse_initialization(to_string(how)) == how, "starts by name");
    }
    Problem problem = build_problem(graph, Loss::huber(3.0));
    const Result result = solve(problem, {.initial_damping = 1e-8});
    const PoseGraph solved = with_solution(graph, result.x);
    check(pose_graph_cost(solved) <= pose_graph_cost(graph) * (1 + 1e-9) && gauge_pose(graph) == 0, "a solution");
    check(view_of(solved, graph).x.size() == 60, "a view");
  }

  Problem plane;
  auto poses = plane.add_parameters("pose", SE2{}, 3);
  auto landmark = plane.add_parameters("landmark", Vec<double, 2>{1.0, 1.0});
  plane.fix(poses[0]);
  const std::vector<PlaneEdge> edges(2, {{1.0, 0.0, 0.1}, {1, 0, 0, 1, 0, 1}});
  const std::vector<PlaneSighting> sightings(2, {{1.0, 1.0}, {1, 0, 1}});
  plane.add_group(relative_pose_group("edge", {0, 3}, {3, 6}, edges));
  plane.add_group(sighting_group("sighting", {0, 3}, {landmark.offset(), landmark.offset()}, sightings));
  check(solve(plane).final_cost < 10.0, "edges of the plane");

  Problem space;
  auto places = space.add_parameters("pose", SE3{}, 3);
  auto seen = space.add_parameters("landmark", Vec<double, 3>{1.0, 1.0, 1.0});
  space.fix(places[0]);
  SpaceEdge edge{{1, 0, 0, 0, 0, 0, 1}, {}};
  for (int i = 0, k = 0; i < 6; k += 6 - i, ++i) edge.root[static_cast<std::size_t>(k)] = 1.0;
  const SpaceSighting sighting{{1, 1, 1}, {1, 0, 0, 1, 0, 1}, {0, 0, 0, 0, 0, 0, 1}};
  space.add_group(relative_pose_group("edge", {0, 7}, {7, 14}, std::vector<SpaceEdge>(2, edge)));
  space.add_group(
      sighting_group("sighting", {0, 7}, {seen.offset(), seen.offset()}, std::vector<SpaceSighting>(2, sighting)));
  space.add_residuals("again", RelativePoseSpace{}, places[{0, 1}], places[{1, 2}], std::vector<SpaceEdge>(2, edge));
  check(solve(space).final_cost < 10.0, "edges of space");
}

}  // namespace

void scenes() {
  bundles();
  graphs();
}

}  // namespace containers
