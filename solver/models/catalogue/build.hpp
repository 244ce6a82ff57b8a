// How an entry of the catalogue is put together from a residual function.
#pragma once

#include <cmath>
#include <numeric>
#include <string>
#include <utility>
#include <vector>

#include <thalweg/models/catalogue.hpp>

namespace thalweg::inline v0_1::catalogue_parts {

// For doubles; duals bring their own.
using std::atan;
using std::cos;
using std::exp;
using std::log;
using std::sin;
using std::sqrt;

template <class X>
using ScalarOf = std::remove_cvref_t<decltype(std::declval<const X&>()[0])>;

/// The builder of Σ f(x, i)², i = 1 … m.
template <class F>
std::function<Problem(const std::vector<double>&)> residuals(F f, int m) {
  return [f, m](const std::vector<double>& start) {
    Problem problem;
    const auto x = problem.add_parameters("x", start);
    std::vector<std::string> names;
    for (std::size_t i = 0; i < start.size(); ++i) names.push_back("x" + std::to_string(i + 1));
    problem.name_components(x, names);
    std::vector<int> number(static_cast<std::size_t>(m));
    std::iota(number.begin(), number.end(), 1);
    problem.add_residuals("r", f, x, number);
    return problem;
  };
}

using Builder = std::function<Problem(const std::vector<double>&)>;
/// Moré, Garbow & Hillstrom's functions by their number.
Builder mgh_small(int number, int n, int m);     ///< 1 to 12
Builder mgh_medium(int number, int n, int m);    ///< 13 to 24
Builder mgh_variable(int number, int n, int m);  ///< 25 to 35

void add_mgh(std::vector<CatalogueProblem>& all);
void add_two_dimensional(std::vector<CatalogueProblem>& all);
/// After all others.
void add_domains(std::vector<CatalogueProblem>& all);

}  // namespace thalweg::inline v0_1::catalogue_parts
