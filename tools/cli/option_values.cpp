#include "cli/option_values.hpp"

#include <algorithm>

#include <thalweg/base/words.hpp>

namespace thalweg::tool {

std::vector<AnyMethod> methods_from(const std::vector<std::string>& texts) {
  const std::vector<std::string> names = split_at_commas(texts);
  if (names.empty()) throw UsageError(fmt::format("--methods is '{}'; expected names, such as lm,adam", texts.front()));
  std::vector<AnyMethod> methods;
  const auto add = [&](AnyMethod method) {
    if (std::find(methods.begin(), methods.end(), method) == methods.end()) methods.push_back(method);
  };
  for (const std::string& name : names) {
    const bool all = same_word(name, "all"), first_order = same_word(name, "first-order");
    if (same_word(name, "global")) {
      for (const GlobalMethod method : all_global_methods()) add(method);
      continue;
    }
    if (!all && !first_order && !same_word(name, "second-order")) {
      add(parse_any_method(name));
      continue;
    }
    for (const AnyMethod method : all_methods())
      if (all || is_first_order(method) == first_order) add(method);
  }
  return methods;
}

std::vector<InputError> input_errors(const std::string& option, const std::vector<std::string>& texts) {
  std::vector<InputError> result;
  for (const std::string& piece : split_at_commas(texts)) {
    const auto equals = piece.find('=');
    InputError error;
    if (equals != std::string::npos) error.input = trim(piece.substr(0, equals));
    error.sigma = trim(piece.substr(equals == std::string::npos ? 0 : equals + 1));
    if (error.sigma.empty() || (equals != std::string::npos && error.input.empty()))
      throw UsageError(
          fmt::format("{}: '{}' is no error of an input; expected a column or a number, or x=dx", option, piece));
    for (const InputError& other : result) {
      if (other.input.empty() || error.input.empty())
        throw UsageError(
            fmt::format("{} gives several errors, and one without its input; expected x=dx for each", option));
      if (other.input == error.input) throw UsageError(fmt::format("{} names '{}' twice", option, error.input));
    }
    result.push_back(std::move(error));
  }
  if (result.empty()) throw UsageError(fmt::format("{} is empty; expected a column or a number, or x=dx", option));
  return result;
}

void set_constants(const std::vector<std::string>& texts, RuleConstants& constants) {
  const std::pair<const char*, double RuleConstants::*> fields[] = {{"momentum", &RuleConstants::momentum},
                                                                    {"beta1", &RuleConstants::beta1},
                                                                    {"beta2", &RuleConstants::beta2},
                                                                    {"decay", &RuleConstants::decay},
                                                                    {"epsilon", &RuleConstants::epsilon},
                                                                    {"weight_decay", &RuleConstants::weight_decay},
                                                                    {"tau", &RuleConstants::tau}};
  std::vector<std::string> known;
  for (const auto& [name, field] : fields) known.push_back(name);
  for (const Assignment& each : assignments("--constants", texts)) {
    const auto match = [&](const auto& field) { return each.name == field.first; };
    const auto found = std::find_if(std::begin(fields), std::end(fields), match);
    if (found == std::end(fields))
      throw UsageError(fmt::format("--constants: there is no '{}'{}; expected {}", each.name,
                                   did_you_mean(each.name, known), either(known)));
    constants.*found->second = each.value;
  }
}

}  // namespace thalweg::tool
