// Bytes of a file that may be compressed, told by its first bytes and not by its name.
#pragma once

#include <cstddef>
#include <functional>
#include <string>

namespace thalweg::inline v0_1::reading {

/// Reads the next bytes and returns how many, 0 at the end. Throws FileError for damaged data.
using ByteSource = std::function<std::size_t(char* to, std::size_t size)>;

/// The contents of a file, plain or compressed by bzip2 or gzip. `expected` is what the file should have been, for the
/// message when it cannot be read. Throws FileError.
ByteSource open_bytes(const std::string& path, const char* expected);

/// The first bytes, at most `size`, of a file's contents; empty where they cannot be read.
std::string first_bytes(const std::string& path, std::size_t size);

}  // namespace thalweg::inline v0_1::reading
