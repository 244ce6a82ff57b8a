#include <thalweg/models/build.hpp>

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "models/curve/input_errors.hpp"

namespace thalweg::inline v0_1 {
namespace {

/// (p[component] − mean) / sigma for each prior.
struct PriorResidual {
  template <class T>
  T operator()(std::span<const T> p, int component, double mean) const {
    return p[static_cast<std::size_t>(component)] - mean;
  }
};

std::vector<double> starts_of(const CurveFit& fit, int start) {
  std::vector<double> values;
  std::size_t available = 1;
  for (const FitParameter& p : fit.parameters) available = std::max(available, p.starts.size());
  if (start < 1 || static_cast<std::size_t>(start) > available)
    throw Error(fmt::format("start {} of '{}' does not exist; expected 1 to {}", start, fit.file, available));
  for (const FitParameter& p : fit.parameters)
    values.push_back(p.starts[p.starts.size() == 1 ? 0 : static_cast<std::size_t>(start - 1)]);
  return values;
}

void add_data_set(const CurveFit& fit, const DataSet& data, CurveProblem& built) {
  std::shared_ptr<const FormulaModel> model;
  Symbols symbols;
  try {
    const Equation equation = Equation::parse(data.equation);
    symbols = symbols_of(fit, data, equation);
    model = std::make_shared<const FormulaModel>(equation, symbols, data.values);
  } catch (const FormulaError& error) {
    throw FileError(fit.file, 0, 0,
                    fmt::format("equation of '{}', column {}: {}", data.name, error.where.begin + 1, error.problem),
                    error.expected);
  }
  std::vector<double> sigma;
  if (data.sigma_column) {
    const auto at = std::find(data.columns.begin(), data.columns.end(), *data.sigma_column) - data.columns.begin();
    sigma = data.values[static_cast<std::size_t>(at)];
  }
  const std::int64_t offset = built.parameters.offset();
  ResidualGroup& group =
      built.problem.add_group(data.input_errors.empty() ? std::make_unique<FormulaResiduals>(data.name, model, offset)
                                                        : reading::orthogonal_residuals(data, symbols, sigma, offset));
  if (!sigma.empty()) group.set_sigma(sigma);
  group.set_loss(data.loss);
  built.models.push_back(std::move(model));
}

void add_priors(const CurveFit& fit, CurveProblem& built) {
  std::vector<int> component;
  std::vector<double> mean, sigma;
  for (std::size_t i = 0; i < fit.parameters.size(); ++i)
    if (const auto& prior = fit.parameters[i].prior) {
      component.push_back(static_cast<int>(i));
      mean.push_back(prior->mean);
      sigma.push_back(prior->sigma);
    }
  if (!component.empty())
    built.problem.add_residuals("priors", PriorResidual{}, built.parameters, component, mean).set_sigma(sigma);
}

/// Whether ∂²r/∂pⱼ∂pₖ is there in any data set, n × n.
std::vector<char> bends_of(const CurveProblem& built, std::size_t n) {
  std::vector<char> any(n * n);
  for (const auto& model : built.models) {
    const std::vector<char> each = model->bends();
    for (std::size_t i = 0; i < any.size(); ++i) any[i] = any[i] || each[i];
  }
  return any;
}

/// The parameters that may be eliminated together: those marked in the file, or, to be detected, a largest set by
/// greed, those with the fewest products with others first.
std::vector<std::size_t> linear_parameters(const CurveFit& fit, const std::vector<char>& bends) {
  const std::size_t n = fit.parameters.size();
  const auto bend = [&](std::size_t j, std::size_t k) { return bends[j * n + k] != 0; };
  std::vector<std::size_t> candidates;
  for (std::size_t j = 0; j < n; ++j) {
    const FitParameter& p = fit.parameters[j];
    if (p.linear || (fit.detect_linear && !p.fixed && std::isinf(p.lower) && std::isinf(p.upper) && !bend(j, j)))
      candidates.push_back(j);
  }
  if (!fit.detect_linear) {
    for (const std::size_t j : candidates)
      for (const std::size_t k : candidates)
        if (k <= j && bend(j, k))
          throw FileError(fit.file, 0, 0,
                          j == k ? fmt::format("parameter '{}' is marked linear, but an equation is not linear in it",
                                               fit.parameters[j].name)
                                 : fmt::format("parameters '{}' and '{}' are marked linear, but an equation has their "
                                               "product",
                                               fit.parameters[k].name, fit.parameters[j].name),
                          j == k ? "linear = false" : "one of the two");
    return candidates;
  }
  const auto products = [&](std::size_t j) {
    return std::count_if(candidates.begin(), candidates.end(), [&](std::size_t k) { return bend(j, k); });
  };
  std::stable_sort(candidates.begin(), candidates.end(),
                   [&](std::size_t a, std::size_t b) { return products(a) < products(b); });
  std::vector<std::size_t> chosen;
  for (const std::size_t j : candidates)
    if (std::none_of(chosen.begin(), chosen.end(), [&](std::size_t k) { return bend(j, k); })) chosen.push_back(j);
  return chosen;
}

void mark_linear(const CurveFit& fit, CurveProblem& built) {
  const bool any = fit.detect_linear || std::any_of(fit.parameters.begin(), fit.parameters.end(),
                                                    [](const FitParameter& p) { return p.linear; });
  if (!any) return;
  for (const DataSet& data : fit.data)
    if (!data.input_errors.empty())
      throw FileError(fit.file, 0, 0, "no parameter is linear with errors in the inputs",
                      "no detection of linear ones");
  for (const std::size_t j : linear_parameters(fit, bends_of(built, fit.parameters.size())))
    built.problem.mark_linear(built.parameters, static_cast<int>(j));
}

}  // namespace

Symbols symbols_of(const CurveFit& fit, const DataSet& data, const Equation& equation) {
  Symbols symbols{.columns = data.columns};
  for (const FitParameter& p : fit.parameters) symbols.parameters.push_back(p.name);
  std::vector<Definition> definitions;
  for (const auto* expressions : {&fit.definitions, &fit.tied})
    for (const NamedExpression& e : *expressions) definitions.push_back({e.name, Formula::parse(e.expression)});
  std::vector<Formula::Name> names = equation.response.names();
  names.insert(names.end(), equation.model.names().begin(), equation.model.names().end());
  symbols.definitions = definitions_read(names, in_order(std::move(definitions)));
  return symbols;
}

CurveProblem build_problem(const CurveFit& fit, int start) {
  CurveProblem built;
  std::vector<std::string> names;
  for (const FitParameter& p : fit.parameters) names.push_back(p.name);
  built.parameters = built.problem.add_parameters("parameters", starts_of(fit, start));
  built.problem.name_components(built.parameters, names);
  for (std::size_t i = 0; i < fit.parameters.size(); ++i) {
    const FitParameter& p = fit.parameters[i];
    const int component = static_cast<int>(i);
    built.problem.set_bounds(built.parameters, component, p.lower, p.upper);
    if (p.fixed) built.problem.fix(built.parameters, component);
  }
  for (const DataSet& data : fit.data) add_data_set(fit, data, built);
  add_priors(fit, built);
  mark_linear(fit, built);
  built.problem.set_noise(fit.noise);
  return built;
}

}  // namespace thalweg::inline v0_1
