// Steps on the conditions of Karush, Kuhn and Tucker of a program in numbers of size one.
#pragma once

#include <minimize/loop/journal.hpp>
#include <minimize/outer/constrained/nonlinear_program.hpp>

namespace thalweg::inline v0_1 {

inline constexpr double kkt_tolerance = 1e-9;  // of NonlinearProgram::Errors::largest

/// From where the program is, which is linearised there; it and m are left at the end.
Ending interior_point(NonlinearProgram& program, NonlinearProgram::Multiplier& m, Journal& journal);
Ending sequential_quadratic(NonlinearProgram& program, NonlinearProgram::Multiplier& m, Journal& journal);

/// Puts a step that was taken, or a program that could not be stepped from, on the trace.
std::optional<Verdict> record_step(const NonlinearProgram& program, double gradient, double length, Journal& journal);
/// How the program ended.
Ending ending(Status status, std::string reason, const NonlinearProgram& program);

}  // namespace thalweg::inline v0_1
