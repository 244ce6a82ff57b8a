#include <thalweg/models/toml_writer.hpp>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <functional>
#include <optional>
#include <utility>

#include <fmt/format.h>

#include <thalweg/formula/formula.hpp>

#include "models/curve/toml/toml_ode_writer.hpp"

namespace thalweg::inline v0_1 {
namespace {

using writing::key;
using writing::number;
using writing::quoted;

template <class Range, class ToText>
std::string list(const Range& range, const ToText& to_text) {
  std::string out = "[";
  for (const auto& item : range) out += (out.size() > 1 ? ", " : "") + to_text(item);
  return out + "]";
}

std::string parameter_line(const FitParameter& p) {
  std::string out = key(p.name) + " = { start = ";
  // One start serves all.
  const bool same = std::adjacent_find(p.starts.begin(), p.starts.end(), std::not_equal_to<>()) == p.starts.end();
  if (!p.group_starts.empty()) {
    std::string starts;
    for (const auto& [group, start] : p.group_starts)
      starts += (starts.empty() ? "{ " : ", ") + key(group) + " = " + number(start);
    out += starts + " }";
  } else {
    out += same ? number(p.starts[0]) : list(p.starts, number);
  }
  if (p.per_group) out += ", per = \"group\"";
  if (std::isfinite(p.lower)) out += ", lower = " + number(p.lower);
  if (std::isfinite(p.upper)) out += ", upper = " + number(p.upper);
  if (p.fixed) out += ", fixed = true";
  if (p.linear) out += ", linear = true";
  if (p.prior)
    out += fmt::format(", prior = {{ mean = {}, sigma = {} }}", number(p.prior->mean), number(p.prior->sigma));
  if (!p.unit.empty()) out += ", unit = " + quoted(p.unit);
  if (!p.description.empty()) out += ", description = " + quoted(p.description);
  return out + " }\n";
}

/// A constant is written as a number where it reads back the same.
std::string expression_line(const NamedExpression& e, bool may_be_number) {
  double value = 0.0;
  const char* const end = e.expression.data() + e.expression.size();
  const auto parsed = std::from_chars(e.expression.data(), end, value);
  const bool is_number = may_be_number && parsed.ec == std::errc{} && parsed.ptr == end && std::isfinite(value);
  std::string out = key(e.name) + " = { ";
  out += is_number ? "value = " + number(value) : "expr = " + quoted(e.expression);
  if (!e.unit.empty()) out += ", unit = " + quoted(e.unit);
  if (!e.description.empty()) out += ", description = " + quoted(e.description);
  return out + " }\n";
}

std::string trimmed(const std::string& text) {
  const auto begin = text.find_first_not_of(" \t\r\n");
  if (begin == std::string::npos) return "";
  return text.substr(begin, text.find_last_not_of(" \t\r\n") - begin + 1);
}

/// y = "a * x" where the equation reads back the same, else equation = "y=a * x".
std::string model_line(const std::string& equation) {
  try {
    const Equation parsed = Equation::parse(equation);
    const std::string response = trimmed(parsed.response.text());
    const std::string model = trimmed(parsed.model.text());
    if (response + " = " + model == equation && response != "equation")
      return key(response) + " = " + quoted(model) + "\n";
  } catch (const FormulaError&) {
    // Reading it back will say what is wrong.
  }
  return "equation = " + quoted(equation) + "\n";
}

bool holds_only_counts(const CurveFit& fit) {
  return std::all_of(fit.data.begin(), fit.data.end(), [](const DataSet& data) { return data.counts; });
}

std::string fit_noise(const CurveFit& fit) {
  const char* const noise = fit.scale_per_data_set      ? "estimated-per-data-set"
                            : holds_only_counts(fit)    ? "poisson"
                            : fit.noise == Noise::known ? "known"
                                                        : nullptr;
  return noise ? fmt::format("\n[fit]\nnoise = \"{}\"\n", noise) : "";
}

/// A covariance by the rows of its lower triangle, each up to the diagonal.
std::string row_noise(const DataSet& data, bool only_counts) {
  std::string out;
  if (!data.sigma.empty()) out += "sigma = " + quoted(data.sigma) + "\n";
  if (!data.weights.empty()) out += "weights = " + quoted(data.weights) + "\n";
  if (data.covariance) {
    out += "covariance = [\n";
    for (const std::vector<double>& row : data.covariance->rows()) out += "  " + list(row, number) + ",\n";
    out += "]\n";
  }
  if (const auto& a = data.autocorrelation)
    out += a->at.empty() ? "autocorrelation = " + number(a->correlation) + "\n"
                         : fmt::format("autocorrelation = {{ correlation = {}, at = {} }}\n", number(a->correlation),
                                       quoted(a->at));
  if (data.counts && !only_counts) out += "noise = \"poisson\"\n";
  return out;
}

std::string data_set(const CurveFit& fit, std::size_t i) {
  const DataSet& data = fit.data[i];
  const bool several = fit.data.size() > 1;
  std::string out = several ? "\n[[data]]\n" : "\n[data]\n";
  if (several || data.name != "data") out += "name = " + quoted(data.name) + "\n";
  if (several) out += "model = " + quoted(data.equation) + "\n";
  out += writing::initial_line(data);
  const auto at = std::find(data.columns.begin(), data.columns.end(), data.group_column) - data.columns.begin();
  const auto group_column = static_cast<std::size_t>(at);  // behind the others where they do not hold it
  std::vector<std::string> columns = data.columns;
  if (!data.group.empty() && group_column == columns.size()) columns.push_back(data.group_column);
  out += "columns = " + list(columns, quoted) + "\n";
  if (!data.group.empty()) out += "group = " + quoted(data.group_column) + "\n";
  out += row_noise(data, holds_only_counts(fit));
  std::string errors;
  for (const InputError& each : data.input_errors)
    errors += (errors.empty() ? "" : ", ") + key(each.input) + " = " + quoted(each.sigma);
  if (!errors.empty()) out += "sigma_x = { " + errors + " }\n";
  if (!data.correlation.empty()) out += "correlation = " + quoted(data.correlation) + "\n";
  if (!data.loss.is_trivial()) out += "loss = " + quoted(to_string(data.loss)) + "\n";
  out += "rows = [\n";
  const std::size_t rows = data.values.empty() ? 0 : data.values[0].size();
  for (std::size_t row = 0; row < rows; ++row) {
    std::vector<std::string> cells;
    for (const std::vector<double>& column : data.values) cells.push_back(number(column[row]));
    if (!data.group.empty()) {
      cells.resize(columns.size());
      cells[group_column] = quoted(fit.groups[static_cast<std::size_t>(data.group[row])]);
    }
    out += "  " + list(cells, [](const std::string& cell) { return cell; }) + ",\n";
  }
  return out + "]\n";
}

std::string certified(const CurveFit& fit) {
  std::string out;
  for (const FitParameter& p : fit.parameters) {
    if (!p.certified) continue;
    const bool has_error = !std::isnan(p.certified->error);
    out += key(p.name) + " = { value = " + number(p.certified->value) +
           (has_error ? ", error = " + number(p.certified->error) : "") + " }\n";
  }
  if (!std::isnan(fit.certified_residual_sum_of_squares))
    out += "residual_sum_of_squares = " + number(fit.certified_residual_sum_of_squares) + "\n";
  return out.empty() ? out : "\n[certified]\n" + out;
}

}  // namespace

std::string write_toml(const CurveFit& fit) {
  std::string out;
  if (!fit.title.empty()) out += "title = " + quoted(fit.title) + "\n";
  if (!fit.source.empty()) out += "source = " + quoted(fit.source) + "\n";
  if (!out.empty()) out += "\n";
  if (fit.data.size() == 1) out += "[model]\n" + model_line(fit.data[0].equation) + "\n";
  out += "[parameters]\n";
  for (const FitParameter& p : fit.parameters) out += parameter_line(p);
  for (const NamedExpression& e : fit.tied) out += expression_line(e, false);
  if (!fit.definitions.empty()) out += "\n[define]\n";
  for (const NamedExpression& e : fit.definitions) out += expression_line(e, true);
  if (!fit.derived.empty()) out += "\n[derived]\n";
  for (const NamedExpression& e : fit.derived) out += expression_line(e, false);
  if (!fit.constraints.empty()) out += "\n[constraints]\n";
  for (const NamedExpression& e : fit.constraints) out += expression_line(e, false);
  if (fit.ode) out += writing::ode_tables(*fit.ode);
  for (std::size_t i = 0; i < fit.data.size(); ++i) out += data_set(fit, i);
  out += fit_noise(fit);
  return out + certified(fit);
}

}  // namespace thalweg::inline v0_1
