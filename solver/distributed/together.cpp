#include <distributed/together.hpp>

#include <algorithm>
#include <limits>

#include <fmt/format.h>
#include <thalweg/base/parallel.hpp>
#include <thalweg/minimize/solve.hpp>

namespace thalweg::inline v0_1 {

int threads_of(int requested, const Communicator& communicator) {
  if (requested > 0) return resolve_threads(requested);
  return std::max(1, usable_processors() / communicator.on_this_machine());
}

Traffic since(const Traffic& before, const Traffic& now) {
  return {now.reductions - before.reductions, now.messages - before.messages, now.bytes - before.bytes,
          now.seconds - before.seconds};
}

Result minimize_together(const Communicator& communicator, System& system, std::vector<double> start,
                         const Options& options, const DistributedOptions& how) {
  Options own = options;
  own.threads = threads_of(options.threads, communicator);
  own.time_limit = std::numeric_limits<double>::infinity();
  own.interrupt = nullptr;
  constexpr double by_callback = 1.0, by_request = 2.0, by_time = 3.0;
  double stopped = 0.0;
  own.callback = [&](const IterationRecord& record) {
    if (how.observe) how.observe(record, system.x());
    if (communicator.rank() == 0) {
      if (options.callback && options.callback(record) == Action::stop) stopped = by_callback;
      if (options.interrupt && options.interrupt->load(std::memory_order_relaxed)) stopped = by_request;
      if (record.seconds >= options.time_limit) stopped = by_time;
    }
    stopped = communicator.max(stopped);
    return stopped > 0.0 ? Action::stop : Action::proceed;
  };
  Result result = minimize(system, std::move(start), own);
  if (result.status != Status::interrupted) return result;
  if (stopped == by_request) result.reason = "on request";
  if (stopped == by_time) {
    result.status = Status::time_limit;
    result.reason = fmt::format("{:.3g} s, the limit is {:.3g} s", result.seconds.total, options.time_limit);
  }
  return result;
}

}  // namespace thalweg::inline v0_1
