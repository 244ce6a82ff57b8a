#include "formula/tape/execute.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>
#include <thalweg/math/pack.hpp>

namespace thalweg::inline v0_1::formula {
namespace {

constexpr std::ptrdiff_t lanes = native_lanes;
using P = NativePack;
using Kernel = Instruction::Kernel;

/// An operand's packs, one after the other.
template <bool fixed>
struct Reader {
  Reader(Operand o, double* const* bases) : at(bases[o.base] + o.offset) {}
  P operator[](std::ptrdiff_t i) const { return P::load(at + i * lanes); }
  const double* at;
};
/// An operand that does not change with the rows: read once.
template <>
struct Reader<true> {
  Reader(Operand o, double* const* bases) : pack(P::load(bases[o.base] + o.offset)) {}
  P operator[](std::ptrdiff_t) const { return pack; }
  P pack;
};

double* target(const Instruction& self, double* const* bases) { return bases[self.to.base] + self.to.offset; }

// The kernels. A result may overwrite an operand: each pack is read before it is written. F is a
// function of packs without state, so that a default-constructed one will do.
template <class F, bool a_fixed>
void unary(const Instruction& self, double* const* bases, std::ptrdiff_t packs) {
  double* const to = target(self, bases);
  const Reader<a_fixed> a(self.a, bases);
#pragma GCC unroll 4
  for (std::ptrdiff_t i = 0; i < packs; ++i) F()(a[i]).store(to + i * lanes);
}

template <class F, bool a_fixed, bool b_fixed>
void binary(const Instruction& self, double* const* bases, std::ptrdiff_t packs) {
  double* const to = target(self, bases);
  const Reader<a_fixed> a(self.a, bases);
  const Reader<b_fixed> b(self.b, bases);
#pragma GCC unroll 4
  for (std::ptrdiff_t i = 0; i < packs; ++i) F()(a[i], b[i]).store(to + i * lanes);
}

template <class F, bool a_fixed, bool b_fixed, bool c_fixed>
void ternary(const Instruction& self, double* const* bases, std::ptrdiff_t packs) {
  double* const to = target(self, bases);
  const Reader<a_fixed> a(self.a, bases);
  const Reader<b_fixed> b(self.b, bases);
  const Reader<c_fixed> c(self.c, bases);
#pragma GCC unroll 4
  for (std::ptrdiff_t i = 0; i < packs; ++i) F()(a[i], b[i], c[i]).store(to + i * lanes);
}

bool is_fixed(Operand o) { return o.base < first_moving; }

template <class F>
Kernel unary_kernel(const Instruction& i, F) {
  return is_fixed(i.a) ? unary<F, true> : unary<F, false>;
}

template <class F>
Kernel binary_kernel(const Instruction& i, F) {
  if (is_fixed(i.a)) return is_fixed(i.b) ? binary<F, true, true> : binary<F, true, false>;
  return is_fixed(i.b) ? binary<F, false, true> : binary<F, false, false>;
}

template <class F, bool a_fixed>
Kernel ternary_kernel(const Instruction& i) {
  if (is_fixed(i.b)) {
    return is_fixed(i.c) ? ternary<F, a_fixed, true, true> : ternary<F, a_fixed, true, false>;
  }
  return is_fixed(i.c) ? ternary<F, a_fixed, false, true> : ternary<F, a_fixed, false, false>;
}
template <class F>
Kernel ternary_kernel(const Instruction& i, F) {
  return is_fixed(i.a) ? ternary_kernel<F, true>(i) : ternary_kernel<F, false>(i);
}

/// An operand's numbers, one after the other.
struct Numbers {
  Numbers(Operand o, double* const* bases) : at(bases[o.base] + o.offset), stride(is_fixed(o) ? 0 : 1) {}
  double operator[](std::ptrdiff_t i) const { return at[i * stride]; }
  const double* at;
  std::ptrdiff_t stride;
};

/// For functions that exist for plain numbers only.
void one_by_one(const Instruction& self, double* const* bases, std::ptrdiff_t packs) {
  double* const to = target(self, bases);
  const int count = arity(self.op);
  const Numbers a(self.a, bases), b(count > 1 ? self.b : self.a, bases), c(count > 2 ? self.c : self.a, bases);
  if (a.stride == 0 && b.stride == 0 && c.stride == 0) {
    std::fill_n(to, packs * lanes, apply(self.op, a[0], b[0], c[0], self.order));
    return;
  }
  for (std::ptrdiff_t i = 0; i < packs * lanes; ++i) to[i] = apply(self.op, a[i], b[i], c[i], self.order);
}

// The sum stays in its one place, where the lanes add up separately.
void accumulate(const Instruction& self, double* const* bases, std::ptrdiff_t packs) {
  const Reader<false> weight(self.b, bases);
  const bool fixed = is_fixed(self.a);
  const double* const at = bases[self.a.base] + self.a.offset;
  P sum = P::load(target(self, bases));
  for (std::ptrdiff_t i = 0; i < packs; ++i) {
    const P value = P::load(at + (fixed ? 0 : i * lanes));
    sum += select(weight[i] == P(0.0), P(0.0), value * weight[i]);
  }
  sum.store(target(self, bases));
}

P truth(Mask<native_lanes> m) { return select(m, P(1.0), P(0.0)); }

P all_of(P a, P b) {
  const P zero(0.0);
  return select((a == zero) | (b == zero), zero, nan_of(a, b, P(1.0)));
}

P any_of(P a, P b) {
  const P zero(0.0);
  return select((a < zero) | (a > zero) | (b < zero) | (b > zero), P(1.0), nan_of(a, b, zero));
}

P sign(P a) {
  const P zero(0.0);
  return select(a > zero, P(1.0), select(a < zero, P(-1.0), a));
}

P guarded_product(P a, P b) { return select((a == P(0.0)) | (b == P(0.0)), P(0.0), a * b); }

P logistic(P a) {
  const P e = exp(-abs(a));
  return select(a < P(0.0), e, P(1.0)) / (P(1.0) + e);
}

P lowered_power(P a, P b, P c) {
  const P zero(0.0), infinity(std::numeric_limits<double>::infinity());
  const P at_zero = select(c > zero, zero, select(c == zero, P(1.0), infinity));
  return select(b == zero, at_zero, a / b);
}

Kernel function_kernel(Op op, const Instruction& i) {
  switch (op) {
    case Op::exp:
      return unary_kernel(i, [](P a) { return exp(a); });
    case Op::expm1:
      return unary_kernel(i, [](P a) { return expm1(a); });
    case Op::log:
      return unary_kernel(i, [](P a) { return log(a); });
    case Op::log10:
      return unary_kernel(i, [](P a) { return log10(a); });
    case Op::log1p:
      return unary_kernel(i, [](P a) { return log1p(a); });
    case Op::sqrt:
      return unary_kernel(i, [](P a) { return sqrt(a); });
    case Op::cbrt:
      return unary_kernel(i, [](P a) { return cbrt(a); });
    case Op::abs:
      return unary_kernel(i, [](P a) { return abs(a); });
    case Op::sign:
      return unary_kernel(i, [](P a) { return sign(a); });
    case Op::sin:
      return unary_kernel(i, [](P a) { return sin(a); });
    case Op::cos:
      return unary_kernel(i, [](P a) { return cos(a); });
    case Op::tan:
      return unary_kernel(i, [](P a) { return tan(a); });
    case Op::asin:
      return unary_kernel(i, [](P a) { return asin(a); });
    case Op::acos:
      return unary_kernel(i, [](P a) { return acos(a); });
    case Op::atan:
      return unary_kernel(i, [](P a) { return atan(a); });
    case Op::sinh:
      return unary_kernel(i, [](P a) { return sinh(a); });
    case Op::cosh:
      return unary_kernel(i, [](P a) { return cosh(a); });
    case Op::tanh:
      return unary_kernel(i, [](P a) { return tanh(a); });
    case Op::sech_squared:
      return unary_kernel(i, [](P a) { return sech_squared(a); });
    case Op::erf:
      return unary_kernel(i, [](P a) { return erf(a); });
    case Op::erfc:
      return unary_kernel(i, [](P a) { return erfc(a); });
    case Op::floor:
      return unary_kernel(i, [](P a) { return map_lanes(a, [](double s) { return std::floor(s); }); });
    case Op::ceil:
      return unary_kernel(i, [](P a) { return map_lanes(a, [](double s) { return std::ceil(s); }); });
    case Op::expit:
      return unary_kernel(i, [](P a) { return logistic(a); });
    case Op::softplus:
      return unary_kernel(i, [](P a) { return max(a, P(0.0)) + log1p(exp(-abs(a))); });
    case Op::normcdf:
      return unary_kernel(i, [](P a) { return P(0.5) * erfc(a * P(-0.5 * std::numbers::sqrt2)); });
    case Op::normpdf:
      return unary_kernel(
          i, [](P a) { return P(0.5 * std::numbers::sqrt2 * std::numbers::inv_sqrtpi) * exp(P(-0.5) * (a * a)); });
    default:
      return one_by_one;
  }
}

Kernel condition_kernel(Op op, const Instruction& i) {
  switch (op) {
    case Op::less:
      return binary_kernel(i, [](P a, P b) { return nan_of(a, b, truth(a < b)); });
    case Op::less_equal:
      return binary_kernel(i, [](P a, P b) { return nan_of(a, b, truth(a <= b)); });
    case Op::equal:
      return binary_kernel(i, [](P a, P b) { return nan_of(a, b, truth(a == b)); });
    case Op::not_equal:
      return binary_kernel(i, [](P a, P b) { return nan_of(a, b, truth(a != b)); });
    case Op::logical_and:
      return binary_kernel(i, [](P a, P b) { return all_of(a, b); });
    case Op::logical_or:
      return binary_kernel(i, [](P a, P b) { return any_of(a, b); });
    case Op::logical_not:
      return unary_kernel(i, [](P a) { return nan_of(a, a, truth(a == P(0.0))); });
    case Op::select:
      return ternary_kernel(i, [](P a, P b, P c) { return nan_of(a, a, select(a != P(0.0), b, c)); });
    case Op::choose:
      return ternary_kernel(i, [](P a, P b, P c) { return select(a != P(0.0), b, c); });
    default:
      return function_kernel(op, i);
  }
}

}  // namespace

Kernel kernel_of(Op op, const Instruction& i) {
  switch (op) {
    case Op::copy:
      return unary_kernel(i, [](P a) { return a; });
    case Op::add:
      return binary_kernel(i, [](P a, P b) { return a + b; });
    case Op::subtract:
      return binary_kernel(i, [](P a, P b) { return a - b; });
    case Op::multiply:
      return binary_kernel(i, [](P a, P b) { return a * b; });
    case Op::divide:
      return binary_kernel(i, [](P a, P b) { return a / b; });
    case Op::negate:
      return unary_kernel(i, [](P a) { return -a; });
    case Op::power:
      return binary_kernel(i, [](P a, P b) { return pow(a, b); });
    case Op::atan2:
      return binary_kernel(i, [](P a, P b) { return atan2(a, b); });
    case Op::hypot:
      return binary_kernel(i, [](P a, P b) { return hypot(a, b); });
    case Op::min:
      return binary_kernel(i, [](P a, P b) { return min(a, b); });
    case Op::max:
      return binary_kernel(i, [](P a, P b) { return max(a, b); });
    case Op::multiply_add:
      return ternary_kernel(i, [](P a, P b, P c) { return a * b + c; });
    case Op::multiply_subtract:
      return ternary_kernel(i, [](P a, P b, P c) { return a * b - c; });
    case Op::subtract_product:
      return ternary_kernel(i, [](P a, P b, P c) { return c - a * b; });
    case Op::guarded_multiply:
      return binary_kernel(i, [](P a, P b) { return guarded_product(a, b); });
    case Op::lower_power:
      return ternary_kernel(i, [](P a, P b, P c) { return lowered_power(a, b, c); });
    case Op::exp_product:
      return binary_kernel(i, [](P a, P b) { return exp(a * b); });
    case Op::accumulate:
      return accumulate;
    default:
      return condition_kernel(op, i);
  }
}

}  // namespace thalweg::inline v0_1::formula
