#include <thalweg/minimize/convergence.hpp>

#include <limits>

#include <doctest/doctest.h>

using namespace thalweg::convergence;

namespace {
constexpr double inf = std::numeric_limits<double>::infinity();
}

TEST_CASE("the projected gradient ignores what pushes against a bound") {
  const double x[] = {1.0, 2.0, 3.0}, g[] = {0.5, -0.25, 4.0};
  const double free_lower[] = {-inf, -inf, -inf}, free_upper[] = {inf, inf, inf};
  CHECK(projected_gradient_norm(x, g, free_lower, free_upper) == 4.0);
  const double lower[] = {1.0, -inf, 2.5}, upper[] = {inf, 2.125, inf};
  CHECK(projected_gradient_norm(x, g, lower, upper) == 0.5);  // third: 0.5 of room below; first: none; second: 0.125
  const double at[] = {1.0, 2.0, 3.0};
  CHECK(projected_gradient_norm(x, g, at, at) == 0.0);
}

TEST_CASE("both the actual and the predicted decrease must be small") {
  CHECK(decrease_small(1e-11, 1e-11, 1.0, 1e-10));
  CHECK_FALSE(decrease_small(1e-11, 1e-9, 1.0, 1e-10));
  CHECK_FALSE(decrease_small(1e-9, 1e-11, 1.0, 1e-10));
  CHECK(decrease_small(-1e-11, 0.0, 1.0, 1e-10));
  CHECK_FALSE(decrease_small(std::numeric_limits<double>::quiet_NaN(), 0.0, 1.0, 1e-10));
}

TEST_CASE("the step is measured beside the point") {
  CHECK(step_small(1e-13, 1.0, 1e-12));
  CHECK_FALSE(step_small(1e-13, 1e-3, 1e-12));
  CHECK_FALSE(step_small(std::numeric_limits<double>::quiet_NaN(), 1.0, 1e-12));
}

TEST_CASE("the cosine is free of units") {
  const double g[] = {3e-3, 8e6}, norms[] = {1e-3, 1e9};
  CHECK(gradient_cosine(g, norms, 4.0) == doctest::Approx(0.75));
  const double rescaled[] = {3.0, 8e-9}, rescaled_norms[] = {1.0, 1e-6};
  CHECK(gradient_cosine(rescaled, rescaled_norms, 4.0) == doctest::Approx(0.75));
  const double none[] = {0.0, 0.0};
  CHECK(gradient_cosine(g, none, 4.0) == 0.0);
}
