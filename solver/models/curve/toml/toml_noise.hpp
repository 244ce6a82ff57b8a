// How a problem file states the noise of a curve fit. Private to the readers.
#pragma once

#include <string>

#include "models/curve/toml/toml_values.hpp"

namespace thalweg::inline v0_1::reading {

class TomlNoise : public TomlValues {
 public:
  using TomlValues::TomlValues;

 protected:
  /// sigma, weights, covariance, autocorrelation and noise of a [data] table whose columns are read.
  void read_row_noise(const toml::table& entry, DataSet& data, DataPlaces& places) const;
  /// noise of [fit], if it is there, for all data sets.
  void read_fit_noise(const toml::node* node, Draft& draft) const;

 private:
  std::string row_formula(const toml::node& node, const std::string& name, const DataSet& data) const;
  void read_covariance_of(const toml::node& node, const DataSet& data, DataPlaces& places) const;
  LowerRows inline_covariance(const toml::array& rows) const;
  std::string path_of(const toml::node& node, const std::string& name) const;
  Autocorrelation read_autocorrelation(const toml::node& node) const;
};

}  // namespace thalweg::inline v0_1::reading
