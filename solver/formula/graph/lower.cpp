#include "formula/graph/lower.hpp"

#include <algorithm>

#include <thalweg/base/words.hpp>
#include "formula/parse/one_of.hpp"

namespace thalweg::inline v0_1::formula {
namespace {

int place(const std::vector<std::string>& names, const std::string& name) {
  const auto it = std::find(names.begin(), names.end(), name);
  return it == names.end() ? -1 : static_cast<int>(it - names.begin());
}

[[noreturn]] void fail_unknown(const Formula::Name& name, const Symbols& symbols) {
  std::vector<std::string_view> known(symbols.parameters.begin(), symbols.parameters.end());
  known.insert(known.end(), symbols.varying.begin(), symbols.varying.end());
  known.insert(known.end(), symbols.columns.begin(), symbols.columns.end());
  const std::string meant = nearest(name.name, known);
  throw FormulaError(name.where, "'" + name.name + "' is neither a parameter nor a column",
                     !meant.empty()                        ? "'" + meant + "'"
                     : find_function(name.name) != nullptr ? "'(' after a function's name"
                     : known.empty()                       ? "a number"
                                                           : one_of(known));
}

}  // namespace

std::vector<Binding> bind(const Formula& formula, const Symbols& symbols) {
  std::vector<Binding> bindings;
  for (const std::string& name : formula.tree().names) {
    if (const int p = place(symbols.parameters, name); p >= 0) {
      bindings.push_back({Binding::Kind::parameter, p});
    } else if (const int v = place(symbols.varying, name); v >= 0) {
      bindings.push_back({Binding::Kind::parameter, static_cast<int>(symbols.parameters.size()) + v});
    } else if (const int c = place(symbols.columns, name); c >= 0) {
      bindings.push_back({Binding::Kind::column, c});
    } else if (name == "pi" || name == "e") {
      bindings.push_back({Binding::Kind::constant, 0});
    } else {
      const auto& names = formula.names();
      fail_unknown(*std::find_if(names.begin(), names.end(), [&](const Formula::Name& n) { return n.name == name; }),
                   symbols);
    }
  }
  return bindings;
}

Id lower(const Tree& tree, const std::vector<Binding>& bindings, Graph& graph) {
  std::vector<Id> ids;
  ids.reserve(tree.nodes.size());
  const auto argument = [&](int place) { return place < 0 ? no_id : ids[static_cast<std::size_t>(place)]; };
  for (const Node& node : tree.nodes) {
    if (node.op == Op::constant) {
      ids.push_back(graph.constant(node.value));
    } else if (node.op == Op::name) {
      const Binding& bound = bindings[static_cast<std::size_t>(node.a)];
      ids.push_back(bound.kind == Binding::Kind::parameter ? graph.parameter(bound.index)
                    : bound.kind == Binding::Kind::column  ? graph.column(bound.index)
                                                           : graph.constant(node.value));
    } else {
      ids.push_back(graph.apply(node.op, argument(node.a), argument(node.b), argument(node.c), node.order));
    }
  }
  return ids.back();
}

}  // namespace thalweg::inline v0_1::formula
