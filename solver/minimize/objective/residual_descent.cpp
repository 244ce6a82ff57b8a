#include <minimize/objective/residual_descent.hpp>

#include <utility>

#include <fmt/format.h>
#include <minimize/objective/general.hpp>
#include <minimize/objective/least_squares.hpp>
#include <minimize/outer/descents.hpp>
#include <minimize/verification/evidence.hpp>
#include <minimize/verification/thresholds.hpp>

namespace thalweg::inline v0_1 {
namespace {

/// Looks at the residuals where a descent on a general objective claims a minimum.
ClaimFinding verify(DenseSystem& system, Influence& influence, std::vector<double> x, bool exhausted,
                    Journal& journal) {
  if (const auto verdict = system.begin(std::move(x), journal))
    return verdict->status == Status::failed ? ClaimFinding{.lost = true, .against = verdict->reason}
                                             : ClaimFinding{.against = "its derivatives are not finite"};
  const double allowed = believable_promise(journal.options);
  if (system.cost() == 0.0) return {.holds = true, .vanished = true};
  influence.see(system);
  if (influence.vanished(system) && vanishes_at_zero(system)) return {.holds = true, .vanished = true};
  if (const auto lost = influence.lost(system); !lost.names.empty())
    return {.lost = true,
            .against = "the residuals do not depend on " + lost.names + " here",
            .undetermined = undetermined(system, lost, allowed)};
  const Stationarity found = system.measure(allowed);
  if (found.holds() && !found.by_curvature && !found.only_rounding && system.bends_down())
    return {.against = "the cost bends down here: this is no minimum"};
  if (found.holds()) return {.holds = true};
  ClaimFinding finding{.against = fmt::format("a Gauss-Newton step promises to lower it by {:.1e} of itself, > {:.0e}",
                                              found.promised, found.allowed)};
  if (!exhausted) return finding;
  const auto columns = kinks(system);
  std::vector<char> held(static_cast<std::size_t>(system.columns()));
  for (const std::int64_t j : columns) {
    held[static_cast<std::size_t>(j)] = 1;
    finding.at_kink.push_back(system.component_of(j));
  }
  finding.at_kink_names = quoted_names(system, held);
  if (columns.empty()) return finding;
  system.hold(std::move(held));
  system.linearize();
  finding.holds = system.measure(allowed).holds();
  return finding;
}

}  // namespace

Ending descend_generally(DenseSystem& system, std::vector<double> x, Journal& journal) {
  const Program& program = system.program();
  if (program.is_partly_held())
    throw Error(
        fmt::format("{} looks ahead along a line, where a block on a manifold of which components are held has "
                    "other directions; expected levenberg-marquardt, levenberg, gauss-newton, dogleg or "
                    "subspace-dogleg",
                    to_string(journal.options.method)));
  const LeastSquares function(program, x, journal.options);
  Influence influence;
  influence.reset(static_cast<std::size_t>(program.columns()));
  if (!system.begin(x, journal)) influence.see(system);
  journal.embed = [&function](std::span<const double> z) { return function.expanded(z); };
  journal.verify = [&](std::span<const double> z, bool exhausted) {
    return verify(system, influence, function.expanded(z), exhausted, journal);
  };
  journal.clock.charge(Stopwatch::setup);
  Ending ending = minimize_objective(function, function.reduced(x), function.box(), journal);
  ending.x = function.expanded(ending.x);
  journal.embed = {};
  journal.verify = {};
  return determined(std::move(ending), journal);
}

}  // namespace thalweg::inline v0_1
