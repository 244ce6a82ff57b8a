// Data made from a built-in model with known parameters, fitted without a start.
#pragma once

#include <algorithm>
#include <cmath>
#include <numeric>
#include <random>
#include <string>
#include <vector>

#include <thalweg/formula/formula.hpp>
#include <thalweg/minimize/solve.hpp>
#include <thalweg/models/build.hpp>
#include <thalweg/models/model_library.hpp>

namespace trials {

struct Case {
  const char* model;
  std::vector<double> truth;  // in the order of the model's parameters, term after term
  double from, to;            // of x, and of the second input where there is one
  double noise = 0.03;        // of the standard deviation of y
  int points = 60;
};

inline std::vector<double> inputs(const Case& c, std::mt19937_64& random, bool even) {
  std::vector<double> x;
  std::uniform_real_distribution<double> anywhere(c.from, c.to);
  for (int i = 0; i < c.points; ++i)
    x.push_back(even ? c.from + (c.to - c.from) * i / (c.points - 1) : anywhere(random));
  // Ends are there, and one value twice.
  x[0] = c.from;
  x[1] = c.to;
  x[3] = x[2];
  return x;
}

inline thalweg::CurveFit fit_of(const Case& c, std::vector<std::vector<double>> values) {
  thalweg::CurveFit fit;
  fit.file = "trial";
  thalweg::DataSet data;
  data.name = "data";
  data.equation = std::string("y = ") + c.model;
  data.columns = {"x", "y", "z"};
  data.values = std::move(values);
  fit.data = {data};
  return fit;
}

/// Rows in any order, unevenly spaced for odd seeds, of the true curve and noise.
inline thalweg::CurveFit noisy(const Case& c, std::uint64_t seed) {
  std::mt19937_64 random(seed);
  const std::vector<double> x = inputs(c, random, seed % 2 == 0);
  std::vector<double> z = x;
  std::shuffle(z.begin(), z.end(), random);
  std::vector<double> y(x.size());
  const std::vector<std::string> columns = {"x", "y", "z"};
  const auto expanded = thalweg::expand_model(std::string("y = ") + c.model, {columns, {}, {}, {}});
  thalweg::Symbols symbols;
  symbols.columns = columns;
  for (const auto& term : expanded.terms)
    for (std::size_t k = 0; k < term.model.parameters.size(); ++k) symbols.parameters.push_back(term.parameter(k));
  const thalweg::FormulaModel model(thalweg::Equation::parse(expanded.equation), symbols, {x, y, z});
  model.predict(c.truth.data(), 0, model.rows(), y.data());
  const double mean = std::accumulate(y.begin(), y.end(), 0.0) / static_cast<double>(y.size());
  double variance = 0.0;
  for (const double v : y) variance += (v - mean) * (v - mean) / static_cast<double>(y.size());
  std::normal_distribution<double> noise(0.0, c.noise * std::sqrt(variance));
  for (double& v : y) v += noise(random);
  std::vector<std::size_t> order(x.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::shuffle(order.begin(), order.end(), random);
  std::vector<std::vector<double>> values(3);
  for (const std::size_t i : order) {
    values[0].push_back(x[i]);
    values[1].push_back(y[i]);
    values[2].push_back(z[i]);
  }
  return fit_of(c, std::move(values));
}

struct Outcome {
  double cost = 0.0, from_truth = 0.0;
  bool converged = false;
  std::string complaint;
  /// The fit without a start is as good as the one that begins at the truth.
  bool reached() const { return complaint.empty() && converged && cost <= from_truth * (1.0 + 1e-6) + 1e-300; }
};

inline Outcome outcome(const Case& c, const thalweg::CurveFit& unguessed) {
  Outcome out;
  try {
    thalweg::CurveFit fit = thalweg::check_curve_fit(unguessed);
    thalweg::Options options;
    options.threads = 1;
    const auto solved = [&] { return thalweg::solve(thalweg::build_problem(fit).problem, options); };
    const thalweg::Result found = solved();
    out.cost = found.final_cost;
    out.converged = found.converged();
    for (std::size_t k = 0; k < c.truth.size(); ++k) fit.parameters[k].starts = {c.truth[k]};
    out.from_truth = solved().final_cost;
  } catch (const thalweg::Error& error) {
    out.complaint = error.what();
  }
  return out;
}

/// Of every model some.
inline const std::vector<Case>& cases() {
  static const std::vector<Case> all = {
      {"constant", {3.0}, 0, 1, 1.0},
      {"linear", {-2.0, 5.0}, -3, 8},
      {"quadratic", {0.5, -2.0, 1.0}, -5, 5},
      {"polynomial5", {1, -2, 0.5, 0.3, -0.1, 0.02}, -4, 4},
      {"spline(x, 0, 2, 3, 5, 9)", {1, 4, -2, 0, 3}, -1, 10},
      {"decay", {10.0, 0.7}, 0, 6},
      {"decay", {-3e-4, 2e-3}, 100, 2000},
      {"decay_offset", {5.0, 1.2, 2.0}, 0, 5},
      {"decay_offset", {-5.0, 30.0, -200.0}, 0, 0.2},
      {"decay2", {5.0, 4.0, 3.0, 0.4}, 0, 8, 0.005, 120},
      {"decay2_offset", {5.0, 6.0, 3.0, 0.6, 2.0}, 0, 8, 0.005, 120},
      {"decay3", {4.0, 20.0, 4.0, 2.5, 3.0, 0.25}, 0, 10, 0.001, 400},
      {"decay3_offset", {4.0, 20.0, 4.0, 2.5, 3.0, 0.35, 1.0}, 0, 10, 0.001, 400},
      {"exponential", {10.0, 3.0}, 0, 12},
      {"growth", {0.02, 0.9}, 0, 7},
      {"growth", {-1.0, 0.3}, -5, 5},
      {"saturating_growth", {-20.0, 0.4}, 0, 12},
      {"power_law", {2.0, 1.7}, 0.2, 30},
      {"power_law", {-5.0, -0.6}, 1, 1000},
      {"arrhenius", {1e13, 8.5e4}, 290, 360, 0.02, 20},
      {"michaelis_menten", {212.0, 0.06}, 0.02, 1.1, 0.05, 24},
      {"substrate_inhibition", {12.0, 1.5, 9.0}, 0.1, 40, 0.03},
      {"competitive_inhibition(x, z)", {9.0, 2.0, 3.0}, 0.2, 20, 0.03},
      {"hill", {40.0, 5.0, 2.6}, 0, 20},
      {"langmuir", {3.0, 0.08}, 0, 60},
      {"weibull", {90.0, 12.0, 2.2}, 0, 30},
      {"planck", {3e7, 5778.0}, 0.2, 3.0, 0.02},
      {"logistic", {2.0, 30.0, 4.0, 1.8}, -3, 12},
      {"logistic", {-1.0, 1.0, 104.0, -0.3}, 80, 130, 0.1},
      {"logistic3", {500.0, 12.0, 0.6}, 0, 25},
      {"logistic5", {1.0, 20.0, 5.0, 1.5, 0.4}, -5, 15, 0.005, 120},
      {"dose_response", {4.0, 96.0, -6.2, 1.1}, -9, -3, 0.05, 30},
      {"dose_response", {4.0, 96.0, -6.2, -0.8}, -9, -3, 0.05, 30},
      {"four_pl", {0.1, 2.4, 12.0, 1.4}, 0.3, 200, 0.02, 40},
      {"five_pl", {0.1, 2.4, 12.0, 1.4, 2.0}, 0.3, 200, 0.002, 80},
      {"gompertz", {80.0, 0.5, 6.0}, 0, 20},
      {"sine", {2.0, 0.37, 1.0}, 0, 30, 0.3},
      {"sine + constant", {2.0, 5.1, -2.0, 40.0}, 100, 110, 0.3, 200},
      {"sine + linear", {1.0, 0.08, 0.3, 0.4, -3.0}, 0, 40, 0.05},
      {"damped_sine", {3.0, 1.1, 0.5, 0.35}, 0, 8, 0.1, 120},
      {"gaussian", {12.0, 3.0, 0.7}, 0, 10},
      {"gaussian + constant", {-50.0, 520.0, 8.0, 300.0}, 400, 600, 0.2},
      {"gaussian + linear", {30.0, 6.2, 0.5, -1.5, 80.0}, 0, 10, 0.1},
      {"gaussian + gaussian + linear", {30.0, 3.0, 0.5, 18.0, 5.5, 0.6, 1.5, 8.0}, 0, 10, 0.03, 150},
      {"gaussian + decay", {30.0, 6.0, 0.5, 40.0, 0.5}, 0, 10, 0.03, 150},
      {"lorentzian + constant", {9.0, -2.0, 0.4, 3.0}, -10, 10, 0.05, 100},
      {"lorentzian + lorentzian", {9.0, -2.0, 0.4, 5.0, 1.5, 0.7}, -10, 10, 0.03, 150},
      {"pseudo_voigt + linear", {20.0, 30.0, 1.2, 0.5, 0.1, 5.0}, 20, 40, 0.01, 200},
      {"voigt + constant", {9.0, 1.0, 0.5, 0.4, 2.0}, -10, 12, 0.01, 200},
      {"voigt + constant", {-9.0, 1.0, 0.9, 0.2, 2.0}, -10, 12, 0.01, 200},
      {"exponential_gaussian", {40.0, 12.0, 0.8, 0.6}, 5, 30, 0.02, 120},
      {"exponential_gaussian + linear", {40.0, 12.0, 1.5, 2.0, 0.1, 3.0}, 5, 30, 0.005, 200},
      {"gaussian*linear", {10.0, 5.0, 2.0, 1.0, 4.0}, 0, 10, 0.02, 100},
  };
  return all;
}

}  // namespace trials
