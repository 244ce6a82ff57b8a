// What may be asked of a regression, and whether a table fits it.
#include <algorithm>
#include <cmath>

#include <fmt/format.h>
#include <thalweg/base/error.hpp>

#include <base/names.hpp>
#include "models/regression/checks.hpp"

namespace thalweg::inline v0_1 {

namespace {

constexpr Name<RegressionKind> kinds[] = {
    {"linear", RegressionKind::linear}, {"logistic", RegressionKind::logistic}, {"softmax", RegressionKind::softmax},
    {"hinge", RegressionKind::hinge},   {"network", RegressionKind::network},
};

}  // namespace

std::string_view to_string(RegressionKind kind) { return name_of(kinds, kind); }

namespace {

constexpr Name<Activation> activations[] = {
    {"identity", Activation::identity}, {"tanh", Activation::tanh},       {"relu", Activation::relu},
    {"softplus", Activation::softplus}, {"sigmoid", Activation::sigmoid},
};

}  // namespace

std::string_view to_string(Activation activation) { return name_of(activations, activation); }

bool RegressionOptions::classifies() const {
  return kind == RegressionKind::network ? network.loss == NetworkOptions::Loss::softmax
                                         : kind != RegressionKind::linear;
}

void RegressionOptions::validate() const {
  const auto wrong = [](std::string_view field, double value, std::string_view expected) {
    throw Error(fmt::format("{} is {}; expected {}", field, value, expected));
  };
  if (!(l2 >= 0.0) || std::isinf(l2)) wrong("l2", l2, "a finite number that is not negative");
  if (!(l1 >= 0.0) || std::isinf(l1)) wrong("l1", l1, "a finite number that is not negative");
  if (!(max_norm > 0.0)) wrong("max_norm", max_norm, "a positive number");
  if (!(label_smoothing >= 0.0) || !(label_smoothing < 1.0))
    wrong("label_smoothing", label_smoothing, "a number from 0 to below 1");
  if (label_smoothing > 0.0 && (!classifies() || kind == RegressionKind::hinge))
    throw Error(
        fmt::format("label_smoothing means nothing to {}; expected logistic, softmax or a network with that loss",
                    classifies() ? to_string(kind) : "numbers"));
  const bool affine = kind != RegressionKind::network;
  if (affine && standardize && !intercept)
    throw Error("standardize shifts the inputs, which only an intercept can take up; expected intercept = true");
  if (affine) return;
  if (!intercept) throw Error("a network has biases; expected intercept = true");
  if (!(network.dropout >= 0.0) || !(network.dropout < 1.0))
    wrong("dropout", network.dropout, "a probability from 0 to below 1");
  for (const int units : network.layers)
    if (units < 1) wrong("a layer's number of units", units, "at least 1");
  if (network.dropout > 0.0 && network.layers.empty())
    throw Error("dropout needs hidden units; expected layers = [units, ...]");
}

RegressionData RegressionData::rows(std::span<const std::int64_t> which) const {
  RegressionData part;
  part.response = response;
  part.inputs = inputs;
  part.classes = classes;
  for (const std::int64_t i : which) part.y.push_back(y.at(static_cast<std::size_t>(i)));
  for (const std::vector<double>& column : x) {
    std::vector<double>& to = part.x.emplace_back();
    for (const std::int64_t i : which) to.push_back(column[static_cast<std::size_t>(i)]);
  }
  return part;
}

namespace regression {

std::string expected_labels(std::size_t classes) {
  if (classes == 2) return "0 or 1";
  if (classes == 3) return "0, 1 or 2";
  return fmt::format("a whole number from 0 to {}", classes - 1);
}

std::optional<Complaint> wrong_label(double y, std::size_t row, std::size_t classes) {
  if (y >= 0.0 && y < static_cast<double>(classes) && y == std::floor(y)) return std::nullopt;
  return Complaint{fmt::format("label {} in row {}", y, row + 1), expected_labels(classes)};
}

std::optional<Complaint> constant_input(const RegressionOptions& options, const std::string& name,
                                        const std::vector<double>& column) {
  const bool constant = std::all_of(column.begin(), column.end(), [&](double v) { return v == column[0]; });
  const bool network = options.kind == RegressionKind::network;
  if (!constant || (network && !options.standardize) || !options.intercept) return std::nullopt;
  if (network)
    return Complaint{fmt::format("input '{}' is {} in every row and cannot be standardised", name, column[0]),
                     "an input that varies, or standardize = false"};
  return Complaint{fmt::format("input '{}' is {} in every row, as the intercept is 1", name, column[0]),
                   "an input that varies, or intercept = false"};
}

std::optional<Complaint> missing_class(const RegressionData& data) {
  std::vector<bool> seen(data.classes.size());
  for (const double label : data.y) seen[static_cast<std::size_t>(label)] = true;
  for (std::size_t k = 0; k < seen.size(); ++k)
    if (!seen[k]) return Complaint{fmt::format("class '{}' has no samples", data.classes[k]), "one of each at least"};
  return std::nullopt;
}

namespace {

void raise(const std::optional<Complaint>& complaint) {
  if (complaint) throw Error(complaint->problem + "; expected " + complaint->expected);
}

void check_columns(const RegressionData& data) {
  if (data.x.size() != data.inputs.size())
    throw Error(fmt::format("{} columns of inputs but {} names; expected one each", data.x.size(), data.inputs.size()));
  if (data.y.empty()) throw Error("there are no samples; expected at least one");
  for (std::size_t j = 0; j <= data.x.size(); ++j) {
    const bool input = j < data.x.size();
    const std::vector<double>& column = input ? data.x[j] : data.y;
    const std::string& name = input ? data.inputs[j] : data.response;
    if (column.size() != data.y.size())
      throw Error(fmt::format("input '{}' has {} numbers but there are {} samples; expected one each", name,
                              column.size(), data.y.size()));
    for (std::size_t i = 0; i < column.size(); ++i)
      if (!std::isfinite(column[i]))
        throw Error(fmt::format("row {}, column '{}' is {}; expected a finite number", i + 1, name, column[i]));
  }
}

}  // namespace

void check(const RegressionOptions& options, const RegressionData& data) {
  options.validate();
  check_columns(data);
  if (data.x.empty() && (!options.intercept || options.kind == RegressionKind::network))
    throw Error("there are no inputs; expected at least one");
  for (std::size_t j = 0; j < data.x.size(); ++j) raise(constant_input(options, data.inputs[j], data.x[j]));
  if (!options.classifies()) {
    if (!data.classes.empty()) throw Error("classes beside a response that is a number; expected none");
    return;
  }
  const std::size_t classes = data.classes.size();
  if (classes < 2) throw Error(fmt::format("{} classes; expected at least 2", classes));
  if (options.kind == RegressionKind::logistic && classes > 2)
    throw Error(fmt::format("logistic regression with {} classes; expected 2, or softmax", classes));
  for (std::size_t i = 0; i < data.y.size(); ++i) raise(wrong_label(data.y[i], i, classes));
  raise(missing_class(data));
}

}  // namespace regression
}  // namespace thalweg::inline v0_1
