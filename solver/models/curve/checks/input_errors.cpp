#include "models/curve/checks/input_errors.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include <thalweg/models/orthogonal_residuals.hpp>
#include <thalweg/models/row_noise.hpp>

#include "io/text_numbers.hpp"
#include "models/curve/checks/expressions.hpp"
#include "models/curve/row_formula.hpp"

namespace thalweg::inline v0_1::reading {
namespace {

bool contains(const std::vector<std::string>& names, std::string_view name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

/// The complaints about the errors of one data set.
class Chooser {
 public:
  Chooser(const std::string& file, const Equation& equation, std::span<const Definition> definitions, DataSet& data,
          const DataPlaces& places, ColumnSelection& columns)
      : file_(file),
        data_(data),
        places_(places),
        columns_(columns),
        inputs_(columns_of(equation.model, definitions, data)),
        responses_(columns_of(equation.response, definitions, data)),
        implicit_(is_implicit(equation)),
        key_(places.named_by_keys ? "sigma_x" : "--sigma-x") {
    plain_response_ = responses_.size() == 1 && equation.response.names().size() == 1 &&
                      trimmed(equation.response.text()) == responses_[0];
  }

  void choose() {
    if (data_.input_errors.empty()) {
      if (implicit_)
        wrong(places_.equation.at(data_.equation, 0), "the response is a constant",
              "a column, or for an implicit equation " + key_ + ", the standard deviations of its inputs");
      if (!data_.correlation.empty())
        wrong(places_.correlation, "there is a correlation but no " + key_,
              "both, the correlation of the errors of input and response");
      return;
    }
    if (implicit_ && has_sigma())
      wrong(data_.sigma.empty() ? places_.weights : places_.sigma, "the response is a constant, which has no error",
            key_ + " alone");
    give_inputs();
    if (data_.input_errors.size() > static_cast<std::size_t>(most_uncertain_inputs))
      wrong(place(0), key_ + " names " + counted(data_.input_errors.size(), "input"), "at most 3");
    for (std::size_t i = 0; i < data_.input_errors.size(); ++i) choose_column(data_.input_errors[i], place(i));
    if (!data_.correlation.empty()) choose_correlation();
  }

 private:
  static std::string trimmed(const std::string& text) {
    const auto begin = text.find_first_not_of(" \t\r\n`"), end = text.find_last_not_of(" \t\r\n`");
    return begin == std::string::npos ? "" : text.substr(begin, end - begin + 1);
  }
  bool has_sigma() const { return !data_.sigma.empty() || !data_.weights.empty(); }
  [[noreturn]] void wrong(Place where, const std::string& problem, const std::string& expected) const {
    fail(file_, where, problem, expected);
  }
  Place place(std::size_t i) const {
    return places_.input_errors.empty() ? Place{} : places_.input_errors[std::min(i, places_.input_errors.size() - 1)];
  }
  std::string named_example() const {
    std::string example;
    for (const std::string& input : inputs_) {
      example += example.empty() ? "" : places_.named_by_keys ? ", " : ",";
      example += places_.named_by_keys ? input + " = 0.1" : input + "=0.1";
    }
    return places_.named_by_keys ? key_ + " = { " + example + " }" : key_ + " " + example;
  }

  /// Errors without a name are those of the only input; of an implicit equation, of each.
  void give_inputs() {
    std::vector<InputError> named;
    for (std::size_t i = 0; i < data_.input_errors.size(); ++i) {
      const InputError& error = data_.input_errors[i];
      if (!error.input.empty()) {
        check_input(error.input, place(i));
        named.push_back(error);
        continue;
      }
      if (inputs_.empty()) wrong(place(i), key_ + " is given, but the equation has no input", "a column in it");
      if (inputs_.size() > 1 && !implicit_)
        wrong(place(i), key_ + " is one error, but the equation has the inputs " + list(inputs_, " and "),
              "names, such as " + named_example());
      for (const std::string& input : inputs_) named.push_back({input, error.sigma});
    }
    data_.input_errors = std::move(named);
  }

  void check_input(const std::string& name, Place where) const {
    if (contains(inputs_, name)) return;
    if (contains(responses_, name))
      wrong(where, key_ + " names '" + name + "', the response",
            std::string(places_.named_by_keys ? "sigma" : "--sigma") + " for its standard deviation");
    const bool there = columns_.has(name);
    wrong(where,
          key_ + (there ? " names '" + name + "', which the equation does not use"
                        : " names an unknown column " + quoted_with_hint(name, inputs_)),
          inputs_.empty() ? "an input of the equation; it has none" : list(inputs_));
  }

  void choose_column(const InputError& error, Place where) {
    if (contains(inputs_, error.sigma) || contains(responses_, error.sigma))
      wrong(where, key_ + " of '" + error.input + "' is '" + error.sigma + "', which is no standard deviation",
            "another column, a number or a formula");
    choose_formula(error.sigma, key_, where);
  }

  void choose_formula(const std::string& text, const std::string& key, Place where) {
    RowFormulaNames names;
    names.is_column = [&](const std::string& column) { return columns_.use(column, file_, where); };
    names.columns = data_.columns;
    names.spellings = columns_.names().spellings();
    names.response = inputs_.empty() ? "x" : inputs_[0];
    if (const auto mistake = mistake_in_row_formula(text, names))
      wrong(where, key + ": " + mistake->problem, mistake->expected);
  }

  void choose_correlation() {
    const std::string key = places_.named_by_keys ? "correlation" : "--correlation";
    const auto refuse = [&](const std::string& problem, const std::string& expected) {
      wrong(places_.correlation, key + " " + problem, expected);
    };
    if (data_.input_errors.size() != 1) refuse("is given beside the errors of several inputs", "one input");
    if (!plain_response_) refuse("needs a response that is a column", "an equation such as y = a + b * x");
    if (contains(inputs_, responses_[0])) refuse("needs a response that is no input", "another equation");
    if (!has_sigma()) refuse("needs the standard deviations of the response, too", "sigma");
    choose_formula(data_.correlation, key, places_.correlation);
  }

  const std::string& file_;
  DataSet& data_;
  const DataPlaces& places_;
  ColumnSelection& columns_;
  std::vector<std::string> inputs_, responses_;
  bool implicit_, plain_response_ = false;
  std::string key_;
};

/// Lower case without what separates words.
std::string bare(std::string_view name) {
  std::string result;
  for (const char c : lower_case(name.substr(0, name.find_first_of("(["))))
    if (c != ' ' && c != '_' && c != '.' && c != '-') result += c;
  return result;
}

bool is_named_as_error_of(const std::string& input, const std::string& column) {
  const std::string name = bare(column), x = bare(input);
  const auto begins = {"d", "e", "s", "u", "del", "delta", "err", "error", "sigma", "sd", "std", "unc"};
  const auto ends = {"err", "error", "sigma", "sd", "std", "stdev", "unc", "uncertainty"};
  return std::any_of(begins.begin(), begins.end(), [&](const char* part) { return name == part + x; }) ||
         std::any_of(ends.begin(), ends.end(), [&](const char* part) { return name == x + part; });
}

}  // namespace

bool is_implicit(const Equation& equation) { return equation.response.names().empty(); }

bool is_implicit(const std::string& equation) {
  try {
    return is_implicit(Equation::parse(equation));
  } catch (const FormulaError&) {
    return false;
  }
}

std::vector<std::string> columns_of(const Formula& formula, std::span<const Definition> definitions,
                                    const DataSet& data) {
  std::vector<std::string> found;
  const auto add = [&](const Formula& read) {
    for (const auto* names : {&read.names(), &read.constants()})
      for (const Formula::Name& name : *names)
        if (contains(data.columns, name.name) && !contains(found, name.name)) found.push_back(name.name);
  };
  add(formula);
  for (const Definition& each : definitions_read(formula.names(), definitions)) add(each.formula);
  return found;
}

void choose_input_errors(const std::string& file, const Equation& equation, std::span<const Definition> definitions,
                         DataSet& data, const DataPlaces& places, ColumnSelection& columns) {
  Chooser(file, equation, definitions, data, places, columns).choose();
}

void check_input_errors(const std::string& file, const DataSet& data, const DataPlaces& places) {
  const auto check = [&](const std::string& text, const std::string& key, Place where, const auto& right,
                         const std::string& expected) {
    if (text.empty()) return;
    const std::vector<double> values = row_values(data, text);
    const auto wrong = std::find_if_not(values.begin(), values.end(), right);
    if (wrong == values.end()) return;
    const auto row = static_cast<std::size_t>(wrong - values.begin());
    const auto column = column_read(data, text);
    if (!column) fail(file, where, key + " is " + to_text(*wrong), expected);
    const std::string what = column_named(data, text)
                                 ? cell_name(row + 1, text)
                                 : "row " + std::to_string(row + 1) + ": " + key + " '" + text + "'";
    fail(places.cell_file, places.cell ? places.cell(row, *column) : places.table, what + " is " + to_text(*wrong),
         expected);
  };
  const std::string option = places.named_by_keys ? "" : "--";
  for (std::size_t i = 0; i < data.input_errors.size(); ++i) {
    const auto& at = places.input_errors;
    check(
        data.input_errors[i].sigma, option + (option.empty() ? "sigma_x" : "sigma-x"),
        at.empty() ? Place{} : at[std::min(i, at.size() - 1)], [](double v) { return v > 0.0 && std::isfinite(v); },
        "a positive standard deviation");
  }
  check(
      data.correlation, option + "correlation", places.correlation, [](double v) { return std::abs(v) < 1.0; },
      "a correlation between -1 and 1");
}

void refuse_linear_parameters(const Draft& draft) {
  const CurveFit& fit = draft.fit;
  const bool any =
      std::any_of(fit.data.begin(), fit.data.end(), [](const DataSet& data) { return !data.input_errors.empty(); });
  for (std::size_t i = 0; any && i < fit.parameters.size(); ++i)
    if (fit.parameters[i].linear)
      fail(fit.file, draft.parameters[i],
           "parameter '" + fit.parameters[i].name + "' is marked linear, but with errors in the inputs no parameter is",
           "linear = false");
}

std::vector<UnreadInputError> unread_input_errors(const Equation& equation, std::span<const Definition> definitions,
                                                  const DataSet& data, const DataPlaces& places,
                                                  const ColumnSelection& columns) {
  const std::vector<std::string> inputs = columns_of(equation.model, definitions, data);
  const auto option = [&](const std::string& input, const std::string& column) {
    if (places.named_by_keys)
      return inputs.size() == 1 ? "sigma_x = \"" + column + "\" in [data]"
                                : "sigma_x = { " + input + " = \"" + column + "\" } in [data]";
    const std::string value = inputs.size() == 1 ? column : input + "=" + column;
    return "--sigma-x " + (kind_of(column) == NameKind::free ? value : "'" + value + "'");
  };
  std::vector<UnreadInputError> found;
  for (std::size_t j = 0; j < data.columns.size(); ++j) {
    const std::string& column = data.columns[j];
    if (columns.is_used(j)) continue;
    const auto input = std::find_if(inputs.begin(), inputs.end(),
                                    [&](const std::string& each) { return is_named_as_error_of(each, column); });
    if (input == inputs.end()) continue;
    found.push_back({column, "column '" + column + "' is not read; if it holds standard deviations of '" + *input +
                                 "', " + option(*input, column) + " counts the errors of both variables"});
  }
  return found;
}

}  // namespace thalweg::inline v0_1::reading
