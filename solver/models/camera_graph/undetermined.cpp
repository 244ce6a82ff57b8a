// What the measurements of a camera graph leave undetermined.
#include <thalweg/models/camera_graph.hpp>

#include <algorithm>
#include <numeric>

#include <fmt/format.h>

#include "models/camera_graph/residuals.hpp"

namespace thalweg::inline v0_1 {
namespace {

std::size_t at(std::int64_t i) { return static_cast<std::size_t>(i); }

/// Sets of poses, then points, that measurements tie together.
class Pieces {
 public:
  explicit Pieces(std::int64_t count) : parent_(at(count)), measured_(at(count), 0) {
    std::iota(parent_.begin(), parent_.end(), std::int64_t{0});
  }
  void join(std::int64_t a, std::int64_t b) {
    measured_[at(a)] = measured_[at(b)] = 1;
    const std::int64_t x = root(a), y = root(b);
    parent_[at(std::max(x, y))] = std::min(x, y);
  }
  bool measured(std::int64_t v) const { return measured_[at(v)] != 0; }
  /// Of more than one vertex.
  std::int64_t count() {
    std::int64_t roots = 0;
    for (std::int64_t v = 0; v < static_cast<std::int64_t>(parent_.size()); ++v) roots += measured(v) && root(v) == v;
    return roots;
  }

 private:
  std::int64_t root(std::int64_t v) {
    while (parent_[at(v)] != v) v = parent_[at(v)] = parent_[at(parent_[at(v)])];
    return v;
  }
  std::vector<std::int64_t> parent_;
  std::vector<char> measured_;
};

}  // namespace

std::vector<std::string> undetermined(const CameraGraph& g) {
  const std::int64_t poses = g.pose_count(), all = poses + g.point_count();
  Pieces pieces(all);
  std::vector<int> sights(at(g.point_count()), 0);
  for (const CameraGraph::Edge& e : g.edges) pieces.join(e.a, e.b);
  for (const CameraGraph::Observation& o : g.observations) {
    pieces.join(o.pose, poses + o.point);
    sights[at(o.point)] += o.stereo ? 2 : 1;
  }
  std::vector<std::string> sentences;
  std::int64_t unmeasured = 0, once = 0;
  for (std::int64_t v = 0; v < all; ++v) unmeasured += pieces.measured(v) ? 0 : 1;
  for (std::size_t p = 0; p < sights.size(); ++p) once += sights[p] == 1 && !g.point_fixed[p] ? 1 : 0;
  if (unmeasured > 0)
    sentences.push_back(unmeasured == 1
                            ? "1 vertex is measured by nothing: it stays where it is"
                            : fmt::format("{} vertices are measured by nothing: they stay where they are", unmeasured));
  if (once > 0)
    sentences.push_back(fmt::format("{} seen once, by one camera: how far from it is undetermined",
                                    once == 1 ? "1 point is" : fmt::format("{} points are", once)));
  if (const std::int64_t count = pieces.count(); count > 1)
    sentences.push_back(
        fmt::format("the graph falls into {} pieces that no measurement ties together: where those are "
                    "in which nothing is held is undetermined",
                    count));
  return sentences;
}

std::vector<GaugeDirection> gauge_directions(const CameraGraph& g) {
  const std::int32_t held = gauge_pose(g);
  const bool stereo = std::any_of(g.observations.begin(), g.observations.end(), [](const auto& o) { return o.stereo; });
  if (held < 0 || stereo || !g.edges.empty() || g.observations.empty()) return {};
  // Away from the centre of the camera that is held; of a pose in its own frame, as its steps are.
  GaugeDirection scale{"scale", std::vector<double>(g.poses.size() + g.points.size())};
  const auto place = [](const std::vector<double>& from, std::size_t k) {
    return Vec<double, 3>(Eigen::Map<const Vec<double, 3>>(from.data() + k));
  };
  const Vec<double, 3> centre = place(g.poses, at(held) * 7);
  const auto put = [&](const Vec<double, 3>& v, std::size_t k) {
    std::copy_n(v.data(), 3, scale.direction.data() + k);
  };
  for (std::size_t k = 0; k < g.poses.size(); k += 7) {
    const Vec<double, 7> pose = Eigen::Map<const Vec<double, 7>>(g.poses.data() + k);
    put(rotate_back(camera::turn_of(pose), Vec<double, 3>(place(g.poses, k) - centre)), k);
  }
  for (std::size_t k = 0; k < g.points.size(); k += 3) put(place(g.points, k) - centre, g.poses.size() + k);
  return {scale};
}

}  // namespace thalweg::inline v0_1
