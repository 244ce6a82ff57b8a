#include <thalweg/models/regression_constraints.hpp>

#include <algorithm>
#include <memory>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <thalweg/base/error.hpp>
#include <thalweg/formula/formula.hpp>
#include <thalweg/models/condition.hpp>

#include "io/text_numbers.hpp"
#include "models/regression/model.hpp"

namespace thalweg::inline v0_1 {
namespace {

/// What formulas read in the place of the parameters.
struct Coefficients {
  std::vector<std::string> parameters;
  std::vector<Definition> definitions;  // of the coefficients in the user's units, where those are others
};

std::string quoted(const std::string& name) { return "`" + name + "`"; }

/// Of a model whose inputs were standardised: w = z / s and, of each unit, b = z₀ − Σ w m.
Coefficients coefficients_of(const RegressionModel& model) {
  Coefficients all;
  for (std::int64_t i = 0; i < model.parameters(); ++i) all.parameters.push_back(model.name(i));
  const auto& standard = model.impl().standard;
  if (!standard) return all;
  std::vector<std::string> users = all.parameters;
  const auto define = [&](std::size_t i, const std::string& expression) {
    all.parameters[i] = "standardised " + users[i];
    all.definitions.push_back({users[i], Formula::parse(quoted(all.parameters[i]) + expression)});
  };
  const auto& layer = model.impl().parts->layers.all()[0];
  for (std::int64_t j = 0; j < layer.outputs; ++j) {
    const auto first = static_cast<std::size_t>(layer.offset + j * layer.inputs);
    std::string shift;
    for (std::size_t m = 1; m < static_cast<std::size_t>(layer.inputs); ++m) {
      define(first + m, fmt::format(" / {:.17g}", standard->deviation[m - 1]));
      shift += fmt::format(" - {} * ({:.17g})", quoted(users[first + m]), standard->mean[m - 1]);
    }
    define(first, shift);
  }
  return all;
}

}  // namespace

void add_constraints(const RegressionModel& model, std::span<const NamedExpression> constraints, Problem& problem) {
  const Coefficients coefficients = coefficients_of(model);
  std::vector<std::string> names;
  for (std::int64_t i = 0; i < model.parameters(); ++i) names.push_back(model.name(i));
  for (const NamedExpression& c : constraints) {
    const Condition condition = Condition::parse(c.expression);
    const Equation equation{"0 = " + c.expression, Formula::parse("0"), condition.difference()};
    for (const Formula::Name& used : equation.model.names())
      if (std::find(names.begin(), names.end(), used.name) == names.end())
        throw Error(fmt::format("constraint '{}' names an unknown coefficient '{}'; expected {}", c.name, used.name,
                                reading::list(names)));
    const Symbols symbols{.parameters = coefficients.parameters,
                          .definitions = definitions_read(equation.model.names(), coefficients.definitions)};
    const auto group = std::make_shared<const FormulaModel>(equation, symbols, std::vector<std::vector<double>>{}, 1);
    problem.add_constraint(
        std::make_unique<FormulaResiduals>(
            c.name, group, std::vector<Slot>{{static_cast<int>(coefficients.parameters.size()), 0, {}}}),
        condition.kind == Condition::Kind::equal ? Constraints::Kind::equality : Constraints::Kind::inequality);
  }
}

}  // namespace thalweg::inline v0_1
