// Test problems of the field, each a value: functions, starts, and what is known of their minima.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <thalweg/problem/objective.hpp>
#include <thalweg/problem/problem.hpp>

namespace thalweg::inline v0_1 {

struct KnownMinimum {
  double value = 0.0;     ///< Σr², without the ½; of an objective F
  std::vector<double> x;  ///< where; empty: not known, at infinity, or not a single point
  bool global = true;
};

struct CatalogueProblem {
  std::string name;  ///< as in catalogue:NAME
  std::string title;
  std::string source;  ///< author, year, number
  int parameters = 0;
  int residuals = 0;                        ///< 0: an objective, no sum of squares
  std::vector<std::vector<double>> starts;  ///< the standard one first
  std::vector<KnownMinimum> minima;         ///< the global one first

  /// One parameter block "x" of all parameters, x1, x2, ...; one group of `residuals` residuals.
  std::function<Problem(const std::vector<double>& start)> problem;
  std::function<std::unique_ptr<Objective>()> objective;  ///< when residuals == 0

  /// Where global searches look for the minima; empty: the literature gives no such box. No bound of the problem.
  std::vector<double> domain_lower = {}, domain_upper = {};
};

/// All of them: Moré, Garbow & Hillstrom's 43 instances first, in their order, then the functions of two variables.
const std::vector<CatalogueProblem>& catalogue();
/// How many of them, from the first, are Moré, Garbow & Hillstrom's.
inline constexpr int mgh_instances = 43;
/// Null when there is none of that name.
const CatalogueProblem* find_in_catalogue(std::string_view name);

/// The known minimum that has been reached at `value`, Σr² or F of an objective; null: none of them. The global one f*
/// is when value ≤ f* + 1e-6 |f*| + 1e-12; a local one when value lies that close to it on either side.
const KnownMinimum* reached_minimum(const CatalogueProblem& entry, double value);

}  // namespace thalweg::inline v0_1
