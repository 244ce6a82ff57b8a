// What is wrong with a table, as readers, which know its place, and models, which do not, both say it. Private to the
// floor.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include <thalweg/models/regression.hpp>

namespace thalweg::inline v0_1::regression {

struct Complaint {
  std::string problem, expected;
};

/// "0, 1 or 2".
std::string expected_labels(std::size_t classes);
/// "label 3 in row 17"; `row` counts from 0.
std::optional<Complaint> wrong_label(double y, std::size_t row, std::size_t classes);
/// One that cannot be told from the intercept, or not be standardised.
std::optional<Complaint> constant_input(const RegressionOptions& options, const std::string& name,
                                        const std::vector<double>& column);
std::optional<Complaint> missing_class(const RegressionData& data);

/// Throws Error for whatever is wrong.
void check(const RegressionOptions& options, const RegressionData& data);

}  // namespace thalweg::inline v0_1::regression
