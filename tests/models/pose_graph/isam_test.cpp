// iSAM's lines: square roots of information, and landmarks counted apart.
#include <cmath>
#include <random>
#include <string>

#include <doctest/doctest.h>
#include <Eigen/Geometry>
#include <thalweg/io/file_error.hpp>
#include <thalweg/minimize/solve.hpp>
#include <thalweg/models/pose_graph.hpp>

#include "../../support/mutate.hpp"
#include "complaint.hpp"
#include "models/pose_graph/information.hpp"
#include "models/pose_graph/pose_algebra.hpp"

using namespace thalweg;
using doctest::Approx;
using graph::Pose2;
using graph::Pose3;

namespace {

PoseGraph read(const std::string& text, const GraphReading& how = {}) { return graph_test::read(text, how, "f.txt"); }
std::string complaint(const std::string& text, const GraphReading& how = {}) {
  return graph_test::complaint(text, how, "f.txt");
}

const std::string plane_file =
    "ODOMETRY 0 1 1 0.2 0.9 10 1 2 11 3 12\n"
    "ODOMETRY 1 2 1.1 -0.1 -1.4 10 1 2 11 3 12\n"
    "EDGE2 0 2 1.3 1.1 -0.4 9 0 1 8 2 7\n"
    "LANDMARK 0 0 2 2 3 0.5 4\n"
    "LANDMARK 2 0 -1.5 0.3 3 0.5 4\n"
    "LANDMARK 2 1 1 1 3 0 3\n";
const std::string space_file =
    "POINT3 0 4 1 2 3 3 0.1 0.2 4 0.3 5\n"
    "EDGE3 0 1 1 2 3 0.05 -0.04 0.9 10 0 0 0 0 0 11 0 0 0 0 12 0 0 0 6 0 0 7 0 8\n"
    "EDGE3 1 2 1 2 3 0.05 -0.04 0.9\n"
    "POINT3 1 4 1 1 1\n"
    "POSE3D_INIT 0 0 0 0 0 0 0.1\n"
    "SOLVE\n";

/// iSAM's error of an edge of the plane: the relative pose predicted, less the one measured, component by component.
double odometry_cost(const Pose2& a, const Pose2& b, const Pose2& z, const Eigen::Matrix3d& S) {
  const Pose2 between = a.inverse() * b;
  const Eigen::Vector3d e(between.t[0] - z.t[0], between.t[1] - z.t[1], graph::wrapped(between.angle - z.angle));
  return 0.5 * (S * e).squaredNorm();
}

}  // namespace

TEST_CASE("iSAM's odometry has iSAM's cost, whatever the weights") {
  std::mt19937_64 random(3);
  std::uniform_real_distribution<double> within(-3.0, 3.0);
  for (int i = 0; i < 50; ++i) {
    double v[15];
    for (double& x : v) x = within(random);
    const Pose2 a{{v[0], v[1]}, v[2]}, b{{v[3], v[4]}, v[5]}, z{{v[6], v[7]}, v[8]};
    Eigen::Matrix3d S;
    S << v[9], v[10], v[11], 0.0, v[12], v[13], 0.0, 0.0, v[14];
    PoseGraph g = read(fmt::format("ODOMETRY 0 1 {} {} {} {} {} {} {} {} {}\n", v[6], v[7], v[8], v[9], v[10], v[11],
                                   v[12], v[13], v[14]));
    a.store(g.poses.data());
    b.store(g.poses.data() + 3);
    CHECK(pose_graph_cost(g) == Approx(odometry_cost(a, b, z, S)).epsilon(1e-10));
  }
}

TEST_CASE("iSAM's points have roots for weights, and those of poses are for half angles here") {
  const PoseGraph plane = read(plane_file);
  CHECK(plane.sightings.information[0] == 9.0);
  CHECK(plane.sightings.information[1] == 1.5);
  CHECK(plane.sightings.information[2] == 16.25);
  const PoseGraph g = read(space_file);
  CHECK(g.sightings.information[0] == Approx(9.0));
  CHECK(g.sightings.information[6] == 1.0);
  const double* const I = g.edges.information.data();
  for (const auto& [k, s] : {std::pair{3, 6.0}, {4, 7.0}, {5, 8.0}})
    CHECK(I[graph::place(6, k, k)] == Approx(4.0 * s * s));
  // The place's error is turned back by the measured rotation.
  Eigen::Matrix3d place;
  for (int i = 0; i < 3; ++i)
    for (int j = i; j < 3; ++j) place(i, j) = place(j, i) = I[graph::place(6, i, j)];
  const Eigen::Matrix3d R = Pose3::load(g.edges.measurement.data()).rotation();
  CHECK((R * place * R.transpose() - Eigen::Vector3d(100, 121, 144).asDiagonal().toDenseMatrix()).norm() < 1e-11);
  // No weights: 1 for each component of the place, 1 for each whole angle.
  CHECK(g.edges.information[21] == 1.0);
  CHECK(g.edges.information[21 + graph::place(6, 4, 4)] == 4.0);
  CHECK(g.pose_given == std::vector<char>{1, 0, 0});
}

TEST_CASE("iSAM counts landmarks apart from poses") {
  const PoseGraph g = read(plane_file);
  CHECK(g.pose_ids == std::vector<std::int64_t>{0, 1, 2});
  CHECK(g.landmark_ids == std::vector<std::int64_t>{3, 4});
  CHECK(g.warnings == std::vector<std::string>{
                          "poses and landmarks share ids, which iSAM counts apart: landmark 0 is 3 here, and so on"});
  const PoseGraph again = read(write_g2o(g));
  CHECK(again.landmark_ids == g.landmark_ids);
  CHECK(again.sightings.information == g.sightings.information);
  CHECK(read("ODOMETRY 0 1 1 0 0 1 0 0 1 0 1\nLANDMARK 0 7 1 1 1 0 1\n").warnings.empty());
  CHECK(read(space_file).sensor_of == std::vector<std::int32_t>{0, 0});
  CHECK(read("PARAMS_SE3OFFSET 0 1 0 0 0 0 0 1\n" + space_file).sensor_ids == std::vector<std::int64_t>{0, 1});
  CHECK(complaint(fmt::format("ODOMETRY 0 1 1 0 0 1 0 0 1 0 1\nLANDMARK 0 1 1 1 1 0 1\nLANDMARK 0 {} 1 1 1 0 1\n",
                              9223372036854775807LL))
            .find("ids of less than 18 digits") != std::string::npos);
}

TEST_CASE("EDGE2 and EDGE3 are TORO's or iSAM's, never both in one file") {
  const std::string edge2 = "EDGE2 0 1 1 0 0 3 0 0 4 0 5\n", landmark = "LANDMARK 0 7 1 1 1 0 1\n";
  CHECK(read(landmark + edge2).edges.information == std::vector<double>{9, 0, 0, 16, 0, 25});
  CHECK(read(edge2 + landmark, {.edge2 = InformationOrder::isam}).edges.information ==
        std::vector<double>{9, 0, 0, 16, 0, 25});
  CHECK(read(edge2, {.edge2 = InformationOrder::isam}).edges.information == std::vector<double>{9, 0, 0, 16, 0, 25});
  CHECK(read(edge2 + landmark, {.edge2 = InformationOrder::g2o}).edges.information ==
        std::vector<double>{3, 0, 0, 4, 0, 5});
  CHECK(
      complaint("EDGE2 0 1 1 0 0 3 0 4 5 0 0\n" + landmark) ==
      "f.txt:2:1: 'LANDMARK' is iSAM's, where EDGE2 and EDGE3 have square roots of information, and line 1 was read as "
      "TORO's, with information; expected --information-order isam, or toro, to say which it is");
  CHECK(complaint("ODOMETRY 0 1 1 0 0 1 0 0 1 0\n") ==
        "f.txt:1:29: the line ends after 10 of its numbers; expected ODOMETRY FROM TO x y θ S11 S12 S13 S22 S23 S33");
  CHECK(complaint("ODOMETRY 0 1 1 0 0 1e100 0 0 1 0 1\n").find("the information is too large") != std::string::npos);
  CHECK(complaint("ODOMETRY 0 1 1 0 0 1 0 0 1 0 1\nPOINT3 0 1 1 1 1\n") ==
        "f.txt:2:1: 'POINT3' in a graph of the plane; expected vertices and edges of the plane, or of space, not both");
}

TEST_CASE("iSAM's graphs begin by composing their odometry, and are solved") {
  for (const std::string& text : {plane_file, space_file.substr(0, space_file.find("POSE3D_INIT"))}) {
    PoseGraph g = read(text);
    initialize(g, Initialization::automatic);
    CHECK(solve(build_problem(g)).converged());
  }
}

TEST_CASE("iSAM's files: thousands of mutated ones are read or refused, never worse") {
  std::mt19937 random(29);
  int accepted = 0;
  for (int i = 0; i < 6000; ++i) {
    const std::string text = test_support::mutate(i % 2 == 0 ? plane_file : space_file, random,
                                                  " \n\t0123456789.-+eE#EDGPOINT3LAMRKna\xc3", 4, 40);
    try {
      const PoseGraph g = read(text), again = read(write_g2o(g));
      ++accepted;
      CHECK(again.edges.count() == g.edges.count());
      CHECK(again.sightings.count() == g.sightings.count());
      static_cast<void>(pose_graph_cost(g));
    } catch (const FileError& error) {
      CHECK(error.line >= 0);
    }
  }
  CHECK(accepted > 100);
  CHECK(accepted < 5000);
}

TEST_CASE("small graphs have second derivatives, whichever items are differenced") {
  // The table of an edge's group is made of all poses, those behind the edge at hand included.
  PoseGraph g = read(plane_file);
  initialize(g, Initialization::automatic);
  const Result newton = solve(build_problem(g), {.method = Method::newton}), other = solve(build_problem(g));
  CHECK(newton.converged());
  CHECK(newton.final_cost == Approx(other.final_cost).epsilon(1e-9));
}
