#include "models/pose_graph/starts/nearness.hpp"

#include <algorithm>
#include <cmath>

#include "models/pose_graph/pose_algebra.hpp"

namespace thalweg::inline v0_1::graph {
namespace {

constexpr double largest_turn = 0.5, largest_twist = 1.5;  // radians
// χ² is by chance somewhat above its degrees of freedom.
constexpr double most = 2.0;

/// Of the rotation that takes one pose, by the measurement, to the other.
double turn(const Pose2& a, const Pose2& b, const Pose2& z) { return std::abs(wrapped(b.angle - a.angle - z.angle)); }
double turn(const Pose3& a, const Pose3& b, const Pose3& z) { return (a.q * z.q).angularDistance(b.q); }

template <class Pose>
bool agree(const PoseGraph& g, const std::vector<double>& poses, const std::vector<double>& tree) {
  const auto pose = [&](std::int32_t v) {
    return Pose::load(poses.data() + static_cast<std::ptrdiff_t>(v) * Pose::size);
  };
  for (std::size_t e = 0; e < g.edges.from.size(); ++e) {
    const Pose z = Pose::load(g.edges.measurement.data() + e * static_cast<std::size_t>(Pose::size));
    if (!(turn(pose(g.edges.from[e]), pose(g.edges.to[e]), z) <= largest_turn)) return false;
  }
  for (std::size_t v = 0; v < tree.size(); v += static_cast<std::size_t>(Pose::size))
    if (!(turn(Pose::load(tree.data() + v), Pose::load(poses.data() + v), Pose{}) <= largest_twist)) return false;
  return true;
}

}  // namespace

bool is_near(const PoseGraph& g, const std::vector<double>& poses, double cost, const std::vector<double>& tree) {
  const auto freedom = static_cast<double>(std::max<std::int64_t>(1, degrees_of_freedom(g)));
  if (!(2.0 * cost <= most * freedom)) return false;
  return g.kind == PoseGraph::Kind::se2 ? agree<Pose2>(g, poses, tree) : agree<Pose3>(g, poses, tree);
}

}  // namespace thalweg::inline v0_1::graph
