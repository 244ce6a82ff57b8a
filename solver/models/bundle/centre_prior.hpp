// Residuals of places that were measured.
#pragma once

#include <cmath>

#include <thalweg/math/vec.hpp>

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
    const Vec<T, 3> C = centre(camera);
    return Vec<T, 3>((C[0] - x) / sigma_x, (C[1] - y) / sigma_y, (C[2] - z) / sigma_z);
  }

 private:
  /// Rodrigues with −ω: Rᵀt = t cos θ − (ω × t) sin θ/θ + ω (ω·t)(1 − cos θ)/θ², by series where θ is small.
  template <class Camera>
  static auto centre(const Camera& c) {
    using std::cos;
    using std::sin;
    using std::sqrt;
    using T = std::decay_t<decltype(c[0])>;
    const T square = c[0] * c[0] + c[1] * c[1] + c[2] * c[2];
    const auto small = square < 1e-8;
    const T theta = sqrt(select(small, T(1.0), square));
    const T sine = select(small, 1.0 - square * (1.0 / 6.0), sin(theta) / theta);
    const T versine = select(small, 0.5 - square * (1.0 / 24.0), (1.0 - cos(theta)) / (theta * theta));
    const T cosine = select(small, 1.0 - square * (0.5 - square * (1.0 / 24.0)), cos(theta));
    const T along = (c[0] * c[3] + c[1] * c[4] + c[2] * c[5]) * versine;
    return Vec<T, 3>(-(cosine * c[3] - sine * (c[1] * c[5] - c[2] * c[4]) + c[0] * along),
                     -(cosine * c[4] - sine * (c[2] * c[3] - c[0] * c[5]) + c[1] * along),
                     -(cosine * c[5] - sine * (c[0] * c[4] - c[1] * c[3]) + c[2] * along));
  }
};

}  // namespace thalweg::inline v0_1
