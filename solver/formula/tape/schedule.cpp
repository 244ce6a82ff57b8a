#include "formula/tape/schedule.hpp"

#include <unordered_map>
#include <unordered_set>

namespace thalweg::inline v0_1::formula {
namespace {

bool is_leaf(const GraphNode& node) { return arity(node.op) == 0; }

/// Calls visit(node, done) on all nodes under `roots`, each after those that `arguments` names;
/// does not recurse, for a long sum is a deep graph.
template <class Arguments, class Visit>
void visit_all(const std::vector<Id>& roots, const Arguments& arguments, const Visit& visit) {
  struct Frame {
    Id id;
    std::array<Id, 3> arguments;
    std::size_t next;
  };
  std::unordered_set<Id> seen;
  std::vector<Frame> stack;
  for (const Id root : roots) {
    if (!seen.insert(root).second) continue;
    stack.push_back({root, arguments(root), 0});
    while (!stack.empty()) {
      Frame& frame = stack.back();
      if (frame.next == frame.arguments.size()) {
        visit(frame.id);
        stack.pop_back();
        continue;
      }
      const Id argument = frame.arguments[frame.next++];
      if (argument != no_id && seen.insert(argument).second) {
        stack.push_back({argument, arguments(argument), 0});
      }
    }
  }
}

std::array<Id, 3> plain_arguments(const GraphNode& node) {
  if (is_leaf(node)) return {no_id, no_id, no_id};
  return {node.a, node.b, node.c};
}

bool is_row_product(const Graph& graph, Id id) { return graph[id].op == Op::multiply && graph[id].rank == Rank::mixed; }

/// How often each node of rank mixed is read by others under the roots, the results counting as
/// read.
std::unordered_map<Id, int> count_uses(const Graph& graph, const std::vector<Id>& roots) {
  std::unordered_map<Id, int> uses;
  for (const Id root : roots) ++uses[root];
  const auto arguments = [&](Id id) {
    return graph[id].rank == Rank::mixed ? plain_arguments(graph[id]) : std::array<Id, 3>{no_id, no_id, no_id};
  };
  visit_all(roots, arguments, [&](Id id) {
    for (const Id argument : arguments(id)) {
      if (argument != no_id) ++uses[argument];
    }
  });
  return uses;
}

// A product that is read elsewhere too is computed anyway, so taking it in saves nothing. A
// difference of two products is left alone in values: fma(a, a, −b·b) need not be 0 where a = b,
// and a square root of it may be taken.
Fusion choose_fusion(const Graph& graph, const GraphNode& node, std::unordered_map<Id, int>& uses, bool in_value) {
  if (node.op == Op::exp && is_row_product(graph, node.a) && uses[node.a] == 1) return Fusion::left;
  if (node.op != Op::add && node.op != Op::subtract) return Fusion::none;
  const bool left = is_row_product(graph, node.a), right = is_row_product(graph, node.b);
  if (node.a == node.b || (in_value && left && right)) return Fusion::none;
  if (left && uses[node.a] == 1) return Fusion::left;
  if (right && uses[node.b] == 1) return Fusion::right;
  return Fusion::none;
}

void decide(Graph& graph, const std::vector<Id>& results, bool in_value) {
  std::unordered_map<Id, int> uses = count_uses(graph, results);
  for (const auto& entry : std::unordered_map<Id, int>(uses)) {
    GraphNode& node = graph[entry.first];
    if (node.fusion != Fusion::undecided || node.rank != Rank::mixed) continue;
    node.fusion = choose_fusion(graph, node, uses, in_value);
  }
}

}  // namespace

void decide_fusion(Graph& graph, Id root) { decide(graph, {root}, true); }

Step step_of(const Graph& graph, Id id) {
  const GraphNode& node = graph[id];
  if (node.fusion == Fusion::left) {
    const GraphNode& product = graph[node.a];
    if (node.op == Op::exp) return {id, Op::exp_product, {product.a, product.b, no_id}};
    return {id, node.op == Op::add ? Op::multiply_add : Op::multiply_subtract, {product.a, product.b, node.b}};
  }
  if (node.fusion == Fusion::right) {
    const GraphNode& product = graph[node.b];
    return {id, node.op == Op::add ? Op::multiply_add : Op::subtract_product, {product.a, product.b, node.a}};
  }
  return {id, node.op, plain_arguments(node)};
}

Schedule schedule(Graph& graph, const std::vector<Id>& results, const std::function<bool(Id)>& stored) {
  decide(graph, results, false);
  const auto is_read = [&](Id id) { return is_leaf(graph[id]) || (graph[id].rank == Rank::column && stored(id)); };
  const auto arguments = [&](Id id) {
    return is_read(id) ? std::array<Id, 3>{no_id, no_id, no_id} : step_of(graph, id).arguments;
  };
  Schedule s;
  visit_all(results, arguments, [&](Id id) {
    const GraphNode& node = graph[id];
    if (node.op == Op::parameter) (graph.varies(node) ? s.varying : s.parameters).push_back(id);
    if (node.rank == Rank::column && is_read(id)) s.columns.push_back(id);
    if (is_read(id)) return;
    (node.rank == Rank::scalar ? s.scalars : s.rows).push_back(step_of(graph, id));
  });
  return s;
}

}  // namespace thalweg::inline v0_1::formula
