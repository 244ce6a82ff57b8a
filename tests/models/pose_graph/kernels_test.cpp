// The kernels of relative poses and sightings against the same residuals as plain callables, with dual numbers.
#include <array>
#include <cmath>
#include <random>
#include <vector>

#include <doctest/doctest.h>
#include <Eigen/Geometry>
#include <thalweg/math/dual.hpp>
#include <thalweg/models/relative_pose.hpp>

using namespace thalweg;

namespace {

class Draw {
 public:
  double normal(double scale = 1.0) { return scale * normal_(random_); }
  void fill(double* to, int n, double scale) {
    for (int k = 0; k < n; ++k) to[k] = normal(scale);
  }
  void quaternion(double* to) {
    const Eigen::Quaterniond q = Eigen::Quaterniond(normal(), normal(), normal(), normal()).normalized();
    for (int k = 0; k < 4; ++k) to[k] = q.coeffs()[k];
  }

 private:
  std::mt19937_64 random_{23};
  std::normal_distribution<double> normal_;
};

/// t + R(θ) δt, θ + δθ; the steps are δ[0 .. 2].
template <class T>
std::array<T, 3> moved_plane(const double* x, const T* step) {
  const double c = std::cos(x[2]), s = std::sin(x[2]);
  return {x[0] + c * step[0] - s * step[1], x[1] + s * step[0] + c * step[1], x[2] + step[2]};
}

/// t + R δt, q ⊗ (½ δr, 1): to first order q ⊗ exp(δr).
template <class T>
std::array<T, 7> moved_space(const double* x, const T* step) {
  const Eigen::Matrix3d R = Eigen::Quaterniond(x[6], x[3], x[4], x[5]).toRotationMatrix();
  std::array<T, 7> y;
  for (int i = 0; i < 3; ++i)
    y[static_cast<std::size_t>(i)] = x[i] + R(i, 0) * step[0] + R(i, 1) * step[1] + R(i, 2) * step[2];
  const T a = 0.5 * step[3], b = 0.5 * step[4], c = 0.5 * step[5];
  const double *q = x + 3, w = q[3];
  y[3] = q[0] + w * a + q[1] * c - q[2] * b;
  y[4] = q[1] + w * b + q[2] * a - q[0] * c;
  y[5] = q[2] + w * c + q[0] * b - q[1] * a;
  y[6] = w - q[0] * a - q[1] * b - q[2] * c;
  return y;
}

template <std::size_t N, class T>
std::array<T, N> moved_point(const double* x, const T* step) {
  std::array<T, N> y;
  for (std::size_t k = 0; k < N; ++k) y[k] = x[k] + step[k];
  return y;
}

/// Checks `items` items at offsets that begin anywhere, in ranges of any length, all columns or some.
template <int dimension, int columns, class Expected>
void compare(const ResidualGroup& group, const std::vector<double>& x, Expected expected) {
  REQUIRE(group.dimension() == dimension);
  REQUIRE(group.columns() == columns);
  using T = Dual<double, columns>;
  const auto n = static_cast<std::size_t>(group.items());
  for (const auto& [begin, end] : {std::pair<std::size_t, std::size_t>{0, n}, {3, 9}, {n - 1, n}}) {
    std::vector<std::vector<double>> r(dimension, std::vector<double>(n)),
        J(dimension * columns, std::vector<double>(n));
    std::vector<double*> rp, Jp;
    for (auto& v : r) rp.push_back(v.data());
    for (auto& v : J) Jp.push_back(v.data());
    Jp[1] = nullptr;  // not wanted
    group.evaluate(x.data(), {static_cast<std::int64_t>(begin), static_cast<std::int64_t>(end), rp.data(), Jp.data()});
    std::vector<std::vector<double>> alone(dimension, std::vector<double>(n));
    for (std::size_t k = 0; k < dimension; ++k) rp[k] = alone[k].data();
    group.evaluate(x.data(), {static_cast<std::int64_t>(begin), static_cast<std::int64_t>(end), rp.data()});
    for (std::size_t i = begin; i < end; ++i) {
      std::array<T, columns> step;
      for (int c = 0; c < columns; ++c) step[static_cast<std::size_t>(c)] = T::variable(0.0, c);
      const auto e = expected(i, step.data());
      for (int k = 0; k < dimension; ++k) {
        CAPTURE(i);
        CAPTURE(k);
        const auto row = static_cast<std::size_t>(k);
        const double size = 1.0 + std::abs(e[k].value);
        CHECK(std::abs(r[row][i - begin] - e[k].value) <= 1e-12 * size);
        CHECK(alone[row][i - begin] == r[row][i - begin]);
        for (int c = 0; c < columns; ++c) {
          CAPTURE(c);
          const double found = J[row * columns + static_cast<std::size_t>(c)][i - begin], true_one = e[k].tangent[c];
          if (row * columns + static_cast<std::size_t>(c) == 1)
            CHECK(found == 0.0);
          else
            CHECK(std::abs(found - true_one) <= 1e-12 * (size + std::abs(true_one)));
        }
      }
    }
  }
}

constexpr std::size_t poses = 7, landmarks = 5, items = 19;
/// Numbers of the user that stand before the poses in x.
constexpr std::int64_t before = 2;

struct Plan {
  std::vector<std::int64_t> from, to;
};
Plan plan(int pose_size, std::size_t seconds, std::int64_t second_begin, int second_size) {
  Plan p;
  for (std::size_t i = 0; i < items; ++i) {
    const std::size_t a = (5 * i + 2) % poses;
    std::size_t b = (3 * i + 1) % seconds;
    if (seconds == poses && b == a) b = (b + 1) % poses;
    p.from.push_back(before + static_cast<std::int64_t>(a) * pose_size);
    p.to.push_back(second_begin + static_cast<std::int64_t>(b) * second_size);
  }
  return p;
}

std::vector<double> plane_x(Draw& draw) {
  std::vector<double> x(before + 3 * poses + 2 * landmarks);
  draw.fill(x.data(), static_cast<int>(x.size()), 4.0);
  return x;
}
std::vector<double> space_x(Draw& draw) {
  std::vector<double> x(before + 7 * poses + 3 * landmarks);
  draw.fill(x.data(), static_cast<int>(x.size()), 4.0);
  for (std::size_t p = 0; p < poses; ++p) draw.quaternion(x.data() + before + 7 * p + 3);
  return x;
}

}  // namespace

TEST_CASE("relative poses of the plane: kernel equals duals") {
  Draw draw;
  const std::vector<double> x = plane_x(draw);
  Plan p = plan(3, poses, before, 3);
  std::vector<PlaneEdge> edges(items);
  for (PlaneEdge& e : edges) {
    draw.fill(e.measurement.data(), 3, 3.0);
    draw.fill(e.root.data(), 6, 2.0);
  }
  edges[4].measurement[2] = 40.0;  // turns that are more than one
  const auto group = relative_pose_group("edge", p.from, p.to, edges);
  compare<3, 6>(*group, x, [&](std::size_t i, const auto* step) {
    return RelativePosePlane{}(moved_plane(x.data() + p.from[i], step), moved_plane(x.data() + p.to[i], step + 3),
                               edges[i]);
  });
}

TEST_CASE("relative poses of space: kernel equals duals, on both sides of w = 0") {
  Draw draw;
  const std::vector<double> x = space_x(draw);
  Plan p = plan(7, poses, before, 7);
  std::vector<SpaceEdge> edges(items);
  for (SpaceEdge& e : edges) {
    draw.fill(e.measurement.data(), 3, 3.0);
    draw.quaternion(e.measurement.data() + 3);
    draw.fill(e.root.data(), 21, 2.0);
  }
  const auto group = relative_pose_group("edge", p.from, p.to, edges);
  const auto residual = [&](std::size_t i, const auto* step) {
    return RelativePoseSpace{}(moved_space(x.data() + p.from[i], step), moved_space(x.data() + p.to[i], step + 6),
                               edges[i]);
  };
  compare<6, 12>(*group, x, residual);

  SUBCASE("reordered, too") {
    std::vector<std::int64_t> order;
    for (std::size_t i = 0; i < items; ++i) order.push_back(static_cast<std::int64_t>((7 * i + 3) % items));
    compare<6, 12>(*group->reordered(order), x,
                   [&](std::size_t i, const auto* step) { return residual(static_cast<std::size_t>(order[i]), step); });
  }
}

TEST_CASE("sightings of the plane: kernel equals duals") {
  Draw draw;
  const std::vector<double> x = plane_x(draw);
  Plan p = plan(3, landmarks, before + 3 * static_cast<std::int64_t>(poses), 2);
  std::vector<PlaneSighting> sightings(items);
  for (PlaneSighting& s : sightings) {
    draw.fill(s.measurement.data(), 2, 3.0);
    draw.fill(s.root.data(), 3, 2.0);
  }
  const auto group = sighting_group("sighting", p.from, p.to, sightings);
  compare<2, 5>(*group, x, [&](std::size_t i, const auto* step) {
    return SightingPlane{}(moved_plane(x.data() + p.from[i], step), moved_point<2>(x.data() + p.to[i], step + 3),
                           sightings[i]);
  });
}

TEST_CASE("sightings of space, through a sensor: kernel equals duals") {
  Draw draw;
  const std::vector<double> x = space_x(draw);
  Plan p = plan(7, landmarks, before + 7 * static_cast<std::int64_t>(poses), 3);
  std::vector<SpaceSighting> sightings(items);
  for (SpaceSighting& s : sightings) {
    draw.fill(s.measurement.data(), 3, 3.0);
    draw.fill(s.root.data(), 6, 2.0);
    draw.fill(s.sensor.data(), 3, 1.0);
    draw.quaternion(s.sensor.data() + 3);
  }
  const auto group = sighting_group("sighting", p.from, p.to, sightings);
  compare<3, 9>(*group, x, [&](std::size_t i, const auto* step) {
    return SightingSpace{}(moved_space(x.data() + p.from[i], step), moved_point<3>(x.data() + p.to[i], step + 6),
                           sightings[i]);
  });
}

TEST_CASE("relative poses: the error is that of E = Z⁻¹ Xᵢ⁻¹ Xⱼ, worked out by Eigen") {
  Draw draw;
  const std::vector<double> x = space_x(draw);
  SpaceEdge edge{{}, {}};
  draw.fill(edge.measurement.data(), 3, 3.0);
  draw.quaternion(edge.measurement.data() + 3);
  for (int i = 0, k = 0; i < 6; ++i)
    for (int j = i; j < 6; ++j, ++k) edge.root[static_cast<std::size_t>(k)] = i == j ? 1.0 : 0.0;
  const auto isometry = [](const double* p) {
    return Eigen::Translation3d(p[0], p[1], p[2]) * Eigen::Quaterniond(p[6], p[3], p[4], p[5]);
  };
  const double *a = x.data() + before, *b = a + 7;
  const Eigen::Isometry3d E = isometry(edge.measurement.data()).inverse() * isometry(a).inverse() * isometry(b);
  Eigen::Quaterniond q(E.rotation());
  if (q.w() < 0.0) q.coeffs() = -q.coeffs();
  const auto e = RelativePoseSpace{}(Vec<double, 7>(Eigen::Map<const Vec<double, 7>>(a)),
                                     Vec<double, 7>(Eigen::Map<const Vec<double, 7>>(b)), edge);
  for (int k = 0; k < 3; ++k) {
    CHECK(std::abs(e[k] - E.translation()[k]) < 1e-12);
    CHECK(std::abs(e[3 + k] - q.vec()[k]) < 1e-12);
  }
}
