// Several formulas of the same variables, evaluated together at one point at a time: the right-hand sides of
// differential equations, or what is observed of their states.
#pragma once

#include <memory>
#include <vector>

#include <thalweg/formula/formula.hpp>

namespace thalweg::inline v0_1 {

/// Functions f(v) and their exact derivatives by some of the variables. The variables v are the parameters of the
/// symbols, then their columns; formulas may name definitions, too. Evaluation is const and thread-safe; equal
/// subexpressions are computed once.
///
/// Where FormulaModel runs one formula over many rows, this runs many formulas at one point: a straight-line program on
/// plain numbers, about 1 ns per sum or product.
class FormulaSystem {
 public:
  /// A derivative that is not identically zero.
  struct Entry {
    int function = 0, variable = 0;
  };

  /// `by`: parameters, by their places in the symbols, that derivatives are taken by. Throws FormulaError for a name
  /// that is neither parameter nor column, and as check_orders() does.
  FormulaSystem(const std::vector<Formula>& functions, const Symbols& symbols, const std::vector<int>& by);
  FormulaSystem(FormulaSystem&&) noexcept;
  FormulaSystem& operator=(FormulaSystem&&) noexcept;
  ~FormulaSystem();

  int functions() const;
  int variables() const;
  /// The derivatives, by function, then in the order of `by`.
  const std::vector<Entry>& entries() const;

  /// Where intermediate values go; one for each thread. Any system may use any scratch.
  using Scratch = std::vector<double>;
  /// f(v) to value[functions()].
  void evaluate(const double* v, double* value, Scratch& scratch) const;
  /// Also ∂f/∂v to slope[entries().size()]. Values are the same bits as evaluate()'s.
  void evaluate(const double* v, double* value, double* slope, Scratch& scratch) const;

 private:
  struct Program;
  std::unique_ptr<const Program> values_, slopes_;
  int functions_ = 0, variables_ = 0;
  std::vector<Entry> entries_;
};

}  // namespace thalweg::inline v0_1
