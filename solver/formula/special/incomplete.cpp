#include "formula/special/incomplete.hpp"

#include <algorithm>
#include <boost/math/quadrature/gauss.hpp>
#include <boost/math/special_functions/beta.hpp>
#include <boost/math/special_functions/gamma.hpp>
#include <cmath>
#include <limits>
#include <thalweg/math/special.hpp>

#include "formula/special/quiet.hpp"

namespace thalweg::inline v0_1::formula {
namespace {

constexpr double nan = std::numeric_limits<double>::quiet_NaN(), infinity = std::numeric_limits<double>::infinity();

/// ∫₀^∞ exp(g(u)) f(u) du of a g that begins at 0 and falls, but for a small rise at first. It is smooth over lengths
/// of 3 until u = `bent`, and a straight line beyond.
template <class Exponent, class Factor>
double integrate_tail(const Exponent& g, const Factor& f, double bent) {
  constexpr double negligible = -45.0, smooth = 3.0;
  double end = 1.0, low = 0.0;
  while (g(end) > negligible && end < 1e18) end *= 2.0;
  while (g(0.5 * end) < negligible && end > 1e-18) end *= 0.5;
  low = 0.5 * end;
  for (int i = 0; i < 6; ++i) {
    const double middle = 0.5 * (low + end);
    (g(middle) > negligible ? low : end) = middle;
  }
  const auto integrand = [&](double u) { return std::exp(g(u)) * f(u); };
  const auto panels = [&](double from, double to, double longest) {
    const int count = std::max(4, static_cast<int>(std::ceil((to - from) / longest)));
    double sum = 0.0;
    for (int k = 0; k < count; ++k) {
      const double left = from + (to - from) * k / count, right = from + (to - from) * (k + 1) / count;
      sum += boost::math::quadrature::gauss<double, 20>::integrate(integrand, left, right);
    }
    return sum;
  };
  if (end <= bent) return panels(0.0, end, smooth);
  return panels(0.0, bent, smooth) + panels(bent, end, (end - bent) / 12.0);
}

/// ln a − ψ(a), which cancels for large a.
double log_less_digamma(double a) {
  if (a < 20.0) return std::log(a) - digamma(a);
  const double r = 1.0 / (a * a);
  return 0.5 / a + r * (1.0 / 12 - r * (1.0 / 120 - r * (1.0 / 252 - r * (1.0 / 240 - r * (1.0 / 132)))));
}

// t = x e^v; the lower tail is v < 0. d/da of the density is (ln t − ψ) times it, of that ((ln t − ψ)² − ψ′) times it.
double gamma_p_by_shape(int m, double a, double x) {
  const double score = std::log(x / a) + log_less_digamma(a), slope = polygamma(1, a);
  const double direction = score < 0.0 ? -1.0 : 1.0;
  const auto exponent = [&](double u) { return direction * a * u - x * std::expm1(direction * u); };
  const auto factor = [&](double u) {
    const double s = score + direction * u;
    return m == 1 ? s : s * s - slope;
  };
  const double front = x * gamma_density(0, a, x);
  return front == 0.0 ? 0.0 : -direction * front * integrate_tail(exponent, factor, 45.0 + std::abs(std::log(x)));
}

// t = 1/(1 + exp(−v)), dt = t (1 − t) dv; v begins at ln(x/(1 − x)).
double beta_i_by_shape(int i, int j, double a, double b, double x) {
  const double begin = std::log(x) - std::log1p(-x), both = polygamma(1, a + b);
  const double from_a = -polygamma_rise(0, a, b), from_b = -polygamma_rise(0, b, a);
  const double rise_a = polygamma_rise(1, a, b), rise_b = polygamma_rise(1, b, a);
  const double lead = i >= j ? std::log(x) - from_a : from_b - std::log1p(-x);
  const double direction = lead < 0.0 ? -1.0 : 1.0;
  const auto log_t = [](double v) { return v < 0.0 ? v - std::log1p(std::exp(v)) : -std::log1p(std::exp(-v)); };
  // ln(t/x) and ln((1 − t)/(1 − x)), each without cancellation for small u
  const auto exponent = [&](double u) {
    const double rise = std::expm1(direction * u);
    const double grown = rise < -0.5 ? std::log(1.0 - x + x * std::exp(direction * u)) : std::log1p(x * rise);
    const double lost = std::isfinite(grown) ? grown : direction * u + std::log(x);
    return a * (direction * u - lost) - b * lost;
  };
  const auto factor = [&](double u) {
    const double v = begin + direction * u, s = log_t(v) - from_a, q = log_t(-v) - from_b;
    if (i + j == 1) return i == 1 ? s : q;
    if (i == j) return s * q + both;
    return i == 2 ? s * s + rise_a : q * q + rise_b;
  };
  const double front = x * (1.0 - x) * beta_density(0, a, b, x);
  return front == 0.0 ? 0.0 : -direction * front * integrate_tail(exponent, factor, 45.0 + std::abs(begin));
}

/// The sign of Γ, and ln |Γ|.
struct SignedLog {
  explicit SignedLog(double a) : log(boost::math::lgamma(a, &sign, Quiet())) {}
  int sign = 1;
  double log;
};

bool is_pole(double a) { return a <= 0.0 && a == std::floor(a); }

}  // namespace

double gamma_p(int m, double a, double x) {
  if (!(a > 0.0) || !(x >= 0.0) || std::isinf(a)) return nan;
  if (x == 0.0) return 0.0;
  if (std::isinf(x)) return m == 0 ? 1.0 : 0.0;
  return m == 0 ? quietly([&] { return boost::math::gamma_p(a, x, Quiet()); }) : gamma_p_by_shape(m, a, x);
}

double gamma_q(double a, double x) {
  if (!(a > 0.0) || !(x >= 0.0) || std::isinf(a)) return nan;
  if (x == 0.0) return 1.0;
  return std::isinf(x) ? 0.0 : quietly([&] { return boost::math::gamma_q(a, x, Quiet()); });
}

double gamma_density(int n, double a, double x) {
  if (!(a > 0.0) || !(x >= 0.0) || std::isinf(a)) return nan;
  if (std::isinf(x)) return 0.0;
  if (x == 0.0) {  // the limits of xᵃ⁻¹ and its slope
    if (n == 0) return a < 1.0 ? infinity : a == 1.0 ? 1.0 : 0.0;
    return a < 1.0 ? -infinity : a == 1.0 ? -1.0 : a < 2.0 ? infinity : a == 2.0 ? 1.0 : 0.0;
  }
  const double density = quietly([&] { return boost::math::gamma_p_derivative(a, x, Quiet()); });
  return n == 0 || density == 0.0 ? density : density * ((a - 1.0 - x) / x);
}

double beta_i(int i, int j, double a, double b, double x) {
  if (!(a > 0.0) || !(b > 0.0) || !(x >= 0.0 && x <= 1.0) || std::isinf(a) || std::isinf(b)) return nan;
  if (x == 0.0 || x == 1.0) return i + j == 0 ? x : 0.0;
  return i + j == 0 ? quietly([&] { return boost::math::ibeta(a, b, x, Quiet()); }) : beta_i_by_shape(i, j, a, b, x);
}

double beta_density(int n, double a, double b, double x) {
  if (!(a > 0.0) || !(b > 0.0) || !(x >= 0.0 && x <= 1.0) || std::isinf(a) || std::isinf(b)) return nan;
  if (x == 1.0) {  // mirrored, so that the limits are stated once
    const double mirrored = beta_density(n, b, a, 0.0);
    return n == 0 ? mirrored : -mirrored;
  }
  if (x == 0.0) {
    const double front = 1.0 / beta(a, b);
    if (n == 0) return a < 1.0 ? infinity : a == 1.0 ? front : 0.0;
    if (a == 1.0) return b == 1.0 ? 0.0 : -(b - 1.0) * front;
    return a < 1.0 ? -infinity : a < 2.0 ? infinity : a == 2.0 ? front : 0.0;
  }
  const double density = quietly([&] { return boost::math::ibeta_derivative(a, b, x, Quiet()); });
  return n == 0 || density == 0.0 ? density : density * ((a - 1.0) / x - (b - 1.0) / (1.0 - x));
}

double polygamma_rise(int n, double a, double b) {
  if (!(a > 0.0) || std::abs(b) > 1e-3 * a) return polygamma(n, a + b) - polygamma(n, a);
  double sum = 0.0, term = 1.0;  // Taylor's series
  for (int k = 1; k <= 6; ++k) {
    term *= b / k;
    sum += term * polygamma(n + k, a);
  }
  return sum;
}

double beta(double a, double b) {
  if (std::isnan(a) || std::isnan(b) || is_pole(a) || is_pole(b)) return nan;
  if (a > 0.0 && b > 0.0) return quietly([&] { return boost::math::beta(a, b, Quiet()); }, infinity);
  if (is_pole(a + b)) return 0.0;
  const SignedLog of_a(a), of_b(b), of_sum(a + b);
  return of_a.sign * of_b.sign * of_sum.sign * std::exp(of_a.log + of_b.log - of_sum.log);
}

double log_beta(double a, double b) {
  if (std::isnan(a) || std::isnan(b) || is_pole(a) || is_pole(b)) return nan;
  if (a > 0.0 && b > 0.0 && std::isfinite(a) && std::isfinite(b)) {
    // In the wide range of long double, before differences of large logarithms would cancel.
    const double logarithm = quietly(
        [&] { return std::log(boost::math::beta(static_cast<long double>(a), static_cast<long double>(b), Quiet())); });
    if (std::isfinite(logarithm)) return logarithm;
  }
  if (is_pole(a + b)) return -infinity;
  return SignedLog(a).log + SignedLog(b).log - SignedLog(a + b).log;
}

}  // namespace thalweg::inline v0_1::formula
