#include "models/pose_graph/starts/prior_anchor.hpp"

#include <algorithm>

#include <Eigen/Geometry>

#include "models/pose_graph/pose_algebra.hpp"
#include "models/pose_graph/starts/nearest_rotation.hpp"

namespace thalweg::inline v0_1::graph {
namespace {

using Measurement = PoseGraph::Measurement;
using Kind = Measurement::Kind;

std::size_t at(std::int64_t i) { return static_cast<std::size_t>(i); }

const Measurement* pose_prior(const PoseGraph& g) {
  const auto found =
      std::find_if(g.further.begin(), g.further.end(), [](const auto& m) { return m.kind == Kind::pose_prior; });
  return found == g.further.end() ? nullptr : &*found;
}

template <class Pose>
Pose sensor(const PoseGraph& g, std::int32_t number) {
  return number >= 0 ? Pose::load(g.sensors.data() + number * Pose::size) : Pose{};
}

template <class Pose>
void align(const PoseGraph& g, Start& start) {
  constexpr int d = Pose::space;
  std::vector<typename Pose::Point> from, to;
  for (const Measurement& m : g.further) {
    if (m.kind == Kind::place_prior)
      from.push_back(Pose::load(start.poses.data() + m.a * Pose::size) * sensor<Pose>(g, m.sensor_a).t);
    else if (m.kind == Kind::landmark_prior && !start.landmarks.empty())
      from.push_back(Eigen::Map<const typename Pose::Point>(start.landmarks.data() + m.a * d));
    else
      continue;
    to.push_back(Eigen::Map<const typename Pose::Point>(m.z.data()));
  }
  if (from.empty()) return;
  Pose motion;
  typename Pose::Point a = Pose::Point::Zero(), b = Pose::Point::Zero();
  for (std::size_t i = 0; i < from.size(); ++i) {
    a += from[i] / static_cast<double>(from.size());
    b += to[i] / static_cast<double>(from.size());
  }
  if (from.size() >= at(d)) {
    typename Pose::Rotation M = Pose::Rotation::Zero();
    for (std::size_t i = 0; i < from.size(); ++i) M += (to[i] - b) * (from[i] - a).transpose();
    if (M.norm() > 0.0) motion.set_rotation(nearest_rotation(M));
  }
  motion.t = b - motion.rotation() * a;
  for (std::size_t v = 0; v < g.pose_ids.size(); ++v) {
    double* const pose = start.poses.data() + v * at(Pose::size);
    (motion * Pose::load(pose)).store(pose);
  }
  for (std::size_t k = 0; k < start.landmarks.size(); k += at(d)) {
    Eigen::Map<typename Pose::Point> point(start.landmarks.data() + k);
    point = (motion * typename Pose::Point(point)).eval();
  }
}

template <class Pose>
void fix_at_prior(PoseGraph& g, const Measurement& m) {
  (Pose::load(m.z.data()) * sensor<Pose>(g, m.sensor_b).inverse()).store(g.poses.data() + m.b * Pose::size);
  g.pose_fixed[at(m.b)] = 1;
}

}  // namespace

bool is_held_by_priors(const PoseGraph& g) {
  const auto fixed = [](char f) { return f != 0; };
  return g.has_prior() && std::none_of(g.pose_fixed.begin(), g.pose_fixed.end(), fixed) &&
         std::none_of(g.landmark_fixed.begin(), g.landmark_fixed.end(), fixed);
}

PoseGraph anchored(const PoseGraph& graph) {
  PoseGraph g = graph;
  if (const Measurement* prior = pose_prior(g))
    g.kind == PoseGraph::Kind::se2 ? fix_at_prior<Pose2>(g, *prior) : fix_at_prior<Pose3>(g, *prior);
  else
    g.pose_fixed[0] = 1;
  return g;
}

void align_to_priors(const PoseGraph& g, Start& start) {
  if (pose_prior(g)) return;
  g.kind == PoseGraph::Kind::se2 ? align<Pose2>(g, start) : align<Pose3>(g, start);
}

}  // namespace thalweg::inline v0_1::graph
