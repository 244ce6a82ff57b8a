#include "io/text_numbers.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>
#include <cstring>
#include <numeric>
#include <system_error>
#include <thalweg/base/cancellation.hpp>

namespace thalweg::inline v0_1::reading {
namespace {

bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\v' || c == '\f'; }
bool is_digit(char c) { return c >= '0' && c <= '9'; }

// from_chars says only "out of range". Whether that is an overflow or an underflow follows from the
// decimal exponent of the first digit that is not zero.
bool is_beyond_one(std::string_view text) {
  const std::size_t exponent_at = text.find_first_of("eE");
  const std::string_view mantissa = text.substr(0, exponent_at);
  const std::size_t point = std::min(mantissa.find('.'), mantissa.size());
  const std::size_t first = mantissa.find_first_of("123456789");
  if (first == std::string_view::npos) return false;
  const double leading = first < point ? static_cast<double>(point - first - 1) : -static_cast<double>(first - point);
  if (exponent_at == std::string_view::npos) return leading > 0;
  std::string_view digits = text.substr(exponent_at + 1);
  if (!digits.empty() && digits[0] == '+') digits.remove_prefix(1);
  std::int64_t exponent = 0;
  const auto read = std::from_chars(digits.data(), digits.data() + digits.size(), exponent);
  if (read.ec == std::errc::result_out_of_range) return digits[0] != '-';
  return leading + static_cast<double>(exponent) > 0;
}

}  // namespace

Number parse_number(std::string_view text) {
  std::string fortran;
  const std::size_t d = text.find_first_of("dD");
  if (d != std::string_view::npos && d > 0 && (is_digit(text[d - 1]) || text[d - 1] == '.')) {
    fortran = text;
    fortran[d] = 'e';
    text = fortran;
  }
  if (!text.empty() && text[0] == '+') {
    text.remove_prefix(1);
    if (!text.empty() && text[0] == '-') return {};
  }
  Number result;
  const char* end = text.data() + text.size();
  const auto read = std::from_chars(text.data(), end, result.value);
  if (read.ec == std::errc::invalid_argument || read.ptr != end) return {};
  result.kind = Number::Kind::number;
  if (read.ec == std::errc::result_out_of_range) {
    if (is_beyond_one(text)) return {Number::Kind::too_large, 0.0};
    result.value = text[0] == '-' ? -0.0 : 0.0;
  }
  return result;
}

std::string to_text(double value) {
  std::array<char, 32> buffer;
  const auto end = std::to_chars(buffer.data(), buffer.data() + buffer.size(), value).ptr;
  return {buffer.data(), end};
}

std::string_view trim(std::string_view text) {
  while (!text.empty() && is_blank(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_blank(text.back())) text.remove_suffix(1);
  return text;
}

std::string lower_case(std::string_view text) {
  std::string result(text);
  for (char& c : result) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return result;
}

int column_of(std::string_view line, std::size_t offset) {
  const std::string_view before = line.substr(0, std::min(offset, line.size()));
  const auto characters = std::count_if(before.begin(), before.end(), [](char c) {
    return (static_cast<unsigned char>(c) & 0xC0) != 0x80;  // not a continuation byte
  });
  return static_cast<int>(characters) + 1;
}

namespace {

/// The first place from `i` on, eight bytes at a time, where not all of the eight are ASCII other than NUL.
std::size_t end_of_ascii(std::string_view text, std::size_t i) {
  constexpr std::uint64_t ones = 0x0101010101010101, high_bits = 0x8080808080808080;
  for (std::uint64_t eight = 0; i + sizeof eight <= text.size(); i += sizeof eight) {
    std::memcpy(&eight, text.data() + i, sizeof eight);
    // Subtracting 1 from a byte 0 sets its high bit; it leaves those of bytes from 1 to 127 unset.
    if (((eight | (eight - ones)) & high_bits) != 0) break;
  }
  return i;
}

}  // namespace

std::optional<std::size_t> first_non_text_byte(std::string_view text) {
  // The least character that needs a sequence of each length: shorter values there are not valid
  // UTF-8.
  constexpr std::array<std::uint32_t, 5> least = {0, 0, 0x80, 0x800, 0x10000};
  for (std::size_t i = end_of_ascii(text, 0); i < text.size();) {
    const auto lead = static_cast<unsigned char>(text[i]);
    if (lead == 0) return i;
    const std::size_t length = lead < 0x80             ? 1
                               : (lead & 0xE0) == 0xC0 ? 2
                               : (lead & 0xF0) == 0xE0 ? 3
                               : (lead & 0xF8) == 0xF0 ? 4
                                                       : 0;
    if (length == 0 || i + length > text.size()) return i;
    std::uint32_t value = length == 1 ? lead : lead & (0x7FU >> length);
    for (std::size_t k = 1; k < length; ++k) {
      const auto byte = static_cast<unsigned char>(text[i + k]);
      if ((byte & 0xC0) != 0x80) return i;
      value = (value << 6) | (byte & 0x3FU);
    }
    const bool surrogate = value >= 0xD800 && value <= 0xDFFF;
    if ((length > 1 && value < least[length]) || value > 0x10FFFF || surrogate) return i;
    i = length > 1 ? end_of_ascii(text, i + length) : i + 1;
  }
  return std::nullopt;
}

Lines::Lines(std::string_view text) : text_(text) {
  if (text_.starts_with("\xEF\xBB\xBF")) position_ = 3;
}

bool Lines::next() {
  if (position_ >= text_.size()) return false;
  constexpr int lines_between_polls = 4096;
  if (number_ % lines_between_polls == 0) CancellationProbe::poll();
  offset_ = position_;
  const std::size_t end = std::min(text_.find_first_of("\r\n", position_), text_.size());
  line_ = text_.substr(position_, end - position_);
  position_ = end + (text_.substr(end, 2) == "\r\n" ? 2 : 1);
  ++number_;
  return true;
}

std::vector<Word> words(std::string_view line) {
  std::vector<Word> result;
  for (std::size_t i = 0; i < line.size();) {
    if (is_blank(line[i])) {
      ++i;
      continue;
    }
    const std::size_t begin = i;
    while (i < line.size() && !is_blank(line[i])) ++i;
    result.push_back({line.substr(begin, i - begin), begin});
  }
  return result;
}

std::string list(const std::vector<std::string>& names, std::string_view last_separator) {
  constexpr std::size_t most = 12;
  std::string result;
  const std::size_t shown = names.size() > most ? most : names.size();
  for (std::size_t i = 0; i < shown; ++i) {
    if (i > 0) result += i + 1 == names.size() ? last_separator : std::string_view(", ");
    result += names[i];
  }
  if (shown < names.size()) result += ", ...";
  return result;
}

std::string quoted_with_hint(std::string_view name, const std::vector<std::string>& candidates) {
  return "'" + std::string(name) + "'" + did_you_mean(name, candidates);
}

std::string shortened(std::string_view text, std::size_t longest) {
  constexpr std::size_t beginning = 120, ending = 120;
  if (text.size() <= longest) return std::string(text);
  const auto continues = [&](std::size_t i) { return (text[i] & 0xC0) == 0x80; };
  std::size_t first = beginning, last = text.size() - ending;
  while (first > 0 && continues(first)) --first;
  while (last + 1 < text.size() && continues(last)) ++last;
  return std::string(text.substr(0, first)) + "…" + std::string(text.substr(last));
}

}  // namespace thalweg::inline v0_1::reading
