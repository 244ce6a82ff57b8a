#include <cmath>
#include <functional>
#include <limits>
#include <string>
#include <vector>

#include <doctest/doctest.h>
#include <thalweg/minimize/line_search.hpp>

using namespace thalweg;
using Status = LineSearchResult::Status;

namespace {

/// φ from a formula of the value and one of the slope.
class Line final : public LineFunction {
 public:
  using Formula = std::function<double(double)>;
  Line(std::string label, Formula value, Formula slope)
      : name(std::move(label)), value_(std::move(value)), slope_(std::move(slope)) {}

  double value(double alpha) override { return ++calls, longest_asked = std::max(longest_asked, alpha), value_(alpha); }
  LinePoint evaluate(double alpha) override { return {alpha, value(alpha), slope_(alpha)}; }
  LinePoint origin() { return {0.0, value_(0.0), slope_(0.0)}; }

  std::string name;
  int calls = 0;
  double longest_asked = 0.0;

 private:
  Formula value_, slope_;
};

/// The six functions of Moré & Thuente (1994), ACM TOMS 20(3), section 5, each with its first minimum at the α given.
std::vector<Line> more_thuente() {
  std::vector<Line> all;
  const double b1 = 2.0;  // equation 5.1
  all.emplace_back(
      "1", [=](double a) { return -a / (a * a + b1); },
      [=](double a) { return (a * a - b1) / ((a * a + b1) * (a * a + b1)); });
  const double b2 = 0.004;  // 5.2
  all.emplace_back(
      "2", [=](double a) { return std::pow(a + b2, 5) - 2.0 * std::pow(a + b2, 4); },
      [=](double a) { return 5.0 * std::pow(a + b2, 4) - 8.0 * std::pow(a + b2, 3); });
  const double b3 = 0.01, l = 39.0, pi = 3.141592653589793;  // 5.3: a kink smoothed, and ripples
  const auto hump = [=](double a) {
    return a <= 1.0 - b3 ? 1.0 - a : a >= 1.0 + b3 ? a - 1.0 : (a - 1.0) * (a - 1.0) / (2.0 * b3) + 0.5 * b3;
  };
  const auto hump_slope = [=](double a) { return a <= 1.0 - b3 ? -1.0 : a >= 1.0 + b3 ? 1.0 : (a - 1.0) / b3; };
  all.emplace_back(
      "3", [=](double a) { return hump(a) + 2.0 * (1.0 - b3) / (l * pi) * std::sin(0.5 * l * pi * a); },
      [=](double a) { return hump_slope(a) + (1.0 - b3) * std::cos(0.5 * l * pi * a); });
  const double betas[][2] = {{1e-3, 1e-3}, {1e-2, 1e-3}, {1e-3, 1e-2}};  // 5.4: Yanai, Ozawa & Kaneko
  for (const auto& [p, q] : betas) {
    const auto gamma = [](double b) { return std::sqrt(1.0 + b * b) - b; };
    const double gp = gamma(p), gq = gamma(q);
    all.emplace_back(
        std::to_string(all.size() + 1),
        [=, p = p, q = q](double a) { return gp * std::hypot(1.0 - a, q) + gq * std::hypot(a, p); },
        [=, p = p, q = q](double a) { return gp * (a - 1.0) / std::hypot(1.0 - a, q) + gq * a / std::hypot(a, p); });
  }
  return all;
}

Line parabola() {
  return {"parabola", [](double a) { return (a - 3.0) * (a - 3.0); }, [](double a) { return 2.0 * (a - 3.0); }};
}

constexpr double undefined = std::numeric_limits<double>::quiet_NaN();

}  // namespace

TEST_CASE("line search: each keeps its promise on Moré and Thuente's functions, from too short to too long") {
  for (const LineSearch kind :
       {LineSearch::backtracking, LineSearch::strong_wolfe, LineSearch::hager_zhang, LineSearch::exact})
    for (Line& phi : more_thuente())
      for (const double first : {1e-3, 1e-1, 1e1, 1e3}) {
        CAPTURE(to_string(kind));
        CAPTURE(phi.name);
        CAPTURE(first);
        // Moré & Thuente's own constants: hard ones for 4 to 6, whose minimum is sharp.
        const LineSearchSettings s = {.sufficient_decrease = 1e-3, .curvature = 0.1};
        const LinePoint origin = phi.origin();
        const LineSearchResult found = search_line(kind, phi, origin, first, s);
        // The first slope of function 2 is 5e-7: its 1e-10th part is less than the rounding of the slopes at the
        // minimum.
        const bool digits_end = kind == LineSearch::exact && phi.name == "2";
        CHECK((found.status == Status::found || (digits_end && found.status == Status::incomplete)));
        CHECK(found.evaluations <= LineSearchSettings{}.max_evaluations);
        const LinePoint there = phi.evaluate(found.point.alpha);
        CHECK(there.value == found.point.value);
        CHECK(there.value <= origin.value + s.sufficient_decrease * there.alpha * origin.slope);
        if (kind == LineSearch::backtracking) CHECK(there.alpha <= first);
        if (kind == LineSearch::strong_wolfe) CHECK(std::abs(there.slope) <= -s.curvature * origin.slope);
        if (kind == LineSearch::hager_zhang) CHECK(there.slope >= s.curvature * origin.slope);
        if (kind == LineSearch::exact) CHECK(std::abs(there.slope) <= (digits_end ? 1e-8 : -1e-10 * origin.slope));
      }
}

TEST_CASE("line search: the minimiser of a parabola is found with one trial beyond the first") {
  Line phi = parabola();
  const LineSearchResult found = search_line(LineSearch::exact, phi, phi.origin(), 5.0);
  CHECK(found.point.alpha == doctest::Approx(3.0).epsilon(1e-14));
  CHECK(found.evaluations == 2);
}

TEST_CASE("line search: a step that may be no longer ends there") {
  for (const LineSearch kind : {LineSearch::strong_wolfe, LineSearch::hager_zhang, LineSearch::exact}) {
    CAPTURE(to_string(kind));
    Line phi = parabola();
    const LineSearchResult found = search_line(kind, phi, phi.origin(), 1.0, {.curvature = 0.1, .longest = 2.0});
    CHECK(found.status == Status::longest);
    CHECK(found.point.alpha == 2.0);
    CHECK(phi.longest_asked == 2.0);
  }
  Line phi = parabola();
  CHECK(search_line(LineSearch::backtracking, phi, phi.origin(), 10.0, {.longest = 2.0}).point.alpha == 2.0);
}

TEST_CASE("line search: where the function is not defined is too far") {
  for (const LineSearch kind :
       {LineSearch::backtracking, LineSearch::strong_wolfe, LineSearch::hager_zhang, LineSearch::exact})
    for (const double first : {0.1, 1.0, 100.0}) {
      CAPTURE(to_string(kind));
      CAPTURE(first);
      // −log(1 − α) − 3α: not finite from 1 on, least at 2/3.
      Line phi(
          "barrier", [](double a) { return a < 1.0 ? -std::log(1.0 - a) - 3.0 * a : undefined; },
          [](double a) { return a < 1.0 ? 1.0 / (1.0 - a) - 3.0 : undefined; });
      const LineSearchResult found = search_line(kind, phi, phi.origin(), first, {.curvature = 0.5});
      CHECK(found.status == Status::found);
      CHECK(found.point.alpha < 1.0);
      CHECK(found.point.value < 0.0);
      if (kind == LineSearch::exact) CHECK(found.point.alpha == doctest::Approx(2.0 / 3.0).epsilon(1e-9));
    }
}

TEST_CASE("line search: no decrease is said, not invented") {
  for (const LineSearch kind :
       {LineSearch::backtracking, LineSearch::strong_wolfe, LineSearch::hager_zhang, LineSearch::exact}) {
    CAPTURE(to_string(kind));
    // The slope lies: the function rises.
    Line liar(
        "liar", [](double a) { return a; }, [](double a) { return a == 0.0 ? -1.0 : 1.0; });
    const LineSearchResult lied = search_line(kind, liar, liar.origin(), 1.0);
    CHECK(lied.status == Status::no_decrease);
    CHECK(lied.point.alpha == 0.0);
    CHECK_FALSE(lied.decreased());
    Line nowhere(
        "nowhere", [](double) { return undefined; }, [](double) { return undefined; });
    CHECK(search_line(kind, nowhere, {0.0, 1.0, -1.0}, 1.0).status == Status::no_decrease);
    CHECK(nowhere.calls <= LineSearchSettings{}.max_evaluations);
  }
}

TEST_CASE("line search: without bound below, the evaluations end it with what was gained") {
  for (const LineSearch kind : {LineSearch::strong_wolfe, LineSearch::hager_zhang, LineSearch::exact}) {
    CAPTURE(to_string(kind));
    Line slide(
        "slide", [](double a) { return -a; }, [](double) { return -1.0; });
    const LineSearchResult found = search_line(kind, slide, slide.origin(), 1.0, {.max_evaluations = 20});
    CHECK(found.status == Status::incomplete);
    CHECK(found.evaluations == 20);
    CHECK(found.point.value < -1e3);
  }
}

TEST_CASE("line search: slopes decide where the values' differences are rounding") {
  // 1 + 1e-20 (α − 1)²: every value is 1.
  for (const LineSearch kind : {LineSearch::strong_wolfe, LineSearch::hager_zhang, LineSearch::exact}) {
    CAPTURE(to_string(kind));
    Line flat(
        "flat", [](double a) { return 1.0 + 1e-20 * (a - 1.0) * (a - 1.0); },
        [](double a) { return 2e-20 * (a - 1.0); });
    const LineSearchResult found = search_line(kind, flat, flat.origin(), 8.0, {.curvature = 0.1, .noise = 1e-14});
    CHECK(found.status == Status::found);
    CHECK(found.point.alpha == doctest::Approx(1.0).epsilon(0.1));
  }
}
