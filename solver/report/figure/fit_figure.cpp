#include <algorithm>
#include <map>
#include <numeric>
#include <utility>

#include <fmt/format.h>

#include <thalweg/report/figure.hpp>
#include <thalweg/report/text.hpp>

#include "report/figure/pane.hpp"
#include "report/json/downsample.hpp"
#include "report/text/sentences.hpp"

namespace thalweg::inline v0_1 {
namespace figure {
namespace {

constexpr double wide = 640.0, narrow = 420.0, tall = 400.0, less_tall = 320.0;
constexpr double margin = 10.0, title_height = 28.0, legend_line = 20.0, swatch = 26.0, legend_size = 12.0;
// Okabe & Ito (2008), as on the pages.
constexpr const char* colour_of[colours] = {"#0072b2", "#d55e00", "#009e73", "#cc79a7",
                                            "#000000", "#e69f00", "#56b4e9", "#7f7f7f"};
constexpr const char* dash_of[colours] = {"none", "8 4", "2 3", "10 3 2 3", "5 3 1 3", "14 4", "4 4", "1 4"};
constexpr int black = 4;

std::string style(bool dashed) {
  std::string css =
      "text { font-family: Helvetica, Arial, 'Liberation Sans', 'DejaVu Sans', sans-serif; fill: #1a1a1a; }\n"
      ".number, .legend { font-size: 12px; }\n.label { font-size: 13px; }\n"
      ".title { font-size: 15px; font-weight: bold; }\n"
      ".paper { fill: #ffffff; }\n.frame { fill: none; stroke: #333333; stroke-width: 1; }\n"
      ".tick { stroke: #333333; stroke-width: 1; }\n"
      ".reference { fill: none; stroke: #777777; stroke-width: 1; stroke-dasharray: 5 4; }\n"
      ".mark { stroke: #ffffff; stroke-width: 0.6; fill-opacity: 0.85; }\n"
      ".bar { fill: none; stroke-width: 1; stroke-opacity: 0.7; }\n"
      ".curve { fill: none; stroke-width: 1.8; stroke-linejoin: round; }\n"
      ".band { stroke: none; fill-opacity: 0.22; }\n"
      ".edge { fill: none; stroke-width: 0.9; stroke-dasharray: 4 3; }\n";
  for (int i = 0; i < colours; ++i) {
    css += fmt::format(".c{0} {{ stroke: {1}; }}\n.m{0}, .b{0} {{ fill: {1}; }}\n", i, colour_of[i]);
    if (dashed) css += fmt::format(".curve.c{} {{ stroke-dasharray: {}; }}\n", i, dash_of[i]);
  }
  return css;
}

struct Entry {
  std::string words;
  int mark = -1, line = -1, band = -1, edge = -1;  ///< numbers of colours; −1: none
  int shape = 0;                                   ///< of the mark
};

/// Where each entry begins, line by line; y counts from the top of the legend.
std::vector<Point> legend_places(const std::vector<Entry>& entries, double width) {
  std::vector<Point> places;
  Point at{margin, 0.0};
  for (const Entry& entry : entries) {
    const double needs = swatch + 6.0 + text_width(entry.words, legend_size) + 18.0;
    if (at.x > margin && at.x + needs > width) at = {margin, at.y + legend_line};
    places.push_back(at);
    at.x += needs;
  }
  return places;
}

void draw_legend(Svg& svg, const std::vector<Entry>& entries, double top, double width) {
  const std::vector<Point> places = legend_places(entries, width);
  for (std::size_t i = 0; i < entries.size(); ++i) {
    const Entry& e = entries[i];
    const double left = places[i].x, middle = top + places[i].y + 0.5 * legend_line, right = left + swatch;
    if (e.band >= 0) svg.rectangle(fmt::format("band b{}", e.band), {left, middle - 5.0, swatch, 10.0});
    if (e.line >= 0) svg.line(fmt::format("curve c{}", e.line), {left, middle}, {right, middle});
    if (e.edge >= 0) svg.line(fmt::format("edge c{}", e.edge), {left, middle}, {right, middle});
    if (e.mark >= 0) svg.marker(fmt::format("mark m{}", e.mark), e.shape, {left + 0.5 * swatch, middle}, 3.0);
    svg.text("legend", {right + 6.0, middle + 4.0}, Anchor::start, e.words);
  }
}

std::string thinned(const Series& s) {
  return s.rows.size() < s.panel->y.size() ? fmt::format(" ({} of {} rows)", s.rows.size(), s.panel->y.size()) : "";
}

std::vector<Entry> legend_of(const std::vector<Series>& all, FigureCurves curves, double level) {
  std::vector<Entry> entries;
  const bool one = all.size() == 1, models = curves == FigureCurves::of_models;
  const auto has = [&](auto member) {
    return std::any_of(all.begin(), all.end(), [&](const Series& s) { return s.bands && !(s.panel->*member).empty(); });
  };
  const bool curve = has(&FitPanel::curve);
  const int line = all[0].line % colours;
  if (one || models)
    entries.push_back({(all[0].panel->sigma.empty() ? "data" : "data ± σ") + thinned(all[0]), all[0].mark % colours});
  if (one && curve) entries.push_back({"fit", -1, line});
  for (const Series& s : all)
    if (!one)
      entries.push_back({.words = printable(s.panel->name) + (models ? "" : thinned(s)),
                         .mark = s.residual % colours,
                         .line = models || curve ? s.line % colours : -1,
                         .shape = s.residual_shape});
  const std::string words = text::level_in_words(level);
  if (has(&FitPanel::lower)) entries.push_back({words + " confidence band", -1, -1, line});
  if (has(&FitPanel::prediction_lower)) entries.push_back({words + " prediction band", -1, -1, -1, line});
  return entries;
}

std::vector<Series> series_of(const FitPicture& picture, FigureCurves curves) {
  std::vector<Series> all;
  const bool one = picture.panels.size() == 1, models = curves == FigureCurves::of_models;
  for (std::size_t i = 0; i < picture.panels.size(); ++i) {
    const int number = static_cast<int>(i);
    const FitPanel& panel = picture.panels[i];
    all.push_back({.panel = &panel,
                   .rows = downsample_evenly(panel.y.size(), most_drawn),
                   .mark = models ? black : number,
                   .line = one && !models ? 1 : number,
                   .residual = number,
                   .shape = models ? 0 : number,
                   .residual_shape = number,
                   .data = !models || i == 0,
                   .bands = !models});
  }
  return all;
}

/// Series that share a pane, in the order of the first of each.
std::vector<std::vector<Series>> panes_of(const std::vector<Series>& all, FigureCurves curves) {
  std::vector<std::vector<Series>> panes;
  std::map<std::pair<std::string, std::string>, std::size_t> place;
  for (const Series& s : all) {
    const bool shared = curves == FigureCurves::of_models;
    const std::string input = s.panel->x.empty() ? "" : s.panel->input;
    const auto key = shared ? std::pair<std::string, std::string>{} : std::pair(input, s.panel->response);
    const auto [at, is_new] = place.emplace(key, panes.size());
    if (is_new) panes.emplace_back();
    panes[at->second].push_back(s);
  }
  return panes;
}

}  // namespace
}  // namespace figure

std::string fit_figure(const FitPicture& picture, std::string_view title, FigureCurves curves) {
  using namespace figure;
  Svg svg;
  const std::vector<Series> all = series_of(picture, curves);
  if (all.empty()) return svg.finish(wide, tall, title, style(false));
  const auto panes = panes_of(all, curves);
  const int columns = panes.size() == 1 ? 1 : 2, rows = (static_cast<int>(panes.size()) + columns - 1) / columns;
  const double pane_width = columns == 1 ? wide : narrow, pane_height = columns == 1 ? tall : less_tall;
  const double width = columns * pane_width;
  const std::vector<Entry> legend = legend_of(all, curves, picture.level);
  const double legend_top = margin + (title.empty() ? 0.0 : title_height);
  const double top = legend_top + legend_places(legend, width).back().y + legend_line + 6.0;
  if (!title.empty()) svg.text("title", {margin, margin + 16.0}, Anchor::start, printable(title));
  draw_legend(svg, legend, legend_top, width);
  for (std::size_t i = 0; i < panes.size(); ++i) {
    const auto column = static_cast<double>(i % static_cast<std::size_t>(columns)),
               row = static_cast<double>(i / static_cast<std::size_t>(columns));
    const bool over_input =
        std::all_of(panes[i].begin(), panes[i].end(), [](const Series& s) { return !s.panel->x.empty(); });
    Pane(panes[i], over_input)
        .draw(svg, {column * pane_width, top + row * (pane_height + margin), pane_width, pane_height},
              fmt::format("pane{}", i));
  }
  return svg.finish(width, top + rows * (pane_height + margin), title, style(curves == FigureCurves::of_models));
}

}  // namespace thalweg::inline v0_1
