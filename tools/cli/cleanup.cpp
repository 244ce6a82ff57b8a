#include "cli/cleanup.hpp"

#include <atomic>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <utility>

#include <unistd.h>

namespace thalweg::tool {
namespace {

constexpr int slots = 16;
std::atomic<char*> names[slots];
static_assert(std::atomic<char*>::is_always_lock_free, "a signal handler reads them");

constexpr int ending_signals[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGPIPE, SIGXCPU, SIGALRM};

}  // namespace

void end_by_signal(int signal) {
  for (std::atomic<char*>& name : names)
    if (const char* path = name.exchange(nullptr)) unlink(path);
  struct sigaction action = {};
  action.sa_handler = SIG_DFL;
  sigaction(signal, &action, nullptr);
  raise(signal);  // delivered when the handler returns
}

void clean_up_at_signals() {
  for (const int signal : ending_signals) {
    struct sigaction action = {};
    if (sigaction(signal, nullptr, &action) != 0 || action.sa_handler != SIG_DFL) continue;
    action = {};
    action.sa_handler = end_by_signal;
    sigaction(signal, &action, nullptr);
  }
  std::signal(SIGXFSZ, SIG_IGN);
}

SignalsHeld::SignalsHeld() {
  sigset_t held;
  sigemptyset(&held);
  for (const int signal : ending_signals) sigaddset(&held, signal);
  pthread_sigmask(SIG_BLOCK, &held, &before_);
}

SignalsHeld::~SignalsHeld() { pthread_sigmask(SIG_SETMASK, &before_, nullptr); }

TemporaryName::TemporaryName(const std::string& path) {
  char* copy = strdup(path.c_str());
  for (int i = 0; copy != nullptr && i < slots && slot_ < 0; ++i) {
    char* empty = nullptr;
    if (names[i].compare_exchange_strong(empty, copy)) slot_ = i;
  }
  if (slot_ < 0) std::free(copy);
}

TemporaryName::TemporaryName(TemporaryName&& other) noexcept : slot_(std::exchange(other.slot_, -1)) {}

TemporaryName& TemporaryName::operator=(TemporaryName&& other) noexcept {
  std::swap(slot_, other.slot_);
  return *this;
}

void TemporaryName::forget() noexcept {
  if (slot_ >= 0) std::free(names[slot_].exchange(nullptr));
  slot_ = -1;
}

}  // namespace thalweg::tool
