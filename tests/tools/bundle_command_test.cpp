// thalweg generate, solve and check of bundle adjustments, as a user runs them.
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>
#include <thalweg/models/bundle.hpp>

#include "run.hpp"

using command_test::contains;
using command_test::Folder;
using command_test::Outcome;
using command_test::run;
using nlohmann::json;

namespace {

/// A folder with a small town in it.
struct Town : Folder {
  explicit Town(const std::string& options = "--cameras 12 --points 200 --observations-per-point 4 --seed 3") {
    const Outcome o = run("generate bundle " + options + " --output town.txt --quiet", path());
    CHECK(o.err == "");
    REQUIRE(o.code == 0);
  }
};

json solved(const Folder& folder, const std::string& arguments, int code = 0) {
  const Outcome o = run("solve " + arguments + " --json -", folder.path());
  CAPTURE(arguments);
  CHECK(o.err == "");
  CHECK(o.code == code);
  return json::parse(o.out);
}

std::string failure(const Folder& folder, const std::string& arguments, int code) {
  const Outcome o = run(arguments, folder.path());
  CAPTURE(arguments);
  CHECK(o.code == code);
  CHECK(o.out.empty());
  REQUIRE(o.err.ends_with("\n"));
  return o.err.substr(0, o.err.size() - 1);
}

const std::string error = "thalweg: error: ";

}  // namespace

TEST_CASE("generated bundles are written plain and compressed, the same for the same seed") {
  const Folder folder;
  const std::string options = "generate bundle --cameras 10 --points 100 --observations-per-point 3 --seed 5 --output ";
  const Outcome o = run(options + "a.txt", folder.path());
  CHECK(o.code == 0);
  const thalweg::Bundle made = thalweg::read_bal((folder.path() / "a.txt").string());
  const std::int64_t n = made.observation_count();
  CHECK(std::abs(n - 300) <= 6);
  CHECK(contains(o.out, "a.txt: 10 cameras, 100 points, " + std::to_string(n) + " observations ("));
  // 390 numbers are unknown, of which 7 are free: ½ σ² (2n − 383).
  const auto at = o.out.find("the cost of the solution is near ");
  REQUIRE(at != std::string::npos);
  CHECK(std::stod(o.out.substr(at + 33)) ==
        doctest::Approx(0.125 * (2.0 * static_cast<double>(n) - 383.0)).epsilon(1e-5));
  for (const std::string name : {"b.txt", "c.bz2", "d.gz"})
    CHECK(run(options + name + " --quiet", folder.path()).out.empty());
  const auto text = [&](const std::string& name) {
    return thalweg::write_bal(thalweg::read_bal((folder.path() / name).string()));
  };
  CHECK(command_test::read(folder.path() / "a.txt") == command_test::read(folder.path() / "b.txt"));
  CHECK(text("a.txt") == text("c.bz2"));
  CHECK(text("a.txt") == text("d.gz"));
  CHECK(command_test::read(folder.path() / "c.bz2").starts_with("BZh"));
}

TEST_CASE("mistakes in what to generate") {
  const Folder folder;
  CHECK(failure(folder, "generate", 2) == error + "generate needs to know what; expected bundle or pose-graph");
  CHECK(failure(folder, "generate bundel --output a.txt", 2) ==
        error + "there is no generator of 'bundel' (did you mean 'bundle'?); expected bundle or pose-graph");
  CHECK(failure(folder, "generate bundle", 2) ==
        error + "generate bundle needs a file to write; expected --output FILE");
  CHECK(failure(folder, "generate bundle --output a.txt --camera 3", 2) ==
        error +
            "unknown option '--camera' (did you mean '--cameras'?); expected one of thalweg generate bundle --help");
  CHECK(failure(folder, "generate bundle more --output a.txt", 2) ==
        error + "'more' is one argument too many for thalweg generate bundle");
  CHECK(failure(folder, "generate bundle --output a.txt --cameras 1", 2) ==
        error + "--cameras is '1'; expected a whole number >= 2");
  CHECK(failure(folder, "generate bundle --output a.txt --cameras 3 --observations-per-point 4", 2) ==
        error + "the number of observations per point is 4; expected 2 to the number of cameras, 3");
  CHECK(failure(folder, "generate bundle --output nowhere/a.txt", 2) ==
        error + "--output 'nowhere/a.txt' cannot be written: No such file or directory");
  CHECK(folder.count() == 0);
  const Outcome help = run("generate bundle --help", folder.path());
  CHECK(help.code == 0);
  for (const char* word :
       {"--cameras", "--points", "--observations-per-point", "--noise", "--drift", "--seed", "--output", "Example:"})
    CHECK(contains(help.out, word));
}

TEST_CASE("a generated town is solved to the noise, and the solution is written") {
  const Town town;
  const json j = solved(town, "town.txt --output solved.bz2 --trace trace.csv");
  CHECK(j["status"] == "converged");
  CHECK(j["problem"]["kind"] == "bundle adjustment");
  CHECK(j["problem"]["parameter_blocks"] == 212);
  CHECK(j["problem"]["parameters"] == 708);
  CHECK(j["problem"]["residual_blocks"] == 803);
  CHECK(j["linear_solver"]["used"] == "dense-schur");
  CHECK(j["parameters"].is_null());
  const double expected = 0.5 * 0.25 * (2 * 803 - 708 + 7);
  CHECK(j["final_cost"].get<double>() == doctest::Approx(expected).epsilon(0.15));
  CHECK(j["bundle"]["reprojection_error"]["after"]["rms"].get<double>() ==
        doctest::Approx(std::sqrt(2.0 * j["final_cost"].get<double>() / 803.0)).epsilon(1e-9));
  CHECK(j["notes"].empty());
  CHECK(command_test::read(town.path() / "trace.csv").starts_with("iteration,phase,cost"));
  // The solution starts where it ended.
  const json again = solved(town, "solved.bz2");
  CHECK(again["initial_cost"].get<double>() == doctest::Approx(j["final_cost"].get<double>()).epsilon(1e-12));
  CHECK(solved(town, "town.txt --json-parameters")["parameters"].size() == 708);
  // The same bits with any number of threads.
  const json one = solved(town, "town.txt --threads 1"), two = solved(town, "town.txt --threads 2");
  CHECK(one["final_cost"] == two["final_cost"]);
  CHECK(one["trace"].size() == two["trace"].size());
}

TEST_CASE("bundles are solved with every loss, method of residuals and linear solver") {
  const Town town;
  const double plain = solved(town, "town.txt")["final_cost"];
  for (const std::string loss : {"huber:1", "soft-l1:1", "cauchy:1", "arctan:2", "tukey:5", "geman-mcclure:3",
                                 "welsch:3", "barron:0.5:2", "trivial"}) {
    const Outcome o = run("solve town.txt --json - --loss " + loss, town.path());
    CAPTURE(loss);
    CAPTURE(o.err);
    REQUIRE((o.code == 0 || o.code == 1));
    const json j = json::parse(o.out);
    CHECK(j["final_cost"].get<double>() < j["initial_cost"].get<double>());
  }
  CHECK(solved(town, "town.txt --loss huber:1")["final_cost"].get<double>() < plain);
  for (const std::string solver :
       {"dense-schur", "sparse-schur", "iterative-schur", "implicit-schur", "sparse-cholesky"}) {
    const Outcome o = run("solve town.txt --json - --linear-solver " + solver, town.path());
    if (o.code == 2 && contains(o.err, "CHOLMOD")) continue;
    CAPTURE(solver);
    CAPTURE(o.err);
    REQUIRE(o.code == 0);
    const json j = json::parse(o.out);
    CHECK(j["linear_solver"]["used"] == solver);
    CHECK(j["final_cost"].get<double>() == doctest::Approx(plain).epsilon(1e-6));
  }
  for (const std::string method : {"levenberg", "dogleg", "subspace-dogleg", "lm --damping marquardt",
                                   "lm --damping radius", "lm --scaling monotone"}) {
    CAPTURE(method);
    CHECK(solved(town, "town.txt --method " + method)["final_cost"].get<double>() ==
          doctest::Approx(plain).epsilon(1e-5));
  }
}

TEST_CASE("options that a bundle adjustment cannot heed are refused with a reason") {
  const Town town;
  const auto refused = [&](const std::string& option) { return failure(town, "solve town.txt " + option, 2); };
  const std::string bundle = " does not go with 'town.txt', a bundle adjustment: ";
  CHECK(refused("--start 1") == error + "--start" + bundle + "a file of this kind has one start");
  CHECK(refused("--starts 3") ==
        error + "--starts" + bundle + "starts drawn at random have no cameras that see their points");
  CHECK(refused("--detect-linear") == error + "--detect-linear" + bundle + "a projection is linear in nothing");
  CHECK(refused("--intervals profile") ==
        error + "--intervals" + bundle + "standard errors are not worked out for so many parameters");
  CHECK(refused("--acceleration") ==
        error + "--acceleration" + bundle + "the sparse linear solvers have no geodesic acceleration");
  CHECK(refused("--batch-size 3") == error + "--batch-size" + bundle + "it is for the training of regressions");
  CHECK(refused("--rate 0.1") == error + "--rate" + bundle + "it is of first-order methods, and --method names none");
  CHECK(contains(refused("--linear-solver lu"), "unknown linear solver 'lu'"));
  CHECK(refused("--output town.txt") == error + "--output 'town.txt' is the file of the input; expected another file");
  const Town large("--cameras 50 --points 5000");
  CHECK(failure(large, "solve town.txt --method bfgs", 2) ==
        error +
            "bfgs works on the whole Jacobian of 'town.txt', 49996 numbers by 15450, and would take 11.9 GB; expected "
            "levenberg-marquardt, levenberg, gauss-newton, dogleg or subspace-dogleg with a sparse linear solver");
  CHECK(failure(large, "solve town.txt --method adam", 2).starts_with(error + "adam works on the whole Jacobian"));
  CHECK(failure(large, "solve town.txt --linear-solver dense-qr", 2)
            .starts_with(error + "dense-qr works on the whole Jacobian"));
}

TEST_CASE("bundles with points seen once, unseen ones and idle cameras are solved, and said to be so") {
  const Town town;
  thalweg::Bundle b = thalweg::read_bal((town.path() / "town.txt").string());
  const double full = solved(town, "town.txt")["final_cost"];
  b.points.insert(b.points.end(), b.points.begin(), b.points.begin() + 3);
  b.points.insert(b.points.end(), {1.0, 2.0, 3.0});
  b.cameras.insert(b.cameras.end(), b.cameras.begin(), b.cameras.begin() + 9);
  b.camera_of.push_back(b.camera_of[0]);
  b.point_of.push_back(200);
  b.u.push_back(b.u[0]);
  b.v.push_back(b.v[0]);
  town.write("weak.txt", thalweg::write_bal(b));
  for (const std::string solver : {"dense-schur", "iterative-schur", "implicit-schur"}) {
    CAPTURE(solver);
    const json j = solved(town, "weak.txt --output out.txt --linear-solver " + solver);
    CHECK(j["final_cost"].get<double>() == doctest::Approx(full).epsilon(1e-4));
    REQUIRE(j["notes"].size() == 3);
    CHECK(j["notes"][0] == "1 point is seen by no camera: they stay where they are (201)");
    CHECK(j["notes"][1] ==
          "1 point is seen by one camera only: nothing fixes how far away, and they move no farther than they must "
          "(200)");
    CHECK(j["notes"][2] == "1 camera has no observations: they stay where they are (12)");
    const thalweg::Bundle out = thalweg::read_bal((town.path() / "out.txt").string());
    CHECK(std::vector<double>(out.points.end() - 3, out.points.end()) == std::vector<double>{1.0, 2.0, 3.0});
    CHECK(std::vector<double>(out.cameras.end() - 9, out.cameras.end()) ==
          std::vector<double>(b.cameras.end() - 9, b.cameras.end()));
  }
  const Outcome text = run("solve weak.txt", town.path());
  CHECK(contains(text.out, "1 point is seen by one camera only"));
}

TEST_CASE("files that are no bundle adjustment after all") {
  const Town town;
  const std::string whole = "; expected a bundle adjustment file: cameras, points, observations, then their numbers";
  town.write("empty.txt", "");
  CHECK(failure(town, "solve empty.txt", 3) == "empty.txt:1:1: the file is empty" + whole);
  town.write("words.txt", "not a problem\n");
  CHECK(failure(town, "solve words.txt", 3) == "words.txt:1:1: the first word is not a number of cameras" + whole);
  town.write("lies.txt", "1 1 2\n0 0 1 1\n0 1 2 2\n");
  for (const std::string verb : {"solve", "check"})
    CHECK(failure(town, verb + " lies.txt", 3) ==
          "lies.txt:3:3: '1' is out of range; expected a point's index, 0 to 0, of observation 2 of 2");
  for (const std::string name : {"cut.bz2", "cut.gz"}) {
    const thalweg::Bundle b = thalweg::read_bal((town.path() / "town.txt").string());
    const std::string all = thalweg::write_bal(b, thalweg::compression_of(name));
    town.write(name, all.substr(0, all.size() / 2));
    CHECK(failure(town, "solve " + name, 3) == name + ": the " + (name == "cut.gz" ? "gzip" : "bzip2") +
                                                   " data is damaged or cut short; expected a whole file");
  }
  CHECK(failure(town, "compare town.txt", 2) ==
        error +
            "compare looks at curve fits, regressions and the catalogue, and 'town.txt' is a bundle adjustment; "
            "expected thalweg solve, one --method after the other");
}

TEST_CASE("a point at a camera's centre is a start that is not finite") {
  const Town town;
  thalweg::Bundle b = thalweg::read_bal((town.path() / "town.txt").string());
  const int camera = b.camera_of[7], point = b.point_of[7];
  for (int i = 0; i < 6; ++i) b.cameras[static_cast<std::size_t>(9 * camera + i)] = 0.0;
  for (int i = 0; i < 3; ++i) b.points[static_cast<std::size_t>(3 * point + i)] = 0.0;
  town.write("centre.txt", thalweg::write_bal(b));
  const Outcome o = run("solve centre.txt --output o.txt --report o.html --json o.json", town.path());
  CHECK(o.code == 4);
  const std::string blocks =
      "(it reads camera[" + std::to_string(camera) + "] and point[" + std::to_string(point) + "])";
  CHECK(o.err == "centre.txt: reprojection[7], component 0 is not finite: the point lies at the camera's centre " +
                     blocks + " at the start\n");
  CHECK(json::parse(command_test::read(town.path() / "o.json"))["status"] == "non_finite_start");
  CHECK(!command_test::files::exists(town.path() / "o.txt"));
  const Outcome checked = run("check centre.txt", town.path());
  CHECK(checked.code == 1);
  CHECK(contains(checked.out, "Not finite at the start: reprojection[7], component 0"));
}

TEST_CASE("check of a bundle adjustment names the gauge, what is seen too little, and the plan") {
  const Town town;
  const Outcome o = run("check town.txt", town.path());
  CHECK(o.code == 0);
  CHECK(o.err == "");
  CHECK(contains(o.out, "no findings\n"));
  CHECK(contains(o.out, "note: 12 cameras, 200 points, 803 observations\n"));
  CHECK(contains(o.out, "translation along x, y, z; rotation about x, y, z; scale: nothing in the data fixes these 7"));
  CHECK(contains(o.out, "linear solver  dense-schur (200 eliminated blocks leave 108 columns"));
  CHECK(contains(o.out, "memory         about "));
  thalweg::Bundle b = thalweg::read_bal((town.path() / "town.txt").string());
  b.points.insert(b.points.end(), {1.0, 2.0, 3.0});
  town.write("weak.txt", thalweg::write_bal(b));
  const Outcome weak = run("check weak.txt --json -", town.path());
  CHECK(weak.code == 1);
  const json j = json::parse(weak.out);
  CHECK(j["problem"]["kind"] == "bundle adjustment");
  CHECK(j["findings"][0]["kind"] == "unused");
  CHECK(j["findings"][0]["parameters"] == json({"point[200]"}));
  CHECK(failure(town, "check town.txt --start 2", 2) ==
        error + "--start does not go with 'town.txt': a bundle adjustment has one start");
}

TEST_CASE("the page of a bundle adjustment has its scene, its errors and the worst observations") {
  const Town town;
  const Outcome o = run("solve town.txt --report page.html --quiet", town.path());
  CHECK(o.code == 0);
  CHECK(o.out.empty());
  const std::string page = command_test::read(town.path() / "page.html");
  for (const char* part :
       {"<section id=\"scene\"", "<section id=\"errors\"", "<section id=\"largest\"", "<section id=\"descent\"",
        "thalweg solve town.txt --report page.html --quiet", "rms error, pixels"})
    CHECK_MESSAGE(contains(page, part), part);
}

TEST_CASE("a bundle far from the origin is solved in as many steps, to the same cost") {
  const Town town("--cameras 12 --points 300 --observations-per-point 4 --drift 2 --seed 5");
  const json here = solved(town, "town.txt --output here.txt");
  const thalweg::Bundle b = thalweg::read_bal((town.path() / "town.txt").string());
  for (const double shift : {1e3, 1e6, 5e6}) {
    CAPTURE(shift);
    town.write("far.txt", thalweg::write_bal(thalweg::moved(b, {shift, -shift, 0.3 * shift})));
    const json there = solved(town, "far.txt --output far-solved.txt");
    CHECK(there["status"] == "converged");
    CHECK(there["final_cost"].get<double>() == doctest::Approx(here["final_cost"].get<double>()).epsilon(1e-9));
    CHECK(std::abs(there["iterations"].get<int>() - here["iterations"].get<int>()) <= 2);
    const thalweg::Bundle solution = thalweg::read_bal((town.path() / "far-solved.txt").string()),
                          near = thalweg::read_bal((town.path() / "here.txt").string());
    for (std::size_t p = 0; p < near.points.size(); p += 3)
      CHECK(std::abs(solution.points[p] - shift - near.points[p]) < 1e-3 * (1.0 + std::abs(near.points[p])));
  }
}

TEST_CASE("points behind cameras are counted, and left out where asked") {
  const Town town;
  thalweg::Bundle b = thalweg::read_bal((town.path() / "town.txt").string());
  // The first camera's translation along its own axis moves what it sees behind it.
  b.cameras[5] += 1e4;
  const auto behind = thalweg::cheirality(b).behind.size();
  REQUIRE(behind > 0);
  town.write("behind.txt", thalweg::write_bal(b));
  const Outcome kept = run("solve behind.txt --max-iterations 3", town.path());
  CHECK(contains(kept.out, "at the start, the points of " + std::to_string(behind) + " observations are behind"));
  const Outcome dropped = run("solve behind.txt --max-iterations 3 --cheirality drop", town.path());
  CHECK(contains(dropped.out, "note: " + std::to_string(behind) + " observations left out"));
  CHECK(contains(run("check behind.txt", town.path()).out, "at the start, the points of"));
  CHECK(run("solve behind.txt --cheirality no", town.path()).code == 2);
}

TEST_CASE("bundles: what is fixed stays, what has bounds stays inside them") {
  const Town town;
  const thalweg::Bundle b = thalweg::read_bal((town.path() / "town.txt").string());
  const auto same = [](const std::vector<double>& x, const std::vector<double>& y, std::size_t first,
                       std::size_t count) {
    return std::equal(x.begin() + static_cast<std::ptrdiff_t>(first),
                      x.begin() + static_cast<std::ptrdiff_t>(first + count),
                      y.begin() + static_cast<std::ptrdiff_t>(first));
  };
  const auto solution = [&](const std::string& options) {
    const json j = solved(town, "town.txt --output out.txt " + options);
    CHECK(j["status"] == "converged");
    return thalweg::read_bal((town.path() / "out.txt").string());
  };
  const thalweg::Bundle intrinsics = solution("--fix intrinsics,points:3-4");
  for (std::size_t c = 0; c < 12; ++c) {
    CHECK(same(intrinsics.cameras, b.cameras, 9 * c + 6, 3));
    CHECK_FALSE(same(intrinsics.cameras, b.cameras, 9 * c, 6));
  }
  CHECK(same(intrinsics.points, b.points, 9, 6));
  CHECK_FALSE(same(intrinsics.points, b.points, 0, 9));
  const thalweg::Bundle cameras = solution("--fix cameras:2-5");
  CHECK(same(cameras.cameras, b.cameras, 18, 36));
  CHECK_FALSE(same(cameras.cameras, b.cameras, 0, 18));
  // A bound that nothing meets changes nothing; one that is met holds.
  const thalweg::Bundle free = solution(""), idle = solution("--lower focal=1 --upper focal=1e6,k1=100");
  CHECK(free.cameras == idle.cameras);
  double least = 1e9;
  for (std::size_t c = 0; c < 12; ++c) least = std::min(least, free.cameras[9 * c + 6]);
  const thalweg::Bundle bounded = solution("--lower focal=" + std::to_string(least + 1.0));
  double now = 1e9;
  for (std::size_t c = 0; c < 12; ++c) now = std::min(now, bounded.cameras[9 * c + 6]);
  CHECK(now == std::stod(std::to_string(least + 1.0)));
  for (const std::string wrong : {"--fix ,", "--fix lens", "--fix cameras:5-2", "--fix points:200",
                                  "--lower rotation=1", "--lower focal=5 --upper focal=4"})
    CHECK_MESSAGE(run("solve town.txt " + wrong, town.path()).code == 2, wrong);
}

TEST_CASE("bundles of a few numbers are small dense problems, with second derivatives") {
  const Town tiny("--cameras 2 --points 8 --observations-per-point 2");
  CHECK(run("solve town.txt", tiny.path()).code <= 1);
  CHECK(run("solve town.txt --fix points", tiny.path()).code <= 1);
  for (const std::string method : {"newton", "newton-cg", "lbfgs"})
    CHECK_MESSAGE(run("solve town.txt --max-iterations 20 --method " + method, tiny.path()).code <= 1, method);
}

TEST_CASE("points are placed where the cameras are known") {
  const Town town;
  const json j = solved(town, "town.txt --fix cameras --output out.txt");
  CHECK(j["status"] == "converged");
  const thalweg::Bundle b = thalweg::read_bal((town.path() / "town.txt").string()),
                        out = thalweg::read_bal((town.path() / "out.txt").string());
  CHECK(out.cameras == b.cameras);
  CHECK(out.points != b.points);
  CHECK(run("solve town.txt --fix cameras,points", town.path()).code == 0);
  // What is fixed stays, whatever bounds say.
  CHECK(solved(town, "town.txt --fix focal --lower focal=5000 --output out.txt")["notes"].empty());
  const thalweg::Bundle bounded = thalweg::read_bal((town.path() / "out.txt").string());
  for (std::size_t c = 0; c < 12; ++c) CHECK(bounded.cameras[9 * c + 6] == b.cameras[9 * c + 6]);
  CHECK(run("solve town.txt --lower focal=inf", town.path()).code == 2);
}
