// The page of a comparison of methods on a linear system.
#include <algorithm>
#include <cmath>
#include <vector>

#include <fmt/format.h>
#include <thalweg/report/linear_report.hpp>
#include <thalweg/report/text.hpp>

#include "report/html/assets.hpp"
#include "report/html/page.hpp"
#include "report/text/linear_tables.hpp"

namespace thalweg::inline v0_1 {
namespace {

using html::escaped;
using html::paragraph;
using html::section;
using json_parts::Json;
using json_parts::number;

constexpr std::size_t most_records = 600;  // of a method
constexpr int digits = 5;

/// At most so many, evenly spaced, the first and the last among them.
std::vector<std::size_t> thinned(std::size_t n, std::size_t most) {
  std::vector<std::size_t> kept;
  const std::size_t count = std::min(n, most);
  for (std::size_t k = 0; k < count; ++k) kept.push_back(count < 2 ? 0 : k * (n - 1) / (count - 1));
  return kept;
}

Json run_of(const LinearRun& run) {
  const LinearSolution& s = run.solution;
  Json iteration = Json::array(), residual = Json::array(), seconds = Json::array();
  for (const std::size_t k : thinned(s.trace.size(), most_records)) {
    const LinearRecord& record = s.trace[k];
    iteration.push_back(record.iteration);
    residual.push_back(number(json_parts::rounded(record.residual, digits)));
    seconds.push_back(number(json_parts::rounded(record.seconds, digits)));
  }
  return {{"name", to_string(run.method)},
          {"iterative", is_iterative(run.method)},
          {"solved", s.solved},
          {"iterations", s.iterations},
          {"seconds_total", s.seconds.total},
          {"iteration", iteration},
          {"residual", residual},
          {"seconds", seconds}};
}

/// The cells that have entries: row, column and part of each, one after the other.
Json grid_of(const PatternGrid& grid) {
  Json cells = Json::array();
  for (std::size_t k = 0; k < grid.part.size(); ++k) {
    if (grid.part[k] == 0.0F) continue;
    cells.push_back(k / static_cast<std::size_t>(grid.cells));
    cells.push_back(k % static_cast<std::size_t>(grid.cells));
    cells.push_back(number(json_parts::rounded(static_cast<double>(grid.part[k]), 2)));
  }
  return {{"cells", grid.cells}, {"entries", grid.entries}, {"parts", std::move(cells)}};
}

Json data_of(const LinearComparisonReport& report) {
  const LinearComparison& c = report.comparison;
  Json runs = Json::array();
  for (const LinearRun& run : c.runs)
    if (run.refused.empty() && !run.solution.trace.empty()) runs.push_back(run_of(run));
  Json data = {{"runs", std::move(runs)}, {"tolerance", report.tolerance}};
  if (c.spectrum.kind != Spectrum::Kind::none)
    data["spectrum"] = {{"kind", c.spectrum.kind == Spectrum::Kind::eigenvalues ? "eigenvalue" : "singular value"},
                        {"values", json_parts::rounded_numbers(c.spectrum.values, digits)}};
  if (c.sparsity)
    data["sparsity"] = {{"matrix", grid_of(c.sparsity->matrix)},
                        {"ordered", grid_of(c.sparsity->ordered)},
                        {"factor", grid_of(c.sparsity->factor)}};
  return data;
}

std::string body_of(const LinearComparisonReport& report) {
  const LinearSystemFacts& a = report.system;
  std::string out = "<header>\n" + paragraph("comparison of methods on a linear system", "kind");
  out += fmt::format("<h1>{}</h1>\n", escaped(a.name));
  out += paragraph(fmt::format("{} × {}, {} entries{}; right-hand side: {}", a.rows, a.columns, a.nonzeros,
                               a.symmetric ? ", symmetric" : "", a.right_hand_side),
                   "source");
  out += paragraph(text::answer(report));
  for (const std::string& note : a.notes) out += paragraph("Note: " + note + ".", "note");
  out += "</header>\n";
  out += section("residuals", "Residuals", "");
  std::string refused;
  for (const std::string& sentence : text::refusals(report)) refused += paragraph(sentence, "note");
  out += section("methods", "Methods",
                 html::table(text::method_table(report), "results") + refused +
                     paragraph(fmt::format("Iterative methods end at ‖b − Ax‖ / ‖b‖ ≤ {:.2g}. Times are of one run "
                                           "each.",
                                           report.tolerance),
                               "caption"));
  out += section("spectrum", "Spectrum", paragraph(text::about_spectrum(report)));
  if (report.comparison.sparsity) out += section("sparsity", "Pattern and fill", paragraph(text::about_fill(report)));
  return out;
}

}  // namespace

std::string to_html(const LinearComparisonReport& report, const Provenance& provenance) {
  return html::page(report.system.name, body_of(report) + html::provenance_section(provenance), data_of(report),
                    html::linear_script);
}

}  // namespace thalweg::inline v0_1
