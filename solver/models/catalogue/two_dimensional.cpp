// Functions of two variables that lectures draw, because their valleys show what a method does.
#include <numbers>

#include "models/catalogue/build.hpp"

namespace thalweg::inline v0_1::catalogue_parts {
namespace {

struct Himmelblau {
  template <class X>
  ScalarOf<X> operator()(const X& x, int i) const {
    if (i == 1) return x[0] * x[0] + x[1] - 11.0;
    return x[0] + x[1] * x[1] - 7.0;
  }
};

struct Booth {
  template <class X>
  ScalarOf<X> operator()(const X& x, int i) const {
    if (i == 1) return x[0] + 2.0 * x[1] - 7.0;
    return 2.0 * x[0] + x[1] - 5.0;
  }
};

/// 0.26 (x² + y²) − 0.48 xy = 0.25 (x − y)² + 0.01 (x² + y²) + 0.02 xy = 0.25 (x − y)² + 0.01 (x + y)².
struct Matyas {
  template <class X>
  ScalarOf<X> operator()(const X& x, int i) const {
    if (i == 1) return 0.5 * (x[0] - x[1]);
    return 0.1 * (x[0] + x[1]);
  }
};

/// Condition number 10⁴ of the Hessian, the axes of the valley turned by 30°.
struct QuadraticValley {
  template <class X>
  ScalarOf<X> operator()(const X& x, int i) const {
    const double c = 0.5 * std::numbers::sqrt3, s = 0.5;
    if (i == 1) return c * x[0] + s * x[1];
    return 100.0 * (c * x[1] - s * x[0]);
  }
};

const auto three_hump_camel = [](const auto& x) {
  const auto squared = x[0] * x[0];
  return 2.0 * squared - 1.05 * squared * squared + squared * squared * squared / 6.0 + x[0] * x[1] + x[1] * x[1];
};
const auto easom = [](const auto& x) {
  const auto a = x[0] - std::numbers::pi, b = x[1] - std::numbers::pi;
  return -cos(x[0]) * cos(x[1]) * exp(-(a * a + b * b));
};
/// A saddle at the origin between two minima.
const auto saddle = [](const auto& x) {
  const auto squared = x[0] * x[0];
  return 0.25 * squared * squared - 0.5 * squared + 0.5 * x[1] * x[1];
};

/// Of x1 and x2, as the sums of squares call them.
template <class F>
class Plane final : public CallableObjective<F> {
 public:
  explicit Plane(F f) : CallableObjective<F>(2, std::move(f)) {}
  std::string name(std::int64_t i) const override { return "x" + std::to_string(i + 1); }
};

template <class F>
std::function<std::unique_ptr<Objective>()> plane(F f) {
  return [f] { return std::make_unique<Plane<F>>(f); };
}

CatalogueProblem squares(std::string name, std::string title, std::string source, Builder problem,
                         std::vector<std::vector<double>> starts, std::vector<KnownMinimum> minima) {
  return {std::move(name),   std::move(title),  std::move(source),  2, 2,
          std::move(starts), std::move(minima), std::move(problem), {}};
}
CatalogueProblem general(std::string name, std::string title, std::string source,
                         std::function<std::unique_ptr<Objective>()> f, std::vector<std::vector<double>> starts,
                         std::vector<KnownMinimum> minima) {
  return {std::move(name), std::move(title), std::move(source), 2, 0, std::move(starts), std::move(minima), {},
          std::move(f)};
}

}  // namespace

void add_two_dimensional(std::vector<CatalogueProblem>& all) {
  all.push_back(squares("himmelblau", "Himmelblau: four minima", "Himmelblau 1972", residuals(Himmelblau{}, 2),
                        {{0.0, 0.0}, {2.0, -2.0}, {-3.0, 3.0}},
                        {{0.0, {3.0, 2.0}, true},
                         {0.0, {-2.805118086952745, 3.131312518250573}, true},
                         {0.0, {-3.779310253377747, -3.283185991286170}, true},
                         {0.0, {3.584428340330492, -1.848126526964404}, true}}));
  all.push_back(squares("booth", "Booth: a bowl", "Jamil & Yang 2013, 17", residuals(Booth{}, 2),
                        {{0.0, 0.0}, {2.0, -2.0}, {-3.0, 3.0}}, {{0.0, {1.0, 3.0}, true}}));
  all.push_back(squares("matyas", "Matyas: a flat bowl", "Jamil & Yang 2013, 71", residuals(Matyas{}, 2),
                        {{8.0, -5.0}, {2.0, -2.0}, {-3.0, 3.0}}, {{0.0, {0.0, 0.0}, true}}));
  all.push_back(squares("quadratic-valley", "A quadratic valley of condition 10⁴", "after Cauchy 1847",
                        residuals(QuadraticValley{}, 2), {{2.0, 2.0}, {2.0, -2.0}, {-3.0, 3.0}},
                        {{0.0, {0.0, 0.0}, true}}));
  all.push_back(general("three-hump-camel", "Three-hump camel", "Dixon & Szegő 1978", plane(three_hump_camel),
                        {{2.0, 2.0}, {2.0, -2.0}, {-3.0, 3.0}},
                        {{0.0, {0.0, 0.0}, true},
                         {0.2986384422368598, {1.74755234583028889, -0.87377617291514444}, false},
                         {0.2986384422368598, {-1.74755234583028889, 0.87377617291514444}, false}}));
  all.push_back(general("easom", "Easom: a needle in a plain", "Easom 1990", plane(easom),
                        {{2.5, 3.8}, {2.0, 2.0}, {4.0, 4.0}}, {{-1.0, {std::numbers::pi, std::numbers::pi}, true}}));
  all.push_back(general("saddle", "A saddle between two minima", "the double well", plane(saddle),
                        {{0.0, 1.0}, {0.0, 0.0}, {0.1, -2.0}},
                        {{-0.25, {1.0, 0.0}, true}, {-0.25, {-1.0, 0.0}, true}}));
}

}  // namespace thalweg::inline v0_1::catalogue_parts
