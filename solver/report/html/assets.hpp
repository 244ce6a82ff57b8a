// What every page carries, embedded from files when the library is built (tools/cmake/page_assets.cmake).
#pragma once

#include <string_view>

namespace thalweg::inline v0_1::html {

extern const std::string_view d3;                 ///< the D3 library, minified
extern const std::string_view d3_licence;         ///< its copyright notice, which has to go with it
extern const std::string_view style;              ///< CSS
extern const std::string_view report_script;      ///< JavaScript of the page of one solve
extern const std::string_view comparison_script;  ///< and of a comparison's
extern const std::string_view linear_script;      ///< and of one on a linear system

}  // namespace thalweg::inline v0_1::html
