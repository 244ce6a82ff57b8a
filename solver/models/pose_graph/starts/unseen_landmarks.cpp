// Landmarks that no plain sighting places: by priors, offset sightings, bearings, and edges from other landmarks.
#include <algorithm>
#include <cmath>

#include <math/dense_decompositions.hpp>

#include "models/pose_graph/pose_algebra.hpp"
#include "models/pose_graph/starts/starts.hpp"

namespace thalweg::inline v0_1::graph {
namespace {

using Kind = PoseGraph::Measurement::Kind;

std::size_t at(std::int64_t i) { return static_cast<std::size_t>(i); }

/// Σ ‖M (ℓ − p)‖² for a landmark: M the identity where its place p is measured, the projection off the line of sight
/// where a bearing from p is.
template <int d>
struct Sum {
  Eigen::Matrix<double, d, d> A = Eigen::Matrix<double, d, d>::Zero();
  Eigen::Matrix<double, d, 1> b = Eigen::Matrix<double, d, 1>::Zero();
  Eigen::Matrix<double, d, 1> ahead = Eigen::Matrix<double, d, 1>::Zero();  // one unit along a line of sight
  bool any = false;

  void add(const Eigen::Matrix<double, d, d>& M, const Eigen::Matrix<double, d, 1>& p) {
    A += M;
    b += M * p;
    any = true;
  }
  /// Lines of sight that are nearly parallel meet nowhere that could be believed.
  Eigen::Matrix<double, d, 1> place() const {
    constexpr double parallel = 1e-4;  // of the trace of A
    const Eigen::SelfAdjointEigenSolver<Eigen::Matrix<double, d, d>> eigen(A);
    if (!(eigen.eigenvalues()[0] > parallel * A.trace())) return ahead;
    return A.ldlt().solve(b);
  }
};

/// Calls visit(measurement) for each bearing whose landmark stands on the place of its pose, to rounding, and may move:
/// it is seen in no direction there, and its derivative is not finite or as good as that.
template <class Visit>
void each_blind_bearing(const PoseGraph& g, const std::vector<double>& poses, const std::vector<double>& landmarks,
                        Visit&& visit) {
  using Point = Eigen::Map<const Pose2::Point>;
  constexpr double rounding = 1e-12;  // of the largest coordinate
  double largest = 0.0;
  for (std::size_t i = 0; i < poses.size(); i += Pose2::size)
    largest = std::max(largest, Point(poses.data() + i).cwiseAbs().maxCoeff());
  for (const PoseGraph::Measurement& m : g.further) {
    if (m.kind != Kind::bearing || g.landmark_fixed[at(m.b)]) continue;
    const Point pose(poses.data() + std::ptrdiff_t{m.a} * Pose2::size);
    if ((Point(landmarks.data() + std::ptrdiff_t{m.b} * Pose2::space) - pose).norm() <= rounding * largest) visit(m);
  }
}

/// One unit along the line of sight.
Pose2::Point ahead(const Pose2& from, const PoseGraph::Measurement& bearing) {
  return from.t + Pose2::Point(std::cos(from.angle + bearing.z[0]), std::sin(from.angle + bearing.z[0]));
}

template <class Pose>
void place(const PoseGraph& g, const std::vector<double>& poses, std::vector<char> known,
           std::vector<double>& landmarks) {
  constexpr int d = Pose::space;
  using Point = typename Pose::Point;
  std::vector<Sum<d>> sums(known.size());
  const auto pose = [&](std::int32_t i) { return Pose::load(poses.data() + std::ptrdiff_t{i} * Pose::size); };
  for (const PoseGraph::Measurement& m : g.further) {
    const Point z = Eigen::Map<const Point>(m.z.data());
    if (m.kind == Kind::landmark_prior) {
      sums[at(m.a)].add(Pose::Rotation::Identity(), z);
    } else if (m.kind == Kind::offset_sighting) {
      const Pose sensor = m.sensor_a < 0 ? Pose{} : Pose::load(g.sensors.data() + m.sensor_a * Pose::size);
      sums[at(m.b)].add(Pose::Rotation::Identity(), pose(m.a) * sensor * z);
    } else if (m.kind == Kind::bearing) {
      if constexpr (d == 2) {
        const Pose from = pose(m.a);
        const Point line(std::cos(from.angle + m.z[0]), std::sin(from.angle + m.z[0]));
        sums[at(m.b)].add(Pose::Rotation::Identity() - line * line.transpose(), from.t);
        sums[at(m.b)].ahead = ahead(from, m);
      }
    }
  }
  const auto landmark = [&](std::int32_t l) { return Eigen::Map<Point>(landmarks.data() + std::ptrdiff_t{l} * d); };
  for (std::size_t l = 0; l < known.size(); ++l) {
    if (known[l] || !sums[l].any) continue;
    landmark(static_cast<std::int32_t>(l)) = sums[l].place();
    known[l] = 1;
  }
  for (bool more = true; more;) {
    more = false;
    for (const PoseGraph::Measurement& m : g.further) {
      if (m.kind != Kind::landmark_edge || known[at(m.a)] == known[at(m.b)]) continue;
      const Point z = Eigen::Map<const Point>(m.z.data());
      if (known[at(m.a)])
        landmark(m.b) = landmark(m.a) + z;
      else
        landmark(m.a) = landmark(m.b) - z;
      known[at(m.a)] = known[at(m.b)] = 1;
      more = true;
    }
  }
  if constexpr (d == 2)
    each_blind_bearing(g, poses, landmarks, [&](const auto& m) { landmark(m.b) = ahead(pose(m.a), m); });
}

}  // namespace

void place_unseen(const PoseGraph& g, const std::vector<double>& poses, std::vector<double>& landmarks) {
  if (g.further.empty() || landmarks.empty()) return;
  std::vector<char> known(g.landmark_ids.size(), 0);
  for (const std::int32_t l : g.sightings.to) known[at(l)] = 1;
  for (std::size_t l = 0; l < known.size(); ++l) known[l] = known[l] || g.landmark_given[l] || g.landmark_fixed[l];
  if (g.kind == PoseGraph::Kind::se2)
    each_blind_bearing(g, poses, landmarks, [&](const auto& m) { known[at(m.b)] = 0; });
  g.kind == PoseGraph::Kind::se2 ? place<Pose2>(g, poses, std::move(known), landmarks)
                                 : place<Pose3>(g, poses, std::move(known), landmarks);
}

}  // namespace thalweg::inline v0_1::graph
