// Where pose graphs begin: spanning trees, chordal relaxation, and what is chosen.
#include <algorithm>
#include <cmath>
#include <numbers>
#include <random>
#include <string>
#include <vector>

#include <doctest/doctest.h>
#include <Eigen/Geometry>
#include <thalweg/minimize/solve.hpp>
#include <thalweg/models/pose_graph.hpp>

#include "models/pose_graph/pose_algebra.hpp"
#include "models/pose_graph/starts/nearest_rotation.hpp"

using namespace thalweg;
using doctest::Approx;

namespace {

using Kind = PoseGraphOptions::Kind;

PoseGraph noise_free(Kind kind, std::int64_t poses) {
  return generate_pose_graph({.kind = kind, .poses = poses, .translation_noise = 0.0, .rotation_noise = 0.0});
}

/// Poses anywhere but for those that are held.
void scatter(PoseGraph& g, unsigned seed) {
  std::mt19937 random(seed);
  std::normal_distribution<double> normal;
  for (std::size_t i = 1; i < g.pose_ids.size(); ++i) {
    double* const p = g.poses.data() + i * static_cast<std::size_t>(g.pose_size());
    for (int k = 0; k < g.pose_size(); ++k) p[k] = 10.0 * normal(random);
    if (g.kind == PoseGraph::Kind::se3) Eigen::Map<Eigen::Vector4d>(p + 3).normalize();
  }
}

/// Information of edge e as a matrix, for one of the tests' making.
void set_information(PoseGraph& g, const Eigen::MatrixXd& omega) {
  g.edges.information.clear();
  for (std::int64_t e = 0; e < g.edges.count(); ++e)
    for (Eigen::Index i = 0; i < omega.rows(); ++i)
      for (Eigen::Index j = i; j < omega.rows(); ++j) g.edges.information.push_back(omega(i, j));
}

Eigen::MatrixXd random_information(int n, unsigned seed) {
  std::mt19937 random(seed);
  std::normal_distribution<double> normal;
  Eigen::MatrixXd A(n, n);
  for (int i = 0; i < n; ++i)
    for (int j = 0; j < n; ++j) A(i, j) = normal(random);
  return A * A.transpose() + 0.1 * Eigen::MatrixXd::Identity(n, n);
}

/// The first pose sees a landmark at each corner of a square, later poses some of them again.
void add_landmarks(PoseGraph& g) {
  const bool plane = g.kind == PoseGraph::Kind::se2;
  if (!plane) {
    g.sensors = {0.1, -0.2, 0.3, 0.5, 0.5, 0.5, 0.5};
    g.sensor_ids = {3};
  }
  for (std::int64_t l = 0; l < 4; ++l) {
    g.landmark_ids.push_back(1000000 + l);
    g.landmark_given.push_back(0);
    g.landmark_fixed.push_back(0);
    const Eigen::Vector3d world(l < 2 ? 5.0 : -5.0, l % 2 == 0 ? 5.0 : -5.0, 2.0);
    for (int k = 0; k < g.landmark_size(); ++k) g.landmarks.push_back(0.0);
    for (std::int64_t i = l; i < g.pose_count(); i += 7) {
      const double* const p = g.poses.data() + i * g.pose_size();
      Eigen::Vector3d z;
      if (plane)
        z.head<2>() = graph::Pose2::load(p).inverse() * Eigen::Vector2d(world.head<2>());
      else
        z = (graph::Pose3::load(p) * graph::Pose3::load(g.sensors.data())).inverse() * world;
      g.sightings.from.push_back(static_cast<std::int32_t>(i));
      g.sightings.to.push_back(static_cast<std::int32_t>(l));
      if (!plane) g.sensor_of.push_back(0);
      for (int k = 0; k < g.landmark_size(); ++k) g.sightings.measurement.push_back(z[k]);
      for (int a = 0; a < g.landmark_size(); ++a)
        for (int b = a; b < g.landmark_size(); ++b) g.sightings.information.push_back(a == b ? 2.0 + a : 0.1);
    }
  }
}

}  // namespace

TEST_CASE("starts: tree and chordal find the poses of a graph without noise, from anywhere, whatever the information") {
  for (const Kind kind : {Kind::city, Kind::garage, Kind::sphere})
    for (const Initialization how : {Initialization::tree, Initialization::chordal})
      for (const bool correlated : {false, true}) {
        CAPTURE(to_string(kind));
        CAPTURE(to_string(how));
        PoseGraph g = noise_free(kind, 700);
        const std::vector<double> truth = g.poses;
        CHECK(pose_graph_cost(g) < 1e-18);
        if (correlated) set_information(g, random_information(g.tangent_size(), 5));
        add_landmarks(g);
        scatter(g, 3);
        CHECK(pose_graph_cost(g) > 1e3);
        const InitializationReport report = initialize(g, how);
        CHECK(report.used == how);
        CHECK(report.reason == "as requested");
        CHECK(pose_graph_cost(g) < 1e-12);
        CHECK(g.landmarks[0] == Approx(5.0).epsilon(1e-9));
        double worst = 0.0;  // of the positions
        for (std::size_t i = 0; i < g.poses.size(); i += static_cast<std::size_t>(g.pose_size()))
          worst = std::max(worst, std::hypot(g.poses[i] - truth[i], g.poses[i + 1] - truth[i + 1]));
        CHECK(worst < 1e-8);
      }
}

TEST_CASE("starts: the chordal one does not care where the file begins, and is the nearest to the minimum") {
  PoseGraph a = generate_pose_graph({.kind = Kind::sphere, .poses = 400, .rotation_noise = 0.1}), b = a;
  scatter(b, 9);
  const InitializationReport first = initialize(a, Initialization::automatic),
                             second = initialize(b, Initialization::chordal);
  CHECK(first.used == Initialization::chordal);
  CHECK(first.chordal_cost == second.chordal_cost);
  CHECK(first.chordal_cost < first.tree_cost);
  CHECK(first.chordal_cost < first.file_cost);
  CHECK(std::isnan(second.file_cost));
  CHECK(a.poses == b.poses);
  CHECK(first.reason.starts_with("the lowest cost, "));
  CHECK(pose_graph_cost(a) == Approx(first.chordal_cost).epsilon(1e-14));
}

TEST_CASE("starts: a file that is near a minimum already is kept, and no other start is made") {
  for (const Kind kind : {Kind::city, Kind::garage}) {
    PoseGraph g = generate_pose_graph({.kind = kind, .poses = 300});
    g = with_solution(g, solve(build_problem(g)).x);
    const std::vector<double> solved = g.poses;
    PoseGraph same = g, turned = g, without = g;
    const InitializationReport kept = initialize(same, Initialization::automatic);
    CHECK(kept.used == Initialization::file);
    CHECK(kept.reason.starts_with("near a minimum: "));
    CHECK(std::isnan(kept.chordal_cost));
    CHECK(same.poses == solved);

    // One edge that says to have turned by a radian more, with hardly any weight: χ² does not see it.
    const auto last = static_cast<std::size_t>(g.edges.count() - 1), size = static_cast<std::size_t>(g.pose_size());
    double* const z = turned.edges.measurement.data() + last * size;
    if (kind == Kind::city)
      z[2] += 1.0;
    else
      Eigen::Map<Eigen::Quaterniond>(z + 3) *= Eigen::Quaterniond(Eigen::AngleAxisd(1.0, Eigen::Vector3d::UnitZ()));
    const std::size_t numbers = turned.edges.information.size() / static_cast<std::size_t>(g.edges.count());
    for (std::size_t k = 0; k < numbers; ++k) turned.edges.information[last * numbers + k] *= 1e-6;
    CHECK(!std::isnan(initialize(turned, Initialization::automatic).chordal_cost));

    // Information that claims too much: χ² is far above what it should be.
    for (double& omega : without.edges.information) omega *= 100.0;
    CHECK(!std::isnan(initialize(without, Initialization::automatic).chordal_cost));
  }
}

TEST_CASE("starts: without a loop the tree is the minimum, and no system is solved for it") {
  PoseGraph g = generate_pose_graph({.kind = Kind::city, .poses = 40});
  const auto chain = static_cast<std::size_t>(g.pose_count() - 1);
  g.edges.from.clear();
  g.edges.to.clear();
  for (std::size_t i = 0; i < chain; ++i) {
    g.edges.from.push_back(static_cast<std::int32_t>(i));
    g.edges.to.push_back(static_cast<std::int32_t>(i + 1));
  }
  g.edges.measurement.resize(chain * 3);
  g.edges.information.resize(chain * 6);
  std::fill(g.pose_given.begin(), g.pose_given.end(), 0);
  const InitializationReport report = initialize(g, Initialization::automatic);
  CHECK(report.used == Initialization::tree);
  CHECK(std::isnan(report.chordal_cost));
  CHECK(pose_graph_cost(g) < 1e-20);
}

TEST_CASE("starts: the file's is kept where it has the lowest cost, and refused where a vertex is missing") {
  PoseGraph g = noise_free(Kind::garage, 300);
  const std::vector<double> truth = g.poses;
  initialize(g, Initialization::file);
  CHECK(g.poses == truth);
  g.pose_given[7] = 0;
  CHECK_THROWS_WITH_AS(initialize(g, Initialization::file),
                       "initialization file is not to be had: the file has no line for pose 7; expected another",
                       Error);
  CHECK(initialize(g, Initialization::automatic).used != Initialization::file);
  CHECK(g.pose_given[7] == 1);
}

TEST_CASE("starts: fixed poses stay, and all of them anchor") {
  PoseGraph g = noise_free(Kind::city, 500);
  const std::vector<double> truth = g.poses;
  g.pose_fixed[40] = g.pose_fixed[350] = 1;
  CHECK(gauge_pose(g) == -1);
  for (const Initialization how : {Initialization::tree, Initialization::chordal}) {
    PoseGraph h = g;
    for (std::size_t i = 0; i < h.poses.size(); ++i)
      if (i / 3 != 40 && i / 3 != 350) h.poses[i] = 1.0;
    initialize(h, how);
    for (std::size_t i = 0; i < h.poses.size(); i += 3) {
      CHECK(std::abs(h.poses[i] - truth[i]) < 1e-9);
      CHECK(std::abs(graph::wrapped(h.poses[i + 2] - truth[i + 2])) < 1e-9);
    }
  }
}

TEST_CASE("starts: poses that hang together by landmarks alone have none but the file's") {
  PoseGraph g = parse_pose_graph(
      "VERTEX_SE2 0 0 0 0\nVERTEX_SE2 1 1 0 0\nEDGE_SE2_XY 0 5 1 0 1 0 1\nEDGE_SE2_XY 1 5 0 0 1 0 1\n"
      "EDGE_SE2_XY 0 6 1 1 1 0 1\nEDGE_SE2_XY 1 6 0 1 1 0 1\n",
      "f");
  CHECK_THROWS_WITH_AS(
      initialize(g, Initialization::tree),
      "initialization tree is not to be had: pose 1 is tied to the first pose by landmarks alone; expected another",
      Error);
  CHECK_THROWS_AS(initialize(g, Initialization::chordal), Error);
  const InitializationReport report = initialize(g, Initialization::automatic);
  CHECK(report.used == Initialization::file);
  CHECK(g.landmarks == std::vector<double>{1, 0, 1, 1});
  CHECK(pose_graph_cost(g) == 0.0);
}

TEST_CASE("starts: names there and back") {
  for (const Initialization how :
       {Initialization::automatic, Initialization::file, Initialization::tree, Initialization::chordal})
    CHECK(parse_initialization(to_string(how)) == how);
  CHECK_THROWS_WITH_AS(
      parse_initialization("cordal"),
      "unknown initialization 'cordal' (did you mean 'chordal'?); expected auto, file, tree or chordal", Error);
}

TEST_CASE("nearest rotation: as singular values have it, for matrices near and far from rotations") {
  std::mt19937 random(4);
  std::normal_distribution<double> normal;
  for (int i = 0; i < 500; ++i) {
    Eigen::Matrix3d M;
    for (int k = 0; k < 9; ++k) M(k / 3, k % 3) = normal(random);
    if (i % 3 == 0)
      M = Eigen::AngleAxisd(normal(random), Eigen::Vector3d(1, 2, 3).normalized()).toRotationMatrix() + 0.1 * M;
    if (i % 5 == 0) M.col(2) = M.col(0) + 1e-9 * M.col(1);
    const Eigen::Matrix3d R = graph::nearest_rotation(M);
    const Eigen::JacobiSVD<Eigen::Matrix3d> svd(M, Eigen::ComputeFullU | Eigen::ComputeFullV);
    const double sign = (svd.matrixU() * svd.matrixV().transpose()).determinant() < 0.0 ? -1.0 : 1.0;
    const Eigen::Matrix3d best =
        svd.matrixU() * Eigen::Vector3d(1.0, 1.0, sign).asDiagonal() * svd.matrixV().transpose();
    CHECK(std::abs(R.determinant() - 1.0) < 1e-12);
    CHECK((R.transpose() * R - Eigen::Matrix3d::Identity()).norm() < 1e-12);
    CHECK((R - M).norm() <= (best - M).norm() + 1e-12);
  }
}

TEST_CASE("generated pose graphs: the same for the same options, with noise of the size that the information says") {
  for (const Kind kind : {Kind::city, Kind::garage, Kind::sphere}) {
    CAPTURE(to_string(kind));
    CHECK(parse_pose_graph_kind(to_string(kind)) == kind);
    const PoseGraph g = generate_pose_graph({.kind = kind, .poses = 3000, .seed = 4});
    CHECK(g.pose_count() == 3000);
    CHECK(g.edges.count() > 3200);
    CHECK(g.edges.count() < 9000);
    CHECK(write_g2o(g) == write_g2o(generate_pose_graph({.kind = kind, .poses = 3000, .seed = 4})));
    CHECK((kind == Kind::sphere ||
           g.edges.from != generate_pose_graph({.kind = kind, .poses = 3000, .seed = 5}).edges.from));
    // The truth has a cost of ½ χ² with as many degrees of freedom as there are components: within five deviations.
    PoseGraph truth = g;
    truth.poses = noise_free(kind, 3000).poses;
    if (kind == Kind::sphere) {
      const double components = static_cast<double>(g.edges.count() * g.tangent_size());
      CHECK(std::abs(2.0 * pose_graph_cost(truth) - components) < 5.0 * std::sqrt(2.0 * components));
    }
    PoseGraph chordal = g;
    initialize(chordal, Initialization::chordal);
    const double freedom = static_cast<double>((g.edges.count() - 2999) * g.tangent_size());
    CHECK(2.0 * pose_graph_cost(chordal) < 1.5 * freedom + 500.0);
    PoseGraph nonsense = generate_pose_graph({.kind = kind, .poses = 3000, .false_closures = 0.5, .seed = 4});
    initialize(nonsense, Initialization::chordal);
    CHECK(pose_graph_cost(nonsense) > 10.0 * pose_graph_cost(chordal));
  }
  CHECK_THROWS_WITH_AS(generate_pose_graph({.poses = 1}), "the number of poses is 1; expected 2 to 100000000", Error);
  CHECK_THROWS_AS(generate_pose_graph({.translation_noise = -1.0}), Error);
  CHECK_THROWS_AS(generate_pose_graph({.rotation_noise = std::nan("")}), Error);
  CHECK_THROWS_AS(generate_pose_graph({.false_closures = 1.0}), Error);
}

TEST_CASE("starts: a ring twisted once, a little at each edge, is not near its minimum") {
  // The file's poses turn once more, or less, on the way around than the edges say.
  for (const double twist : {2.0 * std::numbers::pi, -2.0 * std::numbers::pi}) {
    constexpr int n = 60;
    PoseGraph g = generate_pose_graph({.kind = Kind::city, .poses = n});
    g.edges.from.clear();
    g.edges.to.clear();
    g.edges.measurement.clear();
    g.edges.information.clear();
    for (int i = 0; i < n; ++i) {
      g.edges.from.push_back(i);
      g.edges.to.push_back((i + 1) % n);
      for (const double z : {1.0, 0.0, 2.0 * std::numbers::pi / n}) g.edges.measurement.push_back(z);
      for (const double omega : {1e-3, 0.0, 0.0, 1e-3, 0.0, 1e-3}) g.edges.information.push_back(omega);
      double* const p = g.poses.data() + std::ptrdiff_t{3} * i;
      p[2] = i * (2.0 * std::numbers::pi + twist) / n;
      p[0] = p[1] = 0.0;
      for (int k = 0; k < i; ++k) {
        p[0] += std::cos(k * (2.0 * std::numbers::pi + twist) / n);
        p[1] += std::sin(k * (2.0 * std::numbers::pi + twist) / n);
      }
    }
    const InitializationReport report = initialize(g, Initialization::automatic);
    CHECK(report.used != Initialization::file);
    CHECK(solve(build_problem(g)).final_cost < 1e-9);
  }
}
