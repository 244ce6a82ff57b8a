// A parallel loop whose result does not depend on the number of threads: the range is cut the same way for any number,
// and whoever sums up the pieces does so in their order.
#pragma once

#include <concepts>
#include <cstdint>

namespace thalweg::inline v0_1 {

/// A reference to a callable, body(chunk, begin, end), which must outlive it: a loop allocates nothing.
class ChunkBody {
 public:
  template <std::invocable<std::int64_t, std::int64_t, std::int64_t> F>
  ChunkBody(const F& body)
      : body_(&body), call_([](const void* f, std::int64_t chunk, std::int64_t begin, std::int64_t end) {
          (*static_cast<const F*>(f))(chunk, begin, end);
        }) {}
  void operator()(std::int64_t chunk, std::int64_t begin, std::int64_t end) const { call_(body_, chunk, begin, end); }

 private:
  const void* body_;
  void (*call_)(const void*, std::int64_t, std::int64_t, std::int64_t);
};

/// Calls body(chunk, begin, end) for the chunks of [0, count) that hold `grain` items each (the last may hold fewer),
/// on at most `threads` threads (0: as many as this process may use). With one thread or one chunk it runs in the
/// caller, in order. An exception thrown by the body reaches the caller. A loop inside a loop runs in its caller.
///
/// Each thread that calls has helpers of its own, started by its first loop on more than one thread, which wait asleep
/// for the next and end with it. Chunks are taken one at a time by whoever is free, the caller among them; the caller
/// waits for no helper but one that is inside a chunk. Where the operating system takes the processor from a helper
/// inside a chunk, the caller runs the following loops alone for some time (thread_team.hpp). Before each chunk the
/// loop looks whether it is cancelled (cancellation.hpp), and throws Cancelled.
void parallel_chunks(std::int64_t count, std::int64_t grain, int threads, ChunkBody body);

/// Inside a body of parallel_chunks: which of its threads runs it, from 0 and below resolve_threads(threads). For
/// scratch that a thread keeps to itself, never for what is computed.
int current_thread();

/// Number of chunks that parallel_chunks makes.
inline std::int64_t chunk_count(std::int64_t count, std::int64_t grain) { return (count + grain - 1) / grain; }

/// Threads that parallel_chunks uses for `requested`: never more than usable_processors(), and one in a process that
/// was forked off another that has run loops on more.
int resolve_threads(int requested);

/// Processors that this process may use: those in its affinity mask (sched_getaffinity), and no more than the quota of
/// its control group allows, rounded up. Found once.
int usable_processors();

}  // namespace thalweg::inline v0_1
