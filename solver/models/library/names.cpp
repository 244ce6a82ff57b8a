#include "models/library/names.hpp"

namespace thalweg::inline v0_1::library {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_letter(char c) { return c == '_' || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c & 0x80) != 0; }

/// Behind the number that begins at `i`: 12.5e-3.
std::size_t behind_number(std::string_view text, std::size_t i) {
  while (i < text.size() && (is_digit(text[i]) || text[i] == '.')) ++i;
  if (i >= text.size() || std::string_view("eEdD").find(text[i]) == std::string_view::npos) return i;
  std::size_t exponent = i + 1;
  if (exponent < text.size() && (text[exponent] == '+' || text[exponent] == '-')) ++exponent;
  if (exponent >= text.size() || !is_digit(text[exponent])) return i;
  while (exponent < text.size() && is_digit(text[exponent])) ++exponent;
  return exponent;
}

}  // namespace

std::vector<Piece> words_of(std::string_view text) {
  std::vector<Piece> words;
  for (std::size_t i = 0; i < text.size();) {
    if (text[i] == '`') {
      const std::size_t end = text.find('`', i + 1);
      i = end == std::string_view::npos ? text.size() : end + 1;
    } else if (is_digit(text[i]) || (text[i] == '.' && i + 1 < text.size() && is_digit(text[i + 1]))) {
      i = behind_number(text, i);
    } else if (is_letter(text[i])) {
      const std::size_t begin = i;
      while (i < text.size() && (is_letter(text[i]) || is_digit(text[i]) || text[i] == '.')) ++i;
      words.push_back({begin, i});
    } else {
      ++i;
    }
  }
  return words;
}

std::vector<Piece> quoted_names_of(std::string_view text) {
  std::vector<Piece> names;
  for (std::size_t begin = text.find('`'); begin != std::string_view::npos;) {
    const std::size_t end = text.find('`', begin + 1);
    if (end == std::string_view::npos) break;
    names.push_back({begin + 1, end});
    begin = text.find('`', end + 1);
  }
  return names;
}

std::size_t equals_of(std::string_view text) {
  bool quoted = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '`') quoted = !quoted;
    if (quoted) continue;
    if (text[i] == '~') return i;
    if (text[i] != '=') continue;
    const char before = i > 0 ? text[i - 1] : ' ', after = i + 1 < text.size() ? text[i + 1] : ' ';
    if (after != '=' && before != '=' && before != '<' && before != '>' && before != '!') return i;
  }
  return std::string_view::npos;
}

std::size_t next_sign(std::string_view text, std::size_t from) {
  const std::size_t at = text.find_first_not_of(" \t\r\n", from);
  return at == std::string_view::npos ? text.size() : at;
}

std::size_t closing(std::string_view text, std::size_t open) {
  int depth = 0;
  for (std::size_t i = open; i < text.size(); ++i) {
    if (text[i] == '`') {
      i = text.find('`', i + 1);
      if (i == std::string_view::npos) return i;
      continue;
    }
    if (text[i] == '(' || text[i] == '[') ++depth;
    if ((text[i] == ')' || text[i] == ']') && --depth == 0) return i;
  }
  return std::string_view::npos;
}

std::vector<Piece> arguments_of(std::string_view text, std::size_t open, std::size_t close) {
  std::vector<Piece> arguments = {{open + 1, close}};
  int depth = 0;
  bool quoted = false;
  for (std::size_t i = open + 1; i < close; ++i) {
    if (text[i] == '`') quoted = !quoted;
    if (quoted) continue;
    if (text[i] == '(' || text[i] == '[') ++depth;
    if (text[i] == ')' || text[i] == ']') --depth;
    if (depth > 0 || text[i] != ',') continue;
    arguments.back().end = i;
    arguments.push_back({i + 1, close});
  }
  return arguments;
}

}  // namespace thalweg::inline v0_1::library
