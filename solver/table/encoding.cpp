#include "table/encoding.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

#include "io/reading.hpp"

namespace thalweg::inline v0_1::reading {
namespace {

constexpr const char* a_table = "a table of numbers";
constexpr std::string_view archive_mark = "PK\x03\x04";

/// Windows-1252 from 0x80 to 0x9F; 0 where it has no character.
constexpr std::array<std::uint16_t, 32> windows_1252 = {0x20AC, 0,      0x201A, 0x0192, 0x201E, 0x2026, 0x2020, 0x2021,
                                                        0x02C6, 0x2030, 0x0160, 0x2039, 0x0152, 0,      0x017D, 0,
                                                        0,      0x2018, 0x2019, 0x201C, 0x201D, 0x2022, 0x2013, 0x2014,
                                                        0x02DC, 0x2122, 0x0161, 0x203A, 0x0153, 0,      0x017E, 0x0178};

void append_utf8(std::string& out, std::uint32_t c) {
  const auto byte = [&](std::uint32_t b) { out += static_cast<char>(static_cast<unsigned char>(b)); };
  if (c < 0x80) {
    byte(c);
  } else if (c < 0x800) {
    byte(0xC0 | c >> 6);
    byte(0x80 | (c & 0x3F));
  } else if (c < 0x10000) {
    byte(0xE0 | c >> 12);
    byte(0x80 | (c >> 6 & 0x3F));
    byte(0x80 | (c & 0x3F));
  } else {
    byte(0xF0 | c >> 18);
    byte(0x80 | (c >> 12 & 0x3F));
    byte(0x80 | (c >> 6 & 0x3F));
    byte(0x80 | (c & 0x3F));
  }
}

/// Reads units of `width` bytes.
class Units {
 public:
  Units(std::string_view bytes, std::size_t width, bool little) : bytes_(bytes), width_(width), little_(little) {}
  std::size_t size() const { return bytes_.size() / width_; }
  bool whole() const { return bytes_.size() % width_ == 0; }
  std::uint32_t operator[](std::size_t i) const {
    std::uint32_t unit = 0;
    for (std::size_t k = 0; k < width_; ++k) {
      const std::size_t at = little_ ? width_ - 1 - k : k;
      unit = unit << 8 | static_cast<unsigned char>(bytes_[i * width_ + at]);
    }
    return unit;
  }

 private:
  std::string_view bytes_;
  std::size_t width_;
  bool little_;
};

bool is_surrogate(std::uint32_t c) { return c >= 0xD800 && c < 0xE000; }

/// None where a unit is no character.
std::optional<std::string> from_units(const Units& units) {
  std::string out;
  if (!units.whole()) return std::nullopt;
  for (std::size_t i = 0; i < units.size(); ++i) {
    std::uint32_t c = units[i];
    if (c >= 0xD800 && c < 0xDC00) {  // the first half of a pair
      const std::uint32_t second = i + 1 < units.size() ? units[i + 1] : 0;
      if (second < 0xDC00 || second >= 0xE000) return std::nullopt;
      c = 0x10000 + ((c - 0xD800) << 10) + (second - 0xDC00);
      ++i;
    }
    if (c > 0x10FFFF || is_surrogate(c)) return std::nullopt;
    append_utf8(out, c);
  }
  return out;
}

struct Wide {
  const char* name;
  std::size_t width, mark;  ///< bytes of a unit, and of the byte order mark
  bool little;
};

/// What is not written byte by byte.
std::optional<Wide> wide_encoding(std::string_view bytes) {
  using namespace std::string_view_literals;
  if (bytes.starts_with("\xFF\xFE\0\0"sv)) return Wide{"UTF-32", 4, 4, true};
  if (bytes.starts_with("\0\0\xFE\xFF"sv)) return Wide{"UTF-32", 4, 4, false};
  if (bytes.starts_with("\xFF\xFE"sv)) return Wide{"UTF-16", 2, 2, true};
  if (bytes.starts_with("\xFE\xFF"sv)) return Wide{"UTF-16", 2, 2, false};
  // ASCII in UTF-16: no other text has a 0 in every second place.
  const std::size_t looked_at = std::min<std::size_t>(bytes.size(), 64) & ~std::size_t{1};
  bool even = looked_at > 0, odd = looked_at > 0;
  for (std::size_t i = 0; i < looked_at; ++i) {
    const bool zero = bytes[i] == 0;
    even = even && (i % 2 == 0 ? zero : !zero);
    odd = odd && (i % 2 == 1 ? zero : !zero);
  }
  if (even || odd) return Wide{"UTF-16", 2, 0, odd};
  return std::nullopt;
}

/// A text has no control characters but blanks and line ends; NUL is left to check_text, which says so.
bool is_text(std::string_view bytes) {
  return std::none_of(bytes.begin(), bytes.end(), [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return byte < 0x20 && !(byte >= '\t' && byte <= '\r');
  });
}

std::optional<std::string> from_windows_1252(std::string_view bytes) {
  std::string out;
  for (const char c : bytes) {
    const auto byte = static_cast<unsigned char>(c);
    const std::uint32_t character = byte >= 0x80 && byte < 0xA0 ? windows_1252[byte - 0x80U] : byte;
    if (character == 0) return std::nullopt;
    append_utf8(out, character);
  }
  return out;
}

}  // namespace

bool is_encoded(std::string_view beginning) {
  return beginning.starts_with(archive_mark) || wide_encoding(beginning).has_value();
}

std::string decode(std::string bytes, const std::string& name, std::vector<std::string>& notes) {
  if (bytes.starts_with(archive_mark)) {
    fail(name, {}, "is a workbook or an archive, not text", "the sheet saved as CSV");
  }
  if (const auto wide = wide_encoding(bytes)) {
    auto text = from_units(Units(std::string_view(bytes).substr(wide->mark), wide->width, wide->little));
    if (!text) fail(name, {}, std::string("is not valid ") + wide->name, a_table);
    bytes = std::move(*text);
  }
  while (bytes.ends_with(end_of_dos_file)) bytes.pop_back();
  if (const auto bad = first_non_text_byte(bytes); bad && bytes[*bad] != 0 && is_text(bytes)) {
    if (auto text = from_windows_1252(bytes)) {
      notes.push_back(name + " is not UTF-8 and was read as Windows-1252 (Latin-1)");
      bytes = std::move(*text);
    }
  }
  check_text(bytes, name, a_table);
  return bytes;
}

}  // namespace thalweg::inline v0_1::reading
