// Networks of points between which distances were measured, as surveyors adjust them.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include <thalweg/problem/problem.hpp>

namespace thalweg::inline v0_1::studies {

/// Points of the plane or of space, and distances with their standard deviations, in one unit of length.
struct Survey {
  std::string file;
  int dimension = 2;  ///< 2 or 3
  std::vector<std::string> names;
  std::vector<double> points;  ///< `dimension` numbers each: where they are, or about
  std::vector<char> fixed;     ///< of each point
  std::vector<int> from, to;   ///< of each distance, numbers of points
  std::vector<double> distance, sigma;
};

/// Lines `point NAME x y [z] [fixed]` and `distance FROM TO value sigma`, # before a comment. Throws FileError.
Survey read_survey(const std::string& path);
std::string write_survey(const Survey& survey);

/// Residual (‖p − q‖ − d)/σ of each distance (Wolf & Ghilani, Adjustment Computations, equation 14.1); what is fixed
/// does not move. The noise is known: σ is absolute.
Problem build_problem(const Survey& survey);

}  // namespace thalweg::inline v0_1::studies
