#include <minimize/outer/descents.hpp>

#include <algorithm>
#include <cmath>
#include <random>
#include <string>
#include <utility>

#include <fmt/format.h>
#include <thalweg/minimize/strategy.hpp>

namespace thalweg::inline v0_1 {
namespace {

// Of the scattered starts: the first of them, and from each to the next.
constexpr double narrowest_spread = 0.5, spread_growth = 1.2;

void note_projected(const System& system, std::vector<std::string>& notes) {
  std::string names;
  const auto projected = system.projected();
  for (std::size_t j = 0; j < projected.size(); ++j)
    if (projected[j]) names += (names.empty() ? "" : ", ") + system.column_name(static_cast<std::int64_t>(j));
  if (!names.empty()) notes.push_back(fmt::format("eliminated by variable projection: {}", names));
}

}  // namespace

Ending determined(Ending ending, Journal& journal) {
  if (ending.status != Status::stalled || ending.undetermined.empty()) return ending;
  ending.status = Status::converged;
  journal.result.notes.push_back(
      fmt::format("the data do not determine {}: the residuals no longer depend on it", ending.undetermined));
  return ending;
}

Ending Descents::descend(std::vector<double> x, const Options& options, Journal& journal) {
  const auto strategy = make_strategy(system_.advised(options));
  return loop_.run(std::move(x), *strategy, journal);
}

Ending Descents::run(std::vector<double> x, Journal& journal) {
  const Options& options = journal.options;
  system_.prepare(journal);
  const bool restarts = options.restarts > 0 && options.method == Method::levenberg_marquardt;
  const bool watched = restarts && system_.is_small();
  Options limited = options;
  if (watched)
    limited.max_iterations = std::max(options.max_iterations / 5, std::min<std::int64_t>(options.max_iterations, 100));
  journal.clock.charge(Stopwatch::setup);
  loop_.begin_solve();
  Journal first(limited, journal.clock, journal.result);
  const std::vector<double> start = restarts ? x : std::vector<double>();
  Ending ending = descend(std::move(x), options, first);
  note_projected(system_, journal.result.notes);
  const auto used_up = [&] { return journal.result.iterations >= options.max_iterations; };
  const bool creeps = ending.status == Status::iteration_limit && !used_up();
  if (restarts && (creeps || ending.status == Status::stalled)) ending = restart(std::move(ending), start, journal);
  if (ending.status == Status::iteration_limit && !used_up()) ending = descend(ending.x, options, journal);
  return determined(std::move(ending), journal);
}

/// A descent can be carried onto a plateau where a parameter has lost all influence, or start on one, or creep to
/// infinity. Levenberg's scaling rarely takes the same path; scattered starts find another valley. The lowest end
/// counts.
Ending Descents::restart(Ending best, const std::vector<double>& from, Journal& journal) {
  const Options& options = journal.options;
  const std::string stall = best.reason;
  std::mt19937_64 random(options.seed);
  const std::int64_t share = std::max<std::int64_t>(options.max_iterations / 20, 50);
  const int most = system_.is_small() ? options.restarts : 1;
  int attempts = 0;
  while (attempts < most && best.status != Status::converged) {
    Options other = options;
    other.max_iterations = std::min(options.max_iterations, journal.result.iterations + share);
    std::vector<double> x = from;
    if (++attempts == 1)
      other.method = Method::levenberg;
    else
      x = system_.scatter(std::move(x), narrowest_spread * std::pow(spread_growth, attempts - 2), random);
    Journal again(other, journal.clock, journal.result);
    Ending ending = descend(std::move(x), other, again);
    const bool used_up = journal.result.iterations >= options.max_iterations;
    const bool going = !used_up && ending.status != Status::time_limit && ending.status != Status::interrupted;
    const Status status = ending.status;
    const std::string reason = ending.reason;
    if (ending.status != Status::failed && ending.cost < best.cost) best = std::move(ending);
    if (going) continue;
    best.status = status;  // a limit, or a request to stop: said whichever point is the best
    best.reason = reason;
    break;
  }
  journal.result.notes.push_back(
      fmt::format("the descent from the start stalled ({}); of {} more {}", stall, attempts,
                  best.status == Status::converged ? "the last is reported" : "none converged"));
  return best;
}

}  // namespace thalweg::inline v0_1
