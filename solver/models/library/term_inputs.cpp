#include "models/library/term_inputs.hpp"

#include <algorithm>
#include <cstdint>
#include <numeric>

#include <thalweg/models/build.hpp>
#include <thalweg/models/row_noise.hpp>

#include "io/text_numbers.hpp"

namespace thalweg::inline v0_1::library {
namespace {

constexpr std::size_t most_rows = 4000;

/// A number below `limit` that has no pattern in i, so that rows at equal distances do not alias a wave (splitmix64:
/// Steele, Lea & Flood 2014).
std::size_t scattered(std::size_t i, std::size_t limit) {
  std::uint64_t z = (static_cast<std::uint64_t>(i) + 1) * 0x9E3779B97F4A7C15U;
  z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9U;
  z = (z ^ (z >> 27)) * 0x94D049BB133111EBU;
  return static_cast<std::size_t>((z ^ (z >> 31)) % limit);
}

/// One row of each of as many stretches of the sorted values.
std::vector<std::size_t> chosen_rows(const std::vector<double>& x) {
  std::vector<std::size_t> order(x.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return x[a] < x[b]; });
  std::vector<std::size_t> rows;
  for (std::size_t i = 0; i < most_rows; ++i) {
    const std::size_t begin = i * x.size() / most_rows, end = (i + 1) * x.size() / most_rows;
    rows.push_back(order[begin + scattered(i, end - begin)]);
  }
  return rows;
}

}  // namespace

Sample::Sample(const DataSet& data, const std::vector<ModelTerm>& terms) : data_(data), values_(data.values) {
  if (values_.empty() || values_[0].size() <= most_rows) return;
  std::size_t by = 0;
  for (std::size_t i = 0; i < data.columns.size(); ++i)
    if (data.columns[i] == reading::trim(terms[0].inputs[0])) by = i;
  const std::vector<std::size_t> rows = chosen_rows(values_[by]);
  for (std::vector<double>& column : values_) {
    std::vector<double> kept;
    for (const std::size_t row : rows) kept.push_back(column[row]);
    column = std::move(kept);
  }
}

Eigen::VectorXd Sample::weights() const {
  const auto rows = static_cast<Eigen::Index>(values_[0].size());
  Eigen::VectorXd weights = Eigen::VectorXd::Ones(rows);
  if (data_.sigma.empty() && data_.weights.empty()) return weights;
  DataSet sampled;
  sampled.columns = data_.columns;
  sampled.values = values_;
  sampled.sigma = data_.sigma;
  sampled.weights = data_.weights;
  const std::vector<double> sigma = row_deviations(sampled);
  for (Eigen::Index i = 0; i < rows; ++i) weights[i] = 1.0 / sigma[static_cast<std::size_t>(i)];
  return weights;
}

Eigen::VectorXd Sample::input(const std::string& expression, const CurveFit& fit) const {
  const auto rows = static_cast<std::int64_t>(values_[0].size());
  for (std::size_t i = 0; i < data_.columns.size(); ++i)
    if (data_.columns[i] == reading::trim(expression)) return Eigen::VectorXd::Map(values_[i].data(), rows);
  std::vector<double> p;
  for (const FitParameter& parameter : fit.parameters)
    p.push_back(parameter.starts.empty() ? 0.0 : parameter.starts[0]);
  const Equation equation{"", Formula::parse("0"), Formula::parse(expression)};
  Eigen::VectorXd x(rows);
  FormulaModel(equation, symbols_of(fit, data_, equation), values_).predict(p.data(), 0, rows, x.data());
  return x;
}

}  // namespace thalweg::inline v0_1::library
