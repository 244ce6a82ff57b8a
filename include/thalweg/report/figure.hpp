// The figure of a fit, for a publication.
#pragma once

#include <string>
#include <string_view>

#include <thalweg/report/picture.hpp>

namespace thalweg::inline v0_1 {

/// What the curves of a picture are.
enum class FigureCurves {
  of_data_sets,  ///< each with its data; data sets of one input and one response share a pane
  of_models,     ///< of the same data, which are drawn once; without bands
};

/// An SVG of data (with error bars where sigma is given), curves, confidence bands, prediction bands and, below, the
/// residuals. Without exactly one input measured values stand against fitted ones. An axis is logarithmic where its
/// values are positive and span three decades or more. Of a data set more than 20,000 rows are thinned, which the
/// legend says. 640 units wide, 840 with several panes; needs no other file but fonts.
std::string fit_figure(const FitPicture& picture, std::string_view title,
                       FigureCurves curves = FigureCurves::of_data_sets);

enum class FigureFormat { svg, png, pdf };

/// By the end of a file's name, svg for any other. Throws Error for PNG and PDF where the library was built without
/// them (THALWEG_FIGURES).
FigureFormat figure_format(std::string_view path);

/// The SVG as bytes of that format: PNG with 300 dots per inch, PDF with text that stays text; one unit is 1/96 inch.
/// By librsvg and cairo, which are loaded at the first call; throws Error where they are not there.
std::string rendered(std::string svg, FigureFormat format);

}  // namespace thalweg::inline v0_1
