#include "progress.hpp"

#include <csignal>
#include <cstdio>

#include <unistd.h>

namespace thalweg::tool {
namespace {

std::atomic<bool> interrupted = false;
static_assert(std::atomic<bool>::is_always_lock_free, "a signal handler sets it");

}  // namespace

bool Progress::possible() { return isatty(STDERR_FILENO) == 1; }

void Progress::show(const IterationRecord& record) {
  const auto now = Clock::now();
  if (now < next_) return;
  next_ = now + std::chrono::milliseconds(100);
  shown_ = true;
  std::fprintf(stderr, "\r\x1b[Kiteration %lld, cost %.6e, gradient %.1e, %.0f s",
               static_cast<long long>(record.iteration), record.cost, record.gradient_norm, record.seconds);
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
  action.sa_handler = [](int) { interrupted = true; };
  action.sa_flags = static_cast<int>(SA_RESETHAND | SA_RESTART);
  sigaction(SIGINT, &action, nullptr);
}

CatchInterrupt::~CatchInterrupt() { std::signal(SIGINT, SIG_DFL); }

const std::atomic<bool>& CatchInterrupt::flag() const { return interrupted; }

}  // namespace thalweg::tool
