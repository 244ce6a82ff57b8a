// What happens between the terminal and a running solve: a live line, and Ctrl-C.
#pragma once

#include <atomic>
#include <chrono>
#include <csignal>
#include <string>

#include <thalweg/minimize/options.hpp>
#include <thalweg/minimize/result.hpp>

namespace thalweg::tool {

/// One line on standard error that is written over and over, from the second second on, and erased
/// at the end.
class Progress {
 public:
  ~Progress() { erase(); }
  /// Only on a terminal.
  static bool possible();
  void show(const IterationRecord& record);
  void show(const std::string& line);
  /// Whether the line would be written now.
  bool due() const { return Clock::now() >= next_; }
  void erase();

 private:
  using Clock = std::chrono::steady_clock;
  Clock::time_point next_ = Clock::now() + std::chrono::seconds(1);
  bool shown_ = false;
};

/// While it lives, the first Ctrl-C sets the flag; the second one ends the program as usual.
class CatchInterrupt {
 public:
  CatchInterrupt();
  ~CatchInterrupt();
  CatchInterrupt(const CatchInterrupt&) = delete;
  CatchInterrupt& operator=(const CatchInterrupt&) = delete;
  const std::atomic<bool>& flag() const;

 private:
  struct sigaction before_ = {};
};

}  // namespace thalweg::tool
