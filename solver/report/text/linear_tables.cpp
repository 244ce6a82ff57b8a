#include "report/text/linear_tables.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <thalweg/base/words.hpp>
#include <thalweg/report/text.hpp>

namespace thalweg::inline v0_1::text {
namespace {

std::string milliseconds(double seconds) { return fmt::format("{:.3g}", 1e3 * seconds); }

std::string small_number(double v) { return v == 0.0 ? "0" : std::isfinite(v) ? fmt::format("{:.1e}", v) : ""; }

double residual_of(const LinearRun& run) {
  return run.solution.trace.empty() ? 0.0 : run.solution.trace.back().residual;
}

const LinearRun* run_of(const LinearComparisonReport& report, LinearMethod method) {
  for (const LinearRun& run : report.comparison.runs)
    if (run.method == method && run.refused.empty()) return &run;
  return nullptr;
}

std::string took(const LinearRun& run) {
  return run.solution.solved ? fmt::format("took {}", run.solution.iterations)
                             : fmt::format("had not met it after {}", run.solution.iterations);
}

/// What a method took beside its promise; nothing where there is none.
std::string beside_promise(const LinearComparisonReport& report, LinearMethod method, const char* name,
                           const char* promise) {
  const LinearRun* run = run_of(report, method);
  const std::int64_t most = report.comparison.promised(method, report.tolerance);
  if (run == nullptr || most == 0) return "";
  return fmt::format(" {} {} iterations, where theory promises {} at most ({}).", name, took(*run), most, promise);
}

}  // namespace

std::string heading(const LinearSystemFacts& a) {
  return fmt::format("{}: {} × {}, {}{}\nright-hand side: {}\n", printable(a.name), a.rows, a.columns,
                     a.nonzeros == 1 ? "1 entry" : fmt::format("{} entries", a.nonzeros),
                     a.symmetric ? ", symmetric" : "", printable(a.right_hand_side));
}

Table method_table(const LinearComparisonReport& report) {
  Table table;
  table.add_column("method", Align::left);
  table.add_column("solved", Align::left);
  table.add_column("iterations", Align::right);
  table.add_column("milliseconds", Align::right);
  table.add_column("‖b − Ax‖ / ‖b‖", Align::right);
  table.add_column("backward error", Align::right);
  table.add_column("condition", Align::right);
  table.add_column("", Align::left);
  std::vector<const LinearRun*> order;
  for (const LinearRun& run : report.comparison.runs) order.push_back(&run);
  const auto place = [](const LinearRun* run) { return run->solution.solved ? 0 : 1; };
  std::stable_sort(order.begin(), order.end(), [&](const LinearRun* a, const LinearRun* b) {
    if (place(a) != place(b)) return place(a) < place(b);
    return place(a) == 0 && a->solution.seconds.total < b->solution.seconds.total;
  });
  for (const LinearRun* run : order) {
    const LinearSolution& s = run->solution;
    const std::string name(to_string(run->method));
    if (!run->refused.empty()) continue;
    table.add_row({s.form.empty() ? name : fmt::format("{} ({})", name, s.form), s.solved ? "yes" : "no",
                   is_iterative(run->method) ? std::to_string(s.iterations) : "", milliseconds(s.seconds.total),
                   s.trace.empty() ? "" : small_number(s.trace.back().residual), small_number(s.backward_error),
                   small_number(s.condition), s.solved ? "" : s.ending});
  }
  return table;
}

std::vector<std::string> refusals(const LinearComparisonReport& report) {
  std::vector<std::pair<std::string, std::vector<std::string>>> reasons;
  for (const LinearRun& run : report.comparison.runs) {
    if (run.refused.empty()) continue;
    const std::string name(to_string(run.method));
    std::string reason = run.refused;
    if (reason.starts_with(name))
      reason.erase(0, std::min(reason.size(), name.size() + 1 + (reason[name.size()] == ':')));
    const auto known = std::find_if(reasons.begin(), reasons.end(), [&](const auto& r) { return r.first == reason; });
    if (known == reasons.end())
      reasons.push_back({reason, {name}});
    else
      known->second.push_back(name);
  }
  std::vector<std::string> sentences;
  for (const auto& [reason, names] : reasons)
    sentences.push_back(fmt::format("Refused by {}: {}.", enumerated(names), reason));
  return sentences;
}

std::string answer(const LinearComparisonReport& report) {
  // A least-squares answer far above the others' residuals does not solve the equations that they solve.
  double least = std::numeric_limits<double>::infinity();
  for (const LinearRun& run : report.comparison.runs)
    if (run.solution.solved) least = std::min(least, residual_of(run));
  const double most = std::max(10.0 * report.tolerance, 1.01 * least);
  const LinearRun* best = nullptr;
  std::size_t solved = 0;
  for (const LinearRun& run : report.comparison.runs) {
    if (!run.solution.solved || residual_of(run) > most) continue;
    ++solved;
    if (best == nullptr || run.solution.seconds.total < best->solution.seconds.total) best = &run;
  }
  const auto all = static_cast<long long>(report.comparison.runs.size());
  if (best == nullptr) return fmt::format("No method of {} solved the system.", all);
  return fmt::format("{} of {} solved the system; the fastest: {}, {} ms.", solved, counted(all, "method"),
                     to_string(best->method), milliseconds(best->solution.seconds.total));
}

std::string about_spectrum(const LinearComparisonReport& report) {
  const LinearComparison& c = report.comparison;
  if (c.spectrum.kind == Spectrum::Kind::none) return "The matrix is too large to show its spectrum.";
  const bool eigen = c.spectrum.kind == Spectrum::Kind::eigenvalues;
  std::string out = fmt::format("{} from {:.4g} to {:.4g}: the condition number is {:.3g}.",
                                eigen ? "Eigenvalues" : "Singular values", c.spectrum.values.front(),
                                c.spectrum.values.back(), c.spectrum.condition());
  if (eigen && !c.definite) out += " They are not all above zero: conjugate gradients and Cholesky may fail.";
  out += beside_promise(report, LinearMethod::cg, "Conjugate gradients",
                        "½√κ ln(2/ε), and never more than n in exact arithmetic");
  out += beside_promise(report, LinearMethod::gradient_descent, "Gradient descent", "½κ ln(1/ε)");
  return out;
}

std::string about_fill(const LinearComparisonReport& report) {
  if (!report.comparison.sparsity) return "";
  const Sparsity& s = *report.comparison.sparsity;
  return fmt::format(
      "{}The matrix has {} entries. Eliminated in the order of the file, its factor (L + Lᵀ) has {}; in the order "
      "of approximate minimum degree {}, {:.2g} times the matrix's.",
      report.comparison.symmetric ? "" : "Of the pattern of A + Aᵀ, since A is not symmetric. ", s.matrix.entries,
      s.natural_entries, s.factor.entries,
      static_cast<double>(s.factor.entries) / static_cast<double>(std::max<std::int64_t>(1, s.matrix.entries)));
}

}  // namespace thalweg::inline v0_1::text

namespace thalweg::inline v0_1 {

std::string to_text(const LinearComparisonReport& report) {
  std::string out = text::heading(report.system) + "\n" + text::answer(report) + "\n\n";
  out += text::method_table(report).print("  ");
  for (const std::string& sentence : text::refusals(report)) out += "\n" + sentence + "\n";
  out += fmt::format("\nIterative methods end at ‖b − Ax‖ / ‖b‖ ≤ {:.2g}.\n", report.tolerance);
  for (const std::string& note : report.system.notes) out += "Note: " + printable(note) + ".\n";
  out += text::about_spectrum(report) + "\n";
  const std::string fill = text::about_fill(report);
  return out + (fill.empty() ? "" : fill + "\n");
}

}  // namespace thalweg::inline v0_1
