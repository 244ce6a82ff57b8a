#include <thalweg/math/parallel.hpp>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <exception>
#include <thread>

#include <omp.h>
#if __has_include(<pthread.h>)
#include <pthread.h>
#endif
#if defined(__linux__)
#include <sched.h>
#endif

namespace thalweg {
namespace {

thread_local int thread_of_loop = 0;

/// OpenMP's threads wait for the next loop, and a child process has none of them, which OpenMP does not notice: a loop
/// of the child would wait for ever. So a process forked off one that has run loops runs its own in the caller.
std::atomic<bool> threads_started = false, threads_lost = false;
#if __has_include(<pthread.h>)
[[maybe_unused]] const int watches_forks =
    pthread_atfork(nullptr, nullptr, [] { threads_lost = threads_started.load(); });
#endif

// A thread may begin on the processor of who starts it, and stay there, each waiting for the other to use up its time:
// 4 to 20 ms until the scheduler parts them, in the midst of the first loops. So it is sent elsewhere at once.
#if defined(__linux__)
int own_processor() { return sched_getcpu(); }
void leave(int processor) {
  cpu_set_t all;
  if (processor < 0 || sched_getcpu() != processor || sched_getaffinity(0, sizeof all, &all) != 0) return;
  cpu_set_t others = all;
  CPU_CLR(processor, &others);
  if (sched_setaffinity(0, sizeof others, &others) == 0) sched_setaffinity(0, sizeof all, &all);
}
#else
int own_processor() { return -1; }
void leave(int) {}
#endif

}  // namespace

int resolve_threads(int requested) {
  if (threads_lost) return 1;
  const int available = omp_get_num_procs();
  return requested > 0 ? std::min(requested, available) : available;
}

int start_threads(int requested) {
  thread_local int settled = 1;
  const int used = resolve_threads(requested);
  if (used <= settled || omp_in_parallel()) return used;
  threads_started = true;
  settled = used;
  const int processor = own_processor();
  std::atomic<int> arrived = 0;
#pragma omp parallel num_threads(used)
  if (omp_get_thread_num() > 0) {
    leave(processor);
    ++arrived;
  } else {
    while (arrived < omp_get_num_threads() - 1) std::this_thread::sleep_for(std::chrono::microseconds(20));
  }
  return used;
}

int current_thread() { return thread_of_loop; }

void parallel_chunks(std::int64_t count, std::int64_t grain, int threads, ChunkBody body) {
  const std::int64_t chunks = chunk_count(count, grain);
  const auto run = [&](std::int64_t c) { body(c, c * grain, std::min(count, (c + 1) * grain)); };
  const int outer = thread_of_loop, used = chunks > 1 && threads != 1 ? start_threads(threads) : 1;
  if (used == 1) {
    thread_of_loop = 0;
    for (std::int64_t c = 0; c < chunks; ++c) run(c);
    thread_of_loop = outer;
    return;
  }
  std::atomic<bool> failed = false;
  std::exception_ptr failure;
#pragma omp parallel for schedule(dynamic, 1) num_threads(used)
  for (std::int64_t c = 0; c < chunks; ++c) {
    if (failed) continue;
    thread_of_loop = omp_get_thread_num();
    try {
      run(c);
    } catch (...) {
      if (!failed.exchange(true)) failure = std::current_exception();
    }
  }
  thread_of_loop = outer;
  if (failure) std::rethrow_exception(failure);
}

}  // namespace thalweg
