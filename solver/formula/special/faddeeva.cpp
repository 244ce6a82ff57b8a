#include "formula/special/faddeeva.hpp"

#include <array>
#include <cmath>
#include <limits>
#include <numbers>

#include <cerf.h>

namespace thalweg::inline v0_1::formula {
namespace {

using Complex = std::complex<double>;
constexpr int most = 4;  // derivatives
constexpr double nan = std::numeric_limits<double>::quiet_NaN();

/// With s = σ√2 and z = ζ/s, the derivatives of K are wⁿ(z) / (sⁿ⁺¹√π).
struct Place {
  Complex zeta;
  double s;
};

/// The product, without the checks for infinite parts of the standard's.
Complex times(Complex a, Complex b) {
  return {a.real() * b.real() - a.imag() * b.imag(), a.real() * b.imag() + a.imag() * b.real()};
}

// wⁿ⁺²(z) + 2z wⁿ⁺¹(z) + 2(n + 1) wⁿ(z) = 0 (Abramowitz & Stegun 7.1.20), of which w is the solution that falls fastest
// with n above the real axis. So the ratios of neighbours come from the far end of a continued fraction (Gautschi
// 1970), without cancellation. Written for ζ, it holds for s = 0.
template <std::size_t count>
std::array<Complex, count> by_fraction(const Place& at, std::size_t terms) {
  const Complex twice = 2.0 * at.zeta;
  std::array<Complex, count + 1> inverses{};  // of 2ζ + Rₖ, Rₖ = −2(k + 1)s² / (2ζ + Rₖ₊₁)
  Complex below = twice;
  for (std::size_t k = terms + 1; k-- > 0;) {
    const Complex inverse =
        std::conj(below) / std::norm(below);  // plain: a division of complex numbers is ten times as dear
    if (k <= count) inverses[k] = inverse;
    below = twice - 2.0 * static_cast<double>(k) * at.s * at.s * inverse;
  }
  std::array<Complex, count> K{times(Complex(0.0, 2.0 * std::numbers::inv_pi), inverses[0])};
  for (std::size_t k = 0; k + 1 < count; ++k)
    K[k + 1] = -2.0 * static_cast<double>(k + 1) * times(K[k], inverses[k + 1]);
  return K;
}

/// The n-th derivative of exp(−z²)/(s√π) by ζ, Hermite's recurrence.
Complex gaussian(int n, const Place& at) {
  const Complex z = at.zeta / at.s;
  Complex last = 0.0, value = std::exp(-z * z) * std::numbers::inv_sqrtpi / at.s;
  for (int k = 0; k < n; ++k) {
    const Complex next = (-2.0 * z * value - 2.0 * k * last / at.s) / at.s;
    last = value;
    value = next;
  }
  return value;
}

// Near the real axis the fraction converges slowly: it is taken at ζ + ih, and Taylor's series leads back (Gautschi
// 1970). The terms are of one sign, so nothing cancels.
Complex by_shift(int n, const Place& at) {
  constexpr std::size_t series = 40, terms = 60;
  const double h = 1.6 * at.s;
  const auto K = by_fraction<series + most + 1>({at.zeta + Complex(0.0, h), at.s}, terms);
  Complex sum = 0.0;
  for (std::size_t k = series + 1; k-- > 0;)
    sum = K[static_cast<std::size_t>(n) + k] + h / static_cast<double>(k + 1) * Complex(sum.imag(), -sum.real());
  return sum;
}

// The same recurrence upwards, from w itself. It loses the factor (2|z|²)ⁿ/n! or so.
Complex by_recurrence(int n, const Place& at) {
  const Complex z = at.zeta / at.s;
  Complex last(re_w_of_z(z.real(), z.imag()), im_w_of_z(z.real(), z.imag()));
  Complex value = n == 0 ? last : Complex(0.0, 2.0 * std::numbers::inv_sqrtpi) - 2.0 * times(z, last);
  for (int k = 1; k < n; ++k) {
    const Complex next = -2.0 * times(z, value) - 2.0 * k * last;
    last = value;
    value = next;
  }
  for (int k = 0; k <= n; ++k) value /= at.s;
  return value * std::numbers::inv_sqrtpi;
}

/// Whether it keeps 14 digits.
bool recurrence_serves(int n, double squared) {
  double loss = 1.0;
  for (int k = 1; k <= n; ++k) loss *= 2.0 * squared / k;
  return loss < 30.0;
}

/// x, γ and s not negative.
Complex in_quadrant(int n, const Place& at) {
  const double x = at.zeta.real(), y = at.zeta.imag(), s = at.s;
  const double squared = std::norm(at.zeta), scale = s * s;
  if (squared < 100.0 * scale && recurrence_serves(n, squared / scale)) return by_recurrence(n, at);
  const bool far = x >= 7.0 * s || y >= 3.0 * s;
  if (!far) {
    const Complex K = by_shift(n, at);
    return y == 0.0 ? Complex(gaussian(n, at).real(), K.imag()) : K;  // exact far down the flanks, too
  }
  const Complex K = by_fraction<most + 1>(at, squared > 150.0 * scale ? 16 : 40)[static_cast<std::size_t>(n)];
  // At the real axis the fraction lacks the exponential.
  return y < 0.1 * s && x < 40.0 * s ? K + gaussian(n, at) : K;
}

/// The plane above the real axis: K(−conj ζ) = conj K(ζ).
Complex above(int n, const Place& at) {
  if (at.zeta.real() >= 0.0) return in_quadrant(n, at);
  const Complex K = in_quadrant(n, {-std::conj(at.zeta), at.s});
  return n % 2 == 0 ? std::conj(K) : -std::conj(K);
}

}  // namespace

double real_faddeeva(double x, double y) { return re_w_of_z(x, y); }
double imaginary_faddeeva(double x, double y) { return im_w_of_z(x, y); }
double scaled_erfc(double y) { return erfcx(y); }
double imaginary_on_axis(double x) { return im_w_of_x(x); }

Complex faddeeva(int n, double x, double y) {
  if (std::isnan(x) || std::isnan(y) || n < 0 || n > most) return {nan, nan};
  const double scale = 1.0 / std::numbers::inv_sqrtpi;
  if (n == 0) return {re_w_of_z(x, y), im_w_of_z(x, y)};
  if (std::isinf(x) || (std::isinf(y) && y > 0.0)) return 0.0;
  if (y >= 0.0) return scale * above(n, {{x, y}, 1.0});
  const Complex mirrored = above(n, {{-x, -y}, 1.0});
  return scale * (2.0 * gaussian(n, {{x, y}, 1.0}) - (n % 2 == 0 ? mirrored : -mirrored));
}

double voigt_profile(double x, double sigma, double gamma) {
  const double s = sigma * std::numbers::sqrt2, a = x / s, b = gamma / s;
  const bool plain = s > 0.0 && gamma >= 0.0 && std::abs(a) < 1e3 && b < 1e3;
  return plain ? re_w_of_z(a, b) * (std::numbers::inv_sqrtpi / s) : voigt(0, x, sigma, gamma).real();
}

Complex voigt(int n, double x, double sigma, double gamma) {
  if (std::isnan(x) || !(sigma >= 0.0) || !(gamma >= 0.0) || n < 0 || n > most) return {nan, nan};
  if (std::isinf(x) || std::isinf(sigma) || std::isinf(gamma)) return 0.0;
  if (x == 0.0 && sigma == 0.0 && gamma == 0.0) return {nan, nan};
  // K is homogeneous of degree −(n + 1): whatever the units, nothing overflows on the way.
  const int unit = -std::ilogb(std::fmax(std::abs(x), std::fmax(sigma, gamma)));
  const Complex K =
      above(n, {{std::ldexp(x, unit), std::ldexp(gamma, unit)}, std::ldexp(sigma, unit) * std::numbers::sqrt2});
  return {std::ldexp(K.real(), unit * (n + 1)), std::ldexp(K.imag(), unit * (n + 1))};
}

}  // namespace thalweg::inline v0_1::formula
