// The helpers of one calling thread, and how work is handed to them.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <exception>
#include <memory>
#include <thread>
#include <vector>

#if __has_include(<pthread.h>)
#include <pthread.h>
#endif

#include <thalweg/base/cancellation.hpp>
#include <thalweg/base/parallel.hpp>

namespace thalweg::inline v0_1 {

/// Of this thread: which of a loop's threads it is, and whether it runs a loop's chunk (further loops are its own).
extern thread_local int thread_of_loop;
extern thread_local bool inside_loop;

/// A loop in progress. Lives on the caller's stack.
struct ParallelLoop {
  ChunkBody body;
  std::int64_t count, grain, chunks;
  std::atomic<std::int64_t> next = 0;  // chunk that nobody has taken
  std::atomic<bool> failed = false;
  const CancellationScope* scope = CancellationProbe::current();  // of the caller
  std::exception_ptr failure = nullptr;                           // of whoever set `failed`

  bool has_more() const { return next.load(std::memory_order_relaxed) < chunks; }
  /// Takes one chunk and runs it. False where none is left.
  bool run_one();
};

/// Whoever waits spins for a bounded time and then sleeps: a helper that waits for work 200 µs; the caller that waits
/// for a helper's last chunk 1 ms, and no longer than the helper makes progress, which the helper's processor-time
/// clock tells.
///
/// On a busy machine the operating system may take the processor from a helper in the middle of a chunk, for
/// milliseconds in which the caller can only wait. Such a stall is told from a long chunk by the same clock. After
/// one, the caller works alone for several times as long as the stall; longer where the next attempt stalls as well.
/// So stalls add a bounded share to the time of one thread, whatever else the machine runs.
class ThreadTeam {
 public:
  ThreadTeam() = default;
  ~ThreadTeam();
  ThreadTeam(const ThreadTeam&) = delete;
  ThreadTeam& operator=(const ThreadTeam&) = delete;

  /// Runs the loop on the caller and at most `helpers` others: fewer where the system grants no more threads.
  void run(ParallelLoop& loop, int helpers);

  /// Gives up threads that do not exist in this process (after a fork). Their memory stays allocated.
  void abandon();

 private:
  using Clock = std::chrono::steady_clock;
  enum State : int { idle, offered, working, quitting };

  struct alignas(64) Helper {
    std::atomic<int> state = idle;
    ParallelLoop* loop = nullptr;  // what is offered; written before `state`
    int number = 0;
    std::thread thread;
#if __has_include(<pthread.h>)
    clockid_t clock{};
    bool has_clock = false;
#endif
    /// Processor time that the helper has used; negative where the system does not tell.
    double processor_seconds() const;
  };

  void grow(std::size_t helpers);
  void serve(Helper& self, int processor_of_caller);
  void offer(ParallelLoop& loop, std::size_t helpers);
  double collect(Helper& helper);
  void learn(double stalled);

  // Not a vector of helpers: each has its cache line, and stays where it is.
  std::vector<std::unique_ptr<Helper>> helpers_;
  bool denied_ = false;          // a thread could not be started
  std::atomic<int> offers_ = 0;  // counted up with each offer: sleeping helpers wait for its change
  bool alone_ = false;           // until alone_until_
  Clock::time_point alone_until_{};
  Clock::duration penalty_{};  // how long the last stall was followed by work alone
};

}  // namespace thalweg::inline v0_1
