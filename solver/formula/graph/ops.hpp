// The operations of a formula, shared by the syntax tree, the expression graph and the tape.
#pragma once

#include <cstdint>
#include <string_view>

namespace thalweg::inline v0_1::formula {

enum class Op : std::uint8_t {
  // leaves
  constant,
  parameter,
  column,
  name,  // syntax tree only: not yet bound
  // arithmetic
  add,
  subtract,
  multiply,
  divide,
  negate,
  power,
  // functions of one argument
  exp,
  expm1,
  log,
  log10,
  log1p,
  sqrt,
  cbrt,
  abs,
  sign,
  sin,
  cos,
  tan,
  asin,
  acos,
  atan,
  sinh,
  cosh,
  tanh,
  erf,
  erfc,
  gamma,
  lgamma,
  log2,
  exp2,
  floor,
  ceil,
  round,
  step,  // 1 from 0 on
  expit,
  softplus,
  normcdf,
  normpdf,
  polygamma,  // of an order: 0 digamma, 1 trigamma, ...
  sinc,       // and its derivatives of orders 1, 2
  erfcx,
  dawson,
  // functions of two arguments
  atan2,
  hypot,
  min,
  max,
  mod,
  beta,
  lbeta,
  bessel_j,  // order, x
  bessel_y,
  bessel_i,
  bessel_k,
  gamma_p,  // a, x, and its derivatives by a of orders 1, 2
  gamma_q,
  wofz_re,  // x, y: the real part of the derivative by z, of orders 0 to 4, of w(x + iy)
  wofz_im,
  // functions of three arguments
  beta_i,    // a, b, x, and its derivatives: order 10 i + j, i times by a and j times by b
  voigt_re,  // x, σ, γ: the real part of the derivative by x + iγ, of orders 0 to 4
  // conditions hold 1 (true), 0, or NaN where a NaN leaves them open
  less,
  less_equal,
  equal,
  not_equal,
  logical_and,
  logical_or,
  logical_not,
  select,  // a ≠ 0 ? b : c, and NaN where a is NaN
  // derivatives only
  voigt_im,
  polygamma_rise,    // a, b, of an order n: ψ⁽ⁿ⁾(a + b) − ψ⁽ⁿ⁾(a)
  gamma_density,     // a, x, and its derivative by x
  beta_density,      // a, b, x, and its derivative by x
  sech_squared,      // 1/cosh²
  choose,            // a ≠ 0 ? b : c; a NaN counts as true: the adjoint of a branch that is not taken stays 0
  guarded_multiply,  // a·b, and 0 where a or b is 0 even if the other is not finite
  lower_power,       // b^c, given a = b^(c + 1)
  // tape only
  multiply_add,       // a·b + c
  multiply_subtract,  // a·b − c
  subtract_product,   // c − a·b
  exp_product,        // exp(a·b)
  copy,
  accumulate  // target += a·b where b ≠ 0
};

/// How many arguments an operation takes; 0 for leaves.
int arity(Op op);

/// The operation on plain numbers. A NaN among the arguments makes the result NaN, with two exceptions: of a select
/// only the branch that is taken counts, and `and`, `or` are decided by an argument that decides them alone (Kleene's
/// logic).
/// `order`: of an operation that Op lists with orders.
double apply(Op op, double a, double b = 0.0, double c = 0.0, int order = 0);

/// Whether the first argument is an order, by which there is no derivative.
inline bool has_fixed_order(Op op) {
  return op == Op::bessel_j || op == Op::bessel_y || op == Op::bessel_i || op == Op::bessel_k;
}

/// A function as written in a formula.
struct Function {
  std::string_view name;
  Op op;
  int arguments;          ///< how many, or at least how many when variadic
  bool variadic = false;  ///< folded from the left
  int order = 0;          ///< of the operation
};

/// The function of this name, or null.
const Function* find_function(std::string_view name);

/// All names of functions, in the order in which a message lists them, "if" included.
struct NameList {
  const std::string_view* first;
  const std::string_view* last;
  const std::string_view* begin() const { return first; }
  const std::string_view* end() const { return last; }
};
NameList function_names();

}  // namespace thalweg::inline v0_1::formula
