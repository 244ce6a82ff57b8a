// Minima under constraints beside NLopt's SLSQP (Kraft 1994; Johnson, NLopt), which has a derivation and a code of its
// own.
#include <thalweg/minimize/constrained.hpp>

#include <algorithm>
#include <cmath>
#include <random>
#include <string>
#include <vector>

#include <doctest/doctest.h>
#include <fmt/format.h>
#include <nlopt.h>
#include <thalweg/minimize/solve.hpp>

#include "support/constrained_problems.hpp"

using namespace thalweg;
using test_support::HockSchittkowski;

namespace {

/// Σ r² of a problem's groups, or one of its constraints, with derivatives, as NLopt asks for them.
struct Term {
  const std::vector<std::unique_ptr<ResidualGroup>>* groups = nullptr;
  const ResidualGroup* constraint = nullptr;

  static double of_group(const ResidualGroup& group, const double* x, double* value_gradient, unsigned n) {
    double r = 0.0;
    std::vector<double> entries(static_cast<std::size_t>(group.columns()));
    std::vector<double*> to;
    for (double& entry : entries) to.push_back(&entry);
    double* const residual = &r;
    group.evaluate(x, {0, 1, &residual, to.data()});
    std::fill_n(value_gradient, n, 0.0);
    std::size_t column = 0;
    for (const Slot& slot : group.slots())
      for (int d = 0; d < slot.dimension; ++d) value_gradient[slot.offset(0) + d] += entries[column++];
    return r;
  }
  static double evaluate(unsigned n, const double* x, double* gradient, void* data) {
    const Term& term = *static_cast<const Term*>(data);
    std::vector<double> own(n);
    if (term.constraint) {
      const double c = of_group(*term.constraint, x, own.data(), n);
      if (gradient) std::copy(own.begin(), own.end(), gradient);
      return c;
    }
    double sum = 0.0;
    if (gradient) std::fill_n(gradient, n, 0.0);
    for (const auto& group : *term.groups) {
      const double r = of_group(*group, x, own.data(), n);
      sum += r * r;
      for (unsigned j = 0; gradient && j < n; ++j) gradient[j] += 2.0 * r * own[j];
    }
    return sum;
  }
};

struct Oracle {
  double minimum = 0.0;
  bool feasible = false;
};

Oracle slsqp(const Problem& problem, std::vector<double> x) {
  const auto n = static_cast<unsigned>(x.size());
  const nlopt_opt opt = nlopt_create(NLOPT_LD_SLSQP, n);
  Term objective{&problem.groups(), nullptr};
  nlopt_set_min_objective(opt, Term::evaluate, &objective);
  nlopt_set_lower_bounds(opt, problem.lower().data());
  nlopt_set_upper_bounds(opt, problem.upper().data());
  const Constraints& constraints = problem.constraints();
  std::vector<Term> terms;
  for (const auto& group : constraints.groups()) terms.push_back({nullptr, group.get()});
  for (std::size_t g = 0; g < terms.size(); ++g)
    (constraints.kinds()[g] == Constraints::Kind::equality
         ? nlopt_add_equality_constraint
         : nlopt_add_inequality_constraint)(opt, Term::evaluate, &terms[g], 1e-9);
  nlopt_set_ftol_rel(opt, 1e-14);
  nlopt_set_xtol_rel(opt, 1e-12);
  nlopt_set_maxeval(opt, 2000);
  for (std::size_t j = 0; j < x.size(); ++j) x[j] = std::clamp(x[j], problem.lower()[j], problem.upper()[j]);
  Oracle found;
  const nlopt_result code = nlopt_optimize(opt, x.data(), &found.minimum);
  nlopt_destroy(opt);
  found.feasible = code > 0 || code == NLOPT_ROUNDOFF_LIMITED;
  for (std::size_t g = 0; g < terms.size(); ++g) {
    const double c = Term::evaluate(n, x.data(), nullptr, &terms[g]);
    const double off = constraints.kinds()[g] == Constraints::Kind::equality ? std::abs(c) : std::max(c, 0.0);
    if (!(off <= 1e-7)) found.feasible = false;
  }
  return found;
}

/// Two residuals more than numbers, a sphere or a plane to stay on, and a half space: all of size one.
Problem random_problem(std::mt19937_64& random, std::size_t n, bool curved) {
  std::normal_distribution<double> normal;
  const auto linear = [&] {
    std::string text = fmt::format("{:.3f}", normal(random));
    for (std::size_t j = 1; j <= n; ++j) text += fmt::format(" + {:.3f}*x{}", normal(random), j);
    return text;
  };
  Problem problem;
  problem.add_parameters("x", std::vector<double>(n, 0.5));
  for (std::size_t i = 0; i < n + 2; ++i) problem.add_group(test_support::formula_group("f", linear(), n));
  std::string squares = "-2";
  for (std::size_t j = 1; j <= n; ++j) squares += fmt::format(" + x{0}^2", j);
  if (curved)
    problem.add_constraint(test_support::formula_group("ball", squares, n), Constraints::Kind::inequality);
  else
    problem.add_constraint(test_support::formula_group("plane", linear(), n), Constraints::Kind::equality);
  problem.add_constraint(test_support::formula_group("half", "x1 - 0.3", n), Constraints::Kind::inequality);
  return problem;
}

constexpr ConstrainedMethod every_method[] = {ConstrainedMethod::augmented_lagrangian,
                                              ConstrainedMethod::interior_point,
                                              ConstrainedMethod::sequential_quadratic};

}  // namespace

TEST_CASE("SLSQP finds no lower minimum of the problems of Hock and Schittkowski, and stays at ours") {
  int reached = 0;
  for (const HockSchittkowski& hs : test_support::hock_schittkowski()) {
    CAPTURE(hs.number);
    const Problem problem = test_support::problem_of(hs);
    const Result ours = solve(problem);
    const double f = 2.0 * ours.final_cost, size = std::max(1.0, std::abs(f));
    const Oracle from_start = slsqp(problem, hs.start), from_ours = slsqp(problem, ours.x);
    if (from_start.feasible) CHECK(from_start.minimum >= f - 1e-6 * size);
    if (from_start.feasible && std::abs(from_start.minimum - f) <= 1e-6 * size) ++reached;
    if (from_ours.feasible) CHECK(from_ours.minimum == doctest::Approx(f).epsilon(1e-6).scale(size));
  }
  CHECK(reached >= 30);
}

TEST_CASE("convex problems have one minimum, which SLSQP and every method of ours find") {
  std::mt19937_64 random(7);
  int compared = 0;
  for (int k = 0; k < 60; ++k) {
    CAPTURE(k);
    const auto n = static_cast<std::size_t>(2 + k % 5);
    const Problem problem = random_problem(random, n, k % 2 == 0);
    const Oracle oracle = slsqp(problem, problem.start());
    for (const ConstrainedMethod method : every_method) {
      CAPTURE(to_string(method));
      Options options;
      options.constrained.method = method;
      const Result ours = solve(problem, options);
      CHECK_MESSAGE(ours.converged(), ours.reason);
      if (oracle.feasible) CHECK(2.0 * ours.final_cost == doctest::Approx(oracle.minimum).epsilon(1e-7));
    }
    compared += oracle.feasible;
  }
  CHECK(compared >= 50);
}
