// The problems of the comparison: NIST's 27 nonlinear regressions, data and certified values from
// the problem files, models as compiled callables.
#pragma once

#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include <thalweg/problem/problem.hpp>
#include <thalweg/problems/curve_fit.hpp>

#include "fit.hpp"

namespace versus {

struct Case {
  std::string name;
  thalweg::CurveFit file;
  std::vector<std::vector<double>> starts;
  std::vector<double> certified;
  double certified_rss = 0.0;  ///< Σr², no ½

  /// The compiled callable as a problem of ours, with or without simd(); one parameter block.
  std::function<thalweg::Problem(bool simd)> problem;
  /// The same callable with Ceres's dual numbers.
  std::function<std::unique_ptr<Function>()> jets;
};

/// Reads FOLDER/NAME.toml for every problem. Throws thalweg::FileError.
std::vector<Case> nist_cases(const std::string& folder);

/// The least log relative error over the parameters, −log10(|x − certified| / |certified|),
/// between 0 and 11: NIST certifies 11 digits.
double digits(const Case& c, std::span<const double> x);

/// Σr² at x, by the same code for every contender.
double residual_sum_of_squares(Function& f, std::span<const double> x);

/// Whether Σr² is the certified one to 1e-6 relative. Lanczos1's data are exact to the last digit
/// printed: its certified 1.4e-25 lies at the rounding of the residuals themselves, so any
/// Σr² ≤ 1e-20, which is 1e-11 in each residual, counts there.
bool reaches_minimum(const Case& c, double rss);

}  // namespace versus
