#include <thalweg/models/condition.hpp>

#include <optional>
#include <string>

namespace thalweg::inline v0_1 {
namespace {

constexpr const char* a_condition = "one = , < or > between two formulas, such as a + b = 1";

struct Operator {
  std::size_t begin, end;
  Condition::Kind kind;
};

/// The next comparison at or behind `from` that stands in no parentheses.
std::optional<Operator> next_operator(std::string_view text, std::size_t from) {
  int depth = 0;
  bool quoted = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (c == '`') quoted = !quoted;
    if (quoted) continue;
    if (c == '(' || c == '[') ++depth;
    if (c == ')' || c == ']') --depth;
    if (depth > 0 || i < from || (c != '=' && c != '<' && c != '>' && c != '!')) continue;
    const bool wide = i + 1 < text.size() && text[i + 1] == '=';
    const TextRange where{static_cast<int>(i), static_cast<int>(i + 1 + wide)};
    if (c == '!' && wide) throw FormulaError(where, "'!=' is no constraint", a_condition);
    if (c == '!') continue;
    return Operator{i, i + 1 + wide,
                    c == '='   ? Condition::Kind::equal
                    : c == '<' ? Condition::Kind::less
                               : Condition::Kind::greater};
  }
  return {};
}

}  // namespace

Condition Condition::parse(std::string_view text) {
  const std::optional<Operator> found = next_operator(text, 0);
  if (!found) throw FormulaError({0, static_cast<int>(text.size())}, "nothing is compared", a_condition);
  if (const auto second = next_operator(text, found->end))
    throw FormulaError({static_cast<int>(second->begin), static_cast<int>(second->end)}, "a second comparison",
                       a_condition);
  return {Formula::parse(text.substr(0, found->begin)),
          Formula::parse(text.substr(found->end), static_cast<int>(found->end)), found->kind};
}

Formula Condition::difference() const {
  const auto side = [](const Formula& f) { return "(" + f.text() + ")"; };
  return Formula::parse(kind == Kind::greater ? side(right) + " - " + side(left) : side(left) + " - " + side(right));
}

}  // namespace thalweg::inline v0_1
