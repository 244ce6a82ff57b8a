#include "models/curve/toml/toml_noise.hpp"

#include <algorithm>
#include <cmath>
#include <filesystem>

#include <fmt/format.h>

#include <thalweg/models/row_noise.hpp>
#include <thalweg/table/table.hpp>

#include "models/curve/checks/noise_check.hpp"
#include "models/curve/row_formula.hpp"

namespace thalweg::inline v0_1::reading {
namespace {

/// Of m rows, column k holds the covariance with the row k before; those before the first row are 0.
LowerRows from_bands(const std::string& file, const Table& table) {
  const std::size_t bands = table.values.size(), m = table.values[0].size();
  LowerRows rows(m);
  for (std::size_t i = 0; i < m; ++i)
    for (std::size_t k = bands; k-- > 0;) {
      const double value = table.values[k][i];
      if (k <= i)
        rows[i].push_back(value);
      else if (value != 0.0)
        fail(file, {},
             fmt::format("row {}, column {} of the bands is {}, for a row before the first", i + 1, k + 1, value), "0");
    }
  return rows;
}

/// Blocks below one another, each as high as the table is wide; one is repeated to m rows.
LowerRows from_blocks(const std::string& file, const Table& table, std::size_t m) {
  const std::size_t width = table.values.size(), height = table.values[0].size();
  const bool repeated = height == width;
  if (height % width != 0 || (!repeated && height != m) || m % width != 0)
    fail(file, {},
         fmt::format("blocks of {} in {} do not fit {} of data", counted(static_cast<long long>(width), "column"),
                     counted(static_cast<long long>(height), "row"), counted(static_cast<long long>(m), "row")),
         "whole blocks, one of them or as many as there are");
  LowerRows rows(m);
  for (std::size_t i = 0; i < m; ++i) {
    const std::size_t begin = i - i % width, from = repeated ? 0 : begin;
    for (std::size_t j = 0; j <= i - begin; ++j) {
      const double below = table.values[j][from + i - begin], above = table.values[i - begin][from + j];
      if (below != above)
        fail(file, {},
             fmt::format("the block of row {} has {} in column {}, and {} on the other side of its diagonal", i + 1,
                         below, j + 1, above),
             "symmetric blocks");
      rows[i].push_back(below);
    }
  }
  return rows;
}

}  // namespace

std::string TomlNoise::row_formula(const toml::node& node, const std::string& name, const DataSet& data) const {
  if (node.is_string()) return text(node, name);
  const std::string value = to_text(number(node, name, "a column, a number or a formula of columns"));
  // A number is no column, even where one is called so.
  return column_named(data, value) ? "(" + value + ")" : value;
}

std::string TomlNoise::path_of(const toml::node& node, const std::string& name) const {
  const std::string file = text(node, name);
  if (file.empty()) wrong(place_of(node), "'" + name + "' is empty", "the name of a table of numbers");
  return (std::filesystem::path(folder_) / file).string();
}

LowerRows TomlNoise::inline_covariance(const toml::array& rows) const {
  const std::size_t m = rows.size();
  const std::string expected = "rows up to the diagonal, [[4], [1, 4]], or whole ones";
  LowerRows lower;
  for (std::size_t i = 0; i < m; ++i) {
    const toml::node& node = *rows.get(i);
    const std::string which = fmt::format("row {} of the covariance", i + 1);
    const toml::array* row = node.as_array();
    if (row == nullptr) wrong(place_of(node), which + " is " + kind_of(node), expected);
    const bool whole = rows.get(0)->as_array()->size() == m;
    if (row->empty() || (whole && m > 1 ? row->size() != m : row->size() > i + 1))
      wrong(place_of(node), which + " has " + counted(static_cast<long long>(row->size()), "number"), expected);
    std::vector<double>& to = lower.emplace_back();
    for (std::size_t j = 0; j < row->size(); ++j) {
      const double value = real(
          *row->get(j), which, [](double) { return true; }, "finite numbers");
      if (!whole || j <= i) to.push_back(value);
      if (whole && j < i) {
        const double above = number(*rows.get(j)->as_array()->get(i), which);
        if (value != above)
          wrong(place_of(*row->get(j)),
                fmt::format("the covariance in row {}, column {} is {}, and in row {}, column {} it is {}", i + 1,
                            j + 1, value, j + 1, i + 1, above),
                "a symmetric matrix");
      }
    }
  }
  return lower;
}

void TomlNoise::read_covariance_of(const toml::node& node, const DataSet& data, DataPlaces& places) const {
  places.covariance = place_of(node);
  if (const toml::array* rows = node.as_array()) {
    if (rows->empty()) wrong(place_of(node), "'covariance' is empty", "as many rows as the data have");
    places.covariance_rows = inline_covariance(*rows);
    return;
  }
  if (node.is_string()) {
    places.covariance_file = path_of(node, "covariance");
    places.covariance_rows = read_covariance(places.covariance_file);
    return;
  }
  const toml::table* details = node.as_table();
  if (details == nullptr)
    wrong(place_of(node), "'covariance' is " + kind_of(node),
          "the name of a file, { file = \"...\", form = \"bands\" } or rows");
  check_keys(*details, "in covariance", {"file", "form"});
  const toml::node *file = details->get("file"), *form = details->get("form");
  if (file == nullptr) wrong(place_of(node), "covariance has no file", "{ file = \"...\", form = \"bands\" }");
  places.covariance_file = path_of(*file, "file");
  const std::size_t kind = form == nullptr ? 0 : choice(*form, "form", {"dense", "bands", "blocks"});
  if (kind == 0) {
    places.covariance_rows = read_covariance(places.covariance_file);
    return;
  }
  const Table table = thalweg::read_table(places.covariance_file);
  places.covariance_rows =
      kind == 1 ? from_bands(places.covariance_file, table)
                : from_blocks(places.covariance_file, table, data.values.empty() ? 0 : data.values[0].size());
}

Autocorrelation TomlNoise::read_autocorrelation(const toml::node& node) const {
  Autocorrelation a;
  const toml::table* details = node.as_table();
  if (details == nullptr) {
    a.correlation = number(node, "autocorrelation", "a number or { correlation = 0.6, at = \"t\" }");
    return a;
  }
  check_keys(*details, "in autocorrelation", {"correlation", "at"});
  const toml::node *value = details->get("correlation"), *at = details->get("at");
  if (value == nullptr)
    wrong(place_of(node), "autocorrelation has no correlation", "{ correlation = 0.6, at = \"t\" }");
  a.correlation = number(*value, "correlation");
  if (at != nullptr) {
    a.at = text(*at, "at");
    if (a.at.empty()) wrong(place_of(*at), "'at' is empty", "the name of a column");
  }
  return a;
}

void TomlNoise::read_row_noise(const toml::table& entry, DataSet& data, DataPlaces& places) const {
  const auto formula = [&](const char* name, std::string& target, Place& place) {
    const toml::node* node = entry.get(name);
    if (node == nullptr) return;
    place = place_of(*node);
    target = row_formula(*node, name, data);
    if (trim(target).empty())
      wrong(place, "'" + std::string(name) + "' is empty", "a column, a number or a formula of columns");
  };
  formula("sigma", data.sigma, places.sigma);
  formula("weights", data.weights, places.weights);
  if (const auto* covariance = entry.get("covariance")) read_covariance_of(*covariance, data, places);
  if (const auto* autocorrelation = entry.get("autocorrelation")) {
    places.autocorrelation = place_of(*autocorrelation);
    data.autocorrelation = read_autocorrelation(*autocorrelation);
  }
  if (const auto* noise = entry.get("noise")) data.counts = choice(*noise, "noise", {"poisson", "normal"}) == 0;
}

void TomlNoise::read_fit_noise(const toml::node* node, Draft& draft) const {
  CurveFit& fit = draft.fit;
  const Names known_names = {"known", "estimated", "estimated-per-data-set", "poisson"};
  const std::size_t kind = node == nullptr ? 1 : choice(*node, "noise", known_names);
  if (kind == 3)
    for (DataSet& data : fit.data) data.counts = true;
  const bool only_counts =
      std::all_of(fit.data.begin(), fit.data.end(), [](const DataSet& data) { return data.counts; });
  fit.scale_per_data_set = kind == 2;
  if (kind == 0 || (only_counts && kind != 2)) fit.noise = Noise::known;
  for (std::size_t i = 0; i < fit.data.size() && kind == 0; ++i) {
    if (has_deviations(fit.data[i], draft.data[i])) continue;
    wrong(place_of(*node), "the noise is known but data set '" + fit.data[i].name + "' has no standard deviations",
          "sigma, weights or a covariance in [data]");
  }
}

}  // namespace thalweg::inline v0_1::reading
