#include "formula/special/special.hpp"

#include <cmath>
#include <limits>
#include <numbers>
#include <thalweg/math/special.hpp>

#include "formula/special/bessel.hpp"
#include "formula/special/faddeeva.hpp"
#include "formula/special/incomplete.hpp"

namespace thalweg::inline v0_1::formula {
namespace {

constexpr double nan = std::numeric_limits<double>::quiet_NaN();

/// The n-th derivative of sin(x)/x, n ≤ 2: the integral of tⁿ cos(xt + nπ/2) over [0, 1].
double sinc(int n, double x) {
  if (n > 2) return nan;
  if (std::isinf(x)) return 0.0;
  if (std::abs(x) < 1.0 + n) {  // the series of the integral; the recurrence below would divide errors by x
    const int first = n == 1 ? 1 : 0;
    double term = n == 0 ? 1.0 : n == 1 ? -x : -1.0, sum = 0.0;
    for (int k = first; k < 40 && std::abs(term) > 1e-18 * std::abs(sum); k += 2) {
      sum += term / (k + n + 1);
      term *= -x * x / ((k + 1.0) * (k + 2.0));
    }
    return sum;
  }
  const double s = std::sin(x), c = std::cos(x), value = s / x;
  if (n == 0) return value;
  const double slope = (c - value) / x;
  return n == 1 ? slope : (-s - 2.0 * slope) / x;
}

/// a − b ⌊a/b⌋, with the sign of b.
double modulo(double a, double b) {
  const double rest = std::fmod(a, b);
  if (rest == 0.0) return std::copysign(0.0, b);
  return (rest < 0.0) == (b < 0.0) ? rest : rest + b;
}

double logistic(double x) {
  const double e = std::exp(-std::abs(x));
  return (x < 0.0 ? e : 1.0) / (1.0 + e);
}

double of_one_argument(Op op, int order, double a) {
  switch (op) {
    case Op::log2:
      return std::log2(a);
    case Op::exp2:
      return std::exp2(a);
    case Op::floor:
      return std::floor(a);
    case Op::ceil:
      return std::ceil(a);
    case Op::round:
      return std::round(a);
    case Op::step:
      return a >= 0.0 ? 1.0 : 0.0;
    case Op::expit:
      return logistic(a);
    case Op::softplus:
      return std::fmax(a, 0.0) + std::log1p(std::exp(-std::abs(a)));
    case Op::normcdf:
      return 0.5 * std::erfc(a * (-0.5 * std::numbers::sqrt2));
    case Op::normpdf:
      return 0.5 * std::numbers::sqrt2 * std::numbers::inv_sqrtpi * std::exp(-0.5 * (a * a));
    case Op::polygamma:
      return polygamma(order, a);
    case Op::sinc:
      return sinc(order, a);
    case Op::erfcx:
      return scaled_erfc(a);
    case Op::dawson:
      return imaginary_on_axis(a) * (0.5 / std::numbers::inv_sqrtpi);
    default:
      return nan;
  }
}

}  // namespace

double apply_special(Op op, int order, double a, double b, double c) {
  for (const double argument : {a, arity(op) > 1 ? b : 0.0, arity(op) > 2 ? c : 0.0})
    if (std::isnan(argument)) return argument;
  switch (op) {
    case Op::mod:
      return modulo(a, b);
    case Op::beta:
      return beta(a, b);
    case Op::lbeta:
      return log_beta(a, b);
    case Op::bessel_j:
      return bessel_j(a, b);
    case Op::bessel_y:
      return bessel_y(a, b);
    case Op::bessel_i:
      return bessel_i(a, b);
    case Op::bessel_k:
      return bessel_k(a, b);
    case Op::polygamma_rise:
      return polygamma_rise(order, a, b);
    case Op::gamma_p:
      return gamma_p(order, a, b);
    case Op::gamma_q:
      return gamma_q(a, b);
    case Op::gamma_density:
      return gamma_density(order, a, b);
    case Op::beta_i:
      return beta_i(order / 10, order % 10, a, b, c);
    case Op::beta_density:
      return beta_density(order, a, b, c);
    case Op::wofz_re:
      if (order == 0) return a == 0.0 ? scaled_erfc(b) : real_faddeeva(a, b);
      return faddeeva(order, a, b).real();
    case Op::wofz_im:
      if (order == 0) return b == 0.0 ? imaginary_on_axis(a) : imaginary_faddeeva(a, b);
      return faddeeva(order, a, b).imag();
    case Op::voigt_re:
      return order == 0 ? voigt_profile(a, b, c) : voigt(order, a, b, c).real();
    case Op::voigt_im:
      return voigt(order, a, b, c).imag();
    default:
      return of_one_argument(op, order, a);
  }
}

}  // namespace thalweg::inline v0_1::formula
