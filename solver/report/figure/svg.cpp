#include "report/figure/svg.hpp"

#include <cmath>

#include <fmt/format.h>

#include "report/text/table.hpp"

namespace thalweg::inline v0_1::figure {
namespace {

constexpr double mean_character = 0.54;  // of the size of the font; digits are 0.556 wide in Helvetica

bool finite(Point p) { return std::isfinite(p.x) && std::isfinite(p.y); }

std::string at(Point p) { return fmt::format("{:.2f},{:.2f}", p.x, p.y); }

/// "M0,0L1,1M3,3L4,4"
std::string path_of(const std::vector<Point>& points) {
  std::string path;
  bool pen_down = false;
  for (const Point p : points) {
    if (finite(p)) path += (pen_down ? "L" : "M") + at(p);
    pen_down = finite(p);
  }
  return path;
}

/// Corners of a marker around the origin, on a circle of radius 1; empty: the circle.
std::vector<Point> corners(int shape) {
  const double h = 0.886, t = 1.25;
  switch (shape % 6) {
    case 1:
      return {{-h, -h}, {h, -h}, {h, h}, {-h, h}};
    case 2:
      return {{0, -t}, {t * 0.866, t * 0.5}, {-t * 0.866, t * 0.5}};
    case 3:
      return {{0, -t}, {t, 0}, {0, t}, {-t, 0}};
    case 4:
      return {{0, t}, {t * 0.866, -t * 0.5}, {-t * 0.866, -t * 0.5}};
    case 5:
      return {{-0.4, -1.2}, {0.4, -1.2}, {0.4, -0.4}, {1.2, -0.4}, {1.2, 0.4},   {0.4, 0.4},
              {0.4, 1.2},   {-0.4, 1.2}, {-0.4, 0.4}, {-1.2, 0.4}, {-1.2, -0.4}, {-0.4, -0.4}};
    default:
      return {};
  }
}

}  // namespace

void Svg::open_group(std::string_view attributes) { body_ += fmt::format("<g {}>\n", attributes); }

void Svg::line(std::string_view css_class, Point a, Point b) {
  body_ += fmt::format("<line class=\"{}\" x1=\"{:.2f}\" y1=\"{:.2f}\" x2=\"{:.2f}\" y2=\"{:.2f}\"/>\n", css_class, a.x,
                       a.y, b.x, b.y);
}

void Svg::rectangle(std::string_view css_class, const Rectangle& r) {
  body_ += fmt::format("<rect class=\"{}\" x=\"{:.2f}\" y=\"{:.2f}\" width=\"{:.2f}\" height=\"{:.2f}\"/>\n", css_class,
                       r.left, r.top, r.width, r.height);
}

void Svg::polyline(std::string_view css_class, const std::vector<Point>& points, std::string_view attributes) {
  if (const std::string path = path_of(points); !path.empty())
    body_ += fmt::format("<path class=\"{}\" {} d=\"{}\"/>\n", css_class, attributes, path);
}

void Svg::area(std::string_view css_class, const std::vector<Point>& lower, const std::vector<Point>& upper,
               std::string_view attributes) {
  std::string path;
  for (std::size_t begin = 0; begin < lower.size();) {
    std::size_t end = begin;
    while (end < lower.size() && finite(lower[end]) && finite(upper[end])) ++end;
    if (end - begin > 1) {
      for (std::size_t i = begin; i < end; ++i) path += (i == begin ? "M" : "L") + at(upper[i]);
      for (std::size_t i = end; i > begin; --i) path += "L" + at(lower[i - 1]);
      path += "Z";
    }
    begin = end + 1;
  }
  if (!path.empty()) body_ += fmt::format("<path class=\"{}\" {} d=\"{}\"/>\n", css_class, attributes, path);
}

void Svg::marker(std::string_view css_class, int shape, Point p, double radius) {
  if (!finite(p)) return;
  const std::vector<Point> outline = corners(shape);
  if (outline.empty()) {
    body_ +=
        fmt::format("<circle class=\"{}\" cx=\"{:.2f}\" cy=\"{:.2f}\" r=\"{:.2f}\"/>\n", css_class, p.x, p.y, radius);
    return;
  }
  std::vector<Point> moved;
  for (const Point c : outline) moved.push_back({p.x + radius * c.x, p.y + radius * c.y});
  body_ += fmt::format("<path class=\"{}\" d=\"{}Z\"/>\n", css_class, path_of(moved));
}

void Svg::text(std::string_view css_class, Point p, Anchor anchor, std::string_view words, bool upwards) {
  constexpr const char* anchors[] = {"start", "middle", "end"};
  const std::string turn = upwards ? fmt::format(" transform=\"rotate(-90 {:.2f} {:.2f})\"", p.x, p.y) : "";
  body_ += fmt::format("<text class=\"{}\" x=\"{:.2f}\" y=\"{:.2f}\" text-anchor=\"{}\"{}>{}</text>\n", css_class, p.x,
                       p.y, anchors[static_cast<int>(anchor)], turn, text::escaped(words));
}

void Svg::clip(std::string_view id, const Rectangle& r) {
  body_ += fmt::format(
      "<clipPath id=\"{}\"><rect x=\"{:.2f}\" y=\"{:.2f}\" width=\"{:.2f}\" height=\"{:.2f}\"/>"
      "</clipPath>\n",
      id, r.left, r.top, r.width, r.height);
}

std::string Svg::finish(double width, double height, std::string_view title, std::string_view style) const {
  return fmt::format(
      "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
      "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{0:.0f}\" height=\"{1:.0f}\" viewBox=\"0 0 {0:.0f} "
      "{1:.0f}\">\n"
      "<title>{2}</title>\n<style>\n{3}</style>\n<rect class=\"paper\" width=\"{0:.0f}\" height=\"{1:.0f}\"/>\n{4}"
      "</svg>\n",
      width, height, text::escaped(title), style, body_);
}

double text_width(std::string_view words, double size) {
  return mean_character * size * static_cast<double>(text::width(words));
}

}  // namespace thalweg::inline v0_1::figure
