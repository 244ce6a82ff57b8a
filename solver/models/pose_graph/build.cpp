#include <thalweg/models/pose_graph.hpp>

#include <algorithm>
#include <optional>

#include <thalweg/math/manifold.hpp>

#include "models/pose_graph/further_residuals.hpp"
#include "models/pose_graph/groups.hpp"

namespace thalweg::inline v0_1 {
namespace {

template <class Set>
void state(Problem& problem, const Set& set, const std::vector<double>& starts, const std::vector<char>& fixed) {
  problem.set_starts(set, starts);
  for (std::size_t i = 0; i < fixed.size(); ++i)
    if (fixed[i]) problem.fix(set[static_cast<int>(i)]);
}

template <class Pose, int space>
void add_all(Problem& problem, const PoseGraph& g, const Loss& loss) {
  std::vector<std::unique_ptr<ResidualGroup>> groups = graph::residual_groups(g);
  std::vector<char> held = g.pose_fixed;
  if (const std::int32_t pose = gauge_pose(g); pose >= 0) held.at(static_cast<std::size_t>(pose)) = 1;
  const auto poses = problem.add_parameters("pose", Pose{}, static_cast<int>(g.pose_count()));
  state(problem, poses, g.poses, held);
  std::optional<Parameters<space>> landmarks;
  if (g.landmark_count() > 0) {
    const Vec<double, space> origin = Vec<double, space>::Zero();
    landmarks = problem.add_parameters("landmark", origin, static_cast<int>(g.landmark_count()));
    state(problem, *landmarks, g.landmarks, g.landmark_fixed);
  }
  for (auto& group : groups) problem.add_group(std::move(group)).set_loss(loss);
  graph::add_further(problem, g, poses, landmarks ? &*landmarks : nullptr, loss);
}

}  // namespace

using Measured = PoseGraph::Measurement::Kind;

bool PoseGraph::has_prior() const {
  return std::any_of(further.begin(), further.end(), [](const Measurement& m) {
    return m.kind == Measured::pose_prior || m.kind == Measured::place_prior || m.kind == Measured::landmark_prior;
  });
}

int PoseGraph::dimension_of(Measured measured) const {
  if (measured == Measured::pose_prior || measured == Measured::offset_edge) return tangent_size();
  return measured == Measured::bearing ? 1 : landmark_size();
}

int PoseGraph::measured_size_of(Measured measured) const {
  if (measured == Measured::pose_prior || measured == Measured::offset_edge) return pose_size();
  return measured == Measured::bearing ? 1 : landmark_size();
}

Problem build_problem(const PoseGraph& g, const Loss& loss) {
  Problem problem;
  g.kind == PoseGraph::Kind::se2 ? add_all<SE2, 2>(problem, g, loss) : add_all<SE3, 3>(problem, g, loss);
  return problem;
}

PoseGraph with_solution(PoseGraph g, const std::vector<double>& x) {
  const auto middle = x.begin() + static_cast<std::ptrdiff_t>(g.poses.size());
  std::copy(x.begin(), middle, g.poses.begin());
  std::copy(middle, x.end(), g.landmarks.begin());
  std::fill(g.pose_given.begin(), g.pose_given.end(), 1);
  std::fill(g.landmark_given.begin(), g.landmark_given.end(), 1);
  return g;
}

}  // namespace thalweg::inline v0_1
