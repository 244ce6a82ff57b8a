#include "studies/bundle/hardly_determined.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>

#include <fmt/format.h>

#include <math/dense_decompositions.hpp>
#include <thalweg/base/error.hpp>
#include <thalweg/base/words.hpp>
#include <thalweg/inference/weak_directions.hpp>
#include <thalweg/models/bundle_terms.hpp>

namespace thalweg::inline v0_1::studies {
namespace {

using Vector = Eigen::Vector3d;

constexpr int directions_looked_at = 3;
// One standard deviation along a direction changes something by this part of itself, or more: the data hardly
// determine it. What changes by the second part of that is named with it.
constexpr double hardly = 0.1, beside = 0.2;
// Points farther than this many extents from the middle of the scene say little of what the scene as a whole does.
constexpr double most_extents = 5.0;
constexpr double far_uncertain = 0.5;

double median(std::vector<double> v) {
  if (v.empty()) return 0.0;
  const auto half = v.begin() + static_cast<std::ptrdiff_t>(v.size() / 2);
  std::nth_element(v.begin(), half, v.end());
  return *half;
}

Eigen::Map<const Vector> triple(const std::vector<double>& v, std::size_t at) {
  return Eigen::Map<const Vector>(&v[at]);
}

Vector vector(const std::array<double, 3>& v) { return {v[0], v[1], v[2]}; }

/// The places of a bundle: of its points and of its cameras.
struct Places {
  std::vector<Vector> points, cameras;
  Vector middle = Vector::Zero();
  double extent = 0.0;  // median distance of a point from the middle

  explicit Places(const Bundle& b) {
    for (std::size_t p = 0; p < b.points.size(); p += 3) points.emplace_back(triple(b.points, p));
    for (std::int32_t c = 0; c < b.camera_count(); ++c) cameras.push_back(vector(centre_of(b, c)));
    middle = vector(middle_of(b));
    std::vector<double> distance;
    for (const Vector& X : points) distance.push_back((X - middle).norm());
    extent = median(std::move(distance));
  }
  bool is_near(const Vector& X) const { return (X - middle).norm() <= most_extents * extent; }
};

/// Takes from the changes of places the similarity nearest to them, which no observation sees: a + φ × X + s X.
void take_similarity(const Places& at, std::vector<Vector>& points, std::vector<Vector>& cameras) {
  Eigen::Matrix<double, 7, 7> H = Eigen::Matrix<double, 7, 7>::Zero();
  Eigen::Matrix<double, 7, 1> g = Eigen::Matrix<double, 7, 1>::Zero();
  const auto motions = [&](const Vector& X) {
    const Vector v = (X - at.middle) / at.extent;
    Eigen::Matrix<double, 3, 7> A;
    A << Eigen::Matrix3d::Identity(), Eigen::Vector3d::UnitX().cross(v), Eigen::Vector3d::UnitY().cross(v),
        Eigen::Vector3d::UnitZ().cross(v), v;
    return A;
  };
  const auto add = [&](const Vector& X, const Vector& change) {
    if (!at.is_near(X)) return;
    const auto A = motions(X);
    H += A.transpose() * A;
    g += A.transpose() * change;
  };
  for (std::size_t i = 0; i < points.size(); ++i) add(at.points[i], points[i]);
  for (std::size_t i = 0; i < cameras.size(); ++i) add(at.cameras[i], cameras[i]);
  const Eigen::VectorXd nearest = Eigen::MatrixXd(H).completeOrthogonalDecomposition().solve(Eigen::VectorXd(g));
  for (std::size_t i = 0; i < points.size(); ++i) points[i] -= motions(at.points[i]) * nearest;
  for (std::size_t i = 0; i < cameras.size(); ++i) cameras[i] -= motions(at.cameras[i]) * nearest;
}

struct Part {
  const char* name;
  double size;     // of one standard deviation, as a part of the whole
  const char* of;  // what whole
};

/// By how much a change of the bundle changes what: medians over cameras and points.
std::vector<Part> parts_of(const Bundle& here, const Bundle& there) {
  const Places at(here), to(there);
  std::vector<Vector> points, cameras;
  for (std::size_t i = 0; i < at.points.size(); ++i) points.emplace_back(to.points[i] - at.points[i]);
  for (std::size_t i = 0; i < at.cameras.size(); ++i) cameras.emplace_back(to.cameras[i] - at.cameras[i]);
  take_similarity(at, points, cameras);
  const Vector viewpoint = std::accumulate(at.cameras.begin(), at.cameras.end(), Vector(Vector::Zero())) /
                           static_cast<double>(std::max<std::size_t>(1, at.cameras.size()));
  std::vector<double> focal, along, across, moved;
  for (std::size_t c = 0; c < cameras.size(); ++c) {
    const double f = here.cameras[9 * c + 6];
    focal.push_back(std::abs((there.cameras[9 * c + 6] - f) / f));
    moved.push_back(cameras[c].norm() / at.extent);
  }
  for (std::size_t p = 0; p < points.size(); ++p) {
    if (!at.is_near(at.points[p])) continue;
    const Vector sight = (at.points[p] - viewpoint).normalized();
    const double depth = points[p].dot(sight);
    along.push_back(std::abs(depth) / at.extent);
    across.push_back((points[p] - depth * sight).norm() / at.extent);
  }
  const char* const extent = " of its extent";
  const double depth = median(along), width = median(across);
  std::vector<Part> parts = {{"the focal lengths", median(focal), ""},
                             {"the places of the cameras", median(moved), " of the extent of the scene"}};
  if (depth > 2.0 * width)
    parts.push_back({"the depth of the scene", depth, extent});
  else
    parts.push_back({"the shape of the scene", std::hypot(depth, width), extent});
  return parts;
}

std::string in_words(std::vector<Part> parts) {
  std::stable_sort(parts.begin(), parts.end(), [](const Part& a, const Part& b) { return a.size > b.size; });
  if (parts.front().size < hardly) return {};
  std::erase_if(parts, [&](const Part& p) { return p.size < beside * std::min(parts.front().size, 1.0); });
  std::string text;
  for (std::size_t i = 0; i < parts.size(); ++i)
    text += fmt::format("{}{} ({:.0f} %{})",
                        i == 0                  ? ""
                        : i + 1 == parts.size() ? " and "
                                                : ", ",
                        parts[i].name, 100.0 * parts[i].size, parts[i].of);
  return parts.size() > 1 ? text + ", together" : text;
}

/// Points whose distance from the middle of the cameras is uncertain by a good part of itself, all cameras being known.
std::int64_t count_far(const Bundle& b, const Bundle& deviations) {
  const Places at(b);
  const Vector viewpoint = std::accumulate(at.cameras.begin(), at.cameras.end(), Vector(Vector::Zero())) /
                           static_cast<double>(std::max<std::size_t>(1, at.cameras.size()));
  std::int64_t count = 0;
  for (std::size_t p = 0; p < at.points.size(); ++p)
    count += triple(deviations.points, 3 * p).norm() > far_uncertain * (at.points[p] - viewpoint).norm();
  return count;
}

}  // namespace

std::string HardlyDetermined::direction_sentence() const {
  return fmt::format(
      "the data hardly determine {}: by so much one standard deviation of the least determined combination changes "
      "them",
      directions);
}

std::string HardlyDetermined::far_sentence() const {
  return far_points == 1 ? "1 point is so far away that its distance is not known to half of itself"
                         : fmt::format(
                               "{} points are so far away that their distances are not known to half of "
                               "themselves",
                               far_points);
}

HardlyDetermined hardly_determined(const Problem& problem, const std::vector<double>& x,
                                   const std::function<Bundle(const std::vector<double>&)>& at, double deviation,
                                   const Options& options) {
  HardlyDetermined found;
  // By a factor, whatever the solve was by: gradients hardly see such directions.
  Options direct;
  direct.threads = options.threads;
  direct.memory_limit = options.memory_limit;
  WeakDirections weak;
  try {
    weak = weak_directions(problem, x, directions_looked_at, deviation, direct);
  } catch (const Error& error) {
    found.obstacle = error.what();
    return found;
  }
  const Bundle here = at(x);
  found.far_points = count_far(here, at(weak.alone));
  for (const WeakDirections::Direction& direction : weak.directions) {
    std::vector<double> y = x;
    for (std::size_t i = 0; i < y.size(); ++i) y[i] += direction.change[i];
    found.directions = in_words(parts_of(here, at(y)));
    if (!found.directions.empty()) break;
  }
  return found;
}

}  // namespace thalweg::inline v0_1::studies
