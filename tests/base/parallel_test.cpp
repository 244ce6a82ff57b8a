#include <thalweg/base/parallel.hpp>

#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <fstream>
#include <numeric>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include <doctest/doctest.h>

using namespace thalweg;

TEST_CASE("chunks cover the range once, the same ones for any number of threads") {
  for (const int threads : {1, 2, 5}) {
    std::vector<int> visits(1003);
    std::vector<std::int64_t> begins(static_cast<std::size_t>(chunk_count(1003, 64)), -1);
    parallel_chunks(1003, 64, threads, [&](std::int64_t chunk, std::int64_t begin, std::int64_t end) {
      begins[static_cast<std::size_t>(chunk)] = begin;
      for (std::int64_t i = begin; i < end; ++i) ++visits[static_cast<std::size_t>(i)];
    });
    for (const int v : visits) CHECK(v == 1);
    for (std::size_t c = 0; c < begins.size(); ++c) CHECK(begins[c] == static_cast<std::int64_t>(64 * c));
  }
}

TEST_CASE("an empty range does nothing, and an exception reaches the caller") {
  parallel_chunks(0, 8, 2, [](std::int64_t, std::int64_t, std::int64_t) { FAIL("called"); });
  CHECK_THROWS_WITH_AS(parallel_chunks(100, 8, 2,
                                       [](std::int64_t c, std::int64_t, std::int64_t) {
                                         if (c == 7) throw std::runtime_error("chunk 7");
                                       }),
                       "chunk 7", std::runtime_error);
}

TEST_CASE("no more threads run than asked for") {
  std::atomic<int> running{0}, most{0};
  parallel_chunks(64, 1, 2, [&](std::int64_t, std::int64_t, std::int64_t) {
    const int now = ++running;
    int seen = most.load();
    while (now > seen && !most.compare_exchange_weak(seen, now)) {
    }
    std::this_thread::sleep_for(std::chrono::microseconds(100));
    --running;
  });
  CHECK(most.load() <= 2);
  CHECK(resolve_threads(1) == 1);
  CHECK(resolve_threads(0) >= 1);
  CHECK(resolve_threads(100000) == resolve_threads(0));
}

TEST_CASE("a loop inside a loop runs in its caller, and whoever runs it says so") {
  std::vector<int> inner(64, -1);
  parallel_chunks(8, 1, 2, [&](std::int64_t outer, std::int64_t, std::int64_t) {
    const int before = current_thread();
    parallel_chunks(8, 1, 2, [&](std::int64_t c, std::int64_t, std::int64_t) {
      inner[static_cast<std::size_t>(8 * outer + c)] = current_thread();
    });
    CHECK(current_thread() == before);
  });
  for (const int thread : inner) CHECK(thread == 0);
}

TEST_CASE("a process that was forked off one that has run loops runs its own, alone") {
  const auto sum = [] {
    std::vector<std::int64_t> parts(16);
    parallel_chunks(1600, 100, 2, [&](std::int64_t chunk, std::int64_t begin, std::int64_t end) {
      for (std::int64_t i = begin; i < end; ++i) parts[static_cast<std::size_t>(chunk)] += i;
    });
    return std::accumulate(parts.begin(), parts.end(), std::int64_t{0});
  };
  constexpr std::int64_t expected = 1600 * 1599 / 2;
  CHECK(sum() == expected);
  const pid_t child = fork();
  REQUIRE(child >= 0);
  if (child == 0) {
    alarm(20);  // a loop that waits for threads that are not there would never end
    _exit(sum() == expected && resolve_threads(2) == 1 ? 0 : 1);
  }
  int status = -1;
  waitpid(child, &status, 0);
  CHECK(WIFEXITED(status));
  CHECK(WEXITSTATUS(status) == 0);
  CHECK(sum() == expected);
}

TEST_CASE("a chunk is run by whoever is free: one that takes long holds up no other") {
  std::atomic<int> short_ones{0};
  parallel_chunks(64, 1, 2, [&](std::int64_t c, std::int64_t, std::int64_t) {
    if (c > 0) {
      ++short_ones;
      return;
    }
    // Ends when all others are done, or after a time that no scheduler takes.
    for (int i = 0; i < 20000 && short_ones < 63 && resolve_threads(2) > 1; ++i)
      std::this_thread::sleep_for(std::chrono::microseconds(100));
  });
  CHECK(short_ones == 63);
}

TEST_CASE("each calling thread has helpers of its own, which end with it") {
  const auto threads_of_process = [] {
    std::ifstream status("/proc/self/status");
    for (std::string word; status >> word;)
      if (int count = 0; word == "Threads:" && status >> count) return count;
    return 0;
  };
  const auto sum = [] {
    std::atomic<std::int64_t> total{0};
    for (int repeat = 0; repeat < 200; ++repeat)
      parallel_chunks(100, 10, 0, [&](std::int64_t, std::int64_t begin, std::int64_t end) {
        for (std::int64_t i = begin; i < end; ++i) total += i;
      });
    return total.load();
  };
  sum();
  const int before = threads_of_process();
  std::vector<std::int64_t> totals(4);
  {
    std::vector<std::jthread> callers;
    for (std::int64_t& total : totals) callers.emplace_back([&total, &sum] { total = sum(); });
  }
  for (const std::int64_t total : totals) CHECK(total == 200 * 4950);
  CHECK(threads_of_process() == before);
}

TEST_CASE("after an exception the next loop runs as ever") {
  for (int repeat = 0; repeat < 100; ++repeat) {
    CHECK_THROWS_AS(parallel_chunks(50, 1, 2,
                                    [&](std::int64_t c, std::int64_t, std::int64_t) {
                                      if (c % 7 == 3) throw std::runtime_error("some chunk");
                                    }),
                    std::runtime_error);
    std::atomic<int> done{0};
    parallel_chunks(50, 1, 2, [&](std::int64_t, std::int64_t, std::int64_t) { ++done; });
    CHECK(done == 50);
  }
}
