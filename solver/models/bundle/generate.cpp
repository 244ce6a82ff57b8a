// Bundle adjustments of any size, after a drive through a town of square blocks.
#include <thalweg/models/bundle.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>
#include <unordered_map>

#include <fmt/format.h>
#include <Eigen/Geometry>
#include <base/memory.hpp>

#include <thalweg/base/error.hpp>

#include "math/random.hpp"

namespace thalweg::inline v0_1 {
namespace {

using Vector = Eigen::Vector3d;
using Matrix = Eigen::Matrix3d;

// Metres, radians, pixels.
constexpr double spacing = 1.5, block_length = 60.0, street = 7.0;  // between shots, of a block, half a street's width
constexpr double side_yaw = 0.6;                                    // of the cameras that look half left and right
constexpr double pixel_unit = 1e-4;
constexpr double half_width = 640.0, half_height = 480.0;  // of the image
constexpr double nearest = 2.0, farthest = 70.0;           // of what is seen
constexpr double cell = 20.0;                              // of the grid that finds cameras
// Between two rays of a point at least. Others run to infinity when they are adjusted, and reconstructions drop them
// (Snavely, Seitz & Szeliski 2006, Photo Tourism).
constexpr double least_parallax = 2.0 * std::numbers::pi / 180.0;
constexpr double usual_observations = 5.0;                 // of a point
constexpr double yaw_drift = 1e-3, position_drift = 0.01;  // of the start, per shot
constexpr double turn_error = 4e-3, place_error = 0.04, point_error = 0.02, focal_error = 0.01;

struct Shot {
  Matrix R;  // world to camera, which looks along −z
  Vector centre;
  double focal, k1, k2;
};

/// Up and down the streets of a square town, one column of blocks after the other.
Vector on_route(double s, int rows) {
  const double column_length = rows * block_length, lap = column_length + block_length;
  const double column = std::floor(s / lap), within = s - column * lap;
  const bool up = static_cast<std::int64_t>(column) % 2 == 0;
  const double along = std::min(within, column_length);
  return {column * block_length + std::max(0.0, within - column_length), up ? along : column_length - along, 1.7};
}

Matrix looking(const Vector& forward) {
  const Vector right = forward.cross(Vector::UnitZ()).normalized();
  Matrix R;
  R.row(0) = right;
  R.row(1) = right.cross(forward);
  R.row(2) = -forward;
  return R;
}

Vector direction(double yaw, double pitch) {
  return {std::cos(yaw) * std::cos(pitch), std::sin(yaw) * std::cos(pitch), std::sin(pitch)};
}

/// Whether the camera sees the point, and where, in pixels.
bool project(const Shot& shot, const Vector& point, double& u, double& v) {
  const Vector P = shot.R * (point - shot.centre);
  if (P[2] > -nearest || P[2] < -farthest) return false;
  const double x = -P[0] / P[2], y = -P[1] / P[2], n = x * x + y * y;
  const double scale = shot.focal * (1.0 + n * (shot.k1 + n * shot.k2));
  u = scale * x;
  v = scale * y;
  return std::abs(u) <= half_width && std::abs(v) <= half_height;
}

std::int64_t cell_of(double x, double y) {
  return static_cast<std::int64_t>(std::floor(x / cell)) * 1000003 + static_cast<std::int64_t>(std::floor(y / cell));
}

class Town {
 public:
  explicit Town(const BundleOptions& options)
      : options_(options),
        wanted_(options.observations_per_point.value_or(
            std::min(usual_observations, static_cast<double>(options.cameras)))),
        random_(options.seed) {
    const double length = options.cameras * spacing;
    rows_ = std::max(1, static_cast<int>(std::sqrt(length / block_length)));
    for (int i = 0; i < options.cameras; ++i) {
      const double s = i * spacing;
      const Vector ahead = on_route(s + 0.5 * spacing, rows_) - on_route(std::max(0.0, s - 0.5 * spacing), rows_);
      // Half left, ahead and half right in turn, as three cameras on a car would.
      const double yaw = std::atan2(ahead[1], ahead[0]) + (1 - i % 3) * side_yaw + 0.05 * normal();
      Shot shot;
      shot.centre = on_route(s, rows_) + normals(0.3, 0.3, 0.1);
      shot.R = looking(direction(yaw, 0.1 + 0.03 * normal()));
      shot.focal = 800.0 * (1.0 + 0.05 * normal());
      shot.k1 = -0.05 + 0.01 * normal();
      shot.k2 = 0.01 + 0.002 * normal();
      cells_[cell_of(shot.centre[0], shot.centre[1])].push_back(i);
      shots_.push_back(shot);
    }
    drift();
  }

  Bundle build() {
    Bundle bundle;
    bundle.file =
        fmt::format("generated: {} cameras, {} points, seed {}", options_.cameras, options_.points, options_.seed);
    for (int i = 0; i < options_.cameras; ++i) append(start_[static_cast<std::size_t>(i)], bundle.cameras);
    const std::int64_t most_draws = 200 * options_.points + 100000;
    for (std::int64_t draws = 0; bundle.point_count() < options_.points; ++draws) {
      if (draws == most_draws)
        throw Error("too few points are seen by two cameras at an angle; expected more cameras, or another seed");
      add_point(bundle);
    }
    const double mean = static_cast<double>(bundle.observation_count()) / static_cast<double>(options_.points);
    const double short_by = wanted_ - mean;
    if (options_.observations_per_point && short_by > 0.05 * wanted_ + 1.0 / static_cast<double>(options_.points))
      throw Error(
          fmt::format("a point is seen by {:.2f} of the {} cameras, and not by {}; expected fewer observations "
                      "per point, or more cameras",
                      mean, options_.cameras, wanted_));
    return bundle;
  }

 private:
  /// To digits that say something beside the noise: they halve the file.
  double rounded(double pixels) const {
    return options_.noise >= 100.0 * pixel_unit ? std::round(pixels * 1e4) / 1e4 : pixels;
  }

  double normal() { return random_.normal(); }
  double uniform() { return random_.uniform(); }
  /// Drawn from the last to the first: the order of arguments would be the compiler's.
  Vector normals(double x, double y, double z) {
    const double third = z * normal(), second = y * normal();
    return {x * normal(), second, third};
  }

  /// The start: shots that drift from the truth, know little of the focal length and nothing of distortion.
  void drift() {
    double yaw = 0.0;
    Vector offset = Vector::Zero();
    for (const Shot& shot : shots_) {
      yaw += options_.drift * yaw_drift * normal();
      offset += options_.drift * position_drift * normals(1.0, 1.0, 0.3);
      const Vector turn = options_.drift * turn_error * normals(1.0, 1.0, 1.0) + Vector(0, 0, yaw);
      Shot start = shot;
      start.R = shot.R * Eigen::AngleAxisd(turn.norm(), turn.normalized()).toRotationMatrix().transpose();
      start.centre = shot.centre + offset + options_.drift * place_error * normals(1.0, 1.0, 1.0);
      start.focal = shot.focal * (1.0 + options_.drift * focal_error * normal());
      start.k1 *= std::max(0.0, 1.0 - options_.drift);
      start.k2 *= std::max(0.0, 1.0 - options_.drift);
      start_.push_back(start);
    }
  }

  static void append(const Shot& shot, std::vector<double>& to) {
    const Eigen::AngleAxisd turn(shot.R);
    const Vector w = turn.angle() * turn.axis(), t = -(shot.R * shot.centre);
    to.insert(to.end(), {w[0], w[1], w[2], t[0], t[1], t[2], shot.focal, shot.k1, shot.k2});
  }

  /// A point that a random shot sees on a façade, and those who see it too; none, when they are too few or too near.
  void add_point(Bundle& bundle) {
    const auto anchor = static_cast<std::size_t>(uniform() * options_.cameras);
    const Shot& shot = shots_[anchor];
    const double u = half_width * (2.0 * uniform() - 1.0), v = half_height * (2.0 * uniform() - 0.8);
    const Vector ray = shot.R.transpose() * Vector(u / shot.focal, v / shot.focal, -1.0);
    // The distance at which the ray leaves the street, give or take balconies; far ones are rarer.
    const double depth =
        street / std::max(0.12, std::hypot(ray[0], ray[1]) * std::abs(u) / half_width) * (0.7 + 0.6 * uniform()) + 2.0;
    const Vector point = shot.centre + std::min(depth, 0.9 * farthest) * ray;

    seen_.clear();
    for (double dx = -farthest; dx <= farthest; dx += cell)
      for (double dy = -farthest; dy <= farthest; dy += cell)
        if (const auto found = cells_.find(cell_of(point[0] + dx, point[1] + dy)); found != cells_.end())
          for (const std::int32_t i : found->second) {
            Sight s{i, 0.0, 0.0, 0.0};
            if (!project(shots_[static_cast<std::size_t>(i)], point, s.u, s.v)) continue;
            s.rank = std::abs(static_cast<double>(i) - static_cast<double>(anchor)) * (0.2 + uniform());
            seen_.push_back(s);
          }
    if (seen_.size() < 2) return;
    // 2 and an exponential tail, whose mean makes up for points that too few cameras saw.
    const double owed =
        wanted_ * static_cast<double>(bundle.point_count() + 1) - static_cast<double>(bundle.observation_count());
    const double mean = std::max(0.0, owed - 2.0);
    const double want = 2.0 - std::min(mean, 4.0 * wanted_) * std::log(1.0 - uniform());
    const auto count = static_cast<std::ptrdiff_t>(std::min(want, static_cast<double>(seen_.size())));
    std::partial_sort(seen_.begin(), seen_.begin() + count, seen_.end(), [](const Sight& a, const Sight& b) {
      return a.rank != b.rank ? a.rank < b.rank : a.camera < b.camera;
    });
    std::sort(seen_.begin(), seen_.begin() + count, [](const Sight& a, const Sight& b) { return a.camera < b.camera; });
    if (parallax(point, count) < least_parallax) return;
    const auto number = static_cast<std::int32_t>(bundle.point_count());
    for (std::ptrdiff_t k = 0; k < count; ++k) {
      const Sight& s = seen_[static_cast<std::size_t>(k)];
      bundle.camera_of.push_back(s.camera);
      bundle.point_of.push_back(number);
      bundle.u.push_back(rounded(s.u + options_.noise * normal()));
      bundle.v.push_back(rounded(s.v + options_.noise * normal()));
    }
    // Where the anchor's disturbed camera would put it.
    const Shot& start = start_[anchor];
    const Vector seen = shot.R * (point - shot.centre) * (1.0 + options_.drift * point_error * normal());
    const Vector guess = start.R.transpose() * seen + start.centre;
    bundle.points.insert(bundle.points.end(), {guess[0], guess[1], guess[2]});
  }

  /// The widest angle between the first ray, or the last one, and another.
  double parallax(const Vector& point, std::ptrdiff_t count) const {
    const auto ray = [&](std::ptrdiff_t k) -> Vector {
      return (shots_[static_cast<std::size_t>(seen_[static_cast<std::size_t>(k)].camera)].centre - point).normalized();
    };
    const Vector first = ray(0), last = ray(count - 1);
    double least = 1.0;  // cosine
    for (std::ptrdiff_t k = 0; k < count; ++k) least = std::min({least, first.dot(ray(k)), last.dot(ray(k))});
    return std::acos(std::clamp(least, -1.0, 1.0));
  }

  struct Sight {
    std::int32_t camera;
    double u, v, rank;
  };
  BundleOptions options_;
  double wanted_;  // observations of a point, on average
  regression::Random random_;
  int rows_ = 1;
  std::vector<Shot> shots_, start_;
  std::unordered_map<std::int64_t, std::vector<std::int32_t>> cells_;
  std::vector<Sight> seen_;
};

}  // namespace

Bundle generate_bundle(const BundleOptions& o) {
  const auto expect = [](bool holds, const char* what, double value, const std::string& expectation) {
    if (!holds) throw Error(fmt::format("{} is {}; expected {}", what, value, expectation));
  };
  expect(o.cameras >= 2, "the number of cameras", o.cameras, "at least 2");
  expect(o.points >= 1, "the number of points", static_cast<double>(o.points), "at least 1");
  const double seen = o.observations_per_point.value_or(2.0);
  expect(seen >= 2.0 && seen <= o.cameras, "the number of observations per point", seen,
         fmt::format("2 to the number of cameras, {}", o.cameras));
  expect(o.noise >= 0.0 && std::isfinite(o.noise), "the noise", o.noise, "pixels >= 0");
  expect(o.drift >= 0.0 && std::isfinite(o.drift), "the drift", o.drift, "a number >= 0");
  // Three coordinates a point, two numbers and two indices an observation, as they are and as the text of a file.
  const double usual = std::min(usual_observations, static_cast<double>(o.cameras));
  const double bytes = static_cast<double>(o.points) * (100.0 + 80.0 * o.observations_per_point.value_or(usual));
  if (bytes > available_memory())
    throw MemoryError(
        fmt::format("a bundle of {} points would take {} of memory, and there are {}; expected fewer points", o.points,
                    in_bytes(bytes), in_bytes(available_memory())));
  return Town(o).build();
}

}  // namespace thalweg::inline v0_1
