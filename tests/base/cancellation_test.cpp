#include <thalweg/base/cancellation.hpp>

#include <atomic>
#include <chrono>
#include <limits>
#include <thread>

#include <doctest/doctest.h>
#include <thalweg/base/parallel.hpp>

using namespace thalweg;

namespace {

double seconds_of(const auto& work) {
  const auto begin = std::chrono::steady_clock::now();
  work();
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
}

}  // namespace

TEST_CASE("without a scope nothing is cancelled") {
  CHECK_FALSE(CancellationProbe::active());
  CHECK_NOTHROW(CancellationProbe::poll());
  CHECK_NOTHROW(CancellationProbe::require(1e30));
}

TEST_CASE("a scope cancels after its deadline, or when the flag is set, and says which") {
  std::atomic<bool> flag{false};
  {
    const CancellationScope endless(std::numeric_limits<double>::infinity(), &flag);
    CHECK_NOTHROW(CancellationProbe::poll());
    CHECK_NOTHROW(CancellationProbe::require(1e6));
    flag = true;
    CHECK_THROWS_WITH_AS(CancellationProbe::poll(), "interrupted on request", Cancelled);
  }
  CHECK_NOTHROW(CancellationProbe::poll());
  const CancellationScope over(0.0);
  CHECK_THROWS_WITH_AS(CancellationProbe::poll(), "the time limit is reached", Cancelled);
}

TEST_CASE("what takes longer than is left is not begun") {
  const CancellationScope scope(1000.0);
  CHECK_NOTHROW(CancellationProbe::require(1.0));
  CHECK_THROWS_AS(CancellationProbe::require(2000.0), Cancelled);
}

TEST_CASE("an inner scope keeps the limits of the outer one") {
  std::atomic<bool> outer_flag{false};
  const CancellationScope outer(std::numeric_limits<double>::infinity(), &outer_flag);
  {
    const CancellationScope inner(1000.0);
    CHECK_NOTHROW(CancellationProbe::poll());
    outer_flag = true;
    CHECK_THROWS_AS(CancellationProbe::poll(), Cancelled);
    outer_flag = false;
  }
  const CancellationScope late(0.0);
  const CancellationScope later(1000.0);
  CHECK(CancellationProbe::cancelled());
}

TEST_CASE("a parallel loop under a scope ends at the deadline on all of its threads") {
  for (const int threads : {1, 2}) {
    std::atomic<int> done{0};
    constexpr int chunks = 100000;  // of a millisecond each: minutes
    const double seconds = seconds_of([&] {
      const CancellationScope scope(0.05);
      CHECK_THROWS_AS(parallel_chunks(chunks, 1, threads,
                                      [&](std::int64_t, std::int64_t, std::int64_t) {
                                        std::this_thread::sleep_for(std::chrono::milliseconds(1));
                                        ++done;
                                      }),
                      Cancelled);
    });
    CHECK(done < chunks / 10);
    CHECK(seconds < 10.0);
    std::atomic<int> after{0};
    parallel_chunks(10, 1, threads, [&](std::int64_t, std::int64_t, std::int64_t) { ++after; });
    CHECK(after == 10);
  }
}
