// The readers of bundles, on numbers that have been opened.
#pragma once

#include <string>

#include <thalweg/models/bundle.hpp>

#include "io/number_stream.hpp"

namespace thalweg::inline v0_1::bundle {

Bundle read_bal(reading::NumberStream& in, const std::string& name);
Bundle read_bundler(reading::NumberStream& in, const std::string& name);

}  // namespace thalweg::inline v0_1::bundle
