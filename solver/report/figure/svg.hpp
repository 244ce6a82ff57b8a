// Writes SVG. Private to the floor.
#pragma once

#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace thalweg::inline v0_1::figure {

struct Point {
  double x = 0.0, y = 0.0;
};

struct Rectangle {
  double left = 0.0, top = 0.0, width = 0.0, height = 0.0;
  double right() const { return left + width; }
  double bottom() const { return top + height; }
};

enum class Anchor { start, middle, end };

/// Elements one after the other; lengths in units of the picture, with two decimals. `css_class` is looked up in the
/// style of the whole, which finish() gets.
class Svg {
 public:
  void open_group(std::string_view attributes);
  void close_group() { body_ += "</g>\n"; }
  void line(std::string_view css_class, Point a, Point b);
  void rectangle(std::string_view css_class, const Rectangle& r);
  /// A line through the points; begins anew after a point that is not finite.
  void polyline(std::string_view css_class, const std::vector<Point>& points, std::string_view attributes = {});
  /// The area between two lines over the same x; where either is not finite there is none.
  void area(std::string_view css_class, const std::vector<Point>& lower, const std::vector<Point>& upper,
            std::string_view attributes = {});
  /// One of six shapes of about the size 2 `radius`.
  void marker(std::string_view css_class, int shape, Point at, double radius);
  void text(std::string_view css_class, Point at, Anchor anchor, std::string_view words, bool upwards = false);
  /// Names a rectangle, to which url(#id) clips.
  void clip(std::string_view id, const Rectangle& r);
  std::string finish(double width, double height, std::string_view title, std::string_view style) const;

 private:
  std::string body_;
};

/// The width of a text in a sans serif font of that size, about.
double text_width(std::string_view words, double size);

}  // namespace thalweg::inline v0_1::figure
