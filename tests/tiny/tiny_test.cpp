#include <array>
#include <cmath>
#include <limits>
#include <numeric>
#include <vector>

#include <doctest/doctest.h>

#include <support/count_allocations.hpp>
#include <thalweg/inference/statistics.hpp>
#include <thalweg/minimize/solve.hpp>
#include <thalweg/tiny/solve.hpp>

#include "batch/random_fits.hpp"

using namespace thalweg;
using thalweg_tests::Random;
using tiny::Reduction;

namespace {

/// Ends with eight digits more of a step's promise than the default, which is of the size of what statistics can see.
constexpr tiny::Options digits = {.tolerance = 1e-16};
constexpr double infinite = std::numeric_limits<double>::infinity(),
                 not_a_number = std::numeric_limits<double>::quiet_NaN();

/// a exp(−bt) + c with noise.
struct Decay {
  explicit Decay(std::uint64_t seed) {
    Random random(seed);
    truth = {random.uniform(1.0, 5.0), random.uniform(0.3, 1.5), random.uniform(-1.0, 1.0)};
    for (int i = 0; i < 15; ++i) {
      t.push_back(0.4 * i);
      y.push_back(truth[0] * std::exp(-truth[1] * t.back()) + truth[2] + 0.05 * random.normal());
    }
  }
  template <class P>
  auto operator()(const P& p, int i) const {
    using std::exp;
    const auto at = static_cast<std::size_t>(i);
    return p[0] * exp(-p[1] * t[at]) + p[2] - y[at];
  }
  int count() const { return static_cast<int>(t.size()); }
  std::array<double, 3> start() const { return {0.7 * truth[0], 1.3 * truth[1], truth[2] + 0.2}; }
  std::array<double, 3> truth{};
  std::vector<double> t, y;
};

/// The same fit by solve(). `upper` bounds the rate; ∞: not.
struct Reference {
  explicit Reference(const Decay& decay, double upper = infinite) {
    const auto start = decay.start();
    const auto p = problem.add_parameters("p", Vec<double, 3>{start[0], std::min(start[1], upper), start[2]});
    if (upper < infinite) problem.set_bounds(p, 1, -infinite, upper);
    problem.add_residuals(
        "decay", [](const auto& q, double t, double y) { return q[0] * exp(-q[1] * t) + q[2] - y; }, p, decay.t,
        decay.y);
    result = solve(problem);
  }
  Problem problem;
  Result result;
};

template <int N>
void expect_near(const std::array<double, static_cast<std::size_t>(N)>& found, const std::vector<double>& wanted,
                 double relative) {
  for (std::size_t j = 0; j < found.size(); ++j) {
    CAPTURE(j);
    CHECK(std::abs(found[j] - wanted[j]) <= relative * (std::abs(wanted[j]) + 1e-3));
  }
}

template <Reduction reduction>
void agrees_with_solve() {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    CAPTURE(seed);
    const Decay decay(seed);
    const Reference reference(decay);
    const auto found = tiny::solve<reduction>(decay, decay.count(), decay.start(), digits);
    REQUIRE(found.converged());
    expect_near<3>(found.parameters, reference.result.x, 1e-8);
    CHECK(found.cost == doctest::Approx(reference.result.final_cost).epsilon(1e-9));
    CHECK(found.promised <= 1e-8 * found.cost);
    CHECK(found.residuals == 15);
    CHECK(found.free == 3);
    const FitStatistics errors = statistics(reference.problem, reference.result);
    for (int j = 0; j < 3; ++j)
      CHECK(found.standard_error(j) ==
            doctest::Approx(errors.parameters[static_cast<std::size_t>(j)].standard_error).epsilon(1e-5));
    CHECK(found.covariance(0, 2) == found.covariance(2, 0));
    CHECK(found.standard_error(1, 4.0) == doctest::Approx(2.0 * found.standard_error(1, 1.0)));
  }
}

/// A start that begins the descent beyond the bound is moved to it; a parameter held there has no error.
template <Reduction reduction>
void keeps_bounds() {
  for (std::uint64_t seed = 1; seed <= 10; ++seed) {
    CAPTURE(seed);
    const Decay decay(seed);
    tiny::Bounds<3> bounds;
    bounds.upper[1] = 0.8 * decay.truth[1];
    const Reference reference(decay, bounds.upper[1]);
    const auto found = tiny::solve<reduction>(decay, decay.count(), decay.start(), digits, &bounds);
    REQUIRE(found.converged());
    CHECK(found.parameters[1] == bounds.upper[1]);
    CHECK(found.free == 2);
    expect_near<3>(found.parameters, reference.result.x, 1e-8);
    CHECK(std::isnan(found.standard_error(1)));
    CHECK(found.standard_error(0) > 0.0);

    bounds.lower[1] = bounds.upper[1] = decay.truth[1];
    const auto fixed = tiny::solve<reduction>(decay, decay.count(), decay.start(), {}, &bounds);
    REQUIRE(fixed.converged());
    CHECK(fixed.parameters[1] == decay.truth[1]);
    CHECK(fixed.free == 2);
  }
}

}  // namespace

TEST_CASE("tiny: the same parameters and standard errors as solve()") {
  agrees_with_solve<Reduction::normal_equations>();
  agrees_with_solve<Reduction::rotations>();
}

TEST_CASE("tiny: bounds and fixed parameters as solve() keeps them") {
  keeps_bounds<Reduction::normal_equations>();
  keeps_bounds<Reduction::rotations>();
}

TEST_CASE("tiny: every kind of callable, one answer") {
  const Decay decay(3);
  const auto by_rows = tiny::solve(decay, decay.count(), decay.start());
  REQUIRE(by_rows.converged());

  const auto own = [&](const tiny::Vector<3>& p, int i, tiny::Vector<3>& d) {
    const auto at = static_cast<std::size_t>(i);
    const double e = std::exp(-p[1] * decay.t[at]);
    d = {e, -p[0] * decay.t[at] * e, 1.0};
    return p[0] * e + p[2] - decay.y[at];
  };
  const auto with_derivatives = tiny::solve(own, decay.count(), decay.start());

  const auto all = [&](const auto& p) {
    std::array<std::remove_cvref_t<decltype(p[0])>, 15> r;
    for (int i = 0; i < 15; ++i) r[static_cast<std::size_t>(i)] = decay(p, i);
    return r;
  };
  const auto at_once = tiny::solve(all, decay.start());

  const auto pairs = [&](const auto& p, int i) {
    return std::array{decay(p, 3 * i), decay(p, 3 * i + 1), decay(p, 3 * i + 2)};
  };
  const auto in_threes = tiny::solve(pairs, 5, decay.start());

  const auto add = [&](const tiny::Vector<3>& p, auto& rows) {
    tiny::Vector<3> d;
    for (int i = 0; i < decay.count(); ++i) {
      const double r = own(p, i, d);
      rows.add(r, d);
    }
  };
  const auto added = tiny::solve(add, decay.start());

  for (const auto& other : {with_derivatives, at_once, in_threes, added}) {
    REQUIRE(other.converged());
    CHECK(other.iterations == by_rows.iterations);
    CHECK(other.residuals == 15);
    expect_near<3>(other.parameters, {by_rows.parameters.begin(), by_rows.parameters.end()}, 1e-12);
  }
}

TEST_CASE("tiny: a weight is 1/sigma squared, and one of zero takes its residual out") {
  const Decay decay(5);
  const auto sigma = [](int i) { return 0.5 + 0.1 * i; };
  const auto scaled = [&](const auto& p, int i) { return decay(p, i) / sigma(i); };
  const auto reference = tiny::solve(scaled, 14, decay.start());
  const auto weighted = [&](const tiny::Vector<3>& p, auto& rows) {
    for (int i = 0; i < 15; ++i) {
      const double e = std::exp(-p[1] * decay.t[static_cast<std::size_t>(i)]);
      const tiny::Vector<3> d = {e, -p[0] * decay.t[static_cast<std::size_t>(i)] * e, 1.0};
      i < 14 ? rows.add(decay(p, i), d, 1.0 / (sigma(i) * sigma(i))) : rows.add(not_a_number, d, 0.0);
    }
  };
  for (const auto& found :
       {tiny::solve(weighted, decay.start()), tiny::solve<Reduction::rotations>(weighted, decay.start())}) {
    REQUIRE(found.converged());
    CHECK(found.residuals == 14);
    expect_near<3>(found.parameters, {reference.parameters.begin(), reference.parameters.end()}, 1e-10);
    CHECK(found.standard_error(1) == doctest::Approx(reference.standard_error(1)).epsilon(1e-6));
  }
}

TEST_CASE("tiny: ends that are no convergence say why") {
  const Decay decay(7);
  const auto sum = [&](const auto& p, int i) {
    return p[0] + p[1] - decay.y[static_cast<std::size_t>(i)];  // p[0] − p[1] is not determined
  };
  const auto nothing = [](const auto& p, int i) { return 0.0 * p[1] + p[0] - i; };  // p[1] is not there
  const auto never = [](const auto& p, int) { return sqrt(p[0] - 5.0); };
  const auto line = [&](const auto& p, int i) { return p[0] + p[1] * i - decay.y[static_cast<std::size_t>(i)]; };
  const auto check = [&]<Reduction reduction>(std::integral_constant<Reduction, reduction>) {
    const auto summed = tiny::solve<reduction>(sum, 15, std::array{1.0, 2.0});
    CHECK(summed.status == tiny::Status::singular);
    CHECK(std::isnan(summed.standard_error(0)));
    CHECK(tiny::solve<reduction>(nothing, 15, std::array{1.0, 2.0}).status == tiny::Status::singular);
    const auto at_nan = tiny::solve<reduction>(never, 3, std::array{1.0});
    CHECK(at_nan.status == tiny::Status::non_finite_start);
    CHECK(std::isnan(at_nan.cost));
    CHECK(tiny::solve<reduction>(line, 15, std::array{not_a_number, 1.0}).status == tiny::Status::non_finite_start);
    CHECK(tiny::solve<reduction>(line, 15, std::array{infinite, 1.0}).status == tiny::Status::non_finite_start);
    CHECK(tiny::solve<reduction>(line, 1, std::array{0.0, 1.0}).status == tiny::Status::too_few_residuals);
    CHECK(tiny::solve<reduction>(line, 0, std::array{0.0, 1.0}).status == tiny::Status::too_few_residuals);
    const auto short_of = tiny::solve<reduction>(decay, 15, decay.start(), {.max_iterations = 2});
    CHECK(short_of.status == tiny::Status::iteration_limit);
    CHECK(short_of.iterations == 2);
    CHECK(short_of.promised > 1e-8 * short_of.cost);
    // The cost falls towards p = ∞ and never gets there.
    const auto away = tiny::solve<reduction>([](const auto& p, int) { return exp(-p[0]) + 1.0; }, 2, std::array{1.0});
    CHECK(away.status != tiny::Status::converged);
  };
  check(std::integral_constant<Reduction, Reduction::normal_equations>());
  check(std::integral_constant<Reduction, Reduction::rotations>());
  CHECK(to_string(tiny::Status::too_few_residuals) == "too_few_residuals");
}

TEST_CASE("tiny: a trial that is not finite is a rejected step") {
  // log is not finite beyond 0; the first Gauss-Newton step from 3 goes there.
  const auto residual = [](const auto& p, int) { return log(p[0]) + 2.0; };
  const auto found = tiny::solve(residual, 1, std::array{3.0});
  REQUIRE(found.converged());
  CHECK(found.parameters[0] == doctest::Approx(std::exp(-2.0)).epsilon(1e-12));
}

TEST_CASE("tiny: rotations lose the digits of the condition number once, normal equations twice") {
  // A cubic on [1, 1.1]: the scaled columns have a condition number of about 10⁶.
  const auto row = [](int i) {
    const double x = 1.0 + 0.01 * i;
    return std::array{1.0, x, x * x, x * x * x};
  };
  const std::array truth = {1.0, -2.0, 3.0, -1.0};
  // Noise that is orthogonal to cubics up to rounding leaves the truth where it is: fourth differences of equal steps.
  const auto residual = [&](const auto& p, int i) {
    constexpr double difference[5] = {1.0, -4.0, 6.0, -4.0, 1.0};
    auto sum = (p[0] - truth[0]) * row(i)[0];
    for (std::size_t j = 1; j < 4; ++j) sum += (p[j] - truth[j]) * row(i)[j];
    return sum + (i < 5 ? 1e-3 * difference[i] : 0.0);
  };
  const auto error = [&](const auto& result) {
    double most = 0.0;
    for (std::size_t j = 0; j < 4; ++j) most = std::max(most, std::abs(result.parameters[j] - truth[j]));
    return most;
  };
  const auto rotated = tiny::solve<Reduction::rotations>(residual, 11, std::array{0.0, 0.0, 0.0, 0.0});
  REQUIRE(rotated.converged());
  CHECK(error(rotated) <= 1e-8);
  const auto summed = tiny::solve(residual, 11, std::array{0.0, 0.0, 0.0, 0.0});
  // JᵀJ has a condition number of 10¹²: regular or singular to rounding, by the processor's.
  if (summed.converged()) CHECK(error(summed) <= 1e-3);
}

TEST_CASE("tiny: nothing is allocated") {
  if (!test::can_count_allocations()) return;
  const Decay decay(11);
  tiny::Bounds<3> bounds;
  bounds.upper[1] = 0.8 * decay.truth[1];
  const std::int64_t before = test::allocations();
  const auto free = tiny::solve(decay, decay.count(), decay.start());
  const auto rotated = tiny::solve<Reduction::rotations>(decay, decay.count(), decay.start());
  const auto bound = tiny::solve(decay, decay.count(), decay.start(), {}, &bounds);
  const std::int64_t after = test::allocations();
  CHECK(free.converged());
  CHECK(rotated.converged());
  CHECK(bound.converged());
  CHECK(after == before);
}

TEST_CASE("tiny: misuse names what is wrong") {
  const Decay decay(1);
  const auto solve_with = [&](const tiny::Options& options) { tiny::solve(decay, 15, decay.start(), options); };
  CHECK_THROWS_WITH_AS(solve_with({.tolerance = 0.0}),
                       "tiny::Options::tolerance is 0.000000; expected a number between 0 and 1", Error);
  CHECK_THROWS_WITH_AS(solve_with({.initial_damping = -1.0}),
                       "tiny::Options::initial_damping is -1.000000; expected a positive number", Error);
  CHECK_THROWS_WITH_AS(solve_with({.max_iterations = 0}), "tiny::Options::max_iterations is 0; expected 1 or more",
                       Error);
  CHECK_THROWS_WITH_AS(tiny::solve(decay, -1, decay.start()), "tiny::solve: -1 residuals; expected 0 or more", Error);
  tiny::Bounds<3> bounds;
  bounds.lower[2] = 2.0;
  bounds.upper[2] = 1.0;
  CHECK_THROWS_WITH_AS(tiny::solve(decay, 15, decay.start(), {}, &bounds),
                       "tiny::Bounds of parameter 2 are 2.000000 and 1.000000; expected lower <= upper", Error);
}
