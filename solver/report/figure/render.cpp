#include <thalweg/report/figure.hpp>

#include <fmt/format.h>

#include <thalweg/base/error.hpp>

#if THALWEG_FIGURES
#include "report/figure/drawing_library.hpp"
#endif

namespace thalweg::inline v0_1 {

FigureFormat figure_format(std::string_view path) {
  if (!path.ends_with(".png") && !path.ends_with(".pdf")) return FigureFormat::svg;
#if !THALWEG_FIGURES
  throw Error(
      fmt::format("'{}' cannot be written: this build has no PNG and PDF (THALWEG_FIGURES is OFF); expected a "
                  "name that ends with .svg",
                  path));
#endif
  return path.ends_with(".png") ? FigureFormat::png : FigureFormat::pdf;
}

#if THALWEG_FIGURES

namespace {

using drawing::Library;

constexpr double dots_per_unit = 300.0 / 96.0, points_per_unit = 72.0 / 96.0;

cairo_status_t append(void* to, const unsigned char* bytes, unsigned int count) {
  static_cast<std::string*>(to)->append(reinterpret_cast<const char*>(bytes), count);
  return CAIRO_STATUS_SUCCESS;
}

/// Handle, surface and context, given back at the end.
struct Drawing {
  explicit Drawing(const Library& library) : l(library) {}
  ~Drawing() {
    if (context) l.destroy(context);
    if (surface) l.surface_destroy(surface);
    if (handle) l.unref(handle);
  }
  Drawing(const Drawing&) = delete;
  Drawing& operator=(const Drawing&) = delete;
  const Library& l;
  RsvgHandle* handle = nullptr;
  cairo_surface_t* surface = nullptr;
  cairo_t* context = nullptr;
};

[[noreturn]] void fail(const std::string& why) { throw Error("the figure cannot be drawn: " + why); }

void check(const Library& l, cairo_status_t status) {
  if (status != CAIRO_STATUS_SUCCESS) fail(l.status_to_string(status));
}

}  // namespace

std::string rendered(std::string svg, FigureFormat format) {
  if (format == FigureFormat::svg) return svg;
  const Library& l = drawing::library();
  std::string out;
  Drawing d(l);
  d.handle = l.new_from_data(reinterpret_cast<const guint8*>(svg.data()), svg.size(), nullptr);
  if (!d.handle) fail("librsvg does not read it");
  double width = 0.0, height = 0.0;
  if (!l.intrinsic_size(d.handle, &width, &height)) fail("it has no size");
  const bool png = format == FigureFormat::png;
  const double scale = png ? dots_per_unit : points_per_unit;
  d.surface =
      png ? l.image_surface(CAIRO_FORMAT_RGB24, static_cast<int>(width * scale), static_cast<int>(height * scale))
          : l.pdf_surface(append, &out, width * scale, height * scale);
  check(l, l.surface_status(d.surface));
  d.context = l.create(d.surface);
  l.scale(d.context, scale, scale);
  const RsvgRectangle whole{0.0, 0.0, width, height};
  if (!l.render_document(d.handle, d.context, &whole, nullptr)) fail("librsvg does not draw it");
  check(l, l.context_status(d.context));
  if (png)
    check(l, l.write_png(d.surface, append, &out));
  else
    l.surface_finish(d.surface);
  check(l, l.surface_status(d.surface));
  return out;
}

#else

std::string rendered(std::string svg, FigureFormat format) {
  if (format == FigureFormat::svg) return svg;
  throw Error("this build has no PNG and PDF (THALWEG_FIGURES is OFF)");
}

#endif

}  // namespace thalweg::inline v0_1
