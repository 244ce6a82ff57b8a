#include <thalweg/models/parameter_expressions.hpp>

#include <algorithm>
#include <limits>
#include <utility>

#include <thalweg/formula/formula.hpp>

namespace thalweg::inline v0_1 {
namespace {

std::vector<std::string> names_of(const CurveFit& fit) {
  std::vector<std::string> names;
  for (const FitParameter& p : fit.parameters) names.push_back(p.name);
  return names;
}

std::vector<Definition> parsed(const std::vector<NamedExpression>& expressions) {
  std::vector<Definition> definitions;
  for (const NamedExpression& e : expressions) definitions.push_back({e.name, Formula::parse(e.expression)});
  return definitions;
}

}  // namespace

ParameterExpressions::ParameterExpressions(const CurveFit& fit) : expressions_(fit.tied), tied_(fit.tied.size()) {
  expressions_.insert(expressions_.end(), fit.derived.begin(), fit.derived.end());
  std::vector<Definition> all = parsed(expressions_);
  for (Definition& definition : parsed(fit.definitions)) all.push_back(std::move(definition));
  all = in_order(std::move(all));
  const std::vector<std::string> names = names_of(fit);
  const auto is_own = [&](const Formula::Name& name) {
    return std::any_of(fit.parameters.begin(), fit.parameters.end(),
                       [&](const FitParameter& p) { return p.per_group && p.name == name.name; });
  };
  for (const NamedExpression& e : expressions_) {
    const Equation equation{"0 = " + e.expression, Formula::parse("0"), Formula::parse(e.expression)};
    const Formula whole = equation.model.substituted(all);
    per_group_.push_back(std::any_of(whole.names().begin(), whole.names().end(), is_own));
    models_.push_back(std::make_shared<const FormulaModel>(
        equation, Symbols{names, {}, definitions_read(equation.model.names(), all)}, std::vector<std::vector<double>>{},
        1));
  }
}

double ParameterExpressions::value(std::size_t i, const double* p, double* gradient) const {
  double value = std::numeric_limits<double>::quiet_NaN();
  std::vector<double*> columns;
  for (int j = 0; gradient != nullptr && j < models_[i]->parameters(); ++j) columns.push_back(gradient + j);
  models_[i]->evaluate(p, 0, 1, &value, gradient != nullptr ? columns.data() : nullptr);
  return value;
}

}  // namespace thalweg::inline v0_1
