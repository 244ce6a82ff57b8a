// Definitions, tied parameters and derived quantities of a curve fit: parsed, checked and in order. Private to the
// readers.
#pragma once

#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include <thalweg/formula/formula.hpp>

#include "models/curve/draft.hpp"

namespace thalweg::inline v0_1::reading {

/// What a name means in a formula, asked of the formula language itself.
enum class NameKind { free, constant, no_letter_first, invalid };
NameKind kind_of(const std::string& name);

class Expressions {
 public:
  /// Throws FileError for an expression that cannot be read, a name that is given twice, and definitions in a circle.
  explicit Expressions(const Draft& draft);

  /// Definitions and tied parameters, each after those that it reads.
  const std::vector<Definition>& ordered() const { return ordered_; }
  bool has(const std::string& name) const { return places_.contains(name); }
  /// Of a name of ordered().
  const ExpressionPlaces& places(const std::string& name) const { return *places_.at(name); }
  bool is_tied(const std::string& name) const;

  /// Throws FileError for a tied parameter, a derived quantity or a constraint that reads a column, or an unknown name.
  void check_scalars() const;

 private:
  Formula parse(const NamedExpression& expression, const ExpressionPlaces& places) const;
  void add(const std::vector<NamedExpression>& expressions, const std::vector<ExpressionPlaces>& places,
           const char* what);
  void check_name(const std::string& name, const ExpressionPlaces& places, const char* what);
  void check_constraint(const NamedExpression& constraint, const ExpressionPlaces& places) const;
  void put_in_order(std::vector<Definition>& definitions) const;
  void check_scalar(const NamedExpression& expression, const Formula& formula, const ExpressionPlaces& places,
                    const char* what) const;

  const Draft& draft_;
  std::vector<Definition> ordered_, derived_;
  std::unordered_map<std::string, const ExpressionPlaces*> places_, derived_places_;
  std::unordered_map<std::string, const char*> kinds_;  // of every name
};

}  // namespace thalweg::inline v0_1::reading
