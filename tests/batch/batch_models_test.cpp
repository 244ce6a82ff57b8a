// Models of batches: derivatives by hand and by formulas beside dual numbers, guesses, exponentials.
#include <algorithm>
#include <array>
#include <cmath>
#include <functional>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include <thalweg/base/error.hpp>
#include <thalweg/batch/compiled_model.hpp>
#include <thalweg/batch/fit_batch.hpp>
#include <thalweg/batch/models.hpp>

#include "batch/models/lane_exp.hpp"
#include "batch/random_fits.hpp"

using namespace thalweg;
using namespace thalweg_tests;

namespace {

/// Values and derivatives of a model at random points of random parameters.
struct Evaluation {
  Evaluation(const BatchModel& model, bool shared, const std::vector<double>& low, const std::vector<double>& high) {
    Random random(29);
    const int n = model.parameters();
    p.resize(n * batch_lanes);
    for (int j = 0; j < n; ++j)
      for (int l = 0; l < batch_lanes; ++l)
        p[j * batch_lanes + l] = random.uniform(low[static_cast<std::size_t>(j)], high[static_cast<std::size_t>(j)]);
    SharedPoints all{points, {}};
    std::vector<std::vector<double>> numbers(static_cast<std::size_t>(model.predictors()));
    for (auto& x : numbers) {
      for (int i = 0; i < points; ++i) x.push_back(random.uniform(0.2, 3.0));
      all.x.push_back(shared ? std::span<const double>(x) : std::span<const double>());
      lanes.emplace_back(points * batch_lanes);
      for (int i = 0; i < points * batch_lanes; ++i) lanes.back()[i] = x[static_cast<std::size_t>(i / batch_lanes)];
    }
    std::vector<const double*> x;
    for (const AlignedArray& lane : lanes) x.push_back(lane.data());
    value.resize(points * batch_lanes);
    derivative.resize(n * points * batch_lanes);
    model.bind(all)->evaluate({p.data(), x.data(), 0, points, value.data(), derivative.data(), points});
  }
  static constexpr int points = 13;
  AlignedArray p, value, derivative;
  std::vector<AlignedArray> lanes;
};

void expect_equal(const BatchModel& model, const BatchModel& reference, std::vector<double> low,
                  std::vector<double> high) {
  const Evaluation expected(reference, true, low, high);
  for (const bool shared : {true, false}) {
    const Evaluation found(model, shared, low, high);
    for (std::int64_t i = 0; i < expected.value.size(); ++i)
      REQUIRE(found.value[i] == doctest::Approx(expected.value[i]).epsilon(1e-12));
    for (std::int64_t i = 0; i < expected.derivative.size(); ++i) {
      CAPTURE(i);
      REQUIRE(std::abs(found.derivative[i] - expected.derivative[i]) <=
              1e-11 * (1.0 + std::abs(expected.derivative[i])));
    }
  }
}

const auto gaussian_2d = [](const auto& p, const auto& x, const auto& y) {
  const auto u = (x - p[1]) / p[3], v = (y - p[2]) / p[3];
  return p[0] * exp(-0.5 * (u * u + v * v)) + p[4];
};
const auto rotated = [](const auto& p, const auto& x, const auto& y) {
  const auto dx = x - p[1], dy = y - p[2], c = cos(p[5]), s = sin(p[5]);
  const auto u = (c * dx + s * dy) / p[3], v = (c * dy - s * dx) / p[4];
  return p[0] * exp(-0.5 * (u * u + v * v)) + p[6];
};

struct HandWritten {
  template <class P, class X>
  auto operator()(const P& p, const X& x) const {
    return p[0] * x / (p[1] + x);
  }
  template <class T>
  T value_and_derivative(const std::array<T, 2>& p, const T& x, std::array<T, 2>& d) const {
    d[0] = x / (p[1] + x);
    d[1] = -1.0 * p[0] * d[0] / (p[1] + x);
    return p[0] * d[0];
  }
};

}  // namespace

TEST_CASE("batch: the inlined exponential is within 2 units in the last place, and has the limits of exp") {
  using batch::P;
  Random random(1);
  double worst = 0.0;
  for (int i = 0; i < 100000; ++i) {
    const double x = random.uniform(-700.0, 700.0) * (i % 2 ? 1.0 : 0.01);
    const long double exact = std::exp(static_cast<long double>(x));
    worst = std::max(worst, static_cast<double>(std::abs(batch::lane_exp(P(x))[0] / exact - 1.0L)));
  }
  CHECK(worst <= 2.0 * 0x1p-52);
  CHECK(batch::lane_exp(P(0.0))[0] == 1.0);
  CHECK(batch::lane_exp(P(-HUGE_VAL))[0] == 0.0);
  CHECK(batch::lane_exp(P(-1e5))[0] == 0.0);
  CHECK(batch::lane_exp(P(HUGE_VAL))[0] == HUGE_VAL);
  CHECK(batch::lane_exp(P(800.0))[0] == HUGE_VAL);
  CHECK(std::isnan(batch::lane_exp(P(std::nan("")))[0]));
}

TEST_CASE("batch: built-in models, formulas and callables agree in values and derivatives") {
  const auto decay = compiled_model<3>([](const auto& p, const auto& x) { return p[0] * exp(-p[1] * x) + p[2]; });
  expect_equal(*exponential_offset_batch_model(), *decay, {1, -1, 0}, {3, 2, 1});
  expect_equal(*formula_batch_model("a*exp(-b*x)+c", {"a", "b", "c"}, {"x"}), *decay, {1, -1, 0}, {3, 2, 1});
  const auto pure = compiled_model<2>([](const auto& p, const auto& x) { return p[0] * exp(-p[1] * x); });
  expect_equal(*exponential_batch_model(), *pure, {1, -1}, {3, 2});
  const auto gauss = compiled_model<4>([](const auto& p, const auto& x) {
    const auto u = (x - p[1]) / p[2];
    return p[0] * exp(-0.5 * (u * u)) + p[3];
  });
  expect_equal(*gaussian_batch_model(), *gauss, {1, 0.5, 0.3, 0}, {3, 2.5, 1, 1});
  const auto lorentz = compiled_model<4>([](const auto& p, const auto& x) {
    const auto u = (x - p[1]) / p[2];
    return p[0] / (1.0 + u * u) + p[3];
  });
  expect_equal(*lorentzian_batch_model(), *lorentz, {1, 0.5, 0.3, 0}, {3, 2.5, 1, 1});
  const auto round = compiled_model<5>(gaussian_2d);
  expect_equal(*gaussian_2d_batch_model(), *round, {1, 0.5, 0.5, 0.4, 0}, {3, 2.5, 2.5, 1, 1});
  expect_equal(*formula_batch_model("a*exp(-((x-x0)^2+(y-y0)^2)/(2*s^2))+c", {"a", "x0", "y0", "s", "c"}, {"x", "y"}),
               *round, {1, 0.5, 0.5, 0.4, 0}, {3, 2.5, 2.5, 1, 1});
  const auto elliptic = compiled_model<6>([](const auto& p, const auto& x, const auto& y) {
    const auto u = (x - p[1]) / p[3], v = (y - p[2]) / p[4];
    return p[0] * exp(-0.5 * (u * u + v * v)) + p[5];
  });
  expect_equal(*elliptic_gaussian_2d_batch_model(), *elliptic, {1, 0.5, 0.5, 0.4, 0.5, 0}, {3, 2.5, 2.5, 1, 2, 1});
  expect_equal(*rotated_gaussian_2d_batch_model(), *compiled_model<7>(rotated), {1, 0.5, 0.5, 0.4, 0.5, -2, 0},
               {3, 2.5, 2.5, 1, 2, 2, 1});
  const auto cubic =
      compiled_model<4>([](const auto& p, const auto& x) { return p[0] + x * (p[1] + x * (p[2] + x * p[3])); });
  expect_equal(*polynomial_batch_model(3), *cubic, {-1, -1, -1, -1}, {1, 1, 1, 1});
  expect_equal(*compiled_model<2>(HandWritten{}),
               *compiled_model<2>([](const auto& p, const auto& x) { return p[0] * x / (p[1] + x); }), {1, 1}, {2, 3});
}

TEST_CASE("batch: functions of formulas that work number by number keep the lanes apart") {
  const auto reference = compiled_model<2>([](const auto& p, const auto& x) { return exp(lgamma(p[0])) * x + p[1]; });
  expect_equal(*formula_batch_model("gamma(a)*x + b", {"a", "b"}, {"x"}), *reference, {1, 0}, {4, 1});
  const auto step = compiled_model<2>([](const auto& p, const auto& x) { return p[0] * exp2(x * p[1]); });
  expect_equal(*formula_batch_model("a*exp2(x*b)", {"a", "b"}, {"x"}), *step, {1, 0}, {4, 1});
}

TEST_CASE("batch: a formula's fits are those of the callable") {
  const DecayFits fits(500);
  const auto compiled = compiled_model<3>([](const auto& p, const auto& x) { return p[0] * exp(-p[1] * x) + p[2]; });
  const BatchOptions tight{.tolerance = 1e-20};
  const BatchResult a = fit_batch(*compiled, fits.data, tight);
  for (const auto& other :
       {formula_batch_model("a*exp(-b*x)+c", {"a", "b", "c"}, {"x"}), exponential_offset_batch_model()}) {
    const BatchResult b = fit_batch(*other, fits.data, tight);
    for (std::size_t i = 0; i < a.parameters.size(); ++i) {
      CHECK(a.parameters[i] == doctest::Approx(b.parameters[i]).epsilon(1e-8));
      CHECK(a.standard_errors[i] == doctest::Approx(b.standard_errors[i]).epsilon(1e-7));
    }
  }
}

TEST_CASE("batch: the sums over a grid are those over its points") {
  const auto model = gaussian_2d_batch_model();
  for (const bool swapped : {false, true}) {
    std::vector<double> x, y;
    for (int i = 0; i < 35; ++i) {
      (swapped ? y : x).push_back(0.5 * (i % 7));
      (swapped ? x : y).push_back(0.6 * (i / 7) + 0.1 * (i / 7) * (i / 7));
    }
    Random random(6);
    AlignedArray p(5 * batch_lanes), data(35 * batch_lanes), lanes(2 * 35 * batch_lanes);
    for (int l = 0; l < batch_lanes; ++l) {
      const double values[] = {random.uniform(1, 9), random.uniform(0.5, 3), random.uniform(0.5, 3),
                               random.uniform(0.5, 1.5), random.uniform(-1, 1)};
      for (int j = 0; j < 5; ++j) p[j * batch_lanes + l] = values[j];
      for (int i = 0; i < 35; ++i) {
        data[i * batch_lanes + l] = random.uniform(0, 5);
        lanes[i * batch_lanes + l] = x[static_cast<std::size_t>(i)];
        lanes[(35 + i) * batch_lanes + l] = y[static_cast<std::size_t>(i)];
      }
    }
    const std::array<const double*, 2> predictors{lanes.data(), lanes.data() + 35 * batch_lanes};
    std::array<AlignedArray, 2> sums{AlignedArray(21 * batch_lanes), AlignedArray(21 * batch_lanes)};
    for (const bool grid : {true, false}) {
      const auto evaluator = model->bind(
          {35, grid ? std::vector<std::span<const double>>{x, y} : std::vector<std::span<const double>>(2)});
      double* const to = sums[grid].data();
      CHECK(evaluator->accumulate(
          {p.data(), predictors.data(), 35, data.data(), to, to + batch_lanes, to + 6 * batch_lanes}));
    }
    for (int k = 0; k < 21 * batch_lanes; ++k)
      CHECK(sums[1][k] == doctest::Approx(sums[0][k]).epsilon(1e-11).scale(1.0));
  }
}

TEST_CASE("batch: fits from guessed starts") {
  struct Case {
    std::unique_ptr<BatchModel> model;
    std::vector<double> low, high;
    double from, to;
  };
  std::vector<Case> cases;
  cases.push_back({exponential_batch_model(), {1, 0.2}, {9, 2}, 0, 4});
  cases.push_back({exponential_offset_batch_model(), {1, 0.5, -3}, {9, 2, 3}, 0, 4});
  cases.push_back({gaussian_batch_model(), {2, 3, 0.6, -1}, {9, 7, 1.5, 1}, 0, 10});
  cases.push_back({lorentzian_batch_model(), {2, 3, 0.6, -1}, {9, 7, 1.5, 1}, 0, 10});
  cases.push_back({linear_batch_model(), {-1, -1}, {1, 1}, 0, 10});
  cases.push_back({polynomial_batch_model(3), {-1, -1, -1, -1}, {1, 1, 1, 1}, -1, 1});
  cases.push_back({gaussian_2d_batch_model(), {20, 3, 3, 0.8, -1}, {90, 6, 6, 2, 1}, 0, 9});
  cases.push_back({elliptic_gaussian_2d_batch_model(), {20, 3, 3, 0.8, 0.8, -1}, {90, 6, 6, 2, 2, 1}, 0, 9});
  cases.push_back(
      {rotated_gaussian_2d_batch_model(), {20, 4, 4, 1.6, 0.8, -1.5, -1}, {90, 5, 5, 2, 1.2, 1.5, 1}, 0, 9});
  for (const Case& c : cases) {
    constexpr int fits = 200, side = 10;
    const bool plane = c.model->predictors() == 2;
    const int points = plane ? side * side : 24, n = c.model->parameters();
    std::vector<std::vector<double>> x(static_cast<std::size_t>(c.model->predictors()));
    for (int i = 0; i < points; ++i) {
      const int steps = plane ? side - 1 : points - 1;
      x[0].push_back(c.from + (c.to - c.from) * (plane ? i % side : i) / steps);
      if (plane) x[1].push_back(c.from + (c.to - c.from) * (i / side) / steps);
    }
    Random random(8);
    std::vector<double> truth, y;
    const auto evaluator = c.model->bind({points, {x.begin(), x.end()}});
    AlignedArray p(n * batch_lanes), value(points * batch_lanes), lanes(points * batch_lanes * 2);
    for (std::size_t k = 0; k < x.size(); ++k)
      for (int i = 0; i < points * batch_lanes; ++i)
        lanes[static_cast<std::int64_t>(k) * points * batch_lanes + i] =
            x[k][static_cast<std::size_t>(i / batch_lanes)];
    const std::array<const double*, 2> predictors{lanes.data(), lanes.data() + points * batch_lanes};
    for (int fit = 0; fit < fits; ++fit) {
      for (int j = 0; j < n; ++j) {
        truth.push_back(random.uniform(c.low[static_cast<std::size_t>(j)], c.high[static_cast<std::size_t>(j)]));
        p[j * batch_lanes] = truth.back();
      }
      evaluator->evaluate({p.data(), predictors.data(), 0, points, value.data(), nullptr, points});
      for (int i = 0; i < points; ++i) y.push_back(value[i * batch_lanes] + 0.02 * random.normal());
    }
    const BatchResult result = fit_batch(*c.model, {fits, points, y, {x.begin(), x.end()}}, {.hand_over = false});
    CAPTURE(c.model->parameter_names()[0]);
    CAPTURE(n);
    CHECK(result.count(BatchStatus::converged) >= 196);
    int near = 0;
    for (int fit = 0; fit < fits; ++fit) {
      bool all = true;
      for (int j = 0; j < n; ++j) {
        const auto at = static_cast<std::size_t>(fit * n + j);
        all = all && std::abs(result.parameters[at] - truth[at]) <= 6.0 * result.standard_errors[at];
      }
      near += all;
    }
    CHECK(near >= 190);
  }
}
