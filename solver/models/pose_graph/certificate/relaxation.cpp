#include "models/pose_graph/certificate/relaxation.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>

#include "models/pose_graph/certificate/minorant.hpp"
#include "models/pose_graph/information.hpp"
#include "models/pose_graph/starts/relaxed_rotations.hpp"

namespace thalweg::inline v0_1::graph {
namespace {

std::size_t at(std::int64_t i) { return static_cast<std::size_t>(i); }

template <class Pose>
Pose pose_of(const PoseGraph& g, std::int64_t i) {
  return Pose::load(g.poses.data() + i * Pose::size);
}

/// ½ τ ‖ℓ − t − R offset‖² + constant ≤ ½ eᵀ Ω e of a sighting, touching where the graph stands.
template <class Pose>
struct SightingMinorant {
  double tau = 0.0, constant = 0.0, slack = 0.0;
  typename Pose::Point offset = Pose::Point::Zero();
  bool equal = true;
};

template <class Pose>
SightingMinorant<Pose> sighting_minorant(const PoseGraph& g, std::size_t e) {
  constexpr int d = Pose::space;
  constexpr double rounding = 1e-12, singular = 1e-12;
  using Point = typename Pose::Point;
  std::array<double, static_cast<std::size_t>(triangle(d))> root;
  root_of_information(d, g.sightings.information.data() + e * at(triangle(d)), root.data(), "sighting", e);
  Eigen::Matrix<double, d, d> U = Eigen::Matrix<double, d, d>::Zero();
  for (int i = 0; i < d; ++i)
    for (int j = i; j < d; ++j) U(i, j) = root[at(place(d, i, j))];
  const Eigen::Matrix<double, d, d> omega = U.transpose() * U;
  Pose sensor;
  if constexpr (d == 3) sensor = Pose3::load(g.sensors.data() + 7 * g.sensor_of[e]);
  const Point z = Eigen::Map<const Point>(g.sightings.measurement.data() + e * d);
  const Point landmark = Eigen::Map<const Point>(g.landmarks.data() + std::int64_t{g.sightings.to[e]} * d);
  const Point error = (pose_of<Pose>(g, g.sightings.from[e]) * sensor).inverse() * landmark - z;
  const Eigen::SelfAdjointEigenSolver<Eigen::Matrix<double, d, d>> eigen(omega, Eigen::EigenvaluesOnly);
  const double least = eigen.eigenvalues()[0], most = eigen.eigenvalues()[d - 1];
  const double cost = 0.5 * error.dot(omega * error);
  SightingMinorant<Pose> m;
  if (!(most > 0.0)) return m;
  m.equal = most - least <= rounding * most;
  if (!(least > singular * most)) {
    m.slack = cost;  // the sighting is left out
    return m;
  }
  m.tau = least;
  const Point slope = omega * error / least;
  m.offset = sensor * (m.equal ? z : Point(z + error - slope));
  m.constant = m.equal ? 0.0 : cost - 0.5 * least * slope.squaredNorm();
  return m;
}

}  // namespace

template <class Pose>
Relaxation<Pose>::Relaxation(const PoseGraph& g)
    : poses_(g.pose_count()), rows_(g.pose_count() * (d + 1) + g.landmark_count()) {
  constexpr int n = Pose::tangent, numbers = triangle(n);
  const double* last = nullptr;
  SplitInformation<Pose> split;
  for (std::size_t e = 0; e < g.edges.from.size(); ++e) {
    const double* const omega = edge_information<Pose>(g, e);
    if (!last || !std::equal(omega, omega + numbers, last)) {
      std::array<double, static_cast<std::size_t>(numbers)> root;
      root_of_information(n, omega, root.data(), "edge", e);
      split = split_information<Pose>(root.data());
    }
    last = omega;
    const std::int64_t i = g.edges.from[e], j = g.edges.to[e];
    const Minorant<Pose> m = minorant(split, measured_pose<Pose>(g, e), pose_of<Pose>(g, i), pose_of<Pose>(g, j));
    edges_.push_back({row_of(i), row_of(j), row_of(j) + d, m.tau, m.offset, m.turn});
    constant_ += m.constant;
    slack_ += m.slack;
    equal_ = equal_ && m.equal;
  }
  for (std::size_t e = 0; e < g.sightings.from.size(); ++e) {
    const SightingMinorant<Pose> m = sighting_minorant<Pose>(g, e);
    edges_.push_back(
        {row_of(g.sightings.from[e]), -1, poses_ * (d + 1) + g.sightings.to[e], m.tau, m.offset, Rotation::Zero()});
    constant_ += m.constant;
    slack_ += m.slack;
    equal_ = equal_ && m.equal;
  }
  for (const Edge& edge : edges_)
    scale_ += 0.5 * (edge.tau * edge.offset.squaredNorm() + std::sqrt(d) * edge.turn.norm());
  hold_positions();
}

/// One position of each part that edges with τ > 0 connect: the first one.
template <class Pose>
void Relaxation<Pose>::hold_positions() {
  origin_.resize(at(rows_));
  std::iota(origin_.begin(), origin_.end(), 0);
  const auto root = [this](std::int64_t row) {
    while (origin_[at(row)] != row) row = origin_[at(row)] = origin_[at(origin_[at(row)])];
    return row;
  };
  for (const Edge& edge : edges_)
    if (edge.tau > 0.0) {
      const std::int64_t a = root(edge.from + d), b = root(edge.target);
      origin_[at(std::max(a, b))] = std::min(a, b);
    }
  held_.assign(at(rows_), 0);
  const auto settle = [&](std::int64_t row) { held_[at(row)] = (origin_[at(row)] = root(row)) == row; };
  for (std::int64_t i = 0; i < poses_; ++i) settle(row_of(i) + d);
  for (std::int64_t row = poses_ * (d + 1); row < rows_; ++row) settle(row);
}

template <class Pose>
typename Relaxation<Pose>::Matrix Relaxation<Pose>::point(const PoseGraph& g) const {
  Matrix Y(rows_, d);
  for (std::int64_t i = 0; i < poses_; ++i) {
    const Pose pose = pose_of<Pose>(g, i);
    Y.template block<d, d>(row_of(i), 0) = pose.rotation().transpose();
    Y.row(row_of(i) + d) = pose.t.transpose();
  }
  for (std::int64_t l = 0; l < g.landmark_count(); ++l)
    Y.row(poses_ * (d + 1) + l) = Eigen::Map<const Point>(g.landmarks.data() + l * d).transpose();
  const Matrix given = Y;
  for (std::int64_t i = 0; i < poses_; ++i) Y.row(row_of(i) + d) -= given.row(origin_[at(row_of(i) + d)]);
  for (std::int64_t row = poses_ * (d + 1); row < rows_; ++row) Y.row(row) -= given.row(origin_[at(row)]);
  return Y;
}

template <class Pose>
double Relaxation<Pose>::cost(const Matrix& Y) const {
  double sum = 0.0;
  for (Eigen::Index c = 0; c < Y.cols(); ++c) {
    const double* const y = Y.col(c).data();
    for (const Edge& edge : edges_) {
      const Eigen::Map<const Point> from(y + edge.from);
      const double off = y[edge.target] - y[edge.from + d] - edge.offset.dot(from);
      sum += edge.tau * off * off;
      if (edge.to >= 0) sum -= from.dot(edge.turn * Eigen::Map<const Point>(y + edge.to));
    }
  }
  return 0.5 * sum + constant_;
}

template <class Pose>
void Relaxation<Pose>::multiply(const Matrix& Y, Matrix& out) const {
  out.setZero(Y.rows(), Y.cols());
  for (Eigen::Index c = 0; c < Y.cols(); ++c) {
    const double* const y = Y.col(c).data();
    double* const o = out.col(c).data();
    for (const Edge& edge : edges_) {
      const Eigen::Map<const Point> from(y + edge.from);
      Eigen::Map<Point> out_from(o + edge.from);
      const double pull = edge.tau * (y[edge.target] - y[edge.from + d] - edge.offset.dot(from));
      o[edge.target] += pull;
      o[edge.from + d] -= pull;
      out_from -= pull * edge.offset;
      if (edge.to < 0) continue;
      const Point to = Eigen::Map<const Point>(y + edge.to);
      Eigen::Map<Point>(o + edge.to) -= 0.5 * (edge.turn.transpose() * from);
      out_from -= 0.5 * (edge.turn * to);
    }
    for (std::size_t row = 0; row < held_.size(); ++row)
      if (held_[row]) o[row] = 0.0;
  }
}

template <class Pose>
std::vector<typename Relaxation<Pose>::Rotation> Relaxation<Pose>::multipliers(const Matrix& Y) const {
  Matrix MY;
  multiply(Y, MY);
  std::vector<Rotation> all(at(poses_));
  for (std::int64_t i = 0; i < poses_; ++i) {
    const Rotation L = MY.template middleRows<d>(row_of(i)) * Y.template middleRows<d>(row_of(i)).transpose();
    all[at(i)] = 0.5 * (L + L.transpose());
  }
  return all;
}

template <class Pose>
void Relaxation<Pose>::multiply(const std::vector<Rotation>& multipliers, const Matrix& Y, Matrix& out) const {
  multiply(Y, out);
  for (Eigen::Index c = 0; c < Y.cols(); ++c)
    for (std::int64_t i = 0; i < poses_; ++i)
      Eigen::Map<Point>(out.col(c).data() + row_of(i)) -=
          multipliers[at(i)] * Eigen::Map<const Point>(Y.col(c).data() + row_of(i));
}

template class Relaxation<Pose2>;
template class Relaxation<Pose3>;

}  // namespace thalweg::inline v0_1::graph
