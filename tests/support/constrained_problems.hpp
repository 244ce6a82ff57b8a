// Problems with constraints, from formulas.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include <thalweg/formula/formula.hpp>
#include <thalweg/problem/problem.hpp>

#include "support/hock_schittkowski.hpp"

namespace test_support {

using namespace thalweg;

/// A formula of x1, x2, … as a residual group of one item.
inline std::unique_ptr<ResidualGroup> formula_group(const std::string& name, const std::string& text, std::size_t n) {
  Symbols symbols;
  for (std::size_t j = 0; j < n; ++j) symbols.parameters.push_back("x" + std::to_string(j + 1));
  const Equation equation{"0 = " + text, Formula::parse("0"), Formula::parse(text)};
  return std::make_unique<FormulaResiduals>(
      name, std::make_shared<const FormulaModel>(equation, symbols, std::vector<std::vector<double>>{}, 1), 0);
}

inline Problem problem_of(const HockSchittkowski& hs) {
  Problem problem;
  const auto x = problem.add_parameters("x", hs.start);
  for (std::size_t j = 0; j < hs.lower.size(); ++j)
    problem.set_bounds(x, static_cast<int>(j), hs.lower[j], hs.upper[j]);
  for (const std::string& r : hs.residuals) problem.add_group(formula_group("f", r, hs.start.size()));
  for (const std::string& c : hs.equalities)
    problem.add_constraint(formula_group(c + " = 0", c, hs.start.size()), Constraints::Kind::equality);
  for (const std::string& c : hs.inequalities)
    problem.add_constraint(formula_group(c + " <= 0", c, hs.start.size()), Constraints::Kind::inequality);
  return problem;
}

}  // namespace test_support
