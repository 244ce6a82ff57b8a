// The checks that all formats of curve fits share.
#include "models/curve/draft.hpp"

#include <algorithm>
#include <cmath>
#include <optional>
#include <unordered_map>
#include <unordered_set>
#include <utility>

#include <thalweg/formula/formula.hpp>

#include "models/curve/checks/built_in.hpp"
#include "models/curve/checks/combinations.hpp"
#include "models/curve/checks/expressions.hpp"
#include "models/curve/checks/groups.hpp"
#include "models/curve/checks/input_errors.hpp"
#include "models/curve/checks/noise_check.hpp"
#include "models/curve/checks/ode_check.hpp"
#include "models/curve/checks/parameters.hpp"
#include "models/curve/row_formula.hpp"
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
      : draft_(draft), fit_(draft.fit), file_(draft.fit.file), used_(fit_.parameters.size()), ode_(draft) {
    for (const FitParameter& parameter : fit_.parameters) {
      index_.emplace(parameter.name, names_.size());
      names_.push_back(parameter.name);
    }
  }

  void run() {
    check_parameters(draft_);
    expressions_.emplace(draft_);
    expressions_->check_scalars();
    ode_.check(*expressions_, [this](const std::string& name) {
      if (expressions_->has(name)) used_expressions_.insert(name);
      return find_parameter(name) || expressions_->has(name);
    });
    for (std::size_t i = 0; i < fit_.data.size(); ++i) {
      const NoiseCheck noise(fit_, fit_.data[i], draft_.data[i]);
      check_columns(fit_.data[i], draft_.data[i]);
      noise.refuse_contradictions();
      ColumnSelection columns(fit_.data[i], draft_.data[i]);
      set_parameters_apart(draft_.data[i], columns);
      noise.choose_columns(columns, names_of_all());
      choose_by_equation(fit_.data[i], draft_.data[i], columns);
      ode_.use_time(fit_.data[i], draft_.data[i], columns);
      read_groups(fit_, fit_.data[i], draft_.data[i], columns);
      const std::vector<std::string> unread = unread_errors(fit_.data[i], draft_.data[i], columns);
      columns.apply(file_);
      check_values(fit_.data[i], draft_.data[i]);
      noise.check_values(columns, [this](const std::string& sentence) { note(sentence); });
      ode_.check_times(i);
      check_input_errors(file_, fit_.data[i], draft_.data[i]);
      take_notes(draft_.data[i], columns, unread);
    }
    ode_.check_observed();
    check_all_used();
    refuse_linear_parameters(draft_);
    refuse_combinations(draft_);
    settle_groups(draft_);
    check_counts();
  }

 private:
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

  /// Parameters, and what stands for expressions of them.
  std::vector<std::string> names_of_all() const {
    std::vector<std::string> all = names_;
    for (const Definition& definition : expressions_->ordered()) all.push_back(definition.name);
    return all;
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
    ode_.set_aside(columns, prose);
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

  void choose_by_equation(DataSet& data, const DataPlaces& places, ColumnSelection& columns) {
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
    choose_input_errors(file_, *equation, expressions_->ordered(), data, places, columns);
    unread_input_errors_ = unread_input_errors(*equation, expressions_->ordered(), data, places, columns);
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
      if (find_parameter(name.name) || expressions_->has(name.name) || ode_.find_state(name.name)) continue;
      if (columns.use(name.name, file_, place(name.where.begin))) continue;
      std::vector<std::string> known = names_parameters ? names_ : std::vector<std::string>{};
      for (const Definition& each : expressions_->ordered())
        if (names_parameters) known.push_back(each.name);
      if (names_parameters) ode_.add_states(known);
      const std::size_t parameters = known.size();
      known.insert(known.end(), data.columns.begin(), data.columns.end());
      const std::string what = !names_parameters ? "unknown column "
                               : fit_.ode        ? "unknown column, parameter or state "
                                                 : "unknown column or parameter ";
      std::vector<std::string> with_models = known;
      for (const LibraryModel& model : model_library()) with_models.push_back(model.name);
      const std::string hint = quoted_with_hint(name.name, names_parameters ? with_models : known);
      known.resize(parameters);
      for (std::string& spelling : columns.names().spellings()) known.push_back(std::move(spelling));
      fail(file_, place(name.where.begin), what + hint, list(known));
    }
    try {
      std::vector<std::string> varying = names_;
      ode_.add_states(varying);
      check_orders(formula, depending_names(varying, expressions_->ordered()));
    } catch (const FormulaError& error) {
      fail(file_, place(error.where.begin), error.problem, error.expected);
    }
  }

  void note(const std::string& sentence) {
    if (std::find(fit_.notes.begin(), fit_.notes.end(), sentence) == fit_.notes.end()) fit_.notes.push_back(sentence);
  }

  /// Columns that look like standard deviations, and are not read.
  std::vector<std::string> unread_errors(const DataSet& data, const DataPlaces& places,
                                         const ColumnSelection& columns) const {
    std::vector<std::string> found;
    for (std::size_t j = 0; j < data.columns.size() && !has_deviations(data, places); ++j)
      if (!columns.is_used(j) && is_named_as_error(data.columns[j]) &&
          std::none_of(unread_input_errors_.begin(), unread_input_errors_.end(),
                       [&](const UnreadInputError& each) { return each.column == data.columns[j]; }))
        found.push_back(data.columns[j]);
    return found;
  }

  void take_notes(const DataPlaces& places, const ColumnSelection& columns, const std::vector<std::string>& unread) {
    if (places.contents)
      for (const std::string& sentence : places.contents->table.notes) note(sentence);
    for (const std::string& sentence : columns.notes()) note(sentence);
    for (const UnreadInputError& each : unread_input_errors_) note(each.note);
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
    std::vector<std::size_t> columns;
    for (std::size_t column = 0; column < data.columns.size(); ++column)
      if (data.columns[column] != data.group_column) columns.push_back(column);  // that one may hold text
    for (std::size_t row = 0; row < data.values[0].size(); ++row) {
      for (const std::size_t column : columns) {
        const double value = data.values[column][row];
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
  std::vector<UnreadInputError> unread_input_errors_;  ///< of the data set at hand
  std::optional<Expressions> expressions_;
  std::unordered_set<std::string> used_expressions_;
  OdeCheck ode_;
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
  const BuiltInModels models(draft);
  Checker(draft).run();
  models.guess_starts(draft);
  return std::move(draft.fit);
}

}  // namespace thalweg::inline v0_1::reading

namespace thalweg::inline v0_1 {

namespace {

/// Places of a fit that comes from no file.
reading::Draft draft_of(CurveFit fit) {
  reading::Draft draft;
  for (const DataSet& data : fit.data) {
    const bool exact = !data.input_errors.empty() && reading::is_implicit(data.equation);
    if (fit.noise == Noise::known && !exact && !reading::has_deviations(data, {})) {
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
  std::vector<DataTable> tables;
  tables.push_back(std::move(table));
  return fit_tables(std::move(fit), std::move(tables), rows);
}

CurveFit fit_tables(CurveFit fit, std::vector<DataTable> tables, const RowSelection& rows) {
  if (fit.data.size() != 1) reading::fail(fit.file, {}, "the fit has not one data set", "one, without columns");
  const bool several = tables.size() > 1;
  fit.data.resize(tables.size(), fit.data[0]);
  for (std::size_t d = 0; d < tables.size(); ++d) {
    DataSet& data = fit.data[d];
    data.columns = tables[d].table().columns;
    data.values = std::move(tables[d].contents().table.values);
    if (several) reading::make_group(fit, data, tables[d].name());
  }
  reading::Draft draft = draft_of(std::move(fit));
  for (std::size_t d = 0; d < tables.size(); ++d) reading::place_in_table(draft.data[d], tables[d], rows);
  return reading::checked(std::move(draft));
}

}  // namespace thalweg::inline v0_1
