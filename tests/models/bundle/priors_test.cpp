// Places of cameras and points that were measured.
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <random>
#include <string>
#include <vector>

#include <Eigen/Geometry>

#include <support/mutate.hpp>
#include <thalweg/io/file_error.hpp>
#include <thalweg/minimize/solve.hpp>
#include <thalweg/models/bundle_terms.hpp>
#include <thalweg/problem/derivative_check.hpp>

using namespace thalweg;

namespace {

using Vector = Eigen::Vector3d;
using Matrix = Eigen::Matrix3d;

Bundle town() {
  return generate_bundle({.cameras = 12, .points = 200, .observations_per_point = 4.0, .drift = 0.3, .seed = 3});
}

Vector centre(const Bundle& b, int camera) {
  const Eigen::Map<const Vector> w(b.cameras.data() + 9 * camera), t(b.cameras.data() + 9 * camera + 3);
  return -(Eigen::AngleAxisd(w.norm(), w.normalized()).toRotationMatrix().transpose() * t);
}

PlacePrior prior(int number, const Vector& c, double sigma) {
  return {number, {c[0], c[1], c[2]}, {sigma, sigma, sigma}};
}

struct World {
  double scale;
  Matrix Q;
  Vector shift;
  Vector of(const Vector& X) const { return scale * (Q * X) + shift; }
};
World utm() {
  return {3.0, Eigen::AngleAxisd(2.0, Vector(1.0, -2.0, 0.5).normalized()).toRotationMatrix(),
          Vector(5e6, 4.5e5, 300.0)};
}

/// Of every camera of b, in another world, with errors of a normal distribution.
BundlePriors measured(const Bundle& b, const World& world, double sigma, unsigned seed) {
  std::mt19937 random(seed);
  std::normal_distribution<double> normal(0.0, sigma);
  BundlePriors priors;
  for (int c = 0; c < 12; ++c) {
    const Vector error(normal(random), normal(random), normal(random));
    priors.cameras.push_back(prior(c, world.of(centre(b, c)) + error, sigma));
  }
  return priors;
}

std::string complaint(const std::string& text) {
  BundlePriors priors;
  try {
    parse_priors(text, "gps.txt", town(), priors);
  } catch (const FileError& e) {
    return e.what();
  }
  return "accepted";
}

std::string complaint_of_one(const std::string& text) {
  BundlePriors priors;
  try {
    parse_prior(text, town(), priors);
  } catch (const Error& e) {
    return e.what();
  }
  return "accepted";
}

}  // namespace

TEST_CASE("files of priors: comments, one deviation or three") {
  BundlePriors priors;
  parse_priors("# GPS\ncamera 3 1 2 3 0.5\n\n  point 7 -1e3 2.5 0 0.1 0.2 0.3 # ground control\r\n", "gps.txt", town(),
               priors);
  REQUIRE(priors.cameras.size() == 1);
  REQUIRE(priors.points.size() == 1);
  CHECK(priors.cameras[0].number == 3);
  CHECK(priors.cameras[0].place == std::array<double, 3>{1, 2, 3});
  CHECK(priors.cameras[0].sigma == std::array<double, 3>{0.5, 0.5, 0.5});
  CHECK(priors.points[0].number == 7);
  CHECK(priors.points[0].place == std::array<double, 3>{-1e3, 2.5, 0});
  CHECK(priors.points[0].sigma == std::array<double, 3>{0.1, 0.2, 0.3});
  parse_prior("camera:4=1,-2,3,0.25", town(), priors);
  CHECK(priors.cameras[1].place == std::array<double, 3>{1, -2, 3});
  CHECK(is_prior("point:3=1,2,3,4"));
  CHECK_FALSE(is_prior("camera:3"));
  CHECK_FALSE(is_prior("gps=1.txt"));
}

TEST_CASE("files of priors: what is wrong is said, with its place") {
  const std::string shape = "; expected camera NUMBER x y z sigma, or point NUMBER x y z sigma, or three sigmas";
  CHECK(complaint("camera 0 1 2 3 4\ncamra 1 1 2 3 4\n") ==
        "gps.txt:2:1: 'camra' (did you mean 'camera'?) begins a line" + shape);
  CHECK(complaint("camera 0 1 2 3\n") == "gps.txt:1:14: 5 words" + shape);
  CHECK(complaint("camera 0 1 2 3 4 5\n") == "gps.txt:1:18: 7 words" + shape);
  CHECK(complaint("camera 12 1 2 3 4\n") ==
        "gps.txt:1:8: the number of the camera is '12'; expected a whole number below 12");
  CHECK(complaint("point 1.5 1 2 3 4\n") ==
        "gps.txt:1:7: the number of the point is '1.5'; expected a whole number below 200");
  CHECK(complaint("point -1 1 2 3 4\n").starts_with("gps.txt:1:7: the number of the point is '-1'"));
  CHECK(complaint("camera 1 1 x 3 4\n") == "gps.txt:1:12: 'x' is no number; expected a finite number");
  CHECK(complaint("camera 1 1 inf 3 4\n") == "gps.txt:1:12: 'inf' is no number; expected a finite number");
  CHECK(complaint("camera 1 1 2 3 0\n") == "gps.txt:1:16: the standard deviation is 0; expected a number > 0");
  CHECK(complaint("camera 1 1 2 3 1 -1 1\n") == "gps.txt:1:18: the standard deviation is -1; expected a number > 0");
  CHECK(complaint("camera 1 1 2 3 1\npoint 1 0 0 0 1\ncamera 1 1 2 3 1\n") ==
        "gps.txt:3:8: camera 1 has a prior already; expected one for each");
  CHECK(complaint("# nothing\n") == "gps.txt: there are no priors" + shape);
  CHECK(complaint_of_one("camera:1=1,2,3") ==
        "'camera:1=1,2,3': 5 words; expected camera:NUMBER=x,y,z,sigma or point:NUMBER=x,y,z,sigma, or three sigmas");
  CHECK(complaint_of_one("point:200=1,2,3,4") ==
        "'point:200=1,2,3,4': the number of the point is '200'; expected a whole number below 200");
  CHECK(complaint_of_one("point:1=1,,3,4") == "'point:1=1,,3,4': '' is no number; expected a finite number");
}

TEST_CASE("files of priors: thousands of mutated files are read or refused, never worse") {
  std::mt19937 random(29);
  const std::string good = "camera 3 1 2 3 0.5\npoint 7 -1e3 2.5 0 0.1 0.2 0.3 # gcp\ncamera 4 1 2 3 1\n";
  for (int i = 0; i < 4000; ++i) complaint(test_support::mutate(good, random, "0123456789.-+e \n#naif", 4, 40));
}

TEST_CASE("priors: residuals are those of centres and points, derivatives are right") {
  Bundle b = town();
  std::fill_n(b.cameras.begin(), 3, 0.0);  // no rotation
  BundlePriors priors;
  for (int c = 1; c < 12; ++c) priors.cameras.push_back({c, {1.0, 2.0, 3.0}, {0.5, 0.25, 2.0}});
  priors.points.push_back({5, {1.0, 2.0, 3.0}, {0.5, 0.25, 2.0}});
  double expected = 0.0;
  const Vector sigma(0.5, 0.25, 2.0), place(1.0, 2.0, 3.0);
  for (int c = 1; c < 12; ++c) expected += 0.5 * (centre(b, c) - place).cwiseQuotient(sigma).squaredNorm();
  expected += 0.5 * (Eigen::Map<const Vector>(b.points.data() + 15) - place).cwiseQuotient(sigma).squaredNorm();
  CHECK(prior_cost(b, priors) == doctest::Approx(expected).epsilon(1e-12));
  const auto cost_of = [](const ResidualGroup& group, const std::vector<double>& x) {
    const auto n = static_cast<std::size_t>(group.items());
    std::vector<double> r(3 * n);
    double* const arrays[] = {r.data(), r.data() + n, r.data() + 2 * n};
    group.evaluate(x.data(), {0, group.items(), arrays});
    double sum = 0.0;
    for (const double a : r) sum += 0.5 * a * a;
    return sum;
  };
  for (const bool share : {false, true}) {
    const SharedIntrinsics shared = share ? share_intrinsics(b, {}) : SharedIntrinsics{};
    const Problem with = build_problem(b, shared, priors);
    REQUIRE(with.groups().size() == 3);
    CHECK(with.groups()[1]->name() == "camera prior");
    CHECK(cost_of(*with.groups()[1], with.start()) + cost_of(*with.groups()[2], with.start()) ==
          doctest::Approx(expected).epsilon(1e-12));
    CHECK(check_derivatives(with).faults.empty());
  }
}

TEST_CASE("priors: the minimum is that of dense linear algebra, whatever the solver") {
  const Bundle b = town();
  BundlePriors priors = measured(b, {1.0, Matrix::Identity(), Vector::Zero()}, 0.05, 1);
  priors.cameras.resize(6);
  for (int p = 0; p < 10; ++p)
    priors.points.push_back(prior(p, Eigen::Map<const Vector>(b.points.data() + 3 * p), 0.02));
  const Problem problem = build_problem(b, {}, priors);
  const auto solved = [&](LinearSolverKind kind) {
    return solve(problem, {.linear_solver = kind, .function_tolerance = 1e-15, .max_iterations = 500});
  };
  const Result expected = solved(LinearSolverKind::dense_qr);
  REQUIRE(expected.converged());
  for (const LinearSolverKind kind : {LinearSolverKind::automatic, LinearSolverKind::dense_schur,
                                      LinearSolverKind::sparse_schur, LinearSolverKind::implicit_schur}) {
    CAPTURE(to_string(kind));
    const Result result = solved(kind);
    CHECK(result.final_cost == doctest::Approx(expected.final_cost).epsilon(1e-10));
    // No freedom is left: the minimum is one place.
    double worst = 0.0;
    for (std::size_t i = 9 * 12; i < result.x.size(); ++i)
      worst = std::max(worst, std::abs(result.x[i] - expected.x[i]));
    CHECK(worst < 1e-4);
  }
}

TEST_CASE("alignment: a world 5,000 km away is found again, and projections stay") {
  const Bundle b = town();
  const World world = utm();
  const auto s = alignment(b, measured(b, world, 1e-6, 2));
  REQUIRE(s.has_value());
  CHECK(s->free_directions == 0);
  CHECK(s->scale == doctest::Approx(3.0).epsilon(1e-6));
  const Bundle there = transformed(b, *s);
  for (int c = 0; c < 12; ++c) CHECK((centre(there, c) - world.of(centre(b, c))).norm() < 1e-5);
  for (int p = 0; p < 200; ++p)
    CHECK((Eigen::Map<const Vector>(there.points.data() + 3 * p) -
           world.of(Eigen::Map<const Vector>(b.points.data() + 3 * p)))
              .norm() < 1e-4);
  // Moved to the middle, as a solve has it, both have one cost.
  const auto middle = middle_of(there);
  const Problem here = build_problem(b), far = build_problem(moved(there, {-middle[0], -middle[1], -middle[2]}));
  const auto start_cost = [](const Problem& p) { return solve(p, {.max_iterations = 1}).initial_cost; };
  CHECK(start_cost(far) == doctest::Approx(start_cost(here)).epsilon(1e-5));
}

TEST_CASE("alignment: heavier priors count more, and a mirror image is none") {
  const Bundle b = town();
  BundlePriors priors = measured(b, utm(), 1e-3, 3);
  priors.cameras[4].place[0] += 1000.0;
  priors.cameras[4].sigma = {1e4, 1e4, 1e4};
  const auto s = alignment(b, priors);
  REQUIRE(s.has_value());
  CHECK(s->scale == doctest::Approx(3.0).epsilon(1e-3));
  for (PlacePrior& p : priors.cameras) p.place[2] = -p.place[2];
  const auto mirrored = alignment(b, priors);
  REQUIRE(mirrored.has_value());
  Matrix R;
  for (int i = 0; i < 3; ++i)
    for (int j = 0; j < 3; ++j) R(i, j) = mirrored->rotation[static_cast<std::size_t>(3 * i + j)];
  CHECK(R.determinant() == doctest::Approx(1.0));
}

TEST_CASE("alignment: places on a line leave the turn about it, one place leaves rotations and the scale") {
  const Bundle b = town();
  BundlePriors line;
  const Vector along = Vector(1.0, 2.0, -0.5).normalized();
  // Points are put on a line in the bundle, too.
  Bundle flat = b;
  for (int p = 0; p < 4; ++p) {
    Eigen::Map<Vector> X(flat.points.data() + 3 * p);
    X = Vector(1.0, 1.0, 0.0) + 2.0 * p * Vector::UnitX();
    line.points.push_back(prior(p, Vector(5e6, 1e5, 0.0) + 7.0 * p * along, 0.1));
  }
  const auto s = alignment(flat, line);
  REQUIRE(s.has_value());
  CHECK(s->free_directions == 1);
  CHECK(s->scale == doctest::Approx(3.5));
  const Bundle there = transformed(flat, *s);
  CHECK(prior_cost(there, line) < 1e-10);
  // Nothing but noise is beside the line.
  for (std::size_t p = 0; p < 4; ++p) line.points[p].place[2] += p % 2 == 0 ? 0.05 : -0.05;
  CHECK(alignment(flat, line).value().free_directions == 1);
  // Nor between places nearer to each other than their deviations.
  for (PlacePrior& p : line.points) p.sigma = {100.0, 100.0, 100.0};
  CHECK(alignment(flat, line).value().free_directions == 4);
  CHECK(alignment(flat, line).value().scale == 1.0);
  // Two places make a line, whatever they are.
  BundlePriors two;
  two.cameras = {prior(0, utm().of(centre(b, 0)), 1.0), prior(5, utm().of(centre(b, 5)), 1.0)};
  const auto of_two = alignment(b, two);
  REQUIRE(of_two.has_value());
  CHECK(of_two->free_directions == 1);
  CHECK(prior_cost(transformed(b, *of_two), two) < 1e-10);

  BundlePriors one;
  one.cameras = {prior(2, Vector(5e6, 1e5, 3.0), 1.0)};
  const auto of_one = alignment(b, one);
  REQUIRE(of_one.has_value());
  CHECK(of_one->free_directions == 4);
  CHECK(of_one->scale == 1.0);
  const Bundle beside = transformed(b, *of_one);
  CHECK(prior_cost(beside, one) < 1e-15);
  CHECK(std::equal(beside.cameras.begin(), beside.cameras.begin() + 3, b.cameras.begin()));
  CHECK_FALSE(alignment(b, {}).has_value());
  // Measured apart, and in one place.
  BundlePriors apart;
  Bundle together = b;
  std::copy_n(b.points.begin(), 3, together.points.begin() + 3);
  apart.points = {prior(0, Vector(1.0, 0.0, 0.0), 0.1), prior(1, Vector(2.0, 0.0, 0.0), 0.1)};
  CHECK_FALSE(alignment(together, apart).has_value());
}
