// The models of NIST's nonlinear-regression problems (Statistical Reference Datasets) as compiled callables: the same
// code runs on doubles, duals, SIMD packs and other people's dual numbers.
//
// r = model(b; predictors) − y. Data come as the predictor columns, then the response.
#pragma once

#include <cmath>
#include <string_view>

namespace thalweg::inline v0_1::nist {

/// b1 (1 − exp(−b2 x))
struct Misra1a {
  static constexpr int parameters = 2, predictors = 1;
  template <class P, class X>
  auto operator()(const P& b, const X& x, const X& y) const {
    using std::exp;
    return b[0] * (1.0 - exp(-b[1] * x)) - y;
  }
};
using BoxBOD = Misra1a;

/// b1 (1 − (1 + b2 x/2)⁻²)
struct Misra1b {
  static constexpr int parameters = 2, predictors = 1;
  template <class P, class X>
  auto operator()(const P& b, const X& x, const X& y) const {
    const auto u = 1.0 + b[1] * x * 0.5;
    return b[0] * (1.0 - 1.0 / (u * u)) - y;
  }
};

/// b1 (1 − (1 + 2 b2 x)^−½)
struct Misra1c {
  static constexpr int parameters = 2, predictors = 1;
  template <class P, class X>
  auto operator()(const P& b, const X& x, const X& y) const {
    using std::sqrt;
    return b[0] * (1.0 - 1.0 / sqrt(1.0 + 2.0 * b[1] * x)) - y;
  }
};

/// b1 b2 x / (1 + b2 x)
struct Misra1d {
  static constexpr int parameters = 2, predictors = 1;
  template <class P, class X>
  auto operator()(const P& b, const X& x, const X& y) const {
    const auto u = b[1] * x;
    return b[0] * u / (1.0 + u) - y;
  }
};

/// exp(−b1 x) / (b2 + b3 x)
struct Chwirut {
  static constexpr int parameters = 3, predictors = 1;
  template <class P, class X>
  auto operator()(const P& b, const X& x, const X& y) const {
    using std::exp;
    return exp(-b[0] * x) / (b[1] + b[2] * x) - y;
  }
};

/// b1 x^b2
struct DanWood {
  static constexpr int parameters = 2, predictors = 1;
  template <class P, class X>
  auto operator()(const P& b, const X& x, const X& y) const {
    using std::pow;
    return b[0] * pow(x, b[1]) - y;
  }
};

/// b1 (b2 + x)^(−1/b3)
struct Bennett5 {
  static constexpr int parameters = 3, predictors = 1;
  template <class P, class X>
  auto operator()(const P& b, const X& x, const X& y) const {
    using std::pow;
    return b[0] * pow(b[1] + x, -1.0 / b[2]) - y;
  }
};

/// b1 + three pairs of cosine and sine, of periods 12, b4 and b7
struct Enso {
  static constexpr int parameters = 9, predictors = 1;
  template <class P, class X>
  auto operator()(const P& b, const X& x, const X& y) const {
    using std::cos, std::sin;
    const X turn = x * 6.283185307179586476925;
    const X year = turn / 12.0;
    const auto u = turn / b[3], v = turn / b[6];
    return b[0] + b[1] * cos(year) + b[2] * sin(year) + b[4] * cos(u) + b[5] * sin(u) + b[7] * cos(v) + b[8] * sin(v) -
           y;
  }
};

/// (b1/b2) exp(−½ ((x − b3)/b2)²)
struct Eckerle4 {
  static constexpr int parameters = 3, predictors = 1;
  template <class P, class X>
  auto operator()(const P& b, const X& x, const X& y) const {
    using std::exp;
    const auto u = (x - b[2]) / b[1];
    return b[0] / b[1] * exp(-0.5 * u * u) - y;
  }
};

/// b1 exp(−b2 x) + b3 exp(−(x − b4)²/b5²) + b6 exp(−(x − b7)²/b8²)
struct Gauss {
  static constexpr int parameters = 8, predictors = 1;
  template <class P, class X>
  auto operator()(const P& b, const X& x, const X& y) const {
    using std::exp;
    const auto u = (x - b[3]) / b[4], v = (x - b[6]) / b[7];
    return b[0] * exp(-b[1] * x) + b[2] * exp(-u * u) + b[5] * exp(-v * v) - y;
  }
};

/// (b1 + b2 x + b3 x² + b4 x³) / (1 + b5 x + b6 x² + b7 x³)
struct CubicOverCubic {
  static constexpr int parameters = 7, predictors = 1;
  template <class P, class X>
  auto operator()(const P& b, const X& x, const X& y) const {
    return (b[0] + x * (b[1] + x * (b[2] + x * b[3]))) / (1.0 + x * (b[4] + x * (b[5] + x * b[6]))) - y;
  }
};

/// (b1 + b2 x + b3 x²) / (1 + b4 x + b5 x²)
struct Kirby2 {
  static constexpr int parameters = 5, predictors = 1;
  template <class P, class X>
  auto operator()(const P& b, const X& x, const X& y) const {
    return (b[0] + x * (b[1] + x * b[2])) / (1.0 + x * (b[3] + x * b[4])) - y;
  }
};

/// b1 exp(−b2 x) + b3 exp(−b4 x) + b5 exp(−b6 x)
struct Lanczos {
  static constexpr int parameters = 6, predictors = 1;
  template <class P, class X>
  auto operator()(const P& b, const X& x, const X& y) const {
    using std::exp;
    return b[0] * exp(-b[1] * x) + b[2] * exp(-b[3] * x) + b[4] * exp(-b[5] * x) - y;
  }
};

/// b1 (x² + x b2) / (x² + x b3 + b4)
struct MGH09 {
  static constexpr int parameters = 4, predictors = 1;
  template <class P, class X>
  auto operator()(const P& b, const X& x, const X& y) const {
    return b[0] * (x * (x + b[1])) / (x * (x + b[2]) + b[3]) - y;
  }
};

/// b1 exp(b2 / (x + b3))
struct MGH10 {
  static constexpr int parameters = 3, predictors = 1;
  template <class P, class X>
  auto operator()(const P& b, const X& x, const X& y) const {
    using std::exp;
    return b[0] * exp(b[1] / (x + b[2])) - y;
  }
};

/// b1 + b2 exp(−b4 x) + b3 exp(−b5 x)
struct MGH17 {
  static constexpr int parameters = 5, predictors = 1;
  template <class P, class X>
  auto operator()(const P& b, const X& x, const X& y) const {
    using std::exp;
    return b[0] + b[1] * exp(-b[3] * x) + b[2] * exp(-b[4] * x) - y;
  }
};

/// b1 − b2 x1 exp(−b3 x2), fitted to log y
struct Nelson {
  static constexpr int parameters = 3, predictors = 2;
  template <class P, class X>
  auto operator()(const P& b, const X& x1, const X& x2, const X& y) const {
    using std::exp, std::log;
    return b[0] - b[1] * x1 * exp(-b[2] * x2) - log(y);
  }
};

/// b1 / (1 + exp(b2 − b3 x))
struct Rat42 {
  static constexpr int parameters = 3, predictors = 1;
  template <class P, class X>
  auto operator()(const P& b, const X& x, const X& y) const {
    using std::exp;
    return b[0] / (1.0 + exp(b[1] - b[2] * x)) - y;
  }
};

/// b1 / (1 + exp(b2 − b3 x))^(1/b4)
struct Rat43 {
  static constexpr int parameters = 4, predictors = 1;
  template <class P, class X>
  auto operator()(const P& b, const X& x, const X& y) const {
    using std::exp, std::pow;
    return b[0] / pow(1.0 + exp(b[1] - b[2] * x), 1.0 / b[3]) - y;
  }
};

/// b1 − b2 x − arctan(b3 / (x − b4)) / π
struct Roszman1 {
  static constexpr int parameters = 4, predictors = 1;
  template <class P, class X>
  auto operator()(const P& b, const X& x, const X& y) const {
    using std::atan;
    return b[0] - b[1] * x - atan(b[2] / (x - b[3])) * 0.318309886183790671538 - y;
  }
};

/// Calls visit(name, Model{}) for the 27 problems; names as the problem files have them: "misra1a".
template <class Visitor>
void for_each_problem(Visitor&& visit) {
  visit("misra1a", Misra1a{});
  visit("chwirut2", Chwirut{});
  visit("chwirut1", Chwirut{});
  visit("lanczos3", Lanczos{});
  visit("gauss1", Gauss{});
  visit("gauss2", Gauss{});
  visit("danwood", DanWood{});
  visit("misra1b", Misra1b{});
  visit("kirby2", Kirby2{});
  visit("hahn1", CubicOverCubic{});
  visit("nelson", Nelson{});
  visit("mgh17", MGH17{});
  visit("lanczos1", Lanczos{});
  visit("lanczos2", Lanczos{});
  visit("gauss3", Gauss{});
  visit("misra1c", Misra1c{});
  visit("misra1d", Misra1d{});
  visit("roszman1", Roszman1{});
  visit("enso", Enso{});
  visit("mgh09", MGH09{});
  visit("thurber", CubicOverCubic{});
  visit("boxbod", BoxBOD{});
  visit("rat42", Rat42{});
  visit("mgh10", MGH10{});
  visit("eckerle4", Eckerle4{});
  visit("rat43", Rat43{});
  visit("bennett5", Bennett5{});
}

}  // namespace thalweg::inline v0_1::nist
