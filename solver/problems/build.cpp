#include <thalweg/problems/build.hpp>

#include <algorithm>

#include <fmt/format.h>

namespace thalweg {
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

void add_data_set(const CurveFit& fit, const DataSet& data, const std::vector<std::string>& names,
                  CurveProblem& built) {
  std::shared_ptr<const FormulaModel> model;
  try {
    model =
        std::make_shared<const FormulaModel>(Equation::parse(data.equation), Symbols{names, data.columns}, data.values);
  } catch (const FormulaError& error) {
    throw FileError(fit.file, 0, 0,
                    fmt::format("equation of '{}', column {}: {}", data.name, error.where.begin + 1, error.problem),
                    error.expected);
  }
  ResidualGroup& group =
      built.problem.add_group(std::make_unique<FormulaResiduals>(data.name, model, built.parameters.offset()));
  if (data.sigma_column) {
    const auto at = std::find(data.columns.begin(), data.columns.end(), *data.sigma_column) - data.columns.begin();
    group.set_sigma(data.values[static_cast<std::size_t>(at)]);
  }
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

}  // namespace

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
  for (const DataSet& data : fit.data) add_data_set(fit, data, names, built);
  add_priors(fit, built);
  built.problem.set_noise(fit.noise);
  return built;
}

}  // namespace thalweg
