#include <thalweg/studies/advice.hpp>

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

namespace thalweg::inline v0_1 {
namespace {

constexpr double explains_little = 0.1;   // R²
constexpr double beyond_rounding = 1e-9;  // of R²
constexpr double equal_costs = 1e-6;      // relative
constexpr std::size_t several = 3;        // minima of different costs

/// R² as it would be of data of any size: what the parameters would gain from noise alone is taken off.
double adjusted_r_squared(const FitStatistics& s) {
  double determined = 0.0;
  for (const ParameterStatistics& p : s.parameters) determined += !p.fixed && !p.at_bound && p.determined;
  const double dof = s.degrees_of_freedom;
  return determined < 2.0 || dof < 1.0 ? s.r_squared : 1.0 - (1.0 - s.r_squared) * (dof + determined - 1.0) / dof;
}

/// What is wrong with R²; empty: nothing. A constant has R² = 0.
std::string about_r_squared(const FitStatistics& s) {
  if (!std::isfinite(s.r_squared)) return "";
  const auto free = std::count_if(s.parameters.begin(), s.parameters.end(),
                                  [](const ParameterStatistics& p) { return !p.fixed && !p.at_bound; });
  if (s.r_squared < -beyond_rounding)
    return fmt::format("the fit is worse than the mean of the data (R² = {:.3g})", s.r_squared);
  if (free < 2) return "";
  if (adjusted_r_squared(s) <= 0.0)
    return fmt::format("the fit is no better than the mean of the data (R² = {:.2g})", s.r_squared);
  if (s.r_squared < explains_little)
    return fmt::format("the fit explains only {:.2g} % of the variance of the data", 100.0 * s.r_squared);
  return "";
}

/// How many different costs there are.
std::size_t different_costs(const std::vector<Minimum>& list) {
  std::size_t count = 0;
  for (std::size_t i = 0; i < list.size(); ++i)
    count += i == 0 || list[i].cost - list[i - 1].cost > equal_costs * std::abs(list[i].cost);
  return count;
}

int met_lowest(const std::vector<Minimum>& list) {
  int found = 0;
  for (const Minimum& m : list)
    if (m.alias_of == 1 || m.cost - list[0].cost <= equal_costs * std::abs(m.cost)) found += m.found;
  return found;
}

}  // namespace

std::string doubt_about(const Report& report) {
  const std::string fit = about_r_squared(report.statistics);
  if (report.result.status != Status::stalled) return fit;
  return "the solve stalled" + (fit.empty() ? "" : ", and " + fit);
}
void note_doubts(Report& report, int starts) {
  const Status status = report.result.status;
  if (status == Status::interrupted || status == Status::time_limit) return;
  const std::string doubt = doubt_about(report);
  const char* const why = status == Status::iteration_limit
                              ? "it needs more iterations, or another start"
                              : "it may be a local minimum, or the start far from the answer";
  if (!doubt.empty())
    report.result.notes.push_back(
        starts > 1 ? fmt::format("{}; of {} starts none did better: look at the model and the data, or try more with "
                                 "--starts {}",
                                 doubt, starts, 5 * starts)
                   : fmt::format("{}; {}: --starts 20 tries others", doubt, why));
  if (!report.multistart || report.multistart->list.empty()) return;
  const std::vector<Minimum>& list = report.multistart->list;
  if (doubt.empty() && !report.statistics.exact && different_costs(list) >= several && met_lowest(list) == 1)
    report.result.notes.push_back(
        fmt::format("one start of {} led to the lowest of {} minima, so there may be a lower one: --starts {} looks "
                    "further",
                    starts, different_costs(list), 5 * starts));
}

}  // namespace thalweg::inline v0_1
