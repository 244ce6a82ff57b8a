// What the parts of a check share. Private to the floor.
#pragma once

#include <string>
#include <vector>

#include <thalweg/diagnosis/check.hpp>
#include <thalweg/problem/problem.hpp>
#include "diagnosis/probe.hpp"

namespace thalweg::inline v0_1 {

struct Examination {
  const Program& program;
  const Options& options;
  Prober& prober;
  Probe start;                // moved into the bounds
  std::vector<Probe> nearby;  // whether finite or not
  std::mt19937_64 random;     // where the draws of `nearby` ended

  const Problem& problem() const { return program.problem(); }
  std::string name(std::int64_t column) const { return program.column_name(column); }
  /// How large x is at the start, column by column.
  std::vector<double> coordinates() const {
    std::vector<double> values(static_cast<std::size_t>(program.columns()));
    program.coordinates(start.x.data(), values.data());
    return values;
  }
};

// Each looks at one side of the problem, and adds what it finds.
void look_at_bounds(const Problem& problem, CheckReport& report);
void look_at_counts(CheckReport& report);
void look_at_blocks(const Problem& problem, const std::vector<double>& x, const Options& options,
                    std::span<const FreeDirection> directions, CheckReport& report);
void look_for_non_finite(const Examination& e, CheckReport& report);
void look_for_underflow(const Examination& e, CheckReport& report);
void look_at_derivatives(const Examination& e, CheckReport& report);
void look_at_slope(const Examination& e, CheckReport& report);
void look_at_losses(const Examination& e, CheckReport& report);
void look_at_influence(const Examination& e, CheckReport& report);
void look_at_dependence(const Examination& e, CheckReport& report);

namespace words {
/// "'a', 'b' and 'c'"; of many the first six and how many more.
std::string quoted(const std::vector<std::string>& names);
/// "a, b and c".
std::string listed(const std::vector<std::string>& items);
/// "one", "two", ..., "12".
std::string number(std::int64_t n);
/// Four significant digits.
std::string brief(double v);
}  // namespace words

}  // namespace thalweg::inline v0_1
