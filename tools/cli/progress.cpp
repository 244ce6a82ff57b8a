#include "cli/progress.hpp"

#include <csignal>
#include <cstdio>
#include <string_view>

#include <fmt/format.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "cli/cleanup.hpp"

namespace thalweg::tool {
namespace {

std::atomic<bool> interrupted = false;
/// As much of a line as the terminal shows in one row: what is wrapped would not be erased. Cut between characters.
std::string_view one_row(std::string_view line) {
  winsize size{};
  if (ioctl(STDERR_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_col == 0) return line;
  std::size_t columns = 0;
  for (std::size_t i = 0; i < line.size(); ++i) {
    const bool begins = (static_cast<unsigned char>(line[i]) & 0xC0) != 0x80;
    if (begins && ++columns > size.ws_col - 1u) return line.substr(0, i);
  }
  return line;
}

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
  const std::string_view row = one_row(line);
  std::fprintf(stderr, "\r\x1b[K%.*s", static_cast<int>(row.size()), row.data());
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
