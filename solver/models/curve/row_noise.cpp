#include <thalweg/models/row_noise.hpp>

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include <thalweg/formula/formula.hpp>
#include <thalweg/problem/poisson_residuals.hpp>
#include <thalweg/problem/whitened_residuals.hpp>
#include <thalweg/table/table.hpp>

#include "io/reading.hpp"
#include "models/curve/row_formula.hpp"

namespace thalweg::inline v0_1 {
namespace {

constexpr double symmetric = 1e-8;  // of √CᵢᵢCⱼⱼ, as rounding in a text leaves it

/// Correlations of neighbours, φ^|t − t'|.
std::shared_ptr<const ErrorCovariance> autoregressive(const DataSet& data) {
  const Autocorrelation& a = *data.autocorrelation;
  const std::size_t rows = data.values.empty() ? 0 : data.values[0].size();
  std::vector<double> correlation(rows, a.correlation);
  if (!a.at.empty()) {
    const std::vector<double> t = reading::row_values(data, a.at);
    for (std::size_t i = 1; i < rows; ++i) correlation[i] = std::pow(a.correlation, t[i] - t[i - 1]);
  }
  return std::make_shared<ErrorCovariance>(ErrorCovariance::autoregressive(std::move(correlation)));
}

}  // namespace

std::vector<double> row_deviations(const DataSet& data) {
  if (data.covariance) return data.covariance->deviations();
  const bool weighted = data.sigma.empty();
  const std::string& text = weighted ? data.weights : data.sigma;
  if (text.empty()) return {};
  std::vector<double> values = reading::row_values(data, text);
  if (const auto wrong = reading::wrong_row(values, false))
    throw Error(fmt::format("{} '{}' of data set '{}' is {} on row {}; expected a positive number",
                            weighted ? "weights" : "sigma", text, data.name, wrong->value, wrong->row + 1));
  if (weighted)
    std::transform(values.begin(), values.end(), values.begin(), [](double w) { return 1.0 / std::sqrt(w); });
  return values;
}

std::unique_ptr<ResidualGroup> with_noise(std::unique_ptr<ResidualGroup> group, const DataSet& data) {
  if (data.counts) {
    const Equation equation = Equation::parse(data.equation);
    group = std::make_unique<PoissonResiduals>(std::move(group), reading::row_values(data, equation.response.text()));
    group->set_loss(data.loss);
    return group;
  }
  std::shared_ptr<const ErrorCovariance> covariance = data.covariance;
  if (!covariance) {
    if (const std::vector<double> sigma = row_deviations(data); !sigma.empty()) group->set_sigma(sigma);
    if (data.autocorrelation) covariance = autoregressive(data);
  }
  if (covariance) group = std::make_unique<WhitenedResiduals>(std::move(group), std::move(covariance));
  group->set_loss(data.loss);
  return group;
}

CurveFit with_noise_scales(CurveFit fit, const std::vector<double>& scales) {
  const auto formula = [](const DataSet& data, const std::string& text) {
    const auto column = reading::column_named(data, text);
    return column ? "`" + data.columns[*column] + "`" : text;
  };
  for (std::size_t d = 0; d < std::min(fit.data.size(), scales.size()); ++d) {
    DataSet& data = fit.data[d];
    const double s = scales[d];
    if (data.covariance) {
      LowerRows rows = data.covariance->rows();
      for (std::vector<double>& row : rows)
        for (double& entry : row) entry *= s * s;
      data.covariance = std::make_shared<ErrorCovariance>(std::move(rows));
    } else if (!data.weights.empty()) {
      data.weights = fmt::format("({})/{}^2", formula(data, data.weights), s);
    } else {
      data.sigma = data.sigma.empty() ? fmt::format("{}", s) : fmt::format("{}*({})", s, formula(data, data.sigma));
    }
  }
  fit.scale_per_data_set = false;
  return fit;
}

LowerRows read_covariance(const std::string& path) {
  const Table table = read_table(path);
  const auto& values = table.values;
  const std::size_t m = values.size();
  if (m == 0 || values[0].size() != m)
    throw FileError(path, 0, 0,
                    fmt::format("the covariance has {} and {}",
                                counted(m == 0 ? 0 : static_cast<long long>(values[0].size()), "row"),
                                counted(static_cast<long long>(m), "column")),
                    "as many columns as rows");
  LowerRows rows;
  for (std::size_t i = 0; i < m; ++i) {
    std::vector<double>& row = rows.emplace_back();
    for (std::size_t j = 0; j <= i; ++j) {
      const double below = values[j][i], above = values[i][j];
      if (std::abs(below - above) > symmetric * std::sqrt(std::abs(values[i][i] * values[j][j])))
        throw FileError(path, 0, 0,
                        fmt::format("the covariance in row {}, column {} is {}, and in row {}, column {} it is {}",
                                    i + 1, j + 1, below, j + 1, i + 1, above),
                        "a symmetric matrix");
      row.push_back(0.5 * (below + above));
    }
  }
  return rows;
}

}  // namespace thalweg::inline v0_1
