#include <thalweg/formula/formula_system.hpp>

#include <cmath>

#include "formula/graph/derivative.hpp"
#include "formula/graph/lower.hpp"

namespace thalweg::inline v0_1 {

using formula::Graph;
using formula::GraphNode;
using formula::Id;
using formula::no_id;
using formula::Op;

/// Nodes in order of dependence, one place of the scratch each: constants and variables first, then operations.
struct FormulaSystem::Program {
  struct Instruction {
    Op op;
    int to, a, b, c;
  };
  struct Load {
    int variable, to;
  };
  struct Constant {
    double value;
    int to;
  };

  Program(const Graph& graph, const std::vector<Id>& results, int parameters);
  void run(const double* v, Scratch& scratch) const;

  std::vector<Constant> constants;
  std::vector<Load> loads;
  std::vector<Instruction> code;
  std::vector<int> results;  // places
  std::size_t size = 0;
};

FormulaSystem::Program::Program(const Graph& graph, const std::vector<Id>& roots, int parameters) {
  std::vector<char> needed(static_cast<std::size_t>(graph.size()));
  for (const Id id : roots) needed[static_cast<std::size_t>(id)] = 1;
  for (Id id = graph.size() - 1; id >= 0; --id) {
    const GraphNode& node = graph[id];
    if (!needed[static_cast<std::size_t>(id)]) continue;
    const Id arguments[] = {node.a, node.b, node.c};
    for (int k = 0; k < arity(node.op); ++k) needed[static_cast<std::size_t>(arguments[k])] = 1;
  }
  std::vector<int> place(needed.size(), -1);
  const auto place_of = [&](Id id) { return id == no_id ? 0 : place[static_cast<std::size_t>(id)]; };
  for (Id id = 0; id < graph.size(); ++id) {
    if (!needed[static_cast<std::size_t>(id)]) continue;
    const GraphNode& node = graph[id];
    const int to = place[static_cast<std::size_t>(id)] = static_cast<int>(size++);
    if (node.op == Op::constant) {
      constants.push_back({node.value, to});
    } else if (node.op == Op::parameter) {
      loads.push_back({node.a, to});
    } else if (node.op == Op::column) {
      loads.push_back({parameters + node.a, to});
    } else {
      const int n = arity(node.op);
      code.push_back({node.op, to, place_of(node.a), n > 1 ? place_of(node.b) : 0, n > 2 ? place_of(node.c) : 0});
    }
  }
  for (const Id id : roots) results.push_back(place_of(id));
}

void FormulaSystem::Program::run(const double* v, Scratch& scratch) const {
  if (scratch.size() < size) scratch.resize(size);
  double* const s = scratch.data();
  for (const Constant& constant : constants) s[constant.to] = constant.value;
  for (const Load& load : loads) s[load.to] = v[load.variable];
  for (const Instruction& i : code) {
    const double a = s[i.a], b = s[i.b];
    switch (i.op) {
      case Op::add:
        s[i.to] = a + b;
        break;
      case Op::subtract:
        s[i.to] = a - b;
        break;
      case Op::multiply:
        s[i.to] = a * b;
        break;
      case Op::divide:
        s[i.to] = a / b;
        break;
      case Op::negate:
        s[i.to] = -a;
        break;
      case Op::exp:
        s[i.to] = std::exp(a);
        break;
      default:
        s[i.to] = apply(i.op, a, b, s[i.c]);
    }
  }
}

FormulaSystem::FormulaSystem(const std::vector<Formula>& functions, const Symbols& symbols, const std::vector<int>& by)
    : functions_(static_cast<int>(functions.size())),
      variables_(static_cast<int>(symbols.parameters.size() + symbols.columns.size())) {
  Graph graph;
  const int parameters = static_cast<int>(symbols.parameters.size());
  std::vector<Id> roots;
  const std::vector<Definition> definitions = in_order(symbols.definitions);
  for (const Formula& function : functions) {
    const Formula f = function.substituted(definitions);
    check_orders(f, symbols.parameters);
    roots.push_back(lower(f.tree(), formula::bind(f, symbols), graph));
  }
  values_ = std::make_unique<const Program>(graph, roots, parameters);
  std::vector<Id> all = roots;
  for (int f = 0; f < functions_ && !by.empty(); ++f) {
    const std::vector<Id> gradient = formula::gradient(graph, roots[static_cast<std::size_t>(f)], parameters);
    for (const int j : by) {
      const Id slope = gradient[static_cast<std::size_t>(j)];
      if (graph.is_constant(slope, 0.0)) continue;
      entries_.push_back({f, j});
      all.push_back(slope);
    }
  }
  slopes_ = std::make_unique<const Program>(graph, all, parameters);
}

FormulaSystem::FormulaSystem(FormulaSystem&&) noexcept = default;
FormulaSystem& FormulaSystem::operator=(FormulaSystem&&) noexcept = default;
FormulaSystem::~FormulaSystem() = default;

int FormulaSystem::functions() const { return functions_; }
int FormulaSystem::variables() const { return variables_; }
const std::vector<FormulaSystem::Entry>& FormulaSystem::entries() const { return entries_; }

void FormulaSystem::evaluate(const double* v, double* value, Scratch& scratch) const {
  values_->run(v, scratch);
  for (std::size_t i = 0; i < values_->results.size(); ++i)
    value[i] = scratch[static_cast<std::size_t>(values_->results[i])];
}

void FormulaSystem::evaluate(const double* v, double* value, double* slope, Scratch& scratch) const {
  slopes_->run(v, scratch);
  const auto n = static_cast<std::size_t>(functions_);
  for (std::size_t i = 0; i < slopes_->results.size(); ++i)
    (i < n ? value[i] : slope[i - n]) = scratch[static_cast<std::size_t>(slopes_->results[i])];
}

}  // namespace thalweg::inline v0_1
