// Which parameters change the residuals at all, and which by how much.
#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "diagnosis/examination.hpp"

namespace thalweg::inline v0_1 {
namespace {

using words::quoted;

// Points far away that are looked at before a parameter is said to change nothing.
constexpr int points_far_away = 24;
// The same nearby, of one that has none at the start: still none.
constexpr double as_good_as_none = 1e-30;
// ‖Jⱼ‖ |xⱼ| beside the largest: a parameter below this changes the residuals less than rounding in the other's part.
constexpr double negligible = 1e-12;
constexpr double shortest = 1e-150;  // ‖Jⱼ‖ whose square is still a number

/// Of columns and of groups: whether anything was seen to move.
struct Moves {
  Moves(std::size_t columns, std::size_t groups) : column(columns, 0), group(groups, 0) {}
  /// `least`: of the largest influence, what counts.
  void add(const Probe& probe, double least = 0.0) {
    if (!probe.finite) return;
    any = true;
    const double most = *std::max_element(probe.influence.begin(), probe.influence.end());
    for (std::size_t j = 0; j < column.size(); ++j) column[j] = column[j] || probe.influence[j] > least * most;
    for (std::size_t g = 0; g < group.size(); ++g) group[g] = group[g] || probe.moves[g];
  }
  bool all() const {
    const auto moved = [](char c) { return c != 0; };
    return std::all_of(column.begin(), column.end(), moved) && std::all_of(group.begin(), group.end(), moved);
  }
  std::vector<char> column, group;
  bool any = false;  // a finite point was seen
};

struct Seen {
  Moves start, nearby, anywhere;
};

Seen look_around(const Examination& e) {
  const Moves nothing(e.start.influence.size(), e.start.moves.size());
  Seen seen{nothing, nothing, nothing};
  seen.start.add(e.start);
  for (const Probe& probe : e.nearby) seen.nearby.add(probe, as_good_as_none);
  seen.anywhere.add(e.start);
  for (const Probe& probe : e.nearby) seen.anywhere.add(probe);
  std::mt19937_64 random = e.random;
  for (int i = 0; i < points_far_away && !seen.anywhere.all(); ++i)
    seen.anywhere.add(e.prober.look(point_far_away(e.program, e.start.x, random), Prober::Want::influence));
  return seen;
}

void add_parameters(const Examination& e, const Seen& seen, CheckReport& report) {
  std::vector<std::string> unused, none_at_start, none_around;
  for (std::size_t j = 0; j < e.start.influence.size(); ++j) {
    const std::string name = e.name(static_cast<std::int64_t>(j));
    if (!seen.anywhere.column[j])
      unused.push_back(name);
    else if (seen.start.any && !seen.start.column[j])
      (seen.nearby.column[j] ? none_at_start : none_around).push_back(name);
  }
  const auto verb = [](const auto& names, const char* one, const char* many) { return names.size() == 1 ? one : many; };
  if (!unused.empty())
    report.findings.push_back({Finding::Kind::unused,
                               fmt::format("{} {} no residual: whatever the value, nothing changes.", quoted(unused),
                                           verb(unused, "enters", "enter")),
                               fmt::format("Leave {0} out, or fix {0}.", verb(unused, "it", "them")), unused});
  if (!none_around.empty())
    report.findings.push_back(
        {Finding::Kind::no_influence,
         fmt::format("{} {} no influence at the start or near it (the derivatives are zero), but far away {}.",
                     quoted(none_around), verb(none_around, "has", "have"), verb(none_around, "it has", "they have")),
         "Choose another start, off this plateau.", none_around});
  // That nothing has an influence is what a gradient of zero has said.
  const bool said = std::any_of(report.findings.begin(), report.findings.end(),
                                [](const Finding& f) { return f.kind == Finding::Kind::stationary_start; });
  if (none_at_start.empty() || (said && none_at_start.size() == e.start.influence.size())) return;
  report.findings.push_back(
      {Finding::Kind::no_influence,
       fmt::format("{} {} no influence at the start (the derivatives are zero there), but nearby {}.",
                   quoted(none_at_start), verb(none_at_start, "has", "have"),
                   verb(none_at_start, "it has", "they have")),
       "Choose another start.", none_at_start});
}

void add_groups(const Examination& e, const Seen& seen, CheckReport& report) {
  const auto& groups = e.problem().groups();
  if (groups.size() == 1) return;  // its parameters have been said to enter nothing
  for (std::size_t g = 0; g < groups.size(); ++g)
    if (!seen.anywhere.group[g])
      report.findings.push_back({Finding::Kind::constant_group,
                                 fmt::format("The residuals of '{}' depend on no free parameter.", groups[g]->name()),
                                 "Leave them out, or let a parameter of theirs move.",
                                 {}});
}

void add_negligible(const Examination& e, CheckReport& report) {
  if (!e.start.finite) return;
  const std::vector<double> x = e.coordinates();
  const auto size = [&](std::size_t j) { return e.start.influence[j] * std::abs(x[j]); };
  std::size_t most = 0;
  for (std::size_t j = 1; j < e.start.influence.size(); ++j)
    if (size(j) > size(most)) most = j;
  Finding finding{Finding::Kind::negligible_influence, "", "", {}};
  double least = 1.0;
  for (std::size_t j = 0; j < e.start.influence.size(); ++j) {
    const double part = size(j) / size(most);
    // Zero: the parameter is, or its influence. Shorter than the shortest: said already.
    if (!(part > 0.0 && part < negligible) || e.start.influence[j] < shortest) continue;
    least = std::min(least, part);
    finding.parameters.push_back(e.name(static_cast<std::int64_t>(j)));
  }
  if (finding.parameters.empty()) return;
  finding.sentence =
      fmt::format("At the start {} {} less than rounding: {:.1g} of what '{}' does.", quoted(finding.parameters),
                  finding.parameters.size() == 1 ? "changes the residuals" : "change the residuals", least,
                  e.name(static_cast<std::int64_t>(most)));
  finding.advice =
      "Check the units of the data and of the start; if they are right, fix or leave out what has no weight.";
  report.findings.push_back(std::move(finding));
}

}  // namespace

void look_at_influence(const Examination& e, CheckReport& report) {
  const Seen seen = look_around(e);
  if (!seen.anywhere.any) return;
  add_parameters(e, seen, report);
  add_groups(e, seen, report);
  add_negligible(e, report);
}

}  // namespace thalweg::inline v0_1
