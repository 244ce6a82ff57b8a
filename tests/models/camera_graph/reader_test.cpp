// Camera graphs in g2o's format: what is read, what is written, and every complaint word for word.
#include <cmath>
#include <random>
#include <string>
#include <vector>

#include <doctest/doctest.h>
#include <thalweg/io/file_error.hpp>
#include <thalweg/minimize/solve.hpp>
#include <thalweg/models/camera_graph.hpp>

#include <support/folder.hpp>
#include "../../support/mutate.hpp"

using namespace thalweg;
using doctest::Approx;

namespace {

CameraGraph read(const std::string& text, const GraphReading& how = {}) {
  return parse_camera_graph(text, "f.g2o", how);
}

std::string complaint(const std::string& text, const GraphReading& how = {}) {
  try {
    read(text, how);
  } catch (const FileError& error) {
    return error.what();
  }
  return "accepted";
}

const std::string unit_21 = " 1 0 0 0 0 0 1 0 0 0 0 1 0 0 0 1 0 0 1 0 1\n";
const std::string unit_28 = " 1 0 0 0 0 0 0 1 0 0 0 0 0 1 0 0 0 0 1 0 0 0 1 0 0 1 0 1\n";
const std::string poses =
    "PARAMS_CAMERAPARAMETERS 7 480 310 250 0.12\n"
    "VERTEX_SE3:EXPMAP 3 0.1 0 0 0 0 0 1\n"
    "VERTEX_SE3:EXPMAP 1 0 0 0 0 0 0 1\n"
    "VERTEX_XYZ 9 0 0 5\nVERTEX_XYZ 8 1 0 5\nFIX 1\n";
const std::string poses_file = poses + "EDGE_SE3:EXPMAP 1 3 0.1 0 0 0 0 0 1" + unit_21 +
                               "EDGE_PROJECT_XYZ2UV:EXPMAP 8 1 7 330 260 5 0.1 6\n"
                               "EDGE_PROJECT_XYZ2UVU:EXPMAP 9 3 7 300 250 290 5 0.1 0.2 6 0.3 7\n"
                               "EDGE_SE3_PROJECT_XYZ:EXPMAP 8 3 340 240 5 0.1 6 500 510 320 240 # as ORB-SLAM has it\n";
const std::string cameras_file =
    "VERTEX_CAM 0 0.1 0.2 0.3 0.6 0 0 0.8 500 510 320 240 0.1\n"
    "VERTEX_CAM 1 1.5 -0.7 0.4 0 0.28 0 0.96 490 480 310 250 0.2\n"
    "VERTEX_TRACKXYZ 8 1 2 9\nVERTEX_TRACKXYZ 9 -1 0.5 7\n"
    "EDGE_CAM 0 1 1.2 -0.4 0.2 0.6 0 0.64 0.48" +
    unit_21 + "EDGE_PROJECT_P2MC 8 0 330 260 5 0.1 6\nEDGE_PROJECT_P2SC 9 1 300 250 290 5 0.1 0.2 6 0.3 7\n";
const std::string similarities_file =
    "VERTEX_SIM3:EXPMAP 3 0.1 -0.2 0.3 1 2 3 0.4 500 510 320 240\n"
    "VERTEX_SIM3:EXPMAP 5 -0.5 1.2 0.7 2 -1 0.5 -0.3 490 480 310 250\n"
    "EDGE_SIM3:EXPMAP 3 5 -0.4 1.1 0.3 0.3 -1.9 -2.1 -0.5" +
    unit_28;

std::string field(const std::string& name) { return std::string(THALWEG_SOURCE_DIR) + "/tests/field/graphs/" + name; }

}  // namespace

TEST_CASE("camera graph files: poses, and intrinsics from parameters or from the line") {
  const CameraGraph g = read(poses_file);
  CHECK(g.kind == CameraGraph::Kind::poses);
  CHECK(g.pose_ids == std::vector<std::int64_t>{1, 3});
  CHECK(g.poses == std::vector<double>{0, 0, 0, 0, 0, 0, 1, 0.1, 0, 0, 0, 0, 0, 1});
  CHECK(g.pose_fixed == std::vector<char>{1, 0});
  CHECK(g.point_ids == std::vector<std::int64_t>{8, 9});
  CHECK(g.points == std::vector<double>{1, 0, 5, 0, 0, 5});
  CHECK(gauge_pose(g) == -1);
  REQUIRE(g.observations.size() == 3);
  CHECK(g.observations[0].camera == std::array<double, 5>{480, 480, 310, 250, 0.12});
  CHECK(g.observations[1].stereo);
  CHECK(g.observations[1].pose == 1);
  CHECK(g.observations[1].point == 1);
  CHECK(g.observations[1].z == std::array<double, 3>{300, 250, 290});
  CHECK(g.observations[2].intrinsics == -1);
  CHECK(g.observations[2].camera == std::array<double, 5>{500, 510, 320, 240, 0});
  REQUIRE(g.edges.size() == 1);
  CHECK(g.edges[0].z == std::array<double, 7>{0.1, 0, 0, 0, 0, 0, 1});
}

TEST_CASE("camera graph files: a camera that a point stands before, and one behind it") {
  CameraGraph g =
      read("VERTEX_CAM 0 0 0 0 0 0 0 1 500 500 320 240 0\nVERTEX_XYZ 1 0 0 5\nEDGE_PROJECT_P2MC 1 0 323 244 1 0 1\n");
  CHECK(count_behind(g) == 0);
  CHECK(reprojection_distances(g) == std::vector<double>{5.0});
  g.points[2] = -5.0;
  CHECK(count_behind(g) == 1);
}

TEST_CASE("camera graph files: what the measurements leave undetermined") {
  CHECK(undetermined(read(similarities_file)).empty());
  const std::string loose =
      "VERTEX_CAM 0 0 0 0 0 0 0 1 500 500 320 240 0\nVERTEX_CAM 1 0.1 0 0 0 0 0 1 500 500 320 240 0\n"
      "VERTEX_XYZ 2 0 0 5\nVERTEX_XYZ 3 0 1 5\nVERTEX_XYZ 4 0 0 1\n"
      "EDGE_PROJECT_P2MC 2 0 320 240 1 0 1\nEDGE_PROJECT_P2MC 3 1 315 240 1 0 1\n";
  CHECK(undetermined(read(loose)) ==
        std::vector<std::string>{"1 vertex is measured by nothing: it stays where it is",
                                 "2 points are seen once, by one camera: how far from it is undetermined",
                                 "the graph falls into 2 pieces that no measurement ties together: where those are in "
                                 "which nothing is held is undetermined"});
  const CameraGraph g = read(loose);
  REQUIRE(gauge_directions(g).size() == 1);
  // No projection moves along the scale.
  Problem problem = build_problem(g);
  std::vector<double> step = gauge_directions(g)[0].direction, x = problem.start();
  for (double& d : step) d *= 1e-4;
  problem.retract_curved(step, x);
  for (std::size_t k = g.poses.size(); k < x.size(); ++k) x[k] += step[k];
  const auto before = reprojection_distances(g), after = reprojection_distances(with_solution(g, x));
  for (std::size_t i = 0; i < before.size(); ++i) CHECK(after[i] == Approx(before[i]).epsilon(1e-7));
  CHECK(gauge_directions(read(loose + "FIX 1\n")).empty());
}

TEST_CASE("camera graph files: what is written reads back as the same graph, in the same tags") {
  for (const std::string& text : {poses_file, cameras_file}) {
    const CameraGraph g = read(text), again = read(write_camera_graph(g));
    CHECK(write_camera_graph(again) == write_camera_graph(g));
    CHECK(again.poses == g.poses);
    CHECK(again.points == g.points);
    CHECK(again.point_tag == g.point_tag);
    CHECK(again.pose_fixed == g.pose_fixed);
    for (std::size_t i = 0; i < g.observations.size(); ++i) {
      CHECK(again.observations[i].camera == g.observations[i].camera);
      CHECK(again.observations[i].z == g.observations[i].z);
      CHECK(again.observations[i].information == g.observations[i].information);
    }
    CHECK(again.edges[0].information == g.edges[0].information);
  }
  const CameraGraph g = read(similarities_file), again = read(write_camera_graph(g));
  CHECK(again.poses == g.poses);
  CameraGraph moved = g;
  for (std::size_t k = 0; k < 3; ++k) moved.poses[k] += 0.1;
  const CameraGraph back = read(write_camera_graph(moved));
  for (std::size_t k = 0; k < g.poses.size(); ++k) CHECK(back.poses[k] == Approx(moved.poses[k]).epsilon(1e-14));
  CHECK(again.edges[0].z == g.edges[0].z);
  CHECK(again.intrinsics == g.intrinsics);
}

TEST_CASE("camera graph files: cases from the field") {
  CHECK(looks_like_camera_graph(field("orbslam_edge.g2o")));
  CHECK(looks_like_camera_graph(field("cam_p2mc.g2o")));
  CHECK(looks_like_camera_graph(field("sim3.g2o")));
  CHECK_FALSE(looks_like_camera_graph(field("all_fixed.g2o")));
  for (const std::string name : {"orbslam_edge.g2o", "cam_p2mc.g2o", "sim3.g2o"}) {
    const Result result = solve(build_problem(read_camera_graph(field(name))));
    CHECK(result.converged());
    CHECK(result.final_cost < 1e-20);
  }
}

TEST_CASE("camera graph files: told from pose graphs by the first line that only one of them has") {
  const test_support::Folder folder;
  std::string points;
  for (int i = 0; i < 500; ++i) points += "VERTEX_TRACKXYZ " + std::to_string(i) + " 1 2 3\n";
  CHECK(looks_like_camera_graph(folder.write("a", points + "VERTEX_SE3:EXPMAP 900 0 0 0 0 0 0 1\n")));
  CHECK_FALSE(looks_like_camera_graph(folder.write("b", points + "VERTEX_SE3:QUAT 900 0 0 0 0 0 0 1\n")));
  CHECK_FALSE(looks_like_camera_graph(folder.write("c", "a table\n1 2 3\n")));
  CHECK_FALSE(looks_like_camera_graph(folder.write("d", "")));
  CHECK(looks_like_camera_graph(folder.write("e", "# cameras\n\nFIX 3\n" + cameras_file)));
  CHECK(looks_like_camera_graph(folder.write("f", write_camera_graph(read(poses_file), Compression::bzip2))));
}

TEST_CASE("camera graph files: complaints, word for word") {
  const std::string two = "VERTEX_SE3:EXPMAP 0 0 0 0 0 0 0 1\nVERTEX_SE3:EXPMAP 1 0 0 0 0 0 0 1\n";
  const std::pair<std::string, std::string> cases[] = {
      {"",
       "f.g2o: the file ends without a measurement; expected a camera graph: lines such as "
       "'EDGE_SE3_PROJECT_XYZ:EXPMAP POINT POSE u v I11 I12 I22 fx fy cx cy'"},
      {two + "VERTEX_CAM 2 0 0 0 0 0 0 1 1 1 0 0 0\n",
       "f.g2o:3:1: 'VERTEX_CAM' in a graph of 'VERTEX_SE3:EXPMAP'; expected poses (SE3:EXPMAP), cameras (VERTEX_CAM) "
       "or "
       "similarities (SIM3:EXPMAP), one of them in a file"},
      {two + "VERTEX_SE3:QUAT 2 0 0 0 0 0 0 1\n",
       "f.g2o:3:1: 'VERTEX_SE3:QUAT' belongs to a pose graph; expected lines of cameras, points and what was measured "
       "between them alone"},
      {"VERTEX_SE3:EXPMAP 0 0 0 0 0 0 0 0.9\n",
       "f.g2o:1:33: the quaternion's length is 0.9; expected a length of 1, within 1 %"},
      {"VERTEX_SE3:EXPMAP 0 0 0 0 0 0 0\n",
       "f.g2o:1:32: the line ends after 7 of its numbers; expected VERTEX_SE3:EXPMAP ID x y z qx qy qz qw"},
      {"VERTEX_CAM 0 0 0 0 0 0 0 1\n",
       "f.g2o:1:27: the line ends after 8 of its numbers; expected VERTEX_CAM ID x y z qx qy qz qw fx fy cx cy "
       "baseline"},
      {"VERTEX_SIM3:EXPMAP 0 0 0 0 0 0 0 1e3 1 1 0 0\n",
       "f.g2o:1:34: the logarithm of the scale is 1000; expected 100 at most"},
      {"VERTEX_SIM3:EXPMAP 0 99 99 0 0 0 0 0 1 1 0 0\n",
       "f.g2o:1:36: the rotation vector is too long; expected at most 100 radians"},
      {two + "VERTEX_SE3:EXPMAP 1 0 0 0 0 0 0 1\nEDGE_SE3:EXPMAP 0 1 0 0 0 0 0 0 1" + unit_21,
       "f.g2o:3: vertex 1 is there already, on line 2; expected each id once"},
      {two + "VERTEX_XYZ 1 0 0 0\nEDGE_SE3:EXPMAP 0 1 0 0 0 0 0 0 1" + unit_21,
       "f.g2o:3: vertex 1 is a pose and a point, see line 2; expected an id for each vertex"},
      {two + "EDGE_SE3:EXPMAP 0 2 0 0 0 0 0 0 1" + unit_21,
       "f.g2o:3: vertex 2 has no line that says where it begins; expected a line VERTEX_SE3:EXPMAP"},
      {two + "VERTEX_LINE 2 1 2\nEDGE_SE3:EXPMAP 0 2 0 0 0 0 0 0 1" + unit_21,
       "f.g2o:3: vertex 2 has the tag 'VERTEX_LINE', which is not known, and is measured on line 4; expected a line "
       "VERTEX_SE3:EXPMAP"},
      {two + "EDGE_SE3:EXPMAP 0 0 0 0 0 0 0 0 1" + unit_21,
       "f.g2o:3:19: the edge ties vertex 0 to itself; expected two different vertices"},
      {two + "EDGE_SE3_PROJECT_XYZ:EXPMAP 5 0 1 2 1 0 1 500 500 320 240\n",
       "f.g2o:3: vertex 5 has no line that says where it begins; expected a line VERTEX_XYZ"},
      {two + "VERTEX_XYZ 5 0 0 1\nEDGE_SE3_PROJECT_XYZ:EXPMAP 5 0 1 2 1 0 1\n",
       "f.g2o:4:42: the line ends after 7 of its numbers; expected EDGE_SE3_PROJECT_XYZ:EXPMAP POINT POSE u v I11 I12 "
       "I22 fx fy cx cy"},
      {two + "VERTEX_XYZ 5 0 0 1\nEDGE_PROJECT_XYZ2UV:EXPMAP 5 0 3 1 2 1 0 1\n",
       "f.g2o:4: parameters 3 are not there; expected a line PARAMS_CAMERAPARAMETERS with that id"},
      {"PARAMS_CAMERAPARAMETERS 3 1 0 0 0\nPARAMS_CAMERAPARAMETERS 3 1 0 0 0\n" + two +
           "EDGE_SE3:EXPMAP 0 1 0 0 0 0 0 0 1" + unit_21,
       "f.g2o:2: parameters 3 are there already; expected each id once"},
      {poses + "EDGE_PROJECT_XYZ2UV:EXPMAP 8 1 7 330 260 5 0.1 6 4\n",
       "f.g2o:7:50: '4' stands behind the last number; expected EDGE_PROJECT_XYZ2UV:EXPMAP POINT POSE PARAMETERS u v "
       "I11 "
       "I12 I22"},
      {poses + "EDGE_PROJECT_XYZ2UV:EXPMAP 8 1 7 330 260 1 2 1\n",
       "f.g2o:7:46: the information matrix is indefinite; expected a positive semidefinite one, or --indefinite clip, "
       "diagonal or skip"},
      {poses + "EDGE_PROJECT_XYZ2UV:EXPMAP 8 1 7 330 260 1e200 0 1\n",
       "f.g2o:7:50: the information is too large; expected numbers up to 1e+150"},
      {poses + "EDGE_PROJECT_XYZ2UV:EXPMAP 8 1 7 330 nan 1 0 1\n",
       "f.g2o:7:38: 'nan' is not finite; expected EDGE_PROJECT_XYZ2UV:EXPMAP POINT POSE PARAMETERS u v I11 I12 I22"},
      {poses_file + "FIX 99\n", "f.g2o:11: vertex 99 is fixed, and not there; expected the id of a vertex"},
      {poses_file + "FIX 1 3 8 9\n", "f.g2o:11: every vertex is fixed; expected at least one that moves"},
      {poses_file + "EDGE_STEREO_SE3_PROJECT_XYZ:EXPMAP 8 3 1 2 3 1 0 0 1 0 1\n",
       "f.g2o:11: 1 line with the tag 'EDGE_STEREO_SE3_PROJECT_XYZ:EXPMAP' (first on line 11): a tag that is not "
       "known, "
       "and may be a measurement; expected known tags, in capitals, or --ignore-unknown to leave these lines out"},
  };
  for (const auto& [text, expected] : cases) CHECK(complaint(text) == expected);
}

TEST_CASE("camera graph files: indefinite information and unknown lines as asked") {
  const std::string bad = "EDGE_PROJECT_XYZ2UV:EXPMAP 8 1 7 330 260 1 2 1\n";
  const CameraGraph skipped = read(poses_file + bad, {.indefinite = Indefinite::skip});
  CHECK(skipped.observations.size() == 3);
  CHECK(skipped.warnings ==
        std::vector<std::string>{"1 measurement with indefinite information (first on line 11): left out"});
  CHECK(read(poses_file + bad, {.indefinite = Indefinite::clip}).observations.size() == 4);
  CHECK(read(poses_file + "EDGE_FOO 1\n", {.ignore_unknown = true}).warnings.size() == 1);
}

TEST_CASE("camera graph files: thousands of mutated files are read or refused, never worse") {
  std::mt19937 random(23);
  int accepted = 0;
  for (int i = 0; i < 6000; ++i) {
    const std::string& file = i % 3 == 0 ? poses_file : i % 3 == 1 ? cameras_file : similarities_file;
    const std::string text = test_support::mutate(file, random, " \n\t0123456789.-+eE#EDGVRTX_FIXnaCAMSP:\xc3", 4, 40);
    try {
      const CameraGraph g = read(text);
      ++accepted;
      // Whatever is read can be written, read again, and made a problem.
      const CameraGraph again = read(write_camera_graph(g));
      CHECK(again.edges.size() == g.edges.size());
      CHECK(again.observations.size() == g.observations.size());
      static_cast<void>(build_problem(g));
      static_cast<void>(count_behind(g));
    } catch (const FileError& error) {
      CHECK(error.line >= 0);
    }
  }
  CHECK(accepted > 100);
  CHECK(accepted < 5000);
}
