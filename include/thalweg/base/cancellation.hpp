// Ending long computations early: a deadline and a flag that the library's long loops look at.
#pragma once

#include <atomic>
#include <chrono>
#include <exception>
#include <limits>

namespace thalweg::inline v0_1 {

/// Thrown out of a computation that was cancelled. solve(), minimize(), train() and what is built on them catch it and
/// report their best point; every other function hands it on to whoever opened the scope.
class Cancelled : public std::exception {
 public:
  explicit Cancelled(bool on_request) : on_request_(on_request) {}
  bool on_request() const { return on_request_; }  ///< else the deadline has passed
  const char* what() const noexcept override {
    return on_request_ ? "interrupted on request" : "the time limit is reached";
  }

 private:
  bool on_request_;
};

/// While it lives, what the calling thread computes, its helpers of parallel loops included, throws Cancelled soon
/// after `seconds` have passed or the flag is true: long loops look every few milliseconds. Scopes nest: the inner one
/// keeps the outer one's limits. For functions that take no limits themselves:
///
///     CancellationScope scope(2.0, &stop);
///     try { all = covariances(problem, result, {}, poses[20]); } catch (const Cancelled&) { … }
class CancellationScope {
 public:
  using Clock = std::chrono::steady_clock;
  /// The flag must outlive the scope; null: none. Infinite seconds: no deadline.
  explicit CancellationScope(double seconds = std::numeric_limits<double>::infinity(),
                             const std::atomic<bool>* flag = nullptr);
  ~CancellationScope();
  CancellationScope(const CancellationScope&) = delete;
  CancellationScope& operator=(const CancellationScope&) = delete;

 private:
  friend class CancellationProbe;
  const CancellationScope* outer_;
  const std::atomic<bool>* flag_;
  Clock::time_point deadline_;  // the earliest of this and the outer ones
};

/// What long loops look at.
class CancellationProbe {
 public:
  /// Throws Cancelled where the thread's innermost scope says so. Without a scope, the cost of reading a variable; with
  /// one, some 25 ns.
  static void poll() {
    if (current_) look();
  }
  /// Throws Cancelled unless so many seconds are left: before a computation that cannot look by itself.
  static void require(double seconds);
  static bool active() { return current_ != nullptr; }
  /// Whether poll() would throw.
  static bool cancelled();
  /// For a helper: works under the caller's scope from now on. Returns the one before.
  static const CancellationScope* adopt(const CancellationScope* scope);
  static const CancellationScope* current() { return current_; }

 private:
  friend class CancellationScope;
  static void look();
  static bool requested();
  static constinit thread_local const CancellationScope* current_;
};

/// Calls CancellationProbe::poll() once in so many units of work: for loops whose turns take nanoseconds.
class PollEvery {
 public:
  explicit PollEvery(long units) : units_(units), left_(units) {}
  void operator()(long done = 1) {
    left_ -= done;
    if (left_ > 0) return;
    left_ = units_;
    CancellationProbe::poll();
  }

 private:
  long units_, left_;
};

}  // namespace thalweg::inline v0_1
