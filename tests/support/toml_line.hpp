// A small problem file, and what its reader says of variations.
#pragma once

#include <string>

#include <doctest/doctest.h>
#include <thalweg/models/curve_fit.hpp>

namespace toml_line {

inline const std::string valid = R"(title = "A line"
source = "made up"

[model]
y = "a + b * x"

[parameters]
a = { start = [1, 2] }
b = { start = 0.5, lower = 0 }

[data]
columns = ["x", "y"]
rows = [[1, 2], [2, 4.5],
        [3, 6.25]]

[certified]
a = { value = 0.5, error = 0.1 }
residual_sum_of_squares = 1e-3
)";

inline thalweg::CurveFit read(const std::string& text) { return thalweg::read_toml(text, "f.toml", "."); }

inline std::string error_of(const std::string& text) {
  try {
    read(text);
  } catch (const thalweg::FileError& error) {
    return error.what();
  }
  return "no error";
}

/// The valid text with one part of it replaced.
inline std::string with(const std::string& part, const std::string& replacement) {
  std::string text = valid;
  const std::size_t at = text.find(part);
  REQUIRE(at != std::string::npos);
  return text.replace(at, part.size(), replacement);
}

inline std::string error_with(const std::string& part, const std::string& replacement) {
  return error_of(with(part, replacement));
}

}  // namespace toml_line
