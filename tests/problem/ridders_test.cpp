#include <problem/ridders.hpp>

#include <cmath>

#include <doctest/doctest.h>

using namespace thalweg;
using doctest::Approx;

namespace {

constexpr double infinite = std::numeric_limits<double>::infinity();

template <class F>
Curve curve_of(F f, double at, double lower = -infinite, double upper = infinite) {
  return {[f](double p, double* r) { r[0] = f(p); }, 1, at, {}, lower, upper};
}

/// The careful route finds the derivative, and its error holds.
template <class F>
void finds(F f, double at, double derivative, double relative) {
  CAPTURE(at);
  const DifferenceEstimate careful = differentiate_carefully(curve_of(f, at))[0];
  CHECK(careful.derivative == Approx(derivative).epsilon(relative));
  CHECK(std::abs(careful.derivative - derivative) <= careful.error);
  CHECK(careful.error <= 1e-2 * std::abs(derivative));
}

}  // namespace

TEST_CASE("extrapolated differences of smooth functions, of every scale") {
  finds([](double p) { return p * p * p; }, 2.0, 12.0, 1e-10);
  finds([](double p) { return std::exp(p); }, 1.0, std::exp(1.0), 1e-10);
  finds([](double p) { return std::exp(p); }, 600.0, std::exp(600.0), 1e-9);
  finds([](double p) { return std::sin(50.0 * p); }, 1.0, 50.0 * std::cos(50.0), 1e-9);
  finds([](double p) { return std::sin(50.0 * p); }, 0.0, 50.0, 1e-9);
  finds([](double p) { return std::exp(-p / 1e-8); }, 1e-8, -1e8 * std::exp(-1.0), 1e-9);
  finds([](double p) { return 1e-12 * std::atan(p); }, 3.0, 1e-13, 1e-9);
  finds([](double p) { return std::cos(p); }, 1e-9, -1e-9, 1e-2);
  finds([](double p) { return 1.0 / p; }, 1e-5, -1e10, 1e-9);
  finds([](double p) { return p; }, 1e9, 1.0, 1e-12);
}

TEST_CASE("the quick route spends few evaluations where few are enough") {
  int evaluations = 0;
  const auto counted = [&evaluations](auto f) {
    return [&evaluations, f](double p) {
      ++evaluations;
      return f(p);
    };
  };
  const auto cubic = differentiate_quickly(curve_of(counted([](double p) { return p * p * p; }), 2.0))[0];
  CHECK(cubic.derivative == Approx(12.0).epsilon(1e-12));
  CHECK(cubic.error < 1e-9);
  CHECK(evaluations <= 9);
  const auto wave = differentiate_quickly(curve_of([](double p) { return std::sin(50.0 * p); }, 1.0))[0];
  CHECK(std::abs(wave.derivative - 50.0 * std::cos(50.0)) <= wave.error);
}

TEST_CASE("a narrow peak is found between flat stretches") {
  const auto peak = [](double p) { return std::exp(-std::pow((p - 1e-9) / 1e-8, 2)); };
  finds(peak, 0.0, 2e7 * std::exp(-0.01), 1e-8);
}

TEST_CASE("steps that fall on whole periods deceive nobody") {
  // 98, 70 and 50 periods are the first three steps, each 1.4 times the next.
  const double at = 178.16704833999688, omega = 2.0 * 3.14159265358979324 * 5.5;
  finds([omega](double p) { return std::cos(omega * p); }, at, -omega * std::sin(omega * at), 1e-8);
}

TEST_CASE("what a small number is the difference of may be told") {
  Curve curve = curve_of([](double p) { return 1e-14 * p; }, 1.0);
  CHECK(differentiate_carefully(curve)[0].error < 1e-20);
  curve.magnitude = {1.0};
  CHECK(differentiate_carefully(curve)[0].error > 1e-16);
}

TEST_CASE("noise shows in the error, not as a derivative") {
  // 1e8 swallows the last eight digits of p.
  for (const double p : {1.0, 0.3, 2.7, -5.1}) finds([](double q) { return (1e8 + q) - 1e8; }, p, 1.0, 1e-5);
  for (const double p : {1.0, 0.3, 2.7, -5.1}) {
    const auto loud = differentiate_carefully(curve_of([](double q) { return (1e14 + q) - 1e14; }, p))[0];
    CHECK(loud.error > 1e-2);
    CHECK(std::abs(loud.derivative - 1.0) <= 20.0 * loud.error);
  }
}

TEST_CASE("a kink has no derivative, next to it there is one") {
  const auto kink = [](double p) { return std::abs(p); };
  CHECK(differentiate_carefully(curve_of(kink, 0.0))[0].error >= 1.0);
  finds(kink, 1e-6, 1.0, 1e-9);
  finds(kink, -1e-9, -1.0, 1e-6);
}

TEST_CASE("differences stay within bounds and within the domain") {
  const auto bounded = [](double p) { return p < 1.0 ? 1e6 : p > 1.5 ? -1e6 : p * p; };
  for (const double at : {1.0, 1.25, 1.4999, 1.5}) {
    const auto estimate = differentiate_carefully(curve_of(bounded, at, 1.0, 1.5))[0];
    CHECK(estimate.derivative == Approx(2.0 * at).epsilon(1e-9));
    CHECK(differentiate_quickly(curve_of(bounded, at, 1.0, 1.5))[0].derivative == Approx(2.0 * at).epsilon(1e-6));
  }
  finds([](double p) { return std::log(p); }, 1e-7, 1e7, 1e-8);
  finds([](double p) { return std::log(1.0 - p); }, 0.999, -1000.0, 1e-8);
  CHECK(std::isnan(differentiate_carefully(curve_of(bounded, 1.0, 1.0, 1.0))[0].derivative));
  CHECK(std::isnan(differentiate_carefully(curve_of([](double p) { return std::sqrt(p); }, -1.0))[0].derivative));
  // Beside bounds that do not hold, differences are taken as if there were none.
  CHECK(differentiate_carefully(curve_of([](double p) { return p * p; }, 3.0, 4.0, 5.0))[0].derivative == Approx(6.0));
}

TEST_CASE("the components of one residual are told apart") {
  const Curve curve{[](double p, double* r) {
                      r[0] = p * p;
                      r[1] = std::abs(p - 2.0);
                      r[2] = std::sqrt(-p);
                    },
                    3,
                    2.0,
                    {}};
  const auto estimates = differentiate_carefully(curve);
  CHECK(estimates[0].derivative == Approx(4.0).epsilon(1e-10));
  CHECK(estimates[0].error < 1e-8);
  CHECK(estimates[1].error >= 1.0);
  CHECK(std::isnan(estimates[2].derivative));
}
