#include <thalweg/math/loss.hpp>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>
#include <random>
#include <string>
#include <vector>

#include <doctest/doctest.h>
#include <thalweg/base/error.hpp>
#include <thalweg/math/dual.hpp>

using namespace thalweg;
using doctest::Approx;

namespace {

constexpr double inf = std::numeric_limits<double>::infinity();

/// A loss beside its formula as the literature prints it, generic so that duals differentiate it twice.
struct Case {
  Loss loss;
  using Twice = Dual<Dual<double, 1>, 1>;
  Twice (*formula)(const Twice&);
  std::vector<double> kinks;
};

using T = Case::Twice;
T shaped(const T& s, double alpha, double b) {
  return 2.0 * b * (2.0 - alpha) / alpha * (pow(1.0 + s / (b * (2.0 - alpha)), 0.5 * alpha) - 1.0);
}
T softplus(const T& x) { return x.value.value < 30.0 ? log(1.0 + exp(x)) : x + log(1.0 + exp(-x)); }

std::vector<Case> cases() {
  return {
      {Loss::trivial(), [](const T& s) { return s; }, {}},
      {Loss::huber(1.5), [](const T& s) { return s.value.value <= 2.25 ? s : 3.0 * sqrt(s) - 2.25; }, {2.25}},
      {Loss::soft_l1(0.5), [](const T& s) { return 0.5 * (sqrt(1.0 + 4.0 * s) - 1.0); }, {}},
      {Loss::cauchy(2.0), [](const T& s) { return 4.0 * log(1.0 + 0.25 * s); }, {}},
      {Loss::arctan(0.7), [](const T& s) { return 0.7 * atan(s / 0.7); }, {0.7}},
      {Loss::tukey(3.0),
       [](const T& s) {
         const T u = 1.0 - s / 9.0;
         return s.value.value <= 9.0 ? 3.0 * (1.0 - u * u * u) : T(3.0);
       },
       {9.0}},
      {Loss::geman_mcclure(1.5), [](const T& s) { return s / (1.0 + s / 2.25); }, {2.25}},
      {Loss::welsch(1.2), [](const T& s) { return 1.44 * (1.0 - exp(-s / 1.44)); }, {}},
      {Loss::tolerant(2.0, 0.5),
       [](const T& s) { return 0.5 * (softplus((s - 2.0) / 0.5) - softplus(T(-4.0))); },
       {0.5, 2.0}},
      {Loss::tolerant(0.0, 3.0), [](const T& s) { return 3.0 * (softplus(s / 3.0) - softplus(T(0.0))); }, {3.0}},
      {Loss::barron(1.0, 1.3), [](const T& s) { return shaped(s, 1.0, 1.69); }, {}},
      {Loss::barron(-2.0, 1.3), [](const T& s) { return shaped(s, -2.0, 1.69); }, {}},
      {Loss::barron(0.3, 1.3), [](const T& s) { return shaped(s, 0.3, 1.69); }, {}},
      {Loss::barron(0.0, 1.3), [](const T& s) { return 3.38 * log(1.0 + s / 3.38); }, {}},
      {Loss::barron(2.0, 1.3), [](const T& s) { return s; }, {}},
      {Loss::barron(-inf, 1.3), [](const T& s) { return 3.38 * (1.0 - exp(-s / 3.38)); }, {}},
      {Loss::huber(1.5).scaled(0.25),
       [](const T& s) { return s.value.value <= 2.25 ? 0.25 * s : 0.75 * sqrt(s) - 0.5625; },
       {2.25}},
      {Loss::tukey(1.5).with_scale_times(2.0),
       [](const T& s) {
         const T u = 1.0 - s / 9.0;
         return s.value.value <= 9.0 ? 3.0 * (1.0 - u * u * u) : T(3.0);
       },
       {9.0}},
      {Loss::arctan(0.7).with_scale_times(3.0), [](const T& s) { return 6.3 * atan(s / 6.3); }, {}},
      {Loss::tolerant(2.0, 0.5).with_scale_times(2.0),
       [](const T& s) { return 2.0 * (softplus((s - 8.0) / 2.0) - softplus(T(-4.0))); },
       {8.0}},
      {Loss::custom(
           [](double s) {
             return Loss::Value{std::log1p(s), 1 / (1 + s), -1 / ((1 + s) * (1 + s))};
           },
           "mine")
           .with_scale_times(2.0),
       [](const T& s) { return 4.0 * log(1.0 + 0.25 * s); },
       {}},
  };
}

std::vector<double> points(const Case& c) {
  std::vector<double> s = {0.0, 1e-8, 1e-3, 0.1, 1.0, 10.0, 50.0, 1e3, 1e8};
  for (const double kink : c.kinks)
    for (const double factor : {1.0 - 1e-9, 1.0, 1.0 + 1e-9, 0.9, 1.1}) s.push_back(factor * kink);
  std::mt19937_64 random(1);
  std::uniform_real_distribution<double> exponent(-6.0, 2.0);
  for (int i = 0; i < 20; ++i) s.push_back(std::pow(10.0, exponent(random)));
  return s;
}

std::string message_of(const std::string& text) {
  try {
    parse_loss(text);
  } catch (const Error& error) {
    return error.what();
  }
  return "read";
}

}  // namespace

TEST_CASE("losses and both derivatives equal the formulas of the literature, differentiated by duals") {
  for (const Case& c : cases()) {
    const double bend = c.loss.is_trivial() ? 1.0 : c.loss.scale() * c.loss.scale();
    for (const double s : points(c)) {
      const T expected = c.formula(T::variable(Dual<double, 1>::variable(s, 0), 0));
      const Loss::Value v = c.loss(s);
      CAPTURE(to_string(c.loss));
      CAPTURE(s);
      // The printed forms cancel near zero, to rounding beside the square of the scale.
      CHECK(std::abs(v.rho - expected.value.value) <= 1e-13 * std::abs(expected.value.value) + 1e-14 * bend);
      CHECK(std::abs(v.first - expected.tangent[0].value) <= 1e-12 * v.first + 1e-14);
      if (std::find(c.kinks.begin(), c.kinks.end(), s) != c.kinks.end()) continue;  // ρ'' jumps
      CHECK(std::abs(v.second - expected.tangent[0].tangent[0]) <= 1e-10 * std::abs(v.second) + 1e-14 / bend);
    }
  }
}

TEST_CASE("derivatives equal differences, on both sides of a kink") {
  for (const Case& c : cases())
    for (const double s : points(c)) {
      const auto kinked = [&](double h) {
        for (const double k : c.kinks)
          if (std::abs(s - k) <= 2.0 * h) return true;
        return false;
      };
      const double h = 1e-5 * std::max(s, 1e-3 * std::min(1.0, c.loss.scale() * c.loss.scale()));
      if (s < h || kinked(h)) continue;
      const Loss::Value v = c.loss(s), before = c.loss(s - h), after = c.loss(s + h);
      CAPTURE(to_string(c.loss));
      CAPTURE(s);
      CHECK((after.rho - before.rho) / (2.0 * h) == Approx(v.first).epsilon(1e-6).scale(1e-3));
      const double second = (after.first - before.first) / (2.0 * h);
      CHECK(std::abs(second - v.second) <= 1e-6 * std::abs(v.second) + 1e-15 * v.first / h + 1e-100);
    }
}

TEST_CASE("losses begin as least squares do, rise, stay below it and have no jump") {
  for (const Case& c : cases()) {
    CAPTURE(to_string(c.loss));
    CHECK(c.loss(0.0).rho == 0.0);
    const bool tolerant = c.loss.kind() == Loss::Kind::tolerant;
    if (!tolerant) CHECK(c.loss(0.0).first == Approx(c.loss.factor()).epsilon(1e-15));
    CHECK(c.loss(1e-12).rho == Approx(1e-12 * c.loss(0.0).first).epsilon(1e-9));
    Loss::Value last = c.loss(0.0);
    for (double s = 1e-9; s < 1e10; s *= 1.01) {
      const Loss::Value v = c.loss(s);
      CHECK(v.rho >= last.rho);
      CHECK(v.rho <= s * c.loss.factor() * (1.0 + 1e-15));
      CHECK(v.first >= 0.0);
      if (!tolerant) CHECK(v.first <= last.first * (1.0 + 1e-15));
      last = v;
    }
    for (const double k : c.kinks) {
      const Loss::Value below = c.loss(std::nextafter(k, 0.0)), above = c.loss(std::nextafter(k, inf));
      CHECK(above.rho == Approx(below.rho).epsilon(1e-14));
      CHECK(above.first == Approx(below.first).epsilon(1e-14).scale(1e-1));
    }
  }
  CHECK(Loss::tolerant(2.0, 0.5)(0.0).first == Approx(1.0 / (1.0 + std::exp(4.0))).epsilon(1e-15));
}

TEST_CASE("nothing overflows: tiny and huge residuals and scales") {
  std::vector<Loss> all;
  for (const double c : {1e-150, 1e-20, 1.0, 1e20, 1e150}) {
    for (const auto make :
         {Loss::huber, Loss::soft_l1, Loss::cauchy, Loss::arctan, Loss::tukey, Loss::geman_mcclure, Loss::welsch})
      all.push_back(make(c));
    for (const double shape : {-inf, -1e308, -1e10, -1e-10, -1e-320, 0.0, 1e-320, 1e-10, 1.0, 1.9, 2.0 - 1e-15, 2.0})
      all.push_back(Loss::barron(shape, c));
    for (const double a : {0.0, 1e-300, 1.0, 1e300})
      for (const double b : {1e-300, 1.0, 1e300}) all.push_back(Loss::tolerant(a, b));
  }
  for (const Loss& loss : all)
    for (const double s : {0.0, 5e-324, 1e-300, 1e-30, 1.0, 1e30, 1e200, 1e300, std::numeric_limits<double>::max()}) {
      const Loss::Value v = loss(s);
      CAPTURE(to_string(loss));
      CAPTURE(s);
      CHECK(std::isfinite(v.rho));
      CHECK(std::isfinite(v.first));
      CHECK(std::isfinite(v.second));
      CHECK(v.rho >= 0.0);
      CHECK(v.rho <= s * (1.0 + 1e-15));
    }
}

TEST_CASE("Barron's loss passes smoothly through its special shapes") {
  for (const double s : {1e-6, 0.1, 1.0, 30.0, 1e6}) {
    CAPTURE(s);
    for (const double tiny : {1e-12, -1e-12, 1e-9})
      CHECK(Loss::barron(tiny, 1.3)(s).rho == Approx(Loss::barron(0.0, 1.3)(s).rho).epsilon(1e-7));
    CHECK(Loss::barron(2.0 - 1e-12, 1.3)(s).rho == Approx(s).epsilon(1e-10));
    CHECK(Loss::barron(-1e12, 1.3)(s).rho == Approx(Loss::barron(-inf, 1.3)(s).rho).epsilon(1e-9));
    // Members of the family by other names; theirs have b = c², Barron's 2c² or 4c².
    CHECK(Loss::barron(1.0, 1.3)(s).rho == Approx(Loss::soft_l1(1.3)(s).rho).epsilon(1e-13));
    CHECK(Loss::barron(0.0, 1.3)(s).rho == Approx(Loss::cauchy(1.3 * std::numbers::sqrt2)(s).rho).epsilon(1e-13));
    CHECK(Loss::barron(-2.0, 1.3)(s).rho == Approx(Loss::geman_mcclure(2.6)(s).rho).epsilon(1e-13));
    CHECK(Loss::barron(-inf, 1.3)(s).rho == Approx(Loss::welsch(1.3 * std::numbers::sqrt2)(s).rho).epsilon(1e-13));
  }
}

TEST_CASE("a scale multiplied is the same loss in other units; without end it is least squares") {
  for (const Case& c : cases()) {
    CAPTURE(to_string(c.loss));
    for (const double s : {1e-4, 0.5, 3.0, 1e4}) {
      const Loss::Value wide = c.loss.with_scale_times(10.0)(100.0 * s), plain = c.loss(s);
      CHECK(wide.rho == Approx(100.0 * plain.rho).epsilon(1e-13));
      CHECK(wide.first == Approx(plain.first).epsilon(1e-13));
      CHECK(wide.second == Approx(0.01 * plain.second).epsilon(1e-13));
      CHECK(c.loss.with_scale_times(inf)(s).rho == Approx(s * c.loss(0.0).first).epsilon(1e-15));
    }
    CHECK(c.loss.with_scale_times(1.0)(0.7).rho == c.loss(0.7).rho);
  }
  CHECK_THROWS_WITH_AS(Loss::huber(1.0).with_scale_times(0.0),
                       "loss huber has the scale multiplied by 0; expected a positive number", Error);
}

TEST_CASE("text and losses are two ways of saying one thing") {
  for (const char* text :
       {"trivial", "huber:1.5", "soft-l1:0.1", "cauchy:2.3849", "arctan:1e-05", "tukey:4.685", "geman-mcclure:3",
        "welsch:2.98", "tolerant:2:0.5", "barron:-2:1.5", "barron:-inf:1", "0.5*huber:1.5", "3*trivial"}) {
    CHECK(to_string(parse_loss(text)) == text);
    CHECK(parse_loss(text).kind() == parse_loss(to_string(parse_loss(text))).kind());
  }
  CHECK(to_string(parse_loss("huber")) == "huber:1");
  CHECK(to_string(parse_loss("barron:0")) == "barron:0:1");
  CHECK(parse_loss("huber:0.1")(7.0).rho == Loss::huber(0.1)(7.0).rho);
  CHECK(parse_loss("0.5*cauchy:2")(7.0).rho == 0.5 * Loss::cauchy(2.0)(7.0).rho);
  CHECK(parse_loss("trivial").is_trivial());
  for (const LossInfo& info : known_losses())
    CHECK(parse_loss(std::string(info.name) + (info.name == "tolerant" ? ":1:1"
                                               : info.name == "barron" ? ":1"
                                                                       : ""))(0.0)
              .rho == 0.0);
}

TEST_CASE("a wrong loss is refused with what there is") {
  CHECK(message_of("hubr:1") ==
        "unknown loss 'hubr'; expected one of trivial, huber, soft-l1, cauchy, arctan, tukey, geman-mcclure, welsch, "
        "tolerant, barron");
  CHECK(message_of("").starts_with("unknown loss ''; expected one of trivial, "));
  CHECK(message_of("huber:x") == "loss 'huber:x' has 'x' for a number; expected huber:SCALE");
  CHECK(message_of("huber:") == "loss 'huber:' has '' for a number; expected huber:SCALE");
  CHECK(message_of("huber:1:2") == "loss 'huber:1:2' has 2 numbers; expected huber:SCALE");
  CHECK(message_of("trivial:1") == "loss 'trivial:1' has 1 number; expected trivial");
  CHECK(message_of("tolerant:1") == "loss 'tolerant:1' has 1 number; expected tolerant:A:B");
  CHECK(message_of("barron") == "loss 'barron' has 0 numbers; expected barron:SHAPE:SCALE");
  CHECK(message_of("huber:-1") == "loss huber has the scale -1; expected a number from 1e-150 to 1e150");
  CHECK(message_of("huber:nan") == "loss huber has the scale nan; expected a number from 1e-150 to 1e150");
  CHECK(message_of("arctan:0") == "loss arctan has the scale 0; expected a number from 1e-300 to 1e300");
  CHECK(message_of("tolerant:-1:1") == "loss tolerant has the threshold -1; expected a number from 0 to 1e300");
  CHECK(message_of("tolerant:1:0") == "loss tolerant has the width 0; expected a number from 1e-300 to 1e300");
  CHECK(message_of("barron:3:1") == "loss barron has the shape 3; expected a number <= 2, or -inf");
  CHECK(message_of("-1*huber:1") == "loss huber has the factor -1; expected a positive number");
  CHECK(message_of("x*huber:1") ==
        "loss 'x*huber:1' has 'x' for a number; expected FACTOR*NAME:SCALE, such as 0.5*huber:1.5");
  CHECK_THROWS_WITH_AS(Loss::custom({}, "mine"), "loss 'mine' has no function; expected one of s", Error);
}

TEST_CASE("which losses are convex") {
  for (const char* text : {"trivial", "huber:1", "soft-l1:1", "tolerant:1:1", "barron:1:1", "barron:2:1"})
    CHECK(parse_loss(text).is_convex());
  for (const char* text : {"cauchy:1", "arctan:1", "tukey:1", "geman-mcclure:1", "welsch:1", "barron:0.9:1"})
    CHECK_FALSE(parse_loss(text).is_convex());
  // The slope of ρ(r²) by r rises all the way for those, and for those alone.
  for (const Case& c : cases()) {
    if (c.loss.kind() == Loss::Kind::custom) continue;
    bool rises = true;
    double last = 0.0;
    for (double r = 0.0; r < 30.0; r += 0.01) {
      const double slope = c.loss(r * r).first * r;
      rises = rises && slope >= last - 1e-12;
      last = slope;
    }
    CAPTURE(to_string(c.loss));
    CHECK(rises == c.loss.is_convex());
  }
}
