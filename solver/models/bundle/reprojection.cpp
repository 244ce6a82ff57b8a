#include <thalweg/models/reprojection.hpp>

#include <algorithm>
#include <cmath>
#include <cstring>

#include <math/transpose.hpp>
#include <thalweg/base/aligned.hpp>
#include <thalweg/math/pack.hpp>

namespace thalweg::inline v0_1 {
namespace {

constexpr int lanes = 8;
using Real = Pack<lanes>;
using Raw = Lanes<lanes>::Real;

// Of each camera at x: R by rows (9), t (3), f, k₁, k₂, a hole, the left Jacobian of R by rows (9), holes up to 32.
constexpr int rotation = 0, translation = 9, focal = 12, radial1 = 13, radial2 = 14, left_jacobian = 16;
constexpr int record = 32;

/// R(ω) and its left Jacobian J, ∂(R X)/∂ω = −[R X]ₓ J: with θ = ‖ω‖, J = I + (1−cos θ)/θ² [ω]ₓ + (θ−sin θ)/θ³ [ω]ₓ²
/// (Barfoot 2017, equation 7.77b).
void fill_record(const double* pose, const double* intrinsics, double* to) {
  const double* w = pose;
  const double square = w[0] * w[0] + w[1] * w[1] + w[2] * w[2], theta = std::sqrt(square);
  const bool small = theta < 1e-2;
  // Series to θ⁶, whose remainders are below rounding where θ is small.
  const double sine =
      small ? 1.0 - square / 6.0 * (1.0 - square / 20.0 * (1.0 - square / 42.0)) : std::sin(theta) / theta;
  const double half = std::sin(0.5 * theta);
  const double versine =
      small ? 0.5 - square / 24.0 * (1.0 - square / 30.0 * (1.0 - square / 56.0)) : 2.0 * half * half / square;
  const double third =
      small ? (1.0 - square / 20.0 * (1.0 - square / 42.0 * (1.0 - square / 72.0))) / 6.0 : (1.0 - sine) / square;
  const double cosine = 1.0 - square * versine;
  const auto fill = [&](double identity, double cross, double outer, double* M) {
    for (int i = 0; i < 3; ++i)
      for (int j = 0; j < 3; ++j) M[3 * i + j] = outer * w[i] * w[j] + (i == j ? identity : 0.0);
    M[1] -= cross * w[2];
    M[2] += cross * w[1];
    M[3] += cross * w[2];
    M[5] -= cross * w[0];
    M[6] -= cross * w[1];
    M[7] += cross * w[0];
  };
  fill(cosine, sine, versine, to + rotation);
  fill(sine, versine, third, to + left_jacobian);  // [ω]ₓ² = ωωᵀ − θ²I
  std::copy_n(pose + 3, 3, to + translation);
  std::copy_n(intrinsics, 3, to + focal);
}

class ReprojectionGroup final : public ResidualGroup {
 public:
  ReprojectionGroup(std::string name, std::vector<Slot> slots, LargeVector<double> u, LargeVector<double> v)
      : ResidualGroup(std::move(name), 2, static_cast<std::int64_t>(u.size()), std::move(slots)),
        u_(std::move(u)),
        v_(std::move(v)) {
    const LargeVector<std::int64_t>& offsets = camera_slot().offsets;
    first_ = *std::min_element(offsets.begin(), offsets.end());
    camera_size_ = camera_slot().dimension;
    const std::int64_t count = record_of(*std::max_element(offsets.begin(), offsets.end())) + 1;
    find_intrinsics(static_cast<std::size_t>(count));
  }
  std::int64_t table_size() const override { return static_cast<std::int64_t>(intrinsics_.size()) * record; }
  void fill_table(const double* x, double* table) const override {
    std::int64_t camera = first_;
    for (std::size_t c = 0; c < intrinsics_.size(); ++c, camera += camera_size_, table += record)
      fill_record(x + camera, x + intrinsics_[c], table);
  }

  std::string explain_non_finite(const double* x, std::int64_t item) const override {
    double camera[record];
    const std::int64_t at = camera_slot().offset(item);
    fill_record(x + at, x + intrinsics_[static_cast<std::size_t>(record_of(at))], camera);
    const double* const X = x + point_slot().offset(item);
    double P[3];
    for (int i = 0; i < 3; ++i)
      P[i] = camera[rotation + 3 * i] * X[0] + camera[rotation + 3 * i + 1] * X[1] +
             camera[rotation + 3 * i + 2] * X[2] + camera[translation + i];
    if (P[2] != 0.0) return {};
    const bool centre = P[0] == 0.0 && P[1] == 0.0;
    return residual_name(item, 0) + " is not finite: the point lies " +
           (centre ? "at the camera's centre" : "beside the camera's centre, at no distance before it");
  }

 protected:
  std::unique_ptr<ResidualGroup> permuted(std::span<const std::int64_t> order) const override {
    const auto pick = [&](const LargeVector<double>& from) {
      LargeVector<double> to;
      to.reserve(order.size());
      for (const std::int64_t i : order) to.push_back(from[static_cast<std::size_t>(i)]);
      return to;
    };
    return std::make_unique<ReprojectionGroup>(name(), permuted_slots(order), pick(u_), pick(v_));
  }

  void compute(const double* x, const ResidualOutput& out) const override {
    for (std::int64_t i = out.begin; i < out.end; i += lanes) {
      if (out.jacobian)
        eight<true>(x, out, i);
      else
        eight<false>(x, out, i);
    }
  }

 private:
  // Either cameras of nine numbers and points, or poses, intrinsics and points: the twelve columns are the same.
  const Slot& camera_slot() const { return slots().front(); }
  const Slot& point_slot() const { return slots().back(); }
  std::int64_t record_of(std::int64_t camera) const {
    const std::int64_t numbers = camera - first_;
    return camera_size_ == 9 ? numbers / 9 : numbers / 6;  // divisors that the compiler knows become products
  }

  /// Where the intrinsics of each record's camera are. A camera that no item reads takes those of the first item.
  void find_intrinsics(std::size_t count) {
    if (slots().size() == 2) {
      for (std::size_t c = 0; c < count; ++c)
        intrinsics_.push_back(first_ + static_cast<std::int64_t>(c) * camera_size_ + 6);
      return;
    }
    const Slot& of_item = slots()[1];
    constexpr std::int64_t none = -1;
    intrinsics_.assign(count, none);
    for (std::int64_t i = 0; i < items(); ++i) {
      std::int64_t& known = intrinsics_[static_cast<std::size_t>(record_of(camera_slot().offset(i)))];
      if (known != none && known != of_item.offset(i))
        throw Error("two observations of one pose have different intrinsics; expected the same");
      known = of_item.offset(i);
    }
    std::replace(intrinsics_.begin(), intrinsics_.end(), none, of_item.offset(0));
  }

  /// Columns of eight items, or of the n that are left, to where they are wanted.
  static void put(const Raw* columns, int count, double* const* to, std::int64_t at, int n) {
    for (int c = 0; c < count; ++c) {
      if (!to[c]) continue;
      if (n == lanes) {
        Real(columns[c]).store(to[c] + at);
      } else {
        for (int l = 0; l < n; ++l) to[c][at + l] = columns[c][l];
      }
    }
  }

  template <bool with_jacobian>
  void eight(const double* x, const ResidualOutput& out, std::int64_t i) const {
    const int n = static_cast<int>(std::min<std::int64_t>(lanes, out.end - i));
    const std::int64_t at = i - out.begin;
    const std::int64_t* const camera = camera_slot().offsets.data() + i;
    const std::int64_t* const point = point_slot().offsets.data() + i;
    // Of each lane the camera's record and the point; lanes past the end repeat the last one.
    constexpr int vectors = with_jacobian ? 4 : 2;
    Raw raw[vectors * 8];
    const double* at_point[lanes];
    for (int l = 0; l < lanes; ++l) {
      const int m = n == lanes ? l : std::min(l, n - 1);
      const double* from = out.table + record_of(camera[m]) * record;
      for (int q = 0; q < vectors; ++q) raw[q * 8 + l] = Real::load(from + q * 8).v;
      at_point[l] = x + point[m];
    }
    for (int q = 0; q < vectors; ++q) transpose(raw + q * 8);
    const auto C = [&](int k) { return Real(raw[k]); };
    const auto coordinate = [&](int d) {
      return Real(Raw{at_point[0][d], at_point[1][d], at_point[2][d], at_point[3][d], at_point[4][d], at_point[5][d],
                      at_point[6][d], at_point[7][d]});
    };
    const Real X0 = coordinate(0), X1 = coordinate(1), X2 = coordinate(2);
    const auto R = [&](int k) { return C(rotation + k); };
    const Real Q0 = R(0) * X0 + R(1) * X1 + R(2) * X2, Q1 = R(3) * X0 + R(4) * X1 + R(5) * X2,
               Q2 = R(6) * X0 + R(7) * X1 + R(8) * X2;
    const Real P0 = Q0 + C(translation), P1 = Q1 + C(translation + 1), P2 = Q2 + C(translation + 2);
    const Real iz = Real(-1.0) / P2;
    const Real px = P0 * iz, py = P1 * iz, s = px * px + py * py;
    const Real f = C(focal), k1 = C(radial1), k2 = C(radial2);
    const Real d = Real(1.0) + s * (k1 + k2 * s), fd = f * d;
    Real u, v;
    if (n == lanes) {
      u = Real::load(u_.data() + i);
      v = Real::load(v_.data() + i);
    } else {
      for (int l = 0; l < n; ++l) {
        u.v[l] = u_[static_cast<std::size_t>(i + l)];
        v.v[l] = v_[static_cast<std::size_t>(i + l)];
      }
    }
    const Raw r[2] = {(fd * px - u).v, (fd * py - v).v};
    put(r, 2, out.residual, at, n);
    if constexpr (with_jacobian) {
      Raw J[2][12];
      const Real fs = f * s, fss = fs * s;
      J[0][6] = (d * px).v;
      J[1][6] = (d * py).v;
      J[0][7] = (fs * px).v;
      J[1][7] = (fs * py).v;
      J[0][8] = (fss * px).v;
      J[1][8] = (fss * py).v;
      // M = ∂pixel/∂p, symmetric; G = M ∂p/∂P.
      const Real bend = Real(2.0) * f * (k1 + Real(2.0) * k2 * s);
      const Real a = fd + bend * px * px, b = bend * px * py, c = fd + bend * py * py;
      const auto L = [&](int k) { return C(left_jacobian + k); };
      const Real rows[2][2] = {{a, b}, {b, c}};
      for (int k = 0; k < 2; ++k) {
        const Real g0 = rows[k][0] * iz, g1 = rows[k][1] * iz, g2 = (rows[k][0] * px + rows[k][1] * py) * iz;
        // −gᵀ[Q]ₓ = (Q × g)ᵀ
        const Real h0 = Q1 * g2 - Q2 * g1, h1 = Q2 * g0 - Q0 * g2, h2 = Q0 * g1 - Q1 * g0;
        for (int j = 0; j < 3; ++j) {
          J[k][j] = (h0 * L(j) + h1 * L(3 + j) + h2 * L(6 + j)).v;
          J[k][9 + j] = (g0 * R(j) + g1 * R(3 + j) + g2 * R(6 + j)).v;
        }
        J[k][3] = g0.v;
        J[k][4] = g1.v;
        J[k][5] = g2.v;
      }
      put(J[0], 24, out.jacobian, at, n);
    }
  }

  LargeVector<double> u_, v_;
  std::int64_t first_ = 0;                // of the cameras' numbers in x
  std::int64_t camera_size_ = 9;          // numbers from one camera's to the next one's
  std::vector<std::int64_t> intrinsics_;  // of each record, in x
};

std::unique_ptr<ResidualGroup> group_of(std::string name, std::vector<Slot> slots, const std::vector<double>& u,
                                        const std::vector<double>& v) {
  return std::make_unique<ReprojectionGroup>(std::move(name), std::move(slots), LargeVector<double>(u.begin(), u.end()),
                                             LargeVector<double>(v.begin(), v.end()));
}

Slot slot_at(int dimension, const std::vector<std::int64_t>& offsets) {
  return {dimension, 0, {offsets.begin(), offsets.end()}};
}

}  // namespace

std::unique_ptr<ResidualGroup> reprojection_group(std::string name, std::vector<std::int64_t> camera_offset,
                                                  std::vector<std::int64_t> point_offset, std::vector<double> u,
                                                  std::vector<double> v) {
  return group_of(std::move(name), {slot_at(9, camera_offset), slot_at(3, point_offset)}, u, v);
}

std::unique_ptr<ResidualGroup> reprojection_group(std::string name, std::vector<std::int64_t> pose_offset,
                                                  std::vector<std::int64_t> intrinsics_offset,
                                                  std::vector<std::int64_t> point_offset, std::vector<double> u,
                                                  std::vector<double> v) {
  return group_of(std::move(name), {slot_at(6, pose_offset), slot_at(3, intrinsics_offset), slot_at(3, point_offset)},
                  u, v);
}

}  // namespace thalweg::inline v0_1
