// What no photograph tells: where the world is, how it is turned, and how large it is.
#include <thalweg/models/bundle.hpp>

#include <algorithm>
#include <cmath>

#include <Eigen/Geometry>

#include "models/bundle/turns.hpp"

namespace thalweg::inline v0_1 {
namespace {

using Vector = Eigen::Vector3d;
using Matrix = Eigen::Matrix3d;

Matrix cross_matrix(const Vector& w) {
  Matrix M;
  M << 0.0, -w[2], w[1], w[2], 0.0, -w[0], -w[1], w[0], 0.0;
  return M;
}

using turns::rotation;

/// dω of exp([ω + dω]ₓ) = exp([ω]ₓ) exp([φ]ₓ) for small φ: the inverse right Jacobian of SO(3) times φ (Barfoot 2017,
/// equation 7.77a, with −ω for ω).
Vector turned_from_the_right(const Vector& w, const Vector& phi) {
  const double square = w.squaredNorm(), angle = std::sqrt(square);
  const double c = angle < 1e-2 ? 1.0 / 12.0 + square / 720.0 : (1.0 - 0.5 * angle / std::tan(0.5 * angle)) / square;
  return phi + 0.5 * w.cross(phi) + c * w.cross(w.cross(phi));
}

}  // namespace

std::vector<GaugeDirection> gauge_directions(const Bundle& b) {
  std::vector<GaugeDirection> directions;
  const std::size_t size = b.cameras.size() + b.points.size();
  const auto add = [&](std::string name) -> std::vector<double>& {
    return directions.emplace_back(GaugeDirection{std::move(name), std::vector<double>(size)}).direction;
  };
  const auto put = [](const Vector& v, std::vector<double>& to, std::size_t at) {
    for (int i = 0; i < 3; ++i) to[at + static_cast<std::size_t>(i)] = v[i];
  };
  const auto triple = [](const std::vector<double>& from, std::size_t at) {
    return Vector(from[at], from[at + 1], from[at + 2]);
  };
  const std::size_t first_point = b.cameras.size();
  const char* const axes[] = {"x", "y", "z"};
  // X + e is seen as X was when t becomes t − R e.
  for (int k = 0; k < 3; ++k) {
    std::vector<double>& d = add(std::string("translation along ") + axes[k]);
    for (std::size_t c = 0; c < b.cameras.size(); c += 9) put(-rotation(triple(b.cameras, c)).col(k), d, c + 3);
    for (std::size_t p = 0; p < b.points.size(); p += 3) put(Vector::Unit(k), d, first_point + p);
  }
  // Q X is seen as X was when R becomes R Qᵀ.
  for (int k = 0; k < 3; ++k) {
    std::vector<double>& d = add(std::string("rotation about ") + axes[k]);
    for (std::size_t c = 0; c < b.cameras.size(); c += 9)
      put(turned_from_the_right(triple(b.cameras, c), -Vector::Unit(k)), d, c);
    for (std::size_t p = 0; p < b.points.size(); p += 3)
      put(cross_matrix(Vector::Unit(k)) * triple(b.points, p), d, first_point + p);
  }
  // s X is seen as X was when t becomes s t.
  std::vector<double>& d = add("scale");
  for (std::size_t c = 0; c < b.cameras.size(); c += 9) put(triple(b.cameras, c + 3), d, c + 3);
  for (std::size_t p = 0; p < b.points.size(); p += 3) put(triple(b.points, p), d, first_point + p);
  return directions;
}

std::array<double, 3> middle_of(const Bundle& b) {
  std::array<double, 3> middle{};
  std::vector<double> values(b.points.size() / 3);
  const auto half = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  for (std::size_t k = 0; k < 3 && !values.empty(); ++k) {
    for (std::size_t p = 0; p < values.size(); ++p) values[p] = b.points[3 * p + k];
    std::nth_element(values.begin(), half, values.end());
    middle[k] = *half;
  }
  return middle;
}

Bundle moved(Bundle b, const std::array<double, 3>& by) {
  const Vector shift(by[0], by[1], by[2]);
  for (std::size_t c = 0; c + 9 <= b.cameras.size(); c += 9) {
    Eigen::Map<Vector> t(b.cameras.data() + c + 3);
    t -= rotation(Eigen::Map<const Vector>(b.cameras.data() + c)) * shift;
  }
  for (std::size_t p = 0; p + 3 <= b.points.size(); p += 3) Eigen::Map<Vector>(b.points.data() + p) += shift;
  return b;
}

}  // namespace thalweg::inline v0_1
