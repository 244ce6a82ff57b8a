#include <thalweg/models/relative_pose.hpp>

#include <thalweg/math/manifold.hpp>

#include "models/pose_graph/eight_items.hpp"

namespace thalweg::inline v0_1 {
namespace {

using graph::Real;

/// R by rows of a unit quaternion (x, y, z, w).
[[gnu::always_inline]] inline void rotation_of(const Real* q, Real* R) {
  const Real two(2.0), one(1.0);
  const Real x2 = two * q[0], y2 = two * q[1], z2 = two * q[2];
  const Real xx = x2 * q[0], yy = y2 * q[1], zz = z2 * q[2];
  const Real xy = x2 * q[1], xz = x2 * q[2], yz = y2 * q[2], wx = x2 * q[3], wy = y2 * q[3], wz = z2 * q[3];
  R[0] = one - yy - zz, R[1] = xy - wz, R[2] = xz + wy;
  R[3] = xy + wz, R[4] = one - xx - zz, R[5] = yz - wx;
  R[6] = xz - wy, R[7] = yz + wx, R[8] = one - xx - yy;
}
/// Rᵀ v.
[[gnu::always_inline]] inline void turn_back(const Real* R, const Real* v, Real* to) {
  for (int i = 0; i < 3; ++i) to[i] = R[i] * v[0] + R[3 + i] * v[1] + R[6 + i] * v[2];
}
/// Aᵀ B, by rows.
[[gnu::always_inline]] inline void transposed_product(const Real* A, const Real* B, Real* to) {
  for (int i = 0; i < 3; ++i)
    for (int j = 0; j < 3; ++j) to[3 * i + j] = A[i] * B[j] + A[3 + i] * B[3 + j] + A[6 + i] * B[6 + j];
}
/// a* ⊗ b.
[[gnu::always_inline]] inline void conjugate_product(const Real* a, const Real* b, Real* to) {
  to[0] = a[3] * b[0] - a[0] * b[3] - a[1] * b[2] + a[2] * b[1];
  to[1] = a[3] * b[1] - a[1] * b[3] - a[2] * b[0] + a[0] * b[2];
  to[2] = a[3] * b[2] - a[2] * b[3] - a[0] * b[1] + a[1] * b[0];
  to[3] = a[3] * b[3] + a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
}
/// Column k of Mᵀ [A]ₓ, M by rows: Mᵀ (A × eₖ).
[[gnu::always_inline]] inline void cross_column(const Real* M, const Real* A, int k, Real* to) {
  const int p = (k + 1) % 3, q = (k + 2) % 3;  // A × eₖ = A_q e_p − A_p e_q
  for (int i = 0; i < 3; ++i) to[i] = M[3 * p + i] * A[q] - M[3 * q + i] * A[p];
}

// Of each pose: t, q.
struct SpacePose {
  static constexpr int pose_size = 7, tangent = 6;
  static void fill(const double* pose, double* record) {
    std::copy_n(pose, 7, record);
    record[7] = 0.0;
  }
};

// Of each edge: t, q, and U.
struct SpaceModel : SpacePose {
  static constexpr int dimension = 6, second_tangent = 6, data = 32;
  static constexpr bool second_is_pose = true;

  template <bool with_jacobian>
  static void run(const Real* a, const Real* b, const Real* z, Real* r, Real* J) {
    const Real* const U = z + 7;
    Real Ra[9], Rz[9], A[3], e[6], between[4], q[4];
    rotation_of(a + 3, Ra);
    rotation_of(z + 3, Rz);
    const Real d[3] = {b[0] - a[0], b[1] - a[1], b[2] - a[2]};
    turn_back(Ra, d, A);  // A = Rᵢᵀ (tⱼ − tᵢ)
    const Real off[3] = {A[0] - z[0], A[1] - z[1], A[2] - z[2]};
    turn_back(Rz, off, e);
    conjugate_product(a + 3, b + 3, between);
    conjugate_product(z + 3, between, q);
    const Real sign = select(q[3] < Real(0.0), Real(-1.0), Real(1.0));
    for (int k = 0; k < 4; ++k) q[k] *= sign;
    for (int k = 0; k < 3; ++k) e[3 + k] = q[k];
    graph::weigh<6, 6>(U, e, r, 1);
    if constexpr (with_jacobian) {
      Real Rb[9], Rab[9], Re[9];
      rotation_of(b + 3, Rb);
      transposed_product(Ra, Rb, Rab);
      transposed_product(Rz, Rab, Re);
      // With q = (v, w) of E, the vector part of q ⊗ exp(δ) is v + ½ (w I + [v]ₓ) δ, and of exp(−Rzᵀδ) ⊗ q it is
      // v − ½ (w I − [v]ₓ) Rzᵀ δ.
      const Real half(0.5);
      const Real x = half * q[0], y = half * q[1], s = half * q[2], w = half * q[3];
      const Real right[9] = {w, -s, y, s, w, -x, -y, x, w};
      Real left[9];  // −½ (w I − [v]ₓ) Rzᵀ, by rows: right is ½ (w I + [v]ₓ), its transpose ½ (w I − [v]ₓ)
      for (int i = 0; i < 3; ++i)
        for (int j = 0; j < 3; ++j)
          left[3 * i + j] = -(right[i] * Rz[3 * j] + right[3 + i] * Rz[3 * j + 1] + right[6 + i] * Rz[3 * j + 2]);
      Real column[6];
      for (int k = 0; k < 3; ++k) {
        for (int i = 0; i < 3; ++i) column[i] = -Rz[3 * k + i];
        graph::weigh<6, 3>(U, column, J + k, 12);
        for (int i = 0; i < 3; ++i) column[i] = Re[3 * i + k];
        graph::weigh<6, 3>(U, column, J + 6 + k, 12);
        cross_column(Rz, A, k, column);
        for (int i = 0; i < 3; ++i) column[3 + i] = left[3 * i + k];
        graph::weigh<6, 6>(U, column, J + 3 + k, 12);
        for (int i = 0; i < 3; ++i) {
          column[i] = Real(0.0);
          column[3 + i] = right[3 * i + k];
        }
        graph::weigh<6, 6>(U, column, J + 9 + k, 12);
      }
    }
  }
};

// Of each sighting: z, the sensor's t and q, and U: 16 numbers.
struct SpaceSightingModel : SpacePose {
  static constexpr int dimension = 3, second_tangent = 3, second_size = 3, data = 16;
  static constexpr bool second_is_pose = false;

  template <bool with_jacobian>
  static void run(const Real* a, const Real* l, const Real* z, Real* r, Real* J) {
    const Real *S = z + 3, *U = z + 10;
    Real Ra[9], Rs[9], A[3], e[3];
    rotation_of(a + 3, Ra);
    rotation_of(S + 3, Rs);
    const Real d[3] = {l[0] - a[0], l[1] - a[1], l[2] - a[2]};
    turn_back(Ra, d, A);
    const Real off[3] = {A[0] - S[0], A[1] - S[1], A[2] - S[2]};
    turn_back(Rs, off, e);
    for (int k = 0; k < 3; ++k) e[k] -= z[k];
    graph::weigh<3, 3>(U, e, r, 1);
    if constexpr (with_jacobian) {
      Real column[3];
      for (int k = 0; k < 3; ++k) {  // by δt −Rsᵀ, by δr Rsᵀ [A]ₓ, by ℓ Rsᵀ Rᵢᵀ
        for (int i = 0; i < 3; ++i) column[i] = -Rs[3 * k + i];
        graph::weigh<3, 3>(U, column, J + k, 9);
        cross_column(Rs, A, k, column);
        graph::weigh<3, 3>(U, column, J + 3 + k, 9);
        const Real row[3] = {Ra[3 * k], Ra[3 * k + 1], Ra[3 * k + 2]};
        turn_back(Rs, row, column);
        graph::weigh<3, 3>(U, column, J + 6 + k, 9);
      }
    }
  }
};

Slot pose_slot(const std::vector<std::int64_t>& offsets) {
  return {6, 0, {offsets.begin(), offsets.end()}, 7, manifold_of<SE3>()};
}

}  // namespace

std::unique_ptr<ResidualGroup> relative_pose_group(std::string name, std::vector<std::int64_t> from_offset,
                                                   std::vector<std::int64_t> to_offset,
                                                   const std::vector<SpaceEdge>& edges) {
  std::vector<double> data(edges.size() * SpaceModel::data);
  for (std::size_t i = 0; i < edges.size(); ++i) {
    double* const to = data.data() + i * SpaceModel::data;
    std::copy(edges[i].measurement.begin(), edges[i].measurement.end(), to);
    std::copy(edges[i].root.begin(), edges[i].root.end(), to + 7);
  }
  std::vector<Slot> slots = {pose_slot(from_offset), pose_slot(to_offset)};
  return std::make_unique<graph::EightItems<SpaceModel>>(std::move(name), std::move(slots), std::move(data));
}

std::unique_ptr<ResidualGroup> sighting_group(std::string name, std::vector<std::int64_t> pose_offset,
                                              std::vector<std::int64_t> landmark_offset,
                                              const std::vector<SpaceSighting>& sightings) {
  std::vector<double> data(sightings.size() * SpaceSightingModel::data);
  for (std::size_t i = 0; i < sightings.size(); ++i) {
    double* const to = data.data() + i * SpaceSightingModel::data;
    std::copy(sightings[i].measurement.begin(), sightings[i].measurement.end(), to);
    std::copy(sightings[i].sensor.begin(), sightings[i].sensor.end(), to + 3);
    std::copy(sightings[i].root.begin(), sightings[i].root.end(), to + 10);
  }
  std::vector<Slot> slots = {pose_slot(pose_offset), {3, 0, {landmark_offset.begin(), landmark_offset.end()}}};
  return std::make_unique<graph::EightItems<SpaceSightingModel>>(std::move(name), std::move(slots), std::move(data));
}

}  // namespace thalweg::inline v0_1
