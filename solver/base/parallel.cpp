#include <thalweg/base/parallel.hpp>

#include <algorithm>
#include <atomic>

#include <base/thread_team.hpp>

namespace thalweg::inline v0_1 {

thread_local int thread_of_loop = 0;
thread_local bool inside_loop = false;

namespace {

/// A child process has none of its parent's threads. So a process forked off one that has run loops on several runs
/// its own in the caller.
std::atomic<bool> threads_started = false, threads_lost = false;
#if __has_include(<pthread.h>)
[[maybe_unused]] const int watches_forks =
    pthread_atfork(nullptr, nullptr, [] { threads_lost = threads_started.load(); });
#endif

/// The helpers of this thread, which end with it.
struct OwnTeam {
  ThreadTeam team;
  ~OwnTeam() {
    if (threads_lost) team.abandon();
  }
};

ThreadTeam& own_team() {
  static thread_local OwnTeam own;
  threads_started = true;
  return own.team;
}

/// Marks the calling thread as inside a loop, as its thread 0.
class Inside {
 public:
  Inside() {
    thread_of_loop = 0;
    inside_loop = true;
  }
  ~Inside() {
    thread_of_loop = outer_;
    inside_loop = was_inside_;
  }
  Inside(const Inside&) = delete;
  Inside& operator=(const Inside&) = delete;

 private:
  int outer_ = thread_of_loop;
  bool was_inside_ = inside_loop;
};

}  // namespace

int resolve_threads(int requested) {
  if (requested == 1 || threads_lost) return 1;
  const int usable = usable_processors();
  return requested > 0 ? std::min(requested, usable) : usable;
}

int current_thread() { return thread_of_loop; }

void parallel_chunks(std::int64_t count, std::int64_t grain, int threads, ChunkBody body) {
  const std::int64_t chunks = chunk_count(count, grain);
  const int used = chunks > 1 && threads != 1 && !inside_loop
                       ? static_cast<int>(std::min<std::int64_t>(chunks, resolve_threads(threads)))
                       : 1;
  const Inside marked;
  if (used == 1) {
    for (std::int64_t c = 0; c < chunks; ++c) {
      if (chunks > 1) CancellationProbe::poll();
      body(c, c * grain, std::min(count, (c + 1) * grain));
    }
    return;
  }
  ParallelLoop loop{body, count, grain, chunks};
  own_team().run(loop, used - 1);
  if (loop.failure) std::rethrow_exception(loop.failure);
}

}  // namespace thalweg::inline v0_1
