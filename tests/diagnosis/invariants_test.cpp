// Null spaces made by hand, and the combinations that they leave.
#include "diagnosis/invariants.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <functional>
#include <string>
#include <vector>

#include <Eigen/Dense>

#include "diagnosis/invariant_text.hpp"

using namespace thalweg;

namespace {

using V = std::vector<double>;
using Direction = std::function<V(const V&)>;

/// Parameters a, b, ... of different sizes, at a few points, and directions as changes of them.
Invariants found(const std::vector<Direction>& directions, const V& sizes, double error = 1e-8) {
  const std::vector<std::string> all = {"a", "b", "c"}, names(all.begin(), all.begin() + std::ssize(sizes));
  std::vector<NullSpace> points;
  for (int p = 0; p < 5; ++p) {
    V x;
    for (std::size_t j = 0; j < sizes.size(); ++j) x.push_back(sizes[j] * (1.0 + 0.1 * std::sin(3.0 * p + 2.0 * j)));
    NullSpace point;
    point.x = Eigen::VectorXd::Map(x.data(), std::ssize(x));
    point.length = Eigen::VectorXd::Map(sizes.data(), std::ssize(x)).cwiseInverse();
    point.directions.resize(std::ssize(x), std::ssize(directions));
    for (std::size_t d = 0; d < directions.size(); ++d) {
      const V v = directions[d](x);
      for (Eigen::Index j = 0; j < std::ssize(x); ++j)
        point.directions(j, static_cast<Eigen::Index>(d)) = v[static_cast<std::size_t>(j)] * point.length[j];
    }
    points.push_back(std::move(point));
  }
  return invariants(points, names, error);
}

std::string text(const std::vector<Direction>& directions, const V& sizes, double error = 1e-8) {
  std::string all;
  for (const std::string& formula : found(directions, sizes, error).formulas)
    all += (all.empty() ? "" : "; ") + formula;
  return all;
}

}  // namespace

TEST_CASE("products, whatever the sizes") {
  for (const double b : {2.0, -1e-9, 1e12}) {
    CAPTURE(b);
    const auto formula = [b](const Direction& direction) { return text({direction}, {1.5, b}); };
    CHECK(formula([](const V& x) { return V{x[0], -x[1]}; }) == "a·b");
    CHECK(formula([](const V& x) { return V{x[0], x[1]}; }) == "a/b");
    CHECK(formula([](const V& x) { return V{x[0], -3.0 * x[1]}; }) == "a³·b");
    CHECK(formula([](const V& x) { return V{2.0 * x[0], 5.0 * x[1]}; }) == "a^5/b²");
    CHECK(formula([](const V& x) { return V{1.0, -2.0 * x[1]}; }) == "b·exp(2·a)");
    CHECK(formula([](const V& x) { return V{1.0, 0.4 * x[1]}; }) == "b·exp(-0.4·a)");
    CHECK(formula([](const V& x) { return V{x[0] * x[0], x[1]}; }) == "1/a + log(b)");
  }
}

TEST_CASE("sums") {
  const auto formula = [](const Direction& direction) { return text({direction}, {1.0, 2.0}); };
  CHECK(formula([](const V&) { return V{1.0, -1.0}; }) == "a + b");
  CHECK(formula([](const V&) { return V{3.0, 2.0}; }) == "2·a - 3·b");
  CHECK(formula([](const V& x) { return V{1.0 / x[0], -1.0 / x[1]}; }) == "a² + b²");
  CHECK(formula([](const V& x) { return V{x[0] * x[0], -x[1] * x[1]}; }) == "1/a + 1/b");
  CHECK(text({[](const V&) { return V{1000.0, -1.0}; }}, {1000.0, 1.0}) == "a + 1000·b");
}

TEST_CASE("of several invariants the simplest are chosen") {
  const V sizes = {1.0, 2.0, 3.0};
  CHECK(text({[](const V& x) { return V{x[0], -x[1], x[2]}; }}, sizes) == "a·b; b·c");
  CHECK(text({[](const V& x) { return V{x[0], x[1], x[2]}; }}, sizes) == "a/c; b/c");
  CHECK(text({[](const V&) { return V{1.0, -1.0, 1.0}; }}, sizes) == "a + b; b + c");
  const std::vector<Direction> two = {[](const V& x) {
                                        return V{x[0], -x[1], 0.0};
                                      },
                                      [](const V& x) {
                                        return V{0.0, x[1], -x[2]};
                                      }};
  CHECK(text(two, sizes) == "a·b·c");
}

TEST_CASE("coefficients that are no small fractions are said, and marked") {
  const Direction sum = [](const V&) { return V{0.3712, -1.0}; };
  CHECK(text({sum}, {1.0, 1.0}) == "a + 0.3712·b");
  CHECK(!found({sum}, {1.0, 1.0}).simple);
  CHECK(found({[](const V&) { return V{1.0, -3.0}; }}, {1.0, 1.0}).simple);
  CHECK(text({[](const V& x) { return V{x[0], -0.371 * x[1]}; }}, {1.0, 1.0}) == "a·b^2.69542");
}

TEST_CASE("directions that turn have no formula, unless within their error") {
  CHECK(text({[](const V& x) { return V{1.0, -std::cos(x[0])}; }}, {1.0, 1.0}) == "");
  const Direction shaky = [](const V& x) { return V{x[0], -x[1] * (1.0 + 1e-6 * std::sin(1e6 * x[0]))}; };
  CHECK(text({shaky}, {1.0, 1.0}, 1e-8) == "");
  CHECK(text({shaky}, {1.0, 1.0}, 1e-4) == "a·b");
}

TEST_CASE("forms as formulas") {
  const std::vector<std::string> names = {"a", "b", "c"};
  using C = Coordinate;
  const Coordinates logs(3, C::logarithm), plain(3, C::plain);
  CHECK(in_words({1.0, -1.0, -2.0}, logs, names) == "a/(b·c²)");
  CHECK(in_words({0.0, 2.0, 0.5}, logs, names) == "b²·c^0.5");
  CHECK(in_words({1.0, -1.0, 2.5}, plain, names) == "a - b + 2.5·c");
  CHECK(in_words({0.0, -1.0, 2.0}, plain, names) == "-b + 2·c");
  CHECK(in_words({1.0, 2.0, -1.0}, {C::logarithm, C::plain, C::plain}, names) == "a·exp(2·b - c)");
  CHECK(in_words({2.0, -3.0, 1.0}, {C::inverse, C::square, C::logarithm}, names) == "2/a - 3·b² + log(c)");
}
