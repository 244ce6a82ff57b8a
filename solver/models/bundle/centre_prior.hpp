// Residuals of places that were measured.
#pragma once

#include <thalweg/math/vec.hpp>
#include <thalweg/models/reprojection.hpp>

namespace thalweg::inline v0_1 {

/// (X − c) / σ of a point X, component by component.
struct PointPrior {
  template <class Point, class Number>
  auto operator()(const Point& X, const Number& x, const Number& y, const Number& z, const Number& sigma_x,
                  const Number& sigma_y, const Number& sigma_z) const {
    using T = std::decay_t<decltype(X[0])>;
    return Vec<T, 3>((X[0] - x) / sigma_x, (X[1] - y) / sigma_y, (X[2] - z) / sigma_z);
  }
};

/// (C − c) / σ of a camera's centre C = −R(ω)ᵀ t, whose first six numbers are ω and t.
struct CentrePrior {
  template <class Camera, class Number>
  auto operator()(const Camera& camera, const Number& x, const Number& y, const Number& z, const Number& sigma_x,
                  const Number& sigma_y, const Number& sigma_z) const {
    using T = std::decay_t<decltype(camera[0])>;
    const Vec<T, 3> back(-camera[0], -camera[1], -camera[2]), t(camera[3], camera[4], camera[5]);
    const Vec<T, 3> opposite = rotated_by_angle_axis(back, t);  // Rᵀt
    return Vec<T, 3>((-opposite[0] - x) / sigma_x, (-opposite[1] - y) / sigma_y, (-opposite[2] - z) / sigma_z);
  }
};

}  // namespace thalweg::inline v0_1
