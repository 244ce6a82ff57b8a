// From the text of an option to its value, or to what was expected.
#pragma once

#include <charconv>
#include <cmath>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <fmt/format.h>

#include "cli/arguments.hpp"
#include "cli/usage.hpp"
#include "cli/wording.hpp"

namespace thalweg::tool {

template <class T>
std::optional<T> number_from(std::string_view text) {
  if (text.starts_with('+')) text.remove_prefix(1);
  T value{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

/// "a=1,b=2e3"; commas and repeated options are the same.
inline std::vector<Assignment> assignments(const std::string& option, const std::vector<std::string>& texts) {
  std::vector<Assignment> result;
  for (const std::string& piece : split_at_commas(texts)) {
    const auto equals = piece.find('=');
    std::optional<double> value;
    if (equals != std::string::npos) value = number_from<double>(trim(piece.substr(equals + 1)));
    const std::string name = trim(piece.substr(0, equals));
    if (!value || std::isnan(*value) || name.empty())
      throw UsageError(fmt::format("{}: '{}' is no assignment; expected name=number, such as a=1", option, piece));
    for (const Assignment& other : result)
      if (other.name == name) throw UsageError(fmt::format("{} names '{}' twice", option, name));
    result.push_back({name, *value});
  }
  return result;
}

/// "dx", or "x=dx,t=0.1"; commas and repeated options are the same. Throws UsageError for both together.
std::vector<InputError> input_errors(const std::string& option, const std::vector<std::string>& texts);

/// "name = expression", each a text of its own, for expressions have commas.
inline std::vector<NamedExpression> expressions(const std::string& option, const std::vector<std::string>& texts) {
  std::vector<NamedExpression> result;
  for (const std::string& each : texts) {
    const auto equals = each.find('=');
    const std::string name = trim(each.substr(0, equals));
    const std::string expression = equals == std::string::npos ? "" : trim(each.substr(equals + 1));
    if (name.empty() || expression.empty())
      throw UsageError(
          fmt::format("{}: '{}' defines nothing; expected \"name = expression\", such as \"u = x/2\"", option, each));
    for (const NamedExpression& other : result)
      if (other.name == name) throw UsageError(fmt::format("{} names '{}' twice", option, name));
    result.push_back({.name = name, .expression = expression});
  }
  return result;
}

/// "1,-2e3".
inline std::vector<double> numbers(const std::string& option, const std::string& text) {
  std::vector<double> result;
  for (const std::string& piece : split_at_commas({text})) {
    const auto value = number_from<double>(piece);
    if (!value || !std::isfinite(*value))
      throw UsageError(fmt::format("{}: '{}' is no number; expected numbers such as 2,-2", option, piece));
    result.push_back(*value);
  }
  if (result.empty()) throw UsageError(fmt::format("{} is '{}'; expected numbers such as 2,-2", option, text));
  return result;
}

/// Sets the method, of either order. Throws UsageError for one that searches a box.
inline void choose(Request& request, AnyMethod method) {
  if (is_global(method))
    throw UsageError(
        fmt::format("--method {}: it searches a box; expected --global {}", to_string(method), to_string(method)));
  request.method = method;
  request.method_given = true;
  if (const Method* second_order = std::get_if<Method>(&method)) request.options.method = *second_order;
}

/// Methods may be named together: "all" that descend, "second-order", "first-order"; "global". Throws UsageError for an
/// empty list.
std::vector<AnyMethod> methods_from(const std::vector<std::string>& texts);

/// "momentum=0.9,beta1=0.8". Throws UsageError for a name that there is not.
void set_constants(const std::vector<std::string>& texts, RuleConstants& constants);

}  // namespace thalweg::tool
