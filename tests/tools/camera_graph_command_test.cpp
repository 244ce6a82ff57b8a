// Camera graphs on the command line: solved, written back in the same tags, looked at; what does not go with them.
#include <string>

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include "run.hpp"

using command_test::contains;
using command_test::Folder;
using command_test::Outcome;
using command_test::read;
using command_test::run;
using nlohmann::json;

namespace {

const std::string field = std::string(THALWEG_SOURCE_DIR) + "/tests/field/graphs/";

const std::string cameras =
    "VERTEX_CAM 0 0 0 0 0 0 0 1 500 500 320 240 0\nVERTEX_CAM 1 0.1 0 0 0 0 0 1 500 500 320 240 0\n"
    "VERTEX_XYZ 2 0.01 0 5.1\nVERTEX_XYZ 3 1 -1 6\nVERTEX_XYZ 4 -1 1 7\nFIX 0 1\n"
    "EDGE_PROJECT_P2MC 2 0 320 240 1 0 1\nEDGE_PROJECT_P2MC 2 1 310 240 1 0 1\n"
    "EDGE_PROJECT_P2MC 3 0 403 157 1 0 1\nEDGE_PROJECT_P2MC 3 1 395 157 1 0 1\n"
    "EDGE_PROJECT_P2MC 4 0 249 311 1 0 1\nEDGE_PROJECT_P2MC 4 1 242 311 1 0 1\n";

}  // namespace

TEST_CASE("thalweg solves camera graphs, and writes them back in their own tags") {
  const Folder folder;
  for (const std::string name : {"orbslam_edge", "cam_p2mc", "sim3"}) {
    const Outcome o = run("solve " + field + name + ".g2o --output o.g2o --json -", folder.path());
    CHECK(o.code == 0);
    const json d = json::parse(o.out);
    CHECK(d["status"] == "converged");
    CHECK(d["problem"]["kind"] == "camera graph");
    CHECK(d["camera_graph"]["poses"] == 2);
    CHECK(d["camera_graph"]["held"] == "pose 0, since the file fixes nothing");
    const json again = json::parse(run("solve o.g2o --json -", folder.path()).out);
    CHECK(again["initial_cost"].get<double>() < 1e-18);
  }
  folder.write("c.g2o", cameras);
  const Outcome o = run("solve c.g2o --loss huber:1 --output o.g2o --report page.html", folder.path());
  CHECK(o.code == 0);
  CHECK(contains(o.out, "2 cameras, 3 points, 6 observations"));
  CHECK(contains(o.out, "2 poses and 0 points that the file fixes"));
  CHECK(contains(read(folder.path() / "o.g2o"), "VERTEX_CAM 1 0.1 0 0 0 0 0 1 500 500 320 240 0\n"));
  CHECK(contains(read(folder.path() / "page.html"), "reprojection"));
}

TEST_CASE("thalweg looks at camera graphs, and refuses what does not go with them") {
  const Folder folder;
  folder.write("c.g2o", cameras);
  const Outcome looked = run("check c.g2o", folder.path());
  CHECK(looked.code == 0);
  CHECK(contains(looked.out, "2 cameras, 3 points, 6 observations, 0 edges; held: 2 poses and 0 points"));
  CHECK(contains(run("solve " + field + "sim3.g2o --fix scale", folder.path()).out, "converged"));
  const std::pair<std::string, std::string> refused[] = {
      {"c.g2o --starts 3", "--starts does not go with 'c.g2o', a camera graph"},
      {"c.g2o --init tree", "--init is for pose graphs, and 'c.g2o' is none"},
      {"c.g2o --cheirality drop", "--cheirality is for bundle adjustments, and 'c.g2o' is none"},
      {"c.g2o --fix scale", "--fix: there is no 'scale'; expected poses or points"},
      {"c.g2o --fix pionts", "--fix: there is no 'pionts' (did you mean 'points'?)"},
  };
  for (const auto& [arguments, message] : refused) {
    const Outcome o = run("solve " + arguments, folder.path());
    CHECK(o.code == 2);
    CHECK(contains(o.err, message));
  }
  folder.write("bad.g2o", cameras + "EDGE_PROJECT_P2MC 2 0 320\n");
  const Outcome bad = run("solve bad.g2o", folder.path());
  CHECK(bad.code == 3);
  CHECK(contains(bad.err,
                 "bad.g2o:13:26: the line ends after 3 of its numbers; expected EDGE_PROJECT_P2MC POINT CAMERA u v"));
}

TEST_CASE("thalweg reads iSAM's files, whatever their name") {
  const Folder folder;
  folder.write("victoria.txt", "ODOMETRY 0 1 1 0 0 10 0 0 10 0 10\nLANDMARK 0 0 2 2 3 0 3\nLANDMARK 1 0 1 2.1 3 0 3\n");
  const Outcome o = run("solve victoria.txt --output o.g2o", folder.path());
  CHECK(o.code == 0);
  CHECK(contains(o.out, "2 poses of the plane, 1 edge; 1 landmark, 2 sightings"));
  CHECK(contains(read(folder.path() / "o.g2o"), "EDGE_SE2 0 1 1 0 0 100 0 0 100 0 100\n"));
  folder.write("e.txt", "EDGE2 0 1 1 0 0 2 0 0 3 0 4\n");
  CHECK(run("solve e.txt --information-order isam --output o.g2o", folder.path()).code == 0);
  CHECK(contains(read(folder.path() / "o.g2o"), " 4 0 0 9 0 16\n"));
}
