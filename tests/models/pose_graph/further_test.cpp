// Measurements beside edges and sightings, semidefinite and indefinite information.
#include <cmath>
#include <numbers>
#include <random>
#include <string>
#include <vector>

#include <doctest/doctest.h>
#include <Eigen/Geometry>
#include <thalweg/minimize/solve.hpp>
#include <thalweg/models/pose_graph.hpp>
#include <thalweg/problem/derivative_check.hpp>

#include "complaint.hpp"
#include "models/pose_graph/information.hpp"
#include "models/pose_graph/pose_algebra.hpp"

using namespace thalweg;
using doctest::Approx;

namespace {

using graph::Pose2;
using graph::Pose3;

using graph_test::complaint;
using graph_test::read;

const std::string plane =
    "PARAMS_SE2OFFSET 4 0.3 -0.2 0.7\n"
    "PARAMS_SE2OFFSET 6 -0.1 0.4 2.9\n"
    "VERTEX_SE2 0 0.1 0.2 0.3\n"
    "VERTEX_SE2 1 1.5 -0.7 -2.8\n"
    "VERTEX_XY 8 3 2.5\n"
    "VERTEX_XY 9 -2 1\n"
    "EDGE_SE2 0 1 1 0 0 100 0 0 100 0 100\n";
const std::string further_plane[] = {
    "EDGE_PRIOR_SE2 1 1.2 -0.4 2.9 5 0.1 0.2 6 0.3 7\n",
    "EDGE_SE2_OFFSET 0 1 4 6 0.4 -0.9 1.1 5 0.1 0.2 6 0.3 7\n",
    "EDGE_PRIOR_SE2_XY 1 1.4 -0.6 5 0.1 6\n",
    "EDGE_PRIOR_XY 8 2.9 2.7 5 0.1 6\n",
    "EDGE_POINTXY 8 9 -4.7 -1.8 5 0.1 6\n",
    "EDGE_SE2_POINTXY_OFFSET 1 8 6 0.4 -3.1 5 0.1 6\n",
    "EDGE_BEARING_SE2_XY 1 9 -1.2 5\n",
};
const std::string space =
    "PARAMS_SE3OFFSET 4 0.1 0.2 0.3 0 0.6 0 0.8\n"
    "PARAMS_SE3OFFSET 6 -0.4 0.1 0.2 0.48 0.6 0 0.64\n"
    "VERTEX_SE3:QUAT 0 0.1 0.2 0.3 0.6 0 0 0.8\n"
    "VERTEX_SE3:QUAT 1 1.5 -0.7 0.4 0 0.28 0 0.96\n"
    "VERTEX_TRACKXYZ 8 7 8 9\n"
    "VERTEX_TRACKXYZ 9 -7 2 1\n"
    "EDGE_SE3:QUAT 0 1 1 2 3 0 0 0 1 9 0 0 0 0 0 9 0 0 0 0 9 0 0 0 9 0 0 9 0 9\n";
const std::string information_21 = " 9 1 0 0 0 2 8 0 1 0 0 7 0 0 0 6 1 0 5 0 4\n";
const std::string further_space[] = {
    "EDGE_SE3_PRIOR 1 6 1.2 -0.4 0.2 0.6 0 0.64 0.48" + information_21,
    "EDGE_SE3_OFFSET 0 1 4 6 0.4 -0.9 1.1 0 0.6 0 0.8" + information_21,
    "EDGE_SE3_XYZ_PRIOR 1 4 1.4 -0.6 0.5 5 0.1 0.2 6 0.3 7\n",
    "EDGE_POINTXYZ_PRIOR 8 7.1 7.9 9.2 5 0.1 0.2 6 0.3 7\n",
    "EDGE_POINTXYZ 8 9 -14.2 -6.1 -7.7 5 0.1 0.2 6 0.3 7\n",
};

/// e by poses as matrices.
template <class Pose>
Eigen::VectorXd error_of(const PoseGraph& g, const PoseGraph::Measurement& m) {
  using Kind = PoseGraph::Measurement::Kind;
  using Point = typename Pose::Point;
  const auto pose = [&](std::int32_t i) { return Pose::load(g.poses.data() + i * Pose::size); };
  const auto sensor = [&](std::int32_t s) { return s < 0 ? Pose{} : Pose::load(g.sensors.data() + s * Pose::size); };
  const auto landmark = [&](std::int32_t i) {
    return Point(Eigen::Map<const Point>(g.landmarks.data() + i * Pose::space));
  };
  const Point z = Eigen::Map<const Point>(m.z.data());
  const auto of_pose = [](const Pose& E) {
    Eigen::VectorXd e(Pose::tangent);
    if constexpr (Pose::space == 2)
      e << E.t, graph::wrapped(E.angle);
    else
      e << E.t, (E.q.w() < 0.0 ? -1.0 : 1.0) * E.q.vec();
    return e;
  };
  switch (m.kind) {
    case Kind::pose_prior:
      return of_pose(Pose::load(m.z.data()).inverse() * (pose(m.b) * sensor(m.sensor_b)));
    case Kind::offset_edge:
      return of_pose(Pose::load(m.z.data()).inverse() *
                     ((pose(m.a) * sensor(m.sensor_a)).inverse() * (pose(m.b) * sensor(m.sensor_b))));
    case Kind::place_prior:
      return pose(m.a) * sensor(m.sensor_a).t - z;
    case Kind::landmark_prior:
      return landmark(m.a) - z;
    case Kind::landmark_edge:
      return landmark(m.b) - landmark(m.a) - z;
    case Kind::offset_sighting:
      return (pose(m.a) * sensor(m.sensor_a)).inverse() * landmark(m.b) - z;
    case Kind::bearing:
      break;
  }
  const Point seen = pose(m.a).inverse() * landmark(m.b);
  return Eigen::VectorXd::Constant(1, graph::wrapped(m.z[0] - std::atan2(seen[1], seen[0])));
}

template <class Pose>
double cost_of(const PoseGraph& g) {
  const PoseGraph::Measurement& m = g.further.at(0);
  const Eigen::VectorXd e = error_of<Pose>(g, m);
  const auto n = static_cast<int>(e.size());
  double chi2 = 0.0;
  for (int i = 0; i < n; ++i)
    for (int j = 0; j < n; ++j)
      chi2 += m.information[static_cast<std::size_t>(graph::place(n, std::min(i, j), std::max(i, j)))] * e[i] * e[j];
  return 0.5 * chi2;
}

void check_kind(const std::string& start, const std::string& line, bool in_space) {
  INFO(line);
  const std::string text = start + line + "FIX 0\n";
  // Landmarks that nothing else measures are held.
  const PoseGraph g = read(text + "FIX 8\nFIX 9\n"), bare = read(start + "FIX 0\nFIX 8\nFIX 9\n");
  REQUIRE(g.further.size() == 1);
  const double own = in_space ? cost_of<Pose3>(g) : cost_of<Pose2>(g);
  CHECK(own > 0.0);
  CHECK(pose_graph_cost(g) - pose_graph_cost(bare) == Approx(own).epsilon(1e-12));
  // What is written reads back as the same.
  const PoseGraph again = read(write_g2o(g));
  REQUIRE(again.further.size() == 1);
  CHECK(again.further[0].z == g.further[0].z);
  CHECK(again.further[0].information == g.further[0].information);
  CHECK(pose_graph_cost(again) == pose_graph_cost(g));
  CHECK(check_derivatives(build_problem(read(text + "FIX 1\n"), Loss::huber(0.1))).clean());
  CHECK(check_derivatives(build_problem(g)).clean());
}

}  // namespace

TEST_CASE("further measurements: errors as g2o defines them, derivatives, and the way back to a file") {
  // Landmarks move where a measurement reads them.
  for (const std::string& line : further_plane)
    check_kind(plane + "EDGE_SE2_XY 0 8 1 2 1 0 1\nEDGE_SE2_XY 0 9 1 2 1 0 1\n", line, false);
  for (const std::string& line : further_space)
    check_kind(space + "EDGE_SE3_TRACKXYZ 0 8 4 1 2 3 2 0 0 3 0 4\nEDGE_SE3_TRACKXYZ 0 9 4 1 2 3 2 0 0 3 0 4\n", line,
               true);
}

TEST_CASE("a prior of a pose is an edge from the origin") {
  const std::string chain = "EDGE_SE2 1 2 1 0 0.1 100 0 0 100 0 100\nEDGE_SE2 2 3 1 0 0.1 100 0 0 100 0 100\n";
  PoseGraph prior = read(chain + "EDGE_PRIOR_SE2 1 10 20 0.5 9 1 0 8 0 7\nEDGE_PRIOR_SE2 3 12 21 0.6 9 1 0 8 0 7\n");
  PoseGraph edge = read("VERTEX_SE2 0 0 0 0\nFIX 0\n" + chain +
                        "EDGE_SE2 0 1 10 20 0.5 9 1 0 8 0 7\nEDGE_SE2 0 3 12 21 0.6 9 1 0 8 0 7\n");
  CHECK(gauge_pose(prior) == -1);
  initialize(prior, Initialization::automatic);
  initialize(edge, Initialization::automatic);
  const Result a = solve(build_problem(prior)), b = solve(build_problem(edge));
  CHECK(a.converged());
  CHECK(a.final_cost == Approx(b.final_cost).epsilon(1e-9));
  for (std::size_t k = 0; k < a.x.size(); ++k) CHECK(a.x[k] == Approx(b.x[k + 3]).epsilon(1e-6));
}

TEST_CASE("places alone say where a graph is: its start is moved there") {
  for (const bool in_space : {false, true}) {
    PoseGraph g = generate_pose_graph({.kind = in_space ? PoseGraphOptions::Kind::garage : PoseGraphOptions::Kind::city,
                                       .poses = 200,
                                       .translation_noise = 0.0,
                                       .rotation_noise = 0.0});
    const auto size = static_cast<std::size_t>(g.pose_size());
    // The world turned by 2 about z, and moved far away.
    const double c = std::cos(2.0), s = std::sin(2.0);
    for (const std::size_t v : {0u, 50u, 120u, 190u}) {
      const double* const p = g.poses.data() + v * size;
      PoseGraph::Measurement m;
      m.kind = PoseGraph::Measurement::Kind::place_prior;
      m.a = static_cast<std::int32_t>(v);
      m.z = {c * p[0] - s * p[1] + 5e4, s * p[0] + c * p[1] - 3e4, in_space ? p[2] + 7.0 : 0.0};
      for (int k = 0; k < g.landmark_size(); ++k)
        m.information[static_cast<std::size_t>(graph::place(g.landmark_size(), k, k))] = 4.0;
      g.further.push_back(m);
    }
    std::fill(g.pose_given.begin(), g.pose_given.end(), 0);
    const InitializationReport start = initialize(g, Initialization::automatic);
    CHECK(start.used != Initialization::file);
    CHECK(pose_graph_cost(g) < 1e-8);
    CHECK(g.poses[0] == Approx(5e4).epsilon(1e-3));
  }
}

TEST_CASE("loops that close only through landmarks are closed by the chordal start") {
  // Round a square, again and again; nothing ties a lap to another but four landmarks. The odometry turns too far.
  std::string text;
  std::mt19937_64 random(3);
  std::normal_distribution<double> noise;
  const double corner[4][2] = {{0, 0}, {20, 0}, {20, 20}, {0, 20}};
  Pose2 truth;
  int id = 0;
  const auto see = [&] {
    for (int l = 0; l < 4; ++l) {
      const Eigen::Vector2d z = truth.inverse() * Eigen::Vector2d(corner[l][0] + 2.0, corner[l][1] + 1.0);
      if (z.norm() < 12.0)
        text += "EDGE_SE2_XY " + std::to_string(id) + " " + std::to_string(1000 + l) + " " +
                std::to_string(z[0] + 0.05 * noise(random)) + " " + std::to_string(z[1] + 0.05 * noise(random)) +
                " 400 0 400\n";
    }
  };
  see();
  for (int k = 0; k < 240; ++k) {
    const bool turns = k % 10 == 9;
    truth = truth * Pose2{{2.0, 0.0}, turns ? std::numbers::pi / 2 : 0.0};
    text += "EDGE_SE2 " + std::to_string(id) + " " + std::to_string(id + 1) + " " +
            std::to_string(2.0 + 0.02 * noise(random)) + " " + std::to_string(0.02 * noise(random)) + " " +
            std::to_string((turns ? std::numbers::pi / 2 : 0.0) + 0.02 + 0.01 * noise(random)) +
            " 2500 0 0 2500 0 2500\n";
    ++id;
    see();
  }
  PoseGraph g = read(text);
  CHECK(initialize(g, Initialization::automatic).used == Initialization::chordal);
  const double start = pose_graph_cost(g);
  const Result result = solve(build_problem(g), {.method = Method::dogleg});
  CHECK(result.converged());
  CHECK(start < 20.0 * result.final_cost);
  PoseGraph tree = read(text);
  initialize(tree, Initialization::tree);
  CHECK(pose_graph_cost(tree) > 100.0 * start);
  // From the truth, by another way to the same minimum.
  PoseGraph known = read(text);
  initialize(known, Initialization::tree);
  Pose2 at;
  for (std::size_t v = 0; v < known.pose_ids.size(); ++v) {
    at.store(known.poses.data() + 3 * v);
    at = at * Pose2{{2.0, 0.0}, v % 10 == 9 ? std::numbers::pi / 2 : 0.0};
  }
  for (std::size_t l = 0; l < 4; ++l) {
    const auto n = static_cast<std::size_t>(known.landmark_ids[l] - 1000);
    known.landmarks[2 * l] = corner[n][0] + 2.0;
    known.landmarks[2 * l + 1] = corner[n][1] + 1.0;
  }
  CHECK(solve(build_problem(known), {.method = Method::dogleg}).final_cost == Approx(result.final_cost).epsilon(1e-7));
}

TEST_CASE("semidefinite information is read, and its root is one") {
  const double cases[][6] = {{1, 0, 0, 1, 0, 0}, {0, 0, 0, 0, 0, 0}, {4, 2, 2, 1, 1, 1},
                             {1, 1, 0, 1, 0, 3}, {0, 0, 0, 2, 0, 5}, {1e-8, 0, 0, 1e8, 0, 0}};
  for (const auto& omega : cases) {
    double U[6];
    REQUIRE(graph::square_root(3, omega, U));
    for (int i = 0; i < 3; ++i)
      for (int j = i; j < 3; ++j) {
        double sum = 0.0;
        for (int k = 0; k <= i; ++k) sum += U[graph::place(3, k, i)] * U[graph::place(3, k, j)];
        CHECK(sum == Approx(omega[graph::place(3, i, j)]).epsilon(1e-14));
      }
  }
  const double indefinite[][6] = {{1, 2, 0, 1, 0, 1}, {0, 1, 0, 1, 0, 1}, {-1, 0, 0, 1, 0, 1}, {1, 0, 0, 1, 2, 1}};
  double U[6];
  for (const auto& omega : indefinite) CHECK_FALSE(graph::square_root(3, omega, U));
}

TEST_CASE("indefinite information is refused, or treated as asked, with a count") {
  const std::string text =
      "EDGE_SE2 0 1 1 0 0 1 0 0 1 0 1\nEDGE_SE2 0 1 1 0 0 1 2 0 1 0 4\nEDGE_SE2 0 1 1 0 0 1 2 0 1 0 4\n";
  CHECK(complaint(text).starts_with(
      "f.g2o:2:30: the information matrix is indefinite; expected a positive semidefinite"));
  CHECK(complaint("EDGE_SE2 0 1 1 0 0 1e308 1.5e308 0 1e308 0 1\n", {.indefinite = Indefinite::clip})
            .find("the information is too large") != std::string::npos);
  const PoseGraph clipped = read(text, {.indefinite = Indefinite::clip});
  // (1 2; 2 1) has the eigenvalues 3 and −1; 3 belongs to (1, 1).
  for (const std::size_t k : {6u, 7u, 9u}) CHECK(clipped.edges.information[k] == Approx(1.5));
  CHECK(clipped.edges.information[11] == Approx(4.0));
  CHECK(clipped.warnings == std::vector<std::string>{"2 measurements with indefinite information (first on line 2): "
                                                     "their negative eigenvalues count as zero"});
  const PoseGraph diagonal = read(text, {.indefinite = Indefinite::diagonal});
  CHECK(std::vector<double>(diagonal.edges.information.begin() + 6, diagonal.edges.information.begin() + 12) ==
        std::vector<double>{1, 0, 0, 1, 0, 4});
  const PoseGraph skipped = read(text, {.indefinite = Indefinite::skip});
  CHECK(skipped.edges.count() == 1);
  CHECK(skipped.edges.measurement.size() == 3);
  CHECK(skipped.warnings.at(0).ends_with("left out"));
}

TEST_CASE("a vertex that is fixed and has no line stands nowhere, where a prior says where the graph is") {
  const std::string text = "EDGE_SE2 0 1 1 0 0 1 0 0 1 0 1\nEDGE_PRIOR_SE2 1 10 10 0 1 0 0 1 0 1\nFIX 0\n";
  CHECK(complaint(text) ==
        "f.g2o:3: vertex 0 is fixed, and has no line of its own to say where; expected a vertex line");
  CHECK(complaint("VERTEX_SE2 0 9 10 0\n" + text) == "accepted");
}

TEST_CASE("a graph far from the origin begins as near its minimum as one at it") {
  PoseGraph g = generate_pose_graph({.kind = PoseGraphOptions::Kind::city, .poses = 400});
  double cost[2];
  for (const bool far : {false, true}) {
    PoseGraph at = g;
    at.pose_fixed[7] = 1;
    at.poses[21] += far ? 3e6 : 0.0;
    at.poses[22] -= far ? 5e6 : 0.0;
    initialize(at, Initialization::chordal);
    cost[far] = pose_graph_cost(at);
  }
  CHECK(cost[1] == Approx(cost[0]).epsilon(1e-6));
}

TEST_CASE("comments behind numbers, EDGE3 without information, graphs in which nothing moves") {
  CHECK(read("# a graph\nEDGE_SE2 0 1 1 0 0 1 0 0 1 0 1 # odometry\n").edges.count() == 1);
  const PoseGraph bare = read("EDGE3 0 1 1 2 3 0.1 0.2 0.3\n"),
                  full = read("EDGE3 0 1 1 2 3 0.1 0.2 0.3 1 0 0 0 0 0 1 0 0 0 0 1 0 0 0 1 0 0 1 0 1\n");
  CHECK(bare.edges.information == full.edges.information);
  CHECK(bare.edges.measurement == full.edges.measurement);
  CHECK(complaint("VERTEX_SE2 0 0 0 0\nVERTEX_SE2 1 1 0 0\nEDGE_SE2 0 1 1 0 0 1 0 0 1 0 1\nFIX 0 1\n") ==
        "f.g2o:4: every vertex is fixed; expected at least one that moves");
  CHECK(complaint("VERTEX_XY 1 0 0\nEDGE_POINTXY 1 2 1 0 1 0 1\n").starts_with("f.g2o:1: the file has no pose"));
}

TEST_CASE("landmarks that no plain sighting places begin where the others say") {
  PoseGraph g = read(
      "PARAMS_SE2OFFSET 4 0.5 0 0\nVERTEX_SE2 0 0 0 0\nVERTEX_SE2 1 4 0 1.5707963267948966\nFIX 0\n"
      "EDGE_SE2 0 1 4 0 1.5707963267948966 100 0 0 100 0 100\n"
      "EDGE_BEARING_SE2_XY 0 10 0.7853981633974483 50\nEDGE_BEARING_SE2_XY 1 10 0.7853981633974483 50\n"
      "EDGE_SE2_POINTXY_OFFSET 1 11 4 1 2 5 0 5\nEDGE_PRIOR_XY 12 7 8 1 0 1\nEDGE_POINTXY 12 13 1 -1 1 0 1\n"
      "EDGE_BEARING_SE2_XY 0 14 0 50\n");
  initialize(g, Initialization::tree);
  // 45° to the left of x from (0, 0), and of y from (4, 0): (2, 2). The offset pose stands at (4, 0.5) and looks up.
  const double expected[] = {2, 2, 2, 1.5, 7, 8, 8, 7, 1, 0};
  REQUIRE(g.landmark_ids == std::vector<std::int64_t>{10, 11, 12, 13, 14});
  for (std::size_t k = 0; k < 10; ++k) CHECK(g.landmarks[k] == Approx(expected[k]));
  CHECK(pose_graph_cost(g) < 1e-20);
}

TEST_CASE("a landmark that stands on the pose that sees it by a bearing is placed where it can be seen") {
  // From (0, 0) at 45°, from (1, 0) at 0.98: the lines meet. A landmark that one pose alone sees is put ahead of it.
  const std::string text =
      "VERTEX_SE2 0 0 0 0\nVERTEX_SE2 1 1 0 0\nVERTEX_XY 2 0 0\nVERTEX_XY 3 1 0\nFIX 0\n"
      "EDGE_SE2 0 1 1 0 0 100 0 0 100 0 100\nEDGE_BEARING_SE2_XY 0 2 0.785 100\nEDGE_BEARING_SE2_XY 1 2 0.98 100\n"
      "EDGE_BEARING_SE2_XY 1 3 2 100\n";
  for (const Initialization how : {Initialization::file, Initialization::tree, Initialization::chordal}) {
    PoseGraph g = read(text);
    initialize(g, how);
    CHECK(pose_graph_cost(g) < 1e-20);
    const Result result = solve(build_problem(g));
    CHECK(result.converged());
    CHECK(result.final_cost < 1e-20);
  }
  // Where the lines meet on a pose, one unit along its own.
  PoseGraph g = read(
      "VERTEX_SE2 0 0 0 0\nVERTEX_SE2 1 1 0 0\nVERTEX_XY 2 0 0\nFIX 0\nEDGE_SE2 0 1 1 0 0 100 0 0 100 0 100\n"
      "EDGE_BEARING_SE2_XY 0 2 1.5707963267948966 100\nEDGE_BEARING_SE2_XY 1 2 3.141592653589793 100\n");
  initialize(g, Initialization::file);
  CHECK(std::hypot(g.landmarks[0], g.landmarks[1]) == Approx(1.0));
  CHECK(std::isfinite(solve(build_problem(g)).final_cost));
  // One that is fixed stays.
  g = read(text + "FIX 2\n");
  initialize(g, Initialization::file);
  CHECK(g.landmarks[0] == 0.0);
}

TEST_CASE("information too large for doubles is refused, whoever states it") {
  PoseGraph g = read("EDGE_SE2 0 1 1 0 0 1e150 0 0 1 0 1\n");
  CHECK(complaint("EDGE_SE2 0 1 1 0 0 1e200 0 0 1 0 1\n") ==
        "f.g2o:1:34: the information is too large; expected numbers up to 1e+150");
  initialize(g, Initialization::automatic);
  CHECK(solve(build_problem(g, Loss::cauchy(1.0))).converged());
  g.edges.information[0] = 1e200;
  CHECK_THROWS_WITH_AS(build_problem(g), "the information of edge 0 is too large; expected numbers up to 1e+150",
                       Error);
}
