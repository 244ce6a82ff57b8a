// How files are compressed.
#pragma once

#include <string_view>

namespace thalweg::inline v0_1 {

enum class Compression { none, bzip2, gzip };
/// What a file's name asks for: .bz2, .gz, or none.
Compression compression_of(std::string_view name);

}  // namespace thalweg::inline v0_1
