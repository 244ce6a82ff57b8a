#include <algorithm>
#include <limits>
#include <queue>
#include <utility>

#include <fmt/format.h>

#include "models/pose_graph/starts/relaxed_rotations.hpp"
#include "models/pose_graph/starts/starts.hpp"

namespace thalweg::inline v0_1::graph {
namespace {

std::size_t at(std::int64_t i) { return static_cast<std::size_t>(i); }

/// The edges of each pose, one list after the other.
struct Incidence {
  explicit Incidence(const PoseGraph& g) : begin(g.pose_ids.size() + 1, 0), edge(2 * g.edges.from.size()) {
    for (const auto* ends : {&g.edges.from, &g.edges.to})
      for (const std::int32_t v : *ends) ++begin[at(v) + 1];
    for (std::size_t v = 1; v < begin.size(); ++v) begin[v] += begin[v - 1];
    std::vector<std::int32_t> next(begin.begin(), begin.end() - 1);
    for (std::size_t e = 0; e < g.edges.from.size(); ++e)
      for (const std::int32_t v : {g.edges.from[e], g.edges.to[e]})
        edge[at(next[at(v)]++)] = static_cast<std::int32_t>(e);
  }
  std::vector<std::int32_t> begin, edge;
};

/// Rotational variance of an edge, up to a factor: one over the mean information of its rotation. One that says nothing
/// of the rotation is the last to be taken.
template <class Pose>
double length_of(const double* omega) {
  constexpr double longest = 1e100;
  double sum = 0.0;
  for (int k = Pose::space; k < Pose::tangent; ++k) sum += omega[place(Pose::tangent, k, k)];
  return sum > 0.0 ? std::min(1.0 / sum, longest) : longest;
}

template <class Pose>
Start tree(const PoseGraph& g) {
  const Incidence incidence(g);
  std::vector<double> distance(g.pose_ids.size(), std::numeric_limits<double>::infinity());
  Start start{g.poses, {}, {}};
  using Entry = std::pair<double, std::int32_t>;
  std::priority_queue<Entry, std::vector<Entry>, std::greater<>> queue;
  const std::vector<char> held = held_poses(g);
  for (std::size_t v = 0; v < held.size(); ++v)
    if (held[v]) {
      distance[v] = 0.0;
      queue.emplace(0.0, static_cast<std::int32_t>(v));
    }
  std::size_t reached = 0;
  while (!queue.empty()) {
    const auto [d, v] = queue.top();
    queue.pop();
    if (d > distance[at(v)]) continue;
    ++reached;
    const Pose here = Pose::load(start.poses.data() + v * Pose::size);
    for (std::int32_t k = incidence.begin[at(v)]; k < incidence.begin[at(v) + 1]; ++k) {
      const std::size_t e = at(incidence.edge[at(k)]);
      const bool forward = g.edges.from[e] == v;
      const std::int32_t other = forward ? g.edges.to[e] : g.edges.from[e];
      const double there = d + length_of<Pose>(g.edges.information.data() + e * at(triangle(Pose::tangent)));
      if (!(there < distance[at(other)])) continue;
      distance[at(other)] = there;
      const Pose Z = Pose::load(g.edges.measurement.data() + e * at(Pose::size));
      (here * (forward ? Z : Z.inverse())).store(start.poses.data() + other * Pose::size);
      queue.emplace(there, other);
    }
  }
  if (reached < g.pose_ids.size()) {
    const auto lost =
        std::find(distance.begin(), distance.end(), std::numeric_limits<double>::infinity()) - distance.begin();
    return {{},
            fmt::format("pose {} is tied to {} by {} alone", g.pose_ids[at(lost)],
                        gauge_pose(g) >= 0 ? "the first pose" : "a fixed pose",
                        g.further.empty() ? "landmarks" : "further measurements or landmarks"),
            {}};
  }
  return start;
}

template <class Pose>
std::vector<double> sighted(const PoseGraph& g, const std::vector<double>& poses) {
  std::vector<double> sum(g.landmarks.size(), 0.0);
  std::vector<int> count(g.landmark_ids.size(), 0);
  for (std::size_t i = 0; i < g.sightings.from.size(); ++i) {
    const typename Pose::Point p =
        Pose::load(poses.data() + at(g.sightings.from[i]) * Pose::size) * sighted_point<Pose>(g, i);
    for (int k = 0; k < Pose::space; ++k) sum[at(g.sightings.to[i]) * Pose::space + at(k)] += p[k];
    ++count[at(g.sightings.to[i])];
  }
  for (std::size_t l = 0; l < count.size(); ++l)
    for (std::size_t k = l * Pose::space; k < (l + 1) * Pose::space; ++k)
      sum[k] = g.landmark_fixed[l] || count[l] == 0 ? g.landmarks[k] : sum[k] / count[l];
  return sum;
}

}  // namespace

std::vector<char> held_poses(const PoseGraph& graph) {
  std::vector<char> held = graph.pose_fixed;
  if (const std::int32_t pose = gauge_pose(graph); pose >= 0) held[at(pose)] = 1;
  return held;
}

Start spanning_tree_start(const PoseGraph& g) {
  return g.kind == PoseGraph::Kind::se2 ? tree<Pose2>(g) : tree<Pose3>(g);
}

std::vector<double> sighted_landmarks(const PoseGraph& g, const std::vector<double>& poses) {
  return g.kind == PoseGraph::Kind::se2 ? sighted<Pose2>(g, poses) : sighted<Pose3>(g, poses);
}

}  // namespace thalweg::inline v0_1::graph
