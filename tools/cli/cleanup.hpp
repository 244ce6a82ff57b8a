// What a signal that ends the program must not leave behind: the temporary files beside its outputs.
#pragma once

#include <csignal>
#include <string>

namespace thalweg::tool {

/// From now on a signal that would end the program (SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGPIPE, SIGXCPU, SIGALRM) first
/// removes the temporary files and then ends it as it would have: a shell sees 128 plus the signal's number. A write
/// beyond the limit on file sizes fails like one on a full disk instead of raising SIGXFSZ. Signals that were ignored
/// when the program began (nohup) stay so.
void clean_up_at_signals();

/// What the handler of such a signal does. Only what is safe in a signal handler.
void end_by_signal(int signal);

/// In its scope no such signal reaches this thread: between a file's making and its entry in the list. It is delivered
/// at the end.
class SignalsHeld {
 public:
  SignalsHeld();
  ~SignalsHeld();
  SignalsHeld(const SignalsHeld&) = delete;
  SignalsHeld& operator=(const SignalsHeld&) = delete;

 private:
  sigset_t before_;
};

/// Keeps a file in the list of those to be removed. At most 16 at a time; more are not in the list.
class TemporaryName {
 public:
  TemporaryName() = default;
  explicit TemporaryName(const std::string& path);
  ~TemporaryName() { forget(); }
  TemporaryName(TemporaryName&& other) noexcept;
  TemporaryName& operator=(TemporaryName&& other) noexcept;

  /// The file is no longer temporary.
  void forget() noexcept;

 private:
  int slot_ = -1;
};

}  // namespace thalweg::tool
