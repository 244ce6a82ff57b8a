#include "report/text/regression_tables.hpp"

#include <cmath>

#include <fmt/format.h>

#include <thalweg/report/text.hpp>

#include "report/text/sentences.hpp"

namespace thalweg::text {
namespace {

constexpr std::string_view indent = "  ";
constexpr std::size_t most_classes_shown = 12;

std::string cell(double v, int digits) { return std::isfinite(v) ? fmt::format("{:.{}g}", v, digits) : ""; }

}  // namespace

Table quality_table(const RegressionSummary& r) {
  Table table;
  table.add_column("samples", Align::left);
  for (const char* heading : {"", "mean loss", "accuracy", "R²"}) table.add_column(heading, Align::right);
  for (const RegressionQuality& q : r.quality)
    table.add_row({q.name, std::to_string(q.samples), cell(q.mean_loss, 5),
                   std::isfinite(q.accuracy) ? fmt::format("{:.1f} %", 100.0 * q.accuracy) : "",
                   std::isfinite(q.r_squared) ? r_squared_text(q.r_squared) : ""});
  return table;
}

Table confusion_table(const RegressionSummary& r, const RegressionQuality& q) {
  Table table;
  table.add_column(q.name + ": true class", Align::left);
  for (const std::string& name : r.classes) table.add_column("as " + printable(name), Align::right);
  const std::size_t k = r.classes.size();
  for (std::size_t i = 0; i < k; ++i) {
    std::vector<std::string> row = {printable(r.classes[i])};
    for (std::size_t j = 0; j < k; ++j) row.push_back(std::to_string(q.confusion[i * k + j]));
    table.add_row(std::move(row));
  }
  return table;
}

Table cross_validation_table(const RegressionSummary& r) {
  Table table;
  table.add_column(r.penalty, Align::right);
  table.add_column(fmt::format("mean loss, {} folds", r.folds), Align::right);
  table.add_column("± error", Align::right);
  table.add_column("", Align::left);
  for (const PenaltyTrial& trial : r.cross_validation)
    table.add_row({fmt::format("{:g}", trial.penalty), cell(trial.mean_loss, 5), cell(trial.standard_error, 2),
                   trial.chosen ? "chosen" : ""});
  return table;
}

std::string regression_text(const Report& report) {
  if (!report.regression) return "";
  const RegressionSummary& r = *report.regression;
  std::string out = "\n" + quality_table(r).print(indent);
  for (const RegressionQuality& q : r.quality)
    if (!q.confusion.empty() && r.classes.size() <= most_classes_shown)
      out += "\n" + confusion_table(r, q).print(indent);
  if (!r.cross_validation.empty()) out += "\n" + cross_validation_table(r).print(indent);
  if (r.zero_weights > 0) out += fmt::format("\n{} of {} weights are zero.\n", r.zero_weights, r.weights);
  return out;
}

}  // namespace thalweg::text
