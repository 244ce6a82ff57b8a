#include "models/curve/checks/built_in.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include <fmt/format.h>

#include "models/library/entry.hpp"
#include "models/library/guess.hpp"
#include "models/library/names.hpp"

namespace thalweg::inline v0_1::reading {
namespace {

/// A start within the bounds that checks have nothing to say about.
double provisional(const FitParameter& parameter) {
  return parameter.lower <= parameter.upper ? std::clamp(1.0, parameter.lower, parameter.upper) : 1.0;
}

bool is_named_in(const std::vector<NamedExpression>& expressions, const std::string& name) {
  return std::any_of(expressions.begin(), expressions.end(), [&](const NamedExpression& e) { return e.name == name; });
}

/// The fit with the parameters of the terms all free, as what they follow is not known yet, and the same in all groups.
CurveFit untied(const CurveFit& fit, const std::vector<ModelTerm>& terms) {
  CurveFit free = fit;
  for (FitParameter& parameter : free.parameters) parameter.per_group = false;
  for (const ModelTerm& term : terms)
    for (std::size_t k = 0; k < term.model.parameters.size(); ++k) {
      const std::string name = term.parameter(k);
      if (!is_named_in(free.tied, name) && !is_named_in(free.definitions, name)) continue;
      for (auto* expressions : {&free.tied, &free.definitions})
        std::erase_if(*expressions, [&](const NamedExpression& e) { return e.name == name; });
      FitParameter& parameter = free.parameters.emplace_back();
      parameter.name = name;
      parameter.lower = term.model.parameters[k].lower;
      parameter.upper = term.model.parameters[k].upper;
    }
  return free;
}

/// The rows of one group.
DataSet rows_of(const DataSet& data, int group) {
  DataSet rows = data;
  for (std::size_t j = 0; j < data.values.size(); ++j) {
    rows.values[j].clear();
    for (std::size_t i = 0; i < data.group.size(); ++i)
      if (data.group[i] == group) rows.values[j].push_back(data.values[j][i]);
  }
  return rows;
}

double median(std::vector<double> values) {
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  return *middle;
}

/// Guesses again from the rows of each group alone: a start for each group of what is per group, the median of what is
/// not. `pooled`: the fit with the starts of all rows together, which groups keep that have too few rows.
void guess_groups(CurveFit& fit, const CurveFit& pooled, const DataSet& data, const std::vector<ModelTerm>& terms,
                  const std::vector<char>& guessed) {
  std::vector<std::vector<double>> found(fit.parameters.size());
  for (std::size_t g = 0; g < fit.groups.size(); ++g) {
    CurveFit own = pooled;
    for (std::size_t i = 0; i < guessed.size(); ++i)
      if (guessed[i]) own.parameters[i].starts.clear();
    const DataSet rows = rows_of(data, static_cast<int>(g));
    if (rows.values[0].size() < own.parameters.size()) continue;
    try {
      library::guess_starts(own, rows, terms);
    } catch (const library::NoGuess&) {
      continue;  // that of all rows together serves
    }
    for (std::size_t i = 0; i < guessed.size(); ++i) {
      if (!guessed[i] || own.parameters[i].starts.empty()) continue;
      found[i].push_back(own.parameters[i].starts[0]);
      auto& starts = fit.parameters[i].group_starts;
      const bool given =
          std::any_of(starts.begin(), starts.end(), [&](const auto& s) { return s.first == fit.groups[g]; });
      if (fit.parameters[i].per_group && !given) starts.emplace_back(fit.groups[g], found[i].back());
    }
  }
  for (std::size_t i = 0; i < found.size(); ++i)
    if (!found[i].empty()) fit.parameters[i].starts = {median(std::move(found[i]))};
}

void note(CurveFit& fit, const std::string& sentence) {
  if (std::find(fit.notes.begin(), fit.notes.end(), sentence) == fit.notes.end()) fit.notes.push_back(sentence);
}

}  // namespace

BuiltInModels::BuiltInModels(Draft& draft) {
  for (std::size_t i = 0; i < draft.fit.data.size(); ++i) expand(draft, i);
  const bool any =
      std::any_of(models_.begin(), models_.end(), [](const ExpandedModel& model) { return !model.terms.empty(); });
  if (any) adopt_parameters(draft);
}

void BuiltInModels::expand(Draft& draft, std::size_t data_set) {
  DataSet& data = draft.fit.data[data_set];
  EquationPlaces& places = draft.data[data_set].equation;
  ModelNames names{data.columns, data.values, {}, data.sigma.empty() ? std::nullopt : std::optional(data.sigma)};
  for (const FitParameter& parameter : draft.fit.parameters) names.parameters.push_back(parameter.name);
  for (const auto* expressions : {&draft.fit.definitions, &draft.fit.tied})
    for (const NamedExpression& each : *expressions) names.parameters.push_back(each.name);
  try {
    ExpandedModel& model = models_.emplace_back(expand_model(data.equation, names));
    for (const std::string& sentence : model.notes) note(draft.fit, sentence);
    if (model.terms.empty()) return;
    EquationPlaces written;
    for (const ExpandedModel::Piece& piece : model.pieces)
      written.add(piece.at, places.at(data.equation, piece.source), piece.exact);
    places = std::move(written);
    data.equation = model.equation;
    note(draft.fit, "the model in full: " + model.equation);
  } catch (const FormulaError& error) {
    fail(draft.fit.file, places.at(data.equation, static_cast<std::size_t>(std::max(0, error.where.begin))),
         error.problem, error.expected);
  }
}

void BuiltInModels::adopt_parameters(Draft& draft) {
  struct Adopted {
    FitParameter parameter;
    Place place;
    bool guessed;
  };
  std::vector<Adopted> own, adopted;
  const auto is_of_model = [&](const std::string& name) {
    for (const ExpandedModel& model : models_)
      for (const ModelTerm& term : model.terms)
        for (std::size_t k = 0; k < term.model.parameters.size(); ++k)
          if (term.parameter(k) == name) return true;
    return false;
  };
  std::vector<FitParameter>& parameters = draft.fit.parameters;
  for (std::size_t i = 0; i < parameters.size(); ++i)
    if (!is_of_model(parameters[i].name)) own.push_back({parameters[i], draft.parameters[i], false});
  for (const ExpandedModel& model : models_)
    for (const ModelTerm& term : model.terms)
      for (std::size_t k = 0; k < term.model.parameters.size(); ++k) {
        const std::string name = term.parameter(k);
        if (is_named_in(draft.fit.tied, name) || is_named_in(draft.fit.definitions, name)) continue;
        if (std::any_of(adopted.begin(), adopted.end(), [&](const Adopted& a) { return a.parameter.name == name; }))
          continue;  // shared by several data sets
        Adopted each{{}, draft.parameter_list, false};
        // All of this name, so that one given twice is complained about.
        bool found = false;
        for (std::size_t i = 0; i < parameters.size(); ++i) {
          if (parameters[i].name != name) continue;
          each.parameter = parameters[i];
          each.place = draft.parameters[i];
          found = true;
        }
        const LibraryParameter& known = term.model.parameters[k];
        FitParameter& parameter = each.parameter;
        if (!found) parameter.name = name;
        if (std::isinf(parameter.lower)) parameter.lower = known.lower;
        if (std::isinf(parameter.upper)) parameter.upper = known.upper;
        if (parameter.description.empty()) parameter.description = known.about;
        if (parameter.starts.empty() && parameter.lower == parameter.upper) parameter.starts = {parameter.lower};
        each.guessed = parameter.starts.empty();
        if (each.guessed) parameter.starts = {provisional(parameter)};
        adopted.push_back(std::move(each));
      }
  own.insert(own.end(), std::make_move_iterator(adopted.begin()), std::make_move_iterator(adopted.end()));
  parameters.clear();
  draft.parameters.clear();
  for (Adopted& each : own) {
    parameters.push_back(std::move(each.parameter));
    draft.parameters.push_back(each.place);
    guessed_.push_back(each.guessed);
  }
}

void BuiltInModels::guess_starts(Draft& draft) const {
  std::vector<FitParameter>& parameters = draft.fit.parameters;
  if (std::none_of(guessed_.begin(), guessed_.end(), [](char guessed) { return guessed != 0; })) return;
  const std::size_t count = parameters[0].starts.size();
  for (std::size_t i = 0; i < parameters.size(); ++i)
    if (guessed_[i]) parameters[i].starts.clear();
  for (std::size_t d = 0; d < models_.size(); ++d) {
    if (models_[d].terms.empty()) continue;
    try {
      CurveFit free = untied(draft.fit, models_[d].terms);
      library::guess_starts(free, free.data[d], models_[d].terms);
      for (std::size_t i = 0; i < parameters.size(); ++i) parameters[i].starts = free.parameters[i].starts;
      const bool groups = std::any_of(parameters.begin(), parameters.end(), [](const auto& p) { return p.per_group; });
      if (groups) guess_groups(draft.fit, free, draft.fit.data[d], models_[d].terms, guessed_);
    } catch (const library::NoGuess& error) {
      fail(
          draft.fit.file, draft.data[d].table, error.problem,
          error.expected + (draft.data[d].named_by_keys ? " (start = ... in [parameters])" : " (--start NAME=NUMBER)"));
    }
  }
  std::string starts;
  for (std::size_t i = 0; i < parameters.size(); ++i) {
    if (!guessed_[i]) continue;
    starts += fmt::format("{}{} = {:.4g}", starts.empty() ? "" : ", ", parameters[i].name, parameters[i].starts[0]);
    parameters[i].starts.resize(count, parameters[i].starts[0]);
  }
  note(draft.fit, "starts guessed from the data: " + starts);
}

bool mentions_model(std::string_view equation) {
  const std::size_t equals = library::equals_of(equation);
  for (const library::Piece& w : library::words_of(equation))
    if ((equals == std::string_view::npos || w.begin > equals) &&
        library::find_entry(equation.substr(w.begin, w.end - w.begin)) != nullptr)
      return true;
  return false;
}

std::string misspelt_model(const DataSet& data) {
  std::vector<std::string> models;
  for (const LibraryModel& model : model_library()) models.push_back(model.name);
  for (const library::Piece& w : library::words_of(data.equation)) {
    const std::string word = data.equation.substr(w.begin, w.end - w.begin);
    if (std::find(data.columns.begin(), data.columns.end(), word) != data.columns.end()) continue;
    if (const std::string hint = did_you_mean(word, models); !hint.empty()) return "'" + word + "'" + hint;
  }
  return "";
}

bool is_model_prefix(std::string_view name) {
  if (library::find_entry(name) != nullptr) return true;
  const auto digits = name.find_last_not_of("0123456789");
  if (digits == std::string_view::npos || digits + 1 == name.size()) return false;
  const std::string_view stem = name.substr(0, digits + 1);
  return library::find_entry(stem) != nullptr ||
         (stem.back() == '_' && library::find_entry(stem.substr(0, stem.size() - 1)) != nullptr);
}

}  // namespace thalweg::inline v0_1::reading
