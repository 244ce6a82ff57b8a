// The checks that all formats of curve fits share.
#include "problems/draft.hpp"

#include <algorithm>
#include <cmath>
#include <optional>
#include <unordered_map>
#include <unordered_set>
#include <utility>

#include <thalweg/problems/formula.hpp>

namespace thalweg::reading {
namespace {

bool is_letter(char c) { return c == '_' || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c & 0x80) != 0; }
bool is_digit(char c) { return c >= '0' && c <= '9'; }

/// What a name means in a formula, asked of the formula language itself.
enum class NameKind { free, constant, no_letter_first, invalid };
NameKind kind_of(const std::string& name) {
  if (name.empty() || !is_letter(name[0])) return NameKind::no_letter_first;
  if (!std::all_of(name.begin(), name.end(), [](char c) { return is_letter(c) || is_digit(c); }))
    return NameKind::invalid;
  try {
    const Formula formula = Formula::parse(name);
    if (formula.names().empty()) return NameKind::constant;
    return formula.names().size() == 1 && formula.names()[0].name == name ? NameKind::free : NameKind::invalid;
  } catch (const FormulaError&) {
    return NameKind::invalid;
  }
}

/// The names in an equation, constants and functions among them.
std::vector<Word> identifiers(std::string_view equation) {
  std::vector<Word> result;
  for (std::size_t i = 0; i < equation.size();) {
    const std::size_t begin = i;
    if (is_letter(equation[i])) {
      while (i < equation.size() && (is_letter(equation[i]) || is_digit(equation[i]))) ++i;
      result.push_back({equation.substr(begin, i - begin), begin});
    } else if (is_digit(equation[i]) || equation[i] == '.') {
      // The e of 1e-3 is no name.
      while (i < equation.size() && (is_letter(equation[i]) || is_digit(equation[i]) || equation[i] == '.')) ++i;
    } else {
      ++i;
    }
  }
  return result;
}

class Checker {
 public:
  explicit Checker(Draft& draft)
      : draft_(draft), fit_(draft.fit), file_(draft.fit.file), used_(fit_.parameters.size()) {
    for (const FitParameter& parameter : fit_.parameters) {
      index_.emplace(parameter.name, names_.size());
      names_.push_back(parameter.name);
    }
  }

  void run() {
    check_parameters();
    check_start_counts();
    for (std::size_t i = 0; i < fit_.data.size(); ++i) {
      check_columns(fit_.data[i], draft_.data[i]);
      check_equation(fit_.data[i], draft_.data[i]);
      check_values(fit_.data[i], draft_.data[i]);
    }
    check_all_used();
    check_counts();
  }

 private:
  void check_parameters() {
    if (fit_.parameters.empty()) {
      fail(file_, draft_.parameter_list, "there are no parameters", "at least one to fit");
    }
    for (std::size_t i = 0; i < fit_.parameters.size(); ++i) {
      FitParameter& parameter = fit_.parameters[i];
      const auto wrong = [&](const std::string& problem, const std::string& expected) {
        fail(file_, draft_.parameters[i], "parameter '" + parameter.name + "' " + problem, expected);
      };
      if (index_.at(parameter.name) != i) {
        fail(file_, draft_.parameters[i], "two parameters are named '" + parameter.name + "'", "distinct names");
      }
      const NameKind kind = kind_of(parameter.name);
      if (kind == NameKind::constant) wrong("has the name of a constant", "another name");
      if (kind == NameKind::no_letter_first) wrong("is not a name", "a letter first");
      if (kind == NameKind::invalid) {
        wrong("has a name that formulas cannot use",
              "letters, digits and _, beginning with a letter, and not a function's name");
      }
      check_parameter(parameter, wrong);
    }
  }

  template <class Wrong>
  static void check_parameter(FitParameter& parameter, const Wrong& wrong) {
    const double lower = parameter.lower, upper = parameter.upper;
    if (parameter.starts.empty()) wrong("has no start", "start = a number");
    if (std::isnan(lower) || std::isnan(upper)) wrong("has a bound that is nan", "a number");
    if (lower > upper) {
      wrong("has lower " + to_text(lower) + " above upper " + to_text(upper), "lower <= upper");
    }
    for (const double start : parameter.starts) {
      if (!std::isfinite(start)) {
        wrong("has the start " + to_text(start), "a finite number");
      }
      if (start < lower || start > upper) {
        wrong("starts at " + to_text(start) + ", outside its bounds",
              "a start from " + to_text(lower) + " to " + to_text(upper));
      }
    }
    if (lower == upper) parameter.fixed = true;
    if (parameter.prior) {
      if (parameter.fixed) wrong("is fixed and has a prior", "one of the two");
      if (!std::isfinite(parameter.prior->mean)) {
        wrong("has a prior with mean " + to_text(parameter.prior->mean), "a finite number");
      }
      if (!(parameter.prior->sigma > 0.0) || !std::isfinite(parameter.prior->sigma)) {
        wrong("has a prior with sigma " + to_text(parameter.prior->sigma), "a positive number");
      }
    }
  }

  void check_start_counts() {
    std::size_t most = 0;
    for (std::size_t i = 1; i < fit_.parameters.size(); ++i) {
      if (fit_.parameters[i].starts.size() > fit_.parameters[most].starts.size()) most = i;
    }
    const FitParameter& longest = fit_.parameters[most];
    for (std::size_t i = 0; i < fit_.parameters.size(); ++i) {
      std::vector<double>& starts = fit_.parameters[i].starts;
      if (starts.size() == 1) starts.resize(longest.starts.size(), starts[0]);
      if (starts.size() != longest.starts.size()) {
        fail(file_, draft_.parameters[i],
             "parameter '" + names_[i] + "' has " + counted(starts.size(), "start") + " but '" + longest.name +
                 "' has " + std::to_string(longest.starts.size()),
             "as many starts for each parameter, or one for all");
      }
    }
  }

  void check_columns(const DataSet& data, const DataPlaces& places) {
    columns_.clear();
    for (std::size_t i = 0; i < data.columns.size(); ++i) {
      const std::string& column = data.columns[i];
      if (!columns_.insert(column).second) {
        fail(file_, i < places.columns.size() ? places.columns[i] : places.table,
             "two columns are named '" + column + "'", "distinct names");
      }
      if (const auto found = index_.find(column); found != index_.end()) {
        fail(file_, draft_.parameters[found->second], "'" + column + "' is both a parameter and a column",
             "distinct names");
      }
    }
    if (data.sigma_column && !columns_.contains(*data.sigma_column)) {
      fail(file_, places.sigma, "sigma names an unknown column " + quoted_with_hint(*data.sigma_column, data.columns),
           list(data.columns));
    }
  }

  void check_equation(const DataSet& data, const DataPlaces& places) {
    const auto place = [&](int offset) {
      return places.equation.at(data.equation, offset < 0 ? 0 : static_cast<std::size_t>(offset));
    };
    std::optional<Equation> equation;
    try {
      equation = Equation::parse(data.equation);
    } catch (const FormulaError& error) {
      fail(file_, place(error.where.begin), error.problem, error.expected);
    }
    for (const Word& word : identifiers(data.equation)) {
      const std::string name(word.text);
      if (columns_.contains(name) && kind_of(name) == NameKind::constant) {
        fail(file_, places.equation.at(data.equation, word.offset), "'" + name + "' is both a column and a constant",
             "another name for the column");
      }
    }
    for (const auto& name : equation->response.names()) {
      if (find_parameter(name.name) || columns_.contains(name.name)) continue;
      fail(file_, place(name.where.begin), "unknown column " + quoted_with_hint(name.name, data.columns),
           list(data.columns));
    }
    for (const auto& name : equation->model.names()) {
      if (find_parameter(name.name) || columns_.contains(name.name)) continue;
      std::vector<std::string> known = names_;
      known.insert(known.end(), data.columns.begin(), data.columns.end());
      fail(file_, place(name.where.begin), "unknown column or parameter " + quoted_with_hint(name.name, known),
           list(known));
    }
  }

  // Also notes that it is used.
  bool find_parameter(const std::string& name) {
    const auto found = index_.find(name);
    if (found == index_.end()) return false;
    used_[found->second] = true;
    return true;
  }

  void check_values(const DataSet& data, const DataPlaces& places) const {
    if (data.values.empty() || data.values[0].empty()) {
      fail(file_, places.table, "there are no rows of data", "at least one");
    }
    for (std::size_t row = 0; row < data.values[0].size(); ++row) {
      for (std::size_t column = 0; column < data.columns.size(); ++column) {
        const double value = data.values[column][row];
        const bool is_sigma = data.sigma_column && *data.sigma_column == data.columns[column];
        if (std::isfinite(value) && (!is_sigma || value > 0.0)) continue;
        fail(places.cell_file, places.cell ? places.cell(row, column) : places.table,
             cell_name(row + 1, data.columns[column]) + " is " + to_text(value),
             !std::isfinite(value) ? "a finite number" : "a positive standard deviation");
      }
    }
  }

  void check_all_used() const {
    for (std::size_t i = 0; i < names_.size(); ++i) {
      if (used_[i]) continue;
      fail(file_, draft_.parameters[i], "parameter '" + names_[i] + "' is not used by any equation",
           "a parameter that some equation names");
    }
  }

  void check_counts() const {
    std::size_t free = 0, priors = 0, rows = 0;
    for (const FitParameter& parameter : fit_.parameters) {
      if (parameter.fixed) continue;
      ++free;
      if (parameter.prior) ++priors;
    }
    for (const DataSet& data : fit_.data) rows += data.values[0].size();
    if (free <= rows + priors) return;
    const bool all_free = free == fit_.parameters.size();
    fail(file_, draft_.data[0].table,
         counted(free, all_free ? "parameter" : "free parameter") + " but only " + counted(rows, "row") + " of data" +
             (priors > 0 ? " and " + counted(priors, "prior") : ""),
         "at least as many rows as parameters to fit");
  }

  Draft& draft_;
  CurveFit& fit_;
  const std::string& file_;
  std::vector<std::string> names_;
  std::unordered_map<std::string, std::size_t> index_;  ///< into names_
  std::vector<bool> used_;
  std::unordered_set<std::string> columns_;  ///< of the data set being checked
};

}  // namespace

Place EquationPlaces::at(std::string_view equation, std::size_t offset) const {
  const Piece* found = nullptr;
  for (const Piece& piece : pieces_) {
    if (!found || piece.offset <= offset) found = &piece;
  }
  if (!found) return {};
  Place place = found->place;
  if (found->exact && offset > found->offset && found->offset < equation.size()) {
    place.column += column_of(equation.substr(found->offset), offset - found->offset) - 1;
  }
  return place;
}

std::string cell_name(std::size_t row, std::string_view column) {
  return "row " + std::to_string(row) + ", column '" + std::string(column) + "'";
}

void fail_cell(std::string_view text, const Number& number, const std::string& file, Place place, std::size_t row,
               std::string_view column) {
  const auto wrong = [&](const std::string& problem, const std::string& expected) {
    fail(file, place, cell_name(row, column) + " " + problem, expected);
  };
  const std::string shown = std::string(text.substr(0, 40)) + (text.size() > 40 ? "..." : "");
  const std::string lower = lower_case(text);
  if (text.empty()) wrong("is empty", "a number");
  if (lower == "na" || lower == "n/a" || lower == "nan" || lower == "null") {
    wrong("is missing: '" + shown + "'", "a number");
  }
  if (number.kind == Number::Kind::number) wrong("is " + shown, "a finite number");
  if (number.kind == Number::Kind::too_large) {
    wrong("is too large: '" + shown + "'", "a number below 1.8e308");
  }
  std::string with_point(text);
  std::replace(with_point.begin(), with_point.end(), ',', '.');
  if (with_point != text && parse_number(with_point).kind == Number::Kind::number) {
    wrong("has a decimal comma: '" + shown + "'", "a decimal point, as in " + with_point);
  }
  fail(file, place, cell_name(row, column) + " is not a number: '" + shown + "'", "a number");
}

CurveFit checked(Draft draft) {
  Checker(draft).run();
  return std::move(draft.fit);
}

}  // namespace thalweg::reading

namespace thalweg {

CurveFit check_curve_fit(CurveFit fit) {
  using reading::counted, reading::fail;
  if (fit.data.empty()) fail(fit.file, {}, "there is no data set", "at least one");
  reading::Draft draft;
  for (const DataSet& data : fit.data) {
    const std::string whose = "data set '" + data.name + "'";
    if (data.values.size() != data.columns.size()) {
      fail(fit.file, {}, whose + " has " + counted(data.values.size(), "array"),
           "as many as names of columns: " + std::to_string(data.columns.size()));
    }
    for (const std::vector<double>& column : data.values) {
      if (column.size() != data.values[0].size()) {
        fail(fit.file, {},
             whose + " has columns of " + counted(data.values[0].size(), "row") + " and of " +
                 std::to_string(column.size()),
             "columns of equal length");
      }
    }
    if (fit.noise == Noise::known && !data.sigma_column) {
      fail(fit.file, {}, "the noise is known but " + whose + " has no standard deviations", "a column of them");
    }
    draft.data.emplace_back().cell_file = fit.file;
  }
  draft.parameters.resize(fit.parameters.size());
  draft.fit = std::move(fit);
  return reading::checked(std::move(draft));
}

}  // namespace thalweg
