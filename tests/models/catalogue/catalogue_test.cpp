#include <algorithm>
#include <cmath>
#include <random>

#include <doctest/doctest.h>
#include <math/dense_kernels.hpp>
#include <thalweg/models/catalogue.hpp>
#include <thalweg/problem/program.hpp>

using namespace thalweg;
using doctest::Approx;

namespace {

struct At {
  double squares, gradient;  ///< Σr², ‖Jᵀr‖∞
};

At evaluate(const CatalogueProblem& entry, const std::vector<double>& x) {
  const Problem problem = entry.problem(x);
  const Program program(problem);
  AlignedArray r(program.rows());
  DenseMatrix J(program.rows(), program.columns());
  const double cost = program.evaluate(x.data(), r.data(), J, 1);
  std::vector<double> g(x.size());
  kernels::multiply_transposed(J, r.data(), g.data());
  double largest = 0.0;
  for (const double v : g) largest = std::max(largest, std::abs(v));
  return {2.0 * cost, largest};
}

/// Σr² and ‖Jᵀr‖∞ at the standard start, recomputed independently in 113-bit arithmetic.
const std::vector<At> at_start = {
    {2.420000000000e+01, 1.078000000000e+02}, {4.005000000000e+02, 6.360000000000e+02},
    {1.135261717348e+00, 1.000036777944e+04}, {9.999980000030e+11, 1.000000000000e+06},
    {1.420312500000e+01, 1.387500000000e+01}, {4.171306161960e+03, 4.370107333517e+04},
    {2.500000000000e+03, 7.957747154595e+02}, {4.168169586168e+01, 2.593561876417e+01},
    {3.888106991167e-06, 3.707142334200e-03}, {1.693607809436e+09, 4.363833149183e+10},
    {1.211070582557e+01, 1.983834005147e+01}, {1.031153810609e+03, 5.619408681110e+01},
    {2.150000000000e+02, 1.550000000000e+02}, {1.919200000000e+04, 6.004000000000e+03},
    {5.313172272109e-03, 6.678822662595e-02}, {7.926693336997e+06, 8.896458371699e+05},
    {8.790262935446e-01, 2.058279833387e+02}, {7.790700756560e-01, 7.419790067878e-01},
    {2.093419514212e+00, 2.243093261854e+00}, {3.000000000000e+01, 3.155746443069e+01},
    {3.000000000000e+01, 3.316082390119e+01}, {3.000000000000e+01, 3.481564146700e+01},
    {1.210000000000e+02, 1.078000000000e+02}, {6.450000000000e+02, 1.550000000000e+02},
    {8.850626400000e+02, 2.380000300000e+02}, {1.480325653500e+05, 7.695000090000e+03},
    {2.340008805463e+00, 6.299999764482e+00}, {1.626527765660e+02, 1.277999997645e+02},
    {2.198551162500e+06, 1.141718500000e+06}, {7.075759466223e-03, 2.236038983753e-02},
    {2.732480478287e+02, 5.500195121765e+01}, {6.968249999998e+03, 4.650000000019e+02},
    {7.885191012648e-04, 1.495714926841e-02}, {6.341684157945e-02, 1.324606511606e-01},
    {2.100000000000e+01, 1.900000000000e+01}, {3.600000000000e+02, 1.380000000000e+02},
    {2.500000000000e+01, 2.000000000000e+00}, {8.498500000000e+04, 2.860000000000e+04},
    {1.588600000000e+04, 7.200000000000e+03}, {3.861769828593e-02, 4.721650797389e-01},
    {2.888298028823e-02, 3.914363230290e-01}, {3.376326546288e-02, 3.723095325122e-01},
    {3.557893675989e+00, 0.000000000000e+00},
};

}  // namespace

TEST_CASE("Moré-Garbow-Hillstrom: values and gradients at the standard starts") {
  REQUIRE(at_start.size() == mgh_instances);
  REQUIRE(catalogue().size() > mgh_instances);
  for (std::size_t i = 0; i < at_start.size(); ++i) {
    const CatalogueProblem& entry = catalogue()[i];
    CAPTURE(entry.name);
    const At here = evaluate(entry, entry.starts[0]);
    CHECK(here.squares == Approx(at_start[i].squares).epsilon(1e-11));
    if (at_start[i].gradient == 0.0)
      CHECK(here.gradient < 1e-12);
    else
      CHECK(here.gradient == Approx(at_start[i].gradient).epsilon(1e-10));
  }
}

TEST_CASE("catalogue: sums of squares have their minima where it says") {
  for (const CatalogueProblem& entry : catalogue()) {
    if (entry.residuals == 0) continue;
    CAPTURE(entry.name);
    CHECK(entry.starts[0].size() == static_cast<std::size_t>(entry.parameters));
    CHECK(entry.problem(entry.starts[0]).residual_count() == entry.residuals);
    for (const KnownMinimum& minimum : entry.minima) {
      if (minimum.x.empty()) continue;
      const At there = evaluate(entry, minimum.x), start = evaluate(entry, entry.starts[0]);
      CHECK(there.squares == Approx(minimum.value).epsilon(1e-8).scale(1e-8));
      CHECK(there.gradient <= 1e-5 * std::max(1.0, start.gradient));
    }
  }
}

TEST_CASE("catalogue: objectives have their minima where it says, and exact derivatives") {
  std::mt19937_64 random(3);
  std::normal_distribution<double> normal;
  for (const CatalogueProblem& entry : catalogue()) {
    if (entry.residuals != 0) continue;
    CAPTURE(entry.name);
    const auto f = entry.objective();
    std::vector<double> g(2), H(4), reference(4), above(2), below(2);
    for (const KnownMinimum& minimum : entry.minima) {
      CHECK(f->gradient(minimum.x, g) == Approx(minimum.value).epsilon(1e-12));
      CHECK(std::hypot(g[0], g[1]) < 1e-9);
    }
    CHECK(f->name(1) == "x2");
    for (int k = 0; k < 5; ++k) {
      const std::vector<double> x = {2.0 + normal(random), 2.0 + normal(random)};
      f->hessian(x, H);
      f->Objective::hessian(x, reference);  // by differences
      for (std::size_t i = 0; i < 4; ++i) CHECK(H[i] == Approx(reference[i]).epsilon(1e-6).scale(1e-6));
      CHECK(f->value(x) == Approx(f->gradient(x, g)).epsilon(1e-14));
    }
  }
}

TEST_CASE("catalogue: names are distinct, and found") {
  std::vector<std::string> names;
  for (const CatalogueProblem& entry : catalogue()) names.push_back(entry.name);
  for (const std::string& name : names) CHECK(find_in_catalogue(name)->name == name);
  std::sort(names.begin(), names.end());
  CHECK(std::adjacent_find(names.begin(), names.end()) == names.end());
  CHECK(find_in_catalogue("nowhere") == nullptr);
}

TEST_CASE("catalogue: which minimum a value is") {
  const auto reached = [](const char* name, double value) { return reached_minimum(*find_in_catalogue(name), value); };
  REQUIRE(reached("beale", 9e-13) != nullptr);
  CHECK(reached("beale", 9e-13)->global);
  CHECK(reached("beale", 2e-12) == nullptr);
  CHECK(reached("beale", NAN) == nullptr);
  const auto* local = reached("freudenstein-roth", 48.98425367924 * (1.0 + 9e-7));
  REQUIRE(local != nullptr);
  CHECK_FALSE(local->global);
  CHECK(reached("freudenstein-roth", 48.98425367924 * (1.0 - 9e-7)) == local);
  CHECK(reached("freudenstein-roth", 48.98425367924 * (1.0 - 2e-6)) == nullptr);
  // Below zero the margin still lies above the minimum.
  REQUIRE(reached("easom", -1.0 + 9e-7) != nullptr);
  CHECK(reached("easom", -1.0 + 2e-6) == nullptr);
  CHECK(reached("easom", -1.1)->global);
}
