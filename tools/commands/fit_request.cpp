// thalweg fit: a table and a formula become a curve fit.
#include <algorithm>
#include <cmath>
#include <utility>

#include <fmt/format.h>

#include <thalweg/formula/formula.hpp>
#include <thalweg/models/condition.hpp>
#include <thalweg/models/model_library.hpp>
#include <thalweg/models/row_noise.hpp>

#include "cli/option_values.hpp"
#include "cli/usage.hpp"
#include "cli/wording.hpp"
#include "commands/commands.hpp"
#include "commands/refuse_model.hpp"

namespace thalweg::tool {
namespace {

/// Built-in models written out.
ExpandedModel expand(const FitArguments& arguments, const DataTable& table) {
  try {
    return expand_model(arguments.model, model_names(arguments, table));
  } catch (const FormulaError& error) {
    refuse_model(arguments.model, error.where, error);
  }
}

Equation parse_model(const std::string& model, const ExpandedModel& expanded) {
  try {
    return Equation::parse(expanded.equation);
  } catch (const FormulaError& error) {
    refuse_model(model, expanded.source(error.where), error);
  }
}

using NoiseKind = FitArguments::NoiseKind;

class Request {
 public:
  Request(DataTable table, const FitArguments& arguments)
      : arguments_(arguments),
        table_(std::move(table)),
        names_(table_.table().columns),
        expanded_(expand(arguments, table_)),
        equation_(parse_model(arguments.model, expanded_)) {
    fit_.file = table_.name();
    fit_.title = arguments.model;
    fit_.noise =
        arguments.noise == NoiseKind::known || arguments.noise == NoiseKind::poisson ? Noise::known : Noise::estimated;
    fit_.scale_per_data_set = arguments.noise == NoiseKind::estimated_per_data_set;
    fit_.definitions = arguments.define;
    fit_.tied = arguments.tie;
    fit_.derived = arguments.derive;
    fit_.constraints = arguments.constrain;
    read_expressions("--define", arguments.define);
    read_expressions("--tie", arguments.tie);
    read_expressions("--derive", arguments.derive);
  }

  CurveFit take() {
    add_parameters();
    add_model_parameters();
    share_parameters();
    check_names();
    set_bounds(arguments_.lower, "--lower", &FitParameter::lower);
    set_bounds(arguments_.upper, "--upper", &FitParameter::upper);
    for (const std::string& name : arguments_.fix) parameter("--fix", name).fixed = true;
    check_bounds();
    check_constraints();
    check_where();
    add_data();
    if (arguments_.files.size() < 2) return fit_table(std::move(fit_), std::move(table_), arguments_.rows);
    std::vector<DataTable> tables = {std::move(table_)};
    for (std::size_t i = 1; i < arguments_.files.size(); ++i)
      tables.push_back(DataTable::read(arguments_.files[i], arguments_.table));
    return fit_tables(std::move(fit_), std::move(tables), arguments_.rows);
  }

 private:
  static bool may_move(const FitParameter& p) { return !p.fixed && p.lower < p.upper; }
  /// What a formula may call a column; several names of one column do not matter here.
  bool is_column(const std::string& name) const {
    const ColumnNames::Found found = names_.find(name);
    return found.column.has_value() || !found.several.empty();
  }
  /// A parameter may be called c1, or as the word before a unit: then the column has its other names.
  bool is_own_name(const std::string& name) const {
    const auto& names = table_.table().columns;
    return table_.has_own_names() && std::count(names.begin(), names.end(), name) == 1;
  }
  bool is_parameter(const std::string& name) const {
    return std::any_of(fit_.parameters.begin(), fit_.parameters.end(),
                       [&](const FitParameter& p) { return p.name == name; });
  }
  /// Mistakes in them are the command line's.
  void read_expressions(const std::string& option, const std::vector<NamedExpression>& expressions) {
    for (const NamedExpression& e : expressions) {
      try {
        const Formula formula = Formula::parse(e.expression);
        if (option != "--derive") expressions_.push_back({e.name, formula});
      } catch (const FormulaError& error) {
        throw UsageError(fmt::format("{} \"{} = {}\": {}", option, e.name, e.expression, error.what()));
      }
    }
  }
  bool is_expression(const std::string& name) const {
    return std::any_of(expressions_.begin(), expressions_.end(), [&](const Definition& d) { return d.name == name; });
  }

  bool is_used(const std::string& name) const {
    std::vector<const Formula*> formulas = {&equation_.response, &equation_.model};
    for (const Definition& definition : expressions_) formulas.push_back(&definition.formula);
    for (const Formula* side : formulas)
      for (const auto* names : {&side->names(), &side->constants()})
        for (const Formula::Name& used : *names)
          if (used.name == name) return true;
    return false;
  }

  void add_parameters() {
    for (const Assignment& start : arguments_.start) {
      if (is_own_name(start.name))
        throw UsageError(
            fmt::format("--start: '{}' is a column of {}; expected another name for "
                        "the parameter",
                        start.name, fit_.file));
      if (!is_used(start.name))
        throw UsageError(
            fmt::format("--start: '{}' is not used by the formula; expected one of "
                        "its parameters{}",
                        start.name, missing_list()));
      if (!std::isfinite(start.value))
        throw UsageError(fmt::format("--start: '{}' is {}; expected a finite number", start.name, start.value));
      FitParameter& p = fit_.parameters.emplace_back();
      p.name = start.name;
      p.starts = {start.value};
    }
  }

  /// Those of built-in models that are not given: their starts are guessed.
  void add_model_parameters() {
    for (const ModelTerm& term : expanded_.terms)
      for (std::size_t k = 0; k < term.model.parameters.size(); ++k)
        if (std::string name = term.parameter(k); !is_parameter(name) && !is_expression(name))
          fit_.parameters.emplace_back().name = std::move(name);
  }

  /// " (a or b)": the names of the formula that are no columns.
  std::string missing_list() const {
    std::vector<std::string> names;
    for (const Formula::Name& used : equation_.model.names())
      if (!is_column(used.name) && !is_expression(used.name)) names.push_back(used.name);
    for (const Definition& definition : expressions_)
      for (const Formula::Name& used : definition.formula.names())
        if (!is_column(used.name) && !is_expression(used.name)) names.push_back(used.name);
    return names.empty() ? "" : " (" + either(names) + ")";
  }

  void check_names() const {
    const std::vector<std::string> spellings = names_.spellings();
    const std::string columns = either(spellings);
    std::vector<std::string> known = table_.table().columns;
    for (const LibraryModel& built_in : model_library()) known.push_back(built_in.name);
    for (const Formula* side : {&equation_.response, &equation_.model})
      for (const Formula::Name& used : side->names()) {
        if (is_column(used.name) || is_parameter(used.name) || is_expression(used.name)) continue;
        const TextRange where = expanded_.source(used.where);
        refuse_model(
            arguments_.model, where,
            fmt::format("column {}: '{}' is neither a column of {} nor a parameter{}; "
                        "expected {}, or --start {}=1",
                        where.begin + 1, used.name, fit_.file, did_you_mean(used.name, known), columns, used.name));
      }
    for (const Definition& definition : expressions_)
      for (const Formula::Name& used : definition.formula.names())
        if (!is_column(used.name) && !is_parameter(used.name) && !is_expression(used.name))
          throw UsageError(
              fmt::format("\"{} = {}\": '{}' is neither a column of {} nor a parameter{}; expected {}, or "
                          "--start {}=1",
                          definition.name, definition.formula.text(), used.name, fit_.file,
                          did_you_mean(used.name, table_.table().columns), columns, used.name));
    if (fit_.parameters.empty())
      throw UsageError("the formula has no parameters; expected some, and --start a=1 for each");
    check_model_orders();
  }

  void check_model_orders() const {
    std::vector<std::string> parameters;
    for (const FitParameter& p : fit_.parameters) parameters.push_back(p.name);
    try {
      for (const Formula* side : {&equation_.response, &equation_.model})
        check_orders(*side, depending_names(parameters, expressions_));
    } catch (const FormulaError& error) {
      refuse_model(arguments_.model, expanded_.source(error.where), error);
    }
  }

  FitParameter& parameter(const std::string& option, const std::string& name) {
    for (FitParameter& p : fit_.parameters)
      if (p.name == name) return p;
    throw UsageError(
        fmt::format("{}: there is no parameter '{}'; expected {}", option, name, either(parameter_names())));
  }

  void set_bounds(const std::vector<Assignment>& bounds, const std::string& option, double FitParameter::*bound) {
    for (const Assignment& each : bounds) parameter(option, each.name).*bound = each.value;
  }

  void check_bounds() const {
    for (const FitParameter& p : fit_.parameters) {
      if (p.lower > p.upper)
        throw UsageError(
            fmt::format("'{}' has lower {} above upper {}; expected lower <= upper", p.name, p.lower, p.upper));
      if (!p.starts.empty() && (p.starts[0] < p.lower || p.starts[0] > p.upper))
        throw UsageError(
            fmt::format("--start: '{}' starts at {}, outside its bounds; expected a start from {} "
                        "to {}",
                        p.name, p.starts[0], p.lower, p.upper));
    }
  }

  /// Mistakes in them are the command line's.
  void check_constraints() const {
    for (const NamedExpression& c : fit_.constraints) {
      const auto refuse = [&](const std::string& why) {
        throw UsageError(fmt::format("--constrain \"{}\": {}", c.expression, why));
      };
      try {
        const Formula difference = Condition::parse(c.expression).difference();
        for (const Formula::Name& used : difference.names())
          if (!is_parameter(used.name) && !is_expression(used.name))
            refuse(fmt::format("there is no parameter '{}'; expected {}", used.name, either(parameter_names())));
      } catch (const FormulaError& error) {
        refuse(error.what());
      }
      const auto same = [&](const NamedExpression& other) { return other.name == c.name; };
      if (std::count_if(fit_.constraints.begin(), fit_.constraints.end(), same) > 1)
        throw UsageError(fmt::format("--constrain: two constraints are named '{}'; expected distinct names", c.name));
    }
  }

  std::vector<std::string> parameter_names() const {
    std::vector<std::string> names;
    for (const FitParameter& p : fit_.parameters) names.push_back(p.name);
    return names;
  }

  /// Of groups each has its own parameters but those named.
  void share_parameters() {
    if (arguments_.group.empty() && arguments_.files.size() < 2) return;
    if (!arguments_.group.empty() && !is_column(arguments_.group))
      throw UsageError(fmt::format("--group: unknown column '{}'{}; expected {}", arguments_.group,
                                   did_you_mean(arguments_.group, table_.table().columns), either(names_.spellings())));
    for (FitParameter& p : fit_.parameters) p.per_group = true;
    for (const std::string& name : arguments_.shared) parameter("--shared", name).per_group = false;
  }

  void add_data() {
    DataSet& data = fit_.data.emplace_back();
    data.group_column = arguments_.group;
    data.name = "data";
    data.equation = arguments_.model;
    use_sigma_x(data);
    check_noise();
    data.sigma = row_formula("--sigma", arguments_.sigma);
    data.weights = row_formula("--weights", arguments_.weights);
    if (!arguments_.covariance.empty()) data.covariance = covariance();
    if (!arguments_.autocorrelation.empty()) data.autocorrelation = autocorrelation();
    data.counts = arguments_.noise == NoiseKind::poisson;
  }

  /// What does not go together, in the words of the command line.
  void check_noise() const {
    const bool sigma = !arguments_.sigma.empty(), weights = !arguments_.weights.empty(),
               covariance = !arguments_.covariance.empty(), correlated = !arguments_.autocorrelation.empty();
    if (arguments_.noise == NoiseKind::poisson && (sigma || weights || covariance || correlated))
      throw UsageError(
          fmt::format("--noise poisson does not go with {}: the variance of a count is its mean; expected "
                      "one of the two",
                      sigma        ? "--sigma"
                      : weights    ? "--weights"
                      : covariance ? "--covariance"
                                   : "--autocorrelation"));
    if (covariance && (sigma || weights || correlated))
      throw UsageError(
          fmt::format("--covariance does not go with {}; expected one of the two", sigma     ? "--sigma"
                                                                                   : weights ? "--weights"
                                                                                             : "--autocorrelation"));
    if (sigma && weights) throw UsageError("--sigma does not go with --weights; expected one of the two");
    const bool implicit = equation_.response.names().empty() && !arguments_.sigma_x.empty();
    if (arguments_.noise == NoiseKind::known && !sigma && !weights && !covariance && !implicit)
      throw UsageError("--noise known needs the standard deviations; expected --sigma, --weights or --covariance");
  }

  std::string row_formula(const std::string& option, const std::string& text) const {
    if (text.empty()) return text;
    RowFormulaNames names;
    names.is_column = [this](const std::string& name) { return is_column(name); };
    for (const FitParameter& p : fit_.parameters) names.parameters.push_back(p.name);
    names.columns = table_.table().columns;
    names.spellings = names_.spellings();
    names.response = equation_.response.text();
    if (const auto mistake = mistake_in_row_formula(text, names))
      throw UsageError(fmt::format("{}: {}; expected {}", option, mistake->problem, mistake->expected));
    return text;
  }

  std::shared_ptr<const ErrorCovariance> covariance() const {
    LowerRows rows = read_covariance(arguments_.covariance);
    try {
      return std::make_shared<ErrorCovariance>(std::move(rows));
    } catch (const IndefiniteCovariance& error) {
      throw FileError(arguments_.covariance, 0, 0, error.what(), "a positive definite matrix");
    }
  }

  Autocorrelation autocorrelation() const {
    const std::string& text = arguments_.autocorrelation;
    const std::size_t colon = text.find(':');
    Autocorrelation a;
    const auto correlation = number_from<double>(text.substr(0, colon));
    if (!correlation)
      throw UsageError(
          fmt::format("--autocorrelation is '{}'; expected a number, or a number and a column, 0.6:t", text));
    a.correlation = *correlation;
    if (colon == std::string::npos) return a;
    a.at = text.substr(colon + 1);
    if (!is_column(a.at))
      throw UsageError(fmt::format("--autocorrelation: unknown column '{}'{}; expected {}", a.at,
                                   did_you_mean(a.at, table_.table().columns), either(names_.spellings())));
    return a;
  }

  void use_sigma_x(DataSet& data) const {
    for (const InputError& error : arguments_.sigma_x) {
      if (!error.input.empty() && !is_column(error.input))
        throw UsageError(fmt::format("--sigma-x: unknown column '{}'{}; expected {}", error.input,
                                     did_you_mean(error.input, table_.table().columns), either(names_.spellings())));
      row_formula("--sigma-x", error.sigma);
    }
    row_formula("--correlation", arguments_.correlation);
    data.input_errors = arguments_.sigma_x;
    data.correlation = arguments_.correlation;
  }

  /// The condition's own mistakes are the command line's, not the table's.
  void check_where() const {
    if (arguments_.rows.where.empty()) return;
    try {
      const Formula condition = Formula::parse(arguments_.rows.where);
      if (!condition.is_condition())
        throw FormulaError({}, "it is a number", "a condition, such as \"x > 2 && x < 8\"");
      for (const Formula::Name& name : condition.names())
        if (!is_column(name.name))
          throw FormulaError(
              name.where,
              fmt::format("there is no column '{}'{}", name.name, did_you_mean(name.name, table_.table().columns)),
              either(names_.spellings()));
    } catch (const FormulaError& error) {
      throw UsageError(
          fmt::format("--where \"{}\": {}; expected {}", arguments_.rows.where, error.problem, error.expected));
    }
  }

  const FitArguments& arguments_;
  DataTable table_;
  ColumnNames names_;
  ExpandedModel expanded_;
  Equation equation_;                    // built-in models written out
  std::vector<Definition> expressions_;  // definitions and tied parameters
  CurveFit fit_;
};

}  // namespace

ModelNames model_names(const FitArguments& arguments, const DataTable& table) {
  ModelNames names{table.table().columns, table.table().values, {}, std::nullopt};
  for (const Assignment& start : arguments.start) names.parameters.push_back(start.name);
  for (const auto* expressions : {&arguments.define, &arguments.tie})
    for (const NamedExpression& each : *expressions) names.parameters.push_back(each.name);
  if (!arguments.sigma.empty()) names.sigma = arguments.sigma;
  return names;
}

CurveFit fit_from_table(DataTable table, const FitArguments& arguments) {
  return Request(std::move(table), arguments).take();
}

CurveFit fit_from_table(const std::string& path, const FitArguments& arguments) {
  return fit_from_table(DataTable::read(path, arguments.table), arguments);
}

}  // namespace thalweg::tool
