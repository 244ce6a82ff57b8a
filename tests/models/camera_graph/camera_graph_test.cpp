// Camera graphs: errors by 4 × 4 matrices, derivatives, and minima that are known otherwise.
#include <cmath>
#include <random>
#include <string>
#include <vector>

#include <doctest/doctest.h>
#include <fmt/format.h>
#include <Eigen/Geometry>
#include <thalweg/minimize/solve.hpp>
#include <thalweg/models/bundle.hpp>
#include <thalweg/models/camera_graph.hpp>
#include <thalweg/problem/derivative_check.hpp>
#include <unsupported/Eigen/MatrixFunctions>

#include "models/camera_graph/similarity.hpp"
#include "models/pose_graph/information.hpp"

using namespace thalweg;
using doctest::Approx;

namespace {

using Matrix = Eigen::Matrix4d;

CameraGraph read(const std::string& text) { return parse_camera_graph(text, "f.g2o"); }

/// X of a pose as the graph stores it, 7 or 8 numbers.
Matrix matrix(const double* x, int size) {
  Matrix M = Matrix::Identity();
  M.topLeftCorner<3, 3>() = (size == 8 ? x[7] : 1.0) * Eigen::Quaterniond(x[6], x[3], x[4], x[5]).toRotationMatrix();
  M.topRightCorner<3, 1>() << x[0], x[1], x[2];
  return M;
}
Matrix pose(const CameraGraph& g, std::int32_t i) {
  return matrix(g.poses.data() + std::ptrdiff_t{i} * g.pose_size(), g.pose_size());
}
/// (ω, υ, σ), by the logarithm of the matrix.
Eigen::VectorXd log_of(const Matrix& M, int n) {
  const Matrix G = M.log();
  Eigen::VectorXd e(7);
  e << G(2, 1), G(0, 2), G(1, 0), G(0, 3), G(1, 3), G(2, 3), G(0, 0);
  return e.head(n);
}

Eigen::VectorXd error_of(const CameraGraph& g, const CameraGraph::Edge& e) {
  const Matrix A = pose(g, e.a), B = pose(g, e.b);
  if (g.kind == CameraGraph::Kind::poses) return log_of(B * matrix(e.z.data(), 7).inverse() * A.inverse(), 6);
  if (g.kind == CameraGraph::Kind::similarities) {
    double z[8];
    camera::exponential(e.z.data(), z);
    return log_of(matrix(z, 8).inverse() * A.inverse() * B, 7);
  }
  const Matrix E = matrix(e.z.data(), 7).inverse() * A.inverse() * B;
  Eigen::Quaterniond q(Eigen::Matrix3d(E.topLeftCorner<3, 3>()));
  Eigen::VectorXd r(6);
  r << E.topRightCorner<3, 1>(), (q.w() < 0.0 ? -1.0 : 1.0) * q.vec();
  return r;
}
Eigen::VectorXd error_of(const CameraGraph& g, const CameraGraph::Observation& o) {
  Eigen::Vector4d p(0.0, 0.0, 0.0, 1.0);
  p.head<3>() = Eigen::Map<const Eigen::Vector3d>(g.points.data() + std::ptrdiff_t{3} * o.point);
  const Eigen::Vector4d c = pose(g, o.pose).inverse() * p;
  const auto& k = o.camera;
  Eigen::VectorXd e(3);
  e << k[0] * c[0] / c[2] + k[2] - o.z[0], k[1] * c[1] / c[2] + k[3] - o.z[1],
      k[0] * (c[0] - k[4]) / c[2] + k[2] - o.z[2];
  return e.head(o.stereo ? 3 : 2);
}
template <class M>
double half_chi2(const CameraGraph& g, const M& m) {
  const Eigen::VectorXd e = error_of(g, m);
  const auto n = static_cast<int>(e.size());
  double chi2 = 0.0;
  for (int i = 0; i < n; ++i)
    for (int j = 0; j < n; ++j)
      chi2 += m.information[static_cast<std::size_t>(graph::place(n, std::min(i, j), std::max(i, j)))] * e[i] * e[j];
  return 0.5 * chi2;
}
double cost_of(const CameraGraph& g) {
  double cost = 0.0;
  for (const auto& e : g.edges) cost += half_chi2(g, e);
  for (const auto& o : g.observations) cost += half_chi2(g, o);
  return cost;
}

const std::string information_21 = " 9 1 0 0 0 2 8 0 1 0 0 7 0 0 0 6 1 0 5 0 4\n";
const std::string information_28 = " 9 1 0 0 0 2 0 8 0 1 0 0 1 7 0 0 0 0 6 1 0 0 5 0 1 4 0 3\n";
const std::string poses_file =
    "PARAMS_CAMERAPARAMETERS 0 480 310 250 0.12\n"
    "VERTEX_SE3:EXPMAP 0 0.1 0.2 0.3 0.6 0 0 0.8\n"
    "VERTEX_SE3:EXPMAP 1 1.5 -0.7 0.4 0 0.28 0 0.96\n"
    "VERTEX_XYZ 8 1 2 9\nVERTEX_XYZ 9 -1 0.5 7\n"
    "EDGE_SE3:EXPMAP 0 1 1.2 -0.4 0.2 0.6 0 0.64 0.48" +
    information_21 +
    "EDGE_PROJECT_XYZ2UV:EXPMAP 8 0 0 330 260 5 0.1 6\nEDGE_PROJECT_XYZ2UVU:EXPMAP 9 1 0 300 250 290 5 0.1 0.2 6 0.3 "
    "7\n"
    "EDGE_SE3_PROJECT_XYZ:EXPMAP 8 1 340 240 5 0.1 6 500 510 320 240\n";
const std::string cameras_file =
    "VERTEX_CAM 0 0.1 0.2 0.3 0.6 0 0 0.8 500 510 320 240 0.1\n"
    "VERTEX_CAM 1 1.5 -0.7 0.4 0 0.28 0 0.96 490 480 310 250 0.2\n"
    "VERTEX_TRACKXYZ 8 1 2 9\nVERTEX_TRACKXYZ 9 -1 0.5 7\n"
    "EDGE_CAM 0 1 1.2 -0.4 0.2 0.6 0 0.64 0.48" +
    information_21 +
    "EDGE_PROJECT_P2MC 8 0 330 260 5 0.1 6\nEDGE_PROJECT_P2SC 9 1 300 250 290 5 0.1 0.2 6 0.3 7\n"
    "EDGE_PROJECT_P2MC 8 1 340 240 5 0.1 6\n";
const std::string similarities_file =
    "VERTEX_SIM3:EXPMAP 3 0.1 -0.2 0.3 1 2 3 0.4 500 510 320 240\n"
    "VERTEX_SIM3:EXPMAP 5 -0.5 1.2 0.7 2 -1 0.5 -0.3 490 480 310 250\n"
    "EDGE_SIM3:EXPMAP 3 5 -0.4 1.1 0.3 0.3 -1.9 -2.1 -0.5" +
    information_28;

/// 16 similarities around a circle, measured one after the other and across, with the truth as their start.
CameraGraph loop(double noise) {
  std::mt19937_64 random(11);
  std::normal_distribution<double> normal(0.0, noise);
  constexpr int count = 16;
  CameraGraph g;
  g.kind = CameraGraph::Kind::similarities;
  for (int i = 0; i < count; ++i) {
    const double angle = 2.0 * M_PI * i / count;
    const double log[7] = {0.1 * i,
                           0.3 * std::sin(angle),
                           angle > M_PI ? angle - 2.0 * M_PI : angle,
                           5.0 * std::cos(angle),
                           5.0 * std::sin(angle),
                           0.2 * i,
                           0.3 * std::cos(3.0 * angle)};
    double x[8];
    camera::exponential(log, x);
    g.poses.insert(g.poses.end(), x, x + 8);
    g.pose_ids.push_back(i);
    g.pose_fixed.push_back(0);
    g.intrinsics.push_back({});
  }
  for (int i = 0; i < count; ++i)
    for (const int step : {1, 5}) {
      const int j = (i + step) % count;
      CameraGraph::Edge e{i, j, {}, {}};
      const Eigen::VectorXd log = log_of(pose(g, i).inverse() * pose(g, j), 7);
      for (int k = 0; k < 7; ++k) {
        e.z[static_cast<std::size_t>(k)] = log[k] + normal(random);
        e.information[static_cast<std::size_t>(graph::place(7, k, k))] = 1.0 + k;
      }
      g.edges.push_back(e);
    }
  return g;
}
/// Poses begin where each measured step leads from the last, and the scale drifts.
CameraGraph drifted(CameraGraph g) {
  Matrix at = pose(g, 0);
  for (std::size_t i = 0; i + 1 < g.pose_ids.size(); ++i) {
    std::array<double, 7> log = g.edges[2 * i].z;
    log[6] += 0.08;
    log[1] += 0.03;
    double z[8];
    camera::exponential(log.data(), z);
    at = at * matrix(z, 8);
    const double s = std::cbrt(Eigen::Matrix3d(at.topLeftCorner<3, 3>()).determinant());
    const Eigen::Quaterniond q(Eigen::Matrix3d(at.topLeftCorner<3, 3>() / s));
    const double x[8] = {at(0, 3), at(1, 3), at(2, 3), q.x(), q.y(), q.z(), q.w(), s};
    std::copy_n(x, 8, g.poses.begin() + static_cast<std::ptrdiff_t>(8 * (i + 1)));
  }
  return g;
}

/// The cameras and points of a bundle without distortion, and the same as a camera graph, whose y points down.
std::pair<Bundle, CameraGraph> scene() {
  Bundle b = generate_bundle({.cameras = 12, .points = 120, .observations_per_point = 4.0, .noise = 0.5, .drift = 0.3});
  for (std::size_t c = 0; c < b.cameras.size(); c += 9) b.cameras[c + 7] = b.cameras[c + 8] = 0.0;
  CameraGraph g;
  Eigen::Matrix3d flip = Eigen::Vector3d(1.0, -1.0, -1.0).asDiagonal();
  for (std::int64_t c = 0; c < b.camera_count(); ++c) {
    const double* const k = b.cameras.data() + 9 * c;
    const Eigen::Vector3d w(k[0], k[1], k[2]), t(k[3], k[4], k[5]);
    const Eigen::Matrix3d R = Eigen::AngleAxisd(w.norm(), w.normalized()).toRotationMatrix();
    const Eigen::Quaterniond q(Eigen::Matrix3d((flip * R).transpose()));
    const Eigen::Vector3d centre = -(R.transpose() * t);
    for (const double v : {centre[0], centre[1], centre[2], q.x(), q.y(), q.z(), q.w()}) g.poses.push_back(v);
    g.pose_ids.push_back(c);
  }
  g.pose_fixed.assign(g.pose_ids.size(), 0);
  g.points = b.points;
  for (std::int64_t p = 0; p < b.point_count(); ++p) g.point_ids.push_back(1000 + p);
  g.point_fixed.assign(g.point_ids.size(), 0);
  for (std::size_t i = 0; i < b.u.size(); ++i) {
    const double f = b.cameras[static_cast<std::size_t>(9 * b.camera_of[i] + 6)];
    g.observations.push_back({b.camera_of[i],
                              b.point_of[i],
                              -1,
                              false,
                              {f, f, 320.0, 240.0, 0.0},
                              {b.u[i] + 320.0, 240.0 - b.v[i], 0.0},
                              {1.0, 0.0, 1.0}});
  }
  return {b, g};
}

}  // namespace

TEST_CASE("camera graphs: errors as g2o defines them, by matrices, and their derivatives") {
  for (const std::string& text : {poses_file, cameras_file, similarities_file}) {
    INFO(text);
    const CameraGraph g = read(text);
    const Problem problem = build_problem(g);
    CHECK(solve(problem, {.max_iterations = 0}).initial_cost == Approx(cost_of(g)).epsilon(1e-11));
    CHECK(check_derivatives(problem).clean());
    CHECK(check_derivatives(build_problem(g, Loss::huber(0.1))).clean());
    CameraGraph held = g;
    held.pose_fixed[1] = 1;
    if (held.point_count() > 0) CHECK(check_derivatives(build_problem(held)).clean());
  }
}

TEST_CASE("camera graphs: a loop of similarities, exactly measured, loses its drift of scale") {
  const CameraGraph truth = loop(0.0), start = drifted(truth);
  const Result result = solve(build_problem(start));
  CHECK(result.converged());
  CHECK(result.initial_cost > 1.0);
  CHECK(result.final_cost < 1e-18);
  const CameraGraph solved = with_solution(start, result.x);
  for (std::int32_t i = 0; i < 16; ++i) CHECK((pose(solved, i) - pose(truth, i)).norm() < 1e-7 * pose(truth, i).norm());
}

TEST_CASE("camera graphs: the minimum of a noisy loop of similarities is one by matrices, too") {
  const CameraGraph g = drifted(loop(0.02));
  const Result result = solve(build_problem(g));
  CHECK(result.converged());
  CameraGraph solved = with_solution(g, result.x);
  CHECK(cost_of(solved) == Approx(result.final_cost).epsilon(1e-10));
  // Along each tangent component of each pose that may move the cost by matrices rises.
  const double least = cost_of(solved);
  for (std::size_t i = 1; i < g.pose_ids.size(); ++i)
    for (std::size_t d = 0; d < 7; ++d)
      for (const double step : {-1e-3, 1e-3}) {
        CameraGraph moved = solved;
        double delta[7] = {};
        delta[d] = step;
        Sim3::plus<double>(solved.poses.data() + 8 * i, delta, moved.poses.data() + 8 * i);
        CHECK(cost_of(moved) > least);
      }
  // From the truth's neighbourhood, the same.
  CHECK(solve(build_problem(loop(0.02))).final_cost == Approx(result.final_cost).epsilon(1e-9));
}

TEST_CASE("camera graphs: a scale that is held stays") {
  const CameraGraph g = drifted(loop(0.02));
  Problem problem = build_problem(g);
  problem.fix(Parameters<8, Sim3>(0, 8, 16), 6);
  const Result result = solve(problem);
  CHECK(result.converged());
  for (std::size_t k = 7; k < result.x.size(); k += 8) CHECK(result.x[k] == g.poses[k]);
}

TEST_CASE("camera graphs: a bundle as a camera graph has the bundle's minimum") {
  const auto [b, g] = scene();
  Problem bundle = build_problem(b);
  for (const int k : {6, 7, 8}) bundle.fix(Parameters<9>(0, 9, static_cast<int>(b.camera_count())), k);
  const Result known = solve(bundle), result = solve(build_problem(g));
  CHECK(known.converged());
  CHECK(result.converged());
  CHECK(result.initial_cost == Approx(known.initial_cost).epsilon(1e-9));
  CHECK(result.final_cost == Approx(known.final_cost).epsilon(1e-6));
  CHECK(result.final_cost < 0.1 * result.initial_cost);
  // Through the file, too.
  const CameraGraph again = read(write_camera_graph(g));
  CHECK(again.poses == g.poses);
  CHECK(again.points == g.points);
  CHECK(solve(build_problem(again)).final_cost == Approx(result.final_cost).epsilon(1e-9));
}

TEST_CASE("camera graphs: robust losses, and points eliminated or not, end at one minimum") {
  auto [b, g] = scene();
  g.observations[3].z[0] += 300.0;
  const Problem problem = build_problem(g, Loss::huber(1.0));
  const Result a = solve(problem, {.linear_solver = LinearSolverKind::sparse_schur}),
               c = solve(problem, {.linear_solver = LinearSolverKind::dense_cholesky});
  CHECK(a.converged());
  CHECK(c.converged());
  CHECK(a.final_cost == Approx(c.final_cost).epsilon(1e-8));
  CHECK(a.final_cost < solve(build_problem(g)).final_cost);
}
