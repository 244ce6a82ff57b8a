// Functions of an order by which there is no derivative.
#include <thalweg/formula/formula.hpp>

#include <algorithm>

#include "formula/parse/syntax.hpp"

namespace thalweg::inline v0_1 {

std::vector<std::string> depending_names(std::vector<std::string> names, std::span<const Definition> definitions) {
  for (const Definition& definition : definitions) {
    const auto& read = definition.formula.names();
    const auto depends = [&](const Formula::Name& name) {
      return std::find(names.begin(), names.end(), name.name) != names.end();
    };
    if (std::any_of(read.begin(), read.end(), depends)) names.push_back(definition.name);
  }
  return names;
}

void check_orders(const Formula& formula, std::span<const std::string> names) {
  const formula::Tree& tree = formula.tree();
  std::vector<char> depends;
  const auto at = [](int place) { return static_cast<std::size_t>(place); };
  const auto reads = [&](int argument) { return argument >= 0 && depends[at(argument)] != 0; };
  for (const formula::Node& node : tree.nodes) {
    if (formula::has_fixed_order(node.op) && reads(node.a)) {
      const TextRange where = tree.nodes[at(node.a)].where;
      const std::string order = formula.text().substr(at(where.begin), at(where.end - where.begin));
      throw FormulaError({where.begin + formula.offset(), where.end + formula.offset()},
                         "the order '" + order + "' of a Bessel function depends on parameters",
                         "a number or a column, for there is no derivative by the order");
    }
    const bool depending = node.op == formula::Op::name
                               ? std::find(names.begin(), names.end(), tree.names[at(node.a)]) != names.end()
                               : formula::arity(node.op) > 0 && (reads(node.a) || reads(node.b) || reads(node.c));
    depends.push_back(depending ? 1 : 0);
  }
}

}  // namespace thalweg::inline v0_1
