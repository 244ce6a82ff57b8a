// Moré, Garbow & Hillstrom (1981): functions 13 to 24.
#include <array>
#include <cmath>

#include "models/catalogue/build.hpp"

namespace thalweg::inline v0_1::catalogue_parts {
namespace {

/// Number 13, and in blocks of four 22.
struct PowellSingular {
  template <class X>
  ScalarOf<X> operator()(const X& x, int i) const {
    const std::size_t b = static_cast<std::size_t>((i - 1) / 4 * 4);
    switch ((i - 1) % 4) {
      case 0:
        return x[b] + 10.0 * x[b + 1];
      case 1:
        return std::sqrt(5.0) * (x[b + 2] - x[b + 3]);
      case 2: {
        const auto d = x[b + 1] - 2.0 * x[b + 2];
        return d * d;
      }
      default: {
        const auto d = x[b] - x[b + 3];
        return std::sqrt(10.0) * d * d;
      }
    }
  }
};

struct Wood {
  template <class X>
  ScalarOf<X> operator()(const X& x, int i) const {
    switch (i) {
      case 1:
        return 10.0 * (x[1] - x[0] * x[0]);
      case 2:
        return 1.0 - x[0];
      case 3:
        return std::sqrt(90.0) * (x[3] - x[2] * x[2]);
      case 4:
        return 1.0 - x[2];
      case 5:
        return std::sqrt(10.0) * (x[1] + x[3] - 2.0);
      default:
        return (x[1] - x[3]) / std::sqrt(10.0);
    }
  }
};

struct KowalikOsborne {
  template <class X>
  ScalarOf<X> operator()(const X& x, int i) const {
    constexpr std::array<double, 11> y = {0.1957, 0.1947, 0.1735, 0.1600, 0.0844, 0.0627,
                                          0.0456, 0.0342, 0.0323, 0.0235, 0.0246};
    constexpr std::array<double, 11> v = {4.0, 2.0, 1.0, 0.5, 0.25, 0.167, 0.125, 0.1, 0.0833, 0.0714, 0.0625};
    const double u = v[static_cast<std::size_t>(i - 1)];
    return y[static_cast<std::size_t>(i - 1)] - x[0] * (u * u + u * x[1]) / (u * u + u * x[2] + x[3]);
  }
};

struct BrownDennis {
  template <class X>
  ScalarOf<X> operator()(const X& x, int i) const {
    const double t = i / 5.0;
    const auto a = x[0] + t * x[1] - std::exp(t), b = x[2] + x[3] * std::sin(t) - std::cos(t);
    return a * a + b * b;
  }
};

struct Osborne1 {
  template <class X>
  ScalarOf<X> operator()(const X& x, int i) const {
    constexpr std::array<double, 33> y = {0.844, 0.908, 0.932, 0.936, 0.925, 0.908, 0.881, 0.850, 0.818, 0.784, 0.751,
                                          0.718, 0.685, 0.658, 0.628, 0.603, 0.580, 0.558, 0.538, 0.522, 0.506, 0.490,
                                          0.478, 0.467, 0.457, 0.448, 0.438, 0.431, 0.424, 0.420, 0.414, 0.411, 0.406};
    const double t = 10.0 * (i - 1);
    return y[static_cast<std::size_t>(i - 1)] - (x[0] + x[1] * exp(-t * x[3]) + x[2] * exp(-t * x[4]));
  }
};

struct BiggsExp6 {
  template <class X>
  ScalarOf<X> operator()(const X& x, int i) const {
    const double t = 0.1 * i, y = std::exp(-t) - 5.0 * std::exp(-10.0 * t) + 3.0 * std::exp(-4.0 * t);
    return x[2] * exp(-t * x[0]) - x[3] * exp(-t * x[1]) + x[5] * exp(-t * x[4]) - y;
  }
};

struct Osborne2 {
  template <class X>
  ScalarOf<X> operator()(const X& x, int i) const {
    constexpr std::array<double, 65> y = {1.366, 1.191, 1.112, 1.013, 0.991, 0.885, 0.831, 0.847, 0.786, 0.725, 0.746,
                                          0.679, 0.608, 0.655, 0.616, 0.606, 0.602, 0.626, 0.651, 0.724, 0.649, 0.649,
                                          0.694, 0.644, 0.624, 0.661, 0.612, 0.558, 0.533, 0.495, 0.500, 0.423, 0.395,
                                          0.375, 0.372, 0.391, 0.396, 0.405, 0.428, 0.429, 0.523, 0.562, 0.607, 0.653,
                                          0.672, 0.708, 0.633, 0.668, 0.645, 0.632, 0.591, 0.559, 0.597, 0.625, 0.739,
                                          0.710, 0.729, 0.720, 0.636, 0.581, 0.428, 0.292, 0.162, 0.098, 0.054};
    const double t = 0.1 * (i - 1);
    const auto peak = [&](std::size_t height, std::size_t width, std::size_t place) {
      const auto d = t - x[place];
      return x[height] * exp(-d * d * x[width]);
    };
    return y[static_cast<std::size_t>(i - 1)] -
           (x[0] * exp(-t * x[4]) + peak(1, 5, 8) + peak(2, 6, 9) + peak(3, 7, 10));
  }
};

struct Watson {
  template <class X>
  ScalarOf<X> operator()(const X& x, int i) const {
    if (i == 30) return x[0];
    if (i == 31) return x[1] - x[0] * x[0] - 1.0;
    const double t = i / 29.0;
    ScalarOf<X> slope(0.0), value = x[0];
    double power = 1.0;  // t^(j − 1)
    for (std::size_t j = 1; j < x.size(); ++j) {
      slope = slope + double(j) * power * x[j];
      power *= t;
      value = value + power * x[j];
    }
    return slope - value * value - 1.0;
  }
};

struct ExtendedRosenbrock {
  template <class X>
  ScalarOf<X> operator()(const X& x, int i) const {
    const std::size_t b = static_cast<std::size_t>((i - 1) / 2 * 2);
    if (i % 2 == 1) return 10.0 * (x[b + 1] - x[b] * x[b]);
    return 1.0 - x[b];
  }
};

struct Penalty1 {
  template <class X>
  ScalarOf<X> operator()(const X& x, int i) const {
    if (i <= static_cast<int>(x.size())) return std::sqrt(1e-5) * (x[static_cast<std::size_t>(i - 1)] - 1.0);
    ScalarOf<X> sum(-0.25);
    for (const auto& v : x) sum = sum + v * v;
    return sum;
  }
};

struct Penalty2 {
  template <class X>
  ScalarOf<X> operator()(const X& x, int i) const {
    const int n = static_cast<int>(x.size());
    const double root = std::sqrt(1e-5);
    const auto at = [&](int k) { return x[static_cast<std::size_t>(k - 1)]; };
    if (i == 1) return at(1) - 0.2;
    if (i <= n) return root * (exp(0.1 * at(i)) + exp(0.1 * at(i - 1)) - std::exp(0.1 * i) - std::exp(0.1 * (i - 1)));
    if (i < 2 * n) return root * (exp(0.1 * at(i - n + 1)) - std::exp(-0.1));
    ScalarOf<X> sum(-1.0);
    for (int j = 1; j <= n; ++j) sum = sum + double(n - j + 1) * at(j) * at(j);
    return sum;
  }
};

}  // namespace

Builder mgh_medium(int number, int, int m) {
  switch (number) {
    case 14:
      return residuals(Wood{}, m);
    case 15:
      return residuals(KowalikOsborne{}, m);
    case 16:
      return residuals(BrownDennis{}, m);
    case 17:
      return residuals(Osborne1{}, m);
    case 18:
      return residuals(BiggsExp6{}, m);
    case 19:
      return residuals(Osborne2{}, m);
    case 20:
      return residuals(Watson{}, m);
    case 21:
      return residuals(ExtendedRosenbrock{}, m);
    case 23:
      return residuals(Penalty1{}, m);
    case 24:
      return residuals(Penalty2{}, m);
    default:
      return residuals(PowellSingular{}, m);  // 13 and 22
  }
}

}  // namespace thalweg::inline v0_1::catalogue_parts
