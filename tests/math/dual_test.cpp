#include <thalweg/math/dual.hpp>

#include <cmath>
#include <functional>
#include <string>

#include <doctest/doctest.h>
#include <thalweg/math/safe.hpp>
#include <thalweg/math/vec.hpp>

using namespace thalweg;
using doctest::Approx;

namespace {

using D1 = Dual<double, 1>;
using D2 = Dual<Dual<double, 1>, 1>;

/// Value, first and second derivative of f at x, by nested duals.
template <class F>
std::array<double, 3> derivatives(F f, double x) {
  const D2 y = f(D2::variable(D1::variable(x, 0), 0));
  return {y.value.value, y.tangent[0].value, y.tangent[0].tangent[0]};
}

/// Compares with central differences of f itself, of third order in the step.
template <class F>
void check_function(const std::string& name, F f, std::initializer_list<double> points) {
  for (const double x : points) {
    CAPTURE(name);
    CAPTURE(x);
    const auto [value, first, second] = derivatives(f, x);
    CHECK(value == Approx(f(x)).epsilon(1e-15));
    const double h = 1e-4 * std::max(1.0, std::abs(x));
    const double d1 = (8 * (f(x + h) - f(x - h)) - (f(x + 2 * h) - f(x - 2 * h))) / (12 * h);
    const double d2 = (-f(x + 2 * h) + 16 * f(x + h) - 30 * f(x) + 16 * f(x - h) - f(x - 2 * h)) / (12 * h * h);
    CHECK(first == Approx(d1).epsilon(1e-8).scale(1e-3));
    CHECK(second == Approx(d2).epsilon(1e-5).scale(1e-2));
  }
}

}  // namespace

#define CHECK_FUNCTION(expression, ...)                \
  check_function(#expression,                          \
                 [](const auto& x) {                   \
                   using namespace std;                \
                   return decltype(x + x)(expression); \
                 },                                    \
                 {__VA_ARGS__})

TEST_CASE("every function has the derivatives that differences show") {
  CHECK_FUNCTION(exp(x), -2.0, 0.0, 1.5);
  CHECK_FUNCTION(expm1(x), -2.0, 1e-3, 1.5);
  CHECK_FUNCTION(log(x), 0.3, 1.0, 7.0);
  CHECK_FUNCTION(log10(x), 0.3, 1.0, 7.0);
  CHECK_FUNCTION(log1p(x), -0.5, 0.1, 7.0);
  CHECK_FUNCTION(sqrt(x), 0.3, 1.0, 7.0);
  CHECK_FUNCTION(cbrt(x), 0.3, 1.0, 7.0);
  CHECK_FUNCTION(sin(x), -2.0, 0.0, 1.5);
  CHECK_FUNCTION(cos(x), -2.0, 0.1, 1.5);
  CHECK_FUNCTION(tan(x), -0.7, 0.1, 1.0);
  CHECK_FUNCTION(asin(x), -0.7, 0.1, 0.8);
  CHECK_FUNCTION(acos(x), -0.7, 0.1, 0.8);
  CHECK_FUNCTION(atan(x), -2.0, 0.1, 5.0);
  CHECK_FUNCTION(sinh(x), -2.0, 0.1, 1.5);
  CHECK_FUNCTION(cosh(x), -2.0, 0.1, 1.5);
  CHECK_FUNCTION(tanh(x), -2.0, 0.1, 1.5);
  CHECK_FUNCTION(exp2(x), -2.0, 0.1, 1.5);
  CHECK_FUNCTION(log2(x), 0.3, 1.0, 7.0);
  CHECK_FUNCTION(asinh(x), -2.0, 0.1, 1.5);
  CHECK_FUNCTION(acosh(x), 1.5, 4.0);
  CHECK_FUNCTION(atanh(x), -0.7, 0.1, 0.5);
  CHECK_FUNCTION(erf(x), -1.0, 0.1, 1.5);
  CHECK_FUNCTION(erfc(x), -1.0, 0.1, 1.5);
  CHECK_FUNCTION(tgamma(x), 0.7, 2.5, 4.0);
  CHECK_FUNCTION(lgamma(x), 0.7, 2.5, 4.0);
  CHECK_FUNCTION(abs(x), -2.0, 1.5);
  CHECK_FUNCTION(pow(x, 2.5), 0.3, 2.0);
  CHECK_FUNCTION(pow(2.5, x), -0.3, 2.0);
  CHECK_FUNCTION(pow(x, x), 0.3, 2.0);
  CHECK_FUNCTION(atan2(x, x * x + 1.0), -0.3, 2.0);
  CHECK_FUNCTION(hypot(x, x + 1.0), 0.3, 2.0);
  CHECK_FUNCTION(min(x, decltype(x + x)(1.0)) + max(x * x, decltype(x + x)(2.0)), 0.3, 2.0);
  CHECK_FUNCTION((x * x - 3.0) / (2.0 + x) - x / 7.0 + 1.0 / x - (5.0 - x) * 2.0, 0.3, 2.0);
}

TEST_CASE("fixed, dynamic and SIMD duals agree") {
  const auto f = [](const auto& a, const auto& b) { return exp(-a * b) / (1.0 + a * a) + sin(b) * 3.0 - b; };
  const double a = 0.7, b = -1.3;
  using Fixed = Dual<double, 2>;
  const Fixed fixed = f(Fixed::variable(a, 0), Fixed::variable(b, 1));
  using Loose = Dual<double, Dynamic>;
  const Loose loose = f(Loose::variable(a, 0, 2), Loose::variable(b, 1, 2));
  CHECK(loose.value == fixed.value);
  CHECK(loose.tangent.size() == 2);
  for (int i = 0; i < 2; ++i) CHECK(loose.tangent[i] == Approx(fixed.tangent[i]).epsilon(1e-15));
  using Wide = Dual<NativePack, 2>;
  const Wide wide = f(Wide::variable(NativePack(a), 0), Wide::variable(NativePack(b), 1));
  for (int l = 0; l < native_lanes; ++l) {
    CHECK(wide.value[l] == Approx(fixed.value).epsilon(1e-14));
    for (int i = 0; i < 2; ++i) CHECK(wide.tangent[i][l] == Approx(fixed.tangent[i]).epsilon(1e-14));
  }
}

TEST_CASE("a dynamic constant has no tangent and mixes with variables") {
  using Loose = Dual<double, Dynamic>;
  const Loose c(3.0);
  CHECK(c.tangent.size() == 0);
  const Loose y = c * Loose::variable(2.0, 1, 3) + c;
  CHECK(y.value == 9.0);
  CHECK(y.tangent[0] == 0.0);
  CHECK(y.tangent[1] == 3.0);
}

TEST_CASE("comparisons look at values, nested ones too") {
  const D2 a = D2::variable(D1::variable(1.0, 0), 0), b(2.0);
  CHECK(a < b);
  CHECK(b >= a);
  CHECK(a == 1.0);
  CHECK(3.0 > b);
}

TEST_CASE("derivatives that do not exist do not poison those that do") {
  // √(0 · x): the argument does not depend on x, so neither does the root.
  CHECK(sqrt(D1::variable(4.0, 0) * 0.0).tangent[0] == 0.0);
  CHECK(pow(D1::variable(0.0, 0), 0).tangent[0] == 0.0);
  CHECK(pow(0.0, D1::variable(2.0, 0)).tangent[0] == 0.0);
  CHECK(pow(D1::variable(0.0, 0), 1.0).tangent[0] == 1.0);
  CHECK(std::isinf(sqrt(D1::variable(0.0, 0)).tangent[0]));
}

TEST_CASE("the safe functions are finite at their singular points and the plain ones elsewhere") {
  const D1 zero = D1::variable(0.0, 0), one = D1::variable(1.0, 0), two = D1::variable(2.0, 0);
  CHECK(safe_sqrt(zero).value == 0.0);
  CHECK(safe_sqrt(zero).tangent[0] == 0.0);
  CHECK(safe_sqrt(two).tangent[0] == sqrt(two).tangent[0]);
  CHECK(safe_acos(one).tangent[0] == 0.0);
  CHECK(safe_acos(-one).value == Approx(M_PI));
  CHECK(safe_acos(two).value == 0.0);
  CHECK(safe_asin(one).value == Approx(M_PI / 2));
  CHECK(safe_asin(-one).tangent[0] == 0.0);
  CHECK(safe_acos(one * 0.3).tangent[0] == acos(one * 0.3).tangent[0]);
  CHECK(safe_atan2(zero, zero).value == 0.0);
  CHECK(safe_atan2(zero, zero).tangent[0] == 0.0);
  CHECK(safe_atan2(one, two).tangent[0] == atan2(one, two).tangent[0]);
  CHECK(safe_pow(zero, 0.5).tangent[0] == 0.0);
  CHECK(safe_pow(two, 0.5).tangent[0] == Approx(pow(two, 0.5).tangent[0]));
  const Vec<D1, 3> v = Vec<D1, 3>::Zero();
  CHECK(safe_norm(v).value == 0.0);
  CHECK(safe_norm(v).tangent[0] == 0.0);
  // Second derivatives too: nested duals see no NaN.
  const D2 nested = safe_sqrt(D2::variable(D1::variable(0.0, 0), 0));
  CHECK(isfinite(nested));
}

TEST_CASE("Eigen's vectors work on duals, mixed with numbers") {
  using D = Dual<double, 2>;
  Vec<D, 2> v(D::variable(3.0, 0), D::variable(4.0, 1));
  CHECK(v.norm().value == 5.0);
  CHECK(v.norm().tangent[0] == Approx(0.6));
  const Mat<double, 2, 2> rotation{{0.0, -1.0}, {1.0, 0.0}};
  const Vec<D, 2> w = rotation * v + 2.0 * v;
  CHECK(w[0].value == 2.0);
  CHECK(w[0].tangent[1] == -1.0);
}

TEST_CASE("slopes keep their digits where the usual expressions cancel") {
  using First = Dual<double, 1>;
  using Second = Dual<First, 1>;
  const auto at = [](double x) { return Second::variable(First::variable(x, 0), 0); };
  const auto check = [](const Second& f, long double slope, long double bend) {
    CHECK(std::abs(f.tangent[0].value - static_cast<double>(slope)) <= 1e-13 * std::abs(static_cast<double>(slope)));
    CHECK(std::abs(f.tangent[0].tangent[0] - static_cast<double>(bend)) <=
          1e-12 * std::abs(static_cast<double>(bend)) + 1e-300);
  };
  for (const double x : {-300.0, -40.0, -20.0, -1.0, 0.5, 19.0, 30.0, 200.0}) {
    const long double c = std::cosh(static_cast<long double>(x)), t = std::tanh(static_cast<long double>(x));
    check(tanh(at(x)), 1.0L / (c * c), -2.0L * t / (c * c));
  }
  for (const double x : {-100.0, -40.0, -1.0, 1e-9, 2.0}) {
    const long double e = std::exp(static_cast<long double>(x));
    check(expm1(at(x)), e, e);
  }
  for (const double x : {1.0 + 1e-10, 1.5, 1e10, 1e200}) {
    const long double v = x, q = (v - 1.0L) * (v + 1.0L);
    check(acosh(at(x)), 1.0L / std::sqrt(q), -v / (q * std::sqrt(q)));
  }
  for (const double x : {1e-8, 1.0, 1e200}) {
    const long double v = x, q = v * v + 1.0L;
    check(asinh(at(x)), 1.0L / std::sqrt(q), -v / (q * std::sqrt(q)));
  }
}

TEST_CASE("a NaN is never swallowed by functions of two arguments") {
  using D = Dual<double, 2>;
  const double nan = std::numeric_limits<double>::quiet_NaN(), infinity = std::numeric_limits<double>::infinity();
  const D one = D::variable(1.0, 0), none = D::variable(nan, 1), large = D::variable(infinity, 0);
  for (const D& f : {min(one, none), min(none, one), max(one, none), max(none, one), fmin(one, none), fmax(none, one),
                     hypot(large, none), hypot(none, large), pow(none, 0.0), pow(1.0, none), pow(one, none)})
    CHECK(std::isnan(f.value));
  const NativePack a(1.0), b(nan);
  for (const NativePack& f :
       {min(a, b), min(b, a), max(a, b), max(b, a), pow(b, NativePack(0.0)), pow(a, b), hypot(NativePack(infinity), b)})
    for (int i = 0; i < native_lanes; ++i) CHECK(std::isnan(f[i]));
  CHECK(hypot(D::variable(0.0, 0), D::variable(0.0, 1)).tangent[0] == 0.0);
}
