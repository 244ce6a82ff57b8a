// Similarities p ↦ s R p + t of space, their logarithms and exponentials, generic in the scalar.
#pragma once

#include <cmath>

#include <thalweg/math/rotation.hpp>
#include <thalweg/math/vec.hpp>

namespace thalweg::inline v0_1::camera {

/// W = ∫₀¹ e^{σt} exp(t [ω]ₓ) dt = c I + a [ω]ₓ + b [ω]ₓ², which carries υ to the translation t = W υ of
/// exp([ω]ₓ + σI, υ; 0, 0).
template <class T>
struct Flow {
  T a, b, c, square;  // square: ‖ω‖²
};

/// By Gauss and Legendre's rule of ten points on panels of at most 4 in |σ| + ‖ω‖, which leaves an error of 1e-17 of c,
/// where the closed formulas cancel whenever σ or ‖ω‖ is small (Strasdat, Local accuracy and global consistency for
/// efficient visual SLAM, 2012, appendix A, gives these).
template <class T>
Flow<T> flow(const Vec<T, 3>& omega, const T& sigma) {
  using std::exp;
  constexpr double node[] = {0.1488743389816312, 0.4333953941292472, 0.6794095682990244, 0.8650633666889845,
                             0.9739065285171717};
  constexpr double weight[] = {0.2955242247147529, 0.2692667193099963, 0.2190863625159820, 0.1494513491505806,
                               0.0666713443086881};
  Flow<T> w{T(0.0), T(0.0), T(0.0), T(omega[0] * omega[0] + omega[1] * omega[1] + omega[2] * omega[2])};
  const double extent = std::abs(innermost(sigma)) + std::sqrt(innermost(w.square));
  const int panels = extent < 400.0 ? 1 + static_cast<int>(extent / 4.0) : 100;  // more is no similarity
  for (int k = 0; k < 10 * panels; ++k) {
    const int i = k % 5;
    const double at = k % 10 < 5 ? -node[i] : node[i], t = (k / 10 + 0.5 * (1.0 + at)) / panels;
    const T grown = 0.5 * weight[i] / panels * exp(T(t * sigma)), half = (0.25 * t * t) * w.square;
    const T sinc = detail::sinc_of_square(half);
    w.a += t * grown * sinc * detail::cos_of_square(half);  // sin(θt)/θ
    w.b += 0.5 * t * t * grown * sinc * sinc;               // (1 − cos θt)/θ²
    w.c += grown;
  }
  return w;
}

/// (ω, υ, σ) of (t, q, s), σ = log s. Where σ is 0, the first six are the logarithm of a pose.
template <class T>
Vec<T, 7> logarithm(const Vec<T, 3>& t, const Vec<T, 4>& q, const T& sigma) {
  const Vec<T, 3> omega = vector_of_quaternion(q);
  const Flow<T> w = flow(omega, sigma);
  // Along ω W is c, across it the complex number c − b θ² + i a θ.
  const T across = w.c - w.b * w.square, d = across * across + w.a * w.a * w.square;
  const T first = -w.a / d, second = (w.a * w.a - w.c * w.b + w.b * w.b * w.square) / (w.c * d);
  const Vec<T, 3> turned = cross_product(omega, t), twice = cross_product(omega, turned);
  Vec<T, 7> log;
  for (int k = 0; k < 3; ++k) {
    log[k] = omega[k];
    log[3 + k] = t[k] / w.c + first * turned[k] + second * twice[k];
  }
  log[6] = sigma;
  return log;
}

/// (t, q, s) of (ω, υ, σ), 8 numbers of 7. The same bits wherever it is called.
void exponential(const double* log, double* to);

}  // namespace thalweg::inline v0_1::camera
