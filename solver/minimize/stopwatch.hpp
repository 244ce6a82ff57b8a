#pragma once

#include <chrono>

namespace thalweg {

/// Seconds since a solve began, and a way to charge the time between two looks to whoever used it: one clock reading
/// for each, since small fits last microseconds.
class Stopwatch {
 public:
  Stopwatch() : begin_(Clock::now()), last_(begin_) {}
  double elapsed() const { return std::chrono::duration<double>(last_ - begin_).count(); }
  /// Adds the time since the last charge to `account`.
  void charge(double& account) {
    const auto now = Clock::now();
    account += std::chrono::duration<double>(now - last_).count();
    last_ = now;
  }

 private:
  using Clock = std::chrono::steady_clock;
  Clock::time_point begin_, last_;
};

}  // namespace thalweg
