#include "formula/graph/graph.hpp"

#include <bit>
#include <cmath>
#include <numbers>
#include <utility>

namespace thalweg::inline v0_1::formula {
namespace {

// Up to here a product of squares is as accurate as the vector pow, within a few units in the last
// place.
constexpr int largest_product_power = 16;

bool may_be_infinite(Op op) {
  switch (op) {
    case Op::divide:
    case Op::power:
    case Op::lower_power:
    case Op::log:
    case Op::log10:
    case Op::log1p:
    case Op::tan:
    case Op::gamma:
    case Op::lgamma:
    case Op::log2:
    case Op::polygamma:
    case Op::beta:
    case Op::lbeta:
    case Op::bessel_j:  // of orders below 0
    case Op::bessel_y:
    case Op::bessel_i:
    case Op::bessel_k:
    case Op::polygamma_rise:
    case Op::gamma_density:
    case Op::beta_density:
      return true;
    default:
      return false;
  }
}

bool may_overflow(Op op) {
  switch (op) {
    case Op::exp:
    case Op::exp2:
    case Op::expm1:
    case Op::sinh:
    case Op::cosh:
    case Op::power:
    case Op::gamma:
    case Op::bessel_i:
    case Op::wofz_re:  // below the real axis
    case Op::wofz_im:
      return true;
    default:
      return false;
  }
}

bool commutes(Op op) {
  return op == Op::add || op == Op::multiply || op == Op::guarded_multiply || op == Op::equal || op == Op::not_equal ||
         op == Op::logical_and || op == Op::logical_or;
}

bool is_power_of_two(double v) {
  int exponent = 0;
  return std::isnormal(v) && std::isnormal(1.0 / v) && std::abs(std::frexp(v, &exponent)) == 0.5;
}

}  // namespace

std::size_t Graph::Hash::operator()(const Key& key) const {
  std::uint64_t h = key.bits + static_cast<std::uint64_t>(key.op);
  for (const Id part : {key.a, key.b, key.c}) {
    h = (h ^ static_cast<std::uint32_t>(part)) * 0x9E3779B97F4A7C15u;
    h ^= h >> 29;
  }
  return static_cast<std::size_t>(h);
}

Id Graph::intern(const GraphNode& node) {
  const Key key{node.op, node.a, node.b, node.c, std::bit_cast<std::uint64_t>(node.value)};
  const auto [it, is_new] = known_.try_emplace(key, size());
  if (is_new) nodes_.push_back(node);
  return it->second;
}

Id Graph::constant(double value) { return intern({.op = Op::constant, .value = value}); }

Id Graph::leaf(Op op, Rank rank, int index) { return intern({.op = op, .rank = rank, .a = index}); }
Id Graph::parameter(int index) {
  return leaf(Op::parameter, index < first_varying_ ? Rank::scalar : Rank::mixed, index);
}
Id Graph::column(int index) { return leaf(Op::column, Rank::column, index); }

// Lower ranks first, so that a factor that is a constant or a scalar is the first one.
void Graph::sort(Id& a, Id& b) const {
  const auto key = [&](Id id) { return std::pair((*this)[id].rank, id); };
  if (key(b) < key(a)) std::swap(a, b);
}

Id Graph::make(Op op, Id a, Id b, Id c, int order) {
  if (commutes(op)) sort(a, b);
  GraphNode node{.op = op, .a = a, .b = b, .c = c, .value = static_cast<double>(order)};
  int rank = 0;
  bool grows = may_overflow(op);
  bool poles = may_be_infinite(op) && !(op == Op::divide && is_constant(b));
  double values[3] = {};
  int i = 0;
  for (const Id part : {a, b, c}) {
    if (part == no_id) continue;
    rank |= static_cast<int>((*this)[part].rank);
    poles = poles || (*this)[part].poles;
    grows = grows || (*this)[part].grows;
    values[i++] = (*this)[part].value;
  }
  if (rank == 0) return constant(formula::apply(op, values[0], values[1], values[2], order));
  node.rank = static_cast<Rank>(rank);
  node.poles = poles && node.rank == Rank::column;
  node.grows = grows;
  return intern(node);
}

Id Graph::add(Id a, Id b) {
  if (is_constant(a, 0.0)) return b;
  if (is_constant(b, 0.0)) return a;
  if ((*this)[b].op == Op::negate) return subtract(a, (*this)[b].a);
  if ((*this)[a].op == Op::negate) return subtract(b, (*this)[a].a);
  return make(Op::add, a, b);
}

Id Graph::subtract(Id a, Id b) {
  if (is_constant(b, 0.0)) return a;
  if (is_constant(a, 0.0)) return negate(b);
  if ((*this)[b].op == Op::negate) return add(a, (*this)[b].a);
  return make(Op::subtract, a, b);
}

// A sign moves to an operand that is not evaluated row by row, where it costs nothing.
Id Graph::negate(Id a) {
  const GraphNode node = (*this)[a];
  if (node.op == Op::negate) return node.a;
  if (node.op == Op::subtract) return make(Op::subtract, node.b, node.a);
  if (node.rank == Rank::mixed && (node.op == Op::multiply || node.op == Op::divide)) {
    if ((*this)[node.a].rank != Rank::mixed) return make(node.op, negate(node.a), node.b);
    if ((*this)[node.b].rank != Rank::mixed) return make(node.op, node.a, negate(node.b));
  }
  return make(Op::negate, a);
}

Id Graph::multiply(Id a, Id b) {
  sort(a, b);
  if (is_constant(a, 1.0)) return b;
  if (is_constant(a, -1.0)) return negate(b);
  for (auto [x, y] : {std::pair(a, b), std::pair(b, a)}) {
    const GraphNode& node = (*this)[x];
    if (node.op == Op::negate && node.rank == Rank::mixed) return negate(multiply(node.a, y));
  }
  return make(Op::multiply, a, b);
}

Id Graph::divide(Id a, Id b) {
  if (is_constant(b, 1.0)) return a;
  if (is_constant(b, -1.0)) return negate(a);
  if (is_constant(b) && is_power_of_two((*this)[b].value)) {
    return multiply(constant(1.0 / (*this)[b].value), a);
  }
  const GraphNode over = (*this)[a], under = (*this)[b];
  if (over.op == Op::negate && over.rank == Rank::mixed) return negate(divide(over.a, b));
  if (under.op == Op::negate && under.rank == Rank::mixed) return negate(divide(a, under.a));
  return make(Op::divide, a, b);
}

// Squaring and multiplying from the highest bit down.
Id Graph::whole_power(Id a, int exponent) {
  Id result = a;
  for (int bit = std::bit_width(static_cast<unsigned>(exponent)) - 2; bit >= 0; --bit) {
    result = multiply(result, result);
    if ((exponent >> bit & 1) != 0) result = multiply(result, a);
  }
  return result;
}

Id Graph::constant_power(Id a, double exponent) {
  const double size = std::abs(exponent), whole = std::floor(size);
  if (!(size <= largest_product_power) || (size != whole && size != whole + 0.5)) return no_id;
  Id result = no_id;
  if (whole > 0.0) result = whole_power(a, static_cast<int>(whole));
  if (size != whole) {
    const Id root = apply(Op::sqrt, a);
    result = result == no_id ? root : multiply(result, root);
  }
  if (result == no_id) return no_id;  // a⁰ is NaN where a is
  return exponent < 0.0 ? divide(constant(1.0), result) : result;
}

Id Graph::power(Id a, Id b) {
  if (is_constant(b)) {
    const Id simpler = is_constant(a) ? no_id : constant_power(a, (*this)[b].value);
    if (simpler != no_id) return simpler;
  } else if (is_constant(a, std::numbers::e)) {
    return apply(Op::exp, b);
  }
  return make(Op::power, a, b);
}

Id Graph::select(Id condition, Id yes, Id no) {
  if (!is_constant(condition)) return make(Op::select, condition, yes, no);
  const double value = (*this)[condition].value;
  return std::isnan(value) ? condition : value != 0.0 ? yes : no;
}

Id Graph::choose(Id condition, Id yes, Id no) {
  if (is_constant(condition)) return (*this)[condition].value != 0.0 ? yes : no;
  return yes == no ? yes : make(Op::choose, condition, yes, no);
}

Id Graph::guarded_multiply(Id a, Id b) {
  for (const Id part : {a, b}) {
    if (is_constant(part, 0.0)) return part;
    if (is_constant(part) && std::isfinite((*this)[part].value)) return multiply(a, b);
  }
  return make(Op::guarded_multiply, a, b);
}

Id Graph::apply(Op op, Id a, Id b, Id c, int order) {
  switch (op) {
    case Op::add:
      return add(a, b);
    case Op::subtract:
      return subtract(a, b);
    case Op::multiply:
      return multiply(a, b);
    case Op::divide:
      return divide(a, b);
    case Op::negate:
      return negate(a);
    case Op::power:
      return power(a, b);
    case Op::select:
      return select(a, b, c);
    case Op::choose:
      return choose(a, b, c);
    case Op::guarded_multiply:
      return guarded_multiply(a, b);
    case Op::step:
      return make(Op::less_equal, constant(0.0), a);
    case Op::erfcx:
      return make(Op::wofz_re, constant(0.0), a, no_id, order);
    case Op::dawson:
      return multiply(constant(0.5 / std::numbers::inv_sqrtpi), make(Op::wofz_im, a, constant(0.0), no_id, order));
    default:
      return make(op, a, b, c, order);
  }
}

}  // namespace thalweg::inline v0_1::formula
