#include <base/thread_team.hpp>

#include <algorithm>
#include <exception>

#include <signal.h>
#if defined(__linux__)
#include <sched.h>
#endif
#if defined(__x86_64__)
#include <immintrin.h>
#endif

namespace thalweg::inline v0_1 {
namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::duration;
using std::chrono::microseconds;

// A sleeping thread takes 30 to 100 µs to wake, so that shorter spinning would cost more than it saves.
constexpr microseconds spin_for_work{200}, spin_for_helper{1000}, between_looks{50};
// Of stalls (thread_team.hpp): shorter waits come from waking up. How many times its length the first is followed by
// work alone, and how long at most.
constexpr microseconds shortest_stall{300}, longest_penalty{200000};
constexpr int stalls_alone = 8;

void pause() {
#if defined(__x86_64__)
  _mm_pause();
#else
  std::this_thread::yield();
#endif
}

/// Spins until done() or until `time` has passed. Returns done().
template <class Done>
bool spin_until(const Done& done, Clock::duration time) {
  constexpr int pauses = 16;  // about a microsecond between readings of the clock
  for (const Clock::time_point end = Clock::now() + time;;) {
    for (int i = 0; i < pauses; ++i, pause())
      if (done()) return true;
    if (Clock::now() >= end) return done();
  }
}

// A thread may begin on the processor of who starts it, and stay there, each waiting for the other to use up its time:
// 4 to 20 ms until the scheduler parts them, in the midst of the first loops. So it is sent elsewhere at once.
#if defined(__linux__)
int own_processor() { return sched_getcpu(); }
void leave(int processor) {
  cpu_set_t all;
  if (processor < 0 || sched_getcpu() != processor || sched_getaffinity(0, sizeof all, &all) != 0) return;
  cpu_set_t others = all;
  CPU_CLR(static_cast<std::size_t>(processor), &others);
  if (sched_setaffinity(0, sizeof others, &others) == 0) sched_setaffinity(0, sizeof all, &all);
}
#else
int own_processor() { return -1; }
void leave(int) {}
#endif

/// While it lives, threads are started that no signal of the process interrupts: its handlers run on threads that the
/// application knows.
class SignalsBlocked {
 public:
  SignalsBlocked() {
    sigset_t most;
    sigfillset(&most);
    for (const int own : {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGTRAP, SIGABRT}) sigdelset(&most, own);
    pthread_sigmask(SIG_SETMASK, &most, &before_);
  }
  ~SignalsBlocked() { pthread_sigmask(SIG_SETMASK, &before_, nullptr); }
  SignalsBlocked(const SignalsBlocked&) = delete;
  SignalsBlocked& operator=(const SignalsBlocked&) = delete;

 private:
  sigset_t before_;
};

}  // namespace

bool ParallelLoop::run_one() {
  const std::int64_t c = next.fetch_add(1, std::memory_order_relaxed);
  if (c >= chunks) return false;
  if (failed.load(std::memory_order_relaxed)) return true;
  try {
    CancellationProbe::poll();
    body(c, c * grain, std::min(count, (c + 1) * grain));
  } catch (...) {
    if (!failed.exchange(true)) failure = std::current_exception();
  }
  return true;
}

ThreadTeam::~ThreadTeam() {
  for (const auto& helper : helpers_) helper->state.store(quitting, std::memory_order_release);
  offers_.fetch_add(1, std::memory_order_release);
  offers_.notify_all();
  for (const auto& helper : helpers_) helper->thread.join();
}

void ThreadTeam::abandon() {
  for (auto& helper : helpers_) static_cast<void>(helper.release());
  helpers_.clear();
}

double ThreadTeam::Helper::processor_seconds() const {
#if __has_include(<pthread.h>)
  timespec used;
  if (has_clock && clock_gettime(clock, &used) == 0)
    return static_cast<double>(used.tv_sec) + 1e-9 * static_cast<double>(used.tv_nsec);
#endif
  return -1.0;
}

void ThreadTeam::grow(std::size_t helpers) {
  if (helpers_.size() >= helpers || denied_) return;
  const SignalsBlocked blocked;
  const int processor = own_processor();
  helpers_.reserve(helpers);
  while (helpers_.size() < helpers) {
    auto helper = std::make_unique<Helper>();
    helper->number = static_cast<int>(helpers_.size()) + 1;
    try {
      helper->thread = std::thread([this, &self = *helper, processor] { serve(self, processor); });
    } catch (const std::exception&) {
      denied_ = true;
      return;
    }
#if __has_include(<pthread.h>)
    helper->has_clock = pthread_getcpuclockid(helper->thread.native_handle(), &helper->clock) == 0;
#endif
    helpers_.push_back(std::move(helper));
  }
}

/// A helper's life.
void ThreadTeam::serve(Helper& self, int processor_of_caller) {
  leave(processor_of_caller);
  thread_of_loop = self.number;
  inside_loop = true;
  for (;;) {
    const int seen = offers_.load(std::memory_order_acquire);
    int state = self.state.load(std::memory_order_acquire);
    if (state == quitting) return;
    if (state == offered) {
      // Fails where the caller has taken the offer back.
      if (!self.state.compare_exchange_strong(state, working, std::memory_order_acq_rel)) continue;
      CancellationProbe::adopt(self.loop->scope);
      while (self.loop->run_one()) {
      }
      CancellationProbe::adopt(nullptr);
      self.state.store(idle, std::memory_order_release);
      self.state.notify_one();
      continue;
    }
    if (!spin_until([&] { return self.state.load(std::memory_order_relaxed) != idle; }, spin_for_work))
      offers_.wait(seen, std::memory_order_acquire);
  }
}

void ThreadTeam::offer(ParallelLoop& loop, std::size_t helpers) {
  for (std::size_t h = 0; h < helpers; ++h) {
    helpers_[h]->loop = &loop;
    helpers_[h]->state.store(offered, std::memory_order_release);
  }
  offers_.fetch_add(1, std::memory_order_release);
  offers_.notify_all();
}

/// Takes back what the helper has not begun, or waits for its end. Returns the seconds that it stood still meanwhile.
double ThreadTeam::collect(Helper& helper) {
  int state = offered;
  if (helper.state.compare_exchange_strong(state, idle, std::memory_order_acq_rel)) return 0.0;
  const auto done = [&] { return helper.state.load(std::memory_order_acquire) != working; };
  if (spin_until(done, between_looks)) return 0.0;
  const Clock::time_point begin = Clock::now();
  const double used_at_begin = helper.processor_seconds();
  double used = used_at_begin;
  for (Clock::time_point last = begin;;) {
    if (spin_until(done, between_looks)) break;
    const Clock::time_point now = Clock::now();
    const double before = used;
    used = helper.processor_seconds();
    if (now - begin >= spin_for_helper || used - before < 0.5 * duration<double>(now - last).count()) {
      while (!done()) helper.state.wait(working, std::memory_order_acquire);
      break;
    }
    last = now;
  }
  if (used_at_begin < 0.0) return 0.0;
  return duration<double>(Clock::now() - begin).count() - (helper.processor_seconds() - used_at_begin);
}

/// Decides how long to work alone after the helpers stood still for so many seconds.
void ThreadTeam::learn(double stalled) {
  const auto length = std::chrono::duration_cast<Clock::duration>(duration<double>(stalled));
  if (length < shortest_stall) return;
  const Clock::time_point now = Clock::now();
  const bool again = now - alone_until_ < penalty_;
  penalty_ = std::min<Clock::duration>(longest_penalty, std::max(stalls_alone * length, again ? 2 * penalty_ : length));
  alone_ = true;
  alone_until_ = now + penalty_;
}

void ThreadTeam::run(ParallelLoop& loop, int helpers) {
  grow(static_cast<std::size_t>(helpers));
  const std::size_t wanted = std::min(static_cast<std::size_t>(helpers), helpers_.size());
  bool shared = false;
  do {
    if (alone_ && Clock::now() >= alone_until_) alone_ = false;
    if (!shared && !alone_ && loop.has_more()) {
      offer(loop, wanted);
      shared = true;
    }
  } while (loop.run_one());
  if (!shared) return;
  double stalled = 0.0;
  for (std::size_t h = 0; h < wanted; ++h) stalled += collect(*helpers_[h]);
  learn(stalled);
}

}  // namespace thalweg::inline v0_1
