#include "studies/curve/saturation.hpp"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include <thalweg/studies/advice.hpp>

namespace thalweg::inline v0_1::studies {

void note_saturation(const CurveProblem& built, Report& report) {
  const auto& parameters = report.statistics.parameters;
  const bool lost = std::any_of(parameters.begin(), parameters.end(),
                                [](const ParameterStatistics& p) { return !p.fixed && !p.determined; });
  if (report.result.converged() && !lost && doubt_about(report).empty()) return;
  const auto look = [&](const std::vector<double>& x, const char* where) {
    for (const auto& model : built.models) {
      const auto found = model->saturated(x.data() + built.parameters.offset());
      if (!found) continue;
      const char* const how = std::isinf(found->value)          ? "overflows"
                              : std::abs(found->value) < 1e-300 ? "underflows"
                                                                : "has reached its limit";
      std::string note = fmt::format("{} '{}' {} in every row", where, found->subexpression, how);
      if (found->parameter >= 0) {
        const std::size_t j = static_cast<std::size_t>(built.parameters.offset() + found->parameter);
        note += fmt::format(", so nothing can be learned from it: {} = {:.4g} is out of scale, and {:.1g} would not be",
                            parameters[j].name, x[j], found->size);
      } else {
        note += ", so nothing can be learned from it: start where its argument is of a moderate size";
      }
      report.result.notes.push_back(std::move(note));
      return true;
    }
    return false;
  };
  if (!look(built.problem.start(), "at the start")) look(report.result.x, "at the point found");
}

}  // namespace thalweg::inline v0_1::studies
