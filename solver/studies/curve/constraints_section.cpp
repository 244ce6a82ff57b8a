#include "studies/curve/constraints_section.hpp"

#include <fmt/format.h>
#include <thalweg/base/error.hpp>
#include <thalweg/models/curve_constraints.hpp>

#include "studies/constraints_section.hpp"

namespace thalweg::inline v0_1::studies {
namespace {

/// In the order of the values found.
std::vector<StatedConstraint> stated(const CurveFit& fit) {
  std::vector<StatedConstraint> all;
  for (const NamedExpression& c : fit.constraints)
    if (is_per_group(fit, c))
      for (const std::string& group : fit.groups) all.push_back({c.name + "[" + group + "]", c.expression});
    else
      all.push_back({c.name, c.expression});
  return all;
}

}  // namespace

void refuse_under_constraints(const CurveFit& fit, const Request& request) {
  const auto refuse = [&](const std::string& what, const char* expected) {
    throw Error(fmt::format("{} does not heed the constraints of '{}'; expected {}", what, fit.file, expected));
  };
  if (request.global) refuse("--global", "a start, or --starts");
  if (request.intervals == IntervalKind::posterior)
    refuse(fmt::format("--intervals {}", to_string(request.intervals)), "--intervals standard, profile or bootstrap");
  if (!std::holds_alternative<Method>(request.method))
    refuse(fmt::format("--method {}", to_string(request.method)), "a method that is not first-order");
}

void add_constraints(const CurveFit& fit, const ConstrainedOutcome& found, Report& report) {
  add_constraints_section(stated(fit), found, report);
}

}  // namespace thalweg::inline v0_1::studies
