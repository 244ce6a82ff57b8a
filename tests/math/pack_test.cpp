#include <thalweg/math/pack.hpp>

#include <cmath>
#include <limits>

#include <doctest/doctest.h>

using namespace thalweg;

namespace {

/// Largest error of f beside g, in units of the last place of g, over [from, to].
template <class F, class G>
double worst_ulps(F f, G g, double from, double to) {
  double worst = 0.0;
  for (int i = 0; i <= 4000; ++i) {
    const double x = from + (to - from) * i / 4000.0, exact = g(x);
    const NativePack y = f(NativePack(x));
    const double unit = std::nextafter(std::abs(exact), INFINITY) - std::abs(exact);
    for (int l = 0; l < native_lanes; ++l) worst = std::max(worst, std::abs(y[l] - exact) / unit);
  }
  return worst;
}

#define WORST(name, from, to) \
  worst_ulps([](NativePack x) { return name(x); }, [](double x) { return std::name(x); }, from, to)

}  // namespace

TEST_CASE("vector functions stay within a few units in the last place of the C library's") {
  CHECK(WORST(exp, -700.0, 700.0) <= 4.0);
  CHECK(WORST(log, 1e-8, 1e3) <= 4.0);
  CHECK(WORST(log10, 1e-8, 1e3) <= 4.0);
  CHECK(WORST(expm1, -1.0, 1.0) <= 4.0);
  CHECK(WORST(log1p, -0.5, 2.0) <= 4.0);
  CHECK(WORST(atan, -10.0, 10.0) <= 4.0);
  CHECK(WORST(tanh, -3.0, 3.0) <= 4.0);
  CHECK(WORST(sinh, -3.0, 3.0) <= 4.0);
  CHECK(WORST(cosh, -3.0, 3.0) <= 4.0);
  CHECK(WORST(erf, -3.0, 3.0) <= 4.0);
  CHECK(WORST(cbrt, 0.1, 30.0) <= 4.0);
  CHECK(WORST(asinh, -3.0, 3.0) <= 4.0);
  CHECK(WORST(acosh, 1.1, 30.0) <= 4.0);
  CHECK(WORST(atanh, -0.9, 0.9) <= 4.0);
  CHECK(WORST(exp2, -30.0, 30.0) <= 4.0);
  CHECK(WORST(log2, 1e-8, 1e3) <= 4.0);
  CHECK(WORST(tgamma, 0.1, 20.0) == 0.0);
  CHECK(WORST(lgamma, 0.1, 20.0) == 0.0);
  CHECK(WORST(sqrt, 0.1, 30.0) == 0.0);
  CHECK(WORST(abs, -2.0, 2.0) == 0.0);
  // Near the zeros of sin and cos the unit in the last place shrinks, so the error is absolute there.
  for (double x = -10.0; x < 10.0; x += 0.01) {
    CHECK(std::abs(sin(NativePack(x))[0] - std::sin(x)) <= 4e-16);
    CHECK(std::abs(cos(NativePack(x))[0] - std::cos(x)) <= 4e-16);
  }
  for (double x = 0.1; x < 20.0; x += 0.1)
    CHECK(pow(NativePack(x), NativePack(-0.7))[0] == doctest::Approx(std::pow(x, -0.7)).epsilon(1e-15));
}

TEST_CASE("special values come out as the C library's") {
  const double inf = std::numeric_limits<double>::infinity();
  CHECK(exp(NativePack(800.0))[0] == inf);
  CHECK(exp(NativePack(-800.0))[0] == 0.0);
  CHECK(log(NativePack(0.0))[0] == -inf);
  CHECK(std::isnan(log(NativePack(-1.0))[0]));
  CHECK(std::isnan(sqrt(NativePack(-1.0))[0]));
  CHECK(pow(NativePack(-2.0), NativePack(3.0))[0] == -8.0);
  CHECK(abs(NativePack(-0.0))[0] == 0.0);
}

TEST_CASE("lanes are computed apart, and select chooses lane by lane") {
  double in[native_lanes], out[native_lanes];
  for (int l = 0; l < native_lanes; ++l) in[l] = l - 1;
  const NativePack x = NativePack::load(in);
  select(x < NativePack(0.5), -x, x * x + 1.0).store(out);
  for (int l = 0; l < native_lanes; ++l) CHECK(out[l] == (in[l] < 0.5 ? -in[l] : in[l] * in[l] + 1.0));
  max(min(x, NativePack(2.0)), NativePack(0.0)).store(out);
  for (int l = 0; l < native_lanes; ++l) CHECK(out[l] == std::max(std::min(in[l], 2.0), 0.0));
  exp(x).store(out);
  for (int l = 0; l < native_lanes; ++l) CHECK(out[l] == doctest::Approx(std::exp(in[l])).epsilon(1e-15));
}
