#include <minimize/outer/constrained/first_point.hpp>

#include <utility>

#include <fmt/format.h>
#include <minimize/outer/constrained/kkt_methods.hpp>
#include <thalweg/base/error.hpp>

namespace thalweg::inline v0_1 {

std::optional<Verdict> record_step(const NonlinearProgram& program, double gradient, double length, Journal& journal) {
  IterationRecord record;
  record.iteration = ++journal.result.iterations;
  ++journal.result.accepted_steps;
  record.cost = record.trial_cost = program.cost();
  record.gradient_norm = gradient;
  record.step_norm = length;
  record.seconds = journal.clock.elapsed();
  return journal.report(std::move(record), program.x());
}

Ending ending(Status status, std::string reason, const NonlinearProgram& program) {
  return {status, std::move(reason), program.x(), program.cost()};
}

FirstPoint first_point(ConstrainedModel& model, const std::vector<double>& x, const Options& options) {
  const ConstrainedMethod method = options.constrained.method;
  if (model.program().is_curved())
    throw Error(fmt::format("{} takes no blocks on manifolds; expected augmented-lagrangian", to_string(method)));
  FirstPoint first{x, Eigen::VectorXd::Zero(model.conditions()), {}};
  if (model.columns() == 0) return first;
  Stopwatch clock;
  Journal journal(options, clock, first.result);
  descend_within_limits(journal, x, [&]() -> Ending {
    NonlinearProgram program(model, x, first.result.evaluations);
    if (!program.linearise(x)) return ending(Status::non_finite_start, "something is not finite at the start", program);
    journal.open(program.cost(), program.gradient().lpNorm<Eigen::Infinity>(), x);
    NonlinearProgram::Multiplier m;
    Ending end = method == ConstrainedMethod::interior_point ? interior_point(program, m, journal)
                                                             : sequential_quadratic(program, m, journal);
    first.lambda = program.lambda(m);
    return end;
  });
  first.result.notes.push_back(fmt::format("{}: {} after {} iteration{}, {}", to_string(method),
                                           to_string(first.result.status), first.result.iterations,
                                           first.result.iterations == 1 ? "" : "s", first.result.reason));
  if (!first.result.x.empty()) first.x = first.result.x;
  return first;
}

}  // namespace thalweg::inline v0_1
