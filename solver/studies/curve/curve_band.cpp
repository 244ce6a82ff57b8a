#include "studies/curve/curve_band.hpp"

#include <algorithm>
#include <cmath>

#include <thalweg/models/build.hpp>

namespace thalweg::inline v0_1::studies {
namespace {

/// J[j][i]: the gradient in row i by parameter j.
double standard_error(const std::vector<std::vector<double>>& J, std::size_t i, const FitStatistics& s) {
  const std::size_t n = s.free.size();
  double variance = 0.0;
  for (std::size_t a = 0; a < n; ++a) {
    const double slope = J[static_cast<std::size_t>(s.free[a])][i];
    if (slope == 0.0) continue;  // what is not determined does no harm where it does not take part
    for (std::size_t b = 0; b < n; ++b)
      if (const double other = J[static_cast<std::size_t>(s.free[b])][i]; other != 0.0)
        variance += slope * s.covariance[a * n + b] * other;
  }
  return std::sqrt(std::max(variance, std::isnan(variance) ? variance : 0.0));
}

}  // namespace

std::vector<std::size_t> inputs_of(const CurveFit& fit, const DataSet& data, const Equation& equation) {
  std::vector<std::size_t> inputs;
  const Formula model = equation.model.substituted(symbols_of(fit, data, equation).definitions);
  std::vector<std::string> names;
  for (const Formula::Name& name : model.names()) names.push_back(name.name);
  const auto is_state = [&](const std::string& name) {
    return fit.ode && std::any_of(fit.ode->states.begin(), fit.ode->states.end(),
                                  [&](const OdeState& state) { return state.name == name; });
  };
  const bool observes = std::any_of(names.begin(), names.end(), is_state);
  if (observes && std::find(names.begin(), names.end(), fit.ode->time) == names.end()) names.push_back(fit.ode->time);
  for (const std::string& name : names) {
    const auto found = std::find(data.columns.begin(), data.columns.end(), name);
    if (found != data.columns.end()) inputs.push_back(static_cast<std::size_t>(found - data.columns.begin()));
  }
  return inputs;
}

std::string response_of(const Equation& equation) {
  const std::string& text = equation.response.text();
  const std::size_t begin = text.find_first_not_of(" \t\r\n"), end = text.find_last_not_of(" \t\r\n");
  return begin == text.npos ? "" : text.substr(begin, end - begin + 1);
}

CurveBand band_of(const CurveModel& model, const std::vector<double>& x, const FitStatistics& s) {
  CurveBand band;
  const std::int64_t rows = model.rows();
  const auto size = static_cast<std::size_t>(rows);
  band.value.resize(size);
  const std::size_t n = s.free.size();
  if (!s.available() || s.covariance.size() != n * n || s.partial_covariance || n == 0 || std::isnan(s.quantile)) {
    model.predict(x.data(), 0, rows, band.value.data());
    return band;
  }
  std::vector<std::vector<double>> J(x.size(), std::vector<double>(size));
  std::vector<double*> pointers;
  for (std::vector<double>& column : J) pointers.push_back(column.data());
  model.evaluate(x.data(), 0, rows, band.value.data(), pointers.data());
  for (std::size_t i = 0; i < size; ++i) band.standard_error.push_back(standard_error(J, i, s));
  return band;
}

void add_band(const CurveBand& band, double t, const std::vector<double>& sigma, std::vector<double>& lower,
              std::vector<double>& upper) {
  for (std::size_t i = 0; i < band.standard_error.size(); ++i) {
    const double noise = sigma.empty() ? 0.0 : sigma[sigma.size() == 1 ? 0 : i];
    const double half = t * std::hypot(band.standard_error[i], noise);
    lower.push_back(band.value[i] - half);
    upper.push_back(band.value[i] + half);
  }
}

}  // namespace thalweg::inline v0_1::studies
