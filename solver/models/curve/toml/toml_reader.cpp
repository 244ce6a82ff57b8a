// The Thalweg format: a curve fit written in TOML. problems/README.md describes it.
#include <algorithm>
#include <cmath>
#include <optional>
#include <utility>

#include <fmt/format.h>

#include "models/curve/checks/built_in.hpp"
#include "models/curve/checks/input_errors.hpp"
#include "models/curve/toml/toml_ode.hpp"

namespace thalweg::inline v0_1 {
namespace reading {
namespace {

class TomlReader : private TomlOde {
 public:
  TomlReader(std::string_view text, const std::string& name, const std::string& folder) : TomlOde(text, name, folder) {
    draft_.fit.file = name;
  }

  CurveFit read() {
    CurveFit& fit = draft_.fit;
    check_keys(document_, "at the top level",
               {"title", "source", "define", "model", "parameters", "derived", "constraints", "ode", "data", "fit",
                "certified"});
    if (const auto* node = document_.get("title")) fit.title = text(*node, "title");
    if (const auto* node = document_.get("source")) fit.source = text(*node, "source");
    if (const auto* node = document_.get("model")) read_model(table(*node, "model"));
    const toml::node* parameters = document_.get("parameters");
    if (parameters != nullptr) read_parameters(table(*parameters, "parameters"));
    if (parameters == nullptr && !document_.contains("data")) required("parameters", "[parameters]");
    if (const auto* node = document_.get("define")) read_definitions(table(*node, "define"));
    if (const auto* node = document_.get("derived")) read_derived(table(*node, "derived"));
    if (const auto* node = document_.get("constraints"))
      for (const Entry& entry : entries(table(*node, "constraints")))
        read_expression(entry, "expr", draft_.fit.constraints, draft_.constraints);
    if (const auto* node = document_.get("ode")) fit.ode = read_ode(table(*node, "ode"), draft_.ode);
    read_data(required("data", "[data]"));
    if (parameters == nullptr) require_model();
    const auto* fit_table = document_.get("fit");
    if (fit_table != nullptr) read_fit(table(*fit_table, "fit"));
    read_fit_noise(fit_table == nullptr ? nullptr : fit_table->as_table()->get("noise"), draft_);
    if (const auto* node = document_.get("certified")) read_certified(table(*node, "certified"));
    return checked(std::move(draft_));
  }

 private:
  /// The parameters of built-in models may be left out.
  void require_model() const {
    const std::vector<DataSet>& data = draft_.fit.data;
    if (std::any_of(data.begin(), data.end(), [](const DataSet& each) { return mentions_model(each.equation); }))
      return;
    for (const DataSet& each : data)
      if (const std::string name = misspelt_model(each); !name.empty())
        wrong({}, "there is no [parameters], and no built-in model " + name, a_problem_file);
    required("parameters", "[parameters]");
  }

  // ---- [model] ----

  // Either y = "a * x", whose key is the response, or equation = "log(y) = a * x".
  void read_model(const toml::table& model) {
    const auto all = entries(model);
    if (all.empty()) wrong(place_of(model), "[model] holds no equation", "a line such as y = \"a * x\"");
    if (all.size() > 1) {
      wrong(all[1].place, "[model] holds a second equation '" + all[1].name + "'",
            "one equation; several data sets name theirs in [[data]]");
    }
    const Entry& entry = all[0];
    const std::string value = text(*entry.node, entry.name);
    PlacedEquation& equation = model_.emplace();
    equation.place = entry.place;
    if (entry.name == "equation") {
      equation.add_string(place_of(*entry.node), value, lines_);
      return;
    }
    equation.add_key(entry.place, entry.name, lines_);
    equation.add_string(place_of(*entry.node), value, lines_);
  }

  // ---- [parameters] ----

  void read_parameters(const toml::table& parameters) {
    draft_.parameter_list = place_of(parameters);
    for (const Entry& entry : entries(parameters)) {
      // gaussian.center = 5 without quotes is an entry of a table named gaussian.
      const toml::table* of_model = is_model_prefix(entry.name) ? entry.node->as_table() : nullptr;
      if (of_model == nullptr || of_model->contains("start") || of_model->contains("expr"))
        read_entry(entry, entry.name);
      else
        for (const Entry& each : entries(*of_model)) read_entry(each, entry.name + "." + each.name);
    }
  }

  void read_entry(const Entry& entry, const std::string& name) {
    FitParameter parameter;
    parameter.name = name;
    const std::string whose = "parameter '" + name + "'";
    const toml::table* details = entry.node->as_table();
    if (details != nullptr && details->contains("expr")) {
      read_expression({name, entry.place, entry.node}, "expr", draft_.fit.tied, draft_.tied);
      return;
    }
    if (details != nullptr) {
      read_parameter(*details, whose, parameter);
    } else {
      parameter.starts = {number(*entry.node, whose, "a start, or { start = ... }")};
    }
    draft_.fit.parameters.push_back(std::move(parameter));
    draft_.parameters.push_back(entry.place);
  }

  void read_parameter(const toml::table& details, const std::string& whose, FitParameter& parameter) const {
    check_keys(details, "in " + whose,
               {"start", "per", "lower", "upper", "fixed", "linear", "prior", "unit", "description"});
    const std::string of = " of " + whose;
    if (const auto* start = details.get("start")) {
      if (const toml::array* starts = start->as_array()) {
        for (const toml::node& each : *starts) parameter.starts.push_back(number(each, "a start" + of));
      } else if (const toml::table* by_group = start->as_table()) {
        for (const Entry& entry : entries(*by_group))
          parameter.group_starts.emplace_back(entry.name,
                                              number(*entry.node, "start" + of + " in '" + entry.name + "'"));
        if (!parameter.group_starts.empty()) parameter.starts = {parameter.group_starts[0].second};
      } else {
        parameter.starts = {number(*start, "start" + of, "a number or a list of numbers")};
      }
    }
    if (const auto* per = details.get("per")) {
      if (text(*per, "per") != "group")
        wrong(place_of(*per), "per" + of + " is '" + text(*per, "per") + "'", "\"group\", or no per");
      parameter.per_group = true;
    }
    if (!parameter.group_starts.empty() && !parameter.per_group)
      wrong(place_of(*details.get("start")), whose + " has starts of groups", "per = \"group\" beside them");
    if (const auto* lower = details.get("lower")) parameter.lower = number(*lower, "lower" + of);
    if (const auto* upper = details.get("upper")) parameter.upper = number(*upper, "upper" + of);
    const auto read_flag = [&](std::string_view key, bool& target) {
      const auto* node = details.get(key);
      if (node == nullptr) return;
      target = flag(*node, std::string(key) + of);
    };
    read_flag("fixed", parameter.fixed);
    read_flag("linear", parameter.linear);
    if (const auto* prior = details.get("prior")) parameter.prior = read_prior(*prior, of);
    if (const auto* unit = details.get("unit")) parameter.unit = text(*unit, "unit");
    if (const auto* about = details.get("description")) parameter.description = text(*about, "description");
  }

  // ---- [define], [derived], and parameters that are tied ----

  void read_definitions(const toml::table& definitions) {
    for (const Entry& entry : entries(definitions)) {
      const toml::table* details = entry.node->as_table();
      const bool constant = entry.node->is_number() || (details != nullptr && details->contains("value"));
      read_expression(entry, constant ? "value" : "expr", draft_.fit.definitions, draft_.definitions);
    }
  }

  void read_derived(const toml::table& derived) {
    for (const Entry& entry : entries(derived)) read_expression(entry, "expr", draft_.fit.derived, draft_.derived);
  }

  /// name = "expression", or { expr = "...", unit = "...", description = "..." }; of constants, whose key is "value",
  /// name = number.
  void read_expression(const Entry& entry, const char* key, std::vector<NamedExpression>& expressions,
                       std::vector<ExpressionPlaces>& all_places) const {
    NamedExpression expression;
    ExpressionPlaces places;
    expression.name = entry.name;
    places.name = entry.place;
    const toml::node* node = entry.node;
    const std::string of = " of '" + entry.name + "'";
    const bool constant = std::string_view(key) == "value";
    if (const toml::table* details = node->as_table()) {
      check_keys(*details, "in '" + entry.name + "'", {key, "unit", "description"});
      node = details->get(key);
      if (node == nullptr) wrong(entry.place, "'" + entry.name + "' has no expression", "expr = \"2*a + c\"");
      if (const auto* unit = details->get("unit")) expression.unit = text(*unit, "unit" + of);
      if (const auto* about = details->get("description")) expression.description = text(*about, "description" + of);
    }
    if (constant) {
      const double value = number(*node, "value" + of);
      if (!std::isfinite(value)) wrong(place_of(*node), "value" + of + " is " + to_text(value), "a finite number");
      expression.expression = to_text(value);
    } else {
      PlacedEquation placed;
      placed.add_string(place_of(*node), text(*node, entry.name), lines_);
      expression.expression = placed.text;
      places.text = placed.places;
    }
    expressions.push_back(std::move(expression));
    all_places.push_back(std::move(places));
  }

  FitParameter::Prior read_prior(const toml::node& node, const std::string& of) const {
    const std::string expected = "{ mean = number, sigma = number }";
    const toml::table* prior = node.as_table();
    if (prior == nullptr) wrong(place_of(node), "prior" + of + " is " + kind_of(node), expected);
    check_keys(*prior, "in prior" + of, {"mean", "sigma"});
    const toml::node *mean = prior->get("mean"), *sigma = prior->get("sigma");
    if (mean == nullptr || sigma == nullptr) {
      wrong(place_of(node), "prior" + of + " has no " + (mean == nullptr ? "mean" : "sigma"), expected);
    }
    return {number(*mean, "mean in prior" + of), number(*sigma, "sigma in prior" + of)};
  }

  // ---- [data] or [[data]] ----

  void read_data(const toml::node& node) {
    const toml::array* several = node.as_array();
    const bool tables = several != nullptr && (several->empty() || several->is_array_of_tables());
    if (!node.is_table() && !tables) {
      wrong(place_of(node), "'data' is " + kind_of(node), "a table, [data], or several, [[data]]");
    }
    if (node.is_table()) {
      read_data_set(*node.as_table(), "data");
    } else if (several->empty()) {
      wrong(place_of(node), "there are no rows of data", "at least one data set");
    }
    for (std::size_t i = 0; several != nullptr && i < several->size(); ++i) {
      const std::string name = several->size() == 1 ? "data" : "data" + std::to_string(i + 1);
      read_data_set(*several->get(i)->as_table(), name);
    }
    if (model_ && !model_used_) {
      wrong(model_->place, "the equation in [model] is used by no data set", "a data set without model = \"...\"");
    }
  }

  void read_data_set(const toml::table& entry, const std::string& default_name) {
    check_keys(entry, "in [data]",
               {"name", "model", "columns", "rows", "file", "sigma", "sigma_x", "correlation", "weights", "covariance",
                "autocorrelation", "noise", "group", "loss", "where", "missing", "decimal", "percent", "initial"});
    DataSet data;
    DataPlaces places;
    data.name = default_name;
    places.table = place_of(entry);
    if (const auto* name = entry.get("name")) data.name = text(*name, "name");
    for (const DataSet& other : draft_.fit.data) {
      if (other.name == data.name) wrong(places.table, "two data sets are named '" + data.name + "'", "distinct names");
    }
    if (const auto* model = entry.get("model")) {
      PlacedEquation equation;
      equation.add_string(place_of(*model), text(*model, "model"), lines_);
      data.equation = equation.text;
      places.equation = equation.places;
    } else if (model_) {
      data.equation = model_->text;
      places.equation = model_->places;
      model_used_ = true;
    } else {
      wrong(places.table, "data set '" + data.name + "' has no equation", "[model], or model = \"y = ...\" in [data]");
    }
    if (const auto* group = entry.get("group")) {
      data.group_column = text(*group, "group");
      places.group = place_of(*group);
    }
    if (const auto* errors = entry.get("sigma_x")) read_input_errors(*errors, data, places);
    if (const auto* correlation = entry.get("correlation")) {
      data.correlation = column_or_number(*correlation, "correlation");
      places.correlation = place_of(*correlation);
    }
    const toml::node* loss = entry.get("loss");
    if (loss != nullptr) data.loss = read_loss(*loss);
    has_loss_.push_back(loss != nullptr);
    if (const auto* initial = entry.get("initial")) read_initial(*initial, data, places);
    read_table(entry, data, places);
    read_row_noise(entry, data, places);
    draft_.fit.data.push_back(std::move(data));
    draft_.data.push_back(std::move(places));
  }

  /// A column or a number, or such for each input.
  void read_input_errors(const toml::node& node, DataSet& data, DataPlaces& places) const {
    const toml::table* by_input = node.as_table();
    if (by_input == nullptr) {
      data.input_errors.push_back({"", column_or_number(node, "sigma_x")});
      places.input_errors.push_back(place_of(node));
      return;
    }
    for (const Entry& entry : entries(*by_input)) {
      data.input_errors.push_back({entry.name, column_or_number(*entry.node, "sigma_x of '" + entry.name + "'")});
      places.input_errors.push_back(entry.place);
    }
    if (data.input_errors.empty()) wrong(place_of(node), "sigma_x is empty", "sigma_x = { x = \"dx\" }");
  }
  std::string column_or_number(const toml::node& node, const std::string& name) const {
    if (node.is_string()) return text(node, name);
    return fmt::format("{}", number(node, "'" + name + "'", "a column, a number or a formula of columns"));
  }

  Loss read_loss(const toml::node& node) const {
    const std::string name = text(node, "loss");
    try {
      return parse_loss(name);
    } catch (const Error& error) {
      const std::string what = error.what(), separator = "; expected ";
      const auto cut = what.find(separator);
      wrong(place_of(node), what.substr(0, cut), what.substr(cut + separator.size()));
    }
  }

  // ---- [fit] and [certified] ----

  void read_fit(const toml::table& fit) {
    check_keys(fit, "in [fit]", {"noise", "loss"});
    if (const toml::node* loss = fit.get("loss")) {
      const Loss common = read_loss(*loss);
      for (std::size_t i = 0; i < draft_.fit.data.size(); ++i)
        if (!has_loss_[i]) draft_.fit.data[i].loss = common;
    }
  }

  void read_certified(const toml::table& certified) {
    Names allowed;
    // Nothing else may have been said of the parameters of built-in models.
    for (const Entry& entry : entries(certified)) {
      const auto dot = entry.name.find('.');
      const auto& known = draft_.fit.parameters;
      if (dot == std::string::npos || !is_model_prefix(std::string_view(entry.name).substr(0, dot)) ||
          std::any_of(known.begin(), known.end(), [&](const FitParameter& p) { return p.name == entry.name; }))
        continue;
      draft_.fit.parameters.emplace_back().name = entry.name;
      draft_.parameters.push_back(entry.place);
    }
    for (const FitParameter& parameter : draft_.fit.parameters) allowed.push_back(parameter.name);
    allowed.push_back(sum_key);
    check_keys(certified, "in [certified]", allowed);
    for (FitParameter& parameter : draft_.fit.parameters) {
      const toml::node* node = certified.get(parameter.name);
      if (node != nullptr) parameter.certified = read_certified_value(*node, parameter.name);
    }
    if (const toml::node* node = certified.get(sum_key))
      draft_.fit.certified_residual_sum_of_squares = read_certified_sum(*node);
  }

  Draft draft_;
  std::optional<PlacedEquation> model_;
  bool model_used_ = false;
  std::vector<bool> has_loss_;  // of each data set: its own
};

}  // namespace
}  // namespace reading

CurveFit read_toml(std::string_view text, const std::string& name, const std::string& folder) {
  return reading::TomlReader(text, name, folder).read();
}

}  // namespace thalweg::inline v0_1
