#include "models/curve/constraint_rows.hpp"

#include <algorithm>
#include <memory>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <thalweg/io/file_error.hpp>
#include <thalweg/models/condition.hpp>

namespace thalweg::inline v0_1 {
namespace {

/// Definitions and tied parameters, each after those that it reads.
std::vector<Definition> definitions_of(const CurveFit& fit) {
  std::vector<Definition> all;
  for (const auto* expressions : {&fit.definitions, &fit.tied})
    for (const NamedExpression& e : *expressions) all.push_back({e.name, Formula::parse(e.expression)});
  return in_order(std::move(all));
}

void refuse(const CurveFit& fit) {
  const auto fail = [&](const char* other, const char* expected) {
    throw FileError(fit.file, 0, 0, fmt::format("[constraints] does not go with {}", other), expected);
  };
  if (!fit.groups.empty()) fail("groups of rows", "constraints on a fit without groups");
  if (fit.scale_per_data_set) fail("noise that is estimated per data set", "noise = \"estimated\" or \"known\"");
  for (const DataSet& data : fit.data)
    if (!data.input_errors.empty()) fail("errors in the inputs", "errors of the response alone");
}

}  // namespace

void add_constraints(const CurveFit& fit, CurveProblem& built) {
  if (fit.constraints.empty()) return;
  refuse(fit);
  const std::vector<Definition> definitions = definitions_of(fit);
  std::vector<std::string> names;
  for (const FitParameter& p : fit.parameters) names.push_back(p.name);
  built.constraints.emplace(built.problem);
  for (const NamedExpression& c : fit.constraints) {
    const Condition condition = Condition::parse(c.expression);
    const Equation equation{"0 = " + c.expression, Formula::parse("0"), condition.difference()};
    const Symbols symbols{names, {}, definitions_read(equation.model.names(), definitions)};
    const auto model =
        std::make_shared<const FormulaModel>(equation, symbols, std::vector<std::vector<double>>{}, std::int64_t{1});
    built.constraints->add(
        std::make_unique<FormulaResiduals>(c.name, model, built.parameters.offset()),
        condition.kind == Condition::Kind::equal ? Constraints::Kind::equality : Constraints::Kind::inequality);
  }
}

}  // namespace thalweg::inline v0_1
