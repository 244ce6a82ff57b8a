#include "formula/parse/lexer.hpp"

#include <charconv>
#include <cstdint>
#include <cstdio>
#include <system_error>
#include <utility>

namespace thalweg::inline v0_1::formula {
namespace {

// Not <cctype>: that depends on the locale and is undefined for negative char.
bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }
bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }
bool is_multibyte(char c) { return (static_cast<unsigned char>(c) & 0x80) != 0; }
bool is_exponent(char c) { return c == 'e' || c == 'E' || c == 'd' || c == 'D'; }

// Length of the well-formed UTF-8 sequence at the start of text, or 0.
std::size_t utf8_length(std::string_view text) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const std::size_t length = byte(0) >= 0xF0 && byte(0) < 0xF5   ? 4
                             : byte(0) >= 0xE0 && byte(0) < 0xF0 ? 3
                             : byte(0) >= 0xC2 && byte(0) < 0xE0 ? 2
                                                                 : 0;
  if (length == 0 || length > text.size()) return 0;
  for (std::size_t i = 1; i < length; ++i) {
    if ((byte(i) & 0xC0) != 0x80) return 0;
  }
  return length;
}

/// The character of a well-formed UTF-8 sequence.
std::uint32_t code_point(std::string_view sequence) {
  constexpr unsigned char lead[] = {0x7F, 0x1F, 0x0F, 0x07};
  std::uint32_t c = static_cast<unsigned char>(sequence[0]) & lead[sequence.size() - 1];
  for (const char byte : sequence.substr(1)) c = c << 6 | (static_cast<unsigned char>(byte) & 0x3FU);
  return c;
}

/// Letters beyond ASCII that may stand in a name: Latin, Greek, Cyrillic and the scripts up to U+1FFF, the signs of
/// units (µ, Ω, Å), indices (x₁), and those of East Asia.
bool is_letter(std::uint32_t c) {
  constexpr std::pair<std::uint32_t, std::uint32_t> ranges[] = {
      {0xAA, 0xAA},     {0xB5, 0xB5},     {0xBA, 0xBA},     {0xC0, 0xD6},     {0xD8, 0xF6},     {0xF8, 0x2FF},
      {0x370, 0x37D},   {0x37F, 0x386},   {0x388, 0x559},   {0x561, 0x587},   {0x5D0, 0x5EA},   {0x620, 0x669},
      {0x900, 0x963},   {0x966, 0x1FFF},  {0x2071, 0x2071}, {0x207F, 0x207F}, {0x2080, 0x2089}, {0x2090, 0x209C},
      {0x2102, 0x214F}, {0x3041, 0x9FFF}, {0xAC00, 0xD7A3}};
  for (const auto& [first, last] : ranges)
    if (c >= first && c <= last) return true;
  return false;
}

// What a character that people paste from typeset text should have been.
std::string_view plain_form(std::string_view character) {
  if (character == "×" || character == "·" || character == "⋅") return "'*'";
  if (character == "−" || character == "–" || character == "—") return "'-'";
  if (character == "÷") return "'/'";
  if (character == "²") return "'^2'";
  if (character == "³") return "'^3'";
  if (character == "=") return "'==' for a comparison";
  if (character == "&") return "'&&'";
  if (character == "|") return "'||', or abs() for a modulus";
  return "an operator, a number, a name or a parenthesis";
}

}  // namespace

void Lexer::fail(TextRange where, const std::string& problem, const std::string& expected) const {
  throw FormulaError({where.begin + offset_, where.end + offset_}, problem, expected);
}

Token Lexer::next() {
  while (is_blank(at(position_)) && position_ < static_cast<int>(text_.size())) ++position_;
  if (position_ >= static_cast<int>(text_.size())) {
    return {TokenKind::end, {position_, position_}};
  }
  const char c = at(position_);
  if (is_digit(c) || (c == '.' && is_digit(at(position_ + 1)))) return number();
  if (is_letter(c) || letter_length(position_) > 0) return word();
  if (c == '`') return quoted_name();
  return symbol();
}

Token Lexer::number() {
  const int begin = position_;
  int i = begin;
  while (is_digit(at(i))) ++i;
  if (at(i) == '.') ++i;
  while (is_digit(at(i))) ++i;
  int exponent = -1;
  if (is_exponent(at(i))) {
    const int sign = at(i + 1) == '+' || at(i + 1) == '-' ? 1 : 0;
    const bool is_e = at(i) == 'e' || at(i) == 'E';
    if (is_digit(at(i + 1 + sign))) {
      exponent = i;
      i += 1 + sign;
      while (is_digit(at(i))) ++i;
    } else if (is_e && !is_letter(at(i + 1))) {
      fail({begin, i + 1 + sign}, "malformed number '" + std::string(text({begin, i + 1 + sign})) + "'",
           "digits after the exponent's letter");
    }
  }
  if (at(i) == '.') {
    while (is_digit(at(i)) || at(i) == '.') ++i;
    fail({begin, i}, "malformed number '" + std::string(text({begin, i})) + "'", "one decimal point");
  }
  const TextRange where{begin, i};
  std::string digits(text(where));
  if (exponent >= 0) digits[static_cast<std::size_t>(exponent - begin)] = 'e';
  double value = 0.0;
  const auto [last, status] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
  if (status == std::errc::result_out_of_range) {
    fail(where, "the number " + std::string(text(where)) + " is out of range", "a magnitude between 1e-307 and 1e308");
  }
  if (status != std::errc() || last != digits.data() + digits.size()) {
    fail(where, "malformed number '" + std::string(text(where)) + "'", "a number such as 1.5e-3");
  }
  position_ = i;
  return {TokenKind::number, where, value};
}

int Lexer::letter_length(int i) const {
  if (!is_multibyte(at(i))) return 0;
  const std::string_view rest = text_.substr(static_cast<std::size_t>(i));
  const std::size_t length = utf8_length(rest);
  return length > 0 && is_letter(code_point(rest.substr(0, length))) ? static_cast<int>(length) : 0;
}

Token Lexer::quoted_name() {
  const int begin = position_;
  const std::size_t end = text_.find('`', static_cast<std::size_t>(begin) + 1);
  const TextRange opening{begin, begin + 1};
  if (end == std::string_view::npos) fail(opening, "'`' is never closed", "'`' behind the name of a column");
  position_ = static_cast<int>(end) + 1;
  if (position_ == begin + 2) fail({begin, position_}, "no name between '`' and '`'", "the name of a column");
  return {TokenKind::name, {begin, position_}};
}

Token Lexer::word() {
  const int begin = position_;
  for (int more = 1; more > 0; position_ += more) {
    const char c = at(position_);
    more = is_letter(c) || is_digit(c) || c == '.' ? 1 : letter_length(position_);
  }
  const TextRange where{begin, position_};
  const std::string_view name = text(where);
  if (name == "and") return {TokenKind::logical_and, where};
  if (name == "or") return {TokenKind::logical_or, where};
  if (name == "not") return {TokenKind::logical_not, where};
  return {TokenKind::name, where};
}

Token Lexer::symbol() {
  struct Symbol {
    std::string_view text;
    TokenKind kind;
  };
  // The longer of two that begin alike comes first.
  static constexpr Symbol symbols[] = {
      {"**", TokenKind::power},      {"<=", TokenKind::less_equal}, {">=", TokenKind::greater_equal},
      {"==", TokenKind::equal},      {"!=", TokenKind::not_equal},  {"&&", TokenKind::logical_and},
      {"||", TokenKind::logical_or}, {"+", TokenKind::plus},        {"-", TokenKind::minus},
      {"*", TokenKind::times},       {"/", TokenKind::divide},      {"^", TokenKind::power},
      {"<", TokenKind::less},        {">", TokenKind::greater},     {"!", TokenKind::logical_not},
      {"(", TokenKind::open},        {"[", TokenKind::open},        {")", TokenKind::close},
      {"]", TokenKind::close},       {",", TokenKind::comma},       {"?", TokenKind::question},
      {":", TokenKind::colon},
  };
  for (const Symbol& s : symbols) {
    if (text_.substr(static_cast<std::size_t>(position_), s.text.size()) != s.text) continue;
    const int begin = position_;
    position_ += static_cast<int>(s.text.size());
    return {s.kind, {begin, position_}};
  }
  stray();
}

void Lexer::stray() const {
  const std::string_view rest = text_.substr(static_cast<std::size_t>(position_));
  const auto byte = static_cast<unsigned char>(rest[0]);
  const bool printable = byte >= 0x20 && byte < 0x7F;
  const std::size_t length = printable ? 1 : utf8_length(rest);
  const TextRange where{position_, position_ + static_cast<int>(length == 0 ? 1 : length)};
  if (length > 0) {
    const std::string character(rest.substr(0, length));
    fail(where, "stray character '" + character + "'", std::string(plain_form(character)));
  }
  char hex[8];
  std::snprintf(hex, sizeof hex, "0x%02X", byte);
  fail(where, std::string("stray byte ") + hex, std::string(plain_form({})));
}

}  // namespace thalweg::inline v0_1::formula
