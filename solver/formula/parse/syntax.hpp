// The syntax tree of a formula.
//
// Nodes lie in one array, arguments before the operation that uses them: every pass over a tree is
// a loop, so that a sum of ten thousand terms needs no deep recursion, not even to be destroyed.
#pragma once

#include <string>
#include <vector>

#include <thalweg/formula/formula.hpp>

#include "formula/graph/ops.hpp"

namespace thalweg::inline v0_1::formula {

struct Node {
  Op op = Op::constant;
  int a = -1, b = -1, c = -1;  ///< the arguments' places in Tree::nodes; for a name, a is its place
                               ///< in Formula::names
  double value = 0.0;          ///< of a number, and of the constants pi and e when nothing shadows them
  int order = 0;               ///< of an operation with orders
  TextRange where;             ///< in the formula's own text, without surrounding parentheses
};

struct Tree {
  std::vector<Node> nodes;         ///< the last one is the root
  std::vector<std::string> names;  ///< of every Op::name, pi and e included, each once
};

}  // namespace thalweg::inline v0_1::formula
