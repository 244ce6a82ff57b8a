// A look at problems of many blocks, without a matrix.
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include <thalweg/diagnosis/check.hpp>
#include <thalweg/models/bundle.hpp>
#include <thalweg/report/json.hpp>
#include <thalweg/report/text.hpp>

using thalweg::Bundle;
using thalweg::CheckReport;
using thalweg::Finding;
using thalweg::FreeDirection;

namespace {

Bundle town() { return thalweg::generate_bundle({.cameras = 20, .points = 400, .observations_per_point = 4.0}); }

std::vector<FreeDirection> seven(const Bundle& b) {
  std::vector<FreeDirection> list;
  for (const auto& d : thalweg::gauge_directions(b)) list.push_back({d.name, d.direction});
  return list;
}

bool contains(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

bool noted(const CheckReport& report, const std::string& part) {
  return std::any_of(report.notes.begin(), report.notes.end(), [&](const std::string& n) { return contains(n, part); });
}

const Finding* found(const CheckReport& report, Finding::Kind kind) {
  const auto it =
      std::find_if(report.findings.begin(), report.findings.end(), [&](const Finding& f) { return f.kind == kind; });
  return it == report.findings.end() ? nullptr : &*it;
}

}  // namespace

TEST_CASE("a sound bundle has no findings, and its seven free directions are named") {
  const Bundle b = town();
  const CheckReport report = check(thalweg::build_problem(b), {}, seven(b));
  CHECK(report.clean());
  CHECK(std::isfinite(report.cost));
  CHECK(report.plan.linear_solver == "dense-schur");
  CHECK(contains(report.plan.reason, "400 eliminated blocks leave 180 columns"));
  CHECK((report.plan.bytes > 1e5 && report.plan.bytes < 1e8));
  CHECK(
      noted(report,
            "translation along x, y, z; rotation about x, y, z; scale: nothing in the data fixes these 7 directions"));
  CHECK(noted(report, "derivatives were compared with differences at 40 of "));
  CHECK(report.problem.parameters == 20 * 9 + 400 * 3);
}

TEST_CASE("a direction that residuals see is not called free") {
  const Bundle b = town();
  std::vector<FreeDirection> directions = seven(b);
  directions.resize(1);
  directions.push_back({"focal length", std::vector<double>(b.cameras.size() + b.points.size())});
  for (std::size_t c = 0; c < b.cameras.size(); c += 9) directions[1].direction[c + 6] = 1.0;
  const CheckReport report = check(thalweg::build_problem(b), {}, directions);
  CHECK(noted(report, "translation along x: nothing in the data fixes it ("));
  CHECK(noted(report, "focal length: fixed by the data or by fixed parameters"));
  directions[1].direction.pop_back();
  CHECK_THROWS_WITH_AS(check(thalweg::build_problem(b), {}, directions),
                       "the direction 'focal length' has 1379 numbers; expected 1380", thalweg::Error);
}

TEST_CASE("blocks that too few residuals read are named") {
  Bundle b = town();
  b.points.insert(b.points.end(), {0, 0, 0, 1, 1, 1});  // 400: unseen; 401: seen once
  b.cameras.insert(b.cameras.end(), b.cameras.begin(), b.cameras.begin() + 9);
  b.camera_of.push_back(0);
  b.point_of.push_back(401);
  b.u.push_back(0.0);
  b.v.push_back(0.0);
  const CheckReport report = check(thalweg::build_problem(b));
  std::vector<std::string> sentences;
  for (const Finding& f : report.findings) sentences.push_back(f.sentence);
  CHECK(sentences ==
        std::vector<std::string>{
            "No residual reads 1 of the 21 blocks 'camera': 'camera[20]'.",
            "No residual reads 1 of the 402 blocks 'point': 'point[400]'.",
            "Too few residuals read 1 of the 402 blocks 'point': 'point[401]' ('point[401]': 1 residual, 2 "
            "equations for 3 numbers)."});
  REQUIRE(found(report, Finding::Kind::underdetermined));
  CHECK(found(report, Finding::Kind::underdetermined)->parameters == std::vector<std::string>{"point[401]"});
  CHECK(contains(to_json(report), "\"underdetermined\""));
}

TEST_CASE("a start that is not finite names residual and blocks") {
  Bundle b = town();
  // Camera 0 sees its first point from the point's own place.
  const auto first =
      static_cast<std::size_t>(std::find(b.camera_of.begin(), b.camera_of.end(), 0) - b.camera_of.begin());
  std::fill_n(b.cameras.begin(), 6, 0.0);
  std::fill_n(b.points.begin() + 3 * b.point_of[first], 3, 0.0);
  const CheckReport report = check(thalweg::build_problem(b), {}, seven(b));
  const Finding* finding = found(report, Finding::Kind::start_not_finite);
  REQUIRE(finding);
  CHECK(finding->sentence ==
        "Not finite at the start: reprojection[" + std::to_string(first) +
            "], component 0 is not finite: the point lies at the camera's centre (it reads camera[0] and "
            "point[" +
            std::to_string(b.point_of[first]) + "]).");
  CHECK(!noted(report, "derivatives"));
}

TEST_CASE("a number that changes no residual at the start is named") {
  thalweg::Problem problem;
  const std::vector<double> many(500, 1.0);
  const auto p = problem.add_parameters("p", thalweg::Vec<double, 1>{1.0}, 500),
             idle = problem.add_parameters("idle", thalweg::Vec<double, 1>{1.0});
  std::vector<int> index(many.size());
  for (std::size_t i = 0; i < index.size(); ++i) index[i] = static_cast<int>(i);
  problem.add_residuals(
      "data", [](const auto& q, const auto&, double y) { return q[0] - 2.0 * y; }, p[index], idle, many);
  const CheckReport report = check(problem);
  const Finding* finding = found(report, Finding::Kind::no_influence);
  REQUIRE(finding);
  CHECK(finding->sentence == "At the start no residual changes with 'idle'.");
}
