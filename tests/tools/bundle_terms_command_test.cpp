// --share, --prior and the options that check has in common with solve, as a user gives them.
#include <doctest/doctest.h>

#include <cmath>
#include <random>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <Eigen/Geometry>
#include <nlohmann/json.hpp>
#include <thalweg/models/bundle_terms.hpp>

#include "run.hpp"

using command_test::contains;
using command_test::Folder;
using command_test::Outcome;
using command_test::run;
using nlohmann::json;
using thalweg::Bundle;

namespace {

using Vector = Eigen::Vector3d;
using Matrix = Eigen::Matrix3d;

/// A folder with a small town in it.
struct Town : Folder {
  Town() {
    REQUIRE(run("generate bundle --cameras 12 --points 200 --seed 3 --output town.txt --quiet", path()).code == 0);
  }
  Bundle bundle(const std::string& name = "town.txt") const { return thalweg::read_bal((path() / name).string()); }
  json solved(const std::string& options) const {
    const Outcome o = run("solve town.txt --output out.txt --json - " + options, path());
    CAPTURE(options);
    CHECK(o.err == "");
    CHECK(o.code == 0);
    return json::parse(o.out);
  }
  std::string failure(const std::string& arguments, int code) const {
    const Outcome o = run(arguments, path());
    CAPTURE(arguments);
    CHECK(o.code == code);
    CHECK(o.out.empty());
    return o.err;
  }
};

/// Measured centres of the cameras of a bundle that has been solved, 5,000 km away, turned and enlarged.
std::string gps(const Bundle& b, double sigma, int count, bool on_a_line = false) {
  const Matrix Q = Eigen::AngleAxisd(2.0, Vector(1.0, -2.0, 0.5).normalized()).toRotationMatrix();
  std::mt19937 random(7);
  std::normal_distribution<double> normal(0.0, sigma);
  std::string text = "# the positions of a receiver\n";
  for (int c = 0; c < count; ++c) {
    const auto centre = thalweg::centre_of(b, c);
    Vector place = 3.0 * (Q * Vector(centre[0], centre[1], centre[2])) + Vector(5e6, 4.5e5, 300.0);
    place += Vector(normal(random), normal(random), normal(random));
    if (on_a_line) place = Vector(5e6, 4.5e5, 300.0) + static_cast<double>(c) * Vector(1.0, 2.0, 0.0);
    text += fmt::format("camera {} {} {} {} {}\n", c, place[0], place[1], place[2], sigma);
  }
  return text;
}

bool noted(const json& j, const std::string& part) {
  for (const auto& note : j["notes"])
    if (contains(note.get<std::string>(), part)) return true;
  return false;
}

const std::string error = "thalweg: error: ";

}  // namespace

TEST_CASE("--share intrinsics: one focal length, written for every camera") {
  const Town town;
  const json own = town.solved(""), shared = town.solved("--share intrinsics");
  const Bundle out = town.bundle("out.txt");
  for (std::size_t c = 1; c < 12; ++c)
    for (std::size_t k = 6; k < 9; ++k) CHECK(out.cameras[9 * c + k] == out.cameras[k]);
  CHECK(shared["problem"]["parameters"].get<int>() == own["problem"]["parameters"].get<int>() - 33);
  CHECK(shared["final_cost"].get<double>() > own["final_cost"].get<double>());
  CHECK(noted(shared, "shared intrinsics begin at the median of the cameras that share them"));
  // What was written is a start that is the solution.
  town.write("again.txt", thalweg::write_bal(out));
  const Outcome again = run("solve again.txt --share intrinsics --json -", town.path());
  CHECK(json::parse(again.out)["final_cost"].get<double>() ==
        doctest::Approx(shared["final_cost"].get<double>()).epsilon(1e-8));
  // With losses, a rough answer, other solvers and methods.
  for (const std::string options : {"--loss huber:1", "--fast", "--linear-solver sparse-schur",
                                    "--linear-solver implicit-schur", "--method dogleg", "--json-parameters"}) {
    CAPTURE(options);
    town.solved("--share intrinsics " + options);
  }
}

TEST_CASE("--share intrinsics by groups, with --fix and bounds") {
  const Town town;
  town.solved("--share intrinsics:0-4,5-9");
  const Bundle groups = town.bundle("out.txt");
  const auto focal = [](const Bundle& b, std::size_t c) { return b.cameras[9 * c + 6]; };
  CHECK(focal(groups, 0) == focal(groups, 4));
  CHECK(focal(groups, 5) == focal(groups, 9));
  CHECK(focal(groups, 4) != focal(groups, 5));
  CHECK(focal(groups, 10) != focal(groups, 11));
  town.solved("--share intrinsics --fix intrinsics");
  const Bundle fixed = town.bundle("out.txt");
  const Bundle start = thalweg::with_shared_start(
      town.bundle(), thalweg::share_intrinsics(town.bundle(), {{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11}}));
  CHECK(focal(fixed, 3) == focal(start, 0));
  const json bounded = town.solved("--share intrinsics --lower focal=" + std::to_string(focal(start, 0) + 100.0));
  CHECK(focal(town.bundle("out.txt"), 7) == std::stod(std::to_string(focal(start, 0) + 100.0)));
  CHECK(noted(bounded, "of the focal length of camera 0 and 11 others that share it was moved to its bound"));
  CHECK(town.failure("solve town.txt --share intrinsics:0-4 --fix intrinsics:2-7", 2) ==
        error +
            "--fix: 'intrinsics:2-7'; expected all cameras that share intrinsics or none of them, and camera 0 shares "
            "those "
            "of camera 4\n");
  town.solved("--share intrinsics:0-4 --fix poses:2-7,k1:5-8");
  CHECK(town.failure("solve town.txt --share focal", 2) ==
        error +
            "--share: 'focal'; expected intrinsics, or intrinsics:FIRST-LAST,FIRST-LAST,... for groups of cameras\n");
  CHECK(town.failure("solve town.txt --share intrinsics:0-12", 2).ends_with("numbers below 12\n"));
  CHECK(town.failure("solve town.txt --share intrinsics:0-3,3-4", 2) ==
        error + "camera 3 is in two groups that share intrinsics; expected one\n");
  CHECK(town.failure("solve town.txt --share ,", 2).starts_with(error + "--share names nothing; expected intrinsics"));
  CHECK(town.failure("solve problems/nist/misra1a.toml --share intrinsics", 3) != "");
}

TEST_CASE("--prior: positions 5,000 km away, in another scale, lead to a solution in their world") {
  const Town town;
  const double free_cost = town.solved("")["final_cost"].get<double>();
  town.write("gps.txt", gps(town.bundle("out.txt"), 0.05, 12));
  const json j = town.solved("--prior gps.txt");
  CHECK(noted(j, "the start was aligned with the priors: turned by "));
  CHECK(j["iterations"].get<int>() < 30);
  CHECK(noted(j, "the priors are off by "));
  // The truth of the observations, and 36 numbers with an error of 1 each, less the seven that the world takes.
  CHECK(j["final_cost"].get<double>() > free_cost);
  CHECK(j["final_cost"].get<double>() < free_cost + 40.0);
  const Bundle out = town.bundle("out.txt");
  CHECK(thalweg::centre_of(out, 3)[0] == doctest::Approx(5e6).epsilon(1e-4));
  // The output is at its place already.
  town.write("again.txt", thalweg::write_bal(out));
  const json again = json::parse(run("solve again.txt --prior gps.txt --json -", town.path()).out);
  CHECK(again["final_cost"].get<double>() == doctest::Approx(j["final_cost"].get<double>()).epsilon(1e-6));
  CHECK_FALSE(noted(again, "aligned"));
  // Together with what else there is.
  const json all = town.solved("--prior gps.txt --share intrinsics --loss huber:1 --upper k1=0");
  CHECK(all["status"] == "converged");
  const Outcome check = run("check town.txt --prior gps.txt --share intrinsics", town.path());
  CHECK(check.code == 0);
  CHECK(contains(check.out, "what is fixed and the priors hold the world's place, rotation and scale"));
}

TEST_CASE("--prior: few positions, positions on a line, and places that are fixed are told") {
  const Town town;
  town.solved("");
  const Bundle solved = town.bundle("out.txt");
  town.write("two.txt", gps(solved, 0.05, 2));
  CHECK(noted(town.solved("--prior two.txt"), "the priors are on a line"));
  CHECK(noted(town.solved("--prior camera:3=1,2,3,0.1"), "the priors are of one place"));
  const Outcome one = run("check town.txt --prior camera:3=1,2,3,0.1", town.path());
  CHECK(contains(one.out, "change of the world that moves nothing held, number 1, 2, 3, 4"));
  CHECK(contains(run("check town.txt --fix cameras:2", town.path()).out,
                 "change of the world that moves nothing held, number 1: nothing in the data fixes it"));
  town.write("line.txt", gps(solved, 0.05, 12, true));
  CHECK(!contains(run("check town.txt --prior line.txt", town.path()).out, "the priors hold the world's place"));
  const Outcome line = run("solve town.txt --prior line.txt --json -", town.path());
  CHECK(line.code <= 1);
  CHECK(noted(json::parse(line.out), "the priors are on a line"));
  town.write("gps.txt", gps(solved, 0.05, 12));
  CHECK(noted(
      json::parse(run("solve town.txt --prior gps.txt --fix points:0-3 --json - --max-iterations 5", town.path()).out),
      "the start was not aligned with the priors, whose cost there is"));
  // Points and cameras that nothing is known of.
  Bundle b = solved;
  b.points.insert(b.points.end(), {0.0, 0.0, 0.0});
  town.write("unseen.txt", thalweg::write_bal(b));
  CHECK(contains(run("solve unseen.txt --prior gps.txt --prior point:200=1,2,3,4", town.path()).out,
                 "note: 1 prior left out: of points that no camera sees (200)"));
}

TEST_CASE("--prior: mistakes") {
  const Town town;
  town.write("gps.txt", gps(town.bundle(), 0.05, 12));
  CHECK(town.failure("solve town.txt --prior gps.txt --output gps.txt", 2).find("is the file of --prior") !=
        std::string::npos);
  town.write("bad.txt", "camera 0 1 2 3 4\ncamera 0 1 2 3 4\n");
  CHECK(town.failure("solve town.txt --prior bad.txt", 3) ==
        "bad.txt:2:8: camera 0 has a prior already; expected one for each\n");
  CHECK(town.failure("solve town.txt --prior none.txt", 3).starts_with("none.txt: cannot be opened"));
  CHECK(town.failure("solve town.txt --prior camera:99=1,2,3,4", 2) ==
        error + "'camera:99=1,2,3,4': the number of the camera is '99'; expected a whole number below 12\n");
  CHECK(town.failure("solve catalogue:beale --prior gps.txt", 2).find("--prior is for bundle adjustments") !=
        std::string::npos);
}

TEST_CASE("an option is not the value of another one, and a file that is not there is no kind of problem") {
  const Town town;
  CHECK(town.failure("solve town.txt --fix --fast", 2) == error + "--fix needs a value, and '--fast' is an option\n");
  CHECK(town.failure("solve town.txt --loss --json=-", 2) ==
        error + "--loss needs a value, and '--json=-' is an option\n");
  CHECK(town.failure("solve town.txt --fix", 2) == error + "--fix needs a value\n");
  CHECK(town.failure("solve nofile.txt --fix cameras", 3).starts_with("nofile.txt: cannot be opened"));
  CHECK(town.failure("solve nofile.g2o --fix cameras", 3).starts_with("nofile.g2o: cannot be opened"));
}

TEST_CASE("starts that bounds move are told in one sentence, in the words of cameras") {
  const Town town;
  const json j = town.solved("--lower focal=2000");
  CHECK(j["notes"].size() >= 1);
  CHECK(noted(j, "the starts of 12 parameters were moved to their bounds: the focal length of camera 0 from "));
  CHECK(noted(j, " to 2000 and 9 more"));
}

TEST_CASE("a bundle of few cameras is generated without a word on its observations") {
  const Folder folder;
  CHECK(run("generate bundle --cameras 10 --points 100 --output a.txt", folder.path()).code == 0);
  CHECK(run("generate bundle --cameras 2 --points 5 --output b.txt", folder.path()).code == 0);
  CHECK(
      run("generate bundle --cameras 10 --points 100 --observations-per-point 9 --output c.txt", folder.path()).code ==
      2);
}
