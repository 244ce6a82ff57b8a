// thalweg solve --certify, as a user runs it.
#include <cmath>
#include <filesystem>
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

json certified(const std::string& arguments, const Folder& folder) {
  const Outcome o = run("solve " + arguments + " --certify --json -", folder.path());
  CAPTURE(arguments);
  CAPTURE(o.err);
  REQUIRE(o.code == 0);
  return json::parse(o.out);
}

}  // namespace

TEST_CASE("--certify proves a garage global, in the JSON, the text and on the page") {
  const Folder folder;
  REQUIRE(run("generate pose-graph --kind garage --poses 600 --output g.g2o --quiet", folder.path()).code == 0);
  const json d = certified("g.g2o --report g.html", folder);
  const json& c = d["certificate"];
  CHECK(c["certified"] == true);
  CHECK(c["kind"] == "exact");
  CHECK(c["gap"].get<double>() <= c["tolerance"].get<double>());
  CHECK(c["lower_bound"].get<double>() == Approx(d["final_cost"].get<double>()).epsilon(1e-7));
  CHECK(std::abs(c["smallest_eigenvalue"].get<double>()) < 1e-6);
  CHECK(c["next_eigenvalue"].get<double>() > 0.0);
  CHECK(c["refuted"].empty());
  CHECK(c["reason"].is_null());
  CHECK(contains(command_test::read(folder.path() / "g.html"), "global minimum, certified"));
  CHECK(contains(run("solve g.g2o --certify", folder.path()).out, "global minimum, certified: smallest eigenvalue "));
  CHECK(!contains(run("solve g.g2o", folder.path()).out, "certificate"));
}

TEST_CASE("--certify in the plane is of a bound that touches") {
  const Folder folder;
  REQUIRE(run("generate pose-graph --kind city --poses 400 --output c.g2o --quiet", folder.path()).code == 0);
  const json c = certified("c.g2o", folder)["certificate"];
  CHECK(c["certified"] == true);
  CHECK(c["kind"] == "bound");
}

TEST_CASE("--certify of a graph of rotations alone") {
  const Folder folder;
  const std::string information = " 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 4 0 0 4 0 4\n";
  folder.write("r.g2o", "EDGE_SE3:QUAT 0 1 0 0 0 0 0 0.1 0.9949874371066199" + information +
                            "EDGE_SE3:QUAT 1 2 0 0 0 0.1 0 0.1 0.9899494936611665" + information +
                            "EDGE_SE3:QUAT 0 2 0 0 0 0 0.1 0.25 0.9630680142129112" + information);
  const json d = certified("r.g2o", folder);
  CHECK(d["certificate"]["certified"] == true);
  CHECK(d["certificate"]["kind"] == "exact");
  CHECK(d["final_cost"].get<double>() > 0.01);
}

TEST_CASE("--certify: a solve that does not converge has no certificate, and says so") {
  const Folder folder;
  REQUIRE(run("generate pose-graph --kind garage --poses 600 --output g.g2o --quiet", folder.path()).code == 0);
  const Outcome o = run("solve g.g2o --certify --max-iterations 1", folder.path());
  CHECK(o.code == 1);
  CHECK(contains(o.out, "not certified: the solve ended iteration_limit, at a point that is no minimum"));
}

TEST_CASE("--certify refutes a local minimum of torus3D, and finds and proves the global one") {
  const std::filesystem::path torus = std::filesystem::path(THALWEG_SHARED_DATA) / "g2o" / "torus3D.g2o";
  if (!std::filesystem::exists(torus)) {
    MESSAGE("skipped: there is no " << torus.string());
    return;
  }
  const Folder folder;
  const json d = certified("'" + torus.string() + "' --init file", folder);
  const json& c = d["certificate"];
  REQUIRE(c["refuted"].size() == 1);
  CHECK(c["refuted"][0]["cost"].get<double>() > 9000.0);
  CHECK(c["refuted"][0]["smallest_eigenvalue"].get<double>() < -0.1);
  CHECK(c["certified"] == true);
  CHECK(d["final_cost"].get<double>() == Approx(7287.373219).epsilon(1e-8));
}

TEST_CASE("--certify is refused, by a sentence, where it proves nothing") {
  const Folder folder;
  const std::string edges = "EDGE_SE2 0 1 1 0 0.1 100 0 0 100 0 100\nEDGE_SE2 1 2 1 0 0.1 100 0 0 100 0 100\n";
  const auto refused = [&](const std::string& file, const std::string& options, const std::string& why) {
    const Outcome o = run("solve " + file + " --certify" + options, folder.path());
    CAPTURE(file);
    CAPTURE(o.err);
    CHECK(o.code == 2);
    CHECK(contains(o.err, why));
    CHECK(o.out.empty());
  };
  folder.write("plain.g2o", edges);
  refused("plain.g2o", " --loss huber:1",
          "--certify does not go with 'plain.g2o': a loss makes its cost no quadratic form; expected none");
  folder.write("prior.g2o", edges + "VERTEX_SE2 0 0 0 0\nEDGE_PRIOR_SE2_XY 0 5 5 10 0 10\n");
  refused("prior.g2o", "", "the place of pose 0 has a prior");
  folder.write("fixed.g2o", edges + "VERTEX_SE2 0 0 0 0\nVERTEX_SE2 2 2 0 0\nFIX 0\nFIX 2\n");
  refused("fixed.g2o", "", "2 poses are fixed; expected one at most, as the gauge");
  folder.write("parts.g2o", edges + "EDGE_SE2 7 8 1 0 0.1 100 0 0 100 0 100\n");
  const Outcome parts = run("solve parts.g2o --certify", folder.path());
  CHECK(parts.code == 3);
  CHECK(contains(parts.err, "vertex 7 is not connected to the first pose"));
  folder.write("single.g2o", "VERTEX_SE2 0 0 0 0\nEDGE_PRIOR_SE2_XY 0 5 5 10 0 10\n");
  refused("single.g2o", "", "it has 1 pose; expected at least two");
  const std::string curve = std::string(THALWEG_SOURCE_DIR) + "/problems/nist/misra1a.toml";
  refused("'" + curve + "'", "", "--certify is for pose graphs, and '" + curve + "' is none");
  REQUIRE(run("generate bundle --cameras 3 --points 20 --output b.txt --quiet", folder.path()).code == 0);
  refused("b.txt", "", "--certify is for pose graphs, and 'b.txt' is none");
  CHECK(run("fit t.csv --model \"y = a*x\" --start a=1 --certify", folder.path()).code == 2);
}
