#include "report/text/profile_text.hpp"

#include <cmath>
#include <vector>

#include <fmt/format.h>

#include <thalweg/base/words.hpp>
#include <thalweg/report/text.hpp>

#include "report/text/sentences.hpp"
#include "report/text/written_values.hpp"

namespace thalweg::inline v0_1 {
namespace {

constexpr double noteworthy_ratio = 1.2;      // of profile to linear interval, or its inverse
constexpr std::size_t most_parameters = 100;  // listed of a lower point

std::string about_end(const ParameterStatistics& p, const ProfileInterval::End& end, bool lower, bool constrained) {
  const std::string name = printable(p.name);
  switch (end.kind) {
    case ProfileEnd::threshold:
      return "";
    case ProfileEnd::bound:
      return p.at_bound && end.value == p.value
                 ? ""
                 : fmt::format("The interval of {} ends at its {} bound.\n", name, lower ? "lower" : "upper");
    case ProfileEnd::infinite:
      return fmt::format("The data set {} no {} limit: however far it goes, the fit is not significantly worse.\n",
                         name, lower ? "lower" : "upper");
    case ProfileEnd::edge:
      return fmt::format(
          "The interval of {} ends where, {} it, {}.\n", name, lower ? "below" : "above",
          constrained ? "no point satisfies the constraints, or the model is not finite" : "the model is not finite");
    case ProfileEnd::unknown:
      break;
  }
  return fmt::format("The {} end of the interval of {} was not found.\n", lower ? "lower" : "upper", name);
}

bool off(double ratio) { return ratio > noteworthy_ratio || ratio < 1.0 / noteworthy_ratio; }

std::string nonlinearity(const Report& report) {
  std::vector<std::string> names;
  for (std::size_t i = 0; i < report.profile->intervals.size(); ++i) {
    const ProfileInterval& interval = report.profile->intervals[i];
    if (off(interval.lower_ratio) || off(interval.upper_ratio))
      names.push_back(printable(report.statistics.parameters[i].name));
  }
  if (names.empty()) return "";
  return fmt::format(
      "By their standard errors, the intervals of {} would be off by more than 20 %: the model is too\n"
      "nonlinear there for its standard errors to be trusted.\n",
      enumerated(names));
}

std::string about_lower_point(const Report& report) {
  const Profile::LowerPoint& point = *report.profile->lower_point;
  std::string out = fmt::format(
      "The solution is not the minimum: the profile of {} met the cost {:.9g}, which is lower, so the\n"
      "intervals mean little.",
      printable(point.parameter), point.cost);
  if (point.x.size() > most_parameters) return out + "\n";
  out += " Solve again from there:\n ";
  for (std::size_t i = 0; i < point.x.size(); ++i)
    out += fmt::format(" {} = {}", printable(report.statistics.parameters[i].name), text::as_given(point.x[i]));
  return out + "\n";
}

std::string end_text(double value, const text::Digits& digits) {
  if (std::isinf(value)) return value > 0.0 ? "∞" : "−∞";
  return std::isnan(value) ? "?" : digits.interval_end(value);
}

}  // namespace

std::pair<double, double> interval_of(const Report& report, std::size_t i) {
  switch (report.interval_kind()) {
    case IntervalKind::profile:
      return {report.profile->intervals[i].lower.value, report.profile->intervals[i].upper.value};
    case IntervalKind::bootstrap:
      return {report.bootstrap->intervals[i].lower, report.bootstrap->intervals[i].upper};
    case IntervalKind::posterior:
      return {report.posterior->marginals[i].lower, report.posterior->marginals[i].upper};
    case IntervalKind::linear:
      break;
  }
  return {report.statistics.parameters[i].lower_interval, report.statistics.parameters[i].upper_interval};
}

std::string interval_heading(const Report& report) {
  const IntervalKind kind = report.interval_kind();
  const std::string level = text::level_in_words(report.statistics.level);
  return kind == IntervalKind::linear ? level + " interval" : fmt::format("{} {} interval", level, to_string(kind));
}

std::string interval_text(const Report& report, std::size_t i, const text::Digits& digits) {
  const auto [lower, upper] = interval_of(report, i);
  if (report.interval_kind() != IntervalKind::profile &&
      !(std::isfinite(lower) && std::isfinite(upper) && lower < upper))
    return "";
  return interval_text(lower, upper, digits);
}

std::string interval_text(double lower, double upper, const text::Digits& digits) {
  if (std::isnan(lower) && std::isnan(upper)) return "";
  return fmt::format("{}{}, {}{}", std::isinf(lower) ? "(" : "[", end_text(lower, digits), end_text(upper, digits),
                     std::isinf(upper) ? ")" : "]");
}

std::string profile_text(const Report& report) {
  if (!report.profile) return "";
  const Profile& profile = *report.profile;
  if (!profile.available()) return fmt::format("\nThere are no profile intervals: {}.\n", profile.reason);
  std::string out;
  for (std::size_t i = 0; i < profile.intervals.size(); ++i) {
    const ParameterStatistics& p = report.statistics.parameters[i];
    if (p.fixed) continue;
    out += about_end(p, profile.intervals[i].lower, true, report.result.constrained.has_value());
    out += about_end(p, profile.intervals[i].upper, false, report.result.constrained.has_value());
  }
  if (profile.status != Status::converged) out += fmt::format("The profiles were stopped: {}.\n", profile.reason);
  if (profile.lower_point) out += about_lower_point(report);
  out += nonlinearity(report);
  return out.empty() ? "" : "\n" + out;
}

}  // namespace thalweg::inline v0_1
