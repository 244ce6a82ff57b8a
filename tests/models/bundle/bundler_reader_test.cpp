// Files of Bundler: what they hold, and what is wrong with them.
#include <cmath>
#include <random>
#include <string>

#include <doctest/doctest.h>
#include <fmt/format.h>
#include <Eigen/Geometry>
#include <thalweg/io/file_error.hpp>
#include <thalweg/models/bundle.hpp>

#include "../../support/folder.hpp"
#include "../../support/mutate.hpp"

using namespace thalweg;

namespace {

/// A bundle as Bundler writes it.
std::string written(const Bundle& b) {
  std::string text = fmt::format("# Bundle file v0.3\n{} {}\n", b.camera_count() + 1, b.point_count());
  for (std::size_t c = 0; c < b.cameras.size(); c += 9) {
    const double* const p = b.cameras.data() + c;
    const Eigen::Vector3d w(p[0], p[1], p[2]);
    const Eigen::Matrix3d R =
        w.norm() > 0.0 ? Eigen::AngleAxisd(w.norm(), w.normalized()).toRotationMatrix() : Eigen::Matrix3d::Identity();
    text += fmt::format("{} {} {}\n", p[6], p[7], p[8]);
    for (int i = 0; i < 3; ++i) text += fmt::format("{} {} {}\n", R(i, 0), R(i, 1), R(i, 2));
    text += fmt::format("{} {} {}\n", p[3], p[4], p[5]);
  }
  text += "0 0 0\n0 0 0\n0 0 0\n0 0 0\n0 0 0\n";  // a camera that was not placed
  for (std::int32_t p = 0; p < b.point_count(); ++p) {
    const double* const X = b.points.data() + 3 * p;
    text += fmt::format("{} {} {}\n10 20 30\n", X[0], X[1], X[2]);
    std::string views;
    int count = 0;
    for (std::size_t i = 0; i < b.u.size(); ++i)
      if (b.point_of[i] == p) {
        views += fmt::format(" {} {} {} {}", b.camera_of[i], count, b.u[i], b.v[i]);
        ++count;
      }
    text += fmt::format("{}{}\n", count, views);
  }
  return text;
}

std::string complaint(const std::string& text) {
  try {
    parse_bundler(text, "f.out");
  } catch (const FileError& error) {
    return error.what();
  }
  return "accepted";
}

const Bundle town = generate_bundle({.cameras = 5, .points = 30, .observations_per_point = 3.0});

double cost(const Bundle& b) {
  const Problem problem = build_problem(b);
  const ResidualGroup& group = *problem.groups()[0];
  std::vector<double> u(static_cast<std::size_t>(group.items())), v(u.size());
  double* const r[] = {u.data(), v.data()};
  group.evaluate(problem.start().data(), {0, group.items(), r});
  double sum = 0.0;
  for (std::size_t i = 0; i < u.size(); ++i) sum += u[i] * u[i] + v[i] * v[i];
  return sum;
}

}  // namespace

TEST_CASE("Bundler's files: the same residuals as of the bundle that was written") {
  const Bundle b = parse_bundler(written(town), "f.out");
  CHECK(b.camera_count() == town.camera_count() + 1);
  CHECK(b.point_count() == town.point_count());
  CHECK(b.observation_count() == town.observation_count());
  CHECK(cost(b) == doctest::Approx(cost(town)).epsilon(1e-9));
  CHECK(connectivity(b).unobserved_cameras == std::vector<std::int32_t>{5});
  const test_support::Folder folder;
  const std::string path = folder.write("b.out", written(town));
  CHECK(looks_like_bundler(path));
  CHECK(looks_like_bundler(folder.write("b", written(town))));
  CHECK_FALSE(looks_like_bundler(folder.write("b.txt", write_bal(town))));
  CHECK(read_bundler(path).u == b.u);
  CHECK(read_bundle(path).u == b.u);
  CHECK(read_bundle(folder.write("c.txt", write_bal(town))).u == town.u);
}

TEST_CASE("Bundler's files: what is wrong is said, with its place") {
  const std::string good = written(town);
  CHECK(complaint("").find("the file does not begin with '# Bundle file v0.3'; expected") != std::string::npos);
  CHECK(complaint("# Bundle file v0.1\n1 1\n").starts_with("f.out:1:15: the file does not begin with"));
  CHECK(complaint(good + "7\n")
            .find("something stands behind the last point; expected the end of the file after 6 "
                  "cameras and 30 points") != std::string::npos);
  CHECK(complaint(good.substr(0, good.size() / 2)).starts_with("f.out:"));
  const std::string camera = "# Bundle file v0.3\n1 1\n500 0 0\n1 0 0\n0 1 0\n0 0 1\n0 0 0\n",
                    point = "0 0 -5\n1 2 3\n";
  CHECK(complaint(camera + point + "1 0 0 0.5 0.5\n") == "accepted");
  CHECK(complaint(camera + point + "1 1 0 0.5 0.5\n").starts_with("f.out:10:3: "));
  CHECK(complaint(camera + point + "0\n").find("no point is seen") != std::string::npos);
  std::string skew = camera;
  skew.replace(skew.find("1 0 0\n"), 5, "1 1 0");
  CHECK(complaint(skew + point + "1 0 0 0.5 0.5\n").find("the nine numbers before the translation are no rotation") !=
        std::string::npos);
  std::string unplaced = camera;
  unplaced.replace(unplaced.find("500 0 0"), 7, "0 0 0");
  CHECK(complaint(unplaced + point + "1 0 0 0.5 0.5\n").find("whose focal length is 0") != std::string::npos);
}

TEST_CASE("Bundler's files: thousands of mutated files are read or refused, never worse") {
  std::mt19937 random(23);
  const std::string good = written(generate_bundle({.cameras = 2, .points = 4, .observations_per_point = 2.0}));
  for (int i = 0; i < 4000; ++i) complaint(test_support::mutate(good, random, "0123456789.-+e \n#naif", 4, 40));
}
