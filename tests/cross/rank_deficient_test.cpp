// Starts where J is rank-deficient, exactly or nearly: the methods are judged by how many of many starts succeed.
#include <cmath>
#include <random>
#include <vector>

#include <doctest/doctest.h>

#include <thalweg/minimize/solve.hpp>
#include <thalweg/models/catalogue.hpp>

using namespace thalweg;

namespace {

/// Of 60 starts that differ from the standard one by 1e-15 to 1e-2, how many reach the minimum of Biggs EXP6, whose
/// standard start has two equal exponents.
int reached(const Options& options) {
  const CatalogueProblem* biggs = nullptr;
  for (const CatalogueProblem& entry : catalogue())
    if (entry.name == "biggs-exp6") biggs = &entry;
  REQUIRE(biggs);
  int count = 0;
  for (int k = 0; k < 60; ++k) {
    std::mt19937_64 random(static_cast<std::uint64_t>(k) + 1);
    std::normal_distribution<double> normal;
    const double size = std::pow(10.0, -15.0 + 13.0 * (k / 4) / 14.0);
    std::vector<double> x = biggs->starts.front();
    for (double& v : x) v *= 1.0 + size * normal(random);
    count += 2.0 * solve(biggs->problem(x), options).final_cost < 1e-10;
  }
  return count;
}

}  // namespace

TEST_CASE(
    "rank-deficient J: doglegs reach the minimum of Biggs EXP6 from nearly every start, Levenberg-Marquardt from all") {
  CHECK(reached({.method = Method::dogleg}) >= 55);
  CHECK(reached({.method = Method::subspace_dogleg}) >= 55);
  CHECK(reached({}) == 60);
}
