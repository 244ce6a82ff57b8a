// Graphs for tests of certificates, and their matrices as dense ones.
#pragma once

#include <cmath>
#include <random>
#include <vector>

#include <Eigen/Dense>
#include <thalweg/minimize/solve.hpp>
#include <thalweg/models/certificate.hpp>
#include <thalweg/models/pose_graph.hpp>

namespace certificate_test {

using namespace thalweg;

/// Poses anywhere, the first one included.
inline void scatter(PoseGraph& g, unsigned seed, double length = 10.0) {
  std::mt19937 random(seed);
  std::normal_distribution<double> normal;
  for (std::size_t i = 0; i < g.pose_ids.size(); ++i) {
    double* const p = g.poses.data() + i * static_cast<std::size_t>(g.pose_size());
    for (int k = 0; k < g.pose_size(); ++k) p[k] = length * normal(random);
    if (g.kind == PoseGraph::Kind::se3) Eigen::Map<Eigen::Vector4d>(p + 3).normalize();
  }
  for (double& number : g.landmarks) number = length * normal(random);
}

/// Random poses and edges, each pose tied to the one before, with measurements of nothing in particular.
inline PoseGraph random_graph(PoseGraph::Kind kind, int poses, int closures, unsigned seed) {
  std::mt19937 random(seed);
  PoseGraph g;
  g.kind = kind;
  g.file = "random";
  for (int i = 0; i < poses; ++i) g.pose_ids.push_back(i);
  g.poses.resize(static_cast<std::size_t>(poses * g.pose_size()));
  g.pose_given.assign(static_cast<std::size_t>(poses), 1);
  g.pose_fixed.assign(static_cast<std::size_t>(poses), 0);
  PoseGraph measured = g;
  const auto tie = [&](int i, int j) {
    g.edges.from.push_back(i);
    g.edges.to.push_back(j);
  };
  for (int i = 1; i < poses; ++i) tie(i - 1, i);
  for (int k = 0; k < closures; ++k) {
    const int i = static_cast<int>(random() % static_cast<unsigned>(poses));
    const int j = static_cast<int>(random() % static_cast<unsigned>(poses));
    if (i != j) tie(i, j);
  }
  for (std::size_t e = 0; e < g.edges.from.size(); ++e) {
    measured.pose_ids.assign(1, 0);
    measured.poses.resize(static_cast<std::size_t>(g.pose_size()));
    scatter(measured, seed + 1000 + static_cast<unsigned>(e), 1.0);
    g.edges.measurement.insert(g.edges.measurement.end(), measured.poses.begin(), measured.poses.end());
  }
  scatter(g, seed + 1);
  return g;
}

/// Every edge's information, drawn by `draw(random)`.
template <class Draw>
void set_information(PoseGraph& g, unsigned seed, Draw draw) {
  std::mt19937 random(seed);
  g.edges.information.clear();
  for (std::int64_t e = 0; e < g.edges.count(); ++e) {
    const Eigen::MatrixXd omega = draw(random);
    for (Eigen::Index i = 0; i < omega.rows(); ++i)
      for (Eigen::Index j = i; j < omega.rows(); ++j) g.edges.information.push_back(omega(i, j));
  }
}

inline Eigen::MatrixXd random_positive(int n, std::mt19937& random) {
  std::normal_distribution<double> normal;
  Eigen::MatrixXd A(n, n);
  for (int i = 0; i < n; ++i)
    for (int j = 0; j < n; ++j) A(i, j) = normal(random);
  return A * A.transpose() + 0.3 * Eigen::MatrixXd::Identity(n, n);
}

/// Of space: translations the same in all directions, rotations not, nothing coupled.
inline Eigen::MatrixXd conforming(std::mt19937& random) {
  Eigen::MatrixXd omega = Eigen::MatrixXd::Zero(6, 6);
  omega.topLeftCorner(3, 3) = (0.5 + 1e-6 * static_cast<double>(random() % 1000000)) * Eigen::Matrix3d::Identity();
  omega.bottomRightCorner(3, 3) = random_positive(3, random);
  return omega;
}

/// Of a graph in space with conforming edges alone: M of rows (R₁ᵀ … Rₙᵀ, t₁ᵀ … tₙᵀ), from the definition: each edge's
/// cost is ½ τ ‖tⱼ − tᵢ − Rᵢ z‖² + ½ tr(W (I − Zᵀ Rᵢᵀ Rⱼ)).
inline Eigen::MatrixXd dense_form(const PoseGraph& g, double& constant) {
  const int n = static_cast<int>(g.pose_count());
  Eigen::MatrixXd M = Eigen::MatrixXd::Zero(4 * n, 4 * n);
  constant = 0.0;
  for (std::int64_t e = 0; e < g.edges.count(); ++e) {
    const int i = g.edges.from[static_cast<std::size_t>(e)], j = g.edges.to[static_cast<std::size_t>(e)];
    const double *z = g.edges.measurement.data() + 7 * e, *o = g.edges.information.data() + 21 * e;
    Eigen::Matrix3d omega;
    omega << o[15], o[16], o[17], o[16], o[18], o[19], o[17], o[19], o[20];
    const Eigen::Matrix3d W = 0.25 * omega.trace() * Eigen::Matrix3d::Identity() - 0.5 * omega;
    const Eigen::Matrix3d Z = Eigen::Quaterniond(z[6], z[3], z[4], z[5]).toRotationMatrix();
    Eigen::VectorXd u = Eigen::VectorXd::Zero(4 * n);
    u[3 * n + j] += 1.0;
    u[3 * n + i] -= 1.0;
    for (int k = 0; k < 3; ++k) u[3 * i + k] -= z[k];
    M += o[0] * u * u.transpose();
    M.block<3, 3>(3 * i, 3 * j) -= 0.5 * Z * W;
    M.block<3, 3>(3 * j, 3 * i) -= 0.5 * (Z * W).transpose();
    constant += 0.5 * W.trace();
  }
  return M;
}

/// The Schur complement of all positions but the first.
inline Eigen::MatrixXd without_positions(const Eigen::MatrixXd& M) {
  const Eigen::Index n = M.rows() / 4;
  const Eigen::MatrixXd L = M.bottomRightCorner(n - 1, n - 1), C = M.bottomLeftCorner(n - 1, 3 * n);
  return M.topLeftCorner(3 * n, 3 * n) - C.transpose() * L.ldlt().solve(C);
}

inline std::vector<double> minimum_from(const PoseGraph& g) {
  Options options;
  options.method = Method::levenberg_marquardt;
  options.max_iterations = 2000;
  options.function_tolerance = 1e-15;
  options.threads = 1;
  const Result result = solve(build_problem(g), options);
  return result.x;
}

}  // namespace certificate_test
