// A linear system's answer, and a comparison of methods on one, for people and for programs.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include <thalweg/linear/linear_comparison.hpp>
#include <thalweg/linear/linear_system.hpp>
#include <thalweg/report/picture.hpp>

namespace thalweg::inline v0_1 {

/// What was read.
struct LinearSystemFacts {
  std::string name;             ///< the matrix's file
  std::string right_hand_side;  ///< a file, or what stands in its place
  std::int64_t rows = 0, columns = 0, nonzeros = 0;
  bool symmetric = false;
  std::vector<std::string> notes;  ///< about the files
};

struct LinearReport {
  LinearSystemFacts system;
  LinearSolution solution;
  double seconds_read = 0.0;
};

/// Heading, how it ended, the facts, the notes, and the first numbers of x.
std::string to_text(const LinearReport& report);

/// One JSON object with a newline at its end; unset numbers are null. `solution`: with x whatever its length; else up
/// to 1000 numbers. Keys may be added in later versions, none renamed.
std::string to_json(const LinearReport& report, bool solution = false);

/// All methods on one system.
struct LinearComparisonReport {
  LinearSystemFacts system;
  LinearComparison comparison;
  double tolerance = 0.0;  ///< of the iterative methods
};

/// A row for each method, and what the spectrum promises.
std::string to_text(const LinearComparisonReport& report);
std::string to_json(const LinearComparisonReport& report);
/// A page as that of other comparisons (report/html.hpp): the residual against iterations and time, the spectrum, the
/// pattern before and after ordering, and the factor's fill.
std::string to_html(const LinearComparisonReport& report, const Provenance& provenance);

}  // namespace thalweg::inline v0_1
