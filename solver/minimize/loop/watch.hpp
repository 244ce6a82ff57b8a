// Several solves at once, under the limits of one: a common clock, a common callback, a shared cancellation flag.
#pragma once

#include <algorithm>
#include <atomic>
#include <mutex>
#include <optional>

#include <fmt/format.h>
#include <minimize/loop/journal.hpp>
#include <thalweg/base/cancellation.hpp>

namespace thalweg::inline v0_1 {

/// Runs something of which the parts that are done count, whether or not it is cancelled.
template <class Body>
void unless_cancelled(const Body& body) {
  try {
    body();
  } catch (const Cancelled&) {
    // The watch gives the verdict.
  }
}

/// While it lives, limits that have passed are not looked at: for the summary of what was done until then.
class LimitsLifted {
 public:
  LimitsLifted() : before_(CancellationProbe::adopt(nullptr)) {}
  ~LimitsLifted() { CancellationProbe::adopt(before_); }
  LimitsLifted(const LimitsLifted&) = delete;
  LimitsLifted& operator=(const LimitsLifted&) = delete;

 private:
  const CancellationScope* before_;
};

class Watch {
 public:
  explicit Watch(const Options& options) : options_(options) {}

  double elapsed() const { return clock_.elapsed(); }

  /// For a solve that begins now, on the thread that asks: what is left of the time, and the callback behind a lock.
  /// The watch must outlive the solve.
  Options for_one_solve() {
    Options one = options_;
    one.threads = 1;
    one.time_limit = std::max(0.0, options_.time_limit - elapsed());
    if (options_.callback) one.callback = [this](const IterationRecord& record) { return show(record); };
    return one;
  }

  /// Why no further solve may begin; empty as long as one may.
  std::optional<Verdict> verdict() const {
    if (stopped_) return Verdict{Status::interrupted, "the callback asked to stop"};
    if (options_.interrupt && options_.interrupt->load(std::memory_order_relaxed))
      return Verdict{Status::interrupted, "on request"};
    if (const double seconds = elapsed(); seconds >= options_.time_limit)
      return Verdict{Status::time_limit, fmt::format("{:.3g} s, the limit is {:.3g} s", seconds, options_.time_limit)};
    if (CancellationProbe::cancelled()) return Verdict{Status::time_limit, "the time limit of the whole is reached"};
    return std::nullopt;
  }

 private:
  Action show(const IterationRecord& record) {
    const std::lock_guard guard(one_at_a_time_);
    if (!stopped_ && options_.callback(record) == Action::stop) stopped_ = true;
    return stopped_ ? Action::stop : Action::proceed;
  }

  const Options& options_;
  Stopwatch clock_;
  std::mutex one_at_a_time_;
  std::atomic<bool> stopped_ = false;
};

}  // namespace thalweg::inline v0_1
