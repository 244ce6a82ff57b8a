// The bytes of a table as UTF-8 text. Private to the readers.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace thalweg::inline v0_1::reading {

/// A text that DOS wrote may have one or more of these behind its end.
inline constexpr char end_of_dos_file = '\x1A';

/// Whether what begins with these bytes, the first 64 or all there are, is surely no text of ASCII or UTF-8.
bool is_encoded(std::string_view beginning);

/// `bytes` as UTF-8: UTF-16 and UTF-32 with a byte order mark, UTF-16 without one where every second byte of the
/// beginning is 0, and Windows-1252 (of which Latin-1 is a part) for what is not UTF-8. `notes` receives a sentence
/// where the encoding was guessed. Throws FileError, with `name`, for what is no text in any of them.
std::string decode(std::string bytes, const std::string& name, std::vector<std::string>& notes);

}  // namespace thalweg::inline v0_1::reading
