#include <thalweg/models/camera_graph.hpp>

#include <algorithm>
#include <cmath>

#include <thalweg/base/error.hpp>
#include <thalweg/math/manifold.hpp>

#include "models/camera_graph/residuals.hpp"
#include "models/pose_graph/information.hpp"

namespace thalweg::inline v0_1 {
namespace {

using Kind = CameraGraph::Kind;

template <std::size_t size>
std::array<double, size> root_of(int n, const std::array<double, size>& information, std::size_t i, const char* what) {
  std::array<double, size> root{};
  graph::root_of_information(n, information.data(), root.data(), what, i);
  return root;
}

template <class Set>
void state(Problem& problem, const Set& set, const std::vector<double>& starts, const std::vector<char>& fixed) {
  problem.set_starts(set, starts);
  for (std::size_t i = 0; i < fixed.size(); ++i)
    if (fixed[i]) problem.fix(set[static_cast<int>(i)]);
}

template <int N>
void add_observations(Problem& problem, const CameraGraph& g, const Parameters<7, SE3>& poses,
                      const Parameters<3>& points, const Loss& loss) {
  std::vector<int> pose, point;
  std::vector<camera::Seen> seen;
  for (std::size_t i = 0; i < g.observations.size(); ++i) {
    const CameraGraph::Observation& o = g.observations[i];
    if (o.stereo != (N == 3)) continue;
    pose.push_back(o.pose);
    point.push_back(o.point);
    seen.push_back({o.camera, o.z, root_of(N, o.information, i, "observation")});
  }
  if (!seen.empty())
    problem
        .add_residuals(N == 3 ? "stereo_observation" : "observation", camera::Projection<N>{}, poses[std::move(pose)],
                       points[std::move(point)], seen)
        .set_loss(loss);
}

/// The records of all edges, `Record` made by `record` of an edge and the root of its information.
template <class Poses, class F, class Make>
void add_edges(Problem& problem, const CameraGraph& g, const Poses& poses, const Loss& loss, F residual,
               Make&& record) {
  if (g.edges.empty()) return;
  std::vector<int> a, b;
  std::vector<decltype(record(g.edges[0], g.edges[0].information))> records;
  for (std::size_t i = 0; i < g.edges.size(); ++i) {
    a.push_back(g.edges[i].a);
    b.push_back(g.edges[i].b);
    records.push_back(record(g.edges[i], root_of(g.tangent_size(), g.edges[i].information, i, "edge")));
  }
  problem.add_residuals("edge", residual, poses[std::move(a)], poses[std::move(b)], records).set_loss(loss);
}

camera::Relative pose_record(const CameraGraph::Edge& edge, const std::array<double, 28>& root) {
  camera::Relative m{{}, root};
  std::copy_n(edge.z.begin(), 7, m.z.begin());
  return m;
}
camera::Relative similarity_record(const CameraGraph::Edge& edge, const std::array<double, 28>& root) {
  camera::Relative m{{}, root};
  camera::exponential(edge.z.data(), m.z.data());
  return m;
}
SpaceEdge space_record(const CameraGraph::Edge& edge, const std::array<double, 28>& root) {
  SpaceEdge m{edge.z, {}};
  std::copy_n(root.begin(), 21, m.root.begin());
  return m;
}

template <class Pose>
auto add_poses(Problem& problem, const CameraGraph& g) {
  std::vector<char> held = g.pose_fixed;
  if (const std::int32_t pose = gauge_pose(g); pose >= 0) held.at(static_cast<std::size_t>(pose)) = 1;
  const auto poses = problem.add_parameters("pose", Pose{}, static_cast<int>(g.pose_count()));
  state(problem, poses, g.poses, held);
  return poses;
}

Vec<double, 7> pose_of(const CameraGraph& g, const CameraGraph::Observation& o) {
  return Eigen::Map<const Vec<double, 7>>(g.poses.data() + std::ptrdiff_t{7} * o.pose);
}
Vec<double, 3> point_of(const CameraGraph& g, const CameraGraph::Observation& o) {
  return Eigen::Map<const Vec<double, 3>>(g.points.data() + std::ptrdiff_t{3} * o.point);
}

}  // namespace

std::int32_t gauge_pose(const CameraGraph& g) {
  const auto fixed = [](char f) { return f != 0; };
  const bool points = g.kind != Kind::similarities && std::any_of(g.point_fixed.begin(), g.point_fixed.end(), fixed);
  return points || std::any_of(g.pose_fixed.begin(), g.pose_fixed.end(), fixed) ? -1 : 0;
}

std::int64_t count_behind(const CameraGraph& g) {
  return std::count_if(g.observations.begin(), g.observations.end(), [&](const CameraGraph::Observation& o) {
    const Vec<double, 3> p = point_of(g, o), t = camera::place_of(pose_of(g, o));
    return !(rotate_back(camera::turn_of(pose_of(g, o)), Vec<double, 3>(p - t))[2] > 0.0);
  });
}

std::vector<double> reprojection_distances(const CameraGraph& g) {
  std::vector<double> distances;
  distances.reserve(g.observations.size());
  for (const CameraGraph::Observation& o : g.observations) {
    const auto e = camera::Projection<2>{}(pose_of(g, o), point_of(g, o), {o.camera, o.z, {1.0, 0.0, 1.0}});
    distances.push_back(std::hypot(e[0], e[1]));
  }
  return distances;
}

Problem build_problem(const CameraGraph& g, const Loss& loss) {
  Problem problem;
  if (g.kind == Kind::similarities) {
    if (!g.observations.empty()) throw Error("a graph of similarities has observations; expected edges alone");
    const auto poses = add_poses<Sim3>(problem, g);
    add_edges(problem, g, poses, loss, camera::SimilarityEdge{}, similarity_record);
    return problem;
  }
  const auto poses = add_poses<SE3>(problem, g);
  if (g.point_count() > 0) {
    const auto points =
        problem.add_parameters("point", Vec<double, 3>(Vec<double, 3>::Zero()), static_cast<int>(g.point_count()));
    state(problem, points, g.points, g.point_fixed);
    problem.eliminate(points);
    add_observations<2>(problem, g, poses, points, loss);
    add_observations<3>(problem, g, poses, points, loss);
  }
  if (g.kind == Kind::poses)
    add_edges(problem, g, poses, loss, camera::PoseEdge{}, pose_record);
  else
    add_edges(problem, g, poses, loss, RelativePoseSpace{}, space_record);
  return problem;
}

CameraGraph with_solution(CameraGraph g, const std::vector<double>& x) {
  const auto middle = x.begin() + static_cast<std::ptrdiff_t>(g.poses.size());
  std::copy(x.begin(), middle, g.poses.begin());
  std::copy(middle, x.end(), g.points.begin());
  return g;
}

}  // namespace thalweg::inline v0_1
