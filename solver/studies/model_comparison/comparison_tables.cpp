#include "studies/model_comparison/comparison_tables.hpp"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include <thalweg/report/text.hpp>

#include "report/text/sentences.hpp"

namespace thalweg::inline v0_1::studies {
namespace {

using text::Align;
using text::significant;
using text::Table;

std::string decimals(double v, int count) { return std::isfinite(v) ? fmt::format("{:.{}f}", v, count) : ""; }

std::string outcome(const Report& report) {
  if (report.result.converged()) return "";
  std::string words(to_string(report.result.status));
  std::replace(words.begin(), words.end(), '_', ' ');
  return words;
}

std::string number_of(std::size_t place) { return fmt::format("{}", place + 1); }

}  // namespace

Table model_table(const ModelComparison& comparison, bool verbose) {
  const int digits = verbose ? 10 : 5, places = verbose ? 6 : 2;
  Table table;
  table.add_column("", Align::right);
  table.add_column("model", Align::left);
  table.add_column("parameters", Align::right);
  const char* const difference = comparison.by_aic ? "difference of AIC" : "difference";
  for (const char* heading : {"Σr²", "R²", "AICc", difference, "weight", "AIC", "BIC", "left out"})
    table.add_column(heading, Align::right);
  table.add_column("", Align::left);
  for (std::size_t i = 0; i < comparison.fits.size(); ++i) {
    const ModelFit& fit = comparison.fits[i];
    const FitStatistics& s = fit.report.statistics;
    table.add_row({number_of(i), printable(fit.model), std::to_string(fit.free_parameters),
                   significant(s.residual_sum_of_squares, digits), text::r_squared_text(s.r_squared),
                   decimals(s.aicc, places), decimals(fit.difference, places),
                   std::isfinite(fit.difference) ? significant(fit.weight, 3) : "", decimals(s.aic, places),
                   decimals(s.bic, places), significant(fit.leave_one_out.root_mean_square, digits),
                   outcome(fit.report)});
  }
  return table;
}

Table nested_table(const ModelComparison& comparison) {
  Table table;
  for (const char* heading : {"simpler", "fuller", "test", "statistic", "p", ""})
    table.add_column(heading, Align::left);
  const double level = comparison.fits.empty() ? 0.95 : comparison.fits[0].report.statistics.level;
  for (const NestedModels& pair : comparison.nested) {
    const NestedTest& test = pair.test;
    table.add_row({number_of(pair.simpler), number_of(pair.fuller),
                   test.chi_squared ? fmt::format("χ²({})", test.numerator)
                                    : fmt::format("F({}, {})", test.numerator, test.denominator),
                   significant(test.statistic, 4), text::probability(test.probability),
                   test.probability < 1.0 - level ? "the fuller fits better" : "the simpler will do"});
  }
  return table;
}

std::string about_columns(const ModelComparison& comparison) {
  std::string out = "Best first, by AICc. Weight: how plausible each model is, if one of these is the best.\n";
  const auto has = [&](LeaveOneOut::Method method) {
    return std::any_of(comparison.fits.begin(), comparison.fits.end(),
                       [&](const ModelFit& fit) { return fit.leave_one_out.method == method; });
  };
  std::vector<std::string> ways;
  if (has(LeaveOneOut::Method::exact)) ways.push_back("by leverages, exact, where the model is linear");
  if (has(LeaveOneOut::Method::refits)) ways.push_back("by refits where it is not");
  if (has(LeaveOneOut::Method::leverage)) ways.push_back("by leverages, to first order, of nonlinear models");
  if (!ways.empty()) {
    out += "Left out: root mean square error of each row predicted by a fit to all others,\n";
    for (std::size_t i = 0; i < ways.size(); ++i) out += (i > 0 ? ", " : "") + ways[i];
    out += ".\n";
  }
  if (!comparison.nested.empty())
    out += "Nested: the fuller model reproduces the simpler one's fitted curve, and one beside it, to rounding.\n";
  return out;
}

}  // namespace thalweg::inline v0_1::studies
