// Pose graphs, as a user generates and solves them.
#include <string>

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include "run.hpp"

using command_test::contains;
using command_test::Folder;
using command_test::Outcome;
using command_test::run;
using doctest::Approx;
using nlohmann::json;

namespace {

json solved(const std::string& arguments, const Folder& folder) {
  const Outcome o = run("solve " + arguments + " --json -", folder.path());
  CAPTURE(arguments);
  CAPTURE(o.err);
  REQUIRE(o.code == 0);
  return json::parse(o.out);
}

}  // namespace

TEST_CASE("a generated city is solved, written, and at its minimum when it is read again") {
  const Folder folder;
  const Outcome made = run("generate pose-graph --kind city --poses 1500 --seed 3 --output city.g2o.gz", folder.path());
  REQUIRE(made.code == 0);
  CHECK(contains(made.out, "city.g2o.gz: 1500 poses of the plane, "));
  const json first = solved("city.g2o.gz --output solved.g2o", folder);
  CHECK(first["problem"]["kind"] == "pose graph");
  CHECK(first["pose_graph"]["space"] == "SE2");
  CHECK(first["pose_graph"]["poses"] == 1500);
  CHECK(first["pose_graph"]["held"] == "pose 0, since the file fixes nothing");
  CHECK(first["pose_graph"]["initialization"]["used"] == "chordal");
  CHECK(first["pose_graph"]["initialization"]["chordal_cost"].get<double>() ==
        Approx(first["initial_cost"].get<double>()).epsilon(1e-12));
  CHECK(first["linear_solver"]["used"] == "sparse-cholesky");
  CHECK(first["parameters"].is_null());
  const double freedom = first["pose_graph"]["degrees_of_freedom"];
  CHECK(2.0 * first["final_cost"].get<double>() == Approx(freedom).epsilon(0.1));

  const json again = solved("solved.g2o", folder);
  CHECK(again["pose_graph"]["initialization"]["used"] == "file");
  CHECK(again["initial_cost"].get<double>() == Approx(first["final_cost"].get<double>()).epsilon(1e-12));
  CHECK(again["iterations"].get<int>() <= 2);
}

TEST_CASE("each initialization can be asked for, and the text says what was done") {
  const Folder folder;
  REQUIRE(run("generate pose-graph --kind garage --poses 500 --output g.g2o --quiet", folder.path()).out.empty());
  double cost = 0.0;
  for (const std::string how : {"file", "tree", "chordal"}) {
    const json d = solved("g.g2o --init " + how, folder);
    CHECK(d["pose_graph"]["initialization"]["used"] == how);
    if (cost == 0.0) cost = d["final_cost"];
    CHECK(d["final_cost"].get<double>() == Approx(cost).epsilon(1e-6));
  }
  const Outcome text = run("solve g.g2o", folder.path());
  CHECK(contains(text.out, "Pose graph\n"));
  CHECK(contains(text.out, "500 poses of space, "));
  CHECK(contains(text.out, "chordal (the lowest cost, "));
  CHECK(contains(text.out, "pose 0, since the file fixes nothing"));
}

TEST_CASE("check looks at the start that --init asks for, and reads EDGE2 lines as a solve does") {
  const Folder folder;
  folder.write("a.graph", "VERTEX2 0 0 0 0\nVERTEX2 1 5 0 0\nEDGE2 0 1 1 0 0 1 0.5 4 9 0 0\n");
  CHECK(contains(run("check a.graph", folder.path()).out,
                 "note: 2 poses, 1 edge, 0 landmarks, 0 sightings; held: pose 0"));
  CHECK(contains(run("check a.graph", folder.path()).out, "initialization file"));
  CHECK(contains(run("check a.graph --init tree", folder.path()).out, "initialization tree"));
  CHECK(run("check a.graph --information-order g2o", folder.path()).out != run("check a.graph", folder.path()).out);
}

TEST_CASE("pose graphs: what is wrong with the file or the options is said") {
  const Folder folder;
  folder.write("bad.g2o", "VERTEX_SE2 0 0 0 0\nEDGE_SE2 0 1 1 0 0 1 0 0 -1 0 1\n");
  const Outcome bad = run("solve bad.g2o", folder.path());
  CHECK(bad.code == 3);
  CHECK(
      bad.err ==
      "bad.g2o:2:31: the information matrix is indefinite; expected a positive semidefinite one, or --indefinite clip, "
      "diagonal or skip\n");
  CHECK(contains(run("solve bad.g2o --indefinite clip", folder.path()).out, "note: 1 measurement with indefinite"));
  CHECK(run("solve bad.g2o --indefinite clop", folder.path()).code == 2);
  folder.write("toro.graph", "EDGE2 0 1 1 0 0 45 0 0 45 0 400\n");
  CHECK(run("solve toro.graph", folder.path()).code == 3);
  CHECK(run("solve toro.graph --information-order g2o", folder.path()).code == 0);
  folder.write("odd.g2o", "ROBOT 1\nEDGE_SE2 0 1 1 0 0 1 0 0 1 0 1\n");
  CHECK(contains(run("solve odd.g2o", folder.path()).out,
                 "note: 1 line left out: tag 'ROBOT' (first on line 1) is not known"));

  const Outcome unknown = run("solve odd.g2o --init chordl", folder.path());
  CHECK(unknown.code == 2);
  CHECK(contains(unknown.err,
                 "unknown initialization 'chordl' (did you mean 'chordal'?); expected auto, file, tree or chordal"));
  const Outcome missing = run("solve odd.g2o --init file", folder.path());
  CHECK(missing.code == 2);
  CHECK(
      contains(missing.err, "initialization file is not to be had: the file has no line for pose 0; expected another"));
  const Outcome other = run("solve problems/nist/misra1a.toml --init tree");
  CHECK(other.code == 2);
  CHECK(contains(other.err, "--init is for pose graphs, and 'problems/nist/misra1a.toml' is none"));
  for (const std::string option : {"--detect-linear", "--starts 3", "--start 2", "--intervals profile"}) {
    const Outcome refused = run("solve odd.g2o " + option, folder.path());
    CHECK(refused.code == 2);
    CHECK(contains(refused.err, "does not go with 'odd.g2o', a pose graph"));
  }
  CHECK(run("generate pose-graph --kind village --output x.g2o", folder.path()).code == 2);
  CHECK(run("generate pose-graph --poses 1 --output x.g2o", folder.path()).code == 2);
  CHECK(folder.count() == 3);
}

TEST_CASE("a graph of which one place is known, and no direction, is solved, and said to be free to turn") {
  const Folder folder;
  const std::string chain =
      "EDGE_SE2 0 1 1 0 0.1 100 0 0 100 0 100\nEDGE_SE2 1 2 1 0 0.1 100 0 0 100 0 100\n"
      "EDGE_SE2 0 2 1.9 0.3 0.2 100 0 0 100 0 100\nVERTEX_SE2 0 0 0 0\nVERTEX_SE2 1 1 0 0\nVERTEX_SE2 2 2 0 0\n"
      "EDGE_PRIOR_SE2_XY 0 5 5 10 0 10\n";
  folder.write("one.g2o", chain);
  folder.write("two.g2o", chain + "EDGE_PRIOR_SE2_XY 2 6 6 10 0 10\n");
  const std::string free = "the measurements leave 1 motion of the graph as a whole free";
  const Outcome one = run("solve one.g2o", folder.path()), two = run("solve two.g2o", folder.path());
  CHECK(contains(one.out, free));
  CHECK(two.code == 0);
  CHECK(!contains(two.out, free));
}
