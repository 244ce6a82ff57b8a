#include "formula/graph/special_partials.hpp"

#include <numbers>

namespace thalweg::inline v0_1::formula {
namespace {

class Partials {
 public:
  Partials(Graph& graph, Id self)
      : graph_(graph), self_(self), node_(graph[self]), order_(static_cast<int>(node_.value)) {}

  std::optional<Id> by(int which);

 private:
  Id number(double v) { return graph_.constant(v); }
  Id times(Id a, Id b) { return graph_.multiply(a, b); }
  Id minus(Id a) { return graph_.negate(a); }
  Id function(Op op, Id a, Id b = no_id, Id c = no_id, int order = 0) { return graph_.apply(op, a, b, c, order); }
  /// This operation, or another, on the same arguments.
  Id same(Op op, int order) { return function(op, node_.a, node_.b, node_.c, order); }

  std::optional<Id> unary();
  std::optional<Id> bessel(int which);
  std::optional<Id> complex(int which);
  Id shape_score(Id logarithm, Id shape, Id other);
  Id weighted(Op density, Id score);
  std::optional<Id> incomplete_gamma(int which);
  std::optional<Id> incomplete_beta(int which);
  Id complete_beta(int which);
  Id polygamma_rise(int which);
  Id modulo(int which);

  Graph& graph_;
  const Id self_;
  const GraphNode node_;  // a copy: the graph grows
  const int order_;
};

std::optional<Id> Partials::unary() {
  const Id u = node_.a;
  switch (node_.op) {
    case Op::log2:
      return graph_.divide(number(1.0 / std::numbers::ln2), u);
    case Op::exp2:
      return times(number(std::numbers::ln2), self_);
    case Op::floor:
    case Op::ceil:
    case Op::round:
      return number(0.0);
    case Op::expit:  // 1 − expit(u) = expit(−u), without cancellation
      return times(self_, function(Op::expit, minus(u)));
    case Op::softplus:
      return function(Op::expit, u);
    case Op::normcdf:
      return function(Op::normpdf, u);
    case Op::normpdf:
      return minus(times(u, self_));
    case Op::polygamma:
    case Op::sinc:
      return same(node_.op, order_ + 1);
    default:
      return std::nullopt;
  }
}

// Abramowitz & Stegun 9.1.27, 9.6.26, in the form without a division by x.
std::optional<Id> Partials::bessel(int which) {
  if (which == 0) return number(0.0);  // refused before, where it depends on parameters
  const Id one = number(1.0);
  const Id lower = function(node_.op, graph_.subtract(node_.a, one), node_.b);
  const Id upper = function(node_.op, graph_.add(node_.a, one), node_.b);
  const bool waves = node_.op == Op::bessel_j || node_.op == Op::bessel_y;
  const Id both = waves ? graph_.subtract(lower, upper) : graph_.add(lower, upper);
  return times(number(node_.op == Op::bessel_k ? -0.5 : 0.5), both);
}

// f = u + iv is analytic in x + iy: ∂f/∂y = i f′. By σ, K obeys the heat equation.
std::optional<Id> Partials::complex(int which) {
  const bool voigt = node_.op == Op::voigt_re || node_.op == Op::voigt_im;
  const Op real = voigt ? Op::voigt_re : Op::wofz_re, imaginary = voigt ? Op::voigt_im : Op::wofz_im;
  if (which == 0) return same(node_.op, order_ + 1);
  if (voigt && which == 1) return times(node_.b, same(node_.op, order_ + 2));
  return node_.op == real ? minus(same(imaginary, order_ + 1)) : same(real, order_ + 1);
}

/// ∂ ln(density)/∂shape: the logarithm less ψ(shape), of the beta distribution plus ψ(shape + other).
Id Partials::shape_score(Id logarithm, Id shape, Id other) {
  if (other == no_id) return graph_.subtract(logarithm, function(Op::polygamma, shape));
  return graph_.add(logarithm, function(Op::polygamma_rise, shape, other));
}

Id Partials::weighted(Op density, Id score) { return graph_.guarded_multiply(same(density, 0), score); }

std::optional<Id> Partials::incomplete_gamma(int which) {
  const Id score = shape_score(function(Op::log, node_.b), node_.a, no_id);
  if (node_.op == Op::gamma_density)
    return which == 0 ? weighted(Op::gamma_density, score) : same(node_.op, order_ + 1);
  const Id slope = which == 0    ? same(Op::gamma_p, order_ + 1)
                   : order_ == 0 ? same(Op::gamma_density, 0)
                                 : weighted(Op::gamma_density, score);
  return node_.op == Op::gamma_q ? minus(slope) : slope;
}

std::optional<Id> Partials::incomplete_beta(int which) {
  const auto score = [&](bool by_a) {
    return by_a ? shape_score(function(Op::log, node_.c), node_.a, node_.b)
                : shape_score(function(Op::log1p, minus(node_.c)), node_.b, node_.a);
  };
  if (node_.op == Op::beta_density)
    return which == 2 ? same(node_.op, order_ + 1) : weighted(Op::beta_density, score(which == 0));
  if (which < 2) return same(Op::beta_i, order_ + (which == 0 ? 10 : 1));
  return order_ == 0 ? same(Op::beta_density, 0) : weighted(Op::beta_density, score(order_ == 10));
}

Id Partials::complete_beta(int which) {
  const Id one = which == 0 ? node_.a : node_.b, other = which == 0 ? node_.b : node_.a;
  const Id slope = minus(function(Op::polygamma_rise, one, other));
  return node_.op == Op::beta ? times(self_, slope) : slope;
}

Id Partials::polygamma_rise(int which) {
  const Id next = function(Op::polygamma, graph_.add(node_.a, node_.b), no_id, no_id, order_ + 1);
  return which == 0 ? same(Op::polygamma_rise, order_ + 1) : next;
}

Id Partials::modulo(int which) {
  if (which == 0) return number(1.0);
  return minus(function(Op::round, graph_.divide(graph_.subtract(node_.a, self_), node_.b)));
}

std::optional<Id> Partials::by(int which) {
  switch (node_.op) {
    case Op::mod:
      return modulo(which);
    case Op::beta:
    case Op::lbeta:
      return complete_beta(which);
    case Op::polygamma_rise:
      return polygamma_rise(which);
    case Op::bessel_j:
    case Op::bessel_y:
    case Op::bessel_i:
    case Op::bessel_k:
      return bessel(which);
    case Op::gamma_p:
    case Op::gamma_q:
    case Op::gamma_density:
      return incomplete_gamma(which);
    case Op::beta_i:
    case Op::beta_density:
      return incomplete_beta(which);
    case Op::wofz_re:
    case Op::wofz_im:
    case Op::voigt_re:
    case Op::voigt_im:
      return complex(which);
    default:
      return unary();
  }
}

}  // namespace

std::optional<Id> special_partial(Graph& graph, Id node, int which) { return Partials(graph, node).by(which); }

bool is_singular(Op op) {
  switch (op) {
    case Op::bessel_j:  // of orders between 0 and 1
    case Op::bessel_y:
    case Op::bessel_i:
    case Op::bessel_k:
    case Op::gamma_p:
    case Op::gamma_q:
    case Op::gamma_density:
    case Op::beta_i:
    case Op::beta_density:
      return true;
    default:
      return false;
  }
}

}  // namespace thalweg::inline v0_1::formula
