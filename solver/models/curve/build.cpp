#include <thalweg/models/build.hpp>

#include <algorithm>
#include <cmath>
#include <utility>

#include <fmt/format.h>

#include "models/ode/build_ode.hpp"

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

/// A formula as the model of a data set.
class FormulaCurve final : public CurveModel {
 public:
  FormulaCurve(Equation equation, Symbols symbols, const std::vector<std::vector<double>>& columns)
      : equation_(std::move(equation)),
        symbols_(std::move(symbols)),
        model_(std::make_shared<const FormulaModel>(equation_, symbols_, columns)) {}

  const std::shared_ptr<const FormulaModel>& model() const { return model_; }
  std::int64_t rows() const override { return model_->rows(); }
  int parameters() const override { return model_->parameters(); }
  void evaluate(const double* p, std::int64_t begin, std::int64_t end, double* residual,
                double* const* jacobian) const override {
    model_->evaluate(p, begin, end, residual, jacobian);
  }
  void predict(const double* p, std::int64_t begin, std::int64_t end, double* value) const override {
    model_->predict(p, begin, end, value);
  }
  std::vector<double> response() const override { return model_->response(); }
  std::vector<char> bends() const override { return model_->bends(); }
  std::optional<SaturatedFormula> saturated(const double* p) const override { return model_->saturated(p); }
  std::unique_ptr<CurveModel> on(const std::vector<std::vector<double>>& columns) const override {
    return std::make_unique<FormulaCurve>(equation_, symbols_, columns);
  }

 private:
  Equation equation_;
  Symbols symbols_;
  std::shared_ptr<const FormulaModel> model_;
};

/// The residuals of one data set; `ode` is null where they are those of a formula.
std::unique_ptr<ResidualGroup> residuals_of(const CurveFit& fit, const DataSet& data,
                                            const std::shared_ptr<const ode::OdeModel>& ode, CurveProblem& built) {
  const std::int64_t offset = built.parameters.offset();
  if (ode) {
    built.models.push_back(ode);
    return std::make_unique<ode::OdeResiduals>(data.name, ode, offset);
  }
  try {
    const Equation equation = Equation::parse(data.equation);
    const auto curve = std::make_shared<const FormulaCurve>(equation, symbols_of(fit, data, equation), data.values);
    built.models.push_back(curve);
    return std::make_unique<FormulaResiduals>(data.name, curve->model(), offset);
  } catch (const FormulaError& error) {
    throw FileError(fit.file, 0, 0,
                    fmt::format("equation of '{}', column {}: {}", data.name, error.where.begin + 1, error.problem),
                    error.expected);
  }
}

void add_data_set(const CurveFit& fit, const DataSet& data, const std::shared_ptr<const ode::OdeModel>& ode,
                  CurveProblem& built) {
  ResidualGroup& group = built.problem.add_group(residuals_of(fit, data, ode, built));
  if (data.sigma_column) {
    const auto at = std::find(data.columns.begin(), data.columns.end(), *data.sigma_column) - data.columns.begin();
    group.set_sigma(data.values[static_cast<std::size_t>(at)]);
  }
  group.set_loss(data.loss);
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
  const auto observed = ode::ode_models(fit);
  for (std::size_t d = 0; d < fit.data.size(); ++d) add_data_set(fit, fit.data[d], observed[d], built);
  add_priors(fit, built);
  mark_linear(fit, built);
  built.problem.set_noise(fit.noise);
  return built;
}

}  // namespace thalweg::inline v0_1
