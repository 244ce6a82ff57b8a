// Curve fits with differential equations, made from text and evaluated.
#pragma once

#include <doctest/doctest.h>

#include <cmath>
#include <string>
#include <vector>

#include <thalweg/models/build.hpp>
#include <thalweg/models/curve_fit.hpp>

namespace ode_test {

struct Values {
  std::vector<double> curve;
  std::vector<std::vector<double>> slope;  ///< of each parameter: of each row
};

/// The model and its derivatives by all parameters, at the starts.
inline Values values_of(const std::string& text, std::size_t data = 0) {
  const thalweg::CurveProblem built = thalweg::build_problem(thalweg::read_toml(text, "f.toml", "."));
  const thalweg::CurveModel& model = *built.models.at(data);
  const std::vector<double> p = built.problem.start();
  const auto rows = static_cast<std::size_t>(model.rows());
  Values values{std::vector<double>(rows), {p.size(), std::vector<double>(rows)}};
  model.predict(p.data(), 0, model.rows(), values.curve.data());
  std::vector<double*> columns;
  for (auto& column : values.slope) columns.push_back(column.data());
  std::vector<double> residual(rows);
  model.evaluate(p.data(), 0, model.rows(), residual.data(), columns.data());
  return values;
}

inline void check_close(const std::vector<double>& got, const std::vector<double>& expected, double relative) {
  REQUIRE(got.size() == expected.size());
  for (std::size_t i = 0; i < got.size(); ++i) {
    CAPTURE(i);
    CHECK(std::abs(got[i] - expected[i]) <= relative * (std::abs(expected[i]) + 1e-6));
  }
}

/// [data] with one column of times and zeros measured.
inline std::string observed_at(const std::vector<double>& times) {
  std::string text = "[data]\ncolumns = ['t', 'y']\nrows = [";
  for (const double t : times) text += "[" + std::to_string(t) + ", 0.0], ";
  return text + "]\n";
}

}  // namespace ode_test
