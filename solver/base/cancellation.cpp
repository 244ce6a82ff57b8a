#include <thalweg/base/cancellation.hpp>

#include <algorithm>

namespace thalweg::inline v0_1 {

constinit thread_local const CancellationScope* CancellationProbe::current_ = nullptr;

CancellationScope::CancellationScope(double seconds, const std::atomic<bool>* flag)
    : outer_(CancellationProbe::current_), flag_(flag), deadline_(Clock::time_point::max()) {
  constexpr double longest = 1e9;  // far beyond the life of a process, and within the clock's range
  if (seconds < longest)
    deadline_ = Clock::now() +
                std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(std::max(0.0, seconds)));
  if (outer_) deadline_ = std::min(deadline_, outer_->deadline_);
  CancellationProbe::current_ = this;
}

CancellationScope::~CancellationScope() { CancellationProbe::current_ = outer_; }

bool CancellationProbe::requested() {
  for (const CancellationScope* scope = current_; scope; scope = scope->outer_)
    if (scope->flag_ && scope->flag_->load(std::memory_order_relaxed)) return true;
  return false;
}

bool CancellationProbe::cancelled() {
  return current_ && (requested() || (current_->deadline_ != CancellationScope::Clock::time_point::max() &&
                                      CancellationScope::Clock::now() >= current_->deadline_));
}

void CancellationProbe::look() {
  if (cancelled()) throw Cancelled(requested());
}

void CancellationProbe::require(double seconds) {
  if (!current_) return;
  look();
  if (current_->deadline_ == CancellationScope::Clock::time_point::max()) return;
  const std::chrono::duration<double> left = current_->deadline_ - CancellationScope::Clock::now();
  if (left.count() < seconds) throw Cancelled(false);
}

const CancellationScope* CancellationProbe::adopt(const CancellationScope* scope) {
  const CancellationScope* const before = current_;
  current_ = scope;
  return before;
}

}  // namespace thalweg::inline v0_1
