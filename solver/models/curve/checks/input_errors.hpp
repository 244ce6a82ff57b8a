// Errors of the inputs of an equation: which inputs, and whether they make sense. Private to the readers.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <thalweg/formula/formula.hpp>
#include <thalweg/models/curve_fit.hpp>
#include "models/curve/draft.hpp"
#include "models/curve/selection.hpp"

namespace thalweg::inline v0_1::reading {

/// Whether the response of an equation is a constant, so that the equation holds exactly at the true inputs.
bool is_implicit(const Equation& equation);
/// The same of a text; false for one that is no equation.
bool is_implicit(const std::string& equation);

/// The columns that a formula reads, itself or by definitions, which are in order.
std::vector<std::string> columns_of(const Formula& formula, std::span<const Definition> definitions,
                                    const DataSet& data);

/// Looks at DataSet::input_errors and the correlation once the columns of the equation are chosen: gives each error its
/// input, and notes the columns that hold standard deviations as read. Throws FileError.
void choose_input_errors(const std::string& file, const Equation& equation, std::span<const Definition> definitions,
                         DataSet& data, const DataPlaces& places, ColumnSelection& columns);
/// Looks at the values. Throws FileError.
void check_input_errors(const std::string& file, const DataSet& data, const DataPlaces& places);

/// A distance from the curve is linear in no parameter. Throws FileError where one is marked so.
void refuse_linear_parameters(const Draft& draft);

/// A column that is not read, and whose name says that it is the error of an input, such as dx, x_err or sigma_x; with
/// what to tell the reader.
struct UnreadInputError {
  std::string column, note;
};
std::vector<UnreadInputError> unread_input_errors(const Equation& equation, std::span<const Definition> definitions,
                                                  const DataSet& data, const DataPlaces& places,
                                                  const ColumnSelection& columns);

}  // namespace thalweg::inline v0_1::reading
