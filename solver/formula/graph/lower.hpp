// From the syntax tree to the expression graph: names are bound to parameters and columns here.
#pragma once

#include <vector>

#include "formula/graph/graph.hpp"
#include "formula/parse/syntax.hpp"

namespace thalweg::inline v0_1::formula {

/// What a name in a tree stands for.
struct Binding {
  enum class Kind { parameter, column, constant } kind = Kind::constant;
  int index = 0;
};

/// One for each of Tree::names. Throws FormulaError for a name that is unknown.
std::vector<Binding> bind(const Formula& formula, const Symbols& symbols);

/// Adds the formula to the graph; returns its root.
Id lower(const Tree& tree, const std::vector<Binding>& bindings, Graph& graph);

}  // namespace thalweg::inline v0_1::formula
