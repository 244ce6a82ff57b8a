#include <cmath>
#include <optional>
#include <utility>

#include "models/pose_graph/starts/relaxed_rotations.hpp"
#include "models/pose_graph/starts/starts.hpp"

namespace thalweg::inline v0_1::graph {
namespace {

std::size_t at(std::int64_t i) { return static_cast<std::size_t>(i); }

template <class Pose>
class Chordal {
  static constexpr int d = Pose::space;
  using Rotation = typename Pose::Rotation;  // d × d
  using Point = typename Pose::Point;

 public:
  explicit Chordal(const PoseGraph& g)
      : g_(g), sighted_(g.sightings.count() > 0), number_(g), pairs_(number_.pairs(g, sighted_)) {
    rotations_.resize(number_.held.size());
    positions_.resize(number_.held.size());
    for (std::size_t v = 0; v < number_.held.size(); ++v)
      if (number_.held[v]) {
        const Pose pose = Pose::load(g.poses.data() + v * Pose::size);
        rotations_[v] = pose.rotation();
        if (!origin_) origin_ = pose.t;
        positions_[v] = pose.t - *origin_;
      }
    if (!origin_) origin_ = Point::Zero();
  }

  Start run() {
    Start start{g_.poses, {}, {}};
    if (number_.poses == 0) return start;
    const bool turned = sighted_ ? JointRelaxation<Pose>(g_, number_, *origin_, positions_, rotations_).run()
                                 : relax_rotations<Pose>(g_, number_, system_for(d), rotations_);
    if (!turned || !solve_positions(start)) return {{}, "its linear system is singular", {}};
    for (std::size_t v = 0; v < number_.held.size(); ++v) {
      if (number_.held[v]) continue;
      Pose pose;
      pose.set_rotation(rotations_[v]);
      pose.t = positions_[v] + *origin_;
      pose.store(start.poses.data() + v * Pose::size);
    }
    return start;
  }

 private:
  BlockSystem& system_for(int width) {
    if (system_ && system_->width() == width)
      system_->clear();
    else
      system_.emplace(width, sighted_ ? number_.count() : number_.poses, pairs_);
    return *system_;
  }

  /// Whether all information of places is the same in all directions.
  bool isotropic() const { return is_isotropic(g_.edges, Pose::tangent) && is_isotropic(g_.sightings, d); }
  static bool is_isotropic(const PoseGraph::Edges& edges, int n) {
    constexpr double tolerance = 1e-6;
    for (std::int64_t e = 0; e < edges.count(); ++e) {
      const double* const omega = edges.information.data() + e * triangle(n);
      for (int i = 0; i < d; ++i)
        for (int j = i; j < d; ++j)
          if (std::abs(omega[place(n, i, j)] - (i == j ? omega[0] : 0.0)) > tolerance * omega[0]) return false;
    }
    return true;
  }

  /// b − a measured as `offset` in the world with the information A there; a negative number is of one that does not
  /// move, its place then known.
  struct Positions {
    BlockSystem& system;
    SharedUnknowns& right;
    bool scalar;
    void add(std::int32_t a, const Point& place_a, std::int32_t b, const Point& place_b, const Point& offset,
             const Rotation& A) {
      const Rotation minus = -A;
      if (b >= 0) system.add(b, b, A.data());
      if (a >= 0) system.add(a, a, A.data());
      if (a >= 0 && b >= 0) system.add(b, a, minus.data());
      if (b >= 0) add_right(b, A * (a >= 0 ? offset : Point(offset + place_a)));
      if (a >= 0) add_right(a, A * (b >= 0 ? Point(-offset) : Point(place_b - offset)));
    }
    void add_right(std::int32_t v, const Point& p) {
      for (int k = 0; k < d; ++k) entry(v, k) += p[k];
    }
    double& entry(std::int32_t v, int k) { return scalar ? right(v, 0, k) : right(v, k, 0); }
  };

  /// ½ Σ ‖tⱼ − tᵢ − Rᵢ z‖², weighted by the information turned into the world. Where that is the same in all
  /// directions, the d coordinates share one scalar matrix.
  bool solve_positions(Start& start) {
    const bool scalar = d == 3 && isotropic();  // in the plane the analysis of the rotations serves again
    const int width = scalar ? 1 : d, sides = scalar ? d : 1;
    BlockSystem& system = system_for(width);
    SharedUnknowns right(sighted_ ? number_.count() : number_.poses, width, sides);
    Positions positions{system, right, scalar};
    const auto in_world = [&](const Rotation& turn, const Rotation& information) -> Rotation {
      return scalar ? Rotation(information(0, 0) * Rotation::Identity()) : turn * information * turn.transpose();
    };
    for (std::size_t e = 0; e < g_.edges.from.size(); ++e) {
      const auto [i, j] = number_.ends(g_.edges, e, false);
      if (i < 0 && j < 0) continue;
      const std::size_t from = at(g_.edges.from[e]), to = at(g_.edges.to[e]);
      const Pose Z = measured_pose<Pose>(g_, e);
      const Rotation O = full_information<Pose::tangent>(edge_information<Pose>(g_, e)).template topLeftCorner<d, d>();
      positions.add(i, positions_[from], j, positions_[to], rotations_[from] * Z.t,
                    in_world(rotations_[from] * Z.rotation(), O));
    }
    for (std::size_t e = 0; e < g_.sightings.from.size(); ++e) {
      const auto [i, l] = number_.ends(g_.sightings, e, true);
      if (i < 0 && l < 0) continue;
      const std::size_t from = at(g_.sightings.from[e]);
      Rotation turn = rotations_[from];
      if constexpr (d == 3) turn *= Pose3::load(g_.sensors.data() + 7 * g_.sensor_of[e]).rotation();
      positions.add(i, positions_[from], l,
                    Eigen::Map<const Point>(g_.landmarks.data() + g_.sightings.to[e] * d) - *origin_,
                    rotations_[from] * sighted_point<Pose>(g_, e),
                    in_world(turn, full_information<d>(g_.sightings.information.data() + e * at(triangle(d)))));
    }
    if (!system.solve(right.data(), sides)) return false;
    for (std::size_t v = 0; v < number_.held.size(); ++v)
      for (int k = 0; k < d && !number_.held[v]; ++k) positions_[v][k] = positions.entry(number_.pose[v], k);
    start.landmarks = g_.landmarks;
    for (std::size_t l = 0; l < number_.landmark.size(); ++l)
      for (int k = 0; k < d && number_.landmark[l] >= 0; ++k)
        start.landmarks[l * d + at(k)] = positions.entry(number_.landmark[l], k) + (*origin_)[k];
    return true;
  }

  const PoseGraph& g_;
  bool sighted_;
  VertexNumbers number_;
  std::vector<std::pair<std::int32_t, std::int32_t>> pairs_;
  std::optional<BlockSystem> system_;
  std::vector<Rotation> rotations_;
  // The first pose that is held. Far from the origin, as in the coordinates of a map, the sums of positions times
  // information would lose the digits that tell them apart.
  std::optional<Point> origin_;
  std::vector<Point> positions_;  // from there
};

}  // namespace

Start chordal_start(const PoseGraph& g) {
  return g.kind == PoseGraph::Kind::se2 ? Chordal<Pose2>(g).run() : Chordal<Pose3>(g).run();
}

}  // namespace thalweg::inline v0_1::graph
