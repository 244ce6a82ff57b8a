#include <thalweg/distributed/communicator.hpp>

#include <doctest/doctest.h>

#include <distributed/halo.hpp>
#include <thalweg/distributed/recording.hpp>

#include "distributed/world.hpp"

using namespace thalweg;
using test_support::world;

TEST_CASE("Sums and maxima are of all processes") {
  const int n = world().size();
  CHECK(world().sum(std::int64_t{world().rank() + 1}) == n * (n + 1) / 2);
  CHECK(world().max(static_cast<double>(-world().rank())) == 0.0);
  CHECK(world().any(world().rank() == n - 1));
  CHECK(!world().any(false));
}

TEST_CASE("Messages reach whom they are for") {
  std::vector<Communicator::Bytes> to;
  for (int p = 0; p < world().size(); ++p) {
    const std::vector<int> text(static_cast<std::size_t>(p), world().rank());
    to.push_back(as_bytes(std::span<const int>(text)));
  }
  const auto from = world().exchange(to);
  for (int p = 0; p < world().size(); ++p)
    CHECK(from_bytes<int>(from[static_cast<std::size_t>(p)]) ==
          std::vector<int>(static_cast<std::size_t>(world().rank()), p));
}

TEST_CASE("An error of one process is one of all, with its words") {
  const int last = world().size() - 1;
  try {
    world().together([&] {
      if (world().rank() == last) throw Error("the last one fails");
    });
    FAIL("expected an error");
  } catch (const CollectiveError& error) {
    CHECK(std::string(error.what()) == "the last one fails");
    CHECK(error.process() == last);
  }
  // They are still in step.
  CHECK(world().sum(std::int64_t{1}) == world().size());
}

TEST_CASE("A halo takes owners' values to the copies, and adds the copies up") {
  // Each process owns two blocks and holds copies of its neighbours' to the right, in a ring.
  const int n = world().size(), me = world().rank();
  std::vector<std::int64_t> first;
  for (int p = 0; p <= n; ++p) first.push_back(2 * p);
  std::vector<std::int64_t> held = {2 * me, 2 * me + 1};
  if (n > 1) held.push_back(2 * ((me + 1) % n));
  std::sort(held.begin(), held.end());
  const Halo halo(world(), held, first);
  CHECK(halo.owned() == 2);
  CHECK(halo.ghosts() == (n > 1 ? 1 : 0));
  const double owned[] = {10.0 * me, 10.0 * me + 1, 10.0 * me + 2, 10.0 * me + 3};  // two numbers a block
  std::vector<double> all(2 * held.size());
  halo.spread(owned, all.data(), 2);
  for (std::size_t h = 0; h < held.size(); ++h) {
    const double block = 10.0 * static_cast<double>(held[h] / 2) + 2.0 * static_cast<double>(held[h] % 2);
    CHECK(all[2 * h] == block);
    CHECK(all[2 * h + 1] == block + 1);
  }
  std::fill(all.begin(), all.end(), 1.0);
  double sums[4] = {};
  halo.collect(all.data(), sums, 2);
  CHECK(sums[0] == (n > 1 ? 2.0 : 1.0));  // block 2·me, of which the neighbour to the left has a copy
  CHECK(sums[2] == 1.0);
}

TEST_CASE("A process that does not hold what it owns is refused by all") {
  std::vector<std::int64_t> first;
  for (int p = 0; p <= world().size(); ++p) first.push_back(p);
  std::vector<std::int64_t> held;
  if (world().rank() != 0) held.push_back(world().rank());
  CHECK_THROWS_AS(Halo(world(), held, first), CollectiveError);
}

TEST_CASE("A recording has what passed, and what was worked, in its order") {
  const int n = world().size(), me = world().rank();
  const std::vector<int> neighbours = n > 1 ? std::vector<int>{(me + 1) % n} : std::vector<int>{};
  std::vector<std::vector<double>> sent(neighbours.size(), {1.0, 2.0}), received(neighbours.size());
  // In a ring each sends to the right; only pairs are each other's neighbours.
  if (n == 2) received[0].resize(2);
  Recording recording;
  world().sum(1.0);  // not yet
  world().record(&recording);
  recording.iteration(1);
  world().note(Work::product, 7);
  double values[3] = {};
  world().sum(std::span<double>(values));
  if (n == 2) world().swap(neighbours, sent, received);
  world().note(Work::evaluation, 8);
  world().record(nullptr);
  world().sum(1.0);  // no more
  std::string expected = "i 1\nw product 7\n";
  if (n > 1) expected += "r 24\n";
  if (n == 2) expected += me == 0 ? "s 1:16 | 1:16\n" : "s 0:16 | 0:16\n";
  CHECK(recording.text() == expected + "w evaluation 8\n");
}
