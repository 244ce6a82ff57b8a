// The NIST models on SIMD packs, by the compiler and by the formulas of the problem files, beside long double: one
// reference for builds of every processor and compiler, so that any two of them differ by at most twice the tolerance.
#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include <thalweg/math/dual.hpp>
#include <thalweg/models/build.hpp>
#include <thalweg/models/nist_models.hpp>
#include <thalweg/problem/problem.hpp>
#include <thalweg/problem/program.hpp>

using namespace thalweg;

namespace {

using Columns = std::vector<std::vector<double>>;

/// The predictors, then the response.
Columns columns_of(const DataSet& data) {
  Columns columns;
  std::vector<double> response;
  for (std::size_t k = 0; k < data.columns.size(); ++k)
    if (data.columns[k] == "y")
      response = data.values[k];
    else
      columns.push_back(data.values[k]);
  columns.push_back(std::move(response));
  return columns;
}

template <class Model, class T>
auto residual(const std::array<T, Model::parameters>& b, const Columns& c, std::size_t i) {
  if constexpr (Model::predictors == 1)
    return Model{}(b, T(c[0][i]), T(c[1][i]));
  else
    return Model{}(b, T(c[0][i]), T(c[1][i]), T(c[2][i]));
}

/// r and its Jacobian at one row, and how much each changes, relative changes of ε in every parameter given:
/// Σ |bⱼ ∂/∂bⱼ|.
struct Row {
  long double r = 0.0L, r_change = 0.0L;
  std::vector<long double> J, J_change;
};

template <class Model>
Row in_long_double(const std::vector<double>& x, const Columns& c, std::size_t i) {
  constexpr int n = Model::parameters;
  using Inner = Dual<long double, n>;
  using Outer = Dual<Inner, n>;
  std::array<Outer, n> b;
  for (int j = 0; j < n; ++j) {
    Outer& parameter = b[static_cast<std::size_t>(j)];
    parameter.value.value = x[static_cast<std::size_t>(j)];
    parameter.value.tangent[j] = 1.0L;
    parameter.tangent[j] = Inner(1.0L);
  }
  const Outer r = residual<Model>(b, c, i);
  Row row{r.value.value, std::abs(r.value.value) + std::abs(static_cast<long double>(c.back()[i])), {}, {}};
  for (int j = 0; j < n; ++j) {
    row.r_change += std::abs(r.value.tangent[j] * x[static_cast<std::size_t>(j)]);
    row.J.push_back(r.value.tangent[j]);
    long double change = std::abs(row.J.back());
    for (int k = 0; k < n; ++k) change += std::abs(r.tangent[j].tangent[k] * x[static_cast<std::size_t>(k)]);
    row.J_change.push_back(change);
  }
  return row;
}

// In units of ε and of the largest change in the column. Most models need 7; ENSO turns by up to 88 radians, which
// rounding turns by 46 units more or less.
constexpr long double tolerance = 64.0L;

/// The largest error of r and of each column of J, in those units.
template <class Model>
long double worst_error(const Problem& problem, const std::vector<double>& x, const Columns& c) {
  const Program program(problem);
  AlignedArray r(program.rows());
  DenseMatrix J(program.rows(), program.columns());
  program.evaluate(x.data(), r.data(), J, 1);
  const auto n = static_cast<std::size_t>(program.columns());
  std::vector<long double> error(n + 1, 0.0L), change(n + 1, 0.0L);
  for (std::size_t item = 0; item < c[0].size(); ++item) {
    const Row row = in_long_double<Model>(x, c, item);
    const std::int64_t i = program.row_of(0, 0) + static_cast<std::int64_t>(item);
    error[n] = std::max(error[n], std::abs(r[i] - row.r));
    change[n] = std::max(change[n], row.r_change);
    for (std::size_t j = 0; j < n; ++j) {
      error[j] = std::max(error[j], std::abs(J(i, static_cast<std::int64_t>(j)) - row.J[j]));
      change[j] = std::max(change[j], row.J_change[j]);
    }
  }
  long double worst = 0.0L;
  for (std::size_t j = 0; j <= n; ++j)
    worst = std::max(worst, error[j] / (std::numeric_limits<double>::epsilon() * change[j]));
  return worst;
}

template <class Model>
Problem on_packs(const std::vector<double>& x, const Columns& c) {
  Problem problem;
  Vec<double, Model::parameters> start;
  std::copy(x.begin(), x.end(), start.data());
  const auto b = problem.add_parameters("b", start);
  if constexpr (Model::predictors == 1)
    problem.add_residuals("data", simd(Model{}), b, c[0], c[1]);
  else
    problem.add_residuals("data", simd(Model{}), b, c[0], c[1], c[2]);
  return problem;
}

template <class Model>
void agrees(const std::string& name) {
  const CurveFit fit = read_curve_fit(THALWEG_SOURCE_DIR "/problems/nist/" + name + ".toml");
  const Columns columns = columns_of(fit.data.front());
  for (std::size_t k = 0; k < fit.parameters.front().starts.size(); ++k) {
    CAPTURE(name);
    CAPTURE(k);
    std::vector<double> x;
    for (const FitParameter& p : fit.parameters) x.push_back(p.starts.at(k));
    CHECK(worst_error<Model>(on_packs<Model>(x, columns), x, columns) <= tolerance);
    CHECK(worst_error<Model>(build_problem(fit, static_cast<int>(k) + 1).problem, x, columns) <= tolerance);
  }
}

}  // namespace

TEST_CASE("r and J of the NIST models are those of long double, on packs and by formula") {
  nist::for_each_problem([](const char* name, auto model) { agrees<decltype(model)>(name); });
}
