#include "table/plain_row.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <cstring>

namespace thalweg::inline v0_1::reading {
namespace {

constexpr std::uint64_t largest_exact = std::uint64_t{1} << 53;
/// The powers of ten that a double holds exactly.
constexpr std::array<double, 23> exact_powers = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,  1e8,  1e9,  1e10, 1e11,
                                                 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};
constexpr std::ptrdiff_t most_digits = 19;  // of a whole number that 64 bits hold
constexpr std::ptrdiff_t most_exponent_digits = 4;
constexpr int no_sign = 256;  // stands for a decimal sign, and is no character

bool is_digit(char c) { return static_cast<unsigned char>(c - '0') < 10; }

bool is_inner_blank(char c, char separator) {
  return (c == ' ' || c == '\t' || c == '\v' || c == '\f') && (separator == ' ' || c != separator);
}

std::uint64_t eight_bytes(const char* from) {
  std::uint64_t eight;
  std::memcpy(&eight, from, sizeof eight);
  return eight;
}

/// Whether each of eight bytes is '0' to '9': its upper half is 3, and stays 3 when 6 is added.
bool are_digits(std::uint64_t eight) {
  constexpr std::uint64_t upper = 0xF0F0F0F0F0F0F0F0, six = 0x0606060606060606, threes = 0x3030303030303030;
  return (eight & upper) == threes && ((eight + six) & upper) == threes;
}

/// The number that eight digits write, the first in the lowest byte: neighbours are joined to numbers of two digits,
/// those to four, and to eight.
std::uint64_t number_of(std::uint64_t digits) {
  digits -= 0x3030303030303030;
  digits = (digits * 10 + (digits >> 8)) & 0x00FF00FF00FF00FF;
  digits = (digits * 100 + (digits >> 16)) & 0x0000FFFF0000FFFF;
  return (digits * 10000 + (digits >> 32)) & 0x00000000FFFFFFFF;
}

/// Appends the digits at `p` to a whole number, modulo 2^64, and returns the place behind them.
const char* read_digits(const char* p, const char* end, std::uint64_t& whole) {
  if constexpr (std::endian::native == std::endian::little) {
    while (end - p >= 8) {
      const std::uint64_t eight = eight_bytes(p);
      if (!are_digits(eight)) break;
      whole = whole * 100000000 + number_of(eight);
      p += 8;
    }
  }
  for (; is_digit(*p); ++p) whole = whole * 10 + static_cast<std::uint64_t>(*p - '0');
  return p;
}

/// The number that [begin, end) writes, for those that one multiplication does not round correctly. Null where it is
/// not finite, or too long for a decimal comma.
bool read_by_library(const char* begin, const char* end, int decimal, double& value) {
  std::array<char, 40> with_point;
  if (decimal == ',') {
    if (end - begin > static_cast<std::ptrdiff_t>(with_point.size())) return false;
    std::replace_copy(begin, end, with_point.begin(), ',', '.');
    end = with_point.data() + (end - begin);
    begin = with_point.data();
  }
  const auto [behind, error] = std::from_chars(begin, end, value);
  return error == std::errc{} && behind == end && std::isfinite(value);
}

/// Reads digits with an optional sign, decimal sign and exponent; null where there are none. With at most 2^53 for the
/// digits and 10^22 for the power of ten both are exact, and their product or quotient is rounded once (Clinger 1990).
const char* read_number(const char* p, const char* end, int decimal, double& value) {
  if (*p == '+' && p[1] != '-') ++p;
  const char* begin = p;
  const bool negative = *p == '-';
  if (negative) ++p;
  std::uint64_t whole = 0;
  const char* first = p;
  p = read_digits(p, end, whole);
  std::ptrdiff_t digits = p - first, power = 0;
  if (*p == decimal) {
    const char* fraction = ++p;
    p = read_digits(p, end, whole);
    power = -(p - fraction);
    digits -= power;
    if (power == 0 && decimal == ',') return nullptr;  // "5," is no number
  }
  if (digits == 0) return nullptr;
  if (*p == 'e' || *p == 'E') {
    ++p;
    const bool down = *p == '-';
    if (down || *p == '+') ++p;
    std::uint64_t exponent = 0;
    const char* from = p;
    p = read_digits(p, end, exponent);
    if (p == from || p - from > most_exponent_digits) return nullptr;
    power += down ? -static_cast<std::ptrdiff_t>(exponent) : static_cast<std::ptrdiff_t>(exponent);
  }
  constexpr std::ptrdiff_t last = exact_powers.size() - 1;
  if (digits > most_digits || whole > largest_exact || power > last || power < -last)
    return read_by_library(begin, p, decimal, value) ? p : nullptr;
  const double exact = static_cast<double>(whole);
  const double size = power < 0 ? exact / exact_powers[static_cast<std::size_t>(-power)]
                                : exact * exact_powers[static_cast<std::size_t>(power)];
  value = negative ? -size : size;
  return p;
}

/// With a constant separator the compiler leaves out what the others need.
template <char Separator>
const char* read_row(const char* p, const char* end, int decimal, std::span<double* const> columns, std::size_t at) {
  constexpr bool blanks = Separator == ' ';
  const auto skip_blanks = [&p] {
    while (is_inner_blank(*p, Separator)) ++p;
  };
  for (std::size_t j = 0; j < columns.size(); ++j) {
    if (j > 0 && !blanks && *p++ != Separator) return nullptr;
    skip_blanks();
    const char* behind = read_number(p, end, decimal, columns[j][at]);
    if (behind == nullptr) return nullptr;
    p = behind;
    skip_blanks();
    if (blanks && p == behind && j + 1 < columns.size()) return nullptr;
  }
  if (p == end) return end;
  if (*p == '\n') return p + 1;
  if (*p == '\r') return p + (p + 1 != end && p[1] == '\n' ? 2 : 1);
  return nullptr;
}

}  // namespace

const char* read_plain_row(const char* line, const char* end, const PlainForm& form, std::span<double* const> columns,
                           std::size_t at) {
  if (form.decimal == Decimal::comma && form.separator == ',') return nullptr;
  const int decimal = form.decimal == Decimal::comma ? ',' : form.decimal == Decimal::point ? '.' : no_sign;
  switch (form.separator) {
    case ',':
      return read_row<','>(line, end, decimal, columns, at);
    case ';':
      return read_row<';'>(line, end, decimal, columns, at);
    case '\t':
      return read_row<'\t'>(line, end, decimal, columns, at);
    case '|':
      return read_row<'|'>(line, end, decimal, columns, at);
    case ' ':
      return read_row<' '>(line, end, decimal, columns, at);
    default:
      return nullptr;
  }
}

}  // namespace thalweg::inline v0_1::reading
