// Generated bundle adjustments are problems of the size that was asked for, like those of real towns.
#include <thalweg/models/bundle.hpp>

#include <doctest/doctest.h>
#include <support/capture.hpp>

#include <algorithm>
#include <cmath>
#include <set>
#include <vector>

#include <Eigen/Geometry>

#include <thalweg/base/error.hpp>
#include <thalweg/models/reprojection.hpp>

using thalweg::Bundle;
using thalweg::BundleOptions;
using thalweg::generate_bundle;

namespace {

std::vector<int> views_of_points(const Bundle& b) {
  std::vector<int> views(static_cast<std::size_t>(b.point_count()));
  for (const std::int32_t p : b.point_of) ++views[static_cast<std::size_t>(p)];
  return views;
}

/// ½ Σ of the squared residuals by the plain callable, which knows nothing of the kernel's group.
double cost(const Bundle& b) {
  double sum = 0.0;
  for (std::size_t i = 0; i < b.u.size(); ++i) {
    const double* camera = b.cameras.data() + 9 * b.camera_of[i];
    const double* point = b.points.data() + 3 * b.point_of[i];
    sum += 0.5 * thalweg::Reprojection{}(camera, point, b.u[i], b.v[i]).squaredNorm();
  }
  return sum;
}

std::string error_of(const BundleOptions& options) {
  try {
    (void)generate_bundle(options);
  } catch (const thalweg::Error& error) {
    return error.what();
  }
  return "no error";
}

}  // namespace

TEST_CASE("the same options make the same bundle, another seed another one") {
  const BundleOptions options = {.cameras = 20, .points = 500};
  const Bundle a = generate_bundle(options), b = generate_bundle(options);
  CHECK(thalweg::write_bal(a) == thalweg::write_bal(b));
  BundleOptions other = options;
  other.seed = 2;
  CHECK(thalweg::write_bal(generate_bundle(other)) != thalweg::write_bal(a));
}

TEST_CASE("a generated bundle has the size that was asked for, and each point is seen twice at least") {
  for (const auto& [cameras, points, mean] :
       {std::tuple{2, 50, 2.0}, std::tuple{6, 300, 3.0}, std::tuple{50, 5000, 5.0}, std::tuple{200, 20000, 3.0},
        std::tuple{150, 1500, 7.0}}) {
    CAPTURE_BINDING(cameras);
    const Bundle b = generate_bundle({.cameras = cameras, .points = points, .observations_per_point = mean});
    CHECK(b.camera_count() == cameras);
    CHECK(b.point_count() == points);
    CHECK(static_cast<double>(b.observation_count()) / points == doctest::Approx(mean).epsilon(0.01));
    const std::vector<int> views = views_of_points(b);
    CHECK(*std::min_element(views.begin(), views.end()) >= 2);
    std::set<std::pair<int, int>> pairs;
    for (std::size_t i = 0; i < b.u.size(); ++i) pairs.insert({b.camera_of[i], b.point_of[i]});
    CHECK(pairs.size() == b.u.size());  // nobody sees a point twice
  }
}

TEST_CASE("visibility is local, with a long tail") {
  const Bundle b = generate_bundle({.cameras = 300, .points = 15000});
  const std::vector<int> views = views_of_points(b);
  const auto most = *std::max_element(views.begin(), views.end());
  const auto few = std::count_if(views.begin(), views.end(), [](int n) { return n <= 3; });
  CHECK(most >= 20);
  CHECK(few > 5000);
  std::vector<int> of_camera(300);
  for (const std::int32_t c : b.camera_of) ++of_camera[static_cast<std::size_t>(c)];
  CHECK(*std::min_element(of_camera.begin(), of_camera.end()) >= 9);
  std::vector<std::set<int>> cameras_of(15000);
  for (std::size_t i = 0; i < b.u.size(); ++i)
    cameras_of[static_cast<std::size_t>(b.point_of[i])].insert(b.camera_of[i]);
  std::set<std::pair<int, int>> pairs;
  std::int64_t near = 0, all = 0;
  for (const auto& cameras : cameras_of)
    for (const int i : cameras)
      for (const int j : cameras)
        if (i < j) {
          pairs.insert({i, j});
          ++all;
          near += j - i <= 40;
        }
  CHECK(static_cast<double>(pairs.size()) < 0.5 * (300.0 * 299.0 / 2.0));  // a sparse reduced system
  CHECK(near > all / 2);
  CHECK(near < all);  // streets meet: the drive comes back
}

TEST_CASE("generated points lie before their cameras and inside the images") {
  const Bundle exact = generate_bundle({.cameras = 60, .points = 4000, .noise = 0.0, .drift = 0.0});
  for (std::size_t i = 0; i < exact.u.size(); ++i) {
    CHECK(std::abs(exact.u[i]) <= 640.0);
    CHECK(std::abs(exact.v[i]) <= 480.0);
  }
  for (const Bundle& b : {exact, generate_bundle({.cameras = 60, .points = 4000})}) {
    int behind = 0;
    for (std::size_t i = 0; i < b.u.size(); ++i) {
      const double* c = b.cameras.data() + 9 * b.camera_of[i];
      const double* X = b.points.data() + 3 * b.point_of[i];
      // Rodrigues: the third row of RX + t; the camera looks along −z.
      const Eigen::Vector3d w(c[0], c[1], c[2]), x(X[0], X[1], X[2]);
      const double angle = w.norm();
      const Eigen::Vector3d k = w / angle;
      const Eigen::Vector3d P =
          x * std::cos(angle) + k.cross(x) * std::sin(angle) + k * k.dot(x) * (1.0 - std::cos(angle));
      behind += P[2] + c[5] > -0.5;
    }
    CHECK(behind == 0);
  }
}

TEST_CASE("without drift and noise the start is the solution; noise and drift raise its cost as they should") {
  CHECK(cost(generate_bundle({.cameras = 30, .points = 2000, .noise = 0.0, .drift = 0.0})) < 1e-12);
  const Bundle noisy = generate_bundle({.cameras = 30, .points = 2000, .noise = 0.5, .drift = 0.0});
  const double n = 2.0 * static_cast<double>(noisy.observation_count());
  // Focal lengths, distortions, positions are true: what is left is the noise, ½ σ² n.
  CHECK(cost(noisy) == doctest::Approx(0.5 * 0.25 * n).epsilon(0.05));
  const double drifted = cost(generate_bundle({.cameras = 30, .points = 2000, .noise = 0.5}));
  CHECK(std::isfinite(drifted));
  CHECK(drifted > 20.0 * cost(noisy));
  CHECK(cost(generate_bundle({.cameras = 30, .points = 2000, .noise = 0.5, .drift = 2.0})) > 2.0 * drifted);
}

TEST_CASE("options that make no bundle are refused") {
  CHECK(error_of({.cameras = 1}) == "the number of cameras is 1; expected at least 2");
  CHECK(error_of({.points = 0}) == "the number of points is 0; expected at least 1");
  CHECK(error_of({.cameras = 4, .observations_per_point = 4.5}) ==
        "the number of observations per point is 4.5; expected 2 to the number of cameras, 4");
  CHECK(error_of({.observations_per_point = 1.5}) ==
        "the number of observations per point is 1.5; expected 2 to the number of cameras, 100");
  CHECK(error_of({.noise = -1.0}) == "the noise is -1; expected pixels >= 0");
  CHECK(error_of({.drift = std::nan("")}) == "the drift is nan; expected a number >= 0");
  const std::string crowded = error_of({.cameras = 10, .points = 300, .observations_per_point = 10.0});
  CHECK(crowded.ends_with(" of the 10 cameras, and not by 10; expected fewer observations per point, or more cameras"));
}
