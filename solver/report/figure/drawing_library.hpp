// librsvg and cairo, loaded when they are first used: with them come some thirty libraries, which a process that draws
// nothing should not pay for.
#pragma once

#include <cairo-pdf.h>
#include <cairo.h>
#include <librsvg/rsvg.h>

namespace thalweg::inline v0_1::drawing {

/// The functions that are called.
struct Library {
  decltype(&rsvg_handle_new_from_data) new_from_data = nullptr;
  decltype(&rsvg_handle_get_intrinsic_size_in_pixels) intrinsic_size = nullptr;
  decltype(&rsvg_handle_render_document) render_document = nullptr;
  decltype(&g_object_unref) unref = nullptr;
  decltype(&cairo_image_surface_create) image_surface = nullptr;
  decltype(&cairo_pdf_surface_create_for_stream) pdf_surface = nullptr;
  decltype(&cairo_surface_status) surface_status = nullptr;
  decltype(&cairo_surface_finish) surface_finish = nullptr;
  decltype(&cairo_surface_destroy) surface_destroy = nullptr;
  decltype(&cairo_surface_write_to_png_stream) write_png = nullptr;
  decltype(&cairo_create) create = nullptr;
  decltype(&cairo_scale) scale = nullptr;
  decltype(&cairo_status) context_status = nullptr;
  decltype(&cairo_destroy) destroy = nullptr;
  decltype(&cairo_status_to_string) status_to_string = nullptr;
};

/// Loads both at the first call, on whichever thread. Throws Error where they are not found.
const Library& library();

}  // namespace thalweg::inline v0_1::drawing
