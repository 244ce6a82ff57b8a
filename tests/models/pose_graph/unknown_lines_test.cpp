// Lines of graphs that are not known: none of them is left out without an error.
#include <string>

#include <doctest/doctest.h>
#include <thalweg/models/pose_graph.hpp>

#include "complaint.hpp"

using namespace thalweg;

using graph_test::complaint;
using graph_test::read;

TEST_CASE("no measurement is left out without an error") {
  const std::string edge = "EDGE_SE2 0 1 1 0 0 1 0 0 1 0 1\n";
  const std::string text = edge + "EDGE_SE2_RANGE 0 1 5 1\nEDGE_SE2_RANGE 0 1 6 1\nEDGE_FOO 1\n";
  CHECK(
      complaint(text) ==
      "f.g2o:2: 2 lines with the tag 'EDGE_SE2_RANGE' (first on line 2), 1 line with the tag 'EDGE_FOO' (first on line "
      "4): a tag that is not known, and may be a measurement; expected known tags, in capitals, or --ignore-unknown to "
      "leave these lines out");
  const PoseGraph ignored = read(text, {.ignore_unknown = true});
  CHECK(ignored.edges.count() == 1);
  CHECK(ignored.warnings ==
        std::vector<std::string>{"2 lines left out: tag 'EDGE_SE2_RANGE' (first on line 2) is not known",
                                 "1 line left out: tag 'EDGE_FOO' (first on line 4) is not known"});
  for (const std::string tag : {"EGDE_SE2 0 1 1 0 0", "edge_se2 0 1 1 0 0", "GPS 1 2 3", "fix 1", "BR 0 1 0.5"})
    CHECK(complaint(edge + tag + "\n").find("may be a measurement") != std::string::npos);
  CHECK(read("\xef\xbb\xbf"
             "FIX 1\n" +
             edge)
            .pose_fixed == std::vector<char>{0, 1});
  // A vertex that nothing measures does no harm; one that is measured is no pose.
  CHECK(read("VERTEX_LINE 7 1 2\n" + edge).warnings.size() == 1);
  CHECK(complaint("VERTEX_LINE 1 1 2\n" + edge) ==
        "f.g2o:1: vertex 1 has the tag 'VERTEX_LINE', which is not known, and is measured on line 2; expected "
        "VERTEX_SE2, VERTEX_SE3:QUAT, VERTEX_XY or VERTEX_TRACKXYZ");
}

TEST_CASE("lines of camera graphs say what they are") {
  CHECK(complaint("VERTEX_SE2 0 0 0 0\nVERTEX_CAM 0 0 0 0 0 0 0 1 500 500 320 240 0\n") ==
        "f.g2o:2:1: 'VERTEX_CAM' belongs to a camera graph; expected poses and landmarks alone, and what was measured "
        "between them; a camera graph is a regular file of its own");
  CHECK(complaint("VERTEX_SIM3:EXPMAP 0 0\n").find("a camera graph") != std::string::npos);
  CHECK(read("EDGE_SE2 0 1 1 0 0 1 0 0 1 0 1\nEDGE_PROJECT_P2MC 8 9 1 2 1 0 1\n", {.ignore_unknown = true})
            .warnings.size() == 1);
}

TEST_CASE("pose graphs: all unknown tags are told, with their counts and first lines") {
  std::string text = "EDGE_SE2 0 1 1 0 0 1 0 0 1 0 1\n";
  for (int i = 0; i < 12; ++i) text += "EDGE_OF_A_RATHER_LONG_NAME_" + std::to_string(i) + " 0 1 2 3\n";
  const std::string said = complaint(text);
  CHECK(said.find("…") == std::string::npos);
  for (int i = 0; i < 12; ++i)
    CHECK(said.find("1 line with the tag 'EDGE_OF_A_RATHER_LONG_NAME_" + std::to_string(i) + "' (first on line " +
                    std::to_string(i + 2) + ")") != std::string::npos);
}
