// The checks that all formats of curve fits share.
#include "models/curve/draft.hpp"

#include <algorithm>
#include <cmath>
#include <optional>
#include <unordered_map>
#include <unordered_set>
#include <utility>

#include <thalweg/formula/formula.hpp>

#include "models/curve/expressions.hpp"
#include "models/curve/groups.hpp"
#include "models/curve/noise/check.hpp"
#include "models/curve/noise/row_formula.hpp"
#include "models/curve/selection.hpp"
#include "table/contents.hpp"

namespace thalweg::inline v0_1::reading {
namespace {

/// A name as a shell takes it.
std::string as_argument(const std::string& name) {
  const bool plain = std::all_of(name.begin(), name.end(), [](char c) {
    return c == '_' || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || (c & 0x80) != 0;
  });
  return plain ? name : "'" + name + "'";
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
    expressions_.emplace(draft_);
    expressions_->check_scalars();
    for (std::size_t i = 0; i < fit_.data.size(); ++i) {
      const NoiseCheck noise(fit_, fit_.data[i], draft_.data[i]);
      check_columns(fit_.data[i], draft_.data[i]);
      noise.refuse_contradictions();
      ColumnSelection columns(fit_.data[i], draft_.data[i]);
      set_parameters_apart(draft_.data[i], columns);
      noise.choose_columns(columns, expressions_->names());
      choose_by_equation(fit_.data[i], draft_.data[i], columns);
      read_groups(fit_, fit_.data[i], draft_.data[i], columns);
      const std::vector<std::string> unread = unread_errors(fit_.data[i], draft_.data[i], columns);
      columns.apply(file_);
      check_values(fit_.data[i], draft_.data[i]);
      noise.check_values(columns, [this](const std::string& sentence) { note(sentence); });
      take_notes(draft_.data[i], columns, unread);
    }
    check_all_used();
    settle_groups(draft_);
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
      if (kind == NameKind::no_letter_first) wrong("is not a name", "a letter first");
      if (kind == NameKind::invalid) {
        wrong("has a name that formulas cannot use",
              "letters, digits and _, beginning with a letter, and not and, or, not");
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

  void check_columns(const DataSet& data, const DataPlaces& places) const {
    if (places.contents) return;  // those of a table are called by their position, too
    std::unordered_set<std::string> seen;
    for (std::size_t i = 0; i < data.columns.size(); ++i) {
      if (!seen.insert(data.columns[i]).second) {
        fail(file_, i < places.columns.size() ? places.columns[i] : places.table,
             "two columns are named '" + data.columns[i] + "'", "distinct names");
      }
    }
  }

  /// A column's own name goes before a parameter's, and that before the other names that a column has.
  void set_parameters_apart(const DataPlaces& places, ColumnSelection& columns) const {
    const bool prose = places.contents && places.contents->dialect.commented;
    for (std::size_t i = 0; i < names_.size(); ++i) {
      if (!columns.has(names_[i])) continue;
      if (!prose && !columns.is_position(names_[i]))
        fail(file_, draft_.parameters[i], "'" + names_[i] + "' is both a parameter and a column", "distinct names");
      columns.set_aside(names_[i]);
    }
    for (const Definition& definition : expressions_->ordered()) {
      if (!columns.has(definition.name)) continue;
      const bool tied = expressions_->is_tied(definition.name);
      if (!prose && !columns.is_position(definition.name))
        fail(file_, expressions_->places(definition.name).name,
             "'" + definition.name + "' is both a " + (tied ? "parameter" : "definition") + " and a column",
             "distinct names");
      columns.set_aside(definition.name);
    }
  }

  void choose_by_equation(const DataSet& data, const DataPlaces& places, ColumnSelection& columns) {
    const auto place = [&](int offset) {
      return places.equation.at(data.equation, offset < 0 ? 0 : static_cast<std::size_t>(offset));
    };
    std::optional<Equation> equation;
    try {
      equation = Equation::parse(data.equation);
    } catch (const FormulaError& error) {
      fail(file_, place(error.where.begin), error.problem, error.expected);
    }
    std::vector<Formula::Name> read = equation->response.names();
    read.insert(read.end(), equation->model.names().begin(), equation->model.names().end());
    choose_by(equation->response, data, columns, false, place);
    choose_by(equation->model, data, columns, true, place);
    for (const Definition& definition : definitions_read(read, expressions_->ordered())) {
      used_expressions_.insert(definition.name);
      const std::string& text = definition.formula.text();
      const EquationPlaces& at = expressions_->places(definition.name).text;
      choose_by(definition.formula, data, columns, true,
                [&](int offset) { return at.at(text, offset < 0 ? 0 : static_cast<std::size_t>(offset)); });
    }
  }

  /// `names_parameters`: complaints about an unknown name list the parameters.
  template <class PlaceOf>
  void choose_by(const Formula& formula, const DataSet& data, ColumnSelection& columns, bool names_parameters,
                 const PlaceOf& place) {
    for (const Formula::Name& name : formula.constants()) {
      const bool parameter = find_parameter(name.name);
      if (!parameter && !columns.has(name.name)) continue;
      if (!parameter) columns.use(name.name, file_, place(name.where.begin));
      note("'" + name.name + "' is a " + (parameter ? "parameter" : "column") + " here, not the constant " +
           (name.name == "e" ? "2.71828..." : "3.14159..."));
    }
    for (const Formula::Name& name : formula.names()) {
      if (find_parameter(name.name) || expressions_->has(name.name)) continue;
      if (columns.use(name.name, file_, place(name.where.begin))) continue;
      std::vector<std::string> known = names_parameters ? names_ : std::vector<std::string>{};
      for (const Definition& each : expressions_->ordered())
        if (names_parameters) known.push_back(each.name);
      const std::size_t parameters = known.size();
      known.insert(known.end(), data.columns.begin(), data.columns.end());
      const std::string what = names_parameters ? "unknown column or parameter " : "unknown column ";
      const std::string hint = quoted_with_hint(name.name, known);
      known.resize(parameters);
      for (std::string& spelling : columns.names().spellings()) known.push_back(std::move(spelling));
      fail(file_, place(name.where.begin), what + hint, list(known));
    }
    try {
      check_orders(formula, depending_names(names_, expressions_->ordered()));
    } catch (const FormulaError& error) {
      fail(file_, place(error.where.begin), error.problem, error.expected);
    }
  }

  void note(const std::string& sentence) {
    if (std::find(fit_.notes.begin(), fit_.notes.end(), sentence) == fit_.notes.end()) fit_.notes.push_back(sentence);
  }

  /// Columns that look like standard deviations, and are not read.
  static std::vector<std::string> unread_errors(const DataSet& data, const DataPlaces& places,
                                                const ColumnSelection& columns) {
    std::vector<std::string> found;
    for (std::size_t j = 0; j < data.columns.size() && !has_deviations(data, places); ++j)
      if (!columns.is_used(j) && is_named_as_error(data.columns[j])) found.push_back(data.columns[j]);
    return found;
  }

  void take_notes(const DataPlaces& places, const ColumnSelection& columns, const std::vector<std::string>& unread) {
    if (places.contents)
      for (const std::string& sentence : places.contents->table.notes) note(sentence);
    for (const std::string& sentence : columns.notes()) note(sentence);
    for (const std::string& name : unread)
      note("column '" + name + "' is not read; if it holds standard deviations, " +
           (places.named_by_keys ? "sigma = \"" + name + "\" in [data]" : "--sigma " + as_argument(name)) +
           " weights the rows by them");
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
    const auto sigma = column_named(data, data.sigma);
    for (std::size_t row = 0; row < data.values[0].size(); ++row) {
      for (std::size_t column = 0; column < data.columns.size(); ++column) {
        const double value = data.values[column][row];
        if (data.columns[column] == data.group_column) continue;  // it may hold text
        const bool is_sigma = column == sigma;
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
    for (const Definition& each : expressions_->ordered())
      if (!used_expressions_.contains(each.name) && !is_read_by_derived(each.name))
        fail(file_, expressions_->places(each.name).name,
             std::string(expressions_->is_tied(each.name) ? "parameter" : "definition") + " '" + each.name +
                 "' is not used by any equation",
             "one that some equation names");
  }

  bool is_read_by_derived(const std::string& name) const {
    return std::any_of(fit_.derived.begin(), fit_.derived.end(), [&](const NamedExpression& derived) {
      const Formula formula = Formula::parse(derived.expression);
      const auto read = definitions_read(formula.names(), expressions_->ordered());
      return std::any_of(read.begin(), read.end(), [&](const Definition& d) { return d.name == name; });
    });
  }

  void check_counts() const {
    std::size_t free = 0, priors = 0, rows = 0;
    for (const FitParameter& parameter : fit_.parameters) {
      if (parameter.fixed) continue;
      const std::size_t times = parameter.per_group ? fit_.groups.size() : 1;
      free += times;
      if (parameter.prior) priors += times;
    }
    for (const DataSet& data : fit_.data) rows += data.values[0].size();
    if (free <= rows + priors) return;
    const bool all_free = free >= fit_.parameters.size();
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
  std::optional<Expressions> expressions_;
  std::unordered_set<std::string> used_expressions_;
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

CurveFit checked(Draft draft) {
  Checker(draft).run();
  return std::move(draft.fit);
}

}  // namespace thalweg::inline v0_1::reading

namespace thalweg::inline v0_1 {

namespace {

/// Places of a fit that comes from no file.
reading::Draft draft_of(CurveFit fit) {
  reading::Draft draft;
  for (const DataSet& data : fit.data) {
    if (fit.noise == Noise::known && !reading::has_deviations(data, {})) {
      reading::fail(fit.file, {}, "the noise is known but data set '" + data.name + "' has no standard deviations",
                    "sigma, weights or a covariance");
    }
    draft.data.emplace_back().cell_file = fit.file;
  }
  draft.parameters.resize(fit.parameters.size());
  draft.tied.resize(fit.tied.size());
  draft.definitions.resize(fit.definitions.size());
  draft.derived.resize(fit.derived.size());
  draft.fit = std::move(fit);
  return draft;
}

}  // namespace

CurveFit check_curve_fit(CurveFit fit) {
  using reading::fail;
  if (fit.data.empty()) fail(fit.file, {}, "there is no data set", "at least one");
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
  }
  return reading::checked(draft_of(std::move(fit)));
}

CurveFit fit_table(CurveFit fit, DataTable table, const RowSelection& rows) {
  if (fit.data.size() != 1) reading::fail(fit.file, {}, "the fit has not one data set", "one, without columns");
  fit.data[0].columns = table.table().columns;
  fit.data[0].values = std::move(table.contents().table.values);
  reading::Draft draft = draft_of(std::move(fit));
  reading::place_in_table(draft.data[0], table, rows);
  return reading::checked(std::move(draft));
}

}  // namespace thalweg::inline v0_1
