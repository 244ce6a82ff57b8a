// Seconds of a solve, and who used them.
#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>

#include <thalweg/minimize/result.hpp>

namespace thalweg::inline v0_1 {

/// Seconds since a solve began, and a ledger of who used them. A small fit takes microseconds, in which a system clock
/// read at every turn would be a quarter of the work; so the ledger counts the processor's time-stamp ticks, converted
/// at the end by the one ratio that is known exactly: all ticks to all seconds.
class Stopwatch {
 public:
  enum Account { setup, evaluate, linear_solve, count };

  Stopwatch() : begin_(Clock::now()), first_(ticks()), last_(first_) {}

  double elapsed() const { return std::chrono::duration<double>(Clock::now() - begin_).count(); }

  /// Charges the time since the last charge.
  void charge(Account account) {
    const std::uint64_t now = ticks();
    ledger_[account] += now - last_;
    last_ = now;
  }

  void report(Result::Seconds& seconds) const {
    seconds.total = elapsed();
    const double per_tick = seconds.total / static_cast<double>(ticks() - first_);
    seconds.setup = per_tick * static_cast<double>(ledger_[setup]);
    seconds.evaluate = per_tick * static_cast<double>(ledger_[evaluate]);
    seconds.linear_solve = per_tick * static_cast<double>(ledger_[linear_solve]);
  }

 private:
  using Clock = std::chrono::steady_clock;
  static std::uint64_t ticks() {
#if defined(__x86_64__)
    return __builtin_ia32_rdtsc();
#else
    return static_cast<std::uint64_t>(Clock::now().time_since_epoch().count());
#endif
  }

  Clock::time_point begin_;
  std::uint64_t first_, last_;
  std::array<std::uint64_t, count> ledger_{};
};

}  // namespace thalweg::inline v0_1
