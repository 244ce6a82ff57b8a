#include <algorithm>
#include <cmath>

#include <fmt/format.h>
#include <base/names.hpp>
#include <problem/derivative_finding.hpp>

namespace thalweg::inline v0_1 {
namespace {

using Cause = DerivativeFault::Cause;

constexpr std::size_t names_shown = 4;

struct Place {
  int point = 0;
  std::int64_t site = 0;
  int column = 0;
};

/// The entry farthest from the differences; at the first point if any is wrong there.
Place worst_entry(const ComparedGroup& g, const DerivativeFinding& finding) {
  Place worst;
  double distance = -1.0;
  for (int p = 0; p < g.points() && distance < 0.0; ++p)
    for (std::int64_t s = 0; s < g.sites(); ++s)
      for (const int c : finding.columns) {
        const ComparedEntry& e = g.at(p, s, c);
        if (!finding.concerns(e)) continue;
        const double d = std::isfinite(e.given) ? std::abs(e.given - e.expected) : 0.0;
        if (!(d > distance)) continue;
        distance = d;
        worst = {p, s, c};
      }
  return worst;
}

void count(const ComparedGroup& g, const DerivativeFinding& finding, DerivativeFault& fault) {
  for (std::int64_t s = 0; s < g.sites(); ++s)
    for (const int c : finding.columns) {
      bool judged = false, wrong = false;
      for (int p = 0; p < g.points(); ++p) {
        judged = judged || g.at(p, s, c).judged();
        wrong = wrong || finding.concerns(g.at(p, s, c));
      }
      fault.entries_checked += judged ? 1 : 0;
      fault.entries_wrong += wrong ? 1 : 0;
    }
}

/// The finding is of every derivative in the group that is not zero.
bool covers_group(const ComparedGroup& g, const DerivativeFinding& finding) {
  std::vector<char> in(static_cast<std::size_t>(g.columns()));
  for (const int c : finding.columns) in[static_cast<std::size_t>(c)] = 1;
  for (int p = 0; p < g.points(); ++p)
    for (std::int64_t s = 0; s < g.sites(); ++s)
      for (int c = 0; c < g.columns(); ++c) {
        const ComparedEntry& e = g.at(p, s, c);
        if (e.significant() && !(in[static_cast<std::size_t>(c)] && finding.concerns(e))) return false;
      }
  return true;
}

/// Different parameters are read as this one column by residuals whose derivatives are wrong.
bool has_like(const ComparedGroup& g, const DerivativeFinding& finding, int column, std::int64_t parameter) {
  for (int p = 0; p < g.points(); ++p)
    for (std::int64_t s = 0; s < g.sites(); ++s)
      if (finding.concerns(g.at(p, s, column)) && g.parameter(g.item(s), column) != parameter) return true;
  return false;
}

/// "'a', 'b' and 'c'"
std::string enumerate(const std::vector<std::string>& names) {
  std::string text;
  const std::size_t shown = names.size() > names_shown ? names_shown - 1 : names.size();
  for (std::size_t i = 0; i < shown; ++i) {
    if (i > 0) text += i + 1 == names.size() ? " and " : ", ";
    text += fmt::format("'{}'", names[i]);
  }
  return shown == names.size() ? text : text + fmt::format(" and {} others", names.size() - shown);
}

struct Subject {
  std::string text;
  bool plural;
};

Subject subject_of(const ComparedGroup& g, const DerivativeFinding& finding, const DerivativeFault& fault) {
  const int m = g.group().dimension();
  if (finding.cause == Cause::transposed)
    return {fmt::format("the {} x {} derivatives by {}", m, m, enumerate(fault.parameters)), true};
  if (finding.columns.size() > 1) {
    if (finding.cause != Cause::swapped_columns && covers_group(g, finding)) return {"every derivative", false};
    return {fmt::format("the derivatives by {}", enumerate(fault.parameters)), true};
  }
  const int column = finding.columns.front();
  if (has_like(g, finding, column, g.parameter(fault.item, column)))
    return {fmt::format("the derivatives by '{}' and its like", fault.parameter), true};
  return {fmt::format("the derivative by '{}'", fault.parameter), false};
}

std::string factor_text(double f) {
  const auto whole = [](double v) { return v > 1.5 && std::abs(v - std::round(v)) <= 1e-4 * v; };
  if (std::abs(f - 57.295779513082321) <= 6e-3) return "180/pi times too large, as if radians were taken for degrees";
  if (std::abs(f - 0.017453292519943296) <= 2e-6) return "180/pi times too small, as if degrees were taken for radians";
  if (whole(f)) return fmt::format("{:.0f} times too large", f);
  if (whole(1.0 / f)) return fmt::format("{:.0f} times too small", 1.0 / f);
  return fmt::format("{:.6g} times what differences give", f);
}

std::string predicate_of(const DerivativeFinding& finding, bool plural) {
  const char* is = plural ? "are" : "is";
  switch (finding.cause) {
    case Cause::sign:
      return plural ? "have the wrong sign" : "has the wrong sign";
    case Cause::factor:
      return fmt::format("{} {}", is, factor_text(finding.factor));
    case Cause::transposed:
      return "look transposed";
    case Cause::swapped_columns:
      return "look exchanged";
    case Cause::chain_rule:
      return fmt::format("{} to lack the chain rule's {}", plural ? "seem" : "seems", finding.detail);
    case Cause::missing:
      return fmt::format("{} zero", is);
    case Cause::not_finite:
      return fmt::format("{} not finite", is);
    case Cause::wrong:
      break;
  }
  return fmt::format("{} wrong", is);
}

std::string count_text(const ComparedGroup& g, const DerivativeFault& fault) {
  const char* kind = static_cast<std::int64_t>(g.items().size()) < g.group().items() ? "sampled entries" : "entries";
  if (fault.entries_checked == 1) return "the only entry";
  if (fault.entries_wrong == fault.entries_checked) return fmt::format("all {} {}", fault.entries_checked, kind);
  return fmt::format("{} of {} {}", fault.entries_wrong, fault.entries_checked, kind);
}

}  // namespace

DerivativeFault tell(const Problem& problem, const ComparedGroup& g, const DerivativeFinding& finding) {
  const Place worst = worst_entry(g, finding);
  const ComparedEntry& entry = g.at(worst.point, worst.site, worst.column);
  DerivativeFault fault;
  fault.cause = finding.cause;
  fault.factor = finding.factor;
  fault.group = g.group().name();
  fault.item = g.item(worst.site);
  fault.component = g.component(worst.site);
  fault.point = worst.point;
  fault.residual = g.group().residual_name(fault.item, fault.component);
  for (const int c : finding.columns) fault.parameters.push_back(problem.tangent_name(g.parameter(fault.item, c)));
  fault.parameter = problem.tangent_name(g.parameter(fault.item, worst.column));
  fault.given = entry.given;
  fault.expected = entry.expected;
  fault.error_estimate = entry.error;
  count(g, finding, fault);

  const Subject subject = subject_of(g, finding, fault);
  const bool near = worst.point > 0, several = finding.columns.size() > 1;
  fault.sentence = fmt::format(
      "residual group '{}': {} {}; {}{} has {:.6g}{}, differences give {:.6g} ({})", fault.group, subject.text,
      predicate_of(finding, subject.plural), near ? "near the start " : "", fault.residual, fault.given,
      several ? fmt::format(" by '{}'", fault.parameter) : std::string(), fault.expected, count_text(g, fault));
  return fault;
}

namespace {

constexpr Name<DerivativeFault::Cause> causes[] = {
    {"sign", DerivativeFault::Cause::sign},
    {"factor", DerivativeFault::Cause::factor},
    {"transposed", DerivativeFault::Cause::transposed},
    {"swapped_columns", DerivativeFault::Cause::swapped_columns},
    {"chain_rule", DerivativeFault::Cause::chain_rule},
    {"missing", DerivativeFault::Cause::missing},
    {"not_finite", DerivativeFault::Cause::not_finite},
    {"wrong", DerivativeFault::Cause::wrong},
};

}  // namespace

std::string_view to_string(DerivativeFault::Cause cause) { return name_of(causes, cause); }

}  // namespace thalweg::inline v0_1
