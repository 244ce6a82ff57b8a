#include "report/text/sentences.hpp"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include <thalweg/report/text.hpp>

#include <base/names.hpp>
#include "report/text/table.hpp"

namespace thalweg::inline v0_1::text {

std::string level_in_words(double level) { return fmt::format("{:.10g} %", 100.0 * level); }

std::string significant(double v, int digits) { return std::isfinite(v) ? fmt::format("{:.{}g}", v, digits) : ""; }

std::string ending(const Result& result) {
  const std::string after = "after " + counted(result.iterations, "iteration");
  switch (result.status) {
    case Status::converged:
      return "converged " + after;
    case Status::iteration_limit:
    case Status::time_limit:
      return "stopped at a limit " + after + ", not converged";
    case Status::interrupted:
      return "interrupted " + after + ", not converged";
    case Status::stalled:
      return "stalled " + after + ", not converged";
    case Status::non_finite_start:
      return "failed at the start";
    case Status::failed:
      break;
  }
  return "failed " + after;
}

bool is_objective(const Report& report) { return report.problem.residuals == 0; }

std::string extent(const ProblemFacts& p) {
  if (p.samples > 0) return counted(p.samples, "sample") + ", ";
  if (p.residuals == 0) return "an objective of ";
  if (p.priors == 0) return counted(p.residuals, "residual") + ", ";
  return counted(p.residuals - p.priors, "row") + " and " + counted(p.priors, "prior") + ", ";
}

std::string left_out(const ProblemFacts& p) {
  std::string out;
  if (p.missing_rows > 0) out = counted(p.missing_rows, "row") + " with missing values";
  if (p.excluded_rows > 0) out += (out.empty() ? "" : ", ") + counted(p.excluded_rows, "row") + " by the condition";
  return out.empty() ? out : "left out: " + out;
}

std::string global_search(const GlobalFacts& global, double cost) {
  return fmt::format("{} searched the box: {} in {}, {}; lowest cost {} before the polish, {} after; met by {} of {}",
                     to_string(global.method), counted(global.generations, "generation"), counted(global.runs, "run"),
                     counted(global.evaluations, "evaluation"), significant(global.best_before_polish, 6),
                     significant(cost, 6), global.agreeing, counted(global.runs, "run"));
}

std::string known_minimum(const Report& report, bool verbose) {
  const Report::KnownMinimum& known = *report.known_minimum;
  const int digits = verbose ? 10 : 6;
  const std::string here = is_objective(report) ? "F = " + significant(report.result.final_cost, digits)
                                                : "Σr² = " + significant(2.0 * report.result.final_cost, digits);
  const std::string there = significant(known.value, digits);
  if (!known.reached) return fmt::format("none of the known minima ({}): the best known is {}", here, there);
  return fmt::format("{} minimum ({}, known value {})", known.global ? "global" : "known local", here, there);
}

std::string remark(const ParameterStatistics& p) {
  if (p.fixed) return "fixed";
  if (p.at_bound) return p.value <= p.lower_bound ? "at its lower bound" : "at its upper bound";
  if (p.at_kink) return "at a kink";
  if (std::isinf(p.standard_error)) return "its error is beyond the range of numbers";
  return p.determined ? "" : "not determined";
}

std::string about_minimum(const FitStatistics& s) {
  const auto listed = [](const std::vector<std::string>& names) {
    std::string out;
    for (std::size_t i = 0; i < names.size(); ++i)
      out += (i == 0 ? "" : i + 1 == names.size() ? " and " : ", ") + printable(names[i]);
    return out;
  };
  std::vector<std::string> kinks;
  for (const ParameterStatistics& p : s.parameters)
    if (p.at_kink) kinks.push_back(p.name);
  std::string out;
  if (!kinks.empty())
    out += fmt::format(
        "The cost has a kink in {} here: no derivative vanishes, so there is no standard error, and the other errors\n"
        "hold {} at its value. Intervals by profile follow the cost itself.\n",
        listed(kinks), kinks.size() == 1 ? "it" : "each");
  if (!s.second_order.empty())
    out += fmt::format(
        "The residuals determine {} only to second order: to first order they do not change with {}. The errors come\n"
        "from the exact Hessian.\n",
        listed(s.second_order), s.second_order.size() == 1 ? "it" : "them");
  return out;
}

std::string about_noise(const Report& report) {
  const FitStatistics& s = report.statistics;
  if (!s.loss.empty()) {
    const bool any = std::any_of(s.parameters.begin(), s.parameters.end(),
                                 [](const ParameterStatistics& p) { return std::isfinite(p.standard_error); });
    return any ? "the errors above come from the scatter of the weighted residuals"
               : "no errors: too few residuals, or too many where the loss bends down";
  }
  const bool told = s.likelihood || s.noise == Noise::known ||
                    (s.degrees_of_freedom > 0 && s.residual_sum_of_squares > 0.0 && !s.exact);
  if (told && !report.noise.empty()) return report.noise;
  if (s.likelihood) return "the cost is minus a log likelihood; the errors above come from its curvature";
  if (s.noise == Noise::known) return "known: the errors above come from the given standard deviations alone";
  if (s.degrees_of_freedom <= 0)
    return "unknown: no more data than parameters, so nothing tells how large the errors are";
  if (s.residual_sum_of_squares == 0.0) return "none: the fit is exact";
  if (s.exact) return "none: the fit is exact to rounding, and the errors above are those of rounding";
  if (report.sigma == Sigma::given)
    return "estimated: only the ratios of the given standard deviations count, and the errors "
           "above\nare scaled by the residual standard deviation";
  return "estimated: the errors above are scaled by the residual standard deviation";
}

std::string r_squared_text(double r2) {
  if (!std::isfinite(r2)) return "";
  const double missing = std::abs(1.0 - r2);
  if (missing < 5e-16) return "1";
  const int place = static_cast<int>(std::floor(std::log10(missing)));
  return fmt::format("{:.{}f}", r2, std::clamp(1 - place, 4, 15));
}

std::string probability(double p) { return p < 1e-300 ? "less than 1e-300" : fmt::format("{:.2g}", p); }

std::string sentence(const FitStatistics& s, const UndeterminedCombination& combination) {
  auto terms = combination.terms;
  const auto place = [&](const std::string& name) {
    return std::find_if(s.parameters.begin(), s.parameters.end(),
                        [&](const ParameterStatistics& p) { return p.name == name; });
  };
  std::sort(terms.begin(), terms.end(),
            [&](const auto& a, const auto& b) { return place(a.parameter) < place(b.parameter); });
  if (terms.size() == 1)
    return fmt::format(
        "The data say nothing about {}: to first order, changing it changes no "
        "residual.\n",
        printable(terms[0].parameter));
  std::string names, ratio;
  for (std::size_t i = 0; i < terms.size(); ++i) {
    const bool last = i + 1 == terms.size();
    names += (i == 0 ? "" : last ? " and " : ", ") + printable(terms[i].parameter);
    ratio += (i == 0 ? "" : " : ") + fmt::format("{:.4g}", terms[i].coefficient);
  }
  return fmt::format(
      "The data cannot determine {} separately: to first order, changing them\ntogether in the "
      "ratio {} changes no residual.\n",
      names, ratio);
}

namespace {

constexpr Name<IterationRecord::Outcome> remarks[] = {
    {"", IterationRecord::Outcome::accepted},
    {"rejected: no decrease", IterationRecord::Outcome::no_decrease},
    {"rejected: not finite", IterationRecord::Outcome::not_finite},
    {"rejected: acceleration too long", IterationRecord::Outcome::too_curved},
    {"rejected: singular", IterationRecord::Outcome::singular},
};

}  // namespace

std::string_view remark_of(IterationRecord::Outcome outcome) { return name_of(remarks, outcome); }

}  // namespace thalweg::inline v0_1::text
