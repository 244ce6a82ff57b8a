#include <thalweg/studies/regression_section.hpp>

#include <algorithm>
#include <cctype>
#include <cmath>

#include <fmt/format.h>

#include <thalweg/base/words.hpp>
#include <thalweg/report/text.hpp>

#include "report/json/json_parts.hpp"
#include "report/text/sentences.hpp"
#include "studies/regression/class_picture.hpp"

namespace thalweg::inline v0_1 {
namespace studies {
extern const std::string_view regression_script;  // regression.js
}

namespace {

using json_parts::Json;
using json_parts::number;
using text::Align;
using text::Table;

constexpr std::size_t most_classes_in_text = 12, most_classes_on_page = 20;  // of a confusion table
constexpr std::size_t most_weights_in_text = 20, most_weights_on_page = 40;  // that are not zero

std::string percentage(double part) { return std::isfinite(part) ? fmt::format("{:.1f} %", 100.0 * part) : ""; }

/// Rounded to so many significant digits, without an exponent as far as that can be read: numbers of one column are to
/// be compared.
std::string cell(double v, int digits) {
  if (!std::isfinite(v)) return "";
  const std::string rounded = fmt::format("{:.{}e}", v, digits - 1);
  const int exponent = std::stoi(rounded.substr(rounded.find('e') + 1));
  if (v == 0.0 || exponent < -6 || exponent > 8) return fmt::format("{:.{}g}", v, digits);
  std::string out = fmt::format("{:.{}f}", std::stod(rounded), std::max(0, digits - 1 - exponent));
  if (out.find('.') == std::string::npos) return out;
  out.erase(out.find_last_not_of('0') + 1);
  if (out.back() == '.') out.pop_back();
  return out;
}

/// A row per part of the samples: how well the model does on it.
Table quality_table(const RegressionSummary& r) {
  Table table;
  table.add_column("data", Align::left);
  for (const char* heading : {"samples", "mean loss", "accuracy", "R²"}) table.add_column(heading, Align::right);
  for (const RegressionQuality& q : r.quality)
    table.add_row({q.name, std::to_string(q.samples), cell(q.mean_loss, 5), percentage(q.accuracy),
                   std::isfinite(q.r_squared) ? text::r_squared_text(q.r_squared) : ""});
  return table;
}

/// Rows: the true class, columns: the predicted one.
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

/// A row per penalty that was tried.
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

Json json_of(const RegressionSummary& r) {
  Json quality = Json::array(), trials = Json::array();
  for (const RegressionQuality& q : r.quality)
    quality.push_back({{"name", q.name},
                       {"samples", q.samples},
                       {"mean_loss", number(q.mean_loss)},
                       {"accuracy", number(q.accuracy)},
                       {"r_squared", number(q.r_squared)},
                       {"confusion", q.confusion}});
  for (const PenaltyTrial& t : r.cross_validation)
    trials.push_back({{"penalty", number(t.penalty)},
                      {"mean_loss", number(t.mean_loss)},
                      {"standard_error", number(t.standard_error)},
                      {"chosen", t.chosen}});
  return {{"model", r.model},
          {"classes", r.classes},
          {"quality", std::move(quality)},
          {"cross_validation", {{"penalty", r.penalty}, {"folds", r.folds}, {"trials", std::move(trials)}}},
          {"weights", r.weights},
          {"zero_weights", r.zero_weights}};
}

/// Which inputs an l1 penalty keeps: what such a fit is asked for. `blank`: between a name and its value.
std::string kept_weights(const RegressionSummary& r, std::string_view blank) {
  std::string out = fmt::format("{} of {} weights are zero.", r.zero_weights, r.weights);
  if (r.other_weights.empty()) return out;
  const std::size_t shown = std::min(r.other_weights.size(), most_weights_in_text);
  std::vector<std::string> words;
  for (std::size_t i = 0; i < shown; ++i)
    words.push_back(fmt::format("{}{}{:.3g}", printable(r.other_weights[i].first), blank, r.other_weights[i].second));
  const char* which = r.standardised ? ", of standardised inputs," : "";
  if (shown < r.other_weights.size())
    return out +
           fmt::format(" The largest of the other {}{} are {}.", r.other_weights.size(), which, enumerated(words));
  return out + fmt::format(" The other{}{} by size: {}.", shown == 1 ? "" : "s", which, enumerated(words));
}

/// Accuracy or R², that of the samples held back where there are some.
void add_key_numbers(const RegressionSummary& r, Section& section) {
  if (r.quality.empty()) return;
  const RegressionQuality& q = r.quality.back();
  const std::string of = r.quality.size() > 1 ? fmt::format(" ({})", q.name) : "";
  if (std::isfinite(q.accuracy)) section.key_numbers.emplace_back("accuracy" + of, percentage(q.accuracy));
  if (std::isfinite(q.r_squared)) section.key_numbers.emplace_back("R²" + of, text::r_squared_text(q.r_squared));
}

/// Bars for the weights that are not zero.
Json weights_of(const RegressionSummary& r) {
  Json names = Json::array(), values = Json::array();
  for (std::size_t i = 0; i < std::min(r.other_weights.size(), most_weights_on_page); ++i) {
    names.push_back(printable(r.other_weights[i].first));
    values.push_back(number(r.other_weights[i].second));
  }
  return {{"names", std::move(names)},
          {"values", std::move(values)},
          {"zero", r.zero_weights},
          {"of", r.weights},
          {"standardised", r.standardised}};
}

/// "network: 1 input" as a sentence.
std::string sentence_of(std::string words) {
  if (!words.empty()) words[0] = static_cast<char>(std::toupper(static_cast<unsigned char>(words[0])));
  return words + ".";
}

}  // namespace

Section section_of(const RegressionSummary& r) {
  Section section;
  section.key = "regression";
  section.json = json_parts::dumped(json_of(r));
  Section::Panel panel{"regression", "The model", {{sentence_of(r.model)}, {"", quality_table(r), "parameters"}}};
  section.tables.push_back(quality_table(r));
  for (const RegressionQuality& q : r.quality) {
    if (q.confusion.empty()) continue;
    if (r.classes.size() <= most_classes_in_text) section.tables.push_back(confusion_table(r, q));
    if (r.classes.size() <= most_classes_on_page) panel.pieces.push_back({"", confusion_table(r, q)});
  }
  if (!r.cross_validation.empty()) {
    section.tables.push_back(cross_validation_table(r));
    panel.pieces.push_back({"", cross_validation_table(r), "parameters"});
  }
  add_key_numbers(r, section);
  Json figure = Json::object();
  if (r.zero_weights > 0) {
    section.sentence = kept_weights(r, " ");
    section.panels.push_back({"weights", "Which inputs count", {{kept_weights(r, "\u00a0")}}});
    figure["weights"] = weights_of(r);
  }
  if (r.picture) {
    section.panels.push_back({"classes", r.picture->y.empty() ? "Data and probability" : "Data and decision regions"});
    figure["classes"] = html::data_of(*r.picture);
  }
  if (!figure.empty()) {
    section.figure = json_parts::dumped(figure);
    section.script = studies::regression_script;
  }
  section.panels.push_back(std::move(panel));
  return section;
}

}  // namespace thalweg::inline v0_1
