#include <thalweg/report/figure.hpp>

#include <doctest/doctest.h>

#include <cmath>
#include <string>
#include <vector>

#include <report/figure/axis.hpp>
#include <thalweg/base/error.hpp>

namespace {

using thalweg::figure::Axis;
using thalweg::figure::Tick;

std::size_t count(const std::string& text, const std::string& part) {
  std::size_t n = 0;
  for (std::size_t at = text.find(part); at != text.npos; at = text.find(part, at + 1)) ++n;
  return n;
}

/// A line through `rows` rows with everything that can be drawn.
thalweg::FitPanel panel(const std::string& name, int rows, double scale = 1.0) {
  thalweg::FitPanel p;
  p.name = name;
  p.input = "x";
  p.response = "y";
  p.input_label = "x <cm>";
  for (int i = 0; i < rows; ++i) {
    p.x.push_back(i + 1.0);
    p.fitted.push_back(scale * i);
    p.residual.push_back(i % 2 == 0 ? 0.1 : -0.1);
    p.y.push_back(p.fitted.back() - p.residual.back());
  }
  p.grid = p.x;
  p.curve = p.fitted;
  for (const double f : p.fitted) {
    p.lower.push_back(f - 0.2);
    p.upper.push_back(f + 0.2);
    p.prediction_lower.push_back(f - 0.4);
    p.prediction_upper.push_back(f + 0.4);
  }
  return p;
}

std::vector<std::string> labels(const std::vector<Tick>& ticks) {
  std::vector<std::string> all;
  for (const Tick& tick : ticks)
    if (!tick.label.empty()) all.push_back(tick.label);
  return all;
}

}  // namespace

TEST_CASE("axes have round numbers, and as many digits as they need") {
  Axis axis(std::vector<double>{-0.2, 1.0}, false);
  CHECK(labels(axis.ticks(7)) == std::vector<std::string>{"−0.2", "0.0", "0.2", "0.4", "0.6", "0.8", "1.0"});
  axis.place(100.0, 0.0);
  CHECK(axis.at(0.4) == doctest::Approx(50.0));
  CHECK(labels(Axis(std::vector<double>{0.0, 2e7}, false).ticks(5)) ==
        std::vector<std::string>{"0", "0.5×10⁷", "1.0×10⁷", "1.5×10⁷", "2.0×10⁷"});
  CHECK(labels(Axis(std::vector<double>{0.01, 100.0}, true).ticks(5)) ==
        std::vector<std::string>{"0.01", "0.1", "1", "10", "100"});
  CHECK(labels(Axis(std::vector<double>{1e-9, 1e-5}, true).ticks(5)) ==
        std::vector<std::string>{"10⁻⁹", "10⁻⁸", "10⁻⁷", "10⁻⁶", "10⁻⁵"});
  for (const std::vector<double>& odd : {std::vector<double>{}, {5.0}, {NAN, 3.0, 3.0}, {0.0}, {1e308, -1e308}}) {
    Axis each(odd, false);
    each.place(0.0, 1.0);
    CHECK(std::isfinite(each.at(1.0)));
    CHECK(each.ticks(5).size() < 20);
  }
}

TEST_CASE("a logarithmic axis for positive values that span three decades") {
  CHECK(Axis::suits_logarithm(std::vector<double>{1e-9, 1e-6}));
  CHECK_FALSE(Axis::suits_logarithm(std::vector<double>{1.0, 999.0}));
  CHECK_FALSE(Axis::suits_logarithm(std::vector<double>{-1.0, 1e6}));
  CHECK_FALSE(Axis::suits_logarithm(std::vector<double>{0.0, 1e6}));
  CHECK_FALSE(Axis::suits_logarithm({}));
}

TEST_CASE("one data set: points, curve, both bands, residuals") {
  thalweg::FitPicture picture;
  picture.panels = {panel("data", 5)};
  picture.level = 0.99;
  const std::string svg = fit_figure(picture, "A & B");
  CHECK(count(svg, "<circle") == 5 + 5 + 1);  // data, residuals, legend
  CHECK(count(svg, "class=\"curve c1\"") == 2);
  CHECK(count(svg, "class=\"band b1\"") == 2);
  CHECK(count(svg, "class=\"edge c1\"") == 3);
  for (const char* words : {"A &amp; B", "x &lt;cm&gt;", ">residual<", "99 % confidence band", "99 % prediction band"})
    CHECK(svg.find(words) != svg.npos);
  CHECK(svg.find("nan") == svg.npos);
  CHECK(svg.find("inf") == svg.npos);
}

TEST_CASE("error bars, data sets that share a pane, and those that do not") {
  thalweg::FitPicture picture;
  picture.panels = {panel("first", 5), panel("second", 4, 2.0)};
  picture.panels[0].sigma.assign(5, 0.3);
  std::string svg = fit_figure(picture, "");
  CHECK(count(svg, "class=\"bar c0\"") == 15);
  CHECK(count(svg, "class=\"frame\"") == 2);
  CHECK(count(svg, ">second<") == 1);
  picture.panels[1].response = "z";
  svg = fit_figure(picture, "");
  CHECK(count(svg, "class=\"frame\"") == 4);
}

TEST_CASE("without one input: measured against fitted") {
  thalweg::FitPicture picture;
  picture.panels = {panel("data", 5)};
  thalweg::FitPanel& p = picture.panels[0];
  p.x = p.grid = p.curve = p.lower = p.upper = p.prediction_lower = p.prediction_upper = {};
  const std::string svg = fit_figure(picture, "");
  CHECK(svg.find(">fitted y<") != svg.npos);
  CHECK(count(svg, "class=\"curve") == 0);
  CHECK(count(svg, "class=\"reference\"") == 2);
}

TEST_CASE("curves of several models over the same data") {
  thalweg::FitPicture picture;
  picture.panels = {panel("y = a*x", 5), panel("y = a*x + b", 5)};
  const std::string svg = fit_figure(picture, "", thalweg::FigureCurves::of_models);
  CHECK(count(svg, "<circle class=\"mark m4\"") + count(svg, "class=\"mark m4\"") >= 5);
  CHECK(count(svg, "class=\"curve c0\"") == 2);
  CHECK(count(svg, "class=\"curve c1\"") == 2);
  CHECK(count(svg, "class=\"band") == 0);
  CHECK(count(svg, "stroke-dasharray: 8 4") == 1);
}

TEST_CASE("many rows are thinned, and the legend says so") {
  thalweg::FitPicture picture;
  picture.panels = {panel("data", 25000)};
  CHECK(fit_figure(picture, "").find("data (20000 of 25000 rows)") != std::string::npos);
}

TEST_CASE("PNG and PDF, where the library has them") {
  thalweg::FitPicture picture;
  picture.panels = {panel("data", 5)};
  const std::string svg = fit_figure(picture, "title");
  CHECK(thalweg::figure_format("a.svg") == thalweg::FigureFormat::svg);
  CHECK(rendered(svg, thalweg::FigureFormat::svg) == svg);
  try {
    CHECK(thalweg::figure_format("a.png") == thalweg::FigureFormat::png);
  } catch (const thalweg::Error& error) {
    CHECK(std::string(error.what()).find("THALWEG_FIGURES") != std::string::npos);
    return;
  }
  CHECK(rendered(svg, thalweg::FigureFormat::png).starts_with("\x89PNG"));
  CHECK(rendered(svg, thalweg::figure_format("a.pdf")).starts_with("%PDF"));
  CHECK_THROWS_AS(rendered("<no svg", thalweg::FigureFormat::png), thalweg::Error);
}
