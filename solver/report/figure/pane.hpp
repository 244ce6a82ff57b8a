// One pane of the figure of a fit: data and curves, and below them the residuals. Private to the floor.
#pragma once

#include <string>
#include <vector>

#include <thalweg/report/figure.hpp>

#include "report/figure/axis.hpp"
#include "report/figure/svg.hpp"

namespace thalweg::inline v0_1::figure {

inline constexpr int colours = 8;
inline constexpr std::size_t most_drawn = 20000;  // rows of a data set

/// A data set or a model, and how it is told from the others.
struct Series {
  const FitPanel* panel = nullptr;
  std::vector<std::size_t> rows;         ///< that are drawn
  int mark = 0, line = 0, residual = 0;  ///< numbers of their colours
  int shape = 0, residual_shape = 0;     ///< of the marks
  bool data = true, bands = true;
};

class Pane {
 public:
  /// `over_input`: x is the input, else the fitted value.
  Pane(std::vector<Series> series, bool over_input);

  void draw(Svg& svg, const Rectangle& whole, const std::string& id);

 private:
  std::vector<double> xs() const;
  std::vector<double> ys() const;
  void add_bands(std::vector<double>& ys) const;
  void draw_frame(Svg& svg, const Rectangle& pane, const Axis& x, const Axis& y, int ticks_x, int ticks_y,
                  bool numbers_below) const;
  void draw_curves(Svg& svg, const Series& s, const Axis& x, const Axis& y) const;
  void draw_data(Svg& svg, const Series& s, const Axis& x, const Axis& y) const;
  void draw_residuals(Svg& svg, const Series& s, const Axis& x, const Axis& y) const;
  const std::vector<double>& over(const FitPanel& panel) const { return over_input_ ? panel.x : panel.fitted; }

  std::vector<Series> series_;
  bool over_input_;
  std::string x_label_, y_label_, residual_label_;
};

}  // namespace thalweg::inline v0_1::figure
