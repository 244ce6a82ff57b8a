#include "models/curve/checks/expressions.hpp"

#include <algorithm>

#include <thalweg/models/condition.hpp>

namespace thalweg::inline v0_1::reading {
namespace {

bool is_letter(char c) { return c == '_' || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c & 0x80) != 0; }
bool is_digit(char c) { return c >= '0' && c <= '9'; }

constexpr const char* a_parameter = "parameter";
constexpr const char* a_definition = "definition";
constexpr const char* a_derived = "derived quantity";
constexpr const char* a_constraint = "constraint";

std::string joined(const std::vector<std::string>& names) {
  std::string text;
  for (std::size_t i = 0; i < names.size(); ++i)
    text += (i == 0 ? "" : ", ") + names[i] + " reads " + names[(i + 1) % names.size()];
  return text;
}

}  // namespace

NameKind kind_of(const std::string& name) {
  if (name.empty() || !is_letter(name[0])) return NameKind::no_letter_first;
  if (!std::all_of(name.begin(), name.end(), [](char c) { return is_letter(c) || is_digit(c) || c == '.'; }))
    return NameKind::invalid;
  try {
    const Formula formula = Formula::parse(name);
    if (formula.names().empty()) return NameKind::constant;
    return formula.names().size() == 1 && formula.names()[0].name == name ? NameKind::free : NameKind::invalid;
  } catch (const FormulaError&) {
    return NameKind::invalid;
  }
}

Expressions::Expressions(const Draft& draft) : draft_(draft) {
  const CurveFit& fit = draft.fit;
  for (const FitParameter& p : fit.parameters) kinds_.emplace(p.name, a_parameter);
  add(fit.definitions, draft.definitions, a_definition);
  add(fit.tied, draft.tied, a_parameter);
  put_in_order(ordered_);
  for (std::size_t i = 0; i < fit.derived.size(); ++i) {
    const ExpressionPlaces& places = draft.derived[i];
    check_name(fit.derived[i].name, places, a_derived);
    derived_.push_back({fit.derived[i].name, parse(fit.derived[i], places)});
    derived_places_.emplace(fit.derived[i].name, &places);
  }
  put_in_order(derived_);
}

void Expressions::add(const std::vector<NamedExpression>& expressions, const std::vector<ExpressionPlaces>& places,
                      const char* what) {
  for (std::size_t i = 0; i < expressions.size(); ++i) {
    check_name(expressions[i].name, places[i], what);
    ordered_.push_back({expressions[i].name, parse(expressions[i], places[i])});
    places_.emplace(expressions[i].name, &places[i]);
  }
}

void Expressions::check_name(const std::string& name, const ExpressionPlaces& places, const char* what) {
  const std::string whose = std::string(what) + " '" + name + "'";
  const NameKind kind = kind_of(name);
  if (kind == NameKind::no_letter_first) fail(draft_.fit.file, places.name, whose + " is not a name", "a letter first");
  if (kind != NameKind::free)
    fail(draft_.fit.file, places.name, whose + " has a name that formulas cannot use",
         "letters, digits, _ and ., beginning with a letter, and none of and, or, not, pi and e");
  const auto [it, is_new] = kinds_.emplace(name, what);
  if (is_new) return;
  fail(draft_.fit.file, places.name,
       it->second == what ? "two " + std::string(what) + (what == a_derived ? "" : "s") + " are named '" + name + "'"
                          : "'" + name + "' is both a " + it->second + " and a " + what,
       "distinct names");
}

Formula Expressions::parse(const NamedExpression& expression, const ExpressionPlaces& places) const {
  try {
    return Formula::parse(expression.expression);
  } catch (const FormulaError& error) {
    const auto offset = static_cast<std::size_t>(std::max(0, error.where.begin));
    fail(draft_.fit.file, places.text.at(expression.expression, offset), "'" + expression.name + "': " + error.problem,
         error.expected);
  }
}

void Expressions::put_in_order(std::vector<Definition>& definitions) const {
  try {
    definitions = in_order(std::move(definitions));
  } catch (const CyclicDefinition& error) {
    const std::string& first = error.names.front();
    const auto& places = places_.contains(first) ? *places_.at(first) : *derived_places_.at(first);
    fail(draft_.fit.file, places.name, "'" + first + "' is defined by itself: " + joined(error.names),
         "definitions that do not lead back to themselves");
  }
}

bool Expressions::is_tied(const std::string& name) const {
  const auto& tied = draft_.fit.tied;
  return std::any_of(tied.begin(), tied.end(), [&](const NamedExpression& t) { return t.name == name; });
}

void Expressions::check_scalars() const {
  for (const Definition& definition : ordered_)
    if (is_tied(definition.name)) {
      const auto& tied = draft_.fit.tied;
      const auto it = std::find_if(tied.begin(), tied.end(), [&](const auto& t) { return t.name == definition.name; });
      check_scalar(*it, definition.formula, *places_.at(definition.name), "tied parameter");
    }
  for (const NamedExpression& expression : draft_.fit.derived) {
    const auto it =
        std::find_if(derived_.begin(), derived_.end(), [&](const Definition& d) { return d.name == expression.name; });
    check_scalar(expression, it->formula, *derived_places_.at(expression.name), a_derived);
  }
  for (std::size_t i = 0; i < draft_.fit.constraints.size(); ++i)
    check_constraint(draft_.fit.constraints[i], draft_.constraints[i]);
}

void Expressions::check_constraint(const NamedExpression& constraint, const ExpressionPlaces& places) const {
  const auto& all = draft_.fit.constraints;
  if (std::count_if(all.begin(), all.end(), [&](const auto& c) { return c.name == constraint.name; }) > 1)
    fail(draft_.fit.file, places.name, "two constraints are named '" + constraint.name + "'", "distinct names");
  try {
    const Condition condition = Condition::parse(constraint.expression);
    check_scalar(constraint, condition.left, places, a_constraint);
    check_scalar(constraint, condition.right, places, a_constraint);
  } catch (const FormulaError& error) {
    const auto offset = static_cast<std::size_t>(std::max(0, error.where.begin));
    fail(draft_.fit.file, places.text.at(constraint.expression, offset),
         "constraint '" + constraint.name + "': " + error.problem, error.expected);
  }
}

void Expressions::check_scalar(const NamedExpression& expression, const Formula& formula,
                               const ExpressionPlaces& places, const char* what) const {
  const auto known = [&](const std::string& name) {
    const auto it = kinds_.find(name);
    return it != kinds_.end() && (it->second != a_derived || what == a_derived);
  };
  const auto complain = [&](const std::string& problem, int offset) {
    std::vector<std::string> names;
    for (const FitParameter& p : draft_.fit.parameters) names.push_back(p.name);
    for (const Definition& d : ordered_)
      if (d.name != expression.name) names.push_back(d.name);
    fail(draft_.fit.file, places.text.at(expression.expression, static_cast<std::size_t>(std::max(0, offset))),
         std::string(what) + " '" + expression.name + "' " + problem, list(names));
  };
  for (const Formula::Name& name : formula.names())
    if (!known(name.name)) {
      std::vector<std::string> names;
      for (const auto& [each, kind] : kinds_) names.push_back(each);
      std::sort(names.begin(), names.end());
      complain("reads " + quoted_with_hint(name.name, names) + ", which is no parameter", name.where.begin);
    }
  // What the definitions in between read must be parameters, too.
  for (const Definition& read : definitions_read(formula.names(), ordered_))
    for (const Formula::Name& name : read.formula.names())
      if (!known(name.name))
        complain("reads '" + read.name + "', which reads '" + name.name + "', which is no parameter", 0);
}

}  // namespace thalweg::inline v0_1::reading
