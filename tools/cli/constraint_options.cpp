// The options of constraints.
#include "cli/option_table.hpp"

namespace thalweg::tool {
namespace {

using A = Arguments;
using G = Given;

/// "a + b = 1", which is its own name, or "total: a + b = 1".
std::vector<NamedExpression> conditions(const std::string& option, const std::vector<std::string>& texts) {
  std::vector<NamedExpression> all;
  for (const std::string& text : texts) {
    const std::size_t colon = text.find(':');
    NamedExpression& each = all.emplace_back();
    each.name = trim(text.substr(0, colon));
    each.expression = colon == std::string::npos ? each.name : trim(text.substr(colon + 1));
    if (each.name.empty() || each.expression.empty())
      throw UsageError(
          fmt::format("{} is '{}'; expected a condition, such as \"a < b\" or \"total: a + b = 1\"", option, text));
  }
  return all;
}

const OptionLine lines[] = {
    {"--constrain", "\"a < b\"", "Model", of_fit,
     "a condition on the parameters: \"a + b = 1\", \"x1 <= x2\"; \"total: a + b = 1\" gives it a name",
     [](A& a, const G& g) { a.fit.constrain = conditions(g.name, g.texts); }, true},
    {"--constraint-method", "NAME", "Method", of_solve | of_fit,
     "of problems with constraints: augmented-lagrangian, interior-point, sqp (augmented-lagrangian)",
     [](A& a, const G& g) { a.solve.options.constrained.method = parse_constrained_method(g.text()); }},
};

}  // namespace

std::span<const OptionLine> constraint_options() { return lines; }

}  // namespace thalweg::tool
