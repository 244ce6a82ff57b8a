// What a verification learns from the costs of steps along single parameters.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include <minimize/verification/influence.hpp>
#include <thalweg/minimize/system.hpp>

namespace thalweg::inline v0_1 {

/// The columns at a kink: the derivative says that the cost falls, and no step along that column, however short, lowers
/// it. Of columns whose steps rounding hides nothing is said. Some ten costs a column; none of a system that is not
/// small. The system must be linearised.
std::vector<std::int64_t> kinks(System& system);

/// Of a column: whether the cost falls on either side of it. The system must be linearised, the column not held.
bool falls_beside(System& system, std::int64_t column);

/// Names of the parameters lost, when the others are at a minimum and the residuals do not change however the lost ones
/// move, each alone (of a small system) and all together by a hundredth of themselves to a hundred times themselves;
/// else empty. `allowed` as of System::measure().
std::string undetermined(System& system, const Influence::Lost& lost, double allowed);

/// Whether the cost where every free parameter is zero is nothing beside what it is here: data of any size, however
/// small, leave something.
bool vanishes_at_zero(System& system);

/// "'b1', 'b2'", of the columns that are nonzero.
std::string quoted_names(const System& system, std::span<const char> columns);

}  // namespace thalweg::inline v0_1
