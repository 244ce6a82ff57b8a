#include <string>
#include <thalweg/formula/formula.hpp>

#include "io/text_numbers.hpp"

namespace thalweg::inline v0_1 {
namespace {

std::string message(TextRange where, const std::string& problem, const std::string& expected) {
  std::string text = "column " + std::to_string(where.begin + 1) + ": " + problem;
  if (!expected.empty()) text += "; expected " + expected;
  return text;
}

// An "=" that is not part of == <= >= !=, or R's "~".
bool is_equals_sign(std::string_view text, std::size_t i) {
  if (text[i] == '~') return true;
  if (text[i] != '=') return false;
  const char before = i > 0 ? text[i - 1] : ' ';
  const char after = i + 1 < text.size() ? text[i + 1] : ' ';
  return after != '=' && before != '=' && before != '<' && before != '>' && before != '!';
}

}  // namespace

FormulaError::FormulaError(TextRange where_, const std::string& problem_, const std::string& expected_)
    : Error(message(where_, reading::shortened(problem_), reading::shortened(expected_))),
      where(where_),
      problem(reading::shortened(problem_)),
      expected(reading::shortened(expected_)) {}

Equation Equation::parse(std::string_view text) {
  constexpr auto none = std::string_view::npos;
  std::size_t equals = none;
  bool quoted = false;  // the name of a column may hold a sign
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '`') quoted = !quoted;
    if (quoted || !is_equals_sign(text, i)) continue;
    const int at = static_cast<int>(i);
    if (equals != none) {
      throw FormulaError({at, at + 1}, "a second '='", "one '=', and '==' for a comparison");
    }
    equals = i;
  }
  if (equals == none) {
    const int size = static_cast<int>(text.size());
    throw FormulaError({0, size}, "no '='", "response = model, such as y = a*x + b");
  }
  return {std::string(text), Formula::parse(text.substr(0, equals)),
          Formula::parse(text.substr(equals + 1), static_cast<int>(equals) + 1)};
}

}  // namespace thalweg::inline v0_1
