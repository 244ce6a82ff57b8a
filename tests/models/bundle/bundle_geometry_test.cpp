// What is free in a bundle, what is seen too little, and what it looks like from above.
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <numbers>
#include <string>
#include <vector>

#include <Eigen/Geometry>

#include <thalweg/models/bundle.hpp>
#include <thalweg/models/curve_fit.hpp>

using thalweg::Bundle;

namespace {

using Vector = Eigen::Vector3d;
using Matrix = Eigen::Matrix3d;

Bundle town() { return thalweg::generate_bundle({.cameras = 8, .points = 60, .observations_per_point = 3.0}); }

Matrix turn(const double* w) {
  const Vector v(w[0], w[1], w[2]);
  return v.norm() > 0.0 ? Eigen::AngleAxisd(v.norm(), v.normalized()).toRotationMatrix() : Matrix::Identity();
}

std::vector<double> residuals(const thalweg::Problem& problem, const std::vector<double>& x) {
  const auto n = static_cast<std::size_t>(problem.groups()[0]->items());
  std::vector<double> u(n), v(n);
  double* const out[] = {u.data(), v.data()};
  problem.groups()[0]->evaluate(x.data(), {0, static_cast<std::int64_t>(n), out});
  u.insert(u.end(), v.begin(), v.end());
  return u;
}

/// The bundle after the world was moved by X ↦ s Q X + v.
Bundle moved(Bundle b, double s, const Matrix& Q, const Vector& v) {
  for (std::size_t c = 0; c < b.cameras.size(); c += 9) {
    const Matrix R = turn(b.cameras.data() + c) * Q.transpose();
    Eigen::Map<Vector> t(b.cameras.data() + c + 3);
    t = s * t - R * v;
    const Eigen::AngleAxisd w(R);
    Eigen::Map<Vector>(b.cameras.data() + c) = w.angle() * w.axis();
  }
  for (std::size_t p = 0; p < b.points.size(); p += 3) {
    Eigen::Map<Vector> X(b.points.data() + p);
    X = s * Q * X + v;
  }
  return b;
}

}  // namespace

TEST_CASE("moving the whole world changes no residual, and the gauge directions are its first order") {
  Bundle b = town();
  // Angles of all sizes: none, tiny, close to a half turn.
  b.cameras[0] = b.cameras[1] = b.cameras[2] = 0.0;
  b.cameras[9] = 1e-9;
  b.cameras[10] = b.cameras[11] = 0.0;
  b.cameras[18] = std::numbers::pi - 1e-4;
  b.cameras[19] = b.cameras[20] = 1e-3;
  const thalweg::Problem problem = thalweg::build_problem(b);
  const std::vector<double> x = problem.start(), r = residuals(problem, x);
  const auto directions = thalweg::gauge_directions(b);
  REQUIRE(directions.size() == 7);
  const char* const names[] = {"translation along x",
                               "translation along y",
                               "translation along z",
                               "rotation about x",
                               "rotation about y",
                               "rotation about z",
                               "scale"};
  constexpr double h = 1e-5;
  for (std::size_t k = 0; k < 7; ++k) {
    CAPTURE(names[k]);
    CHECK(directions[k].name == names[k]);
    const std::vector<double>& d = directions[k].direction;
    REQUIRE(d.size() == x.size());
    const auto at = [&](double step) {
      const int axis = static_cast<int>(k % 3);
      const Vector e = Vector::Unit(axis);
      return k < 3   ? moved(b, 1.0, Matrix::Identity(), step * e)
             : k < 6 ? moved(b, 1.0, Eigen::AngleAxisd(step, e).toRotationMatrix(), Vector::Zero())
                     : moved(b, 1.0 + step, Matrix::Identity(), Vector::Zero());
    };
    const Bundle forth = at(h), back = at(-h);
    const thalweg::Problem there = thalweg::build_problem(forth), here = thalweg::build_problem(back);
    double worst = 0.0;
    for (std::size_t i = 0; i < x.size(); ++i)
      worst =
          std::max(worst, std::abs((there.start()[i] - here.start()[i]) / (2.0 * h) - d[i]) / (1.0 + std::abs(d[i])));
    CHECK(worst < 1e-6);
    const std::vector<double> same = residuals(there, there.start());
    for (std::size_t i = 0; i < r.size(); ++i) REQUIRE(std::abs(same[i] - r[i]) < 1e-6 * (1.0 + std::abs(r[i])));
  }
}

TEST_CASE("who is seen too little is counted and named") {
  Bundle b;
  b.file = "f.txt";
  b.cameras.assign(9 * 4, 0.0);
  b.points.assign(3 * 10, 1.0);
  const auto see = [&](int camera, int point) {
    b.camera_of.push_back(camera);
    b.point_of.push_back(point);
    b.u.push_back(0.0);
    b.v.push_back(0.0);
  };
  for (int p = 0; p < 6; ++p) {
    see(0, p);
    see(1, p);
  }
  see(3, 6);
  see(3, 6);  // the same camera again tells no distance
  see(3, 5);
  const thalweg::BundleConnectivity c = thalweg::connectivity(b);
  CHECK(c.unseen_points == std::vector<std::int32_t>{7, 8, 9});
  CHECK(c.points_seen_once == std::vector<std::int32_t>{6});
  CHECK(c.unobserved_cameras == std::vector<std::int32_t>{2});
  CHECK(c.short_cameras == std::vector<std::int32_t>{3});
  CHECK(
      thalweg::in_words(c) ==
      std::vector<std::string>{
          "3 points are seen by no camera: they stay where they are (7, 8 and 9)",
          "1 point is seen by one camera only: nothing fixes how far away, and they move no farther than they must (6)",
          "1 camera has no observations: they stay where they are (2)",
          "1 camera has fewer than 5 observations: nothing fixes all its nine numbers, and they move no farther than "
          "they "
          "must (3)"});
  CHECK(thalweg::in_words(thalweg::connectivity(town())).empty());
  b.points.assign(3 * 30, 1.0);
  CHECK(thalweg::in_words(thalweg::connectivity(b))[0].ends_with("(7, 8, 9, 10, 11, 12 and 17 more)"));
}

TEST_CASE("the view from above keeps distances in the plane, wherever the file's axes point") {
  const Bundle b = town();
  const thalweg::BundleView view = thalweg::view_from_above(b);
  REQUIRE(view.camera_x.size() == 8);
  REQUIRE(view.point_y.size() == 60);
  // The town's z is up, but for the cameras' tilt.
  const auto centre = [&](std::size_t c) -> Vector {
    return -(turn(b.cameras.data() + 9 * c).transpose() * Eigen::Map<const Vector>(b.cameras.data() + 9 * c + 3));
  };
  for (std::size_t c = 1; c < 8; ++c) {
    const double seen = std::hypot(view.camera_x[c] - view.camera_x[0], view.camera_y[c] - view.camera_y[0]);
    CHECK(seen == doctest::Approx((centre(c) - centre(0)).head<2>().norm()).epsilon(0.05));
    const double cosine = (view.heading_x[c] * (view.camera_x[c] - view.camera_x[0]) +
                           view.heading_y[c] * (view.camera_y[c] - view.camera_y[0])) /
                          seen;
    CHECK(cosine > 0.5);  // cameras look to where the drive goes
  }
  // The drive lies along x.
  CHECK(std::abs(view.camera_x[7] - view.camera_x[0]) > 5.0 * std::abs(view.camera_y[7] - view.camera_y[0]));
  // Turned as a whole, the view is the same but for a turn by half.
  const Matrix Q = Eigen::AngleAxisd(1.1, Vector(1, 2, 3).normalized()).toRotationMatrix();
  const thalweg::BundleView turned = thalweg::view_from_above(moved(b, 1.0, Q, Vector(5, -3, 2)));
  const double sign = turned.camera_x[0] * view.camera_x[0] > 0.0 ? 1.0 : -1.0;
  for (std::size_t c = 0; c < 8; ++c) {
    CHECK(turned.camera_x[c] == doctest::Approx(sign * view.camera_x[c]).epsilon(1e-6));
    CHECK(turned.heading_y[c] == doctest::Approx(sign * view.heading_y[c]).epsilon(1e-6));
  }
  for (std::size_t p = 0; p < 60; ++p)
    CHECK(turned.point_y[p] == doctest::Approx(sign * view.point_y[p]).epsilon(1e-6));
}

TEST_CASE("a world moved elsewhere looks the same, and its middle is found") {
  const Bundle b = town();
  const Bundle far = thalweg::moved(b, {5e3, -2e3, 7e3});
  const auto here = thalweg::middle_of(b), there = thalweg::middle_of(far);
  CHECK(there[0] - here[0] == doctest::Approx(5e3));
  CHECK(there[1] - here[1] == doctest::Approx(-2e3));
  CHECK(there[2] - here[2] == doctest::Approx(7e3));
  const thalweg::Problem p = thalweg::build_problem(b), q = thalweg::build_problem(far);
  const auto r = residuals(p, p.start()), s = residuals(q, q.start());
  for (std::size_t i = 0; i < r.size(); ++i) CHECK(std::abs(r[i] - s[i]) < 1e-6);
}

TEST_CASE("points behind cameras, cameras that look the wrong way, negative focal lengths") {
  Bundle b = town();
  REQUIRE(thalweg::cheirality(b).behind.empty());
  CHECK(thalweg::in_words(thalweg::cheirality(b), "now").empty());
  // Camera 2 turned by half a turn about its own y axis: R' = diag(−1, 1, −1) R, t' alike.
  const Matrix half = Eigen::Vector3d(-1.0, 1.0, -1.0).asDiagonal();
  const Eigen::AngleAxisd w(half * turn(b.cameras.data() + 18));
  Eigen::Map<Vector>(b.cameras.data() + 18) = w.angle() * w.axis();
  Eigen::Map<Vector> t(b.cameras.data() + 21);
  t = (half * t).eval();
  b.cameras[9 * 5 + 6] *= -1.0;
  const auto found = thalweg::cheirality(b);
  const auto own = std::count(b.camera_of.begin(), b.camera_of.end(), 2);
  CHECK(static_cast<std::int64_t>(found.behind.size()) == own);
  CHECK(found.flipped_cameras == std::vector<std::int32_t>{2});
  CHECK(found.negative_focal_lengths == std::vector<std::int32_t>{5});
  CHECK(found.beside == 0);
  CHECK(thalweg::in_words(found, "now").size() == 3);
  const Bundle left = thalweg::without(b, found.behind);
  CHECK(left.observation_count() == b.observation_count() - own);
  CHECK(std::count(left.camera_of.begin(), left.camera_of.end(), 2) == 0);
  CHECK(thalweg::cheirality(left).behind.empty());
}
