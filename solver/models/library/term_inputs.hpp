// The rows of a data set that a search for starts looks at. Private to the library.
#pragma once

#include <string>
#include <vector>

#include <Eigen/Core>

#include <thalweg/models/model_library.hpp>

namespace thalweg::inline v0_1::library {

/// At most 4,000 rows, spread over the first input, and over the others as they come.
class Sample {
 public:
  Sample(const DataSet& data, const std::vector<ModelTerm>& terms);

  const DataSet& data() const { return data_; }
  const std::vector<std::vector<double>>& values() const { return values_; }
  /// 1/σ of each row, or 1.
  Eigen::VectorXd weights() const;
  /// The values of an expression of columns and of parameters that have a start.
  Eigen::VectorXd input(const std::string& expression, const CurveFit& fit) const;

 private:
  const DataSet& data_;
  std::vector<std::vector<double>> values_;
};

}  // namespace thalweg::inline v0_1::library
