// Moré, Garbow & Hillstrom (1981): functions 25 to 35, of any dimension.
#include <algorithm>
#include <cmath>

#include "models/catalogue/build.hpp"

namespace thalweg::inline v0_1::catalogue_parts {
namespace {

/// xᵢ by its number, zero beyond both ends.
template <class X>
ScalarOf<X> at(const X& x, int i) {
  return i >= 1 && i <= static_cast<int>(x.size()) ? x[static_cast<std::size_t>(i - 1)] : ScalarOf<X>(0.0);
}

struct VariablyDimensioned {
  template <class X>
  ScalarOf<X> operator()(const X& x, int i) const {
    const int n = static_cast<int>(x.size());
    if (i <= n) return at(x, i) - 1.0;
    ScalarOf<X> sum(0.0);
    for (int j = 1; j <= n; ++j) sum = sum + double(j) * (at(x, j) - 1.0);
    return i == n + 1 ? sum : sum * sum;
  }
};

struct Trigonometric {
  template <class X>
  ScalarOf<X> operator()(const X& x, int i) const {
    ScalarOf<X> sum(double(x.size()));
    for (const auto& v : x) sum = sum - cos(v);
    return sum + double(i) * (1.0 - cos(at(x, i))) - sin(at(x, i));
  }
};

struct BrownAlmostLinear {
  template <class X>
  ScalarOf<X> operator()(const X& x, int i) const {
    const int n = static_cast<int>(x.size());
    if (i == n) {
      ScalarOf<X> product = x[0];
      for (int j = 2; j <= n; ++j) product = product * at(x, j);
      return product - 1.0;
    }
    ScalarOf<X> sum = at(x, i) - double(n + 1);
    for (const auto& v : x) sum = sum + v;
    return sum;
  }
};

template <class T>
T cube(const T& v) {
  return v * v * v;
}

struct DiscreteBoundaryValue {
  template <class X>
  ScalarOf<X> operator()(const X& x, int i) const {
    const double h = 1.0 / (double(x.size()) + 1.0), t = i * h;
    return 2.0 * at(x, i) - at(x, i - 1) - at(x, i + 1) + 0.5 * h * h * cube(at(x, i) + (t + 1.0));
  }
};

struct DiscreteIntegral {
  template <class X>
  ScalarOf<X> operator()(const X& x, int i) const {
    const int n = static_cast<int>(x.size());
    const double h = 1.0 / (n + 1.0), ti = i * h;
    ScalarOf<X> below(0.0), above(0.0);
    for (int j = 1; j <= n; ++j) {
      const double t = j * h;
      const auto term = cube(at(x, j) + (t + 1.0));
      if (j <= i)
        below = below + t * term;
      else
        above = above + (1.0 - t) * term;
    }
    return at(x, i) + 0.5 * h * ((1.0 - ti) * below + ti * above);
  }
};

struct BroydenTridiagonal {
  template <class X>
  ScalarOf<X> operator()(const X& x, int i) const {
    return (3.0 - 2.0 * at(x, i)) * at(x, i) - at(x, i - 1) - 2.0 * at(x, i + 1) + 1.0;
  }
};

struct BroydenBanded {
  template <class X>
  ScalarOf<X> operator()(const X& x, int i) const {
    const int n = static_cast<int>(x.size());
    ScalarOf<X> value = at(x, i) * (2.0 + 5.0 * at(x, i) * at(x, i)) + 1.0;
    for (int j = std::max(1, i - 5); j <= std::min(n, i + 1); ++j)
      if (j != i) value = value - at(x, j) * (1.0 + at(x, j));
    return value;
  }
};

struct LinearFullRank {
  int m;
  template <class X>
  ScalarOf<X> operator()(const X& x, int i) const {
    ScalarOf<X> sum(0.0);
    for (const auto& v : x) sum = sum + v;
    const ScalarOf<X> rest = -2.0 / m * sum - 1.0;
    return i <= static_cast<int>(x.size()) ? at(x, i) + rest : rest;
  }
};

struct LinearRank1 {
  template <class X>
  ScalarOf<X> operator()(const X& x, int i) const {
    ScalarOf<X> sum(0.0);
    for (int j = 1; j <= static_cast<int>(x.size()); ++j) sum = sum + double(j) * at(x, j);
    return double(i) * sum - 1.0;
  }
};

/// With zero columns and rows.
struct LinearRank1Zero {
  int m;
  template <class X>
  ScalarOf<X> operator()(const X& x, int i) const {
    ScalarOf<X> sum(0.0);
    for (int j = 2; j < static_cast<int>(x.size()); ++j) sum = sum + double(j) * at(x, j);
    if (i == 1 || i == m) return 0.0 * sum - 1.0;
    return double(i - 1) * sum - 1.0;
  }
};

/// Chebyshev polynomials shifted to [0, 1].
struct Chebyquad {
  template <class X>
  ScalarOf<X> operator()(const X& x, int i) const {
    ScalarOf<X> sum(0.0);
    for (const auto& v : x) {
      const ScalarOf<X> z = 2.0 * v - 1.0;
      ScalarOf<X> before(1.0), here = z;
      for (int k = 1; k < i; ++k) {
        ScalarOf<X> next = 2.0 * z * here - before;
        before = here;
        here = next;
      }
      sum = sum + here;
    }
    const double integral = i % 2 == 1 ? 0.0 : -1.0 / (double(i) * i - 1.0);
    return sum / double(x.size()) - integral;
  }
};

}  // namespace

Builder mgh_variable(int number, int, int m) {
  switch (number) {
    case 25:
      return residuals(VariablyDimensioned{}, m);
    case 26:
      return residuals(Trigonometric{}, m);
    case 27:
      return residuals(BrownAlmostLinear{}, m);
    case 28:
      return residuals(DiscreteBoundaryValue{}, m);
    case 29:
      return residuals(DiscreteIntegral{}, m);
    case 30:
      return residuals(BroydenTridiagonal{}, m);
    case 31:
      return residuals(BroydenBanded{}, m);
    case 32:
      return residuals(LinearFullRank{m}, m);
    case 33:
      return residuals(LinearRank1{}, m);
    case 34:
      return residuals(LinearRank1Zero{m}, m);
    default:
      return residuals(Chebyquad{}, m);
  }
}

}  // namespace thalweg::inline v0_1::catalogue_parts
