// A comparison of models as text, JSON and a page.
#include <cmath>

#include <fmt/format.h>

#include <thalweg/report/json.hpp>
#include <thalweg/report/text.hpp>
#include <thalweg/studies/model_comparison.hpp>

#include "report/html/assets.hpp"
#include "report/html/page.hpp"
#include "report/json/downsample.hpp"
#include "report/json/json_parts.hpp"
#include "report/text/report_tables.hpp"
#include "report/text/sentences.hpp"
#include "studies/model_comparison/comparison_tables.hpp"

namespace thalweg::inline v0_1 {
namespace studies {

extern const std::string_view models_script;  // of models.js

}  // namespace studies

namespace {

using json_parts::Json;
using json_parts::number;
using json_parts::numbers;

constexpr std::string_view indent = "  ";
constexpr std::size_t most_points_of_model = 1000;

std::string heading(const ModelComparison& c) {
  return fmt::format("{} of {} in {}", counted(static_cast<long long>(c.fits.size()), "model"), c.response, c.file);
}

std::string notes(const Report& report) {
  std::string out;
  if (!report.result.converged()) out += text::ending(report.result) + ": " + printable(report.result.reason) + "\n";
  for (const std::string& note : report.result.notes) out += "note: " + printable(note) + "\n";
  return out;
}

std::vector<double> picked(const std::vector<double>& values, const std::vector<std::size_t>& at) {
  std::vector<double> out;
  for (const std::size_t i : at)
    if (i < values.size()) out.push_back(values[i]);
  return out;
}

Json model_of(const ModelFit& fit) {
  const FitStatistics& s = fit.report.statistics;
  const Json whole = Json::parse(to_json(fit.report));
  return {{"model", fit.model},
          {"status", to_string(fit.report.result.status)},
          {"reason", fit.report.result.reason},
          {"free_parameters", fit.free_parameters},
          {"degrees_of_freedom", s.degrees_of_freedom},
          {"residual_sum_of_squares", number(s.residual_sum_of_squares)},
          {"residual_standard_deviation", number(s.residual_standard_deviation)},
          {"r_squared", number(s.r_squared)},
          {"aic", number(s.aic)},
          {"aicc", number(s.aicc)},
          {"bic", number(s.bic)},
          {"aicc_difference", number(fit.difference)},
          {"weight", number(fit.weight)},
          {"leave_one_out",
           {{"method", to_string(fit.leave_one_out.method)},
            {"press", number(fit.leave_one_out.press)},
            {"root_mean_square", number(fit.leave_one_out.root_mean_square)}}},
          {"parameters", whole["parameters"]},
          {"statistics", whole["statistics"]},
          {"notes", fit.report.result.notes}};
}

/// What the script draws.
Json drawn(const ModelComparison& c) {
  Json models = Json::array();
  for (const FitPanel& panel : picture_of(c).panels) {
    const auto rows = downsample_evenly(panel.y.size(), most_points_of_model),
               grid = downsample_evenly(panel.grid.size());
    models.push_back({{"name", printable(panel.name)},
                      {"input", printable(panel.input)},
                      {"response", printable(panel.response)},
                      {"x", numbers(picked(panel.x, rows))},
                      {"y", numbers(picked(panel.y, rows))},
                      {"sigma", numbers(picked(panel.sigma, rows))},
                      {"fitted", numbers(picked(panel.fitted, rows))},
                      {"residual", numbers(picked(panel.residual, rows))},
                      {"grid", numbers(picked(panel.grid, grid))},
                      {"curve", numbers(picked(panel.curve, grid))}});
  }
  return {{"models", std::move(models)}};
}

}  // namespace

std::string to_text(const ModelComparison& c, bool verbose) {
  std::string out = printable(heading(c)) + "\n" + counted(static_cast<long long>(c.rows), "row") + "\n\n";
  out += studies::model_table(c, verbose).print(indent) + "\n" + studies::about_columns(c);
  const text::Table nested = studies::nested_table(c);
  if (!nested.empty()) out += "\n" + nested.print(indent);
  for (std::size_t i = 0; i < c.fits.size(); ++i) {
    out += fmt::format("\n{}. {}\n", i + 1, printable(c.fits[i].model)) + notes(c.fits[i].report);
    if (c.fits[i].report.statistics.available())
      out += "\n" + text::parameter_table(c.fits[i].report, text::of_text(verbose)).print(indent);
  }
  return out;
}

std::string to_json(const ModelComparison& c) {
  Json models = Json::array(), nested = Json::array();
  for (const ModelFit& fit : c.fits) models.push_back(model_of(fit));
  for (const NestedModels& pair : c.nested) {
    const NestedTest& test = pair.test;
    nested.push_back({{"simpler", c.fits[pair.simpler].model},
                      {"fuller", c.fits[pair.fuller].model},
                      {"test", test.chi_squared ? "chi-squared" : "F"},
                      {"statistic", number(test.statistic)},
                      {"degrees_of_freedom", test.chi_squared ? Json::array({test.numerator})
                                                              : Json::array({test.numerator, test.denominator})},
                      {"p", number(test.probability)}});
  }
  const Json json = {{"file", c.file},
                     {"response", c.response},
                     {"rows", c.rows},
                     {"criterion", c.by_aic ? "aic" : "aicc"},
                     {"level", c.fits.empty() ? 0.95 : c.fits[0].report.statistics.level},
                     {"models", std::move(models)},
                     {"nested", std::move(nested)}};
  return json_parts::dumped(json, 2) + "\n";
}

std::string to_html(const ModelComparison& c, const Provenance& provenance) {
  const std::string title = heading(c);
  std::string body = fmt::format("<header>\n<h1>{}</h1>\n{}</header>\n", html::escaped(printable(title)),
                                 html::paragraph(counted(static_cast<long long>(c.rows), "row") + "."));
  std::string models =
      html::table(studies::model_table(c, true), "results") + html::paragraph(studies::about_columns(c));
  if (const text::Table nested = studies::nested_table(c); !nested.empty()) models += html::table(nested, "results");
  body += html::section("models", "The models", models);
  body += html::section("curves", "Data and curves", "");
  for (std::size_t i = 0; i < c.fits.size(); ++i) {
    const Report& report = c.fits[i].report;
    std::string content = html::paragraph(notes(report), "note");
    if (report.statistics.available())
      content += html::table(text::parameter_table(report, text::on_page), "results") +
                 html::table(text::fit_table(report, text::on_page), "facts");
    body += html::section(fmt::format("model-{}", i + 1), fmt::format("{}. {}", i + 1, printable(c.fits[i].model)),
                          content);
  }
  body += html::provenance_section(provenance);
  const std::string script = std::string(html::report_script) + std::string(studies::models_script) + "showModels();\n";
  return html::page(title, body, drawn(c), script);
}

}  // namespace thalweg::inline v0_1
