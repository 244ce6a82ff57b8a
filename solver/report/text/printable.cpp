// Text from outside as a terminal may show it.
#include <thalweg/report/text.hpp>

#include <algorithm>
#include <cstdint>
#include <iterator>

#include <fmt/format.h>

namespace thalweg::inline v0_1 {
namespace {

struct Range {
  std::uint32_t first, last;
};

/// Characters that are not seen, or that change how others are seen (Unicode 15, general categories Cc, Cf, Zl, Zp, the
/// blank letters and the variation selectors): what is printed must look different when it is different.
constexpr Range unseen[] = {
    {0x00, 0x1F},     {0x7F, 0x9F},     {0xAD, 0xAD},       {0x34F, 0x34F},     {0x600, 0x605},     {0x61C, 0x61C},
    {0x6DD, 0x6DD},   {0x70F, 0x70F},   {0x115F, 0x1160},   {0x17B4, 0x17B5},   {0x180B, 0x180F},   {0x200B, 0x200F},
    {0x2028, 0x202E}, {0x2060, 0x206F}, {0x2800, 0x2800},   {0x3164, 0x3164},   {0xFE00, 0xFE0F},   {0xFEFF, 0xFEFF},
    {0xFFA0, 0xFFA0}, {0xFFF0, 0xFFFB}, {0x13430, 0x1345F}, {0x1BCA0, 0x1BCA3}, {0x1D173, 0x1D17A}, {0xE0000, 0xE0FFF},
};

bool is_unseen(std::uint32_t c) {
  return std::any_of(std::begin(unseen), std::end(unseen), [&](Range r) { return r.first <= c && c <= r.last; });
}

/// The character at the start of the text and how many bytes it takes; no bytes where they are not UTF-8.
struct Character {
  std::uint32_t code = 0;
  std::size_t bytes = 0;
};

Character first_character(std::string_view s) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(s[i]); };
  if (byte(0) < 0x80) return {byte(0), 1};
  const std::size_t bytes = byte(0) >= 0xF0 && byte(0) < 0xF5   ? 4
                            : byte(0) >= 0xE0 && byte(0) < 0xF0 ? 3
                            : byte(0) >= 0xC2 && byte(0) < 0xE0 ? 2
                                                                : 0;
  if (bytes == 0 || bytes > s.size()) return {};
  std::uint32_t code = byte(0) & (0xFFu >> (bytes + 1));
  for (std::size_t i = 1; i < bytes; ++i) {
    if ((byte(i) & 0xC0) != 0x80) return {};
    code = code << 6 | (byte(i) & 0x3Fu);
  }
  return {code, bytes};
}

}  // namespace

std::string printable(std::string_view s) {
  std::string out;
  while (!s.empty()) {
    const auto [code, bytes] = first_character(s);
    if (bytes == 0) {
      out += fmt::format("\\x{:02x}", static_cast<unsigned char>(s[0]));
    } else if (code == '\n') {
      out += "\\n";
    } else if (code == '\t') {
      out += "\\t";
    } else if (is_unseen(code)) {
      const char* const form = code < 0x80 ? "\\x{:02x}" : code < 0x10000 ? "\\u{:04x}" : "\\U{:08x}";
      out += fmt::format(fmt::runtime(form), code);
    } else {
      out += s.substr(0, bytes);
    }
    s.remove_prefix(std::max<std::size_t>(bytes, 1));
  }
  return out;
}

}  // namespace thalweg::inline v0_1
