#include "studies/batch/batch_model.hpp"

#include <algorithm>
#include <charconv>
#include <functional>

#include <fmt/format.h>
#include <thalweg/base/words.hpp>
#include <thalweg/batch/models.hpp>
#include <thalweg/formula/formula.hpp>

#include "io/text_numbers.hpp"

namespace thalweg::inline v0_1 {
namespace studies {
namespace {

struct BuiltIn {
  const char* name;
  std::unique_ptr<BatchModel> (*make)();
};
constexpr BuiltIn built_in[] = {{"exponential", exponential_batch_model},
                                {"exponential-offset", exponential_offset_batch_model},
                                {"gaussian", gaussian_batch_model},
                                {"lorentzian", lorentzian_batch_model},
                                {"gaussian-2d", gaussian_2d_batch_model},
                                {"elliptic-gaussian-2d", elliptic_gaussian_2d_batch_model},
                                {"rotated-gaussian-2d", rotated_gaussian_2d_batch_model},
                                {"linear", linear_batch_model}};
constexpr std::string_view polynomial = "polynomial:";

/// Null: the text names none.
std::unique_ptr<BatchModel> built_in_model(const std::string& name) {
  for (const BuiltIn& each : built_in)
    if (name == each.name) return each.make();
  if (!name.starts_with(polynomial)) return nullptr;
  int degree = 0;
  const char* const end = name.data() + name.size();
  const auto read = std::from_chars(name.data() + polynomial.size(), end, degree);
  if (read.ec != std::errc{} || read.ptr != end)
    throw Error(fmt::format("--model is '{}'; expected polynomial:N with a degree N", name));
  return polynomial_batch_model(degree);
}

}  // namespace

NamedBatchModel batch_model_of(const std::string& text, const std::vector<std::pair<std::string, double>>& starts) {
  const std::size_t equals = text.find('=');
  const bool has_left = equals != std::string::npos && text.find_first_of("<>=!", equals + 1) == std::string::npos;
  const std::string right = std::string(reading::trim(std::string_view(text).substr(has_left ? equals + 1 : 0)));
  NamedBatchModel found;
  if (auto model = built_in_model(right)) {
    const bool picture = model->predictors() == 2;
    found.names = {has_left  ? std::string(reading::trim(std::string_view(text).substr(0, equals)))
                   : picture ? "z"
                             : "y",
                   picture ? std::vector<std::string>{"x", "y"} : std::vector<std::string>{"x"}};
    found.model = std::move(model);
    return found;
  }
  if (!has_left) {
    const std::vector<std::string> known = batch_model_names();
    throw Error(
        fmt::format("--model is '{}', which is neither an equation nor a built-in model{}; expected "
                    "\"y = ...\" or {}",
                    text, did_you_mean(right, known), enumerated(known)));
  }
  const Equation equation = Equation::parse(text);
  const std::string left = std::string(reading::trim(equation.response.text()));
  if (equation.response.names().size() != 1 || left != equation.response.names()[0].name)
    throw Error(fmt::format("--model: '{}' is no name; expected that of what was measured on the left", left));
  std::vector<std::string> parameters;
  for (const auto& start : starts) parameters.push_back(start.first);
  for (const std::string& name : parameters)
    if (std::none_of(equation.model.names().begin(), equation.model.names().end(),
                     [&](const Formula::Name& used) { return used.name == name; }))
      throw Error(fmt::format("--start: '{}' is not used by the formula; expected its parameters", name));
  for (const Formula::Name& used : equation.model.names()) {
    const bool known = std::count(parameters.begin(), parameters.end(), used.name) > 0 ||
                       std::count(found.names.predictors.begin(), found.names.predictors.end(), used.name) > 0;
    if (!known) found.names.predictors.push_back(used.name);
  }
  if (parameters.empty()) throw Error("the formula has no parameters; expected --start NAME=NUMBER for each");
  found.names.response = left;
  found.model = formula_batch_model(equation.model.text(), parameters, found.names.predictors);
  return found;
}

}  // namespace studies

std::vector<std::string> batch_model_names() {
  std::vector<std::string> names;
  for (const studies::BuiltIn& each : studies::built_in) names.emplace_back(each.name);
  names.emplace_back("polynomial:N");
  return names;
}

}  // namespace thalweg::inline v0_1
