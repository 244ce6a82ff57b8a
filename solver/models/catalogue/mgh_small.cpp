// Moré, Garbow & Hillstrom, "Testing Unconstrained Optimization Software", ACM TOMS 7 (1981): functions 1 to 12.
#include <array>
#include <cmath>
#include <numbers>

#include "models/catalogue/build.hpp"

namespace thalweg::inline v0_1::catalogue_parts {
namespace {

struct Rosenbrock {
  template <class X>
  ScalarOf<X> operator()(const X& x, int i) const {
    if (i == 1) return 10.0 * (x[1] - x[0] * x[0]);
    return 1.0 - x[0];
  }
};

struct FreudensteinRoth {
  template <class X>
  ScalarOf<X> operator()(const X& x, int i) const {
    if (i == 1) return -13.0 + x[0] + ((5.0 - x[1]) * x[1] - 2.0) * x[1];
    return -29.0 + x[0] + ((x[1] + 1.0) * x[1] - 14.0) * x[1];
  }
};

struct PowellBadlyScaled {
  template <class X>
  ScalarOf<X> operator()(const X& x, int i) const {
    if (i == 1) return 1e4 * x[0] * x[1] - 1.0;
    return exp(-x[0]) + exp(-x[1]) - 1.0001;
  }
};

struct BrownBadlyScaled {
  template <class X>
  ScalarOf<X> operator()(const X& x, int i) const {
    if (i == 1) return x[0] - 1e6;
    if (i == 2) return x[1] - 2e-6;
    return x[0] * x[1] - 2.0;
  }
};

struct Beale {
  template <class X>
  ScalarOf<X> operator()(const X& x, int i) const {
    constexpr std::array<double, 3> y = {1.5, 2.25, 2.625};
    ScalarOf<X> power = x[1];
    for (int k = 1; k < i; ++k) power = power * x[1];
    return y[static_cast<std::size_t>(i - 1)] - x[0] * (1.0 - power);
  }
};

struct JennrichSampson {
  template <class X>
  ScalarOf<X> operator()(const X& x, int i) const {
    return 2.0 + 2.0 * i - (exp(double(i) * x[0]) + exp(double(i) * x[1]));
  }
};

struct HelicalValley {
  template <class X>
  ScalarOf<X> operator()(const X& x, int i) const {
    if (i == 1) {
      ScalarOf<X> turn = atan(x[1] / x[0]) / (2.0 * std::numbers::pi);
      if (x[0] < 0.0) turn = turn + 0.5;
      return 10.0 * (x[2] - 10.0 * turn);
    }
    if (i == 2) return 10.0 * (sqrt(x[0] * x[0] + x[1] * x[1]) - 1.0);
    return x[2];
  }
};

struct Bard {
  template <class X>
  ScalarOf<X> operator()(const X& x, int i) const {
    constexpr std::array<double, 15> y = {0.14, 0.18, 0.22, 0.25, 0.29, 0.32, 0.35, 0.39,
                                          0.37, 0.58, 0.73, 0.96, 1.34, 2.10, 4.39};
    const double u = i, v = 16 - i, w = std::min(u, v);
    return y[static_cast<std::size_t>(i - 1)] - (x[0] + u / (v * x[1] + w * x[2]));
  }
};

struct Gaussian {
  template <class X>
  ScalarOf<X> operator()(const X& x, int i) const {
    constexpr std::array<double, 8> y = {0.0009, 0.0044, 0.0175, 0.0540, 0.1295, 0.2420, 0.3521, 0.3989};
    const double t = 0.5 * (8 - i);
    const auto d = t - x[2];
    return x[0] * exp(-0.5 * x[1] * d * d) - y[static_cast<std::size_t>(i <= 8 ? i - 1 : 15 - i)];
  }
};

struct Meyer {
  template <class X>
  ScalarOf<X> operator()(const X& x, int i) const {
    constexpr std::array<double, 16> y = {34780, 28610, 23650, 19630, 16370, 13720, 11540, 9744,
                                          8261,  7030,  6005,  5147,  4427,  3820,  3307,  2872};
    return x[0] * exp(x[1] / (45.0 + 5.0 * i + x[2])) - y[static_cast<std::size_t>(i - 1)];
  }
};

/// With |y − x₂|: the printed y·m·i·x₂ is a misprint.
struct Gulf {
  template <class X>
  ScalarOf<X> operator()(const X& x, int i) const {
    const double t = i / 100.0, y = 25.0 + std::pow(-50.0 * std::log(t), 2.0 / 3.0);
    const auto d = y - x[1];
    return exp(-exp(x[2] * log(d < 0.0 ? -d : d)) / x[0]) - t;
  }
};

struct Box {
  template <class X>
  ScalarOf<X> operator()(const X& x, int i) const {
    const double t = 0.1 * i;
    return exp(-t * x[0]) - exp(-t * x[1]) - x[2] * (std::exp(-t) - std::exp(-10.0 * t));
  }
};

}  // namespace

Builder mgh_small(int number, int, int m) {
  switch (number) {
    case 1:
      return residuals(Rosenbrock{}, m);
    case 2:
      return residuals(FreudensteinRoth{}, m);
    case 3:
      return residuals(PowellBadlyScaled{}, m);
    case 4:
      return residuals(BrownBadlyScaled{}, m);
    case 5:
      return residuals(Beale{}, m);
    case 6:
      return residuals(JennrichSampson{}, m);
    case 7:
      return residuals(HelicalValley{}, m);
    case 8:
      return residuals(Bard{}, m);
    case 9:
      return residuals(Gaussian{}, m);
    case 10:
      return residuals(Meyer{}, m);
    case 11:
      return residuals(Gulf{}, m);
    default:
      return residuals(Box{}, m);
  }
}

}  // namespace thalweg::inline v0_1::catalogue_parts
