// The Thalweg format: a curve fit written in TOML. problems/FORMAT.md describes it.
#include <algorithm>
#include <cmath>
#include <filesystem>
#include <memory>
#include <utility>

#include "problems/toml_access.hpp"

namespace thalweg {
namespace reading {
namespace {

constexpr const char* a_problem_file = "a problem file";
constexpr const char* sum_key = "residual_sum_of_squares";

class TomlReader : private TomlAccess {
 public:
  TomlReader(std::string_view text, const std::string& name, const std::string& folder)
      : TomlAccess(name), folder_(folder), lines_(lines_of(text)) {
    draft_.fit.file = name;
    check_text(text, name, a_problem_file);
    check_depth(name, text);
    try {
      document_ = toml::parse(text);
    } catch (const toml::parse_error& error) {
      fail_as_toml(name, place_of(error.source()), std::string(error.description()), lines_);
    }
  }

  CurveFit read() {
    CurveFit& fit = draft_.fit;
    check_keys(document_, "at the top level", {"title", "source", "model", "parameters", "data", "fit", "certified"});
    if (const auto* node = document_.get("title")) fit.title = text(*node, "title");
    if (const auto* node = document_.get("source")) fit.source = text(*node, "source");
    if (const auto* node = document_.get("model")) read_model(table(*node, "model"));
    read_parameters(table(required("parameters", "[parameters]"), "parameters"));
    read_data(required("data", "[data]"));
    if (const auto* node = document_.get("fit")) read_fit(table(*node, "fit"));
    if (const auto* node = document_.get("certified")) read_certified(table(*node, "certified"));
    return checked(std::move(draft_));
  }

 private:
  const toml::node& required(const char* key, const std::string& shown) const {
    const toml::node* node = document_.get(key);
    if (node == nullptr) wrong({}, "there is no " + shown, a_problem_file);
    return *node;
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
      FitParameter parameter;
      parameter.name = entry.name;
      const std::string whose = "parameter '" + entry.name + "'";
      if (const toml::table* details = entry.node->as_table()) {
        read_parameter(*details, whose, parameter);
      } else {
        parameter.starts = {number(*entry.node, whose, "a start, or { start = ... }")};
      }
      draft_.fit.parameters.push_back(std::move(parameter));
      draft_.parameters.push_back(entry.place);
    }
  }

  void read_parameter(const toml::table& details, const std::string& whose, FitParameter& parameter) const {
    check_keys(details, "in " + whose, {"start", "lower", "upper", "fixed", "linear", "prior", "unit", "description"});
    const std::string of = " of " + whose;
    if (const auto* start = details.get("start")) {
      if (const toml::array* starts = start->as_array()) {
        for (const toml::node& each : *starts) parameter.starts.push_back(number(each, "a start" + of));
      } else {
        parameter.starts = {number(*start, "start" + of, "a number or a list of numbers")};
      }
    }
    if (const auto* lower = details.get("lower")) parameter.lower = number(*lower, "lower" + of);
    if (const auto* upper = details.get("upper")) parameter.upper = number(*upper, "upper" + of);
    const auto read_flag = [&](std::string_view key, bool& target) {
      const auto* flag = details.get(key);
      if (flag == nullptr) return;
      if (!flag->is_boolean()) wrong(place_of(*flag), std::string(key) + of + " is " + kind_of(*flag), "true or false");
      target = **flag->as_boolean();
    };
    read_flag("fixed", parameter.fixed);
    read_flag("linear", parameter.linear);
    if (const auto* prior = details.get("prior")) parameter.prior = read_prior(*prior, of);
    if (const auto* unit = details.get("unit")) parameter.unit = text(*unit, "unit");
    if (const auto* about = details.get("description")) parameter.description = text(*about, "description");
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
    check_keys(entry, "in [data]", {"name", "model", "columns", "rows", "file", "sigma", "loss"});
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
    if (const auto* sigma = entry.get("sigma")) {
      data.sigma_column = text(*sigma, "sigma");
      places.sigma = place_of(*sigma);
    }
    const toml::node* loss = entry.get("loss");
    if (loss != nullptr) data.loss = read_loss(*loss);
    has_loss_.push_back(loss != nullptr);
    if (const auto* columns = entry.get("columns")) read_columns(*columns, data, places);
    read_values(entry, data, places);
    draft_.fit.data.push_back(std::move(data));
    draft_.data.push_back(std::move(places));
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

  void read_columns(const toml::node& node, DataSet& data, DataPlaces& places) const {
    const toml::array* columns = node.as_array();
    if (columns == nullptr) {
      wrong(place_of(node), "'columns' is " + kind_of(node), "a list of names, such as [\"y\", \"x\"]");
    }
    if (columns->empty()) wrong(place_of(node), "'columns' is empty", "a list of names, such as [\"y\", \"x\"]");
    for (const toml::node& column : *columns) {
      data.columns.push_back(text(column, "columns"));
      places.columns.push_back(place_of(column));
    }
  }

  void read_values(const toml::table& entry, DataSet& data, DataPlaces& places) const {
    const toml::node *rows = entry.get("rows"), *file = entry.get("file");
    if (rows != nullptr && file != nullptr) {
      wrong(place_of(*file), "data set '" + data.name + "' has both rows and a file", "one of them");
    }
    if (file != nullptr) {
      read_file(*file, data, places);
    } else if (rows != nullptr) {
      if (data.columns.empty()) {
        wrong(places.table, "data set '" + data.name + "' has no columns", "columns = [\"y\", \"x\"]");
      }
      read_rows(*rows, data, places);
    } else {
      wrong(places.table, "data set '" + data.name + "' has no rows", "rows = [[...], ...] or file = \"x.csv\"");
    }
  }

  void read_rows(const toml::node& node, DataSet& data, DataPlaces& places) const {
    const std::string expected = "rows such as [[1, 2], [3, 4]]";
    const toml::array* rows = node.as_array();
    if (rows == nullptr) wrong(place_of(node), "'rows' is " + kind_of(node), expected);
    const std::size_t columns = data.columns.size();
    data.values.resize(columns);
    for (std::vector<double>& column : data.values) column.reserve(rows->size());
    for (std::size_t i = 0; i < rows->size(); ++i) {
      const toml::node& entry = *rows->get(i);
      const toml::array* row = entry.as_array();
      const std::string which = "row " + std::to_string(i + 1);
      if (row == nullptr) wrong(place_of(entry), which + " is " + kind_of(entry), expected);
      if (row->size() != columns) {
        wrong(place_of(entry),
              which + " has " + counted(row->size(), "number") + " but there are " + counted(columns, "column"),
              list(data.columns, " and "));
      }
      for (std::size_t j = 0; j < columns; ++j) {
        const toml::node& cell = *row->get(j);
        const bool is_number = cell.is_number();
        data.values[j].push_back(is_number ? number(cell, "") : number(cell, cell_name(i + 1, data.columns[j])));
      }
    }
    places.cell_file = draft_.fit.file;
    places.cell = [rows](std::size_t row, std::size_t column) {
      return place_of(*rows->get(row)->as_array()->get(column));
    };
  }

  void read_file(const toml::node& node, DataSet& data, DataPlaces& places) const {
    const std::string name = text(node, "file");
    const bool control = std::any_of(name.begin(), name.end(), [](char c) { return (c >= 0 && c < ' ') || c == 0x7F; });
    if (control) wrong(place_of(node), "'file' holds a control character", "the name of a table of numbers");
    const std::filesystem::path file = name;
    if (file.empty()) wrong(place_of(node), "'file' is empty", "the name of a table of numbers");
    const std::string path = (std::filesystem::path(folder_) / file).string();
    auto content = std::make_shared<const std::string>(read_text_file(path, "a table of numbers"));
    PlacedTable read = parse_placed_table(std::move(content), path);
    const Names& found = read.table.columns;
    if (data.columns.empty()) {
      data.columns = found;
    } else if (read.table.header ? data.columns != found : data.columns.size() != found.size()) {
      const std::string shown = read.table.header ? list(found, " and ") : counted(found.size(), "column");
      wrong(places.columns[0], "'columns' does not fit '" + path + "', which has " + shown,
            "the columns of the file, or no 'columns' at all");
    }
    data.values = std::move(read.table.values);
    places.cell_file = path;
    places.cell = std::move(read.cell);
  }

  // ---- [fit] and [certified] ----

  void read_fit(const toml::table& fit) {
    check_keys(fit, "in [fit]", {"noise", "loss"});
    if (const toml::node* loss = fit.get("loss")) {
      const Loss common = read_loss(*loss);
      for (std::size_t i = 0; i < draft_.fit.data.size(); ++i)
        if (!has_loss_[i]) draft_.fit.data[i].loss = common;
    }
    const toml::node* node = fit.get("noise");
    if (node == nullptr) return;
    const std::string noise = text(*node, "noise");
    if (noise != "known" && noise != "estimated") {
      wrong(place_of(*node), "unknown noise " + quoted_with_hint(noise, {"known", "estimated"}),
            "\"known\" or \"estimated\"");
    }
    if (noise == "estimated") return;
    draft_.fit.noise = Noise::known;
    for (const DataSet& data : draft_.fit.data) {
      if (data.sigma_column) continue;
      wrong(place_of(*node), "the noise is known but data set '" + data.name + "' has no standard deviations",
            "sigma = \"a column\" in [data]");
    }
  }

  void read_certified(const toml::table& certified) {
    Names allowed;
    for (const FitParameter& parameter : draft_.fit.parameters) allowed.push_back(parameter.name);
    allowed.push_back(sum_key);
    check_keys(certified, "in [certified]", allowed);
    for (FitParameter& parameter : draft_.fit.parameters) {
      const toml::node* node = certified.get(parameter.name);
      if (node != nullptr) parameter.certified = read_certified_value(*node, parameter.name);
    }
    if (const toml::node* node = certified.get(sum_key)) {
      const double sum = number(*node, sum_key);
      if (!(sum >= 0.0) || !std::isfinite(sum)) {
        wrong(place_of(*node), std::string(sum_key) + " is " + to_text(sum), "a number that is not negative");
      }
      draft_.fit.certified_residual_sum_of_squares = sum;
    }
  }

  FitParameter::Certified read_certified_value(const toml::node& node, const std::string& name) const {
    const std::string whose = "certified '" + name + "'", expected = "{ value = number, error = number }";
    FitParameter::Certified result;
    const toml::node* value = &node;
    if (const toml::table* both = node.as_table()) {
      check_keys(*both, "in " + whose, {"value", "error"});
      value = both->get("value");
      if (value == nullptr) wrong(place_of(node), whose + " has no value", expected);
      if (const toml::node* error = both->get("error")) {
        result.error = number(*error, "error of " + whose);
        if (!(result.error >= 0.0) || !std::isfinite(result.error)) {
          wrong(place_of(*error), "error of " + whose + " is " + to_text(result.error),
                "a number that is not negative");
        }
      }
    }
    result.value = number(*value, whose, "a number or " + expected);
    if (!std::isfinite(result.value))
      wrong(place_of(*value), whose + " is " + to_text(result.value), "a finite number");
    return result;
  }

  std::string folder_;
  std::vector<std::string_view> lines_;
  toml::table document_;
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

}  // namespace thalweg
