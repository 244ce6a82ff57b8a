// The page of many fits of one model.
#include <algorithm>
#include <cmath>
#include <numeric>
#include <string>
#include <string_view>
#include <vector>

#include <fmt/format.h>
#include <thalweg/base/words.hpp>
#include <thalweg/report/text.hpp>
#include <thalweg/studies/batch.hpp>

#include "report/html/assets.hpp"
#include "report/html/page.hpp"
#include "report/json/downsample.hpp"
#include "report/text/sentences.hpp"
#include "studies/batch/batch_maps.hpp"

namespace thalweg::inline v0_1 {
namespace studies {

extern const std::string_view batch_script;      // of batch.js
extern const std::string_view batch_map_script;  // of batch_map.js

}  // namespace studies

namespace {

using html::escaped;
using html::paragraph;
using html::section;
using json_parts::Json;
using json_parts::number;
using text::Digits;
using text::significant;

constexpr std::size_t most_classes = 40;   // of the histogram of iterations
constexpr double drawn_iterations = 0.99;  // of the fits, where the rest would take most of the axis
constexpr std::size_t most_examples = 24;  // fits drawn
constexpr std::size_t most_points_of_fit = 600;
constexpr double most_drawn = 1e100;  // a curve that leaves it is not drawn there: its axis would show nothing else
constexpr int digits = 6;

std::int64_t converged(const BatchSummary& s) { return s.status[static_cast<std::size_t>(BatchStatus::converged)]; }

/// "99.9998 %": no share that is not the whole is written as 100 %.
std::string share(std::int64_t part, std::int64_t whole) {
  const double p = 100.0 * static_cast<double>(part) / static_cast<double>(whole);
  if (p <= 99.0 || part == whole) return percent(p / 100.0);
  return fmt::format("{:.{}f} %", p, std::max(1, static_cast<int>(std::ceil(-std::log10(100.0 - p))) + 1));
}

// ---- heading ----

std::string heading(const BatchSummary& s) {
  std::string out = "<header>\n" + paragraph("batch of fits", "kind");
  out += fmt::format("<h1>{}</h1>\n", escaped(s.file.empty() ? s.model : s.file));
  std::string source = fmt::format("{}: {} of {} each", s.model, counted(s.fits, "fit"), counted(s.points, "point"));
  if (s.grid.size() == 2)
    source += fmt::format(", a picture of {} × {}", counted(s.grid[0], "row"), counted(s.grid[1], "column"));
  out += paragraph(source, "source");
  const bool good = converged(s) > 0 && !s.interrupted;
  const std::string answer =
      s.done > 0 ? answer_of(s)
                 : "no fit was done" + (s.resumed > 0 ? fmt::format("; {} were there before", s.resumed) : "");
  out += fmt::format("<p class=\"ending {}\"><strong>{} {}</strong></p>\n", good ? "converged" : "stopped",
                     good ? "✓" : "!", escaped(answer));
  for (const std::string& note : s.notes) out += paragraph("Note: " + note + ".", "note");
  return out + "</header>\n";
}

/// Of the fits of this run; NaN of none.
double median_iterations(const BatchSummary& s) {
  const std::int64_t all = std::accumulate(s.iterations.begin(), s.iterations.end(), std::int64_t{0});
  std::int64_t below = 0;
  for (std::size_t k = 0; k < s.iterations.size(); ++k)
    if ((below += s.iterations[k]) * 2 >= all && all > 0) return static_cast<double>(k);
  return BatchParameter::missing;
}

std::string key_numbers(const BatchSummary& s) {
  std::string out;
  const auto add = [&](std::string_view label, const std::string& value) {
    if (!value.empty()) out += fmt::format("<div><dt>{}</dt><dd>{}</dd></div>\n", label, escaped(value));
  };
  add("fits of this run", std::to_string(s.done));
  if (s.resumed > 0) add("there before", std::to_string(s.resumed));
  if (s.done > 0) add("converged", share(converged(s), s.done));
  add("iterations of a fit, median", significant(median_iterations(s), 6));
  if (s.handed_over > 0) add("handed over to the solver", std::to_string(s.handed_over));
  if (s.seconds_fitting > 0.0) add("seconds of fitting", significant(s.seconds_fitting, 3));
  if (s.seconds > 0.0) add("seconds with reading and writing", significant(s.seconds, 3));
  return "<dl class=\"key-numbers\">\n" + out + "</dl>\n";
}

// ---- how the fits ended ----

std::string in_words(BatchStatus status) {
  std::string words(to_string(status));
  std::replace(words.begin(), words.end(), '_', ' ');
  return words.starts_with("non ") ? "non-" + words.substr(4) : words;
}

std::string_view meaning(BatchStatus status) {
  switch (status) {
    case BatchStatus::converged:
      return "the last Gauss-Newton step promises next to no decrease";
    case BatchStatus::iteration_limit:
      return "the cost was still falling at the last iteration";
    case BatchStatus::stalled:
      return "no step lowers the cost, though the Gauss-Newton step promises a decrease";
    case BatchStatus::singular:
      return "the data do not determine all parameters";
    case BatchStatus::non_finite_data:
      return "a number among the data is not finite";
    case BatchStatus::non_finite_start:
      return "the model or a derivative is not finite at the start, or a mean not positive";
    case BatchStatus::too_few_points:
      return "fewer points than free parameters";
    case BatchStatus::wrong_sigma:
      return "a σ is not a positive number";
    case BatchStatus::negative_count:
      return "a count is negative";
    case BatchStatus::beyond_range:
      return "the squares of the data are beyond the range of numbers: another unit would do";
    case BatchStatus::no_start:
      return "the start is not finite";
  }
  return "";
}

std::string endings(const BatchSummary& s) {
  text::Table table;
  table.add_column("status", text::Align::left);
  table.add_column("fits", text::Align::right);
  table.add_column("share", text::Align::right);
  table.add_column("meaning", text::Align::left);
  for (std::size_t k = 0; k < s.status.size(); ++k) {
    const auto status = static_cast<BatchStatus>(k);
    if (s.status[k] > 0)
      table.add_row(
          {in_words(status), std::to_string(s.status[k]), share(s.status[k], s.done), std::string(meaning(status))});
  }
  return section("endings", "How the fits ended", html::table(table, "results"));
}

/// How many fits took so many iterations, in classes of equal width; a long tail of few fits is told in numbers.
Json iterations_of(const BatchSummary& s) {
  const auto& counts = s.iterations;
  const auto first = static_cast<std::size_t>(
      std::find_if(counts.begin(), counts.end(), [](std::int64_t n) { return n > 0; }) - counts.begin());
  if (first == counts.size()) return nullptr;
  std::size_t last = counts.size() - 1;
  while (counts[last] == 0) --last;
  const std::int64_t all = std::accumulate(counts.begin(), counts.end(), std::int64_t{0});
  const auto wanted = static_cast<std::int64_t>(std::ceil(drawn_iterations * static_cast<double>(all)));
  std::size_t cut = first;
  std::int64_t drawn = counts[first];
  while (drawn < wanted) drawn += counts[++cut];
  if (last - first < most_classes || 2 * (cut - first) > last - first) {
    cut = last;
    drawn = all;
  }
  const std::size_t width = (cut - first) / most_classes + 1;
  Json classes = Json::array();
  for (std::size_t from = first; from <= cut; from += width)
    classes.push_back(std::accumulate(counts.begin() + static_cast<std::ptrdiff_t>(from),
                                      counts.begin() + static_cast<std::ptrdiff_t>(std::min(from + width, cut + 1)),
                                      std::int64_t{0}));
  return {{"first", first},        {"width", width},  {"counts", std::move(classes)},
          {"beyond", all - drawn}, {"longest", last}, {"median", number(median_iterations(s))}};
}

// ---- parameters ----

/// Median and quartiles with the digits that half their distance leaves sure.
struct Quartiles {
  explicit Quartiles(const BatchParameter& p) {
    const Digits digits_of_it(p.median, 0.5 * (p.upper_quartile - p.lower_quartile), 3);
    median = digits_of_it.number(p.median);
    lower = digits_of_it.interval_end(p.lower_quartile);
    upper = digits_of_it.interval_end(p.upper_quartile);
    error = significant(p.median_error, 3);
  }
  std::string median, lower, upper, error;
};

std::string parameters(const BatchSummary& s) {
  text::Table table;
  table.add_column("parameter", text::Align::left);
  for (const char* const title : {"median", "lower quartile", "upper quartile", "median standard error"})
    table.add_column(title, text::Align::right);
  bool known = false;
  for (const BatchParameter& p : s.parameters) {
    const Quartiles q(p);
    table.add_row({p.name, q.median, q.lower, q.upper, q.error});
    known = known || std::isfinite(p.median);
  }
  if (!known)
    return section("parameters", "Parameters", paragraph("No fit converged: the parameters have no distribution."));
  const std::string sample =
      s.sampled < converged(s) ? fmt::format("Of {} of the converged fits, evenly spaced.", s.sampled) : "";
  return section("parameters", "Parameters", html::table(table, "results") + paragraph(sample, "caption"));
}

/// "median 1.34, half of the fits from 1.23 to 1.45".
std::string distribution(const BatchParameter& p) {
  const Quartiles q(p);
  std::string out = fmt::format("median {}, half of the fits from {} to {}", q.median, q.lower, q.upper);
  if (!q.error.empty()) out += "; median standard error " + q.error;
  return out;
}

Json parameters_of(const BatchSummary& s) {
  Json list = Json::array();
  for (const BatchParameter& p : s.parameters) {
    const BatchHistogram& h = p.histogram;
    if (!(h.last > h.first) || !std::isfinite(h.last - h.first) || h.counts.empty()) continue;
    list.push_back({{"name", printable(p.name)},
                    {"words", distribution(p)},
                    {"first", h.first},
                    {"last", h.last},
                    {"counts", h.counts},
                    {"median", number(p.median)},
                    {"lower", number(p.lower_quartile)},
                    {"upper", number(p.upper_quartile)}});
  }
  return list;
}

std::string maps(const Json& data) {
  if (data.is_null()) return "";
  std::string words =
      "The fits lie as they do in the file. Colours go from the 0.5 % quantile of the converged fits to the 99.5 % "
      "quantile; values beyond have the colour of the end.";
  const auto rows = data["block_rows"].get<std::int64_t>(), columns = data["block_columns"].get<std::int64_t>();
  if (rows * columns > 1)
    words += fmt::format(" A cell is the median of {} × {} fits, and hatched where fewer than half of them converged.",
                         rows, columns);
  return section("maps", "Maps", paragraph(words));
}

// ---- fits to look at ----

Json example_of(const BatchExample& e, const BatchSummary& s) {
  // Along x, and only where there is a point: a line cannot be drawn through what is not finite.
  std::vector<std::size_t> order;
  for (std::size_t i = 0; i < std::min(e.x.size(), e.y.size()); ++i)
    if (std::abs(e.x[i]) < most_drawn) order.push_back(i);
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return e.x[a] < e.x[b]; });
  std::vector<double> residual;
  for (const std::size_t i : order) residual.push_back(i < e.curve.size() ? e.curve[i] - e.y[i] : 0.0);
  Json x = Json::array(), y = Json::array(), curve = Json::array(), values = Json::array();
  const auto point = [](double v) { return number(std::abs(v) < most_drawn ? json_parts::rounded(v, digits) : NAN); };
  for (const std::size_t k : downsample_rows(order.size(), residual, most_points_of_fit)) {
    const std::size_t i = order[k];
    x.push_back(point(e.x[i]));
    y.push_back(point(e.y[i]));
    curve.push_back(i < e.curve.size() ? point(e.curve[i]) : Json(nullptr));
  }
  for (std::size_t j = 0; j < std::min(e.parameters.size(), s.parameters.size()); ++j)
    values.push_back({printable(s.parameters[j].name), number(json_parts::rounded(e.parameters[j], digits))});
  Json out = {{"fit", e.fit},
              {"name", printable(e.name)},
              {"status", in_words(e.status)},
              {"cost", number(json_parts::rounded(e.cost, digits))},
              {"points", e.y.size()},
              {"x", std::move(x)},
              {"y", std::move(y)},
              {"curve", std::move(curve)},
              {"parameters", std::move(values)}};
  if (s.grid.size() == 2 && s.grid[1] > 0) {
    out["row"] = e.fit / s.grid[1];
    out["column"] = e.fit % s.grid[1];
  }
  return out;
}

Json worst_of(const BatchSummary& s) {
  Json list = Json::array();
  for (std::size_t k = 0; k < std::min(s.worst.size(), most_examples); ++k) list.push_back(example_of(s.worst[k], s));
  return list;
}

std::string worst(const BatchSummary& s) {
  if (s.worst.empty()) return "";
  const auto failed = std::count_if(s.worst.begin(), s.worst.end(),
                                    [](const BatchExample& e) { return e.status != BatchStatus::converged; });
  std::string words = "Those with the highest cost";
  if (failed > 0)
    words += static_cast<std::size_t>(failed) < s.worst.size()
                 ? ": first of those that did not converge, then of those that did"
                 : " of those that did not converge";
  words += ". Fits are counted from 0.";
  if (s.worst.size() > most_examples) words += fmt::format(" {} of {} are drawn.", most_examples, s.worst.size());
  return section("worst", "The worst fits", paragraph(words));
}

}  // namespace

std::string to_html(const BatchSummary& s, const Provenance& provenance) {
  std::string body = heading(s) + key_numbers(s);
  Json data = Json::object();
  if (s.done > 0) {
    data = {{"batch",
             {{"iterations", iterations_of(s)},
              {"parameters", parameters_of(s)},
              {"maps", studies::maps_of(s)},
              {"worst", worst_of(s)}}}};
    body += endings(s) + parameters(s) + maps(data["batch"]["maps"]) + worst(s);
  }
  body += html::provenance_section(provenance);
  std::string script(html::report_script);
  script += studies::batch_map_script;
  script += studies::batch_script;
  return html::page(s.file.empty() ? s.model : s.file, body, data, script + "showBatch();\n");
}

}  // namespace thalweg::inline v0_1
