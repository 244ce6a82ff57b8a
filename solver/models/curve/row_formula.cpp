#include "models/curve/row_formula.hpp"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include <thalweg/formula/formula.hpp>
#include <thalweg/models/row_noise.hpp>

#include "io/text_numbers.hpp"

namespace thalweg::inline v0_1::reading {

std::optional<std::size_t> column_named(const DataSet& data, std::string_view text) {
  const auto found = std::find(data.columns.begin(), data.columns.end(), trim(text));
  if (found == data.columns.end()) return std::nullopt;
  return static_cast<std::size_t>(found - data.columns.begin());
}

std::optional<std::size_t> column_read(const DataSet& data, const std::string& text) {
  if (const auto named = column_named(data, text)) return named;
  const Formula formula = Formula::parse(text);
  for (const auto* names : {&formula.names(), &formula.constants()})
    for (const Formula::Name& name : *names)
      if (const auto found = column_named(data, name.name)) return found;
  return std::nullopt;
}

std::vector<double> row_values(const DataSet& data, const std::string& text) {
  if (const auto column = column_named(data, text)) return data.values[*column];
  const std::size_t rows = data.values.empty() ? 0 : data.values[0].size();
  const FormulaModel model({"", Formula::parse("0"), Formula::parse(text)}, {{}, data.columns}, data.values);
  std::vector<double> values(rows);
  model.predict(nullptr, 0, static_cast<std::int64_t>(rows), values.data());
  return values;
}

std::optional<WrongRow> wrong_row(const std::vector<double>& values, bool may_be_zero) {
  for (std::size_t row = 0; row < values.size(); ++row)
    if (!std::isfinite(values[row]) || values[row] < 0.0 || (values[row] == 0.0 && !may_be_zero))
      return WrongRow{row, values[row]};
  return std::nullopt;
}

}  // namespace thalweg::inline v0_1::reading

namespace thalweg::inline v0_1 {

std::optional<RowFormulaMistake> mistake_in_row_formula(const std::string& text, const RowFormulaNames& names) {
  const std::string whole(reading::trim(text));
  if (whole.empty()) return RowFormulaMistake{"is empty", "a column, a number or a formula of columns"};
  if (names.is_column(whole)) return std::nullopt;
  if (whole.back() == '%') {
    const auto number = reading::parse_number(reading::trim(std::string_view(whole).substr(0, whole.size() - 1)));
    if (number.kind == reading::Number::Kind::number)
      return RowFormulaMistake{"'" + whole + "' is neither a column nor a number",
                               fmt::format("{}*abs({}) for a part of what was measured", number.value / 100.0,
                                           reading::trim(names.response))};
  }
  try {
    const Formula formula = Formula::parse(whole);
    for (const Formula::Name& name : formula.constants()) names.is_column(name.name);
    for (const Formula::Name& name : formula.names()) {
      if (names.is_column(name.name)) continue;
      if (std::find(names.parameters.begin(), names.parameters.end(), name.name) != names.parameters.end())
        return RowFormulaMistake{
            "'" + whole + "' depends on the parameter '" + name.name + "'",
            "columns and numbers: noise that depends on the fit needs a likelihood, such as noise poisson for counts"};
      return RowFormulaMistake{"unknown column " + reading::quoted_with_hint(name.name, names.columns),
                               reading::list(names.spellings)};
    }
  } catch (const FormulaError& error) {
    return RowFormulaMistake{
        fmt::format("'{}' is no column, and as a formula, column {}: {}", whole, error.where.begin + 1, error.problem),
        error.expected};
  }
  return std::nullopt;
}

}  // namespace thalweg::inline v0_1
