// Small models of the kinds that batches are made of, with parameters to draw data from.
#pragma once

#include <span>
#include <string>
#include <vector>

namespace thalweg_tests {

/// A formula of x in units of 1, and how its parameters scale with the units.
struct Family {
  struct Parameter {
    const char* name;
    double from, to;               ///< what it is drawn from
    int x_power = 0, y_power = 0;  ///< it is multiplied by (unit of x)^x_power (unit of y)^y_power
  };
  const char* formula;
  std::vector<Parameter> parameters;
  double x_from, x_to;
  bool positive;       ///< its values are positive in that range: they may be means of counts
  bool scales = true;  ///< with the unit of x
};

/// Decays, peaks, saturations, oscillations, polynomials: 2 to 7 parameters.
inline std::span<const Family> families() {
  static const std::vector<Family> all = {
      {"a*exp(-b*x)", {{"a", 1, 5, 0, 1}, {"b", 0.2, 1.5, -1, 0}}, 0, 5, true},
      {"a*exp(-b*x) + c", {{"a", 1, 5, 0, 1}, {"b", 0.3, 1.5, -1, 0}, {"c", 0.2, 1, 0, 1}}, 0, 5, true},
      {"a*exp(-b*x) + c*exp(-d*x)",
       {{"a", 1, 5, 0, 1}, {"b", 1, 3, -1, 0}, {"c", 1, 5, 0, 1}, {"d", 0.1, 0.5, -1, 0}},
       0,
       8,
       true},
      {"a*exp(-(x - m)^2/(2*s^2)) + c",
       {{"a", 2, 6, 0, 1}, {"m", 3, 7, 1, 0}, {"s", 0.7, 1.5, 1, 0}, {"c", 0.5, 1, 0, 1}},
       0,
       10,
       true},
      {"a/(1 + ((x - m)/w)^2) + c + d*x",
       {{"a", 2, 6, 0, 1}, {"m", 3, 7, 1, 0}, {"w", 0.5, 1.5, 1, 0}, {"c", 0.5, 1, 0, 1}, {"d", 0, 0.1, -1, 1}},
       0,
       10,
       true},
      {"a/(1 + exp(-k*(x - m)))", {{"a", 2, 6, 0, 1}, {"k", 0.8, 2, -1, 0}, {"m", 3, 6, 1, 0}}, 0, 10, true},
      {"v*x/(k + x)", {{"v", 1, 5, 0, 1}, {"k", 0.3, 4, 1, 0}}, 0.1, 10, true},
      {"v*x^n/(k^n + x^n)", {{"v", 1, 5, 0, 1}, {"k", 1, 4, 1, 0}, {"n", 1, 3}}, 0.2, 10, true},
      {"a*x^b + c", {{"a", 0.5, 2, 0, 1}, {"b", 0.5, 2}, {"c", 0.5, 3, 0, 1}}, 0.1, 4, true, false},
      {"a*sin(w*x + p) + c", {{"a", 1, 3, 0, 1}, {"w", 0.8, 2, -1, 0}, {"p", -1, 1}, {"c", -1, 1, 0, 1}}, 0, 8, false},
      {"c0 + c1*x + c2*x^2 + c3*x^3",
       {{"c0", -2, 2, 0, 1}, {"c1", -2, 2, -1, 1}, {"c2", -1, 1, -2, 1}, {"c3", -0.3, 0.3, -3, 1}},
       -2,
       3,
       false},
      {"(a + b*x)/(1 + c*x)", {{"a", 1, 3, 0, 1}, {"b", 0.2, 2, -1, 1}, {"c", 0.1, 1, -1, 0}}, 0, 6, true},
      {"a*exp(-b*exp(-c*x))", {{"a", 2, 5, 0, 1}, {"b", 2, 6}, {"c", 0.4, 1.2, -1, 0}}, 0, 8, true},
      {"a*exp(-((x - m)/s)^2) + b*exp(-((x - n)/t)^2) + c",
       {{"a", 2, 5, 0, 1},
        {"m", 2, 4, 1, 0},
        {"s", 0.7, 1.2, 1, 0},
        {"b", 2, 5, 0, 1},
        {"n", 6, 8, 1, 0},
        {"t", 0.7, 1.2, 1, 0},
        {"c", 0.3, 1, 0, 1}},
       0,
       10,
       true},
      {"a*log(1 + x/b) + c", {{"a", 0.5, 3, 0, 1}, {"b", 0.3, 3, 1, 0}, {"c", 0.5, 2, 0, 1}}, 0, 10, true},
      {"a*exp(-b*x)*cos(w*x) + c",
       {{"a", 2, 5, 0, 1}, {"b", 0.1, 0.5, -1, 0}, {"w", 1, 3, -1, 0}, {"c", -1, 1, 0, 1}},
       0,
       8,
       false},
  };
  return all;
}

}  // namespace thalweg_tests
