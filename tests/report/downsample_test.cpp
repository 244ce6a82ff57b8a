#include "report/json/downsample.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <vector>

using thalweg::downsample;
using thalweg::downsample_evenly;

TEST_CASE("few points are all kept") {
  CHECK(downsample(0).empty());
  CHECK(downsample(1) == std::vector<std::size_t>{0});
  CHECK(downsample(4, 4) == std::vector<std::size_t>{0, 1, 2, 3});
  CHECK(downsample_evenly(0, 5).empty());
  CHECK(downsample_evenly(3, 5) == std::vector<std::size_t>{0, 1, 2});
}

TEST_CASE("of many points the ends stay, and both axes are served") {
  for (const std::size_t n : {2001u, 2500u, 100000u, 10000000u}) {
    const std::vector<std::size_t> kept = downsample(n, 2000);
    CHECK(kept.size() <= 2000);
    CHECK(kept.size() > 1200);
    CHECK(kept.front() == 0);
    CHECK(kept.back() == n - 1);
    CHECK(std::is_sorted(kept.begin(), kept.end()));
    CHECK(std::adjacent_find(kept.begin(), kept.end()) == kept.end());
    // Every tenth of the range has its share, and so has every decade.
    for (std::size_t part = 0; part < 10; ++part)
      CHECK(std::count_if(kept.begin(), kept.end(), [&](std::size_t i) { return i / (n / 10 + 1) == part; }) >= 90);
    CHECK(std::count_if(kept.begin(), kept.end(), [](std::size_t i) { return i >= 10 && i < 100; }) >= 60);
  }
  CHECK(downsample_evenly(11, 3) == std::vector<std::size_t>{0, 5, 10});
}
