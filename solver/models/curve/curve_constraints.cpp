#include <thalweg/models/curve_constraints.hpp>

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
  if (fit.scale_per_data_set) fail("noise that is estimated per data set", "noise = \"estimated\" or \"known\"");
}

/// The block of shared parameters, and for each group its own.
std::vector<Slot> slots_of(const CurveFit& fit, const CurveProblem& built, bool per_group) {
  std::vector<Slot> slots;
  if (built.parameters.dimension() > 0) slots.push_back({built.parameters.dimension(), built.parameters.offset(), {}});
  if (!per_group) return slots;
  Slot& own = slots.emplace_back(Slot{built.local.dimension(), 0, {}});
  for (std::size_t g = 0; g < fit.groups.size(); ++g)
    own.offsets.push_back(built.local.offset() + static_cast<std::int64_t>(g) * built.local.dimension());
  return slots;
}

}  // namespace

bool is_per_group(const CurveFit& fit, const NamedExpression& constraint) {
  const Formula difference = Condition::parse(constraint.expression).difference();
  std::vector<Formula::Name> names = difference.names();
  for (const Definition& d : definitions_read(difference.names(), definitions_of(fit)))
    names.insert(names.end(), d.formula.names().begin(), d.formula.names().end());
  return std::any_of(fit.parameters.begin(), fit.parameters.end(), [&](const FitParameter& p) {
    return p.per_group &&
           std::any_of(names.begin(), names.end(), [&](const Formula::Name& used) { return used.name == p.name; });
  });
}

void add_constraints(const CurveFit& fit, CurveProblem& built) {
  if (fit.constraints.empty()) return;
  refuse(fit);
  const std::vector<Definition> definitions = definitions_of(fit);
  for (const NamedExpression& c : fit.constraints) {
    const Condition condition = Condition::parse(c.expression);
    const Equation equation{"0 = " + c.expression, Formula::parse("0"), condition.difference()};
    const bool per_group = is_per_group(fit, c);
    Symbols symbols{.definitions = definitions_read(equation.model.names(), definitions)};
    for (const FitParameter& p : fit.parameters)
      if (!p.per_group || per_group) (p.per_group ? symbols.varying : symbols.parameters).push_back(p.name);
    const auto items = static_cast<std::int64_t>(per_group ? fit.groups.size() : 1);
    const auto model =
        std::make_shared<const FormulaModel>(equation, symbols, std::vector<std::vector<double>>{}, items);
    built.problem.add_constraint(
        std::make_unique<FormulaResiduals>(c.name, model, slots_of(fit, built, per_group)),
        condition.kind == Condition::Kind::equal ? Constraints::Kind::equality : Constraints::Kind::inequality);
  }
}

}  // namespace thalweg::inline v0_1
