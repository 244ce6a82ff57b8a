#include <thalweg/math/parallel.hpp>

#include <algorithm>

#include <oneapi/tbb/info.h>
#include <oneapi/tbb/parallel_for.h>
#include <oneapi/tbb/task_arena.h>

namespace thalweg {

int resolve_threads(int requested) {
  const int available = oneapi::tbb::info::default_concurrency();
  return requested > 0 ? std::min(requested, available) : available;
}

namespace {
thread_local int thread_of_loop = 0;
}
int current_thread() { return thread_of_loop; }

void parallel_chunks(std::int64_t count, std::int64_t grain, int threads, ChunkBody body) {
  const std::int64_t chunks = chunk_count(count, grain);
  const auto run = [&](std::int64_t c) { body(c, c * grain, std::min(count, (c + 1) * grain)); };
  const int used = chunks > 1 && threads != 1 ? resolve_threads(threads) : 1;
  const int outer = thread_of_loop;
  if (used == 1) {
    thread_of_loop = 0;
    for (std::int64_t c = 0; c < chunks; ++c) run(c);
    thread_of_loop = outer;
    return;
  }
  // An arena of our own: the loop takes no more threads than asked for, whatever the embedding application does.
  oneapi::tbb::task_arena arena(used);
  arena.execute([&] {
    oneapi::tbb::parallel_for(std::int64_t{0}, chunks, [&](std::int64_t c) {
      thread_of_loop = oneapi::tbb::this_task_arena::current_thread_index();
      run(c);
    });
  });
  thread_of_loop = outer;
}

}  // namespace thalweg
