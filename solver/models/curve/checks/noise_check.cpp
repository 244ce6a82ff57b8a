#include "models/curve/checks/noise_check.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include <fmt/format.h>

#include <thalweg/formula/formula.hpp>
#include <thalweg/models/row_noise.hpp>

#include "models/curve/checks/input_errors.hpp"
#include "models/curve/row_formula.hpp"

namespace thalweg::inline v0_1::reading {

bool has_deviations(const DataSet& data, const DataPlaces& places) {
  return !data.sigma.empty() || !data.weights.empty() || data.covariance || !places.covariance_rows.empty() ||
         data.counts || (!data.input_errors.empty() && is_implicit(data.equation));
}

NoiseCheck::NoiseCheck(const CurveFit& fit, DataSet& data, DataPlaces& places)
    : fit_(fit), data_(data), places_(places), file_(fit.file) {}

void NoiseCheck::refuse_contradictions() const {
  const std::string whose = "data set '" + data_.name + "' ";
  const bool sigma = !data_.sigma.empty(), weights = !data_.weights.empty();
  const bool covariance = data_.covariance || !places_.covariance_rows.empty();
  const bool correlated = covariance || data_.autocorrelation;
  const auto refuse = [&](Place place, const std::string& problem, const std::string& expected) {
    fail(file_, place, whose + problem, expected);
  };
  if (sigma && weights) refuse(places_.weights, "has both sigma and weights", "one of the two");
  if (covariance && (sigma || weights))
    refuse(places_.covariance, fmt::format("has both a covariance and {}", sigma ? "sigma" : "weights"),
           "one of the two");
  if (covariance && data_.autocorrelation)
    refuse(places_.autocorrelation, "has both a covariance and an autocorrelation", "one of the two");
  if (data_.counts && (sigma || weights || correlated))
    refuse(sigma        ? places_.sigma
           : weights    ? places_.weights
           : covariance ? places_.covariance
                        : places_.autocorrelation,
           fmt::format("holds Poisson counts and has {}", sigma        ? "sigma"
                                                          : weights    ? "weights"
                                                          : covariance ? "a covariance"
                                                                       : "an autocorrelation"),
           "none: the variance of a count is its mean");
  if (!data_.loss.is_trivial() && (data_.counts || correlated || fit_.scale_per_data_set))
    refuse(places_.table,
           fmt::format("has the loss {} and {}", to_string(data_.loss),
                       data_.counts ? "Poisson counts"
                       : correlated ? "correlated errors"
                                    : "a scale of its own that is estimated"),
           "least squares: the loss of single residuals is not defined there");
  if (data_.counts && fit_.noise != Noise::known)
    refuse(places_.table, "holds Poisson counts, whose noise is known, but the noise of the fit is estimated",
           "known noise, with a standard deviation in the other data sets");
}

void NoiseCheck::choose_columns(ColumnSelection& columns, const std::vector<std::string>& parameters) const {
  RowFormulaNames names;
  names.parameters = parameters;
  names.columns = data_.columns;
  names.spellings = columns.names().spellings();
  names.response = data_.equation.substr(0, data_.equation.find_first_of("=~"));
  const auto choose = [&](const std::string& text, const char* name, Place place) {
    if (text.empty()) return;
    names.is_column = [&](const std::string& column) { return columns.use(column, file_, place); };
    if (const auto mistake = mistake_in_row_formula(text, names))
      fail(file_, place, key(name) + ": " + mistake->problem, mistake->expected);
  };
  choose(data_.sigma, "sigma", places_.sigma);
  choose(data_.weights, "weights", places_.weights);
  if (data_.autocorrelation && !data_.autocorrelation->at.empty() &&
      !columns.use(data_.autocorrelation->at, file_, places_.autocorrelation))
    fail(file_, places_.autocorrelation,
         key("autocorrelation") + ": unknown column " + quoted_with_hint(data_.autocorrelation->at, data_.columns),
         list(names.spellings));
}

void NoiseCheck::check_deviations(const std::string& text, const char* name, Place place, bool may_be_zero,
                                  std::vector<double>& values) const {
  const std::string expected = may_be_zero ? "a weight of 0 or more" : "a positive standard deviation";
  values = row_values(data_, text);
  const auto wrong = wrong_row(values, may_be_zero);
  if (!wrong) return;
  const auto column = column_read(data_, text);
  if (!column) fail(file_, place, fmt::format("{} is {}", key(name), wrong->value), expected);
  const bool named = column_named(data_, text).has_value();
  const std::string what = named ? cell_name(wrong->row + 1, data_.columns[*column])
                                 : fmt::format("row {}: {} '{}'", wrong->row + 1, key(name), shortened(text));
  fail(places_.cell_file, cell(wrong->row, *column), what + " is " + to_text(wrong->value), expected);
}

void NoiseCheck::leave_out_weightless(ColumnSelection& columns,
                                      const std::function<void(const std::string&)>& note) const {
  std::vector<double> weights;
  check_deviations(data_.weights, "weights", places_.weights, true, weights);
  std::vector<std::size_t> kept;
  for (std::size_t row = 0; row < weights.size(); ++row)
    if (weights[row] > 0.0) kept.push_back(row);
  const std::size_t left_out = weights.size() - kept.size();
  if (left_out == 0) return;
  if (kept.empty()) fail(file_, places_.weights, "every row has a weight of 0", "at least one above 0");
  note(fmt::format("{} of data set '{}' {} a weight of 0 and {} left out",
                   counted(static_cast<long long>(left_out), "row"), data_.name, left_out == 1 ? "has" : "have",
                   left_out == 1 ? "is" : "are"));
  columns.leave_out_all_but(kept);
}

void NoiseCheck::check_counts() const {
  const Equation equation = Equation::parse(data_.equation);
  for (const Formula::Name& name : equation.response.names())
    if (!column_named(data_, name.name))
      fail(file_, places_.table,
           fmt::format("the response '{}' of data set '{}' reads '{}', which is no column",
                       trim(equation.response.text()), data_.name, name.name),
           "a column of Poisson counts");
  const std::string response = equation.response.text();
  const std::vector<double> y = row_values(data_, response);
  for (std::size_t row = 0; row < y.size(); ++row) {
    if (std::isfinite(y[row]) && y[row] >= 0.0 && y[row] == std::floor(y[row])) continue;
    fail(places_.cell_file, cell(row, column_read(data_, response).value_or(0)),
         fmt::format("row {}: '{}' is {}", row + 1, trim(response), to_text(y[row])),
         "a Poisson count: a whole number, 0 or more");
  }
  if (fit_.data.size() == 1 && std::all_of(y.begin(), y.end(), [](double count) { return count == 0.0; }))
    fail(file_, places_.table,
         fmt::format("every count of '{}' is 0, so that no rate has a most likely value", trim(response)),
         "some counts above 0");
}

void NoiseCheck::check_covariance(const ColumnSelection& columns) const {
  const std::size_t rows = data_.values[0].size();
  const auto refuse = [&](const std::string& problem, const std::string& expected) {
    fail(places_.covariance_file.empty() ? file_ : places_.covariance_file,
         places_.covariance_file.empty() ? places_.covariance : Place{}, problem, expected);
  };
  const std::size_t all = columns.rows();  // before any were left out
  const std::size_t size = places_.covariance_rows.empty() ? static_cast<std::size_t>(data_.covariance->size())
                                                           : places_.covariance_rows.size();
  if (size != all)
    refuse(fmt::format("the covariance is of {}, but data set '{}' has {}",
                       counted(static_cast<long long>(size), "row"), data_.name, all),
           "as many");
  try {
    if (!places_.covariance_rows.empty())
      data_.covariance = std::make_shared<ErrorCovariance>(std::move(places_.covariance_rows));
    if (rows < all) data_.covariance = std::make_shared<ErrorCovariance>(data_.covariance->of_rows(columns.kept()));
  } catch (const IndefiniteCovariance& error) {
    refuse(error.what(), "a positive definite matrix");
  } catch (const Error& error) {
    refuse(error.what(), "");
  }
}

void NoiseCheck::check_autocorrelation(const ColumnSelection& columns) const {
  const Autocorrelation& a = *data_.autocorrelation;
  const auto refuse = [&](const std::string& problem, const std::string& expected) {
    fail(file_, places_.autocorrelation, key("autocorrelation") + problem, expected);
  };
  const double least = a.at.empty() ? -1.0 : 0.0;
  if (!(a.correlation > -1.0 && a.correlation < 1.0) || a.correlation < least)
    refuse(" is " + to_text(a.correlation),
           a.at.empty() ? "a number between -1 and 1" : "with a column of distances a number from 0 to below 1");
  if (a.at.empty()) {
    if (columns.rows_kept() < columns.rows())
      refuse(fmt::format(": {} left out, so neighbours are not one step apart",
                         columns.rows() - columns.rows_kept() == 1
                             ? "1 row is"
                             : fmt::format("{} rows are", columns.rows() - columns.rows_kept())),
             "the column that holds the place of each row");
    return;
  }
  const std::size_t column = column_named(data_, a.at).value();
  const std::vector<double>& t = data_.values[column];
  for (std::size_t row = 1; row < t.size(); ++row)
    if (!(t[row] > t[row - 1]))
      fail(places_.cell_file, cell(row, column),
           fmt::format("{} is {}, after {}", cell_name(row + 1, a.at), to_text(t[row]), to_text(t[row - 1])),
           "increasing places of autocorrelated rows");
}

void NoiseCheck::check_values(ColumnSelection& columns, const std::function<void(const std::string&)>& note) const {
  std::vector<double> sigma;
  if (!data_.weights.empty()) leave_out_weightless(columns, note);
  if (!data_.sigma.empty()) check_deviations(data_.sigma, "sigma", places_.sigma, false, sigma);
  if (data_.counts) check_counts();
  if (data_.covariance || !places_.covariance_rows.empty()) check_covariance(columns);
  if (data_.autocorrelation) check_autocorrelation(columns);
}

}  // namespace thalweg::inline v0_1::reading
