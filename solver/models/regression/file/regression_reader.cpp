// The Thalweg format: a regression written in TOML. problems/README.md describes it.
#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>
#include <set>
#include <utility>

#include <thalweg/models/condition.hpp>
#include <thalweg/models/regression_fit.hpp>

#include "models/curve/selection.hpp"
#include "models/curve/toml/toml_values.hpp"
#include "models/regression/checks.hpp"
#include "table/contents.hpp"

namespace thalweg::inline v0_1 {
namespace reading {
namespace {

// A file of a few lines may ask for no more than this.
constexpr double most_parameters = 1e7;

class RegressionReader : private TomlValues {
 public:
  using TomlValues::TomlValues;

  RegressionFit read() {
    fit_.file = name_;
    check_keys(document_, "at the top level",
               {"title", "source", "regression", "network", "split", "cross_validation", "training", "constraints",
                "data", "certified"});
    if (const auto* node = document_.get("title")) fit_.title = text(*node, "title");
    if (const auto* node = document_.get("source")) fit_.source = text(*node, "source");
    const toml::table& regression = table(required("regression", "[regression]"), "regression");
    read_options(regression);
    if (const auto* node = document_.get("network")) read_network(table(*node, "network"));
    read_data(table(required("data", "[data]"), "data"), regression);
    check_size(place_of(regression));
    if (const auto* node = document_.get("split")) read_split(table(*node, "split"));
    if (const auto* node = document_.get("cross_validation")) read_choice(table(*node, "cross_validation"));
    if (const auto* node = document_.get("training")) read_training(table(*node, "training"));
    if (const auto* node = document_.get("certified")) read_certified(table(*node, "certified"));
    if (const auto* node = document_.get("constraints")) read_constraints(table(*node, "constraints"));
    return std::move(fit_);
  }

 private:
  // ---- [regression] and [network] ----

  void read_options(const toml::table& from) {
    check_keys(from, "in [regression]",
               {"kind", "response", "inputs", "intercept", "standardize", "l2", "l1", "max_norm", "classes",
                "label_smoothing"});
    RegressionOptions& options = fit_.model;
    const toml::node* kind = from.get("kind");
    const Names kinds = {"linear", "logistic", "softmax", "hinge", "network"};
    if (kind == nullptr)
      wrong(place_of(from), "[regression] has no kind", "kind = \"linear\", or another of " + list(kinds));
    options.kind = static_cast<RegressionKind>(choice(*kind, "kind", kinds));
    if (options.kind != RegressionKind::network && document_.get("network"))
      wrong(place_of(*document_.get("network")),
            "[network] beside kind = \"" + std::string(to_string(options.kind)) + "\"", "kind = \"network\"");
    const toml::node* intercept = from.get("intercept");
    if (intercept != nullptr) options.intercept = flag(*intercept, "intercept");
    if (!options.intercept && options.kind == RegressionKind::network)
      wrong(place_of(*intercept), "a network has biases", "intercept = true");
    if (const auto* node = from.get("standardize")) {
      options.standardize = flag(*node, "standardize");
      if (options.standardize && !options.intercept)
        wrong(place_of(*node), "standardize shifts the inputs, which only an intercept can take up",
              "intercept = true");
    }
    real(from, "l2", not_negative, "a number that is not negative", options.l2);
    real(from, "l1", not_negative, "a number that is not negative", options.l1);
    real(from, "max_norm", positive, "a positive number", options.max_norm);
    real(from, "label_smoothing", below_one, "a number from 0 to below 1", options.label_smoothing);
  }

  void read_network(const toml::table& from) {
    check_keys(from, "in [network]", {"layers", "activation", "loss", "dropout", "init", "seed"});
    NetworkOptions& network = fit_.model.network;
    if (const auto* node = from.get("layers"))
      for (const toml::node& each : list_of(*node, "layers", "a list of units, such as [16, 16]"))
        network.layers.push_back(
            static_cast<int>(whole_number(each, "a layer's number of units", 1, std::numeric_limits<int>::max())));
    if (const auto* node = from.get("activation"))
      network.activation =
          static_cast<Activation>(choice(*node, "activation", {"identity", "tanh", "relu", "softplus", "sigmoid"}));
    if (const auto* node = from.get("loss"))
      network.loss = static_cast<NetworkOptions::Loss>(choice(*node, "loss", {"squares", "softmax"}));
    if (const auto* node = from.get("init"))
      network.init = static_cast<NetworkOptions::Init>(choice(*node, "init", {"automatic", "he", "glorot"}));
    real(from, "dropout", below_one, "a probability from 0 to below 1", network.dropout);
    if (network.dropout > 0.0 && network.layers.empty())
      wrong(place_of(*from.get("dropout")), "dropout needs hidden units", "layers = [units, ...]");
    whole(from, "seed", 0, network.seed);
  }

  /// Products in floating point: they cannot overflow.
  void check_size(Place place) const {
    double parameters = 0.0, inputs = static_cast<double>(fit_.data.x.size()) + 1.0;
    std::vector<int> outputs =
        fit_.model.kind == RegressionKind::network ? fit_.model.network.layers : std::vector<int>{};
    outputs.push_back(static_cast<int>(std::max<std::size_t>(fit_.data.classes.size(), 1)));
    for (const int units : outputs) {
      parameters += inputs * units;
      inputs = units + 1.0;
    }
    if (parameters > most_parameters)
      wrong(place, "the model has " + to_text(parameters) + " parameters", "at most 10000000");
  }

  // ---- [data] ----

  void read_data(const toml::table& from, const toml::table& regression) {
    check_keys(from, "in [data]", {"columns", "rows", "file", "generate", "where", "missing", "decimal", "percent"});
    Names classes;
    if (const auto* node = regression.get("classes")) {
      if (!fit_.model.classifies())
        wrong(place_of(*node), "classes of a response that is a number", "none, or another kind or loss");
      classes = distinct_names(*node, "classes", "[\"no\", \"yes\"]");
      if (classes.size() < 2) wrong(place_of(*node), counted(classes.size(), "class"), "at least 2");
      if (fit_.model.kind == RegressionKind::logistic && classes.size() > 2)
        wrong(place_of(*node), "logistic regression with " + std::to_string(classes.size()) + " classes",
              "2, or kind = \"softmax\"");
    }
    if (const auto* node = regression.get("label_smoothing");
        fit_.model.label_smoothing > 0.0 && (!fit_.model.classifies() || fit_.model.kind == RegressionKind::hinge))
      wrong(place_of(*node), "label_smoothing of a loss without probabilities", "logistic, softmax, or no smoothing");
    if (const auto* node = from.get("generate")) {
      for (const char* other : {"columns", "rows", "file", "where", "missing", "decimal", "percent"})
        if (const auto* second = from.get(other))
          wrong(place_of(*second), "[data] has both generate and " + std::string(other), "one of them");
      read_generated(*node, std::move(classes), regression);
      return;
    }
    DataSet data;
    DataPlaces places;
    data.name = "data";
    places.table = place_of(from);
    read_table(from, data, places);
    check_table(data, places);
    select_rows(data, places, regression);
    choose_columns(data, places, regression);
    check_inputs(data, places);
    if (fit_.model.classifies()) check_labels(std::move(classes), data, places);
  }

  void read_generated(const toml::node& node, Names classes, const toml::table& regression) {
    const toml::table* from = node.as_table();
    const std::string example = "{ what = \"spirals\", samples = 200 }";
    if (from == nullptr) wrong(place_of(node), "'generate' is " + kind_of(node), example);
    check_keys(*from, "in generate", {"what", "samples", "noise", "classes", "inputs", "seed"});
    const toml::node* what = from->get("what");
    if (what == nullptr) wrong(place_of(node), "generate has no what", example);
    GenerateOptions options;
    const Names kinds = {"spirals", "sine", "blobs", "logistic"};
    options.what = kinds[choice(*what, "what", kinds)];
    whole(*from, "samples", 1, options.samples);
    real(*from, "noise", not_negative, "a number that is not negative", options.noise);
    whole(*from, "classes", 2, options.classes);
    whole(*from, "inputs", 1, options.inputs);
    whole(*from, "seed", 0, options.seed);
    for (const char* key : {"response", "inputs"})
      if (const auto* chosen = regression.get(key))
        wrong(place_of(*chosen), std::string(key) + " of a table that is generated", "none: all its columns are used");
    try {
      fit_.data = thalweg::generate(options);
    } catch (const Error& error) {
      const std::string problem = error.what(), separator = "; expected ";
      const auto cut = problem.find(separator);
      wrong(place_of(node), problem.substr(0, cut), problem.substr(cut + separator.size()));
    }
    const bool labels = !fit_.data.classes.empty();
    if (labels != fit_.model.classifies())
      wrong(place_of(*what), options.what + " makes " + (labels ? "classes" : "numbers"),
            labels ? "a kind or loss of classes" : "linear, or a network of squares");
    if (fit_.model.kind == RegressionKind::logistic && fit_.data.classes.size() > 2)
      wrong(place_of(node), "logistic regression with " + std::to_string(fit_.data.classes.size()) + " classes",
            "2, or kind = \"softmax\"");
    if (!classes.empty() && classes.size() != fit_.data.classes.size())
      wrong(place_of(*regression.get("classes")),
            counted(classes.size(), "name") + " but " + std::to_string(fit_.data.classes.size()) + " classes",
            "one each");
    if (!classes.empty()) fit_.data.classes = std::move(classes);
  }

  /// What the readers of curve fits leave to their common check.
  void check_table(const DataSet& data, const DataPlaces& places) const {
    std::set<std::string> seen;
    for (std::size_t i = 0; i < data.columns.size(); ++i)
      if (!seen.insert(data.columns[i]).second && !places.contents)
        wrong(i < places.columns.size() ? places.columns[i] : places.table,
              "two columns are named '" + data.columns[i] + "'", "distinct names");
    if (data.values.empty() || data.values[0].empty()) wrong(places.table, "there are no rows of data", "at least one");
  }

  /// Leaves out rows as [data] says; every column that is read must hold numbers.
  void select_rows(DataSet& data, DataPlaces& places, const toml::table& regression) {
    ColumnSelection columns(data, places);
    Names read;
    if (const auto* inputs = regression.get("inputs")) {
      read = distinct_names(*inputs, "inputs", "[\"x1\", \"x2\"]");
      if (const auto* response = regression.get("response")) read.push_back(text(*response, "response"));
    } else {
      read = data.columns;
    }
    for (const std::string& name : read) columns.use(name, name_, places.table);
    columns.apply(name_);
    fit_.missing_rows = data.missing_rows;
    fit_.excluded_rows = data.excluded_rows;
    if (places.contents) fit_.notes = places.contents->table.notes;
    fit_.notes.insert(fit_.notes.end(), columns.notes().begin(), columns.notes().end());
  }

  std::size_t column(const DataSet& data, Place place, const std::string& key, const std::string& name) const {
    const auto found = std::find(data.columns.begin(), data.columns.end(), name);
    if (found == data.columns.end())
      wrong(place, key + " names an unknown column " + quoted_with_hint(name, data.columns), list(data.columns));
    return static_cast<std::size_t>(found - data.columns.begin());
  }

  void choose_columns(const DataSet& data, const DataPlaces& places, const toml::table& regression) {
    const toml::node* response = regression.get("response");
    if (response == nullptr) wrong(place_of(regression), "[regression] has no response", "the name of a column");
    fit_.data.response = text(*response, "response");
    response_ = column(data, place_of(*response), "response", fit_.data.response);
    fit_.data.y = data.values[response_];
    if (const auto* inputs = regression.get("inputs")) {
      for (const std::string& name : distinct_names(*inputs, "inputs", "[\"x1\", \"x2\"]")) {
        columns_.push_back(column(data, place_of(*inputs), "inputs", name));
        if (columns_.back() == response_)
          wrong(place_of(*inputs), "'" + name + "' is both the response and an input", "one of the two");
      }
    } else {
      for (std::size_t j = 0; j < data.columns.size(); ++j)
        if (j != response_) columns_.push_back(j);
    }
    if (columns_.empty() && (!fit_.model.intercept || fit_.model.kind == RegressionKind::network))
      wrong(places.table, "there are no inputs", "at least one column beside the response");
    for (const std::size_t j : columns_) {
      fit_.data.inputs.push_back(data.columns[j]);
      fit_.data.x.push_back(data.values[j]);
    }
  }

  void check_inputs(const DataSet& data, const DataPlaces& places) const {
    for (const std::size_t j : columns_)
      if (const auto complaint = regression::constant_input(fit_.model, data.columns[j], data.values[j]))
        fail(places.cell_file, places.cell(0, j), complaint->problem, complaint->expected);
  }

  void check_labels(Names classes, const DataSet& data, const DataPlaces& places) {
    const std::vector<double>& y = data.values[response_];
    const auto complain = [&](std::size_t row, const regression::Complaint& complaint) {
      fail(places.cell_file, places.cell(row, response_), complaint.problem, complaint.expected);
    };
    std::size_t count = classes.size();
    if (count == 0) {  // as many as the labels say, and no more than there are rows
      for (std::size_t row = 0; row < y.size(); ++row)
        if (const auto complaint = regression::wrong_label(y[row], row, y.size() + 1)) complain(row, *complaint);
      count = std::max<std::size_t>(2, static_cast<std::size_t>(*std::max_element(y.begin(), y.end())) + 1);
      if (fit_.model.kind == RegressionKind::logistic) count = 2;
      for (std::size_t k = 0; k < count; ++k) classes.push_back(std::to_string(k));
    }
    for (std::size_t row = 0; row < y.size(); ++row)
      if (const auto complaint = regression::wrong_label(y[row], row, count)) complain(row, *complaint);
    fit_.data.classes = std::move(classes);
    if (const auto complaint = regression::missing_class(fit_.data))
      wrong(places.table, complaint->problem, complaint->expected);
  }

  // ---- how it is solved and what is known ----

  void read_split(const toml::table& from) {
    check_keys(from, "in [split]", {"validation", "seed"});
    fit_.split = RegressionFit::Split{};
    RegressionFit::Split& split = *fit_.split;
    real(from, "validation", inside, "a number between 0 and 1", split.validation);
    whole(from, "seed", 0, split.seed);
    try {
      split_rows(fit_.data, split.validation, split.seed);
    } catch (const Error&) {
      wrong(place_of(from), "a validation part of " + to_text(split.validation) + " leaves one part empty",
            "more samples");
    }
  }

  void read_choice(const toml::table& from) {
    check_keys(from, "in [cross_validation]", {"folds", "l2", "l1", "seed"});
    fit_.cross_validation = RegressionFit::Choice{};
    RegressionFit::Choice& choice = *fit_.cross_validation;
    whole(from, "seed", 0, choice.seed);
    whole(from, "folds", 2, choice.folds);
    if (choice.folds > fit_.data.samples())
      wrong(place_of(from),
            counted(static_cast<std::size_t>(choice.folds), "fold") + " of " + counted(fit_.data.y.size(), "sample"),
            "at most as many");
    const toml::node *l2 = from.get("l2"), *l1 = from.get("l1");
    if ((l2 == nullptr) == (l1 == nullptr))
      wrong(place_of(l2 ? *l1 : static_cast<const toml::node&>(from)),
            l2 ? "[cross_validation] has both l2 and l1" : "[cross_validation] has nothing to choose from",
            "l2 = [...] or l1 = [...]");
    const char* key = l2 ? "l2" : "l1";
    std::vector<double>& values = l2 ? choice.l2 : choice.l1;
    for (const toml::node& each : list_of(l2 ? *l2 : *l1, key, "a list of penalties, such as [0.01, 0.1, 1]"))
      values.push_back(real(each, std::string("a penalty ") + key, not_negative, "a number that is not negative"));
    if (values.empty()) wrong(place_of(l2 ? *l2 : *l1), std::string("'") + key + "' is empty", "at least one penalty");
  }

  void read_training(const toml::table& from) {
    check_keys(from, "in [training]", {"batch_size", "epochs", "rate", "patience"});
    whole(from, "batch_size", 1, fit_.training.batch_size);
    whole(from, "epochs", 1, fit_.training.epochs);
    whole(from, "patience", 1, fit_.training.patience);
    real(from, "rate", positive, "a positive number", fit_.training.rate);
    if (fit_.training.batch_size > fit_.data.samples())
      wrong(place_of(*from.get("batch_size")), "batch_size is " + std::to_string(fit_.training.batch_size),
            "at most the number of samples, " + std::to_string(fit_.data.samples()));
    if (fit_.training.patience > 0 && !fit_.split)
      wrong(place_of(*from.get("patience")), "patience needs a validation part", "[split]");
  }

  void read_certified(const toml::table& from) {
    if (fit_.model.kind != RegressionKind::linear)
      wrong(place_of(from), "[certified] of a model that is not linear", "kind = \"linear\"");
    Names allowed = fit_.data.inputs;
    if (fit_.model.intercept) allowed.insert(allowed.begin(), "intercept");
    const Names parameters = allowed;
    allowed.push_back(sum_key);
    check_keys(from, "in [certified]", allowed);
    for (const std::string& name : parameters)
      if (const toml::node* node = from.get(name)) {
        const FitParameter::Certified value = read_certified_value(*node, name);
        fit_.certified.push_back({name, value.value, value.error});
      }
    if (const toml::node* node = from.get(sum_key)) fit_.certified_residual_sum_of_squares = read_certified_sum(*node);
  }

  void read_constraints(const toml::table& from) {
    const auto refuse = [&](const std::string& other, const char* expected) {
      wrong(place_of(from), "[constraints] does not go with " + other, expected);
    };
    const RegressionOptions& model = fit_.model;
    if (model.kind == RegressionKind::hinge) refuse("kind = \"hinge\"", "a regression with a smooth loss");
    if (model.l1 > 0.0 || std::isfinite(model.max_norm)) refuse("l1 or max_norm", "l2, or no penalty");
    if (fit_.cross_validation) refuse("[cross_validation]", "one penalty");
    const Names names = coefficient_names();
    for (const Entry& entry : entries(from)) {
      const std::string expression = text(*entry.node, entry.name);
      PlacedEquation placed;
      placed.add_string(place_of(*entry.node), expression, lines_);
      const auto complain = [&](int offset, const std::string& problem, const std::string& expected) {
        fail(name_, placed.places.at(placed.text, static_cast<std::size_t>(std::max(0, offset))),
             "constraint '" + entry.name + "': " + problem, expected);
      };
      try {
        const Formula difference = Condition::parse(placed.text).difference();
        for (const Formula::Name& used : difference.names())
          if (std::find(names.begin(), names.end(), used.name) == names.end())
            complain(0, "unknown coefficient " + quoted_with_hint(used.name, names), list(names));
      } catch (const FormulaError& error) {
        complain(error.where.begin, error.problem, error.expected);
      }
      fit_.constraints.push_back({entry.name, placed.text});
    }
  }

  Names coefficient_names() const {
    Names names;
    const RegressionModel model(fit_.model, fit_.data);
    for (std::int64_t i = 0; i < model.parameters(); ++i) names.push_back(model.name(i));
    return names;
  }

  RegressionFit fit_;
  std::size_t response_ = 0;          // column of the table
  std::vector<std::size_t> columns_;  // of the inputs
};

}  // namespace
}  // namespace reading

RegressionFit read_regression(std::string_view text, const std::string& name, const std::string& folder) {
  return reading::RegressionReader(text, name, folder).read();
}

}  // namespace thalweg::inline v0_1
