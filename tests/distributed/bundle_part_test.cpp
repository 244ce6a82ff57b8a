// How bundles are cut, and how their parts come together again.
#include <thalweg/distributed/bundle_part.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include <distributed/bundle/place_cut.hpp>
#include <distributed/halo.hpp>

#include "distributed/world.hpp"

using namespace thalweg;
using test_support::world;

namespace {

Bundle town(int cameras, std::int64_t points) {
  BundleOptions options;
  options.cameras = cameras;
  options.points = points;
  options.seed = 5;
  return generate_bundle(options);
}

std::size_t at(std::int64_t i) { return static_cast<std::size_t>(i); }

/// The slice of this process of places, and the pieces of all.
std::vector<std::int64_t> cut(const std::vector<Place>& all, int pieces) {
  const auto n = static_cast<std::int64_t>(all.size());
  const std::int64_t first = n * world().rank() / world().size(), end = n * (world().rank() + 1) / world().size();
  const std::vector<std::int32_t> mine =
      cut_places(world(), std::span(all).subspan(at(first), at(end - first)), first, pieces);
  std::vector<std::int64_t> piece_of(all.size());
  std::copy(mine.begin(), mine.end(), piece_of.begin() + first);
  world().sum(std::span<std::int64_t>(piece_of));
  return piece_of;
}

std::vector<std::int64_t> weights(const std::vector<Place>& all, const std::vector<std::int64_t>& piece_of,
                                  int pieces) {
  std::vector<std::int64_t> of(at(pieces));
  for (std::size_t i = 0; i < all.size(); ++i) of[at(piece_of[i])] += all[i].weight;
  return of;
}

/// Of some cameras and points in no order, in another world; the last of each is seen by nothing.
BundlePriors some_priors(Bundle& whole) {
  const auto cameras = static_cast<std::int32_t>(whole.camera_count()),
             points = static_cast<std::int32_t>(whole.point_count());
  const auto elsewhere = [](double x, double y, double z) {
    return std::array<double, 3>{10 - 2 * y, 3 + 2 * x, 2 * z};
  };
  BundlePriors priors;
  for (const std::int32_t c : {7, 2, 11, 0, 5}) {
    const std::array<double, 3> at = centre_of(whole, c);
    priors.cameras.push_back({c, elsewhere(at[0] + 0.1 * c, at[1], at[2]), {0.5, 0.5, 1.0}});
  }
  for (const std::int32_t p : {points - 1, 3, 40}) {
    const double* const x = whole.points.data() + 3 * p;
    priors.points.push_back({p, elsewhere(x[0], x[1] + 0.1, x[2]), {0.3, 0.2, 0.1}});
  }
  whole.cameras.resize(whole.cameras.size() + 9, 1.0);
  whole.points.resize(whole.points.size() + 3, 1.0);
  priors.cameras.push_back({cameras, {1, 2, 3}, {1, 1, 1}});
  priors.points.push_back({points, {1, 2, 3}, {1, 1, 1}});
  return priors;
}

}  // namespace

TEST_CASE("Places on a line are cut where they are, whatever their order, into pieces of even weight") {
  std::vector<Place> all;
  for (int i = 0; i < 60; ++i) all.push_back({{5.0, (i * 37) % 60 - 30.0, 1e-3 * i}, 1});
  for (const int pieces : {1, 2, 3, 5, 60}) {
    const std::vector<std::int64_t> piece_of = cut(all, pieces);
    for (const std::int64_t w : weights(all, piece_of, pieces)) CHECK(w == 60 / pieces);
    // Along the line pieces do not go back.
    std::vector<std::int64_t> along(60);
    for (std::size_t i = 0; i < 60; ++i) along[at(static_cast<std::int64_t>(all[i].at[1]) + 30)] = piece_of[i];
    CHECK(std::is_sorted(along.begin(), along.end()));
  }
}

TEST_CASE(
    "Every piece has a place that weighs something, also where one weighs most, none differs, or some are nowhere") {
  std::vector<Place> heavy = {{{0, 0, 0}, 100}, {{1, 0, 0}, 1}, {{2, 0, 0}, 1}, {{3, 0, 0}, 1}};
  CHECK(cut(heavy, 4) == std::vector<std::int64_t>{0, 1, 2, 3});
  std::reverse(heavy.begin(), heavy.end());
  CHECK(cut(heavy, 4) == std::vector<std::int64_t>{3, 2, 1, 0});
  const std::vector<Place> same(12, Place{{1.0, 2.0, 3.0}, 2});
  const std::vector<std::int64_t> of_same = cut(same, 4);
  CHECK(weights(same, of_same, 4) == std::vector<std::int64_t>{6, 6, 6, 6});
  CHECK(std::is_sorted(of_same.begin(), of_same.end()));
  const double nowhere = std::numeric_limits<double>::quiet_NaN();
  const std::vector<Place> some = {
      {{nowhere, 0, 0}, 1}, {{1, 0, 0}, 0}, {{4, 0, 0}, 3}, {{nowhere, nowhere, 0}, 0}, {{2, 0, 0}, 3}};
  for (const std::int64_t w : weights(some, cut(some, 3), 3)) CHECK(w > 0);
  CHECK_THROWS_WITH_AS(cut(some, 4), "4 processes and 3 points with observations; expected at most one process a point",
                       CollectiveError);
}

TEST_CASE("Parts hold every observation, point and owned camera once, with the numbers that the whole has") {
  const Bundle whole = town(40, 1500);
  const BundlePart part = part_of(world(), whole);
  const auto rank = at(world().rank());
  std::vector<std::int64_t> observed(whole.u.size()), points(at(whole.point_count())), owned(at(whole.camera_count()));
  REQUIRE(part.observations.size() == part.local.u.size());
  for (std::size_t i = 0; i < part.observations.size(); ++i) {
    const std::size_t o = at(part.observations[i]);
    ++observed[o];
    CHECK(part.local.u[i] == whole.u[o]);
    CHECK(part.local.v[i] == whole.v[o]);
    CHECK(part.points[at(part.local.point_of[i])] == whole.point_of[o]);
    CHECK(part.cameras[at(part.local.camera_of[i])] == whole.camera_of[o]);
  }
  for (std::size_t p = 0; p < part.points.size(); ++p) {
    ++points[at(part.points[p])];
    for (std::size_t k = 0; k < 3; ++k) CHECK(part.local.points[3 * p + k] == whole.points[3 * at(part.points[p]) + k]);
  }
  for (std::size_t c = 0; c < part.cameras.size(); ++c) {
    if (part.shared[c] >= part.first_camera[rank] && part.shared[c] < part.first_camera[rank + 1])
      ++owned[at(part.cameras[c])];
    for (std::size_t k = 0; k < 9; ++k)
      CHECK(part.local.cameras[9 * c + k] == whole.cameras[9 * at(part.cameras[c]) + k]);
  }
  CHECK(std::is_sorted(part.shared.begin(), part.shared.end()));
  CHECK(part.first_camera.back() == whole.camera_count());
  for (auto* once : {&observed, &points, &owned}) {
    world().sum(std::span<std::int64_t>(*once));
    CHECK(std::all_of(once->begin(), once->end(), [](std::int64_t n) { return n == 1; }));
  }
  // Balanced to the observations of a few points.
  const std::int64_t most = static_cast<std::int64_t>(world().max(static_cast<double>(part.local.observation_count())));
  CHECK(most * world().size() <= whole.observation_count() + 40 * world().size());
}

TEST_CASE("A process holds the cameras near its points, and few others") {
  const Bundle whole = town(600, 6000);
  const BundlePart part = part_of(world(), whole);
  // Points of the file come in no order of places: cut as they come, each process would hold nearly all cameras.
  const std::int64_t held = world().sum(static_cast<std::int64_t>(part.cameras.size()));
  CHECK(held <= 600 + 200 * (world().size() - 1));
}

TEST_CASE("A camera that no point is seen by is owned, and so are cameras fewer than processes") {
  Bundle whole = town(12, 300);
  whole.cameras.resize(9 * 13, 1.0);
  const BundlePart part = part_of(world(), whole);
  CHECK(world().sum(static_cast<std::int64_t>(std::count(part.cameras.begin(), part.cameras.end(), 12))) == 1);
  Bundle two = whole;
  for (std::int32_t& c : two.camera_of) c %= 2;
  two.cameras.resize(18);
  const BundlePart small = part_of(world(), two);
  const Halo halo(world(), small.shared, small.first_camera);
  CHECK(world().sum(halo.owned()) == 2);
}

TEST_CASE("The middle is that of the whole, and so is what process 0 gathers") {
  Bundle whole = town(20, 601);
  whole.points[0] = -1e9;
  const BundlePart part = part_of(world(), whole);
  CHECK(middle_of(world(), part) == middle_of(whole));
  const Bundle gathered = whole_of(world(), part);
  const bool here = world().rank() == 0;
  CHECK(gathered.cameras == (here ? whole.cameras : std::vector<double>{}));
  CHECK(gathered.points == (here ? whole.points : std::vector<double>{}));
  CHECK(gathered.camera_of == (here ? whole.camera_of : std::vector<std::int32_t>{}));
  CHECK(gathered.point_of == (here ? whole.point_of : std::vector<std::int32_t>{}));
  CHECK(gathered.u == (here ? whole.u : std::vector<double>{}));
}

TEST_CASE("Priors of what any process holds say of parts what they say of the whole") {
  Bundle whole = town(12, 300);
  BundlePriors priors = some_priors(whole), known = priors;
  const BundlePart part = part_of(world(), whole);
  const Bundle few = with_priors(world(), part, known);
  REQUIRE(few.camera_count() == 6);
  REQUIRE(few.point_count() == 4);
  CHECK(fit_of(few, known) == fit_of(whole, priors));
  CHECK(leave_out_unseen(few, known) == leave_out_unseen(whole, priors));
  CHECK(known.cameras.size() == 5);
  CHECK(known.points.size() == 3);
  CHECK(prior_cost(few, known) == doctest::Approx(prior_cost(whole, priors)).epsilon(1e-14));
  const auto here = alignment(few, known), there = alignment(whole, priors);
  REQUIRE(here.has_value());
  CHECK(here->scale == doctest::Approx(there->scale).epsilon(1e-14));
  const BundlePriors local = local_priors(world(), part, known);
  CHECK(world().sum(static_cast<std::int64_t>(local.cameras.size())) == 5);
  CHECK(world().sum(static_cast<std::int64_t>(local.points.size())) == 3);
  CHECK(world().sum(prior_cost(part.local, local)) == doctest::Approx(prior_cost(whole, priors)).epsilon(1e-12));
}
