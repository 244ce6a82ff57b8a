#include <thalweg/models/relative_pose.hpp>

#include <numbers>

#include <thalweg/math/manifold.hpp>

#include "models/pose_graph/eight_items.hpp"

namespace thalweg::inline v0_1 {
namespace {

using graph::Real;

// Of each pose: x, y, cos θ, sin θ, θ.
struct PlanePose {
  static constexpr int pose_size = 3, tangent = 3;
  static void fill(const double* pose, double* record) {
    record[0] = pose[0];
    record[1] = pose[1];
    record[2] = std::cos(pose[2]);
    record[3] = std::sin(pose[2]);
    record[4] = pose[2];
    record[5] = record[6] = record[7] = 0.0;
  }
};

/// To the nearest whole number, for |v| < 2⁵¹: adding 1.5 · 2⁵² leaves no room for a fraction.
Real nearest(Real v) {
  constexpr double big = 0x1.8p52;
  return (v + Real(big)) - Real(big);
}

// Of each edge: x, y, cos θ, sin θ, θ, and U.
struct PlaneModel : PlanePose {
  static constexpr int dimension = 3, second_tangent = 3, data = 16;
  static constexpr bool second_is_pose = true;

  template <bool with_jacobian>
  static void run(const Real* a, const Real* b, const Real* z, Real* r, Real* J) {
    const Real *U = z + 5, cz = z[2], sz = z[3];
    const Real dx = b[0] - a[0], dy = b[1] - a[1];
    const Real Ax = a[2] * dx + a[3] * dy, Ay = a[2] * dy - a[3] * dx;  // A = Rᵢᵀ (tⱼ − tᵢ)
    const Real ex = Ax - z[0], ey = Ay - z[1];
    constexpr double turn = 2.0 * std::numbers::pi;
    const Real angle = b[4] - a[4] - z[4];
    const Real e[3] = {cz * ex + sz * ey, cz * ey - sz * ex, angle - Real(turn) * nearest(angle * Real(1.0 / turn))};
    graph::weigh<3, 3>(U, e, r, 1);
    if constexpr (with_jacobian) {
      // By δtᵢ −Rzᵀ; by δθᵢ Rzᵀ (Ay, −Ax) and −1; by δtⱼ Rzᵀ Rᵢᵀ Rⱼ; by δθⱼ 1.
      const Real cd = a[2] * b[2] + a[3] * b[3], sd = a[2] * b[3] - a[3] * b[2];  // of θⱼ − θᵢ
      const Real ce = cz * cd + sz * sd, se = cz * sd - sz * cd;
      const Real columns[6][3] = {
          {-cz, sz, Real(0.0)}, {-sz, -cz, Real(0.0)}, {cz * Ay - sz * Ax, -sz * Ay - cz * Ax, Real(-1.0)},
          {ce, se, Real(0.0)},  {-se, ce, Real(0.0)},  {Real(0.0), Real(0.0), Real(1.0)}};
      for (int c = 0; c < 6; ++c) graph::weigh<3, 3>(U, columns[c], J + c, 6);
    }
  }
};

// Of each sighting: x, y, and U.
struct PlaneSightingModel : PlanePose {
  static constexpr int dimension = 2, second_tangent = 2, second_size = 2, data = 8;
  static constexpr bool second_is_pose = false;

  template <bool with_jacobian>
  static void run(const Real* a, const Real* l, const Real* z, Real* r, Real* J) {
    const Real* const U = z + 2;
    const Real dx = l[0] - a[0], dy = l[1] - a[1];
    const Real Ax = a[2] * dx + a[3] * dy, Ay = a[2] * dy - a[3] * dx;
    const Real e[2] = {Ax - z[0], Ay - z[1]};
    graph::weigh<2, 2>(U, e, r, 1);
    if constexpr (with_jacobian) {
      const Real columns[5][2] = {
          {Real(-1.0), Real(0.0)}, {Real(0.0), Real(-1.0)}, {Ay, -Ax}, {a[2], -a[3]}, {a[3], a[2]}};
      for (int c = 0; c < 5; ++c) graph::weigh<2, 2>(U, columns[c], J + c, 5);
    }
  }
};

Slot pose_slot(const std::vector<std::int64_t>& offsets) {
  return {3, 0, {offsets.begin(), offsets.end()}, 3, manifold_of<SE2>()};
}

}  // namespace

std::unique_ptr<ResidualGroup> relative_pose_group(std::string name, std::vector<std::int64_t> from_offset,
                                                   std::vector<std::int64_t> to_offset,
                                                   const std::vector<PlaneEdge>& edges) {
  std::vector<double> data(edges.size() * PlaneModel::data);
  for (std::size_t i = 0; i < edges.size(); ++i) {
    double* const to = data.data() + i * PlaneModel::data;
    const auto& z = edges[i].measurement;
    PlanePose::fill(z.data(), to);
    std::copy(edges[i].root.begin(), edges[i].root.end(), to + 5);
  }
  std::vector<Slot> slots = {pose_slot(from_offset), pose_slot(to_offset)};
  return std::make_unique<graph::EightItems<PlaneModel>>(std::move(name), std::move(slots), std::move(data));
}

std::unique_ptr<ResidualGroup> sighting_group(std::string name, std::vector<std::int64_t> pose_offset,
                                              std::vector<std::int64_t> landmark_offset,
                                              const std::vector<PlaneSighting>& sightings) {
  std::vector<double> data(sightings.size() * PlaneSightingModel::data);
  for (std::size_t i = 0; i < sightings.size(); ++i) {
    double* const to = data.data() + i * PlaneSightingModel::data;
    std::copy(sightings[i].measurement.begin(), sightings[i].measurement.end(), to);
    std::copy(sightings[i].root.begin(), sightings[i].root.end(), to + 2);
  }
  std::vector<Slot> slots = {pose_slot(pose_offset), {2, 0, {landmark_offset.begin(), landmark_offset.end()}}};
  return std::make_unique<graph::EightItems<PlaneSightingModel>>(std::move(name), std::move(slots), std::move(data));
}

}  // namespace thalweg::inline v0_1
