// The problems of the comparisons: NIST's 27 nonlinear regressions, data and certified values from the problem files,
// models as compiled callables; and Moré, Garbow & Hillstrom's 43 sums of squares from the catalogue.
#pragma once

#include <functional>
#include <limits>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include <thalweg/models/curve_fit.hpp>
#include <thalweg/problem/problem.hpp>

#include "fit.hpp"

namespace versus {

/// What the end of a fit is worth.
struct Verdict {
  /// The least log relative error over the parameters, −log10(|x − certified| / |certified|), between 0 and 11: NIST
  /// certifies 11 digits. NaN where nothing is certified.
  double digits = std::numeric_limits<double>::quiet_NaN();
  enum class Minimum { none, local, global } minimum = Minimum::none;  ///< of those known
};

struct Case {
  std::string name;
  thalweg::CurveFit file;  ///< of NIST's
  std::vector<std::vector<double>> starts;
  std::vector<double> certified;  ///< parameters of NIST's

  /// As a problem of ours with one parameter block; a compiled callable with or without simd().
  std::function<thalweg::Problem(bool simd)> problem;
  /// The same callable for the peers.
  std::function<std::unique_ptr<Function>()> function;
  /// Of a fit that ended at x with Σr² (no ½).
  std::function<Verdict(std::span<const double> x, double squares)> judge;
};

/// Reads FOLDER/NAME.toml for every problem; the peers' functions carry Ceres's dual numbers. The certified minimum is
/// global: it is reached within 1e-6 of Σr². Lanczos1's data are exact to the last digit printed: its certified
/// 1.4e-25 lies at the rounding of the residuals themselves, so any Σr² ≤ 1e-20, which is 1e-11 in each residual,
/// counts there. Throws thalweg::FileError.
std::vector<Case> nist_cases(const std::string& folder);

/// The peers' functions are evaluated by our Program, as our own solver's are.
std::vector<Case> mgh_cases();

/// Σr² at x, by the same code for every contender.
double sum_of_squares(Function& f, std::span<const double> x);

}  // namespace versus
