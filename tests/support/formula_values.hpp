// Values and derivatives of a formula bound to data.
#pragma once

#include <doctest/doctest.h>
#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>
#include <memory>
#include <string>
#include <support/capture.hpp>
#include <thalweg/formula/formula.hpp>
#include <thread>
#include <vector>

namespace thalweg::test {

using Table = std::vector<std::vector<double>>;

inline FormulaModel make(const std::string& equation, const Symbols& symbols, const Table& columns) {
  return FormulaModel(Equation::parse(equation), symbols, columns);
}

struct Evaluated {
  std::vector<double> residual;
  Table jacobian;
};

inline Evaluated evaluate(const FormulaModel& model, const std::vector<double>& p, std::int64_t begin,
                          std::int64_t end) {
  const auto n = static_cast<std::size_t>(end - begin);
  Evaluated result{std::vector<double>(n), Table(p.size(), std::vector<double>(n))};
  std::vector<double*> jacobian;
  for (auto& column : result.jacobian) jacobian.push_back(column.data());
  model.evaluate(p.data(), begin, end, result.residual.data(), jacobian.data());
  return result;
}

inline Evaluated evaluate(const FormulaModel& model, const std::vector<double>& p) {
  return evaluate(model, p, 0, model.rows());
}

/// ∇²r of one row.
inline std::vector<double> hessian(const FormulaModel& model, const std::vector<double>& p, std::int64_t row) {
  std::vector<double> S(p.size() * p.size());
  const double weight = 1.0;
  model.add_curvature(p.data(), row, row + 1, &weight, S.data());
  return S;
}

inline bool close(double a, double b, double tolerance) {
  return std::abs(a - b) <= tolerance * (1.0 + std::max(std::abs(a), std::abs(b)));
}

/// Jacobian against differences of residuals, Hessian against differences of the Jacobian.
inline void check_derivatives(const FormulaModel& model, const std::vector<double>& p) {
  const Evaluated at = evaluate(model, p);
  const std::size_t m = p.size();
  for (std::size_t j = 0; j < m; ++j) {
    const double h = 1e-5 * std::max(1.0, std::abs(p[j]));
    std::vector<double> right = p, left = p;
    right[j] += h;
    left[j] -= h;
    const Evaluated up = evaluate(model, right), down = evaluate(model, left);
    for (std::size_t i = 0; i < at.residual.size(); ++i) {
      CAPTURE(i);
      CAPTURE(j);
      const double slope = (up.residual[i] - down.residual[i]) / (2.0 * h);
      CHECK_MESSAGE(close(at.jacobian[j][i], slope, 1e-7), at.jacobian[j][i], " vs ", slope);
      const auto S = hessian(model, p, static_cast<std::int64_t>(i));
      for (std::size_t k = 0; k < m; ++k) {
        const double bend = (up.jacobian[k][i] - down.jacobian[k][i]) / (2.0 * h);
        CHECK_MESSAGE(close(S[j * m + k], bend, 1e-6), S[j * m + k], " vs ", bend);
        CHECK(S[j * m + k] == S[k * m + j]);
      }
    }
  }
}

inline bool same_bits(double a, double b) { return std::memcmp(&a, &b, sizeof a) == 0; }

inline std::vector<double> ramp(int rows) {
  std::vector<double> x;
  for (int i = 0; i < rows; ++i) x.push_back(0.3 + 0.17 * i);
  return x;
}

}  // namespace thalweg::test
