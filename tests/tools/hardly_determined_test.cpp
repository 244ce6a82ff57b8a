// Scenes and journeys of cameras that leave something open, and points that run to infinity.
#include <cmath>
#include <filesystem>
#include <random>
#include <string>

#include <doctest/doctest.h>
#include <fmt/format.h>
#include <nlohmann/json.hpp>
#include <thalweg/models/bundle.hpp>

#include "support/folder.hpp"
#include "tools/run.hpp"

using namespace command_test;

namespace {

/// Cameras that drive towards points: these on a wall across the road, where `relief` is 0, or up to so far before and
/// behind it. Straight ahead, or turned by up to `turn` from side to side.
std::string journey(double relief, double turn) {
  constexpr int cameras = 6, points = 60;
  std::mt19937 random(3);
  std::normal_distribution<double> normal;
  std::uniform_real_distribution<double> uniform(-1.0, 1.0);
  std::string numbers, observations;
  double X[points][3];
  for (auto& x : X) {
    x[0] = 3.0 * uniform(random);
    x[1] = 3.0 * uniform(random);
    x[2] = -10.0 + relief * uniform(random);
  }
  for (int c = 0; c < cameras; ++c) {
    const double angle = turn * (c % 2 ? 1.0 : -1.0), ahead = -0.5 * c, aside = -12.0 * std::tan(angle);
    const double cosine = std::cos(angle), sine = std::sin(angle);
    for (int p = 0; p < points; ++p) {
      // The camera stands at (aside, 0, ahead) and looks along −z, turned about y towards the wall's middle.
      const double dx = X[p][0] - aside, dy = X[p][1], dz = X[p][2] - ahead;
      const double px = cosine * dx + sine * dz, pz = -sine * dx + cosine * dz;
      observations += fmt::format("{} {} {:.6f} {:.6f}\n", c, p, -800.0 * px / pz + 0.3 * normal(random),
                                  -800.0 * dy / pz + 0.3 * normal(random));
    }
    const double tx = -(cosine * aside + sine * ahead), tz = -(-sine * aside + cosine * ahead);
    for (const double v : {1e-3 * normal(random), angle + 1e-3 * normal(random), 0.0, tx, 0.0, tz, 780.0, 0.0, 0.0})
      numbers += fmt::format("{:.17g}\n", v);
  }
  for (const auto& x : X)
    for (const double v : x) numbers += fmt::format("{:.17g}\n", v + 0.02 * normal(random));
  return fmt::format("{} {} {}\n", cameras, points, cameras * points) + observations + numbers;
}

nlohmann::json solved(const std::string& file, const std::string& options = "") {
  const Outcome outcome = run("solve " + file + " --quiet --json - " + options);
  CAPTURE(outcome.err);
  REQUIRE(!outcome.out.empty());
  return nlohmann::json::parse(outcome.out);
}

std::string notes_of(const nlohmann::json& result) { return result.value("notes", nlohmann::json::array()).dump(); }

}  // namespace

TEST_CASE("a drive straight towards a wall leaves focal lengths and depth open, which is said, and ends") {
  const test_support::Folder folder;
  const std::string wall = folder.write("wall.txt", journey(0.0, 0.0));
  const Outcome check = run("check " + wall);
  CHECK(check.out.find("hardly determine") != std::string::npos);
  CHECK(check.out.find("focal lengths") != std::string::npos);
  const nlohmann::json result = solved(wall);
  CHECK(result["status"] != "converged");
  CHECK(result["iterations"].get<int>() < 1500);
  CHECK(notes_of(result).find("hardly determine") != std::string::npos);
}

TEST_CASE("a scene seen from several sides converges in a few steps, and nothing is said to be open") {
  const test_support::Folder folder;
  const std::string scene = folder.write("scene.txt", journey(3.0, 0.5));
  const Outcome check = run("check " + scene);
  CHECK(check.code == 0);
  CHECK(check.out.find("hardly determine") == std::string::npos);
  const nlohmann::json result = solved(scene);
  CHECK(result["status"] == "converged");
  CHECK(result["iterations"].get<int>() < 50);
  CHECK(notes_of(result).find("hardly") == std::string::npos);
}

TEST_CASE("where points run to infinity, too, a shift changes no step") {
  const std::string path = THALWEG_SHARED_DATA "/bal/problem-49-7776-pre.txt.bz2";
  if (!std::filesystem::exists(path)) {
    MESSAGE("skipped: " << path << " is not there");
    return;
  }
  const test_support::Folder folder;
  const thalweg::Bundle b = thalweg::read_bal(path);
  const auto solved_at = [&](double shift) {
    return solved(folder.write("shifted.txt", thalweg::write_bal(thalweg::moved(b, {shift, -shift, 0.3 * shift}))));
  };
  const nlohmann::json here = solved_at(0.0);
  CHECK(here["status"] == "converged");
  for (const double shift : {1e3, 1e6, 5e6}) {
    CAPTURE(shift);
    const nlohmann::json there = solved_at(shift);
    CHECK(there["status"] == "converged");
    CHECK(there["final_cost"].get<double>() == doctest::Approx(here["final_cost"].get<double>()).epsilon(1e-9));
    CHECK(std::abs(there["iterations"].get<int>() - here["iterations"].get<int>()) <= 2);
  }
}

TEST_CASE("a bundle in two pieces is said to be in two") {
  const test_support::Folder folder;
  const thalweg::Bundle one = thalweg::generate_bundle({.cameras = 4, .points = 40, .observations_per_point = 2.5});
  thalweg::Bundle two = one;
  for (std::size_t i = 0; i < one.u.size(); ++i) {
    two.camera_of.push_back(one.camera_of[i] + 4);
    two.point_of.push_back(one.point_of[i] + 40);
  }
  two.cameras.insert(two.cameras.end(), one.cameras.begin(), one.cameras.end());
  two.points.insert(two.points.end(), one.points.begin(), one.points.end());
  two.u.insert(two.u.end(), one.u.begin(), one.u.end());
  two.v.insert(two.v.end(), one.v.begin(), one.v.end());
  CHECK(thalweg::connectivity(one).pieces.empty());
  REQUIRE(thalweg::connectivity(two).pieces.size() == 2);
  CHECK(thalweg::connectivity(two).pieces[0] == std::vector<std::int32_t>{0, 1, 2, 3});
  const std::string file = folder.write("two.txt", thalweg::write_bal(two));
  CHECK(notes_of(solved(file)).find("the cameras fall into 2 pieces") != std::string::npos);
}

TEST_CASE("a convex loss takes a bundle from a poor start in few steps") {
  const test_support::Folder folder;
  const thalweg::Bundle town = thalweg::generate_bundle({.cameras = 12, .points = 600, .drift = 2.0, .seed = 2});
  const std::string file = folder.write("town.txt", thalweg::write_bal(town));
  for (const char* loss : {"huber:1", "soft-l1:1"}) {
    CAPTURE(loss);
    const nlohmann::json result = solved(file, std::string("--loss ") + loss);
    CHECK(result["status"] == "converged");
    CHECK(result["iterations"].get<int>() < 60);
  }
}
