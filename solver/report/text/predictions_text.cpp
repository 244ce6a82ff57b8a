#include "report/text/predictions_text.hpp"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include <thalweg/report/text.hpp>

#include "report/text/sentences.hpp"
#include "report/text/table.hpp"
#include "report/text/written_values.hpp"

namespace thalweg::inline v0_1::text {
namespace {

constexpr std::size_t most_rows = 20;

std::string between(const std::vector<double>& lower, const std::vector<double>& upper, std::size_t i,
                    const Digits& digits) {
  if (lower.empty() || !std::isfinite(lower[i]) || !std::isfinite(upper[i])) return "";
  return fmt::format("[{}, {}]", digits.interval_end(lower[i]), digits.interval_end(upper[i]));
}

}  // namespace

std::string predictions_text(const FitRows& rows, bool named) {
  const std::string level = level_in_words(rows.level);
  Table table;
  for (const std::string& column : rows.columns) table.add_column(printable(column), Align::right);
  table.add_column("predicted " + printable(rows.response), Align::right);
  table.add_column("standard error", Align::left);
  table.add_column(level + " confidence", Align::left);
  table.add_column(level + " prediction", Align::left);
  const std::size_t shown = std::min(most_rows, rows.fit.size());
  for (std::size_t i = 0; i < shown; ++i) {
    std::vector<std::string> cells;
    for (const auto& values : rows.values) cells.push_back(as_given(values[i]));
    const double error = rows.standard_error.empty() ? std::nan("") : rows.standard_error[i];
    const Digits digits(rows.fit[i], error, 2);
    cells.push_back(digits.number(rows.fit[i]));
    cells.push_back(std::isfinite(error) ? "± " + digits.error() : "");
    cells.push_back(between(rows.confidence_lower, rows.confidence_upper, i, digits));
    cells.push_back(between(rows.prediction_lower, rows.prediction_upper, i, digits));
    table.add_row(std::move(cells));
  }
  std::string out = "\n" + (named ? printable(rows.name) + ":\n" : "") + table.print("  ");
  if (shown < rows.fit.size())
    out += fmt::format("  and {} more: see --predict-output or --json\n", rows.fit.size() - shown);
  return out;
}

}  // namespace thalweg::inline v0_1::text
