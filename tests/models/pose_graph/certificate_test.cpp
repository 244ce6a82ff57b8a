// Certificates: the quadratic form is the cost, bounds touch and stay below, eigenvalues are those of dense matrices.
#include <algorithm>
#include <array>
#include <cmath>
#include <filesystem>
#include <numbers>
#include <string>

#include <doctest/doctest.h>

#include "models/pose_graph/certificate/relaxation.hpp"
#include "models/pose_graph/certificate_graphs.hpp"

using namespace certificate_test;
using doctest::Approx;

namespace {

template <class Pose>
double relaxed_cost(const graph::Relaxation<Pose>& relaxation, const PoseGraph& g) {
  return relaxation.cost(relaxation.point(g));
}

/// Adds landmarks that every third pose sees, with information drawn by `draw`.
template <class Draw>
void add_landmarks(PoseGraph& g, unsigned seed, Draw draw) {
  std::mt19937 random(seed);
  std::normal_distribution<double> normal;
  const int d = g.landmark_size();
  if (d == 3) {
    g.sensors = {0.1, -0.2, 0.3, 0.5, 0.5, 0.5, 0.5};
    g.sensor_ids = {0};
  }
  for (int l = 0; l < 4; ++l) {
    g.landmark_ids.push_back(100 + l);
    g.landmark_given.push_back(1);
    g.landmark_fixed.push_back(0);
    for (int k = 0; k < d; ++k) g.landmarks.push_back(normal(random));
    for (std::int32_t i = l % 3; i < static_cast<std::int32_t>(g.pose_count()); i += 3) {
      g.sightings.from.push_back(i);
      g.sightings.to.push_back(l);
      for (int k = 0; k < d; ++k) g.sightings.measurement.push_back(normal(random));
      const Eigen::MatrixXd omega = draw(random);
      for (int a = 0; a < d; ++a)
        for (int b = a; b < d; ++b) g.sightings.information.push_back(omega(a, b));
      if (d == 3) g.sensor_of.push_back(0);
    }
  }
}

/// The bound's cost where the graph stands, and that it is below the cost everywhere else.
template <class Pose>
void check_bound(const PoseGraph& g) {
  const graph::Relaxation<Pose> relaxation(g);
  const double cost = pose_graph_cost(g);
  CHECK(relaxed_cost(relaxation, g) + relaxation.slack() == Approx(cost).epsilon(1e-11));
  PoseGraph other = g;
  for (unsigned seed = 1; seed <= 40; ++seed) {
    scatter(other, 50 + seed, 0.3 * seed);
    const double there = pose_graph_cost(other);
    CHECK(relaxed_cost(relaxation, other) <= there + 1e-11 * std::abs(there));
  }
}

/// The graph with poses at which no edge is off by half a turn, where a bound of coupled information cannot touch.
template <class Pose>
PoseGraph where_it_touches(PoseGraph g) {
  unsigned seed = 1;
  while (graph::Relaxation<Pose>(g).slack() > 0.0) scatter(g, seed++);
  return g;
}

/// Along any step the bound has the derivative of the cost where they touch.
template <class Pose>
void check_derivatives(const PoseGraph& g) {
  const graph::Relaxation<Pose> relaxation(g);
  REQUIRE(relaxation.slack() == 0.0);
  constexpr double h = 1e-5;
  std::mt19937 random(5);
  std::normal_distribution<double> normal;
  for (int trial = 0; trial < 10; ++trial) {
    std::vector<double> step;
    for (std::int64_t i = 0; i < g.pose_count() * g.tangent_size(); ++i) step.push_back(normal(random));
    const auto moved = [&](double by) {
      PoseGraph m = g;
      for (std::size_t i = 0; i < g.pose_ids.size(); ++i) {
        const double* const s = step.data() + i * static_cast<std::size_t>(g.tangent_size());
        Pose pose = Pose::load(g.poses.data() + i * Pose::size);
        for (int k = 0; k < Pose::space; ++k) pose.t[k] += by * s[k];
        if constexpr (Pose::space == 2)
          pose.angle += by * s[2];
        else
          pose.q =
              pose.q * Eigen::Quaterniond(Eigen::AngleAxisd(by * s[3], Eigen::Vector3d(s[4], s[5], 1).normalized()));
        pose.store(m.poses.data() + i * Pose::size);
      }
      return m;
    };
    const double own = (pose_graph_cost(moved(h)) - pose_graph_cost(moved(-h))) / (2.0 * h);
    const double bound = (relaxed_cost(relaxation, moved(h)) - relaxed_cost(relaxation, moved(-h))) / (2.0 * h);
    CHECK(std::abs(bound - own) <= 1e-6 * (std::abs(own) + pose_graph_cost(g)));
  }
}

PoseGraph garage(std::int64_t poses, std::uint64_t seed = 1) {
  return generate_pose_graph({.kind = PoseGraphOptions::Kind::garage, .poses = poses, .seed = seed});
}

/// A ring of poses at one place, measured to be turned alike, that stand turned by 2π in all. In the plane rotations
/// alone are measured.
PoseGraph wound_ring(PoseGraph::Kind kind, int poses) {
  PoseGraph g = random_graph(kind, poses, 0, 1);
  g.edges.from.push_back(poses - 1);
  g.edges.to.push_back(0);
  const auto size = static_cast<std::size_t>(g.pose_size());
  g.edges.measurement.assign(size * g.edges.from.size(), 0.0);
  g.poses.assign(g.poses.size(), 0.0);
  for (std::size_t i = 0; i < g.edges.from.size(); ++i) {
    const double angle = 2.0 * std::numbers::pi * static_cast<double>(i) / poses;
    if (kind == PoseGraph::Kind::se2) {
      g.poses[3 * i + 2] = angle;
    } else {
      g.edges.measurement[7 * i + 6] = 1.0;
      g.poses[7 * i + 5] = std::sin(0.5 * angle);
      g.poses[7 * i + 6] = std::cos(0.5 * angle);
    }
  }
  set_information(g, 1, [&](std::mt19937&) {
    Eigen::VectorXd diagonal = Eigen::VectorXd::Constant(g.tangent_size(), 4.0);
    if (kind == PoseGraph::Kind::se2) diagonal.head(2).setZero();
    return Eigen::MatrixXd(diagonal.asDiagonal());
  });
  return g;
}

}  // namespace

TEST_CASE("certificates: the quadratic form is the cost of conforming edges and sightings, at any poses") {
  PoseGraph g = random_graph(PoseGraph::Kind::se3, 12, 10, 3);
  set_information(g, 4, conforming);
  add_landmarks(g, 5, [](std::mt19937& random) {
    return Eigen::MatrixXd((1.0 + static_cast<double>(random() % 5)) * Eigen::Matrix3d::Identity());
  });
  const graph::Relaxation<graph::Pose3> relaxation(g);
  CHECK(relaxation.is_equal());
  double constant = 0.0;
  const Eigen::MatrixXd M = dense_form(g, constant);
  for (unsigned seed = 1; seed <= 20; ++seed) {
    scatter(g, seed);
    CHECK(relaxed_cost(relaxation, g) == Approx(pose_graph_cost(g)).epsilon(1e-12));
    // The products with M agree with the cost: ½ tr(Yᵀ M Y) grows by ½ tr(Yᵀ M Y) − that of 0.
    const Eigen::MatrixXd Y = relaxation.point(g);
    Eigen::MatrixXd MY;
    relaxation.multiply(Y, MY);
    const double at_zero = relaxation.cost(Eigen::MatrixXd::Zero(Y.rows(), 3));
    CHECK(0.5 * Y.cwiseProduct(MY).sum() + at_zero == Approx(relaxation.cost(Y)).epsilon(1e-12));
  }
  CHECK(constant > 0.0);
}

TEST_CASE("certificates: bounds of coupled and anisotropic information touch the cost and stay below it") {
  for (unsigned seed = 1; seed <= 4; ++seed) {
    CAPTURE(seed);
    PoseGraph space = random_graph(PoseGraph::Kind::se3, 8, 6, seed);
    set_information(space, seed, [](std::mt19937& random) { return random_positive(6, random); });
    add_landmarks(space, seed, [](std::mt19937& random) { return random_positive(3, random); });
    check_bound<graph::Pose3>(space);
    check_derivatives<graph::Pose3>(where_it_touches<graph::Pose3>(space));
    PoseGraph plane = random_graph(PoseGraph::Kind::se2, 8, 6, seed);
    set_information(plane, seed, [](std::mt19937& random) { return random_positive(3, random); });
    add_landmarks(plane, seed, [](std::mt19937& random) { return random_positive(2, random); });
    check_bound<graph::Pose2>(plane);
    check_derivatives<graph::Pose2>(where_it_touches<graph::Pose2>(plane));
  }
}

TEST_CASE("certificates: the smallest eigenvalue is a dense eigensolver's, at global minima and at others") {
  int refuted = 0;
  for (unsigned seed = 1; seed <= 20; ++seed) {
    CAPTURE(seed);
    PoseGraph g = seed % 2 == 0 ? garage(60 + 7 * seed, seed) : random_graph(PoseGraph::Kind::se3, 6 + seed, 12, seed);
    if (seed % 2 != 0) set_information(g, seed, conforming);
    if (seed % 4 == 0) scatter(g, seed);
    const std::vector<double> x = minimum_from(g);
    const Certificate c = certify(g, x, {.eigenvalue_tolerance = 1e-9});
    CHECK(c.kind == Certificate::Kind::exact);
    double constant = 0.0;
    Eigen::MatrixXd S = without_positions(dense_form(g, constant));
    const Eigen::Index n = g.pose_count();
    for (Eigen::Index i = 0; i < n; ++i)
      S.block<3, 3>(3 * i, 3 * i) -= Eigen::Map<const Eigen::Matrix3d>(c.multipliers.data() + 9 * i);
    const Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd> eigen(S);
    const double size = eigen.eigenvalues()[S.rows() - 1], rounding = 1e-12 * size;
    CHECK(std::abs(eigen.eigenvalues()[0] - c.smallest_eigenvalue) <=
          c.eigenvalue_error + 1e-8 * std::abs(c.smallest_eigenvalue) + rounding);
    CHECK(c.least_eigenvalue <= eigen.eigenvalues()[0] + rounding);
    const double half = 1.5 * static_cast<double>(n);
    CHECK(c.gap >= std::min(half * (std::max(0.0, -eigen.eigenvalues()[0]) - rounding), c.cost));
    // The multipliers of a stationary point sum to its cost.
    double trace = 0.0;
    for (Eigen::Index i = 0; i < n; ++i)
      trace += c.multipliers[static_cast<std::size_t>(9 * i)] + c.multipliers[static_cast<std::size_t>(9 * i + 4)] +
               c.multipliers[static_cast<std::size_t>(9 * i + 8)];
    CHECK(0.5 * trace + constant == Approx(c.cost).epsilon(1e-9));
    if (!c.certified) {
      ++refuted;
      const Eigen::Map<const Eigen::VectorXd> v(c.eigenvector.data(), 3 * n);
      CHECK(v.dot(S * v) == Approx(c.next_eigenvalue).epsilon(1e-6));
    }
  }
  CHECK(refuted >= 3);
}

TEST_CASE("certificates: a ring that is wound up is refuted, and the staircase unwinds it") {
  for (const auto kind : {PoseGraph::Kind::se2, PoseGraph::Kind::se3})
    for (const int poses : {5, 12, 60}) {
      CAPTURE(poses);
      const PoseGraph g = wound_ring(kind, poses);
      const Certificate wound = certify(g);
      CHECK((wound.kind == Certificate::Kind::exact) == (kind == PoseGraph::Kind::se3));
      CHECK(!wound.certified);
      CHECK(wound.smallest_eigenvalue < 0.0);
      CHECK(wound.stationarity < 1e-9);
      const Escape escape = escape_minimum(g, wound);
      CHECK(escape.lower_bound <= 1e-9);
      CHECK(escape.cost < 0.1 * wound.cost);
      const Certificate unwound = certify(escape.graph, minimum_from(escape.graph));
      CHECK(unwound.certified);
      CHECK(unwound.cost < 1e-12);
    }
}

TEST_CASE("certificates: three garages, a city and the sample graphs are global") {
  for (const std::int64_t poses : {450, 900, 2000}) {
    PoseGraph g = garage(poses, static_cast<std::uint64_t>(poses));
    initialize(g, Initialization::chordal);
    const Certificate c = certify(g, minimum_from(g));
    CHECK(c.kind == Certificate::Kind::exact);
    CHECK(c.certified);
    CHECK(c.gap <= 1e-7 * c.cost);
    CHECK(c.next_eigenvalue > 0.0);
  }
  PoseGraph city = generate_pose_graph({.poses = 800});
  initialize(city, Initialization::chordal);
  const Certificate c = certify(city, minimum_from(city));
  CHECK(c.kind == Certificate::Kind::bound);
  CHECK(c.certified);
  const std::filesystem::path data = std::filesystem::path(THALWEG_SHARED_DATA) / "g2o";
  if (!std::filesystem::exists(data)) {
    MESSAGE("skipped for the sample graphs: none in " << data.string());
    return;
  }
  for (const std::string name : {"tinyGrid3D", "smallGrid3D", "sphere2500", "torus3D", "intel"}) {
    CAPTURE(name);
    PoseGraph g = read_pose_graph((data / (name + ".g2o")).string());
    initialize(g, Initialization::chordal);
    const Certificate sample = certify(g, minimum_from(g));
    CHECK((sample.kind == Certificate::Kind::exact) == (name != "intel"));
    CHECK(sample.certified);
    CHECK(sample.gap <= 1e-7 * sample.cost);
  }
}

TEST_CASE("certificates: the same bits on any number of threads") {
  PoseGraph g = garage(700);
  initialize(g, Initialization::chordal);
  const std::vector<double> x = minimum_from(g);
  const Certificate one = certify(g, x, {.threads = 1}), two = certify(g, x, {.threads = 2});
  CHECK(one.gap == two.gap);
  CHECK(one.smallest_eigenvalue == two.smallest_eigenvalue);
  CHECK(one.eigenvector == two.eigenvector);
}

TEST_CASE("certificates: what the theory does not cover is refused") {
  PoseGraph g = garage(10);
  CHECK(certificate_refusal(g).empty());
  PoseGraph fixed = g;
  fixed.pose_fixed[2] = fixed.pose_fixed[5] = 1;
  CHECK(certificate_refusal(fixed) == "2 poses are fixed; expected one at most, as the gauge");
  PoseGraph prior = g;
  prior.further.push_back({.kind = PoseGraph::Measurement::Kind::pose_prior, .b = 3});
  CHECK(certificate_refusal(prior) ==
        "pose 3 has a prior, and the theory covers edges between poses and sightings alone");
  PoseGraph parts = g;
  parts.edges.from.erase(parts.edges.from.begin() + 4);
  parts.edges.to.erase(parts.edges.to.begin() + 4);
  CHECK(certificate_refusal(parts) == "it falls into 2 parts that no edge connects; expected one");
  CHECK_THROWS_WITH_AS(certify(parts),
                       "'generated: garage, 10 poses, seed 1' has no certificate: it falls into 2 parts that no edge "
                       "connects; expected one",
                       Error);
  PoseGraph single;
  single.pose_ids = {0};
  CHECK(certificate_refusal(single) == "it has 1 pose; expected at least two");
  CHECK_THROWS_WITH_AS(certify(g, std::vector<double>(3)),
                       "a solution of 'generated: garage, 10 poses, seed 1' has 3 numbers; expected 70, as "
                       "build_problem() lays them out",
                       Error);
  CHECK_THROWS_AS(escape_minimum(g, Certificate{}), Error);
}
