#include "report/figure/pane.hpp"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include <thalweg/report/text.hpp>

namespace thalweg::inline v0_1::figure {
namespace {

constexpr double part_of_residuals = 0.28;  // of the height
constexpr double gap = 12.0, number_size = 12.0, label_room = 24.0, right_margin = 18.0, below_numbers = 20.0;
constexpr double tick_length = 5.0, short_tick = 3.0, cap = 2.5;
constexpr std::size_t many = 300;  // rows, from which on marks are smaller

std::string css(const char* kind, int number) { return fmt::format("{}{}", kind, number % colours); }

double radius_of(std::size_t rows) { return rows > many ? 1.8 : 3.0; }

double widest_label(const std::vector<Tick>& ticks) {
  double width = 0.0;
  for (const Tick& tick : ticks) width = std::max(width, text_width(tick.label, number_size));
  return width;
}

std::vector<Point> line_through(const std::vector<double>& x, const std::vector<double>& y, const Axis& ax,
                                const Axis& ay) {
  std::vector<Point> points;
  for (std::size_t i = 0; i < x.size() && i < y.size(); ++i) points.push_back({ax.at(x[i]), ay.at(y[i])});
  return points;
}

/// Values that a logarithmic axis does not have lie below it.
std::vector<double> kept_on(const Axis& axis, std::vector<double> values) {
  if (axis.is_logarithmic())
    for (double& v : values)
      if (v <= 0.0) v = axis.lowest() * 1e-3;
  return values;
}

}  // namespace

Pane::Pane(std::vector<Series> series, bool over_input) : series_(std::move(series)), over_input_(over_input) {
  const FitPanel& first = *series_[0].panel;
  const std::string response = printable(first.response_label.empty() ? first.response : first.response_label);
  const std::string input = printable(first.input_label.empty() ? first.input : first.input_label);
  const bool weighted =
      std::all_of(series_.begin(), series_.end(), [](const Series& s) { return !s.panel->sigma.empty(); });
  x_label_ = over_input_ ? input : "fitted " + response;
  y_label_ = response;
  residual_label_ = weighted ? "residual / σ" : "residual";
}

std::vector<double> Pane::xs() const {
  std::vector<double> all;
  for (const Series& s : series_) {
    const std::vector<double>& x = over(*s.panel);
    all.insert(all.end(), x.begin(), x.end());
  }
  return all;
}

std::vector<double> Pane::ys() const {
  std::vector<double> all;
  for (const Series& s : series_) {
    const FitPanel& p = *s.panel;
    for (std::size_t i = 0; i < p.y.size(); ++i) {
      all.push_back(p.y[i]);
      if (p.sigma.empty()) continue;
      all.push_back(p.y[i] - p.sigma[i]);
      all.push_back(p.y[i] + p.sigma[i]);
    }
    if (over_input_) all.insert(all.end(), p.curve.begin(), p.curve.end());
    if (!over_input_) all.insert(all.end(), p.fitted.begin(), p.fitted.end());
  }
  return all;
}

/// The bands may be far wider than the data: then they are cut.
void Pane::add_bands(std::vector<double>& ys) const {
  std::vector<double> finite;
  std::copy_if(ys.begin(), ys.end(), std::back_inserter(finite), [](double v) { return std::isfinite(v); });
  if (finite.empty()) return;
  const auto [low, high] = std::minmax_element(finite.begin(), finite.end());
  const double least = *low - 0.5 * (*high - *low), most = *high + 0.5 * (*high - *low);
  for (const Series& s : series_) {
    if (!s.bands) continue;
    for (const auto* band : {&s.panel->lower, &s.panel->upper, &s.panel->prediction_lower, &s.panel->prediction_upper})
      for (const double v : *band)
        if (v > least && v < most) ys.push_back(v);
  }
}

void Pane::draw_frame(Svg& svg, const Rectangle& pane, const Axis& x, const Axis& y, int ticks_x, int ticks_y,
                      bool numbers_below) const {
  for (const Tick& tick : x.ticks(ticks_x)) {
    const double at = x.at(tick.value), length = tick.label.empty() ? short_tick : tick_length;
    svg.line("tick", {at, pane.bottom()}, {at, pane.bottom() + length});
    if (numbers_below && !tick.label.empty())
      svg.text("number", {at, pane.bottom() + below_numbers - 3.0}, Anchor::middle, tick.label);
  }
  for (const Tick& tick : y.ticks(ticks_y)) {
    const double at = y.at(tick.value), length = tick.label.empty() ? short_tick : tick_length;
    svg.line("tick", {pane.left - length, at}, {pane.left, at});
    if (!tick.label.empty())
      svg.text("number", {pane.left - tick_length - 3.0, at + 0.35 * number_size}, Anchor::end, tick.label);
  }
  svg.rectangle("frame", pane);
}

void Pane::draw_curves(Svg& svg, const Series& s, const Axis& x, const Axis& y) const {
  const FitPanel& p = *s.panel;
  const auto on = [&](const std::vector<double>& values) { return line_through(p.grid, kept_on(y, values), x, y); };
  if (s.bands && !p.lower.empty()) svg.area(css("band b", s.line), on(p.lower), on(p.upper));
  if (s.bands && !p.prediction_lower.empty()) {
    svg.polyline(css("edge c", s.line), on(p.prediction_lower));
    svg.polyline(css("edge c", s.line), on(p.prediction_upper));
  }
  svg.polyline(css("curve c", s.line), line_through(p.grid, p.curve, x, y));
}

void Pane::draw_data(Svg& svg, const Series& s, const Axis& x, const Axis& y) const {
  const FitPanel& p = *s.panel;
  const std::string bar = css("bar c", s.mark), mark = css("mark m", s.mark);
  for (const std::size_t i : s.rows) {
    const double at = x.at(over(p)[i]);
    if (!p.sigma.empty()) {
      const double low = y.at(kept_on(y, {p.y[i] - p.sigma[i]})[0]), high = y.at(p.y[i] + p.sigma[i]);
      svg.polyline(bar, {{at, low}, {at, high}});
      svg.polyline(bar, {{at - cap, low}, {at + cap, low}});
      svg.polyline(bar, {{at - cap, high}, {at + cap, high}});
    }
    svg.marker(mark, s.shape, {at, y.at(p.y[i])}, radius_of(s.rows.size()));
  }
}

void Pane::draw_residuals(Svg& svg, const Series& s, const Axis& x, const Axis& y) const {
  const FitPanel& p = *s.panel;
  for (const std::size_t i : s.rows)
    svg.marker(css("mark m", s.residual), s.residual_shape, {x.at(over(p)[i]), y.at(p.residual[i])},
               0.85 * radius_of(s.rows.size()));
}

void Pane::draw(Svg& svg, const Rectangle& whole, const std::string& id) {
  std::vector<double> all_x = xs(), all_y = ys();
  const bool logarithmic_y = Axis::suits_logarithm(all_y);
  add_bands(all_y);
  Axis x(all_x, Axis::suits_logarithm(all_x)), y(all_y, logarithmic_y);
  std::vector<double> residuals = {0.0};
  for (const Series& s : series_)
    for (const double r : s.panel->residual) {
      residuals.push_back(r);
      residuals.push_back(-r);
    }
  Axis r(residuals, false);

  const double inner = whole.height - below_numbers - label_room - gap;
  const double lower_height = part_of_residuals * inner, upper_height = inner - lower_height;
  const int ticks_y = std::max(3, static_cast<int>(upper_height / 42.0)), ticks_r = 5;
  const double numbers = std::max(widest_label(y.ticks(ticks_y)), widest_label(r.ticks(ticks_r)));
  const double left = whole.left + label_room + numbers + tick_length + 5.0;
  const Rectangle upper{left, whole.top, whole.right() - right_margin - left, upper_height};
  const Rectangle lower{left, upper.bottom() + gap, upper.width, lower_height};
  x.place(upper.left, upper.right());
  y.place(upper.bottom(), upper.top);
  r.place(lower.bottom(), lower.top);
  const int ticks_x = std::max(3, static_cast<int>(upper.width / 85.0));

  svg.clip(id, upper);
  svg.open_group(fmt::format("clip-path=\"url(#{})\"", id));
  if (!over_input_) svg.polyline("reference", line_through(all_y, all_y, x, y));
  for (const Series& s : series_) draw_curves(svg, s, x, y);
  for (const Series& s : series_)
    if (s.data) draw_data(svg, s, x, y);
  svg.close_group();
  draw_frame(svg, upper, x, y, ticks_x, ticks_y, false);

  svg.line("reference", {lower.left, r.at(0.0)}, {lower.right(), r.at(0.0)});
  for (const Series& s : series_) draw_residuals(svg, s, x, r);
  draw_frame(svg, lower, x, r, ticks_x, ticks_r, true);
  const double label_at = whole.left + 14.0;
  svg.text("label", {label_at, upper.top + 0.5 * upper.height}, Anchor::middle, y_label_, true);
  svg.text("label", {label_at, lower.top + 0.5 * lower.height}, Anchor::middle, residual_label_, true);
  svg.text("label", {upper.left + 0.5 * upper.width, whole.bottom() - 6.0}, Anchor::middle, x_label_);
}

}  // namespace thalweg::inline v0_1::figure
