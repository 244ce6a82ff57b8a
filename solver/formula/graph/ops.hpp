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
  digamma,
  trigamma,
  // functions of two arguments
  atan2,
  hypot,
  min,
  max,
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
double apply(Op op, double a, double b = 0.0, double c = 0.0);

/// A function as written in a formula.
struct Function {
  std::string_view name;
  Op op;
  int arguments;          ///< how many, or at least how many when variadic
  bool variadic = false;  ///< folded from the left
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
