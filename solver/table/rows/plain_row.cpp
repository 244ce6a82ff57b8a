#include "table/rows/plain_row.hpp"

#include <array>
#include <charconv>
#include <cmath>
#include <cstring>

namespace thalweg::inline v0_1::reading {
namespace {

bool is_inner_blank(char c, char separator) {
  return (c == ' ' || c == '\t' || c == '\v' || c == '\f') && (separator == ' ' || c != separator);
}

/// The place behind a finite number that begins at `p`, or null.
const char* read_with_point(const char* p, const char* end, double& value) {
  const auto [behind, error] = std::from_chars(p, end, value);
  return error == std::errc{} && std::isfinite(value) ? behind : nullptr;
}

/// The same with a decimal comma; null for a number of more than forty characters, and for "5,".
const char* read_with_comma(const char* p, const char* end, double& value) {
  std::array<char, 40> with_point;
  std::size_t size = 0;
  for (; p + size != end && size < with_point.size(); ++size) {
    const char c = p[size];
    const bool belongs = (c >= '0' && c <= '9') || c == ',' || c == '-' || c == '+' || c == 'e' || c == 'E';
    if (!belongs) break;
    with_point[size] = c == ',' ? '.' : c;
  }
  if (size == with_point.size()) return nullptr;
  const char* behind = read_with_point(with_point.data(), with_point.data() + size, value);
  if (behind == nullptr || behind[-1] == '.') return nullptr;
  return p + (behind - with_point.data());
}

const char* read_number(const char* p, const char* end, Decimal decimal, double& value) {
  if (*p == '+' && p[1] != '-') ++p;
  if (decimal == Decimal::comma) return read_with_comma(p, end, value);
  const char* behind = read_with_point(p, end, value);
  if (behind == nullptr || decimal == Decimal::point) return behind;
  const bool shows_sign = std::memchr(p, '.', static_cast<std::size_t>(behind - p)) != nullptr;
  return shows_sign ? nullptr : behind;
}

/// With a constant separator the compiler leaves out what the others need.
template <char Separator>
const char* read_row(const char* p, const char* end, Decimal decimal, std::span<double* const> columns,
                     std::size_t at) {
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
  switch (form.separator) {
    case ',':
      return read_row<','>(line, end, form.decimal, columns, at);
    case ';':
      return read_row<';'>(line, end, form.decimal, columns, at);
    case '\t':
      return read_row<'\t'>(line, end, form.decimal, columns, at);
    case '|':
      return read_row<'|'>(line, end, form.decimal, columns, at);
    case ' ':
      return read_row<' '>(line, end, form.decimal, columns, at);
    default:
      return nullptr;
  }
}

}  // namespace thalweg::inline v0_1::reading
