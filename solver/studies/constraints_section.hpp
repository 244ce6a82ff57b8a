// What a report says of constraints.
#pragma once

#include <string>
#include <vector>

#include <thalweg/minimize/constrained.hpp>
#include <thalweg/report/report.hpp>

namespace thalweg::inline v0_1::studies {

/// A constraint as it was stated, and where it is in a group of rows.
struct StatedConstraint {
  std::string name, expression;
};

/// `stated` in the order of the values found.
void add_constraints_section(const std::vector<StatedConstraint>& stated, const ConstrainedOutcome& found,
                             Report& report);

}  // namespace thalweg::inline v0_1::studies
