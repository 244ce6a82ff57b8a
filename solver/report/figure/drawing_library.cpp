#if THALWEG_FIGURES
#include "report/figure/drawing_library.hpp"

#include <dlfcn.h>

#include <string>

#include <thalweg/base/error.hpp>

namespace thalweg::inline v0_1::drawing {
namespace {

[[noreturn]] void fail(const std::string& why) {
  throw Error("PNG and PDF cannot be written: " + why +
              "; expected librsvg-2.so.2 and libcairo.so.2 where the dynamic "
              "linker looks, or a figure whose name ends with .svg");
}

void* open(const char* name) {
  void* handle = dlopen(name, RTLD_NOW | RTLD_LOCAL);
  if (handle == nullptr) {
    const char* why = dlerror();
    fail(why != nullptr ? why : "a library is not found");
  }
  return handle;
}

template <class Function>
void look_up(void* handle, const char* name, Function*& function) {
  function = reinterpret_cast<Function*>(dlsym(handle, name));
  if (function == nullptr) fail(std::string("they lack ") + name);
}

Library load() {
  Library l;
  void* const rsvg = open("librsvg-2.so.2");
  void* const cairo = open("libcairo.so.2");
  void* const objects = open("libgobject-2.0.so.0");
  look_up(rsvg, "rsvg_handle_new_from_data", l.new_from_data);
  look_up(rsvg, "rsvg_handle_get_intrinsic_size_in_pixels", l.intrinsic_size);
  look_up(rsvg, "rsvg_handle_render_document", l.render_document);
  look_up(objects, "g_object_unref", l.unref);
  look_up(cairo, "cairo_image_surface_create", l.image_surface);
  look_up(cairo, "cairo_pdf_surface_create_for_stream", l.pdf_surface);
  look_up(cairo, "cairo_surface_status", l.surface_status);
  look_up(cairo, "cairo_surface_finish", l.surface_finish);
  look_up(cairo, "cairo_surface_destroy", l.surface_destroy);
  look_up(cairo, "cairo_surface_write_to_png_stream", l.write_png);
  look_up(cairo, "cairo_create", l.create);
  look_up(cairo, "cairo_scale", l.scale);
  look_up(cairo, "cairo_status", l.context_status);
  look_up(cairo, "cairo_destroy", l.destroy);
  look_up(cairo, "cairo_status_to_string", l.status_to_string);
  return l;
}

}  // namespace

const Library& library() {
  static const Library loaded = load();
  return loaded;
}

}  // namespace thalweg::inline v0_1::drawing
#endif
