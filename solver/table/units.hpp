// Units of measurement as headers write them. Private to the readers.
#pragma once

#include <string_view>

namespace thalweg::inline v0_1::reading {

/// Whether a text is a unit, such as s, mV, (km/h), W m^-2, a.u. or %.
bool is_unit(std::string_view text);

}  // namespace thalweg::inline v0_1::reading
