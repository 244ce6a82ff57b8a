#include "formula/graph/derivative.hpp"

#include <array>
#include <numbers>
#include <utility>

#include "formula/graph/special_partials.hpp"

namespace thalweg::inline v0_1::formula {
namespace {

class Sweep {
 public:
  Sweep(Graph& graph, Id root) : graph_(graph), terms_(static_cast<std::size_t>(root) + 1) {
    terms_.back().adjoint = number(1.0);
  }

  /// Passes the adjoint of a node, if it has one, on to its arguments.
  void pass_on(Id id);
  Id adjoint(Id id) const { return terms_[static_cast<std::size_t>(id)].adjoint; }

 private:
  struct Term {
    Id adjoint = no_id;
    bool guarded = false;
  };

  Id number(double v) { return graph_.constant(v); }
  Id add(Id a, Id b) { return graph_.add(a, b); }
  Id times(Id a, Id b) { return graph_.multiply(a, b); }
  Id over(Id a, Id b) { return graph_.divide(a, b); }
  Id minus(Id a) { return graph_.negate(a); }
  Id function(Op op, Id a, Id b = no_id, Id c = no_id) { return graph_.apply(op, a, b, c); }

  Id product(Id a, Id b, bool guarded);
  /// Adds to the adjoint of an argument of the current node.
  void receive(Id argument, Id contribution, bool guarded);
  /// The same by the chain rule. `singular`: the partial may be infinite where the value is finite.
  void chain(Id argument, Id partial, bool singular = false);

  void arithmetic(const GraphNode& node);
  void power(const GraphNode& node);
  void unary(const GraphNode& node);
  void trigonometric(const GraphNode& node);
  void special(const GraphNode& node);
  void two_arguments(const GraphNode& node);
  void choice(Id condition, Id yes, Id no);

  Graph& graph_;
  std::vector<Term> terms_;
  Id self_ = no_id;          // the current node,
  Id adjoint_ = no_id;       // its adjoint
  bool is_guarded_ = false;  // and whether products with it must be guarded
};

Id Sweep::product(Id a, Id b, bool guarded) {
  if (graph_.is_constant(a, 0.0) || graph_.is_constant(b, 0.0)) return number(0.0);
  if (guarded || graph_[a].poles || graph_[b].poles) return graph_.guarded_multiply(a, b);
  // s·(t·v) = (s·t)·v: the product of scalars is done once for all rows.
  for (const auto& [s, v] : {std::pair(a, b), std::pair(b, a)}) {
    const GraphNode node = graph_[v];
    const auto per_call = [&](Id id) { return static_cast<int>(graph_[id].rank) <= 1; };
    if (per_call(s) && !per_call(v) && node.op == Op::multiply && per_call(node.a)) {
      return times(times(s, node.a), node.b);
    }
  }
  return times(a, b);
}

void Sweep::receive(Id argument, Id contribution, bool guarded) {
  if (graph_.is_constant(contribution, 0.0)) return;
  Term& term = terms_[static_cast<std::size_t>(argument)];
  term.adjoint = term.adjoint == no_id ? contribution : add(term.adjoint, contribution);
  term.guarded = term.guarded || guarded;
}

void Sweep::chain(Id argument, Id partial, bool singular) {
  if (!graph_.depends_on_parameters(argument)) return;
  const bool guarded = is_guarded_ || singular;
  receive(argument, product(adjoint_, partial, guarded), guarded);
}

void Sweep::arithmetic(const GraphNode& node) {
  switch (node.op) {
    case Op::add:
      chain(node.a, number(1.0));
      chain(node.b, number(1.0));
      return;
    case Op::subtract:
      chain(node.a, number(1.0));
      chain(node.b, number(-1.0));
      return;
    case Op::negate:
      chain(node.a, number(-1.0));
      return;
    case Op::multiply:
    case Op::guarded_multiply: {
      const bool singular = node.op == Op::guarded_multiply;
      if (node.a == node.b) {
        chain(node.a, times(number(2.0), node.a), singular);
      } else {
        chain(node.a, node.b, singular);
        chain(node.b, node.a, singular);
      }
      return;
    }
    default: {  // divide: with q = a/b, dq = da/b − q·db/b; the factor adjoint/b serves both
      const Id share = product(adjoint_, over(number(1.0), node.b), is_guarded_);
      if (graph_.depends_on_parameters(node.a)) receive(node.a, share, is_guarded_);
      if (graph_.depends_on_parameters(node.b)) {
        // Where b overflows, q and its share are 0, but what is above b has an infinite slope: 1/(1 + exp(x)).
        const bool guarded = is_guarded_ || graph_[node.b].grows;
        receive(node.b, minus(product(share, self_, guarded)), guarded);
      }
    }
  }
}

// u^v and u^(e) given u^(e+1). The derivative by u reuses the value: v·u^(v−1) with u^(v−1) = u^v /
// u where u ≠ 0.
void Sweep::power(const GraphNode& node) {
  const bool lowered = node.op == Op::lower_power;
  const Id u = lowered ? node.b : node.a, v = lowered ? node.c : node.b;
  if (graph_.depends_on_parameters(u)) {
    const Id lower = function(Op::lower_power, self_, u, graph_.subtract(v, number(1.0)));
    chain(u, graph_.guarded_multiply(v, lower), true);
  }
  if (graph_.depends_on_parameters(v)) {
    chain(v, graph_.guarded_multiply(self_, function(Op::log, u)), true);
  }
}

void Sweep::choice(Id condition, Id yes, Id no) {
  const Id zero = number(0.0);
  if (graph_.depends_on_parameters(yes)) {
    receive(yes, graph_.choose(condition, adjoint_, zero), true);
  }
  if (graph_.depends_on_parameters(no)) {
    receive(no, graph_.choose(condition, zero, adjoint_), true);
  }
}

void Sweep::two_arguments(const GraphNode& node) {
  const Id a = node.a, b = node.b;
  if (node.op == Op::min) return choice(function(Op::less, b, a), b, a);
  if (node.op == Op::max) return choice(function(Op::less, a, b), b, a);
  if (node.op == Op::atan2) {
    const Id square = add(times(a, a), times(b, b));
    chain(a, over(b, square));
    chain(b, minus(over(a, square)));
    return;
  }
  // hypot: 0 at the origin, the least slope of the cone there
  const Id at_origin = function(Op::equal, self_, number(0.0));
  for (const Id part : {a, b}) {
    chain(part, graph_.choose(at_origin, number(0.0), over(part, self_)), true);
  }
}

void Sweep::trigonometric(const GraphNode& node) {
  const Id u = node.a, one = number(1.0);
  switch (node.op) {
    case Op::sin:
      return chain(u, function(Op::cos, u));
    case Op::cos:
      return chain(u, minus(function(Op::sin, u)));
    case Op::tan:
      return chain(u, add(one, times(self_, self_)));
    case Op::atan:
      return chain(u, over(one, add(one, times(u, u))));
    case Op::sinh:
      return chain(u, function(Op::cosh, u));
    case Op::cosh:
      return chain(u, function(Op::sinh, u));
    case Op::tanh:
      return chain(u, function(Op::sech_squared, u));
    case Op::sech_squared:
      return chain(u, times(number(-2.0), times(function(Op::tanh, u), self_)));
    default: {  // asin, acos: (1 − u)(1 + u) keeps its digits near the ends of the range
      const Id square = times(graph_.subtract(one, u), add(one, u));
      const Id slope = over(number(node.op == Op::asin ? 1.0 : -1.0), function(Op::sqrt, square));
      return chain(u, slope, true);
    }
  }
}

void Sweep::special(const GraphNode& node) {
  const Id u = node.a;
  switch (node.op) {
    case Op::erf:
    case Op::erfc: {
      const double factor = (node.op == Op::erf ? 2.0 : -2.0) * std::numbers::inv_sqrtpi;
      return chain(u, times(number(factor), function(Op::exp, minus(times(u, u)))));
    }
    case Op::gamma:
      return chain(u, times(self_, function(Op::polygamma, u)));
    case Op::lgamma:
      return chain(u, function(Op::polygamma, u));
    case Op::abs:
      return chain(u, function(Op::sign, u));
    default: {  // comparisons and sign have no partials: the slope is 0 wherever there is one
      const std::array<Id, 3> arguments{node.a, node.b, node.c};
      for (int k = 0; k < arity(node.op); ++k) {
        const Id argument = arguments[static_cast<std::size_t>(k)];
        if (!graph_.depends_on_parameters(argument)) continue;
        if (const auto partial = special_partial(graph_, self_, k)) chain(argument, *partial, is_singular(node.op));
      }
    }
  }
}

void Sweep::unary(const GraphNode& node) {
  const Id u = node.a, one = number(1.0);
  switch (node.op) {
    case Op::exp:
      return chain(u, self_);
    case Op::expm1:
      return chain(u, function(Op::exp, u));
    case Op::log:
      return chain(u, over(one, u));
    case Op::log10:
      return chain(u, over(number(1.0 / std::numbers::ln10), u));
    case Op::log1p:
      return chain(u, over(one, add(one, u)));
    case Op::sqrt:
      return chain(u, over(number(0.5), self_), true);
    case Op::cbrt:
      return chain(u, over(number(1.0 / 3.0), times(self_, self_)), true);
    case Op::sin:
    case Op::cos:
    case Op::tan:
    case Op::asin:
    case Op::acos:
    case Op::atan:
    case Op::sinh:
    case Op::cosh:
    case Op::tanh:
    case Op::sech_squared:
      return trigonometric(node);
    default:
      return special(node);
  }
}

void Sweep::pass_on(Id id) {
  const Term term = terms_[static_cast<std::size_t>(id)];
  if (term.adjoint == no_id || !graph_.depends_on_parameters(id)) return;
  self_ = id;
  adjoint_ = term.adjoint;
  is_guarded_ = term.guarded;
  const GraphNode node = graph_[id];  // a copy: the graph grows below
  switch (node.op) {
    case Op::parameter:
      return;
    case Op::add:
    case Op::subtract:
    case Op::negate:
    case Op::multiply:
    case Op::divide:
    case Op::guarded_multiply:
      return arithmetic(node);
    case Op::power:
    case Op::lower_power:
      return power(node);
    case Op::min:
    case Op::max:
    case Op::atan2:
    case Op::hypot:
      return two_arguments(node);
    case Op::select:
    case Op::choose:
      return choice(node.a, node.b, node.c);
    default:
      return unary(node);
  }
}

}  // namespace

std::vector<Id> gradient(Graph& graph, Id root, int parameters) {
  Sweep sweep(graph, root);
  for (Id id = root; id >= 0; --id) sweep.pass_on(id);
  std::vector<Id> result;
  for (int j = 0; j < parameters; ++j) {
    const Id parameter = graph.parameter(j);
    const Id adjoint = parameter <= root ? sweep.adjoint(parameter) : no_id;
    result.push_back(adjoint == no_id ? graph.constant(0.0) : adjoint);
  }
  return result;
}

}  // namespace thalweg::inline v0_1::formula
