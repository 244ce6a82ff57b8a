// Solves in which all processes stop at the same iteration.
#pragma once

#include <thalweg/distributed/solve.hpp>
#include <thalweg/minimize/system.hpp>

namespace thalweg::inline v0_1 {

/// Threads of one process: as many as asked for, else its part of the processors of its machine.
int threads_of(int requested, const Communicator& communicator);

/// What went through since then.
Traffic since(const Traffic& before, const Traffic& now);

/// minimize() on a system that is collective. Time limit, interrupt and callback are looked at in process 0 after each
/// iteration: clocks differ.
Result minimize_together(const Communicator& communicator, System& system, std::vector<double> start,
                         const Options& options, const DistributedOptions& how);

}  // namespace thalweg::inline v0_1
