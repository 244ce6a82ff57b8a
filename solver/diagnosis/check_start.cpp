// What is wrong with a start: numbers that are not finite, squares that underflow, a gradient of zero.
#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include <thalweg/base/words.hpp>
#include "diagnosis/examination.hpp"

namespace thalweg::inline v0_1 {
namespace {

using words::brief;
using words::quoted;

// Squares of numbers beyond this leave the range of doubles, or lose digits in it.
constexpr double smallest = 1e-150, largest = 1e150;
// Of the points around the start, a part below this may be not finite without a word: a solve steps back from them.
constexpr double good_part = 0.25;
// A cosine between a column and the residual below this is zero to rounding.
constexpr double no_slope = 1e-12;
// A cost lower by this part is lower.
constexpr double lower_than_rounding = 1e-9;
// A loss under which a residual counts less than this part of a small one has lost sight of it.
constexpr double out_of_sight = 0.01;

std::string why_not_finite(const Program& program, const std::vector<double>& x) {
  const auto entry = program.find_non_finite(x.data());
  return entry ? in_words(*entry) : "the cost overflows";
}

/// The columns that alone, moved from the start to the probe, make it not finite; all, when none does.
std::vector<std::int64_t> culprits(const Examination& e, const Probe& bad) {
  std::vector<std::int64_t> guilty, all;
  std::vector<double> whole(static_cast<std::size_t>(e.program.columns())), step(whole.size());
  e.program.difference(bad.x.data(), e.start.x.data(), whole.data());
  for (std::int64_t j = 0; j < e.program.columns(); ++j) {
    const auto i = static_cast<std::size_t>(e.program.component_of(j)), column = static_cast<std::size_t>(j);
    std::vector<double> x = e.start.x;
    x[i] = bad.x[i];
    step[column] = whole[column];
    e.program.retract_curved(e.start.x.data(), step.data(), x.data());
    step[column] = 0.0;
    if (!e.prober.look(std::move(x), Prober::Want::influence).finite) guilty.push_back(j);
    all.push_back(j);
  }
  return guilty.empty() ? all : guilty;
}

/// ", at 'a' = 0.4": the culprits, as the probe has them. Steps on a manifold are no such numbers.
std::string place_of(const Examination& e, const Probe& bad, const std::vector<std::int64_t>& columns) {
  std::vector<std::string> parts;
  if (e.program.is_curved()) return "";
  for (const std::int64_t j : columns)
    parts.push_back(
        fmt::format("'{}' = {}", e.name(j), brief(bad.x[static_cast<std::size_t>(e.program.component_of(j))])));
  if (parts.size() > 4) return "";
  return ", at " + words::listed(parts);
}

}  // namespace

void look_for_non_finite(const Examination& e, CheckReport& report) {
  if (!e.start.finite) {
    report.findings.push_back({Finding::Kind::start_not_finite,
                               "Not finite at the start: " + why_not_finite(e.program, e.start.x) + ".",
                               "Choose another start, at which every residual and derivative is finite.",
                               {}});
    return;
  }
  const auto bad = [](const Probe& probe) { return !probe.finite; };
  const auto count = std::count_if(e.nearby.begin(), e.nearby.end(), bad);
  if (static_cast<double>(count) < good_part * static_cast<double>(e.nearby.size()) || count == 0) return;
  const Probe& probe = *std::find_if(e.nearby.begin(), e.nearby.end(), bad);
  const std::vector<std::int64_t> columns = culprits(e, probe);
  Finding finding{Finding::Kind::not_finite_nearby, "", "", {}};
  for (const std::int64_t j : columns) finding.parameters.push_back(e.name(j));
  finding.sentence =
      fmt::format("Not finite near the start{}: {} (and so at {} of the {} points looked at).",
                  place_of(e, probe, columns), why_not_finite(e.program, probe.x), count, e.nearby.size());
  finding.advice =
      fmt::format("Set bounds on {} that keep away from there, or start farther off: steps into it are lost.",
                  quoted(finding.parameters));
  report.findings.push_back(std::move(finding));
}

void look_for_underflow(const Examination& e, CheckReport& report) {
  if (!e.start.finite) return;
  if (e.start.residual > 0.0 && e.start.residual < smallest) {
    report.findings.push_back({Finding::Kind::underflow,
                               "The residuals are so small that their squares underflow.",
                               "Measure the data in another unit.",
                               {}});
    return;
  }
  Finding finding{Finding::Kind::underflow, "", "Measure each of them in another unit.", {}};
  double extreme = 0.0;
  for (std::int64_t j = 0; j < e.program.columns(); ++j) {
    const double length = e.start.influence[static_cast<std::size_t>(j)];
    if (length == 0.0 || (length > smallest && length < largest)) continue;
    if (finding.parameters.empty()) extreme = length;
    finding.parameters.push_back(e.name(j));
  }
  if (finding.parameters.empty()) return;
  finding.sentence = fmt::format("The derivatives by {} are of a size whose square leaves the range of numbers ({}).",
                                 quoted(finding.parameters), brief(extreme));
  if (finding.parameters.size() == 1) finding.advice = "Measure it in another unit.";
  report.findings.push_back(std::move(finding));
}

void look_at_slope(const Examination& e, CheckReport& report) {
  if (!e.start.finite || e.start.cost == 0.0) return;
  const Program& program = e.program;
  AlignedArray residual(program.rows());
  DenseMatrix J(program.rows(), program.columns());
  program.evaluate(e.start.x.data(), residual.data(), J, e.options.threads);
  using Vector = Eigen::Map<const Eigen::VectorXd>;
  Eigen::VectorXd r = Vector(residual.data(), residual.size());
  r.stableNormalize();
  for (std::int64_t j = 0; j < J.columns(); ++j) {
    Eigen::VectorXd column = Vector(J.column(j), J.stride());
    column.stableNormalize();
    const double slope = column.dot(r);
    const auto i = static_cast<std::size_t>(program.component_of(j));
    const bool held = (slope > 0.0 && e.start.x[i] <= e.problem().lower()[i]) ||
                      (slope < 0.0 && e.start.x[i] >= e.problem().upper()[i]);
    if (!held && std::abs(slope) > no_slope) return;
  }
  double lowest = e.start.cost;
  for (const Probe& probe : e.nearby)
    if (probe.finite) lowest = std::min(lowest, probe.cost);
  if (lowest < e.start.cost * (1.0 - lower_than_rounding))
    report.findings.push_back(
        {Finding::Kind::stationary_start,
         fmt::format("The gradient is zero at the start, but it is no minimum: the cost is {} there, and {} at a point "
                     "nearby.",
                     brief(e.start.cost), brief(lowest)),
         "Choose another start: from this one a method that follows the gradient does not move.",
         {}});
  else
    report.notes.push_back(
        "the gradient is zero at the start, and no point looked at nearby is lower: it may be the "
        "minimum");
}

void look_at_losses(const Examination& e, CheckReport& report) {
  if (!e.start.finite) return;
  AlignedArray residual(e.program.rows());
  DenseMatrix J(e.program.rows(), e.program.columns());
  e.program.evaluate_without_loss(e.start.x.data(), residual.data(), J, e.options.threads);
  for (std::size_t g = 0; g < e.problem().groups().size(); ++g) {
    const ResidualGroup& group = *e.problem().groups()[g];
    const Loss& loss = group.loss();
    if (loss.is_trivial() || loss.is_convex()) continue;
    bool any = false;
    for (std::int64_t i = 0; i < group.items() && !any; ++i) {
      double square = 0.0;
      for (int k = 0; k < group.dimension(); ++k) square += std::pow(residual[e.program.row_of(g, k) + i], 2);
      any = loss(square).first > out_of_sight * loss(0.0).first;
    }
    if (any) continue;
    report.findings.push_back(
        {Finding::Kind::loss_scale,
         fmt::format("The loss {} of '{}' lets no residual count at the start: every one is far beyond its scale.",
                     to_string(loss), group.name()),
         "Start nearer to the data, enlarge the scale, or solve by graduated non-convexity (--graduated).",
         {}});
  }
}

}  // namespace thalweg::inline v0_1
