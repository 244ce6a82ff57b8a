// The checks of how the noise of a data set is stated. Private to the readers.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "models/curve/draft.hpp"
#include "models/curve/selection.hpp"

namespace thalweg::inline v0_1::reading {

/// Whether each row has a standard deviation that may be meant absolutely.
bool has_deviations(const DataSet& data, const DataPlaces& places);

class NoiseCheck {
 public:
  NoiseCheck(const CurveFit& fit, DataSet& data, DataPlaces& places);

  /// Refuses what does not go together.
  void refuse_contradictions() const;
  /// Notes the columns that the noise reads.
  void choose_columns(ColumnSelection& columns, const std::vector<std::string>& parameters) const;
  /// After rows were left out: leaves out rows of weight 0, which note() is told of, checks every value, and fits the
  /// covariance to the rows that are left.
  void check_values(ColumnSelection& columns, const std::function<void(const std::string&)>& note) const;

 private:
  void check_deviations(const std::string& text, const char* key, Place place, bool may_be_zero,
                        std::vector<double>& values) const;
  void leave_out_weightless(ColumnSelection& columns, const std::function<void(const std::string&)>& note) const;
  void check_counts() const;
  void check_covariance(const ColumnSelection& columns) const;
  void check_autocorrelation(const ColumnSelection& columns) const;
  std::string key(const char* name) const { return (places_.named_by_keys ? "" : "--") + std::string(name); }
  Place cell(std::size_t row, std::size_t column) const {
    return places_.cell ? places_.cell(row, column) : places_.table;
  }

  const CurveFit& fit_;
  DataSet& data_;
  DataPlaces& places_;
  const std::string& file_;
};

}  // namespace thalweg::inline v0_1::reading
