// A linear system's answer, for people and for programs.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include <thalweg/linear/linear_system.hpp>

namespace thalweg::inline v0_1 {

struct LinearReport {
  struct System {
    std::string name;             ///< the matrix's file
    std::string right_hand_side;  ///< a file, or what stands in its place
    std::int64_t rows = 0, columns = 0, nonzeros = 0;
    bool symmetric = false;
    std::vector<std::string> notes;  ///< about the files
  } system;
  LinearSolution solution;
  double seconds_read = 0.0;
};

/// Heading, how it ended, the facts, the notes, and the first numbers of x.
std::string to_text(const LinearReport& report);

/// One JSON object with a newline at its end; unset numbers are null. `solution`: with x whatever its length; else up
/// to 1000 numbers. Keys may be added in later versions, none renamed.
std::string to_json(const LinearReport& report, bool solution = false);

}  // namespace thalweg::inline v0_1
