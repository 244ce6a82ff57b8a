#include "formula/graph/diagnose.hpp"

#include <cmath>

namespace thalweg::inline v0_1::formula {
namespace {

double leaf_value(const Node& node, const std::vector<Binding>& bindings, const RowValues& row) {
  if (node.op == Op::constant) return node.value;
  const Binding& bound = bindings[static_cast<std::size_t>(node.a)];
  switch (bound.kind) {
    case Binding::Kind::parameter:
      return row.parameters[bound.index];
    case Binding::Kind::column:
      return (*row.columns)[static_cast<std::size_t>(bound.index)];
    default:
      return node.value;
  }
}

}  // namespace

std::vector<double> node_values(const Tree& tree, const std::vector<Binding>& bindings, const RowValues& row) {
  std::vector<double> values;
  values.reserve(tree.nodes.size());
  const auto value = [&](int place) { return place < 0 ? 0.0 : values[static_cast<std::size_t>(place)]; };
  for (const Node& node : tree.nodes) {
    const bool is_leaf = arity(node.op) == 0;
    values.push_back(is_leaf ? leaf_value(node, bindings, row)
                             : apply(node.op, value(node.a), value(node.b), value(node.c), node.order));
  }
  return values;
}

std::optional<NonFinitePart> find_non_finite(const Tree& tree, const std::vector<Binding>& bindings,
                                             const RowValues& row) {
  const std::vector<double> values = node_values(tree, bindings, row);
  const auto value = [&](int place) { return place < 0 ? 0.0 : values[static_cast<std::size_t>(place)]; };
  int place = static_cast<int>(tree.nodes.size()) - 1;
  if (std::isfinite(value(place))) return std::nullopt;
  for (;;) {
    const Node& node = tree.nodes[static_cast<std::size_t>(place)];
    int deeper = -1;
    for (const int argument : {node.a, node.b, node.c}) {
      if (arity(node.op) == 0 || argument < 0 || deeper >= 0) continue;
      const bool is_taken =
          node.op != Op::select || argument == node.a || argument == (value(node.a) != 0.0 ? node.b : node.c);
      if (is_taken && !std::isfinite(value(argument))) deeper = argument;
    }
    if (deeper < 0) return NonFinitePart{node.where, value(place)};
    place = deeper;
  }
}

}  // namespace thalweg::inline v0_1::formula
