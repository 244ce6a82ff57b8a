// Pose graphs in g2o's and TORO's formats: what is read, what is written, and every complaint word for word.
#include <cmath>
#include <cstdio>
#include <random>
#include <sstream>
#include <string>

#include <doctest/doctest.h>
#include <thalweg/models/curve_fit.hpp>
#include <thalweg/models/pose_graph.hpp>

#include <support/folder.hpp>
#include "../../support/mutate.hpp"

using namespace thalweg;
using doctest::Approx;

namespace {

PoseGraph read(const std::string& text) { return parse_pose_graph(text, "f.g2o"); }

std::string complaint(const std::string& text) {
  try {
    read(text);
    return "accepted";
  } catch (const FileError& error) {
    return error.what();
  }
}

const std::string edge = "EDGE_SE2 0 1 1 0 0 1 0 0 1 0 1\n";
const std::string identity_21 = "1 0 0 0 0 0 1 0 0 0 0 1 0 0 0 1 0 0 1 0 1";
const std::string space_edge = "EDGE_SE3:QUAT 0 1 1 2 3 0 0 0 1 " + identity_21 + "\n";

/// The same numbers, whatever the names.
void check_equal(const PoseGraph& a, const PoseGraph& b) {
  CHECK(a.kind == b.kind);
  CHECK(a.poses == b.poses);
  CHECK(a.pose_ids == b.pose_ids);
  CHECK(a.pose_given == b.pose_given);
  CHECK(a.pose_fixed == b.pose_fixed);
  CHECK(a.landmarks == b.landmarks);
  CHECK(a.landmark_ids == b.landmark_ids);
  CHECK(a.landmark_given == b.landmark_given);
  CHECK(a.landmark_fixed == b.landmark_fixed);
  for (const auto edges : {&PoseGraph::edges, &PoseGraph::sightings}) {
    CHECK((a.*edges).from == (b.*edges).from);
    CHECK((a.*edges).to == (b.*edges).to);
    CHECK((a.*edges).measurement == (b.*edges).measurement);
    CHECK((a.*edges).information == (b.*edges).information);
  }
  CHECK(a.sensors == b.sensors);
  CHECK(a.sensor_ids == b.sensor_ids);
  CHECK(a.sensor_of == b.sensor_of);
}

const std::string plane_file =
    "# a comment, then the vertices in any order\n"
    "VERTEX_SE2 7 1.5 -2 0.25\r\n"
    "  VERTEX_SE2 3\t+1e-2 .5 1D-1  \n"
    "VERTEX_XY 20 4 5\n"
    "\n"
    "FIX 3 20\n"
    "ROBOT 1 2 3\n"
    "EDGE_SE2 3 7 1 2 3 4 0.1 0.2 5 0.3 6\n"
    "EDGE_SE2 7 9 1 2 3 4 0.1 0.2 5 0.3 6\n"
    "ROBOT 4\n"
    "EDGE_SE2_XY 9 20 0.5 0.6 2 0.1 3\n"
    "EDGE_SE2_XY 9 21 0.5 0.6 2 0.1 3";
const std::string further_file =
    "PARAMS_SE2OFFSET 4 0.3 -0.2 0.7\nVERTEX_XY 8 3 2.5\nVERTEX_XY 9 -2 1\n" + edge +
    "EDGE_PRIOR_SE2 1 1.2 -0.4 2.9 5 0 0 6 0 7\nEDGE_SE2_OFFSET 0 1 4 4 0.4 -0.9 1.1 5 0 0 6 0 7\n"
    "EDGE_PRIOR_SE2_XY 1 1.4 -0.6 5 0.1 6\nEDGE_PRIOR_XY 8 2.9 2.7 5 0.1 6\nEDGE_POINTXY 8 9 -4.7 -1.8 5 0.1 6\n"
    "EDGE_SE2_POINTXY_OFFSET 1 8 4 0.4 -3.1 5 0.1 6\nEDGE_BEARING_SE2_XY 1 9 -1.2 5\n";
const std::string space_file =
    "PARAMS_SE3OFFSET 4 0.1 0.2 0.3 0 0 0 1\n"
    "VERTEX_SE3:QUAT 0 1 2 3 0.6 0 0 0.8\n"
    "VERTEX_SE3:QUAT 1 1 2 3 0.6001 0 0 0.8\n"
    "VERTEX_TRACKXYZ 5 7 8 9\n" +
    space_edge + "EDGE_SE3_TRACKXYZ 1 5 4 1 2 3 2 0.1 0.2 3 0.3 4\n";

}  // namespace

TEST_CASE("pose graph files: of the plane, with landmarks and what is fixed") {
  const PoseGraph g = read(plane_file);
  CHECK(g.kind == PoseGraph::Kind::se2);
  CHECK(g.pose_ids == std::vector<std::int64_t>{3, 7, 9});
  CHECK(g.poses == std::vector<double>{1e-2, 0.5, 0.1, 1.5, -2, 0.25, 0, 0, 0});
  CHECK(g.pose_given == std::vector<char>{1, 1, 0});
  CHECK(g.pose_fixed == std::vector<char>{1, 0, 0});
  CHECK(g.landmark_ids == std::vector<std::int64_t>{20, 21});
  CHECK(g.landmark_given == std::vector<char>{1, 0});
  CHECK(g.landmark_fixed == std::vector<char>{1, 0});
  CHECK(g.edges.from == std::vector<std::int32_t>{0, 1});
  CHECK(g.edges.to == std::vector<std::int32_t>{1, 2});
  CHECK(g.edges.information == std::vector<double>{4, 0.1, 0.2, 5, 0.3, 6, 4, 0.1, 0.2, 5, 0.3, 6});
  CHECK(g.sightings.from == std::vector<std::int32_t>{2, 2});
  CHECK(g.sightings.to == std::vector<std::int32_t>{0, 1});
  CHECK(g.sightings.measurement == std::vector<double>{0.5, 0.6, 0.5, 0.6});
  CHECK(g.sightings.information == std::vector<double>{2, 0.1, 3, 2, 0.1, 3});
  REQUIRE(g.warnings.size() == 1);
  CHECK(g.warnings[0] == "2 lines left out: tag 'ROBOT' (first on line 7) is not known");
}

TEST_CASE("pose graph files: of space, with a sensor that sits elsewhere") {
  const PoseGraph g = read(space_file);
  CHECK(g.kind == PoseGraph::Kind::se3);
  CHECK(g.poses[6] == 0.8);
  CHECK(g.poses[10] == Approx(0.6001 / std::hypot(0.6001, 0.8)).epsilon(1e-15));
  CHECK(g.sensors == std::vector<double>{0.1, 0.2, 0.3, 0, 0, 0, 1});
  CHECK(g.sensor_of == std::vector<std::int32_t>{0});
  CHECK(g.sightings.information == std::vector<double>{2, 0.1, 0.2, 3, 0.3, 4});
}

TEST_CASE("pose graph files: what is written reads back as the same graph") {
  for (const std::string& text : {plane_file, space_file}) {
    const PoseGraph g = read(text);
    const std::string written = write_g2o(g);
    check_equal(read(written), g);
    CHECK(write_g2o(read(written)) == written);
    for (const auto& [compression, name] : {std::pair{Compression::gzip, "g.gz"}, {Compression::bzip2, "g.bz2"}}) {
      const test_support::Folder folder;
      const std::string path = folder.write(name, write_g2o(g, compression));
      CHECK(looks_like_pose_graph(path));
      check_equal(read_pose_graph(path), g);
    }
  }
}

TEST_CASE("pose graph files: TORO's order of information, Euler angles and whole-angle information") {
  const PoseGraph plane = read("VERTEX2 0 0 0 0\nVERTEX2 1 1 0 0.5\nEDGE2 0 1 1 2 3 11 0.12 22 33 0.13 0.23\n");
  CHECK(plane.edges.information == std::vector<double>{11, 0.12, 0.13, 22, 0.23, 33});
  const PoseGraph other =
      parse_pose_graph("EDGE2 0 1 1 2 3 11 0.12 0.13 22 0.23 33\n", "f", {.edge2 = InformationOrder::g2o});
  CHECK(other.edges.information == plane.edges.information);

  const PoseGraph space = read("VERTEX3 0 0 0 0 0 0 0\nEDGE3 0 1 1 2 3 0.1 0.2 0.3 " + identity_21 + "\n");
  const auto& q = space.edges.measurement;
  // Yaw, pitch and roll of the quaternion, by its textbook formulas.
  const double x = q[3], y = q[4], z = q[5], w = q[6];
  CHECK(std::atan2(2 * (w * x + y * z), 1 - 2 * (x * x + y * y)) == Approx(0.1).epsilon(1e-14));
  CHECK(std::asin(2 * (w * y - z * x)) == Approx(0.2).epsilon(1e-14));
  CHECK(std::atan2(2 * (w * z + x * y), 1 - 2 * (y * y + z * z)) == Approx(0.3).epsilon(1e-14));
  CHECK(space.edges.information[0] == 1.0);
  CHECK(space.edges.information[15] == 4.0);
}

TEST_CASE("pose graph files: every defect, with its place and what was expected") {
  const std::string form = "; expected EDGE_SE2 FROM TO x y θ I11 I12 I13 I22 I23 I33";
  CHECK(complaint("") ==
        "f.g2o: the file is empty; expected a pose graph: lines such as 'EDGE_SE2 FROM TO x y θ I11 I12 I13 I22 I23 "
        "I33'");
  CHECK(complaint("hello\nworld\n") ==
        "f.g2o:1: no line begins with a known tag; expected a pose graph: lines such as "
        "'EDGE_SE2 FROM TO x y θ I11 I12 I13 I22 I23 I33'");
  CHECK(complaint("VERTEX_SE2 0 0 0 0\n") ==
        "f.g2o:1: the file ends without an edge; expected at least one measurement");
  CHECK(complaint(edge + "EDGE_SE2 1 2 1 0 0 1 0 0 1 0\n") ==
        "f.g2o:2:29: the line ends after 10 of its numbers" + form);
  CHECK(complaint("EDGE_SE2 0 1 1 0 0 1 0 0 1 0 1 9\n") == "f.g2o:1:32: '9' stands behind the last number" + form);
  CHECK(complaint("EDGE_SE2 0 1 1 x 0 1 0 0 1 0 1\n") == "f.g2o:1:16: 'x' is not a number" + form);
  CHECK(complaint("EDGE_SE2 0 1 1 nan 0 1 0 0 1 0 1\n") == "f.g2o:1:16: 'nan' is not finite" + form);
  CHECK(complaint("EDGE_SE2 0 1 1 inf 0 1 0 0 1 0 1\n") == "f.g2o:1:16: 'inf' is not finite" + form);
  CHECK(complaint("EDGE_SE2 0 1 1 1e999 0 1 0 0 1 0 1\n") == "f.g2o:1:16: '1e999' is too large" + form);
  CHECK(complaint("EDGE_SE2 0 1.5 1 0 0 1 0 0 1 0 1\n") == "f.g2o:1:12: '1.5' is not a whole number" + form);
  CHECK(complaint("EDGE_SE2 0 99999999999999999999 1 0 0 1 0 0 1 0 1\n") ==
        "f.g2o:1:12: '99999999999999999999' is too large" + form);
  CHECK(complaint(edge + "EDGE_SE2 1 1 1 0 0 1 0 0 1 0 1\n") ==
        "f.g2o:2:12: the edge ties vertex 1 to itself; expected two different vertices");
  CHECK(complaint("EDGE_SE2 0 1 1 0 0 1 2 0 1 0 1\n") ==
        "f.g2o:1:30: the information matrix is indefinite; expected a positive semidefinite one, or --indefinite clip, "
        "diagonal or skip");
  CHECK(complaint("EDGE_SE2 0 1 1 0 0 1 0 0 1 0 -1\n") ==
        "f.g2o:1:30: the information matrix is indefinite; expected a positive semidefinite one, or --indefinite clip, "
        "diagonal or skip");
  CHECK(complaint("EDGE2 0 1 1 0 0 45 0 0 45 0 400\n") ==
        "f.g2o:1:29: the information matrix is indefinite; expected a positive semidefinite one, or --indefinite clip, "
        "diagonal or skip; some EDGE2 files "
        "have g2o's order, 11 12 13 22 23 33, or in it iSAM's roots");
  CHECK(complaint("VERTEX_SE2 0 0 0 0\nVERTEX_SE2 1 0 0 0\nVERTEX_SE2 0 1 0 0\n" + edge) ==
        "f.g2o:3: vertex 0 is there already, on line 1; expected each id once");
  CHECK(complaint("VERTEX_SE3:QUAT 0 0 0 0 0 0 0 2\n" + space_edge) ==
        "f.g2o:1:31: the quaternion's length is 2; expected a length of 1, within 1 %");
  CHECK(complaint("EDGE_SE3:QUAT 0 1 1 2 3 0 0 0 0 " + identity_21) ==
        "f.g2o:1:31: the quaternion's length is 0; expected a length of 1, within 1 %");
  CHECK(complaint(edge + space_edge) ==
        "f.g2o:2:1: 'EDGE_SE3:QUAT' in a graph of the plane; expected vertices and edges of the plane, or of space, "
        "not both");
  CHECK(complaint(space_edge + edge) ==
        "f.g2o:2:1: 'EDGE_SE2' in a graph of space; expected vertices and edges of the plane, or of space, not both");
  CHECK(complaint(edge + "EDGE_SE2 2 3 1 0 0 1 0 0 1 0 1\n") ==
        "f.g2o:2: vertex 2 is not connected to the first pose; expected edges that tie all vertices together, or FIX "
        "for one "
        "of each piece");
  CHECK(complaint("VERTEX_SE2 0 0 0 0\nVERTEX_SE2 5 0 0 0\n" + edge)
            .starts_with("f.g2o:2: vertex 5 is not connected to the first pose"));
  CHECK(complaint("VERTEX_XY 5 0 0\n" + edge).starts_with("f.g2o:1: vertex 5 is not connected to the first pose"));
  CHECK(complaint("FIX 1\n" + edge + "EDGE_SE2 2 3 1 0 0 1 0 0 1 0 1\n")
            .starts_with("f.g2o:3: vertex 2 is not connected to a fixed vertex"));
  CHECK(complaint(edge + "FIX 8\n") == "f.g2o:2: vertex 8 is fixed, and not there; expected the id of a vertex");
  CHECK(complaint(edge + "FIX\n") == "f.g2o:2:4: the line ends after 0 of its numbers; expected FIX ID ...");
  // Fixed twice is fixed once.
  CHECK(read(edge + "FIX 1 1\n").pose_fixed == read(edge + "FIX 1\n").pose_fixed);
  CHECK(complaint("VERTEX_SE2 0 0 0 0\n" + edge + "FIX 0 1\n") ==
        "f.g2o:3: vertex 1 is fixed, and has no line of its own to say where; expected a vertex line");
  CHECK(complaint(edge + "EDGE_SE2_XY 0 1 0 0 1 0 1\n") ==
        "f.g2o:2: vertex 1 is a pose and a landmark, see line 1; expected an id for each vertex");
  CHECK(complaint(space_edge + "EDGE_SE3_TRACKXYZ 1 5 4 1 2 3 2 0 0 3 0 4\n") ==
        "f.g2o:2: sensor 4 is not there; expected a line PARAMS_SE3OFFSET with that id");
  CHECK(complaint("PARAMS_SE3OFFSET 1 0 0 0 0 0 0 1\nPARAMS_SE3OFFSET 1 0 0 0 0 0 0 1\n" + space_edge) ==
        "f.g2o:2: sensor 1 is there already; expected each id once");
}

TEST_CASE("pose graph files: two pieces are a graph when each has something fixed") {
  const PoseGraph g =
      read("VERTEX_SE2 1 0 0 0\nVERTEX_SE2 2 9 9 0\nFIX 1\nFIX 2\n" + edge + "EDGE_SE2 2 3 1 0 0 1 0 0 1 0 1\n");
  CHECK(g.pose_fixed == std::vector<char>{0, 1, 1, 0});
  CHECK(gauge_pose(g) == -1);
  CHECK(gauge_pose(read(edge)) == 0);
}

TEST_CASE("pose graph files: far and negative ids, a line longer than the buffer, no line end") {
  const PoseGraph g = read("EDGE_SE2 -9000000000000000000 9000000000000000000 1 0 0 1 0 0 1 0 1");
  CHECK(g.pose_ids == std::vector<std::int64_t>{-9000000000000000000, 9000000000000000000});
  std::string wide = edge;
  wide.insert(9, std::string(1 << 19, ' '));
  CHECK(read(wide).edges.count() == 1);
}

TEST_CASE("pose graph files: what is no file, or damaged") {
  CHECK_THROWS_WITH_AS(
      read_pose_graph("/nowhere.g2o"),
      doctest::Contains("/nowhere.g2o: cannot be opened: No such file or directory; expected a pose graph"), FileError);
  CHECK_THROWS_AS(read_pose_graph("/"), FileError);
  CHECK_FALSE(looks_like_pose_graph("/nowhere.txt"));
  CHECK_FALSE(looks_like_pose_graph("/"));
  const test_support::Folder folder;
  const std::string whole = write_g2o(generate_pose_graph({.poses = 200}), Compression::gzip);
  const std::string path = folder.write("cut.g2o.gz", whole.substr(0, whole.size() / 2));
  CHECK_THROWS_WITH_AS(read_pose_graph(path), doctest::Contains("the gzip data is damaged or cut short"), FileError);
}

TEST_CASE("pose graph files: thousands of mutated files are read or refused, never worse") {
  std::mt19937 random(17);
  int accepted = 0;
  for (int i = 0; i < 6000; ++i) {
    const std::string text = test_support::mutate(i % 3 == 0   ? plane_file
                                                  : i % 3 == 1 ? space_file
                                                               : further_file,
                                                  random, " \n\t0123456789.-+eE#EDGVRTX_FIXna\xc3", 4, 40);
    try {
      PoseGraph g = read(text);
      ++accepted;
      // Whatever is read can be written, read again and have a cost.
      const PoseGraph again = read(write_g2o(g));
      CHECK(again.edges.count() == g.edges.count());
      CHECK(again.further.size() == g.further.size());
      static_cast<void>(pose_graph_cost(g));
    } catch (const FileError& error) {
      CHECK(error.line >= 0);
    }
  }
  CHECK(accepted > 100);
  CHECK(accepted < 5000);
}
