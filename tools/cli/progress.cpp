#include "cli/progress.hpp"

#include <csignal>
#include <cstdio>

#include <fmt/format.h>
#include <unistd.h>

#include "cli/cleanup.hpp"

namespace thalweg::tool {
namespace {

std::atomic<bool> interrupted = false;
static_assert(std::atomic<bool>::is_always_lock_free, "a signal handler sets it");

}  // namespace

bool Progress::possible() { return isatty(STDERR_FILENO) == 1; }

void Progress::show(const IterationRecord& record) {
  if (due())
    show(fmt::format("iteration {}, cost {:.6e}, gradient {:.1e}, {:.0f} s", record.iteration, record.cost,
                     record.gradient_norm, record.seconds));
}

void Progress::show(const std::string& line) {
  if (!due()) return;
  next_ = Clock::now() + std::chrono::milliseconds(100);
  shown_ = true;
  std::fprintf(stderr, "\r\x1b[K%s", line.c_str());
  std::fflush(stderr);
}

void Progress::erase() {
  if (!shown_) return;
  std::fputs("\r\x1b[K", stderr);
  std::fflush(stderr);
  shown_ = false;
}

CatchInterrupt::CatchInterrupt() {
  interrupted = false;
  struct sigaction action = {};
  action.sa_handler = [](int signal) {
    if (interrupted.exchange(true)) end_by_signal(signal);
  };
  action.sa_flags = SA_RESTART;
  sigaction(SIGINT, &action, &before_);
}

CatchInterrupt::~CatchInterrupt() { sigaction(SIGINT, &before_, nullptr); }

const std::atomic<bool>& CatchInterrupt::flag() const { return interrupted; }

}  // namespace thalweg::tool
