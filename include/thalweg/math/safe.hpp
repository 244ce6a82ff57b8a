// Functions that stay differentiable where the plain ones are not: at the singular point the derivative is taken as
// zero (or as the limit named), so that one degenerate residual does not poison a whole gradient. Values are unchanged.
#pragma once

#include <thalweg/math/dual.hpp>

namespace thalweg::inline v0_1 {

/// √x with derivative 0 at x = 0.
template <class T>
T safe_sqrt(const T& x) {
  using std::sqrt;
  const auto singular = innermost(x) == 0.0;
  return select(singular, T(0.0), T(sqrt(select(singular, T(1.0), x))));
}

/// ‖v‖₂ of any indexable vector, with derivative 0 at v = 0 (a subgradient).
template <class V>
auto safe_norm(const V& v) {
  auto s = v[0] * v[0];
  for (int i = 1; i < static_cast<int>(v.size()); ++i) s = s + v[i] * v[i];
  return safe_sqrt(s);
}

/// acos and asin with derivative 0 at x = ±1; arguments that rounding carried beyond ±1 count as ±1.
template <class T>
T safe_asin(const T& x) {
  using std::asin;
  constexpr double half_pi = 1.57079632679489661923;
  const auto above = innermost(x) >= 1.0, below = innermost(x) <= -1.0;
  const T inside = select(above, T(0.0), T(select(below, T(0.0), x)));
  return select(above, T(half_pi), T(select(below, T(-half_pi), T(asin(inside)))));
}
template <class T>
T safe_acos(const T& x) {
  using std::acos;
  constexpr double pi = 3.14159265358979323846;
  const auto above = innermost(x) >= 1.0, below = innermost(x) <= -1.0;
  const T inside = select(above, T(0.0), T(select(below, T(0.0), x)));
  return select(above, T(0.0), T(select(below, T(pi), T(acos(inside)))));
}

/// The angle of (x, y), with value and derivative 0 at the origin.
template <class T>
T safe_atan2(const T& y, const T& x) {
  using std::atan2;
  const auto across = innermost(y), along = innermost(x);
  const auto origin = (across == 0.0) & (along == 0.0);
  return select(origin, T(0.0), T(atan2(y, select(origin, T(1.0), x))));
}

/// x^c for a constant c, with derivative 0 at x = 0 where the true one is infinite (0 < c < 1).
template <class T>
T safe_pow(const T& x, double c) {
  using std::pow;
  const auto singular = innermost(x) == 0.0;
  return select(singular, T(pow(0.0, c)), T(pow(select(singular, T(1.0), x), c)));
}

}  // namespace thalweg::inline v0_1
