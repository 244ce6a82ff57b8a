// Formulas in long double (80 bits): parsed, evaluated and differentiated by code of the sweep alone, so that its
// verdicts share nothing with the solver under test.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace sweep {

using Real = long double;

enum class Op : std::uint8_t {
  constant,
  parameter,
  column,
  add,
  subtract,
  multiply,
  divide,
  power,
  atan2,
  hypot,
  minimum,
  maximum,
  less,
  less_equal,
  choose,  ///< a ≠ 0 ? b : c
  negate,
  exp,
  expm1,
  log,
  log10,
  log1p,
  sqrt,
  cbrt,
  abs,
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
};

struct Node {
  Op op = Op::constant;
  int a = -1, b = -1, c = -1;  ///< operands, earlier in the list; a is the index of a parameter or a column
  double value = 0.0;          ///< of a constant
};

/// A formula as a list of nodes, operands first; the last one is the value.
struct Expression {
  std::vector<Node> nodes;
};

/// Throws std::runtime_error for text that is no formula, or a name that is in neither list.
Expression parse(std::string_view text, const std::vector<std::string>& parameters,
                 const std::vector<std::string>& columns);

/// A value with its first and second derivatives by the parameters.
struct Jet {
  Real value = 0.0L;
  Real error = 0.0L;           ///< first-order bound of what arithmetic in double (53 bits) can do to the value
  std::vector<Real> gradient;  ///< empty: identically zero
  std::vector<Real> hessian;   ///< packed lower triangle, (i, j ≤ i) at i(i+1)/2 + j; empty: identically zero
};

/// Evaluates one formula on one row after another; keeps its buffers.
class Evaluator {
 public:
  Evaluator(const Expression& expression, int parameters);
  /// `order`: 0 value, 1 and gradient, 2 and Hessian. The result holds until the next call.
  const Jet& operator()(const Real* x, const double* row, int order);

 private:
  void apply(const Node& node, Jet& out, int order);
  void chain_one(Jet& out, const Jet& a, Real fa, Real faa, int order);
  void chain_two(Jet& out, const Jet& a, const Jet& b, const Real (&f)[5], int order);

  const Expression* expression_;
  int n_;
  std::vector<Jet> jets_;
  std::vector<char> depends_;  ///< on a parameter
};

}  // namespace sweep
